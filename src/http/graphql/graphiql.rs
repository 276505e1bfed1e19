//! GraphiQL, which browsers get at `/graphql`.

use warp::Reply;
use warp::http::HeaderValue;
use warp::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use warp::reply::Response;

use super::format::set_type;

const GRAPHIQL: &str = include_str!("graphiql.html");
const SCRIPT: &str = include_str!("graphiql.js");
/// The page loads GraphiQL from unpkg.com, pinned by version and hash.
const POLICY: &str = "default-src 'self'; script-src 'self' https://unpkg.com; \
    style-src 'self' https://unpkg.com 'unsafe-inline'; img-src 'self' data:; \
    font-src https://unpkg.com data:; frame-ancestors 'none'";

pub(super) fn page() -> Response {
    let mut page = Response::new(GRAPHIQL.into());
    set_type(&mut page, "text/html; charset=utf-8");
    let policy = HeaderValue::from_static(POLICY);
    page.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    page
}

/// Serves the script that starts GraphiQL.
pub(in crate::http) fn script() -> impl Reply {
    warp::reply::with_header(SCRIPT, CONTENT_TYPE, "text/javascript; charset=utf-8")
}
