//! The only module that reads the time; everywhere else it is a parameter.
//!
//! There are two clocks, and confusing them causes errors that appear only when the system time is
//! changed:
//!
//! - The wall clock, [`Clock::now`], is calendar time. It may jump forwards or backwards at any
//!   moment, even by years. It is for values that are shown or stored.
//! - The monotonic clock, [`Clock::elapsed`], only moves forwards, at the speed of real time. It is
//!   for rate limits, delays and time-outs. It has no meaning in another process, so it can't be
//!   stored.
//!
//! A stored deadline was computed by a wall clock that may have been ahead. Waiting for one is
//! therefore bounded by the longest delay that the rule behind it allows (`store::ahead`).

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;
use tokio::time::Instant;

/// Interval at which a sleep on the wall clock checks whether the clock was changed.
const LOOK: Duration = Duration::from_secs(30);

/// The source of time: the system, or a test that moves it by hand.
#[derive(Debug, Clone)]
pub struct Clock(Source);

#[derive(Debug, Clone)]
enum Source {
    /// Holds the start of the monotonic clock.
    System(Instant),
    Manual(Arc<watch::Sender<Hands>>),
}

/// State of a manual clock.
#[derive(Debug, Clone, Copy)]
struct Hands {
    wall: Timestamp,
    monotonic: Duration,
}

impl Clock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that asks the system for the time"
    )]
    pub fn system() -> Self {
        Self(Source::System(Instant::now()))
    }

    /// Creates a clock that stands still until [`Clock::advance`] or [`Clock::step`].
    pub fn manual(start: Timestamp) -> Self {
        let hands = Hands {
            wall: start,
            monotonic: Duration::ZERO,
        };
        Self(Source::Manual(Arc::new(watch::Sender::new(hands))))
    }

    /// Returns the wall-clock time in milliseconds, the precision of the database.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that asks the system for the time"
    )]
    pub fn now(&self) -> Timestamp {
        let now = match &self.0 {
            Source::System(_) => Timestamp::now(),
            Source::Manual(hands) => hands.borrow().wall,
        };
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }

    /// Returns the monotonic time since this clock was created.
    pub fn elapsed(&self) -> Duration {
        match &self.0 {
            Source::System(start) => start.elapsed(),
            Source::Manual(hands) => hands.borrow().monotonic,
        }
    }

    /// Advances both clocks of a manual clock; has no effect on the system clock.
    pub fn advance(&self, by: Duration) {
        self.change(|hands| {
            hands.wall = hands.wall.saturating_add(by).unwrap_or(hands.wall);
            hands.monotonic += by;
        });
    }

    /// Moves only the wall clock of a manual clock, forwards or backwards.
    pub fn step(&self, by: SignedDuration) {
        self.change(|hands| hands.wall = hands.wall.saturating_add(by).unwrap_or(hands.wall));
    }

    fn change(&self, change: impl FnOnce(&mut Hands)) {
        if let Source::Manual(hands) = &self.0 {
            hands.send_modify(change);
        }
    }

    /// Waits for a duration on the monotonic clock.
    pub async fn sleep(&self, wait: Duration) {
        match &self.0 {
            Source::System(_) => tokio::time::sleep(wait).await,
            Source::Manual(hands) => {
                let end = hands.borrow().monotonic.saturating_add(wait);
                until(hands, |hands| hands.monotonic >= end).await;
            }
        }
    }

    /// Waits until the wall clock reaches `instant`, but no longer than the time to it as of now:
    /// if the clock is set back meanwhile, the wait ends early. Callers therefore check the time
    /// again afterwards.
    pub async fn sleep_until(&self, instant: Timestamp) {
        let ahead = self.until(instant);
        match &self.0 {
            Source::System(_) => {
                let end = self.elapsed().saturating_add(ahead);
                loop {
                    let left = end.saturating_sub(self.elapsed()).min(self.until(instant));
                    if left.is_zero() {
                        return;
                    }
                    tokio::time::sleep(left.min(LOOK)).await;
                }
            }
            Source::Manual(hands) => {
                let end = hands.borrow().monotonic.saturating_add(ahead);
                until(hands, |hands| {
                    hands.wall >= instant || hands.monotonic >= end
                })
                .await;
            }
        }
    }

    /// Returns the time left until an instant; zero when it has passed.
    pub fn until(&self, instant: Timestamp) -> Duration {
        let ahead = instant.duration_since(self.now());
        Duration::try_from(ahead).unwrap_or_default()
    }
}

async fn until(hands: &watch::Sender<Hands>, is_so: impl FnMut(&Hands) -> bool) {
    if hands.subscribe().wait_for(is_so).await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Measures elapsed time on the machine's monotonic clock.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(std::time::Instant);

impl Stopwatch {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that asks the system for the time"
    )]
    pub fn start() -> Self {
        Self(std::time::Instant::now())
    }

    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

/// Rate limits use the monotonic clock: setting the wall clock back by an hour would exhaust every
/// limit for that hour, and setting it forward would lift them all.
impl governor::clock::Clock for Clock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn noon() -> (Clock, Timestamp) {
        let noon = "2021-07-25T09:00:00Z".parse().unwrap();
        (Clock::manual(noon), noon)
    }

    async fn is_over(sleep: std::pin::Pin<&mut impl Future<Output = ()>>) -> bool {
        tokio::select! {
            biased;
            () = sleep => true,
            () = tokio::task::yield_now() => false,
        }
    }

    #[tokio::test]
    async fn a_sleep_is_as_long_as_it_was_to_be_on_a_clock_that_is_set_back() {
        let (clock, noon) = noon();
        let mut until = std::pin::pin!(clock.sleep_until(noon + MINUTE));
        let mut sleep = std::pin::pin!(clock.sleep(MINUTE));
        assert!(!is_over(until.as_mut()).await && !is_over(sleep.as_mut()).await);
        clock.step(SignedDuration::from_hours(-1));
        clock.advance(MINUTE / 2);
        assert!(!is_over(until.as_mut()).await && !is_over(sleep.as_mut()).await);
        clock.advance(MINUTE / 2);
        assert!(is_over(until.as_mut()).await && is_over(sleep.as_mut()).await);
        assert_eq!(clock.now(), noon + MINUTE - SignedDuration::from_hours(1));
        assert_eq!(clock.elapsed(), MINUTE);
    }

    #[tokio::test]
    async fn a_clock_that_is_set_forward_ends_the_wait_for_an_instant_and_no_other() {
        let (clock, noon) = noon();
        let mut until = std::pin::pin!(clock.sleep_until(noon + MINUTE));
        let mut sleep = std::pin::pin!(clock.sleep(MINUTE));
        assert!(!is_over(until.as_mut()).await && !is_over(sleep.as_mut()).await);
        clock.step(SignedDuration::from_hours(1));
        assert!(is_over(until.as_mut()).await && !is_over(sleep.as_mut()).await);
    }
}
