//! Files that customers sent, for staff.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use warp::Reply;
use warp::http::HeaderValue;
use warp::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
};
use warp::reply::Response;

use super::visit::Visit;
use crate::app;
use crate::domain::{AttachmentId, Error, Result};
use crate::store::attachments::Stored;

/// Whatever a file turns out to be, it may do nothing.
const POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'; sandbox");
/// A file never changes, and nobody but this browser may keep it.
const KEEP: HeaderValue = HeaderValue::from_static("private, max-age=3600");

/// What is encoded in the name of a file: all but letters, digits and a part of RFC 8187's `attr-char`.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_');
/// What nobody knows the kind of.
const BYTES: HeaderValue = HeaderValue::from_static("application/octet-stream");

/// Shows a picture of a kind that browsers show. Nothing else is ever shown in the page: a browser may
/// run what a stranger sent.
pub async fn show(visit: &Visit, id: &str) -> Result<Response> {
    let stored = read(visit, id).await?;
    match stored.attachment.width {
        Some(_) => Ok(answer(stored)),
        None => Err(Error::NotFound),
    }
}

/// Sends a file, which the browser keeps as a file and doesn't open.
pub async fn download(visit: &Visit, id: &str) -> Result<Response> {
    let stored = read(visit, id).await?;
    let disposition = disposition(&stored.attachment.download_name())?;
    let mut response = answer(stored);
    response
        .headers_mut()
        .insert(CONTENT_DISPOSITION, disposition);
    Ok(response)
}

async fn read(visit: &Visit, id: &str) -> Result<Stored> {
    let actor = visit.actor()?;
    let id = AttachmentId::parse("id", id).map_err(|_| Error::NotFound)?;
    let read = move |c: &_| app::comments::file(c, &actor, id);
    visit.desk.db.read(read).await
}

fn answer(stored: Stored) -> Response {
    let media_type = stored.attachment.media_type.unwrap_or_default();
    let media_type = HeaderValue::from_str(&media_type).unwrap_or(BYTES);
    let mut response = stored.bytes.into_response();
    for (name, value) in [
        (CONTENT_TYPE, media_type),
        (CONTENT_SECURITY_POLICY, POLICY),
        (CACHE_CONTROL, KEEP),
    ] {
        response.headers_mut().insert(name, value);
    }
    response
}

/// The name for browsers that know only ASCII, and the whole of it (RFC 6266).
fn disposition(name: &str) -> Result<HeaderValue> {
    let ascii: String = name
        .chars()
        .map(|c| if c.is_ascii() { c } else { '_' })
        .collect();
    let whole = utf8_percent_encode(name, ENCODED);
    let value = format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{whole}");
    HeaderValue::from_str(&value).map_err(Error::internal)
}
