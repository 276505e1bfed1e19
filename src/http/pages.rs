//! Everything that is none of the other routes: the staff's pages.

use std::sync::Arc;

use bytes::Bytes;
use warp::Reply;
use warp::http::{HeaderMap, Method, Request, StatusCode};
use warp::path::FullPath;
use warp::reply::Response;

use super::asker::Asker;
use super::{Body, Site};
use crate::domain::Error;
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
    let desk = site.desk.clone();
    match web::viewer(&desk, &asked.headers, asked.address).await {
        Ok(viewer) => web::answer(Visit::new(desk, asked, viewer)).await,
        Err(error @ Error::RateLimited { .. }) => {
            web::refuse(&Visit::new(desk, asked, None), &error)
        }
        Err(error) => {
            let error = &error as &dyn std::error::Error;
            tracing::error!(request_id, error, "nobody can be recognised");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Refuses a visitor who has asked too often, without looking who it is.
pub(super) fn too_many<B>(
    site: &Site,
    asker: Asker,
    request: &Request<B>,
    error: &Error,
) -> Response {
    let asked = Asked {
        address: asker.address,
        request_id: asker.request_id,
        method: request.method().clone(),
        path: request.uri().path().to_owned(),
        query: String::new(),
        headers: request.headers().clone(),
        body: Bytes::new(),
    };
    web::refuse(&Visit::new(site.desk.clone(), asked, None), error)
}
