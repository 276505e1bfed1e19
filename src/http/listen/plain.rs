//! Small plain-HTTP listeners: the monitors' one, and the one that redirects to HTTPS.

use std::convert::Infallible;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use warp::Reply;
use warp::http::{StatusCode, header};
use warp::reply::Response;

use super::accept::{HEADERS, take};
use crate::failure::Failure;

/// Responds to a request.
pub type Handler = dyn Fn(Request<Incoming>) -> BoxFuture<'static, Response> + Send + Sync;

/// Serves until `stop`.
///
/// # Errors
/// None: a failure concerns one connection.
pub async fn run(
    listener: TcpListener,
    stop: CancellationToken,
    answer: Arc<Handler>,
) -> Result<(), Failure> {
    loop {
        let (stream, _) = tokio::select! {
            () = stop.cancelled() => return Ok(()),
            taken = take(&listener) => taken,
        };
        let (stop, answer) = (stop.clone(), answer.clone());
        let whole = async move {
            let service = service_fn(move |request| {
                let answered = answer(request);
                async move { Ok::<_, Infallible>(answered.await) }
            });
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEADERS)
                .title_case_headers(true)
                .serve_connection(TokioIo::new(stream), service);
            tokio::select! {
                () = stop.cancelled() => {}
                // A client that hung up may retry.
                _ = connection => {}
            }
        };
        tokio::spawn(whole.boxed());
    }
}

/// Redirects to the same path under the https address.
pub fn redirect(public_url: &str, request: &Request<Incoming>) -> Response {
    let path = request
        .uri()
        .path_and_query()
        .map(warp::http::uri::PathAndQuery::as_str)
        // `OPTIONS *` has no path.
        .filter(|path| path.starts_with('/'))
        .unwrap_or("/");
    let to = format!("{public_url}{path}");
    let reply = warp::reply::with_status("Use HTTPS.\n", StatusCode::PERMANENT_REDIRECT);
    warp::reply::with_header(reply, header::LOCATION, to).into_response()
}
