//! The routes, and what applies to all of them: request id, log line, and a response even after a
//! panic.

mod asker;
mod connection;
mod events;
mod files;
mod graphql;
mod headers;
mod hosts;
pub mod listen;
mod max_updates;
mod messenger_secret;
mod pages;
mod ready;
mod route;
mod sms_reports;
mod socket;
pub mod table;
mod telegram_updates;

use std::convert::Infallible;
use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt;
use hyper::body::Body as _;
use ipnet::IpNet;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower_service::Service;
use warp::http::header::{ALLOW, HOST, HeaderName, HeaderValue};
use warp::http::{Method, Request, StatusCode};
use warp::reply::Response;
use warp::{Filter, Reply};

use crate::app::Desk;
use crate::app::memory::{MemoryPermit, UNIT};
use crate::clock::Stopwatch;
use crate::domain::{Error, whole_seconds};
use crate::graphql::Schema;
use crate::i18n;
use crate::log;
use crate::web;

pub use hosts::Hosts;

use asker::Asker;
pub use connection::{Connection, Share, followers, strangers};
use hosts::Misdirected;
pub use table::routes;

/// Maximum size of a body, in bytes.
pub const BODY: usize = 256 * 1024;
/// Time for a client to send a body.
const BODY_TIME: Duration = Duration::from_secs(30);
/// Time for an owner to send a file.
const FILE_TIME: Duration = Duration::from_secs(5 * 60);
/// Prefix of the status pages; what follows is a secret.
const STATUS: &str = "/s";
/// Maximum length of a host name in characters (RFC 1035 §2.3.4).
const HOST_SHOWN: usize = 255;
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Label of an API response in the metrics.
#[derive(Debug, Clone)]
struct Answered {
    name: String,
    code: String,
}

/// Memory permit of a response that came in one piece. Pieces of streamed responses have their own.
#[derive(Debug, Clone)]
pub struct Counted(#[expect(dead_code, reason = "it is held")] Arc<MemoryPermit>);

/// State shared by the routes.
pub struct Site {
    pub desk: Arc<Desk>,
    pub schema: Schema,
    pub trusted_proxies: Vec<IpNet>,
    pub hosts: Hosts,
    /// Limit on WebSockets of clients that haven't signed in yet.
    pub strangers: Share,
    /// Limit on event streams of customers, who don't sign in.
    pub followers: Share,
    /// Origins whose scripts may read `/graphql` and `/events`.
    pub cors_origins: Vec<String>,
    /// Ends sockets and streams, which would otherwise stay open.
    pub stop: CancellationToken,
    /// The open WebSockets, each until its close frame is sent. A stop waits for them.
    pub sockets: TaskTracker,
}

/// A body, or the status for one that is too long, too slow or incomplete.
type Body = Result<Bytes, StatusCode>;

/// Collects a body up to the limit; no announced length is needed.
fn body() -> impl Filter<Extract = (Body,), Error = warp::Rejection> + Copy + Send + Sync {
    warp::body::stream().then(|chunks| collect(chunks, BODY, BODY_TIME))
}

async fn collect<B: bytes::Buf>(
    chunks: impl futures_util::Stream<Item = Result<B, warp::Error>>,
    most: usize,
    time: Duration,
) -> Body {
    let collected = tokio::time::timeout(time, collect_up_to(chunks, most)).await;
    collected.unwrap_or(Err(StatusCode::REQUEST_TIMEOUT))
}

async fn collect_up_to<B: bytes::Buf>(
    chunks: impl futures_util::Stream<Item = Result<B, warp::Error>>,
    most: usize,
) -> Body {
    use futures_util::StreamExt;
    let mut chunks = std::pin::pin!(chunks);
    let mut all = bytes::BytesMut::new();
    while let Some(chunk) = chunks.next().await {
        let mut chunk = chunk.map_err(|_| StatusCode::BAD_REQUEST)?;
        if all.len() + chunk.remaining() > most {
            return Err(StatusCode::PAYLOAD_TOO_LARGE);
        }
        all.extend_from_slice(&chunk.copy_to_bytes(chunk.remaining()));
    }
    Ok(all.freeze())
}

async fn refuse(rejection: warp::Rejection) -> Result<Response, Infallible> {
    let status = if rejection.is_not_found() {
        StatusCode::NOT_FOUND
    } else if rejection.find::<warp::reject::MethodNotAllowed>().is_some() {
        StatusCode::METHOD_NOT_ALLOWED
    } else {
        StatusCode::BAD_REQUEST
    };
    let mut response = status.into_response();
    if status == StatusCode::METHOD_NOT_ALLOWED {
        response
            .headers_mut()
            .insert(ALLOW, HeaderValue::from_static("GET, POST"));
    }
    Ok(response)
}

/// Handles a request from `peer`: assigns an id, writes a log line without personal data, and
/// responds with 500 where a panic would have broken the connection.
pub async fn serve<S, B>(routes: S, request: Request<B>, peer: IpAddr, site: &Site) -> Response
where
    S: Service<Request<B>, Response = Response, Error = Infallible>,
{
    let numbered = log::Request::new();
    let id = HeaderValue::from_str(numbered.id());
    let mut response = numbered.run(answer(routes, request, peer, site)).await;
    if let Ok(id) = id {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

async fn answer<S, B>(mut routes: S, mut request: Request<B>, peer: IpAddr, site: &Site) -> Response
where
    S: Service<Request<B>, Response = Response, Error = Infallible>,
{
    let public_url = site.desk.public_url();
    let is_tested = |host: &str| site.desk.reach.is_tested(request.uri().path(), host);
    let is_public = |host: &str| host == public_url.host() || is_tested(host);
    let checked = site.hosts.check(&request, peer, is_public);
    let local = matches!(checked, Ok(true));
    let asker = Asker::new(peer, local, request.headers(), &site.trusted_proxies);
    let path = request.uri().path().to_owned();
    let (method, room) = (request.method().clone(), table::label(&path));
    let origin = headers::allowed_origin(site, &path, request.headers());
    let preflight = match origin {
        Some(_) => headers::preflight(&method, request.headers()),
        None => None,
    };
    let stopwatch = Stopwatch::start();
    let limited = match preflight {
        Some(_) => Ok(()),
        None => site.desk.limits.request(asker.address),
    };
    let mut response = match (checked, limited, preflight) {
        (Err(why), ..) => misdirected(site, &why),
        (_, Err(error), _) => too_many(site, asker, &request, &error),
        (.., Some(preflight)) => preflight,
        _ => {
            name_host(&mut request);
            request.extensions_mut().insert(asker);
            match AssertUnwindSafe(routes.call(request)).catch_unwind().await {
                Ok(Ok(response)) => response,
                Ok(Err(never)) => match never {},
                Err(_) => {
                    tracing::error!("request handler panicked");
                    StatusCode::INTERNAL_SERVER_ERROR.into_response()
                }
            }
        }
    };
    if response.body().size_hint().lower() > UNIT as u64 {
        response = count_bytes(site, room, response).await;
    }
    if let Some(origin) = origin {
        headers::share(&mut response, origin);
    }
    headers::vary(site, &path, &mut response);
    if room == STATUS {
        headers::keep_secret(&mut response);
    }
    headers::add_defaults(&mut response, public_url.is_https());
    let took = stopwatch.elapsed();
    count(site, room, &response, took);
    note(&method, room, &response, took);
    response
}

/// Names the host in `Host`, where handlers read it: HTTP/2 has it in `:authority` alone (RFC 9113, section 8.3.1).
fn name_host<B>(request: &mut Request<B>) {
    let authority = request.uri().authority();
    let host = authority.and_then(|host| HeaderValue::from_str(host.as_str()).ok());
    if let (Some(host), false) = (host, request.headers().contains_key(HOST)) {
        request.headers_mut().insert(HOST, host);
    }
}

/// Responds to a request for an unknown host, with a text for people and a log line for the
/// operator.
fn misdirected(site: &Site, why: &Misdirected) -> Response {
    match why {
        Misdirected::Malformed => StatusCode::BAD_REQUEST.into_response(),
        Misdirected::UnknownHost(host) => {
            let host: String = host.chars().take(HOST_SHOWN).collect();
            tracing::warn!(
                ?host,
                "refused a request for an unknown host: if people shall reach this server by that \
                 name, set public_url or add it to http.hosts"
            );
            let text = i18n::text(site.desk.shop().language, "host-unknown");
            let text = format!("{text}\n");
            warp::reply::with_status(text, StatusCode::MISDIRECTED_REQUEST).into_response()
        }
    }
}

/// Reserves memory for a long response in one piece, such as a picture; or rejects it when there is
/// none.
async fn count_bytes(site: &Site, room: &str, mut response: Response) -> Response {
    let size = usize::try_from(response.body().size_hint().lower());
    match site.desk.memory.count(size.unwrap_or(usize::MAX)).await {
        Ok(place) => {
            response.extensions_mut().insert(Counted(Arc::new(place)));
            response
        }
        Err(error) if room == "/graphql" => graphql::busy(&error),
        Err(error) => {
            let seconds = match &error {
                Error::Busy { retry_after } => whole_seconds(*retry_after),
                _ => 1,
            };
            let args = [("seconds", seconds.into())];
            let text = i18n::text_with(site.desk.shop().language, "error-busy", args);
            let text = format!("{text}\n");
            let status = StatusCode::SERVICE_UNAVAILABLE;
            let mut busy = warp::reply::with_status(text, status).into_response();
            web::say_when(&mut busy, &error);
            busy
        }
    }
}

/// Responds to a client address that exceeds its request rate, in the format of the route.
fn too_many<B>(site: &Site, asker: Asker, request: &Request<B>, error: &Error) -> Response {
    match request.uri().path().trim_end_matches('/') {
        "/graphql" => graphql::fail(error, request.headers()),
        _ => pages::too_many(site, asker, request, error),
    }
}

fn count(site: &Site, room: &str, response: &Response, took: Duration) {
    let metrics = site.desk.db.metrics();
    match response.extensions().get::<Answered>() {
        Some(Answered { name, code }) => metrics.answered(name, code, took),
        None => metrics.answered(room, response.status().as_str(), took),
    }
}

/// Writes the line of an answered request.
fn note(method: &Method, room: &str, response: &Response, took: Duration) {
    let status = response.status().as_u16();
    let method = method.as_str();
    // To the microsecond.
    let ms = (took.as_secs_f64() * 1e6).round() / 1e3;
    // Monitors ask every few seconds.
    if matches!(room, "/healthz" | "/readyz") {
        tracing::debug!(method, room, status, ms, "answered");
    } else {
        tracing::info!(method, room, status, ms, "answered");
    }
}
