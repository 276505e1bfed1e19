//! `POST /graphql`.

use std::net::IpAddr;

use async_graphql::{Request, Response};
use warp::Reply;
use warp::http::header::{AUTHORIZATION, CONTENT_TYPE};
use warp::http::{HeaderMap, StatusCode};

use crate::app::{Desk, accounts, secrets};
use crate::domain::Error;
use crate::graphql::{self, Caller, Code, Schema};

pub(super) async fn answer(
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
