//! Deletes the copies of merged cards when a merge can't be undone any more.

use std::sync::Arc;
use std::time::Duration;

use crate::app::{Desk, merges};
use crate::clock::Clock;
use crate::failure::Failure;
use crate::store::Transaction;
use crate::workers::worker::{Step, Wake, Worker};

/// Interval of the check.
const LOOK: Duration = Duration::from_secs(3_600);

/// The worker that forgets merges.
pub struct ForgetMerges {
    pub desk: Arc<Desk>,
}

impl Worker for ForgetMerges {
    const PAUSE: Duration = LOOK;

    fn clock(&self) -> &Clock {
        &self.desk.clock
    }

    fn report(&self, error: &(dyn std::error::Error + 'static)) {
        tracing::error!(
            error,
            "failed to delete the copies of merged cards; retrying in an hour"
        );
    }

    async fn step(&self) -> Result<Step, Failure> {
        let now = self.desk.clock.now();
        if self
            .desk
            .db
            .read(move |c| merges::has_ended(c, now))
            .await?
        {
            let forget = move |tx: &Transaction<'_>| merges::forget(tx, now);
            self.desk.db.write(forget).await?;
        }
        Ok(Step::Idle(Wake::After(LOOK)))
    }
}
