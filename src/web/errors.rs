//! The only mapping from domain errors to pages.

use askama::Template;
use warp::Reply;
use warp::http::header::{ALLOW, RETRY_AFTER};
use warp::http::{HeaderValue, Method, StatusCode};
use warp::reply::Response;

use super::visit::Visit;
use super::{accounts, aliases, cash, tasks};
use crate::domain::{Error, chain, whole_seconds};
use crate::i18n;
use crate::log::request_id;

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    title: String,
    text: String,
    /// The submitted form, to be sent again, so that an internal failure loses nothing that was
    /// typed.
    again: &'a [(String, String)],
}

/// Sets the `Retry-After` header.
pub fn say_when(response: &mut Response, error: &Error) {
    if let Error::RateLimited { retry_after } | Error::Busy { retry_after } = error {
        let seconds = HeaderValue::from(whole_seconds(*retry_after));
        response.headers_mut().insert(RETRY_AFTER, seconds);
    }
}

/// Shows an error; a visitor without a session is redirected to the sign-in page and back.
pub fn answer(visit: &Visit, error: &Error) -> Response {
    let texts = &visit.texts;
    match error {
        Error::Unauthenticated if visit.is_scripted() => StatusCode::UNAUTHORIZED.into_response(),
        Error::Unauthenticated if visit.form.iter().any(is_work) => {
            let status = StatusCode::UNAUTHORIZED;
            accounts::log_in_first(visit).unwrap_or_else(|_| status.into_response())
        }
        Error::Unauthenticated => {
            let back = if visit.method == Method::GET {
                &*visit.here
            } else {
                "/"
            };
            let next: String = form_urlencoded::byte_serialize(back.as_bytes()).collect();
            visit.go(&format!("/login?next={next}"))
        }
        Error::Forbidden => page(visit, StatusCode::FORBIDDEN),
        Error::NotFound | Error::Missing { .. } | Error::Gone => page(visit, StatusCode::NOT_FOUND),
        Error::Invalid(_) | Error::InvalidFields(_) => {
            let all = error.invalid_fields().iter();
            let all: Vec<_> = all
                .map(|invalid| i18n::invalid_named(texts.language, invalid))
                .collect();
            let text = all.join(" ");
            show(
                visit,
                StatusCode::UNPROCESSABLE_ENTITY,
                "error-title-invalid",
                text,
            )
        }
        Error::Conflict(conflict) => {
            let text = i18n::conflict(texts.language, conflict);
            show(visit, StatusCode::CONFLICT, "error-title-invalid", text)
        }
        Error::RateLimited { retry_after } => {
            let seconds = whole_seconds(*retry_after);
            let text = texts.with("error-rate-limited", [("seconds", seconds.into())]);
            let status = StatusCode::TOO_MANY_REQUESTS;
            let mut response = show(visit, status, "error-title-limited", text);
            say_when(&mut response, error);
            response
        }
        Error::Busy { retry_after } => {
            let seconds = whole_seconds(*retry_after);
            let text = texts.with("error-busy", [("seconds", seconds.into())]);
            let status = StatusCode::SERVICE_UNAVAILABLE;
            let mut response = show(visit, status, "error-title-busy", text);
            say_when(&mut response, error);
            response
        }
        // Logged once where it was detected.
        Error::DatabaseLost(_) => {
            let text = texts.s("error-database-lost");
            let status = StatusCode::SERVICE_UNAVAILABLE;
            show(visit, status, "error-title-internal", text)
        }
        Error::Internal(source) | Error::DiskFull(source) => {
            tracing::error!(
                error = %chain(&**source),
                "internal error"
            );
            let status = StatusCode::INTERNAL_SERVER_ERROR;
            match error {
                Error::DiskFull(_) => show(
                    visit,
                    status,
                    "error-title-internal",
                    texts.s("error-disk-full"),
                ),
                _ => page(visit, status),
            }
        }
    }
}

impl ErrorPage<'_> {
    /// Returns the typed values, to show that they are not lost.
    fn typed(&self) -> impl Iterator<Item = &str> {
        let typed = self.again.iter().filter(|field| is_work(field));
        typed.map(|(_, value)| &**value)
    }
}

/// Returns whether a field holds typed content worth preserving.
fn is_work((name, value): &(String, String)) -> bool {
    let typed = tasks::fields().contains(&&**name)
        || [
            tasks::TALK_FIELDS,
            tasks::money::MONEY_FIELDS,
            cash::FIELDS,
            aliases::FIELDS,
        ]
        .concat()
        .contains(&&**name);
    typed && !value.is_empty()
}

/// Shows the error page of an HTTP status.
fn page(visit: &Visit, status: StatusCode) -> Response {
    let texts = &visit.texts;
    let (title, text) = match status {
        StatusCode::NOT_FOUND => ("error-title-not-found", texts.s("error-text-not-found")),
        StatusCode::FORBIDDEN => ("error-title-forbidden", texts.s("error-text-forbidden")),
        StatusCode::METHOD_NOT_ALLOWED => ("error-title-method", String::new()),
        _ => {
            let args = [("request", request_id().into())];
            ("error-title-internal", texts.with("error-internal", args))
        }
    };
    let mut response = show(visit, status, title, text);
    if status == StatusCode::METHOD_NOT_ALLOWED {
        response
            .headers_mut()
            .insert(ALLOW, HeaderValue::from_static("GET, POST"));
    }
    response
}

/// Rejects a method that no page has.
pub fn method_not_allowed(visit: &Visit) -> Response {
    page(visit, StatusCode::METHOD_NOT_ALLOWED)
}

/// Rejects a form submitted from a foreign origin.
pub fn foreign_origin(visit: &Visit) -> Response {
    let text = visit.texts.s("error-text-origin");
    show(visit, StatusCode::FORBIDDEN, "error-title-forbidden", text)
}

fn show(visit: &Visit, status: StatusCode, title: &str, text: String) -> Response {
    let title = visit.texts.s(title);
    let is_secret = |(name, _): &(String, String)| name.to_lowercase().contains("password");
    let is_whole = !visit.has_files() && !visit.form.iter().any(is_secret);
    let again = match status.is_server_error() && is_whole {
        true => &visit.form[..],
        false => &[],
    };
    let page = ErrorPage {
        visit,
        current: "",
        title,
        text,
        again,
    };
    visit
        .page_as(status, &page)
        .unwrap_or_else(|_| status.into_response())
}
