//! The staff pages, which handle every request that no other route takes.

use std::sync::Arc;

use bytes::{Buf, Bytes};
use futures_util::{Stream, StreamExt};
use warp::Reply;
use warp::http::{HeaderMap, Method, Request, StatusCode};
use warp::path::FullPath;
use warp::reply::Response;

use super::asker::Asker;
use super::{BODY, BODY_TIME, Body, FILE_TIME, Site, collect, graphql};
use crate::app::Desk;
use crate::domain::{Error, chain};
use crate::web::{self, PageRequest, Viewer, Visit};

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
        Ok(body) => Some(body),
        Err(status) => return status.into_response(),
    };
    let viewer = web::viewer(&site.desk, &headers, asker.address).await;
    let asked = PageRequest {
        address: asker.address,
        local: asker.local,
        method,
        path: path.as_str().to_owned(),
        query,
        headers,
        body,
    };
    answer_to(site.desk.clone(), asked, viewer).await
}

/// Responds to a request without a route in the caller's format: wherever it comes from, there is
/// nothing to protect.
pub(super) async fn nowhere(
    path: FullPath,
    site: Arc<Site>,
    asker: Asker,
    headers: HeaderMap,
    method: Method,
    _: Body,
) -> Response {
    if graphql::wants_data(&headers) {
        return graphql::fail(&Error::NotFound, &headers);
    }
    let viewer = web::viewer(&site.desk, &headers, asker.address).await;
    let asked = PageRequest {
        address: asker.address,
        local: asker.local,
        method,
        path: path.as_str().to_owned(),
        query: String::new(),
        headers,
        body: Some(Bytes::new()),
    };
    // Without a session the page is the same, but for the menu.
    let viewer = viewer.unwrap_or_default();
    web::refuse(
        &Visit::new(site.desk.clone(), asked, viewer),
        &Error::NotFound,
    )
}

/// Receives a file for a page. The client is authenticated before any byte is read: an owner on our
/// own origin may send a long file, everybody else only an ordinary body.
pub(super) async fn take_file<B: Buf>(
    path: FullPath,
    site: Arc<Site>,
    asker: Asker,
    headers: HeaderMap,
    chunks: impl Stream<Item = Result<B, warp::Error>>,
) -> Response {
    let viewer = web::viewer(&site.desk, &headers, asker.address).await;
    let owner = |viewer: &Viewer| viewer.actor.require_owner().is_ok();
    let trusted = matches!(&viewer, Ok(Some(viewer)) if owner(viewer))
        && web::is_own_origin(&site.desk, &headers) == Some(true);
    let (most, time) = match trusted {
        true => (web::longest_upload(path.as_str()), FILE_TIME),
        false => (BODY, BODY_TIME),
    };
    let mut chunks = std::pin::pin!(chunks);
    let body = match collect(chunks.as_mut(), most, time).await {
        Ok(body) => Some(body),
        Err(StatusCode::PAYLOAD_TOO_LARGE) if trusted => {
            // Browsers show no response before they have sent everything.
            let rest = chunks.for_each(|_| std::future::ready(()));
            let _ = tokio::time::timeout(time, rest).await;
            None
        }
        Err(status) => return status.into_response(),
    };
    let asked = PageRequest {
        address: asker.address,
        local: asker.local,
        method: Method::POST,
        path: path.as_str().to_owned(),
        query: String::new(),
        headers,
        body,
    };
    answer_to(site.desk.clone(), asked, viewer).await
}

async fn answer_to(
    desk: Arc<Desk>,
    asked: PageRequest,
    viewer: Result<Option<Viewer>, Error>,
) -> Response {
    let is_asset = asked.path.starts_with("/assets/");
    let viewer = match desk.db.is_there() {
        Err(lost) if !is_asset => Err(lost),
        _ => viewer,
    };
    match viewer {
        Ok(viewer) => web::answer(Visit::new(desk, asked, viewer)).await,
        Err(error @ (Error::RateLimited { .. } | Error::DatabaseLost(_))) => {
            web::refuse(&Visit::new(desk, asked, None), &error)
        }
        Err(error) => {
            let error = chain(&error);
            tracing::error!(%error, "failed to authenticate request");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Rejects a visitor who exceeds the request rate, without authentication.
pub(super) fn too_many<B>(
    site: &Site,
    asker: Asker,
    request: &Request<B>,
    error: &Error,
) -> Response {
    let asked = PageRequest {
        address: asker.address,
        local: asker.local,
        method: request.method().clone(),
        path: request.uri().path().to_owned(),
        query: String::new(),
        headers: request.headers().clone(),
        body: Some(Bytes::new()),
    };
    web::refuse(&Visit::new(site.desk.clone(), asked, None), error)
}
