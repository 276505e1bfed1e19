//! The metrics listener: `GET /metrics` only.

use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use warp::Reply;
use warp::http::{Method, Request, StatusCode};
use warp::reply::Response;

use crate::app::{Desk, offsite};
use crate::domain::chain;
use crate::http::Hosts;
use crate::metrics::Now;
use crate::store;

/// Source: <https://prometheus.io/docs/specs/om/open_metrics_spec/>
const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Responds to a monitor.
pub async fn answer(desk: Arc<Desk>, hosts: Hosts, request: Request<Incoming>) -> Response {
    if !hosts.allow(request.headers(), desk.public_url().host()) {
        return StatusCode::MISDIRECTED_REQUEST.into_response();
    }
    if (request.method(), request.uri().path()) != (&Method::GET, "/metrics") {
        return StatusCode::NOT_FOUND.into_response();
    }
    let at = desk.clock.now();
    let count = move |c: &_| {
        let hooks = store::webhooks::standing(c)?;
        Ok((
            store::outbox::waiting(c)?,
            hooks,
            store::offsite::attempts(c, at)?,
        ))
    };
    let (waiting, hooks, copies) = match desk.db.read(count).await {
        Ok(counted) => counted,
        Err(error) => {
            let error = chain(&error);
            tracing::error!(%error, "failed to count the outbox");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
    };
    let (outbox, oldest) = waiting;
    let late = oldest.map(|oldest| desk.clock.now().duration_since(oldest));
    let now = Now {
        offsite: offsite::now(&desk, &copies),
        subscriptions: desk.db.listeners(),
        outbox,
        oldest: late
            .and_then(|late| Duration::try_from(late).ok())
            .unwrap_or_default(),
        deliveries: hooks.iter().map(|hook| hook.waiting).sum(),
        undelivered: hooks.iter().map(|hook| hook.undelivered).sum(),
        failing: hooks
            .iter()
            .filter(|hook| hook.hook.has_failed_long(at))
            .count(),
    };
    match desk.db.metrics().text(now) {
        Ok(text) => warp::reply::with_header(text, "content-type", MEDIA_TYPE).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
