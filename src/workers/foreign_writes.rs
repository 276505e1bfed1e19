//! Detects what other programs do to the database: writes (`zayavka user`), deletion and
//! replacement.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::failure::Failure;
use crate::store::{Db, NOTICED};
use crate::workers::worker::{Step, Wake, Worker};

/// Interval of the checks.
const LOOK: Duration = NOTICED.checked_div(2).expect("two is not zero");
/// Time for which clients are told that the database was lost, before the server ends.
const FAREWELL: Duration = Duration::from_secs(3);

/// The worker that detects foreign writes.
pub struct ForeignWrites {
    db: Db,
    /// The system clock, even if a test sets the server's: other programs use no other.
    clock: Clock,
    stop: CancellationToken,
}

impl ForeignWrites {
    pub fn new(db: Db, stop: CancellationToken) -> Self {
        let clock = Clock::system();
        Self { db, clock, stop }
    }
}

impl Worker for ForeignWrites {
    const PAUSE: Duration = LOOK;

    fn clock(&self) -> &Clock {
        &self.clock
    }

    fn report(&self, error: &(dyn std::error::Error + 'static)) {
        tracing::error!(error, "failed to check for writes of other programs");
    }

    async fn step(&self) -> Result<Step, Failure> {
        let noticed = self.db.notice_others().await;
        if let Some(loss) = self.db.loss() {
            tracing::error!("{loss}: stopping the server without further writes");
            let farewell = self.clock.sleep(FAREWELL);
            self.stop.run_until_cancelled(farewell).await;
            return Ok(Step::Fatal(loss.into()));
        }
        noticed?;
        Ok(Step::Idle(Wake::After(LOOK)))
    }
}
