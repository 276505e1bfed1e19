//! Bodies of long responses, and of all responses over HTTP/2, watched so that none waits for ever for a stalled client.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_util::FutureExt;
use hyper::body::{Body, Frame, SizeHint};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use super::pace::{LEAST, Pace};
use crate::clock::Clock;
use crate::http::Counted;

/// The largest piece handed out at once, in bytes, so that progress of the client shows.
const PART: usize = 16 * 1024;

/// A body, watched or not.
pub struct Watched<B> {
    body: B,
    /// The rest of a part that came in one piece.
    rest: Bytes,
    watch: Option<Watch>,
    http2: bool,
    /// The memory permit, where the bytes have none of their own.
    _counted: Option<Counted>,
}

struct Watch {
    pace: Arc<Mutex<Pace>>,
    clock: Clock,
    _watchman: AbortOnDropHandle<()>,
}

impl Watch {
    /// Closes the connection when the client is too slow.
    fn start(clock: Clock, cut: CancellationToken) -> Self {
        let mut pace = Pace::default();
        pace.stop(clock.elapsed());
        let pace = Arc::new(Mutex::new(pace));
        let (watched, steady) = (pace.clone(), clock.clone());
        let watch = async move {
            loop {
                let Ok(wait) = lock(&watched).check(steady.elapsed()) else {
                    tracing::info!("closed connection: client reads its response too slowly");
                    return cut.cancel();
                };
                steady.sleep(wait).await;
            }
        };
        let watchman = tokio::spawn(watch.boxed());
        Self {
            pace,
            clock,
            _watchman: AbortOnDropHandle::new(watchman),
        }
    }
}

fn lock(pace: &Mutex<Pace>) -> MutexGuard<'_, Pace> {
    pace.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<B: Body<Data = Bytes> + Unpin> Watched<B> {
    /// Watches a body that is long or goes over HTTP/2; `cut` ends the connection.
    pub fn new(
        body: B,
        http2: bool,
        counted: Option<Counted>,
        clock: &Clock,
        cut: &CancellationToken,
    ) -> Self {
        let long = || {
            body.size_hint()
                .upper()
                .is_none_or(|size| size > LEAST as u64)
        };
        let watched = !body.is_end_stream() && (http2 || long());
        Self {
            watch: watched.then(|| Watch::start(clock.clone(), cut.clone())),
            body,
            rest: Bytes::new(),
            http2,
            _counted: counted,
        }
    }
}

impl<B: Body<Data = Bytes> + Unpin> Body for Watched<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let this = &mut *self;
        let Some(watch) = &this.watch else {
            return Pin::new(&mut this.body).poll_frame(cx);
        };
        lock(&watch.pace).go_on(watch.clock.elapsed());
        if this.rest.is_empty() {
            // While the body itself has nothing ready, the client isn't to blame.
            let frame = match ready!(Pin::new(&mut this.body).poll_frame(cx)) {
                Some(Ok(frame)) => frame,
                end => {
                    this.watch = None;
                    return Poll::Ready(end);
                }
            };
            match frame.into_data() {
                Ok(data) => this.rest = data,
                Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
            }
        }
        // HTTP/2 takes a part as soon as its client's window admits one byte, and buffers the rest. Only the next part waits for
        // all before it: so the last byte goes out alone, and nothing is buffered when nothing is watched.
        let part = match this.rest.len() {
            left @ 2..=PART if this.http2 => left - 1,
            left => left.min(PART),
        };
        let part = this.rest.split_to(part);
        let mut pace = lock(&watch.pace);
        pace.take(part.len());
        pace.stop(watch.clock.elapsed());
        Poll::Ready(Some(Ok(Frame::data(part))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let rest = self.rest.len() as u64;
        let body = self.body.size_hint();
        let mut hint = SizeHint::new();
        hint.set_lower(body.lower() + rest);
        if let Some(upper) = body.upper() {
            hint.set_upper(upper + rest);
        }
        hint
    }
}
