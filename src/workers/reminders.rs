//! Sends reminders to collect finished tasks.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::app::{self, Desk};
use crate::clock::Clock;
use crate::failure::Failure;
use crate::store::Transaction;
use crate::workers::worker::{Step, Wake, Worker};

/// Interval of checking the clock, which may have been changed; failures are retried then.
const LOOK: Duration = Duration::from_secs(3_600);

/// The worker that queues reminders.
pub struct Reminding {
    pub desk: Arc<Desk>,
}

impl Worker for Reminding {
    const PAUSE: Duration = LOOK;

    fn clock(&self) -> &Clock {
        &self.desk.clock
    }

    fn report(&self, error: &(dyn std::error::Error + 'static)) {
        tracing::error!(error, "failed to queue reminders; retrying in an hour");
    }

    fn changes(&self) -> Option<watch::Receiver<()>> {
        Some(self.desk.settings.changes())
    }

    async fn step(&self) -> Result<Step, Failure> {
        let (now, shop) = (self.desk.clock.now(), self.desk.shop());
        let Some(due) = self.desk.reminders() else {
            return Ok(Step::Idle(Wake::After(LOOK)));
        };
        let next = due.next(now, &shop.timezone);
        let look = now.saturating_add(LOOK).unwrap_or(next);
        let work = move |tx: &Transaction<'_>| app::reminders::remind(tx, &due, &shop, now);
        let customers = self.desk.db.write(work).await?;
        if customers > 0 {
            tracing::info!(customers, "queued reminders to collect");
        }
        Ok(Step::Idle(Wake::At(next.min(look))))
    }
}
