//! HTTP beneath the storage library: by the program's own client, which follows no redirect.

use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt};
use hyper::{Request, Response};
use opendal::{Buffer, Error, ErrorKind, HttpBody, HttpTransport};
use reqwest::redirect::Policy;

use super::answer::{Judged, judge, unanswered};
use crate::domain::{NetworkFailure, OffsiteFault, OffsiteTrouble};
use crate::https::{self, Authorities};

/// Maximum time to reach the place.
const CONNECT: Duration = Duration::from_secs(15);
/// Maximum length of an answer that isn't a file, in bytes: the listing of a folder with 100,000 of them is shorter.
const LONGEST: usize = 128 * 1024 * 1024;

/// Returns the client for a place. User and password go to its address and no other: redirects are answers like others.
pub(super) fn client(authorities: Option<&Authorities>) -> Result<reqwest::Client, OffsiteTrouble> {
    let builder = authorities.map_or_else(https::client, Authorities::besides);
    let client = builder.redirect(Policy::none()).connect_timeout(CONNECT);
    client
        .build()
        .map_err(|error| OffsiteFault::Unreachable.with(https::reason(&error).word()))
}

pub(super) struct Transport(pub reqwest::Client);

impl HttpTransport for Transport {
    async fn fetch(&self, request: Request<Buffer>) -> opendal::Result<Response<HttpBody>> {
        let (parts, body) = request.into_parts();
        let url = parts.uri.to_string();
        let mut sent = self.0.request(parts.method.clone(), url);
        sent = sent.headers(parts.headers);
        if !body.is_empty() {
            sent = sent.body(body.to_bytes());
        }
        let answer = sent.send().await;
        let answer = answer.map_err(|error| failed(unanswered(&error)))?;
        let answer = judge(&parts.method, answer).await.map_err(failed)?;
        let length = match parts.method == hyper::Method::HEAD {
            // It is the length of what isn't sent.
            true => None,
            false => answer.content_length(),
        };
        let mut said = Response::builder()
            .status(answer.status())
            .extension(parts.uri);
        if let Some(headers) = said.headers_mut() {
            *headers = answer.headers().clone();
        }
        // The library reads everything but files as a whole.
        let is_file = parts.method == hyper::Method::GET && answer.url().query().is_none();
        let mut left = if is_file { usize::MAX } else { LONGEST };
        let bytes = answer.bytes_stream();
        let bytes = bytes
            .try_filter(|part| std::future::ready(!part.is_empty()))
            .map(move |part| {
                let part = part.map_err(|error| failed(unanswered(&error)))?;
                let rest = left.checked_sub(part.len());
                left = rest.ok_or_else(|| failed(too_long()))?;
                Ok(Buffer::from(part))
            });
        said.body(HttpBody::new(bytes, length)).map_err(|error| {
            Error::new(ErrorKind::Unexpected, "no answer was built").set_source(error)
        })
    }
}

fn too_long() -> Judged {
    let long = NetworkFailure::TooLong.word();
    Judged {
        trouble: OffsiteFault::Refused.with(long),
        passes: false,
    }
}

fn failed(judged: Judged) -> Error {
    let error = Error::new(ErrorKind::Unexpected, judged.trouble.to_string());
    error
        .with_temporary(judged.passes)
        .set_source(judged.trouble)
}

/// Returns what an error of the library means. Its own text isn't used: it contains what the server said.
pub(super) fn trouble(error: &Error) -> OffsiteTrouble {
    let mut next = std::error::Error::source(error);
    while let Some(cause) = next {
        if let Some(trouble) = cause.downcast_ref::<OffsiteTrouble>() {
            return trouble.clone();
        }
        next = cause.source();
    }
    match error.kind() {
        ErrorKind::NotFound => OffsiteFault::NoPlace.into(),
        ErrorKind::PermissionDenied => OffsiteFault::Password.into(),
        // The library has no kind for it.
        _ if error.message().contains("timeout reached") => OffsiteFault::Unreachable.into(),
        kind => OffsiteFault::Refused.with(kind.to_string()),
    }
}
