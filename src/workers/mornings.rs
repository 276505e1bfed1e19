//! The morning lists. Each is recorded when it is queued, so neither a restart nor a clock change
//! sends one twice or skips one.

use std::sync::Arc;
use std::time::Duration;

use crate::app::{Desk, staff_bot};
use crate::clock::Clock;
use crate::domain::Messenger;
use crate::failure::Failure;
use crate::store::Transaction;
use crate::workers::worker::{Step, Wake, Worker};

/// Interval of checking whether a list is due.
const LOOK: Duration = Duration::from_secs(60);

/// The worker that queues the lists.
pub struct Mornings {
    pub desk: Arc<Desk>,
    /// The messenger on which the lists of this worker go out.
    pub messenger: Messenger,
}

impl Worker for Mornings {
    const PAUSE: Duration = LOOK;

    fn clock(&self) -> &Clock {
        &self.desk.clock
    }

    fn report(&self, error: &(dyn std::error::Error + 'static)) {
        tracing::error!(error, "failed to queue morning lists");
    }

    async fn step(&self) -> Result<Step, Failure> {
        let (shop, now, messenger) = (self.desk.shop(), self.desk.clock.now(), self.messenger);
        let is_morning = move |c: &_| staff_bot::is_morning(c, &shop, messenger, now);
        if self.desk.db.read(is_morning).await? {
            let shop = self.desk.shop();
            let send =
                move |tx: &Transaction<'_>| staff_bot::send_mornings(tx, &shop, messenger, now);
            self.desk.db.write(send).await?;
        }
        Ok(Step::Idle(Wake::After(LOOK)))
    }
}
