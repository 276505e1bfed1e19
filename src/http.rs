//! The routes, all on one screen.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;

use async_graphql::{Request, Response};
use warp::http::header::{ALLOW, AUTHORIZATION, CONTENT_TYPE};
use warp::http::{HeaderMap, Method, StatusCode};
use warp::{Filter, Reply};

use crate::app::{Desk, accounts, secrets};
use crate::domain::Error;
use crate::graphql::{self, Caller, Code, Schema};

/// The longest body that is taken, in bytes.
const BODY: u64 = 256 * 1024;

/// Every route, for a connection from `address`.
pub fn routes(
    desk: Arc<Desk>,
    schema: Schema,
    address: IpAddr,
) -> impl Filter<Extract = (impl Reply,), Error = Infallible> + Clone {
    let graphql = warp::path("graphql")
        .and(warp::path::end())
        .and(warp::post())
        .and(warp::header::headers_cloned())
        .and(warp::body::content_length_limit(BODY))
        .and(warp::body::bytes())
        .then(move |headers: HeaderMap, body: bytes::Bytes| {
            let (desk, schema) = (desk.clone(), schema.clone());
            async move { answer(&desk, &schema, address, &headers, &body).await }
        });
    let health = warp::path("healthz")
        .and(warp::path::end())
        .and(warp::get())
        .map(|| "ok\n");
    graphql.or(health).recover(refuse)
}

async fn answer(
    desk: &Desk,
    schema: &Schema,
    address: IpAddr,
    headers: &HeaderMap,
    body: &[u8],
) -> warp::reply::Response {
    let Ok(request_id) = secrets::random_token() else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let json = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let json = json
        .and_then(|value| value.split(';').next())
        .map(str::trim);
    if !json.is_some_and(|value| value.eq_ignore_ascii_case("application/json")) {
        let why = "Send the request as application/json.";
        return write(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            &graphql::refusal(Code::BadUserInput, why),
        );
    }
    let Ok(request) = serde_json::from_slice::<Request>(body) else {
        let why = "The body is not a JSON object with a query.";
        return write(
            StatusCode::BAD_REQUEST,
            &graphql::refusal(Code::BadUserInput, why),
        );
    };
    let prepared = match graphql::prepare(request) {
        Ok(prepared) => prepared,
        Err(refusal) => return write(StatusCode::BAD_REQUEST, &refusal),
    };
    let token = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let token = token.and_then(|value| value.strip_prefix("Bearer "));
    let viewer = match token {
        None => None,
        Some(token) => match accounts::authenticate(desk, token).await {
            Ok(viewer) => Some(viewer),
            Err(Error::Unauthenticated) => None,
            Err(error) => {
                tracing::error!(
                    request_id,
                    error = &error as &dyn std::error::Error,
                    "no answer"
                );
                return StatusCode::INTERNAL_SERVER_ERROR.into_response();
            }
        },
    };
    let caller = Caller {
        viewer,
        address,
        request_id,
    };
    write(StatusCode::OK, &schema.execute(prepared, caller).await)
}

fn write(status: StatusCode, response: &Response) -> warp::reply::Response {
    warp::reply::with_status(warp::reply::json(response), status).into_response()
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
