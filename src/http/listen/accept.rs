//! Takes connections: no more at once than there are descriptors for, and none that keeps us
//! waiting.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tower_service::Service;
use warp::http::{Request, Version};
use warp::reply::Response;

use super::body::Watched;
use super::pace::Paced;
use super::tls::CHALLENGE;
use crate::domain::chain;
use crate::failure::Failure;
use crate::http::{self, Connection, Counted, Site};

/// How long a stop waits for requests that are under way.
const DRAIN: Duration = Duration::from_secs(8);
/// How long a client may take to send its headers, the first ones or the next.
pub const HEADERS: Duration = Duration::from_secs(10);
/// How long an HTTP/2 connection may be silent before it is asked whether it is alive.
const ALIVE: Duration = Duration::from_secs(20);
/// How long a connection may be silent before the system asks whether the other side is still there, how often it asks
/// then, and after how many questions without an answer the connection ends: after five minutes in all.
const KEEPALIVE: Duration = Duration::from_secs(180);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(30);
const KEEPALIVE_RETRIES: u32 = 4;
/// Bytes that the system holds for a client beside those that are on their way; without a bound it holds megabytes,
/// and one that reads slowly would be noticed late.
const UNSENT: u32 = 32 * 1024;
/// Requests under way on one HTTP/2 connection.
const STREAMS: u32 = 64;
/// The headers of a request, in bytes, names and values with 32 for each field (RFC 9113 §6.5.2).
const HEADER_LIST: u32 = 16 * 1024;
/// Streams that a client has reset before we got to them (CVE-2023-44487), and those that we had to reset, before the
/// connection ends.
const PENDING_RESETS: usize = 20;
const OWN_RESETS: usize = 200;
/// What HTTP/2 keeps of a body for its client, and what a client may send of one and of all before we have read it.
const SEND_BUFFER: usize = 64 * 1024;
const STREAM_WINDOW: u32 = 256 * 1024;
const CONNECTION_WINDOW: u32 = 1024 * 1024;
/// What HTTP/1 keeps of a request's head, and of a body for its client.
const BUFFER: usize = 32 * 1024;
/// Descriptors that connections leave to the database and to Telegram.
const RESERVE: u32 = 100;

/// How many connections there may be at once, with the descriptors that the system gives us.
pub fn most_connections(wanted: u32) -> u32 {
    let descriptors = rlimit::increase_nofile_limit(u64::from(wanted.saturating_add(RESERVE)));
    let Ok(descriptors) = descriptors else {
        return wanted;
    };
    let left = descriptors.saturating_sub(RESERVE.into()).max(1);
    let left = u32::try_from(left).unwrap_or(u32::MAX);
    if left < wanted {
        tracing::warn!(
            "the system lets us have {left} connections at once, not {wanted}: raise `ulimit -n` or LimitNOFILE="
        );
    }
    left.min(wanted)
}

/// Takes connections until `stop`, then lets the requests under way end.
///
/// # Errors
/// None: what fails is one connection.
pub async fn run(
    listener: TcpListener,
    site: Site,
    most: u32,
    tls: Option<TlsAcceptor>,
    stop: CancellationToken,
) -> Result<(), Failure> {
    let site = Arc::new(site);
    let routes = warp::service(http::routes(site.clone()));
    let slots = Arc::new(Semaphore::new(most as usize));
    let graceful = GracefulShutdown::new();
    loop {
        let (stream, peer, slot) = tokio::select! {
            () = stop.cancelled() => break,
            next = next(&listener, &slots) => next,
        };
        let (site, routes, watcher) = (site.clone(), routes.clone(), graceful.watcher());
        let tls = tls.clone();
        let stream = Paced::new(stream, site.desk.clock.clone());
        tokio::spawn(async move {
            let connection = Connection::new(slot);
            let Some(tls) = tls else {
                return serve(routes, stream, peer, site, connection, watcher).await;
            };
            match tokio::time::timeout(HEADERS, tls.accept(stream)).await {
                // The authority has seen by the handshake what it wanted to see.
                Ok(Ok(stream)) if stream.get_ref().1.alpn_protocol() == Some(CHALLENGE) => {}
                Ok(Ok(stream)) => serve(routes, stream, peer, site, connection, watcher).await,
                Ok(Err(error)) => {
                    let error = chain(&error);
                    tracing::debug!(%error, "no handshake");
                }
                Err(_) => tracing::debug!("a handshake took too long"),
            }
        });
    }
    drop(listener);
    if tokio::time::timeout(DRAIN, graceful.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("requests were still under way at the end");
    }
    Ok(())
}

/// Sets what all connections of a listener begin with, before the first one comes: they have it from the listener.
///
/// # Errors
/// When the system doesn't know them.
pub fn set_options(listener: &TcpListener) -> std::io::Result<()> {
    let socket = SockRef::from(listener);
    let keepalive = TcpKeepalive::new()
        .with_time(KEEPALIVE)
        .with_interval(KEEPALIVE_INTERVAL)
        .with_retries(KEEPALIVE_RETRIES);
    socket.set_tcp_keepalive(&keepalive)?;
    socket.set_tcp_notsent_lowat(UNSENT)
}

/// The next connection, once there is room for it.
async fn next(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> (TcpStream, SocketAddr, OwnedSemaphorePermit) {
    let Ok(slot) = slots.clone().acquire_owned().await else {
        // The slots are never closed.
        return std::future::pending().await;
    };
    let (stream, peer) = take(listener).await;
    (stream, peer, slot)
}

/// The next connection, whatever comes between.
pub async fn take(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(error) => {
                // Out of file descriptors, or the client was gone already: go on.
                tracing::warn!(error = %chain(&error), "can't accept");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

async fn serve<S, T>(
    routes: S,
    stream: T,
    peer: SocketAddr,
    site: Arc<Site>,
    client: Connection,
    watcher: Watcher,
) where
    S: Service<Request<Incoming>, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send + 'static,
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let asked = Arc::new(AtomicBool::new(false));
    let mark = asked.clone();
    let cut = client.cut.clone();
    let service = service_fn(move |mut request: Request<Incoming>| {
        mark.store(true, Ordering::Relaxed);
        request.extensions_mut().insert(client.clone());
        let (routes, site, cut) = (routes.clone(), site.clone(), client.cut.clone());
        async move {
            // Even a short answer may wait for its client there, and many on one connection.
            let http2 = request.version() == Version::HTTP_2;
            let mut response = http::serve(routes, request, peer.ip(), &site).await;
            let counted = response.extensions_mut().remove::<Counted>();
            let clock = &site.desk.clock;
            Ok::<_, Infallible>(
                response.map(|body| Watched::new(body, http2, counted, clock, &cut)),
            )
        }
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS)
        .max_buf_size(BUFFER);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(ALIVE)
        .keep_alive_timeout(HEADERS)
        .max_concurrent_streams(STREAMS)
        .max_header_list_size(HEADER_LIST)
        .max_pending_accept_reset_streams(PENDING_RESETS)
        .max_local_error_reset_streams(OWN_RESETS)
        .max_send_buf_size(SEND_BUFFER)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW);
    let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), service);
    let mut connection = pin!(watcher.watch(connection.into_owned()));
    // The limits above begin once it is known which HTTP is spoken: this one begins at once.
    let whole = async {
        match tokio::time::timeout(HEADERS, &mut connection).await {
            Err(_) if asked.load(Ordering::Relaxed) => connection.await,
            Err(_) => Ok(()),
            Ok(ended) => ended,
        }
    };
    match cut.run_until_cancelled(whole).await {
        Some(Err(error)) => tracing::debug!(error = %chain(&*error), "a connection ended early"),
        Some(Ok(())) => {}
        None => tracing::debug!("a connection was cut"),
    }
}
