//! The routes, all on one screen.

mod graphql;
mod webhook;

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;

use secrecy::SecretString;
use warp::http::header::ALLOW;
use warp::http::{HeaderMap, Method, StatusCode};
use warp::{Filter, Reply};

use crate::app::Desk;
use crate::graphql::Schema;

/// The longest body that is taken, in bytes.
const BODY: u64 = 256 * 1024;

/// Every route, for a connection from `address`.
pub fn routes(
    desk: Arc<Desk>,
    schema: Schema,
    webhook_secret: Option<Arc<SecretString>>,
    address: IpAddr,
) -> impl Filter<Extract = (impl Reply,), Error = Infallible> + Clone {
    let shop = desk.clone();
    let webhook = warp::path!("telegram" / "webhook")
        .and(warp::post())
        .and(warp::header::headers_cloned())
        .and(warp::body::content_length_limit(BODY))
        .and(warp::body::bytes())
        .then(move |headers: HeaderMap, body: bytes::Bytes| {
            let (desk, secret) = (shop.clone(), webhook_secret.clone());
            async move { webhook::answer(&desk, secret.as_deref(), &headers, &body).await }
        });
    let graphql = warp::path("graphql")
        .and(warp::path::end())
        .and(warp::post())
        .and(warp::header::headers_cloned())
        .and(warp::body::content_length_limit(BODY))
        .and(warp::body::bytes())
        .then(move |headers: HeaderMap, body: bytes::Bytes| {
            let (desk, schema) = (desk.clone(), schema.clone());
            async move { graphql::answer(&desk, &schema, address, &headers, &body).await }
        });
    let health = warp::path("healthz")
        .and(warp::path::end())
        .and(warp::get())
        .map(|| "ok\n");
    graphql.or(webhook).or(health).recover(refuse)
}

async fn refuse(rejection: warp::Rejection) -> Result<warp::reply::Response, Infallible> {
    let status = if rejection.is_not_found() {
        StatusCode::NOT_FOUND
    } else if rejection.find::<warp::reject::MethodNotAllowed>().is_some() {
        let allow =
            warp::reply::with_header(StatusCode::METHOD_NOT_ALLOWED, ALLOW, Method::POST.as_str());
        return Ok(allow.into_response());
    } else if rejection.find::<warp::reject::PayloadTooLarge>().is_some() {
        StatusCode::PAYLOAD_TOO_LARGE
    } else {
        StatusCode::BAD_REQUEST
    };
    Ok(status.into_response())
}
