//! How long a connection may be without a request. hyper measures one time, from the end of a response to the end of the
//! next request's headers. That is short for clients that keep connections for later: one of them sends its next request at
//! the very moment at which the server closes, and it fails. Here only headers that have begun have to come soon.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use hyper::rt::{Sleep, Timer};
use tokio::sync::Semaphore;

use super::accept::HEADERS;
use crate::clock::Clock;

/// How long a connection stays open between two requests. Clients and proxies close theirs after 60 seconds or less.
pub const IDLE: Duration = Duration::from_secs(75);
/// The share of the connections that is to stay free: while less is, one without a request ends as soon as one whose
/// headers are late.
const FREE: usize = 4;

/// The number of bytes that a connection has received.
#[derive(Clone, Default)]
pub struct Received(Arc<AtomicU64>);

impl Received {
    pub fn add(&self, bytes: usize) {
        self.0.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// The connections that may still be accepted.
#[derive(Clone)]
pub struct Slots {
    free: Arc<Semaphore>,
    wanted: usize,
}

impl Slots {
    pub fn new(free: Arc<Semaphore>, most: u32) -> Self {
        let wanted = (most as usize / FREE).max(1);
        Self { free, wanted }
    }

    fn are_few(&self) -> bool {
        self.free.available_permits() < self.wanted
    }
}

/// hyper's timer for the headers of a request. It measures nothing else, so that the deadlines that it is given say less
/// than [`Wait`].
#[derive(Clone)]
pub struct HeadTimer {
    pub clock: Clock,
    pub received: Received,
    pub slots: Slots,
}

impl Timer for HeadTimer {
    fn sleep(&self, _: Duration) -> Pin<Box<dyn Sleep>> {
        Box::pin(Wait::start(self.clone()))
    }

    fn sleep_until(&self, _: Instant) -> Pin<Box<dyn Sleep>> {
        Box::pin(Wait::start(self.clone()))
    }
}

type Alarm = Pin<Box<dyn Future<Output = ()> + Send + Sync>>;

/// The wait for the next request. hyper polls it after each attempt to read headers.
struct Wait {
    timer: HeadTimer,
    start: Duration,
    /// Bytes received before.
    before: u64,
    have_begun: bool,
    alarm: Alarm,
}

impl Wait {
    fn start(timer: HeadTimer) -> Self {
        Self {
            start: timer.clock.elapsed(),
            before: timer.received.count(),
            have_begun: false,
            alarm: alarm(&timer.clock, HEADERS),
            timer,
        }
    }
}

fn alarm(clock: &Clock, wait: Duration) -> Alarm {
    let clock = clock.clone();
    Box::pin(async move { clock.sleep(wait).await })
}

impl Future for Wait {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if !self.have_begun && self.timer.received.count() > self.before {
            self.have_begun = true;
            self.alarm = alarm(&self.timer.clock, HEADERS);
        }
        loop {
            ready!(self.alarm.as_mut().poll(cx));
            let waited = self.timer.clock.elapsed().saturating_sub(self.start);
            if self.have_begun || waited >= IDLE || self.timer.slots.are_few() {
                return Poll::Ready(());
            }
            self.alarm = alarm(&self.timer.clock, HEADERS.min(IDLE - waited));
        }
    }
}

impl Sleep for Wait {}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn timer(most: u32) -> HeadTimer {
        HeadTimer {
            clock: Clock::manual("2021-07-25T09:00:00Z".parse().unwrap()),
            received: Received::default(),
            slots: Slots::new(Arc::new(Semaphore::new(most as usize)), most),
        }
    }

    /// Advances the clock until the wait ends, and returns how long it took.
    async fn length(timer: &HeadTimer, mut each_second: impl FnMut(u64)) -> Duration {
        let wait = tokio::spawn(timer.sleep(Duration::ZERO));
        let mut passed = Duration::ZERO;
        loop {
            for _ in 0..10 {
                tokio::task::yield_now().await;
            }
            if wait.is_finished() {
                return passed;
            }
            assert!(passed < 2 * IDLE);
            each_second(passed.as_secs());
            timer.clock.advance(SECOND);
            passed += SECOND;
        }
    }

    #[tokio::test]
    async fn a_silent_connection_has_more_time_than_one_that_has_begun() {
        let calm = timer(8);
        calm.received.add(500);
        assert_eq!(length(&calm, |_| {}).await, IDLE);
    }

    #[tokio::test]
    async fn a_silent_connection_has_less_time_when_few_are_free() {
        let crowded = timer(8);
        let taken = crowded.slots.free.clone();
        let taken = taken.try_acquire_many_owned(7).unwrap();
        assert_eq!(length(&crowded, |_| {}).await, HEADERS);
        drop(taken);
        let mut later = None;
        let fill = |second| {
            if second == 25 {
                later = crowded.slots.free.clone().try_acquire_many_owned(7).ok();
            }
        };
        assert_eq!(length(&crowded, fill).await, 3 * HEADERS);
        assert!(later.is_some());
    }
}
