//! The headers of every response, and CORS: no other site may read our responses, unless the settings name it.

use warp::Reply;
use warp::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, ORIGIN,
    REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use warp::http::{HeaderMap, HeaderValue, Method, StatusCode};
use warp::reply::Response;

use super::Site;
use crate::web::is_own_origin;

/// The headers of a page whose address is a secret between the shop and a customer: search engines don't index it. As for
/// all pages, other sites see no referrer; with `no-referrer` browsers would send forms without an origin.
const SECRET: (HeaderName, &str) = (HeaderName::from_static("x-robots-tag"), "noindex, nofollow");
/// The routes that programs of other sites may be allowed to read, with all below them.
const SHARED: &[&str] = &["/graphql", "/events", "/photos", "/attachments"];

/// The headers of a response whose route doesn't set its own.
const DEFAULTS: [(HeaderName, HeaderValue); 5] = [
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"),
    ),
    (CACHE_CONTROL, HeaderValue::from_static("no-store")),
];

/// Adds the defaults to a response.
pub(super) fn add_defaults(response: &mut Response, https: bool) {
    let headers = response.headers_mut();
    for (name, value) in DEFAULTS {
        headers.entry(name).or_insert(value);
    }
    if https {
        let year = HeaderValue::from_static("max-age=31536000");
        headers.insert(STRICT_TRANSPORT_SECURITY, year);
    }
}

/// Adds the headers of a page with a secret URL.
pub(super) fn keep_secret(response: &mut Response) {
    let (name, value) = SECRET;
    let headers = response.headers_mut();
    headers.insert(name, HeaderValue::from_static(value));
}

/// Returns the origin of a request, if it may read the response.
pub(super) fn allowed_origin(site: &Site, path: &str, headers: &HeaderMap) -> Option<HeaderValue> {
    let origin = headers.get(ORIGIN)?;
    let allowed = site.cors_origins.iter().any(|allowed| origin == allowed);
    (allowed && is_shared(path)).then(|| origin.clone())
}

fn is_shared(path: &str) -> bool {
    SHARED.iter().any(|shared| match path.strip_prefix(shared) {
        Some(rest) => rest.is_empty() || rest.starts_with('/'),
        None => false,
    })
}

/// Says to caches that a response depends on the origin, if it does.
pub(super) fn vary(site: &Site, path: &str, response: &mut Response) {
    if !site.cors_origins.is_empty() && is_shared(path) {
        let headers = response.headers_mut();
        headers.append(VARY, HeaderValue::from_static("Origin"));
    }
}

/// Answers a CORS preflight request. Any header that is asked for is allowed: none is trusted more than the token, which
/// only programs that hold it can send.
pub(super) fn preflight(method: &Method, headers: &HeaderMap) -> Option<Response> {
    if method != Method::OPTIONS || !headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD) {
        return None;
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    let allowed = response.headers_mut();
    for (name, value) in [
        (ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD, POST"),
        (ACCESS_CONTROL_MAX_AGE, "3600"),
        (VARY, "Access-Control-Request-Headers"),
    ] {
        allowed.insert(name, HeaderValue::from_static(value));
    }
    if let Some(asked) = headers.get(ACCESS_CONTROL_REQUEST_HEADERS) {
        allowed.insert(ACCESS_CONTROL_ALLOW_HEADERS, asked.clone());
    }
    Some(response)
}

/// Allows an origin to read a response.
pub(super) fn share(response: &mut Response, origin: HeaderValue) {
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(
        ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static("X-Request-Id, Retry-After"),
    );
}

/// Returns whether a page of another site opens a socket. Programs other than browsers send no origin.
pub(super) fn is_foreign(site: &Site, path: &str, headers: &HeaderMap) -> bool {
    is_own_origin(&site.desk, headers) == Some(false)
        && allowed_origin(site, path, headers).is_none()
}
