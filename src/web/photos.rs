//! Pictures that customers sent, for staff.

use warp::Reply;
use warp::http::HeaderValue;
use warp::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use warp::reply::Response;

use super::visit::Visit;
use crate::app;
use crate::domain::{Error, PhotoId, Result};

/// Whatever a picture turns out to be, it may do nothing.
const POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'; sandbox");
/// A picture never changes, and nobody but this browser may keep it.
const KEEP: HeaderValue = HeaderValue::from_static("private, max-age=3600");

pub async fn show(visit: &Visit, id: &str) -> Result<Response> {
    let actor = visit.actor()?;
    let id = PhotoId::parse("id", id).map_err(|_| Error::NotFound)?;
    let read = move |c: &_| app::comments::photo(c, &actor, id);
    let (mime, bytes) = visit.desk.db.read(read).await?;
    let mut response = bytes.into_response();
    let mime = HeaderValue::from_str(&mime).map_err(Error::internal)?;
    for (name, value) in [
        (CONTENT_TYPE, mime),
        (CONTENT_SECURITY_POLICY, POLICY),
        (CACHE_CONTROL, KEEP),
    ] {
        response.headers_mut().insert(name, value);
    }
    Ok(response)
}
