//! What the answers of a place mean, whatever protocol they are of.

use hyper::Method;
use reqwest::header::{CONTENT_TYPE, LOCATION};
use reqwest::{Response, StatusCode};

use crate::domain::{NetworkFailure, OffsiteFault, OffsiteTrouble};
use crate::https;

/// Maximum part of a refusal that is read, in bytes.
const WHY: usize = 4 * 1024;

/// Why a request failed, and whether the same request may succeed a moment later.
pub(super) struct Judged {
    pub trouble: OffsiteTrouble,
    pub passes: bool,
}

impl Judged {
    fn lasting(trouble: impl Into<OffsiteTrouble>) -> Self {
        Self {
            trouble: trouble.into(),
            passes: false,
        }
    }
}

/// Returns why a request got no answer, or broke off.
pub(super) fn unanswered(error: &reqwest::Error) -> Judged {
    if https::is_untrusted(error) {
        return Judged::lasting(OffsiteFault::Certificate);
    }
    let reason = https::reason(error);
    let fault = match reason {
        NetworkFailure::Broken => OffsiteFault::Cut,
        _ => OffsiteFault::Unreachable,
    };
    Judged {
        trouble: fault.with(reason.word()),
        passes: true,
    }
}

/// Returns an answer unless it is a refusal. Those that the library tells apart pass: that there is nothing, that there is
/// something already, and that a condition isn't met.
pub(super) async fn judge(method: &Method, answer: Response) -> Result<Response, Judged> {
    let status = answer.status();
    let detail = format!("HTTP {}", status.as_u16());
    match status {
        // S3 has a query for the bucket, and none for a file.
        StatusCode::NOT_FOUND if answer.url().query().is_some() => {
            Err(Judged::lasting(OffsiteFault::NoPlace))
        }
        // WebDAV says so of a folder that is missing.
        StatusCode::CONFLICT => Err(Judged::lasting(OffsiteFault::NoPlace)),
        StatusCode::NOT_FOUND
        | StatusCode::METHOD_NOT_ALLOWED
        | StatusCode::PRECONDITION_FAILED
        | StatusCode::RANGE_NOT_SATISFIABLE => Ok(answer),
        StatusCode::UNAUTHORIZED => Err(Judged::lasting(OffsiteFault::Password)),
        StatusCode::FORBIDDEN => Err(Judged::lasting(forbidden(answer).await)),
        StatusCode::INSUFFICIENT_STORAGE => Err(Judged::lasting(OffsiteFault::Full)),
        _ if status.is_redirection() => {
            let to = host_of(&answer).unwrap_or(detail);
            Err(Judged::lasting(OffsiteFault::Redirect.with(to)))
        }
        _ if status.is_success() && reads(method) && is_page(&answer) => {
            Err(Judged::lasting(OffsiteFault::WebPage))
        }
        _ if status.is_client_error() || status.is_server_error() => Err(Judged {
            trouble: OffsiteFault::Refused.with(detail),
            passes: status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS,
        }),
        _ => Ok(answer),
    }
}

/// Returns whether the answer to a method is one of the storage alone: to others a server may say in HTML that it is done.
fn reads(method: &Method) -> bool {
    matches!(method.as_str(), "GET" | "HEAD" | "PROPFIND")
}

fn is_page(answer: &Response) -> bool {
    let kind = answer.headers().get(CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.starts_with("text/html")
}

/// Returns the host to which an answer leads; its path may hold more than is to be shown.
fn host_of(answer: &Response) -> Option<String> {
    let to = answer.headers().get(LOCATION)?.to_str().ok()?;
    let url = answer.url().join(to).ok()?;
    url.host_str().map(str::to_owned)
}

/// S3 has one status for several refusals, and tells them apart by a code in XML.
async fn forbidden(answer: Response) -> OffsiteFault {
    let Ok(said) = https::read(answer, WHY).await else {
        return OffsiteFault::Password;
    };
    let said = String::from_utf8_lossy(&said);
    let codes = [
        ("RequestTimeTooSkewed", OffsiteFault::Clock),
        ("QuotaExceeded", OffsiteFault::Full),
        ("StorageFull", OffsiteFault::Full),
    ];
    let told = codes.into_iter().find(|(code, _)| said.contains(code));
    told.map_or(OffsiteFault::Password, |(_, fault)| fault)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_refusals_of_s3_are_told_apart_by_their_codes() {
        for (code, fault) in [
            ("RequestTimeTooSkewed", OffsiteFault::Clock),
            ("QuotaExceeded", OffsiteFault::Full),
            ("SignatureDoesNotMatch", OffsiteFault::Password),
        ] {
            let said = format!("<Error><Code>{code}</Code></Error>");
            let answer = hyper::Response::builder().status(403).body(said).unwrap();
            let judged = judge(&Method::PUT, answer.into()).await;
            let refused = judged.err().unwrap();
            assert_eq!(refused.trouble.fault, fault, "{code}");
            assert!(!refused.passes, "{code}");
        }
    }
}
