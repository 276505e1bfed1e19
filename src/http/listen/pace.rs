//! The slowest permitted reader. Unread data takes memory, and its connection a slot, so a client that reads less than
//! [`LEAST`] bytes in [`TIME`] while more is waiting is cut.
//!
//! Readers are watched in two places. [`Paced`] notices a socket that accepts no more, whatever is sent over it: responses,
//! event streams, WebSockets. It can't notice an HTTP/2 stream whose client opens no window, since nothing is written for
//! that; there the body is watched ([`Watched`](super::body::Watched)), which is not polled for its next bytes.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::idle::Received;
use crate::clock::Clock;

/// The time in which a client has to read [`LEAST`] bytes, counted only while it stalls.
pub const TIME: Duration = Duration::from_secs(30);
/// In bytes: 2 KiB per second.
pub const LEAST: usize = 64 * 1024;

/// The progress of a reader. All times are on the same clock.
#[derive(Debug, Default)]
pub struct Pace {
    /// The start of the current stall, if there is one.
    since: Option<Duration>,
    /// The earlier stalls and the bytes read, since the client was last fast enough.
    waited: Duration,
    taken: usize,
    /// The end of the last stall.
    went_on: Duration,
}

/// The error for a client that reads too slowly.
#[derive(Debug, PartialEq, Eq)]
pub struct TooSlow;

impl Pace {
    /// Records that the client reads nothing.
    pub fn stop(&mut self, now: Duration) {
        if self.since.is_none() {
            // A stall long ago doesn't count any more.
            if now.saturating_sub(self.went_on) > TIME {
                self.waited = Duration::ZERO;
            }
            // Bytes that went into empty buffers before the first stall prove nothing.
            if self.waited.is_zero() {
                self.taken = 0;
            }
            self.since = Some(now);
        }
    }

    pub fn is_stopped(&self) -> bool {
        self.since.is_some()
    }

    /// Records that the client reads again.
    pub fn go_on(&mut self, now: Duration) {
        if let Some(since) = self.since.take() {
            self.waited += now.saturating_sub(since);
            self.went_on = now;
        }
    }

    pub fn take(&mut self, bytes: usize) {
        self.taken = self.taken.saturating_add(bytes);
    }

    /// Returns the time until the next check.
    ///
    /// # Errors
    /// When the client is too slow.
    pub fn check(&mut self, now: Duration) -> Result<Duration, TooSlow> {
        let waiting = self
            .since
            .map_or(Duration::ZERO, |since| now.saturating_sub(since));
        let waited = self.waited + waiting;
        if waited < TIME {
            return Ok(TIME - waited);
        }
        if self.taken < LEAST {
            return Err(TooSlow);
        }
        (self.waited, self.taken) = (Duration::ZERO, 0);
        self.since = self.since.map(|_| now);
        Ok(TIME)
    }
}

/// A socket whose client is disconnected when it reads too slowly.
pub struct Paced<T> {
    socket: T,
    clock: Clock,
    pace: Pace,
    /// The timer of the next check, only while the client stalls.
    alarm: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    received: Received,
}

impl<T> Paced<T> {
    pub fn new(socket: T, clock: Clock) -> Self {
        Self {
            socket,
            clock,
            pace: Pace::default(),
            alarm: None,
            received: Received::default(),
        }
    }

    /// Returns the count of the bytes that the client sends, which goes on.
    pub fn received(&self) -> Received {
        self.received.clone()
    }

    /// Accounts for the outcome of a write.
    fn judge(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        match written {
            Poll::Ready(Ok(bytes)) => {
                if self.pace.is_stopped() {
                    self.pace.go_on(self.clock.elapsed());
                    self.alarm = None;
                }
                self.pace.take(bytes);
                Poll::Ready(Ok(bytes))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => loop {
                let now = self.clock.elapsed();
                self.pace.stop(now);
                let Ok(wait) = self.pace.check(now) else {
                    tracing::info!("closed connection: client reads too slowly");
                    return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
                };
                let clock = &self.clock;
                let alarm = self.alarm.get_or_insert_with(|| {
                    let clock = clock.clone();
                    Box::pin(async move { clock.sleep(wait).await })
                });
                ready!(alarm.as_mut().poll(cx));
                self.alarm = None;
            },
        }
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Paced<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.socket).poll_read(cx, buffer);
        self.received.add(buffer.filled().len() - before);
        read
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Paced<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.socket).poll_write(cx, bytes);
        self.judge(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.socket).poll_write_vectored(cx, pieces);
        self.judge(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::task::yield_now;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn clock() -> Clock {
        Clock::manual("2021-07-25T09:00:00Z".parse().unwrap())
    }

    async fn settle() {
        for _ in 0..10 {
            yield_now().await;
        }
    }

    #[test]
    fn only_the_time_counts_in_which_the_client_keeps_us_waiting() {
        let mut pace = Pace::default();
        let mut now = 100 * SECOND;
        // It reads 1 KiB after each second of waiting: too slow after 30 of those, whatever the pauses between.
        for _ in 0..29 {
            pace.stop(now);
            now += SECOND;
            assert!(pace.check(now).is_ok());
            pace.go_on(now);
            pace.take(1024);
            now += 10 * SECOND;
        }
        pace.stop(now);
        assert_eq!(pace.check(now + SECOND), Err(TooSlow));
    }

    #[test]
    fn who_reads_enough_goes_on_for_ever() {
        let mut pace = Pace::default();
        let mut now = Duration::ZERO;
        for _ in 0..1_000 {
            pace.stop(now);
            now += 29 * SECOND;
            assert!(pace.check(now).is_ok());
            pace.go_on(now);
            pace.take(LEAST);
        }
        // An old stall is forgotten.
        pace.stop(now);
        pace.go_on(now + 20 * SECOND);
        now += 100 * SECOND;
        pace.check(now).unwrap();
        pace.stop(now);
        assert_eq!(pace.check(now + 29 * SECOND), Ok(SECOND));
        assert_eq!(pace.check(now + 30 * SECOND), Err(TooSlow));
    }

    #[tokio::test]
    async fn a_client_that_reads_nothing_is_cut_after_the_time() {
        let clock = clock();
        let (near, far) = tokio::io::duplex(1024);
        let mut paced = Paced::new(near, clock.clone());
        let writing = tokio::spawn(async move { paced.write_all(&[0; 4096]).await });
        settle().await;
        clock.advance(TIME - SECOND);
        settle().await;
        assert!(!writing.is_finished());
        clock.advance(SECOND);
        let error = writing.await.unwrap().unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        drop(far);
    }

    #[tokio::test]
    async fn a_client_that_reads_little_is_cut_and_one_that_reads_more_is_not() {
        for (bytes, quick_enough) in [(1024, false), (2 * 1024 + 256, true)] {
            let clock = clock();
            let (near, mut far) = tokio::io::duplex(4096);
            let mut paced = Paced::new(near, clock.clone());
            let writing = tokio::spawn(async move { paced.write_all(&[0; 512 * 1024]).await });
            settle().await;
            let mut read = vec![0; bytes];
            for _ in 0..90 {
                // Nothing more is sent to a client that was cut.
                let _ = far.read(&mut read).await;
                settle().await;
                clock.advance(SECOND);
                settle().await;
            }
            assert_eq!(!writing.is_finished(), quick_enough, "{bytes} a second");
            writing.abort();
        }
    }
}
