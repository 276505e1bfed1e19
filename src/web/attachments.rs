//! Serves attachments to staff.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use warp::Reply;
use warp::http::HeaderValue;
use warp::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
};
use warp::reply::Response;

use super::visit::Visit;
use crate::app::{self, Desk};
use crate::domain::{Actor, AttachmentId, Error, Result};
use crate::store::attachments::Stored;

/// Forbids any active content, whatever the file turns out to be.
const POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'; sandbox");
/// Files are immutable; only the employee's browser may cache them.
const KEEP: HeaderValue = HeaderValue::from_static("private, max-age=3600");

/// The characters to encode in a file name: all but letters, digits and a part of RFC 8187's `attr-char`.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_');
/// Media type of files of unknown kind.
const BYTES: HeaderValue = HeaderValue::from_static("application/octet-stream");

pub async fn show(visit: &Visit, id: &str) -> Result<Response> {
    picture(&visit.desk, visit.actor()?, id).await
}

pub async fn download(visit: &Visit, id: &str) -> Result<Response> {
    file(&visit.desk, visit.actor()?, id).await
}

/// Serves a picture that browsers display. Nothing else is ever served inline, since a browser
/// might execute a stranger's file.
///
/// # Errors
/// [`Error::NotFound`], also for a file of another kind.
pub async fn picture(desk: &Desk, actor: Actor, id: &str) -> Result<Response> {
    let stored = read(desk, actor, id).await?;
    match stored.attachment.width {
        Some(_) => Ok(answer(stored)),
        None => Err(Error::NotFound),
    }
}

/// Serves a file as a download, so that the browser doesn't open it.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn file(desk: &Desk, actor: Actor, id: &str) -> Result<Response> {
    download_of(read(desk, actor, id).await?)
}

/// Serves a file to a customer: a picture that browsers display, or else a download.
///
/// # Errors
/// [`Error::Internal`] for a name that no header can hold.
pub fn to_customer(stored: Stored) -> Result<Response> {
    match stored.attachment.width {
        Some(_) => Ok(answer(stored)),
        None => download_of(stored),
    }
}

fn download_of(stored: Stored) -> Result<Response> {
    let disposition = disposition(&stored.attachment.download_name())?;
    let mut response = answer(stored);
    response
        .headers_mut()
        .insert(CONTENT_DISPOSITION, disposition);
    Ok(response)
}

async fn read(desk: &Desk, actor: Actor, id: &str) -> Result<Stored> {
    let id = AttachmentId::parse("id", id).map_err(|_| Error::NotFound)?;
    let read = move |c: &_| app::comments::file(c, &actor, id);
    desk.db.read(read).await
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

/// Builds the header with an ASCII fallback and the full name (RFC 6266).
fn disposition(name: &str) -> Result<HeaderValue> {
    let ascii: String = name
        .chars()
        .map(|c| if c.is_ascii() { c } else { '_' })
        .collect();
    let whole = utf8_percent_encode(name, ENCODED);
    let value = format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{whole}");
    HeaderValue::from_str(&value).map_err(Error::internal)
}
