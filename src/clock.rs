//! The only place that asks for the time. Everything else is told it.
//!
//! There are two times, and mixing them up is a kind of fault that shows only on the day when
//! somebody sets the clock:
//!
//! - The wall clock, [`Clock::now`], says what people call the time. It may be set back or forward at
//!   any moment, by years. It is for what is shown and stored.
//! - The monotonic clock, [`Clock::elapsed`], only ever goes forward, at the speed of real time. It is
//!   for rate limits, pauses and time-outs: whatever must end after a while. It means nothing to
//!   another process, so it can't be stored.
//!
//! A stored instant that something waits for was reckoned by a wall clock that may have been ahead.
//! Whoever waits for one has it bounded by what the rule that set it can have meant (`store::ahead`).

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;
use tokio::time::Instant;

/// How often a sleep on the system's wall clock looks whether somebody has set it meanwhile.
const LOOK: Duration = Duration::from_secs(30);

/// Where the time comes from: the system, or a test that moves it by hand.
#[derive(Debug, Clone)]
pub struct Clock(Source);

#[derive(Debug, Clone)]
enum Source {
    /// With the instant from which the monotonic time counts.
    System(Instant),
    Manual(Arc<watch::Sender<Hands>>),
}

/// What a manual clock shows.
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

    /// A clock that stands still until [`Clock::advance`] or [`Clock::step`].
    pub fn manual(start: Timestamp) -> Self {
        let hands = Hands {
            wall: start,
            monotonic: Duration::ZERO,
        };
        Self(Source::Manual(Arc::new(watch::Sender::new(hands))))
    }

    /// Returns the wall time, to the millisecond, which is what the database keeps.
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

    /// Returns the monotonic time, counted from when this clock was made.
    pub fn elapsed(&self) -> Duration {
        match &self.0 {
            Source::System(start) => start.elapsed(),
            Source::Manual(hands) => hands.borrow().monotonic,
        }
    }

    /// Lets time pass on a manual clock; does nothing to the system's.
    pub fn advance(&self, by: Duration) {
        self.change(|hands| {
            hands.wall = hands.wall.saturating_add(by).unwrap_or(hands.wall);
            hands.monotonic += by;
        });
    }

    /// Sets the wall clock of a manual clock forward or back, while no time passes.
    pub fn step(&self, by: SignedDuration) {
        self.change(|hands| hands.wall = hands.wall.saturating_add(by).unwrap_or(hands.wall));
    }

    fn change(&self, change: impl FnOnce(&mut Hands)) {
        if let Source::Manual(hands) = &self.0 {
            hands.send_modify(change);
        }
    }

    /// Waits for that long, whatever happens to the wall clock.
    pub async fn sleep(&self, wait: Duration) {
        match &self.0 {
            Source::System(_) => tokio::time::sleep(wait).await,
            Source::Manual(hands) => {
                let end = hands.borrow().monotonic.saturating_add(wait);
                until(hands, |hands| hands.monotonic >= end).await;
            }
        }
    }

    /// Waits until the wall clock shows `instant` or later, but no longer than it lay ahead: the
    /// wait ends too when that much time has passed on a clock that was set back meanwhile. So
    /// callers look at the time again before they conclude anything.
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

    /// How far an instant lies ahead; nothing for one that is over.
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

/// Measures how long something takes, by the machine's steady clock.
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

/// Rate limits count by the monotonic clock: a wall clock that is set back by an hour would leave
/// every limit exhausted for that hour, and one that is set forward would lift them all.
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
