//! The only place that asks for the time. Everything else is told it.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;

/// Where the time comes from: the system, or a test that moves it by hand.
#[derive(Debug, Clone)]
pub struct Clock(Source);

#[derive(Debug, Clone)]
enum Source {
    System,
    Manual(Arc<watch::Sender<Timestamp>>),
}

impl Clock {
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands still until [`Clock::advance`].
    pub fn manual(start: Timestamp) -> Self {
        Self(Source::Manual(Arc::new(watch::Sender::new(start))))
    }

    /// Now, to the millisecond, which is what the database keeps.
    pub fn now(&self) -> Timestamp {
        let now = match &self.0 {
            Source::System => Timestamp::now(),
            Source::Manual(time) => *time.borrow(),
        };
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }

    /// Moves a manual clock; does nothing to the system's.
    pub fn advance(&self, by: Duration) {
        if let Source::Manual(time) = &self.0 {
            time.send_modify(|now| *now = now.saturating_add(by).unwrap_or(*now));
        }
    }

    /// Waits until the clock shows `instant` or later.
    pub async fn sleep_until(&self, instant: Timestamp) {
        match &self.0 {
            Source::System => {
                let wait = instant.duration_since(Timestamp::now());
                tokio::time::sleep(Duration::try_from(wait).unwrap_or_default()).await;
            }
            Source::Manual(time) => {
                let reached = time
                    .subscribe()
                    .wait_for(|now| *now >= instant)
                    .await
                    .is_ok();
                if !reached {
                    std::future::pending::<()>().await;
                }
            }
        }
    }
}

/// Measures how long something takes, by the machine's steady clock.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(std::time::Instant);

impl Stopwatch {
    pub fn start() -> Self {
        Self(std::time::Instant::now())
    }

    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

/// For rate limits, which count from the same clock as everything else.
impl governor::clock::Clock for Clock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        Duration::from_millis(u64::try_from(Self::now(self).as_millisecond()).unwrap_or_default())
    }
}
