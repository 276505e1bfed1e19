//! Accepts connections: no more at once than file descriptors allow, and none that stalls.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::FutureExt;
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
use warp::http::header::SEC_WEBSOCKET_KEY;
use warp::http::{Request, Version};
use warp::reply::Response;

use super::body::Watched;
use super::idle::{HeadTimer, Slots};
use super::pace::Paced;
use super::tls::CHALLENGE;
use crate::clock::Clock;
use crate::domain::chain;
use crate::failure::Failure;
use crate::http::{self, Connection, Counted, Site};

/// How long a stop waits for requests in progress.
const DRAIN: Duration = Duration::from_secs(8);
/// How long a client may take to send the headers of a request. Between two requests it has `idle::IDLE`.
pub const HEADERS: Duration = Duration::from_secs(10);
/// How long an HTTP/2 connection may be silent before it is pinged.
const ALIVE: Duration = Duration::from_secs(20);
/// TCP keepalive: the silence before the first probe, the interval of the probes, and the number of unanswered ones after
/// which the connection ends, five minutes in all.
const KEEPALIVE: Duration = Duration::from_secs(180);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(30);
const KEEPALIVE_RETRIES: u32 = 4;
/// The send buffer of a connection, in bytes. By default the system buffers megabytes, and a slow reader would be noticed
/// late.
const UNSENT: u32 = 32 * 1024;
/// Concurrent requests on one HTTP/2 connection.
const STREAMS: u32 = 64;
/// The largest headers of a request, in bytes: names and values with 32 for each field (RFC 9113 §6.5.2).
const HEADER_LIST: u32 = 16 * 1024;
/// The number of streams that a client may reset before they are accepted (CVE-2023-44487), and of those that the server
/// resets, before the connection ends.
const PENDING_RESETS: usize = 20;
const OWN_RESETS: usize = 200;
/// HTTP/2 buffers: of a response body, and the windows of a request body per stream and per connection, in bytes.
const SEND_BUFFER: usize = 64 * 1024;
const STREAM_WINDOW: u32 = 256 * 1024;
const CONNECTION_WINDOW: u32 = 1024 * 1024;
/// HTTP/1 buffer, in bytes.
const BUFFER: usize = 32 * 1024;
/// File descriptors reserved for the database and for Telegram.
const RESERVE: u32 = 100;

/// Returns the largest number of connections, limited by the process's file descriptors.
pub fn most_connections(wanted: u32) -> u32 {
    let descriptors = rlimit::increase_nofile_limit(u64::from(wanted.saturating_add(RESERVE)));
    let Ok(descriptors) = descriptors else {
        return wanted;
    };
    let left = descriptors.saturating_sub(RESERVE.into()).max(1);
    let left = u32::try_from(left).unwrap_or(u32::MAX);
    if left < wanted {
        tracing::warn!(
            "the system allows {left} concurrent connections, not {wanted}: raise `ulimit -n` or LimitNOFILE="
        );
    }
    left.min(wanted)
}

/// Accepts connections until `stop`, then lets the requests in progress finish.
///
/// # Errors
/// None: a failure concerns one connection.
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
    // As for the other times of a connection: a clock that a test moves by hours would end those of its clients.
    let clock = Clock::system();
    loop {
        let (stream, peer, slot) = tokio::select! {
            () = stop.cancelled() => break,
            next = next(&listener, &slots) => next,
        };
        let (site, routes, watcher) = (site.clone(), routes.clone(), graceful.watcher());
        let tls = tls.clone();
        let stream = Paced::new(stream, site.desk.clock.clone());
        let timer = HeadTimer {
            clock: clock.clone(),
            received: stream.received(),
            slots: Slots::new(slots.clone(), most),
        };
        let whole = async move {
            let client = Client {
                connection: Connection::new(slot),
                address: peer.ip(),
                timer,
            };
            let Some(tls) = tls else {
                return serve(routes, Box::new(stream), site, client, watcher).await;
            };
            match tokio::time::timeout(HEADERS, tls.accept(stream)).await {
                // The ACME authority has verified the handshake.
                Ok(Ok(stream)) if stream.get_ref().1.alpn_protocol() == Some(CHALLENGE) => {}
                Ok(Ok(stream)) => {
                    serve(routes, Box::new(stream), site, client, watcher).await;
                }
                Ok(Err(error)) => {
                    let error = chain(&error);
                    tracing::debug!(%error, "TLS handshake failed");
                }
                Err(_) => tracing::debug!("TLS handshake timed out"),
            }
        };
        tokio::spawn(whole.boxed());
    }
    drop(listener);
    let drained = async {
        graceful.shutdown().await;
        site.sockets.close();
        site.sockets.wait().await;
    };
    if tokio::time::timeout(DRAIN, drained).await.is_err() {
        tracing::warn!("aborted requests that were still in progress at shutdown");
    }
    Ok(())
}

/// Sets the socket options that connections inherit from the listener, before the first one is accepted.
///
/// # Errors
/// When the system doesn't support them.
pub fn set_options(listener: &TcpListener) -> std::io::Result<()> {
    let socket = SockRef::from(listener);
    let keepalive = TcpKeepalive::new()
        .with_time(KEEPALIVE)
        .with_interval(KEEPALIVE_INTERVAL)
        .with_retries(KEEPALIVE_RETRIES);
    socket.set_tcp_keepalive(&keepalive)?;
    // Otherwise the second of two short messages waits until the client confirms the first: 40 ms.
    socket.set_tcp_nodelay(true)?;
    socket.set_tcp_notsent_lowat(UNSENT)
}

/// Waits for a free slot and for the next connection.
async fn next(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> (TcpStream, SocketAddr, OwnedSemaphorePermit) {
    let Ok(slot) = slots.clone().acquire_owned().await else {
        // The semaphore is never closed.
        return std::future::pending().await;
    };
    let (stream, peer) = take(listener).await;
    (stream, peer, slot)
}

/// Waits for the next connection, and skips failures.
pub async fn take(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(error) => {
                // Out of file descriptors, or the client is gone already: continue.
                tracing::warn!(error = %chain(&error), "failed to accept connection");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

/// A connection, with TLS or without. Both have one type, so that the program contains HTTP once.
trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// The client of a connection.
struct Client {
    connection: Connection,
    address: IpAddr,
    timer: HeadTimer,
}

async fn serve<S>(
    routes: S,
    stream: Box<dyn Stream>,
    site: Arc<Site>,
    client: Client,
    watcher: Watcher,
) where
    S: Service<Request<Incoming>, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send + 'static,
{
    let asked = Arc::new(AtomicBool::new(false));
    let mark = asked.clone();
    let Client {
        connection: client,
        address,
        timer,
    } = client;
    let cut = client.cut.clone();
    let service = service_fn(move |mut request: Request<Incoming>| {
        mark.store(true, Ordering::Relaxed);
        // The opening of a WebSocket is answered in the client's own spelling, which hyper has among the extensions: some clients
        // find `Sec-WebSocket-Protocol` in no other, and title case is `Sec-Websocket-Protocol`.
        let opens_socket = request.headers().contains_key(SEC_WEBSOCKET_KEY);
        let spelling = opens_socket.then(|| request.extensions().clone());
        request.extensions_mut().insert(client.clone());
        let (routes, site, cut) = (routes.clone(), site.clone(), client.cut.clone());
        async move {
            // Over HTTP/2 even a short response may wait for its client, and many on one connection.
            let http2 = request.version() == Version::HTTP_2;
            let mut response = http::serve(routes, request, address, &site).await;
            let counted = response.extensions_mut().remove::<Counted>();
            if let Some(spelling) = spelling {
                response.extensions_mut().extend(spelling);
            }
            let clock = &site.desk.clock;
            Ok::<_, Infallible>(
                response.map(|body| Watched::new(body, http2, counted, clock, &cut)),
            )
        }
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(timer)
        .header_read_timeout(HEADERS)
        .max_buf_size(BUFFER)
        // For clients that look headers up by case.
        .preserve_header_case(true)
        .title_case_headers(true);
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
    // The limits above start once the HTTP version is known; this one starts at once.
    let whole = async {
        match tokio::time::timeout(HEADERS, &mut connection).await {
            Err(_) if asked.load(Ordering::Relaxed) => connection.await,
            Err(_) => Ok(()),
            Ok(ended) => ended,
        }
    };
    match cut.run_until_cancelled(whole).await {
        Some(Err(error)) => tracing::debug!(error = %chain(&*error), "connection failed"),
        Some(Ok(())) => {}
        None => tracing::debug!("connection aborted"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_accepted_connection_sends_short_messages_at_once() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        set_options(&listener).unwrap();
        let address = listener.local_addr().unwrap();
        let client = TcpStream::connect(address).await.unwrap();
        let (accepted, _) = take(&listener).await;
        assert!(accepted.nodelay().unwrap());
        drop(client);
    }
}
