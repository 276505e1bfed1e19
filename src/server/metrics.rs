//! The monitors' own listener: `GET /metrics`, and nothing else.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use warp::Reply;
use warp::http::{Method, StatusCode};
use warp::reply::Response;

use super::Failure;
use crate::app::Desk;
use crate::metrics::Now;
use crate::store;

/// How long a monitor may take to ask.
const HEADERS: Duration = Duration::from_secs(10);
/// <https://prometheus.io/docs/specs/om/open_metrics_spec/>
const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Answers monitors until `stop`.
///
/// # Errors
/// None: what fails is one answer.
pub async fn run(
    listener: TcpListener,
    desk: Arc<Desk>,
    stop: CancellationToken,
) -> Result<(), Failure> {
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return Ok(()),
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, _)) = accepted else {
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let (desk, stop) = (desk.clone(), stop.clone());
        tokio::spawn(async move {
            let service = service_fn(|request: hyper::Request<_>| {
                let wanted = (request.method().clone(), request.uri().path().to_owned());
                let desk = desk.clone();
                async move { Ok::<_, Infallible>(answer(&desk, wanted).await) }
            });
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEADERS)
                .serve_connection(TokioIo::new(stream), service);
            tokio::select! {
                () = stop.cancelled() => {}
                // A monitor that went away asks again.
                _ = connection => {}
            }
        });
    }
}

async fn answer(desk: &Desk, (method, path): (Method, String)) -> Response {
    if (method, &*path) != (Method::GET, "/metrics") {
        return StatusCode::NOT_FOUND.into_response();
    }
    let waiting = match desk.db.read(store::outbox::waiting).await {
        Ok(waiting) => waiting,
        Err(error) => {
            let error = &error as &dyn std::error::Error;
            tracing::error!(error, "the outbox can't be counted");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
    };
    let (outbox, oldest) = waiting;
    let late = oldest.map(|oldest| desk.clock.now().duration_since(oldest));
    let now = Now {
        subscriptions: desk.db.listeners(),
        outbox,
        oldest: late
            .and_then(|late| Duration::try_from(late).ok())
            .unwrap_or_default(),
    };
    match desk.db.metrics().text(now) {
        Ok(text) => warp::reply::with_header(text, "content-type", MEDIA_TYPE).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
