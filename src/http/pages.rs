//! Everything that is none of the other routes: the staff's pages.

use std::sync::Arc;

use warp::Reply;
use warp::http::{HeaderMap, Method, StatusCode};
use warp::path::FullPath;
use warp::reply::Response;

use super::asker::Asker;
use super::{Body, Site};
use crate::web::{self, Asked, Visit};

pub(super) async fn answer(
    path: FullPath,
    site: Arc<Site>,
    asker: Asker,
    headers: HeaderMap,
    method: Method,
    query: String,
    body: Body,
) -> Response {
    let body = match body {
        Ok(body) => body,
        Err(status) => return status.into_response(),
    };
    let request_id = asker.request_id.clone();
    let asked = Asked {
        address: asker.address,
        request_id: asker.request_id,
        method,
        path: path.as_str().to_owned(),
        query,
        headers,
        body,
    };
    match Visit::new(site.desk.clone(), asked).await {
        Ok(visit) => web::answer(visit).await,
        Err(error) => {
            let error = &error as &dyn std::error::Error;
            tracing::error!(request_id, error, "nobody can be recognised");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
