//! Requests for pages: every request that no other route takes.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Buf, Bytes};
use futures_util::{Stream, StreamExt};
use warp::Reply;
use warp::http::header::CONTENT_LENGTH;
use warp::http::{HeaderMap, Method, Request, StatusCode};
use warp::path::FullPath;
use warp::reply::Response;

use super::asker::Asker;
use super::{BODY, BODY_TIME, Body, FILE_TIME, Site, collect, graphql};
use crate::app::Desk;
use crate::domain::{Error, chain};
use crate::web::{self, PageRequest, Viewer, Visit};

/// Maximum size of the form around a file, in bytes.
const FORM: usize = 64 * 1024;

/// The head of a request for a page.
pub(super) struct Head {
    /// Patterns of all pages.
    pages: &'static [&'static str],
    path: FullPath,
    site: Arc<Site>,
    asker: Asker,
    headers: HeaderMap,
}

impl Head {
    pub(super) fn new(
        pages: &'static [&'static str],
        path: FullPath,
        site: Arc<Site>,
        asker: Asker,
        headers: HeaderMap,
    ) -> Self {
        Self {
            pages,
            path,
            site,
            asker,
            headers,
        }
    }

    /// Returns the viewer; `None` for a visitor without a session.
    async fn viewer(&self) -> Result<Option<Viewer>, Error> {
        web::viewer(&self.site.desk, &self.headers, self.asker.address).await
    }

    fn request(self, method: Method, query: String, body: Option<Bytes>) -> PageRequest {
        PageRequest {
            address: self.asker.address,
            local: self.asker.local,
            method,
            path: self.path.as_str().to_owned(),
            query,
            pages: self.pages,
            headers: self.headers,
            body,
        }
    }
}

/// Reads a request for a page; `Err` is the response to one that no page may handle.
pub(super) async fn visit(
    head: Head,
    method: Method,
    query: String,
    body: Body,
) -> Result<Visit, Box<Response>> {
    let body = body.map_err(|status| Box::new(status.into_response()))?;
    let (desk, viewer) = (head.site.desk.clone(), head.viewer().await);
    accept(desk, head.request(method, query, Some(body)), viewer)
}

/// Responds to a request without a route in the caller's format: wherever it comes from, there is
/// nothing to protect.
pub(super) async fn nowhere(head: Head, method: Method, _: Body) -> Response {
    if graphql::wants_data(&head.headers) {
        return graphql::fail(&Error::NotFound, &head.headers);
    }
    // Without a session the page is the same, but for the menu.
    let viewer = head.viewer().await.unwrap_or_default();
    let desk = head.site.desk.clone();
    let asked = head.request(method, String::new(), Some(Bytes::new()));
    web::refuse(&Visit::new(desk, asked, viewer), &Error::NotFound)
}

/// Receives a file of at most `mib` for a page. The client is authenticated before any byte is
/// read: an owner on our own origin may send a long file, everybody else only an ordinary body.
pub(super) async fn take_file<B: Buf>(
    head: Head,
    chunks: impl Stream<Item = Result<B, warp::Error>>,
    mib: usize,
) -> Result<Visit, Box<Response>> {
    let (desk, viewer) = (head.site.desk.clone(), head.viewer().await);
    let trusted = is_trusted(&desk, &viewer, &head.headers);
    let (most, time) = match trusted {
        true => (mib * 1024 * 1024 + FORM, FILE_TIME),
        false => (BODY, BODY_TIME),
    };
    let mut chunks = std::pin::pin!(chunks);
    let body = match collect(chunks.as_mut(), most, time).await {
        Ok(body) => Some(body),
        Err(StatusCode::PAYLOAD_TOO_LARGE) if trusted => {
            drain(chunks, time).await;
            None
        }
        Err(status) => return Err(Box::new(status.into_response())),
    };
    accept(
        desk,
        head.request(Method::POST, String::new(), body),
        viewer,
    )
}

/// Receives a message with files. Everybody but an employee on our own origin may send an ordinary body alone.
pub(super) async fn take_message<B: Buf>(
    head: Head,
    chunks: impl Stream<Item = Result<B, warp::Error>>,
) -> Result<Visit, Box<Response>> {
    let (desk, viewer) = (head.site.desk.clone(), head.viewer().await);
    let trusted = matches!(viewer, Ok(Some(_)))
        && web::is_own_origin(&desk, &head.headers) == Some(true)
        && web::has_parts(&head.headers);
    let announced = head.headers.get(CONTENT_LENGTH);
    let announced = announced.and_then(|length| length.to_str().ok()?.parse().ok());
    let (most, time) = match trusted {
        true => (web::tasks::MESSAGE * 1024 * 1024 + FORM, FILE_TIME),
        false => (BODY, BODY_TIME),
    };
    let size = announced.unwrap_or(most).min(most);
    // Files are held as they arrive, and once more while they are stored.
    let memory = (size > BODY).then(|| desk.memory.upload(2 * size));
    let mut chunks = std::pin::pin!(chunks);
    let (body, memory) = match memory.transpose() {
        Ok(memory) => (collect(chunks.as_mut(), most, time).await, Ok(memory)),
        Err(busy) => (Err(StatusCode::PAYLOAD_TOO_LARGE), Err(busy)),
    };
    let body = match body {
        Ok(body) => Some(body),
        Err(StatusCode::PAYLOAD_TOO_LARGE) if trusted => {
            drain(chunks, time).await;
            None
        }
        Err(status) => return Err(Box::new(status.into_response())),
    };
    let mut visit = accept(
        desk,
        head.request(Method::POST, String::new(), body),
        viewer,
    )?;
    visit.memory = memory.map_err(|busy| Box::new(web::refuse(&visit, &busy)))?;
    visit.read_parts().await;
    Ok(visit)
}

/// Reads the rest of a body that is refused: browsers show no response before they have sent everything.
async fn drain<B>(chunks: impl Stream<Item = Result<B, warp::Error>>, time: Duration) {
    let rest = chunks.for_each(|_| std::future::ready(()));
    let _ = tokio::time::timeout(time, rest).await;
}

/// Receives a copy to be tried, of any size. Everybody but an owner on our own origin may send an ordinary body alone.
pub(super) async fn take_copy<B: Buf + 'static>(
    head: Head,
    chunks: impl Stream<Item = Result<B, warp::Error>> + Send + 'static,
) -> Result<Visit, Box<Response>> {
    let (desk, viewer) = (head.site.desk.clone(), head.viewer().await);
    if !is_trusted(&desk, &viewer, &head.headers) {
        return take_file(head, chunks, 0).await;
    }
    let upload = web::receive(&desk, &head.headers, chunks).await;
    let asked = head.request(Method::POST, String::new(), Some(Bytes::new()));
    let mut visit = accept(desk, asked, viewer)?;
    visit.upload = Some(upload);
    Ok(visit)
}

/// Returns whether a request comes from an owner on our own origin.
fn is_trusted(desk: &Desk, viewer: &Result<Option<Viewer>, Error>, headers: &HeaderMap) -> bool {
    let owner = |viewer: &Viewer| viewer.actor.require_owner().is_ok();
    matches!(viewer, Ok(Some(viewer)) if owner(viewer))
        && web::is_own_origin(desk, headers) == Some(true)
}

fn accept(
    desk: Arc<Desk>,
    asked: PageRequest,
    viewer: Result<Option<Viewer>, Error>,
) -> Result<Visit, Box<Response>> {
    let is_asset = asked.path.starts_with("/assets/");
    let viewer = match desk.db.is_there() {
        Err(lost) if !is_asset => Err(lost),
        _ => viewer,
    };
    let visit = match viewer {
        Ok(viewer) => Visit::new(desk, asked, viewer),
        Err(error @ (Error::RateLimited { .. } | Error::DatabaseLost(_))) => {
            let refused = web::refuse(&Visit::new(desk, asked, None), &error);
            return Err(Box::new(refused));
        }
        Err(error) => {
            let error = chain(&error);
            tracing::error!(%error, "failed to authenticate request");
            let failed = StatusCode::INTERNAL_SERVER_ERROR.into_response();
            return Err(Box::new(failed));
        }
    };
    match visit.method {
        Method::POST if !visit.is_from_here() && !visit.is_by_link_alone() => {
            Err(Box::new(web::foreign_origin(&visit)))
        }
        Method::GET | Method::HEAD | Method::POST => Ok(visit),
        _ => Err(Box::new(web::method_not_allowed(&visit))),
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
        // A refused request is redirected nowhere.
        pages: &[],
        headers: request.headers().clone(),
        body: Some(Bytes::new()),
    };
    web::refuse(&Visit::new(site.desk.clone(), asked, None), error)
}
