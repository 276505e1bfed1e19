//! The headers of every response, and CORS: no other site may read our responses, unless the settings name it.

use warp::Reply;
use warp::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD,
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, ORIGIN, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use warp::http::{HeaderMap, HeaderValue, Method, StatusCode};
use warp::reply::Response;

use super::Site;
use crate::web::is_own_origin;

/// The headers of a page whose address is a secret between the shop and a customer: search engines don't index it. As for
/// all pages, other sites see no referrer; with `no-referrer` browsers would send forms without an origin.
const SECRET: (HeaderName, &str) = (HeaderName::from_static("x-robots-tag"), "noindex, nofollow");
/// The routes that programs of other sites may be allowed to read.
const SHARED: &[&str] = &["/graphql", "/graphql/", "/events"];

/// Adds the defaults to a response, unless its route sets its own.
pub(super) fn add_defaults(response: &mut Response, https: bool) {
    let headers = response.headers_mut();
    for (name, value) in [
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "same-origin"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'",
        ),
        (CACHE_CONTROL, "no-store"),
    ] {
        let missing = || HeaderValue::from_static(value);
        headers.entry(name).or_insert_with(missing);
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
    (allowed && SHARED.contains(&path)).then(|| origin.clone())
}

/// Answers a CORS preflight request.
pub(super) fn preflight(method: &Method, headers: &HeaderMap) -> Option<Response> {
    if method != Method::OPTIONS || !headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD) {
        return None;
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    for (name, value) in [
        (ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"),
        (
            ACCESS_CONTROL_ALLOW_HEADERS,
            "Authorization, Content-Type, Accept",
        ),
        (ACCESS_CONTROL_MAX_AGE, "3600"),
    ] {
        let headers = response.headers_mut();
        headers.insert(name, HeaderValue::from_static(value));
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
    headers.append(VARY, HeaderValue::from_static("Origin"));
}

/// Returns whether a page of another site opens a socket. Programs other than browsers send no origin.
pub(super) fn is_foreign(site: &Site, path: &str, headers: &HeaderMap) -> bool {
    is_own_origin(&site.desk, headers) == Some(false)
        && allowed_origin(site, path, headers).is_none()
}
