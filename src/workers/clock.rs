//! Watches the wall clock: reports when it was set back, and corrects rows dated by a clock that
//! was ahead (see `store::ahead`), so that nothing waits as long as the clock was wrong.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::app::{Desk, incidents};
use crate::clock::Clock;
use crate::domain::{IncidentKind, Result};
use crate::failure::Failure;
use crate::store::{self, Transaction};
use crate::workers::worker::{Step, Wake, Worker};

/// Interval of the check, by the monotonic clock.
const LOOK: Duration = Duration::from_secs(10);
/// Smaller steps are regular corrections. A clock set forward is no incident: it looks like a
/// machine waking from sleep.
const STEP: SignedDuration = SignedDuration::from_secs(5);

/// The worker that watches the clock.
pub struct ClockWatch {
    desk: Arc<Desk>,
    /// The last readings of both clocks.
    read: Mutex<(Timestamp, Duration)>,
}

impl ClockWatch {
    pub fn new(desk: Arc<Desk>) -> Self {
        let read = Mutex::new((desk.clock.now(), desk.clock.elapsed()));
        Self { desk, read }
    }

    /// Reads both clocks, and returns by how much the wall clock was set back since the last time.
    fn set_back(&self) -> SignedDuration {
        let clocks = (self.desk.clock.now(), self.desk.clock.elapsed());
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let (wall, monotonic) = std::mem::replace(&mut *read, clocks);
        let passed = SignedDuration::try_from(clocks.1 - monotonic).unwrap_or_default();
        passed.saturating_sub(clocks.0.duration_since(wall))
    }
}

impl Worker for ClockWatch {
    const PAUSE: Duration = LOOK;

    fn clock(&self) -> &Clock {
        &self.desk.clock
    }

    fn report(&self, error: &(dyn std::error::Error + 'static)) {
        tracing::error!(error, "failed to correct rows dated in the future");
    }

    async fn step(&self) -> Result<Step, Failure> {
        let back = self.set_back();
        if back > STEP {
            // The clocks are read one after the other, so the difference is slightly too small.
            let seconds = (back + SignedDuration::from_millis(500)).as_secs();
            tracing::warn!(seconds, "the wall clock was set back");
            incidents::note(&self.desk, IncidentKind::ClockSetBack, seconds).await;
        }
        pull(&self.desk).await?;
        Ok(Step::Idle(Wake::After(LOOK)))
    }
}

async fn pull(desk: &Desk) -> Result<()> {
    let now = desk.clock.now();
    if desk.db.read(move |c| store::ahead::count(c, now)).await? == 0 {
        return Ok(());
    }
    let pull = move |tx: &Transaction<'_>| store::ahead::pull(tx, now);
    let rows = desk.db.write(pull).await?;
    tracing::warn!(
        rows,
        "corrected rows dated in the future by a clock that was ahead"
    );
    let rows = i64::try_from(rows).unwrap_or(i64::MAX);
    incidents::note(desk, IncidentKind::RowsAhead, rows).await;
    Ok(())
}
