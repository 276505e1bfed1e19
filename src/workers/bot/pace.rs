//! When a call that failed is retried.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::channels::telegram::Conflict;
use crate::channels::{Failure, Transport};
use crate::clock::Clock;
use crate::domain::backoff;

/// Maximum delay between attempts.
const AGAIN: Duration = Duration::from_secs(60);
/// When another program polls, the first retry is delayed like one after this many failures: two
/// programs that both resume at once would alternate forever.
const PATIENCE: u32 = 4;

/// The pace of a worker's calls: not while the messenger has paused all calls, and after a failure as
/// late as it says, or with exponential backoff.
pub struct Pace<T: Transport> {
    client: T,
    clock: Clock,
    attempts: Mutex<Attempts>,
}

#[derive(Default)]
struct Attempts {
    /// Number of consecutive failures.
    failures: u32,
    /// Time of the next attempt, by the monotonic clock.
    next: Duration,
}

impl<T: Transport> Pace<T> {
    pub fn new(client: T, clock: Clock) -> Self {
        Self {
            client,
            clock,
            attempts: Mutex::default(),
        }
    }

    /// Returns the time until the next call; `None` if it may be made.
    pub fn left(&self) -> Option<Duration> {
        let now = self.clock.elapsed();
        let own = self.with(|attempts| attempts.next.checked_sub(now));
        let own = own.filter(|left| !left.is_zero());
        own.max(self.client.pauses().left(now))
    }

    pub fn succeeded(&self) {
        self.with(|attempts| attempts.failures = 0);
    }

    /// Allows the next call at once, unless the messenger has paused all of them.
    pub fn hurry(&self) {
        self.with(|attempts| attempts.next = Duration::ZERO);
    }

    /// Delays the next call after one that the messenger or the network failed.
    pub fn failed(&self, failure: &Failure) {
        let least = Conflict::of(failure).map_or(0, |_| PATIENCE);
        self.delay(failure.after(), least);
    }

    /// Delays the next call after an error of our own.
    pub fn postpone(&self) {
        self.delay(None, 0);
    }

    fn delay(&self, wait: Option<Duration>, least: u32) {
        let now = self.clock.elapsed();
        self.with(|attempts| {
            let failures = attempts.failures.max(least);
            let wait = wait.unwrap_or_else(|| backoff(failures).min(AGAIN));
            attempts.next = now.saturating_add(wait);
            attempts.failures += 1;
        });
    }

    fn with<R>(&self, work: impl FnOnce(&mut Attempts) -> R) -> R {
        work(&mut self.attempts.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
