//! Serves the shop's logo to everybody.

use warp::Reply;
use warp::http::HeaderValue;
use warp::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use warp::reply::Response;

use super::visit::Visit;
use crate::app::logo;
use crate::domain::{Error, Result};
use crate::store::Connection;

/// Forbids any active content, whatever the file turns out to be.
const POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'; sandbox");
/// Another logo has another address.
const KEEP: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// Serves the picture.
pub async fn show(visit: &Visit) -> Result<Response> {
    let found = visit.desk.db.read(logo::get).await?;
    let (logo, picture) = found.ok_or(Error::NotFound)?;
    let media_type = HeaderValue::from_str(&logo.media_type).map_err(Error::internal)?;
    let mut response = picture.into_response();
    for (name, value) in [
        (CONTENT_TYPE, media_type),
        (CONTENT_SECURITY_POLICY, POLICY),
        (CACHE_CONTROL, KEEP),
    ] {
        response.headers_mut().insert(name, value);
    }
    Ok(response)
}

/// Returns the address of the logo, which differs for each logo.
pub(super) async fn address(visit: &Visit) -> Result<Option<String>> {
    visit.desk.db.read(address_in).await
}

pub(super) fn address_in(connection: &Connection) -> Result<Option<String>> {
    let found = logo::find(connection)?;
    Ok(found.map(|logo| format!("/logo?v={}", logo.changed.as_millisecond())))
}
