//! Deletes what is kept for a day: the copies of merged cards, so that a merge can be undone, and the keys of requests,
//! so that one that comes again is recognised.

use std::sync::Arc;
use std::time::Duration;

use crate::app::{Desk, idempotency, merges};
use crate::clock::Clock;
use crate::failure::Failure;
use crate::store::{Connection, Transaction};
use crate::workers::worker::{Step, Wake, Worker};

/// Interval of the check.
const LOOK: Duration = Duration::from_secs(3_600);

/// The worker that forgets merges and requests.
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
            "failed to delete what is kept for a day; retrying in an hour"
        );
    }

    async fn step(&self) -> Result<Step, Failure> {
        let now = self.desk.clock.now();
        let look =
            move |c: &Connection| Ok(merges::has_ended(c, now)? || idempotency::has_old(c, now)?);
        if self.desk.db.read(look).await? {
            let forget = move |tx: &Transaction<'_>| {
                merges::forget(tx, now)?;
                idempotency::forget(tx, now)
            };
            self.desk.db.write(forget).await?;
        }
        Ok(Step::Idle(Wake::After(LOOK)))
    }
}
