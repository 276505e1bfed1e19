//! Encrypted copies of the database on another machine: every night, and when an owner asks for one.

mod alarm;
mod calls;
mod copy;
mod folder;
mod place;
mod reading;
mod server;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

pub use self::alarm::OffsiteAlarm;
pub use self::calls::calls;
pub use self::copy::{CopyJob, make};
pub use self::place::{Found, copies, remote, whole};
pub use self::reading::{Fetched, fetch, look_inside, shop_id};

use crate::app::{Desk, offsite};
use crate::clock::Clock;
use crate::domain::{OffsiteAttempt, next_night, retry_at};
use crate::failure::Failure;
use crate::store;
use crate::workers::worker::{Step, Wake, Worker};

/// Pause after the outcome of an attempt couldn't be recorded.
const AGAIN: Duration = Duration::from_secs(60);
/// Interval of checking the clock, which may have been changed.
const LOOK: Duration = Duration::from_secs(3_600);

/// The worker that makes copies for another machine. One that fails never ends the server.
pub struct OffsiteCopier {
    pub desk: Arc<Desk>,
    /// File with certificate authorities beside those of the system.
    pub ca_file: Option<PathBuf>,
    /// Cancels a copy in progress.
    pub stop: CancellationToken,
}

impl Worker for OffsiteCopier {
    const PAUSE: Duration = AGAIN;

    fn clock(&self) -> &Clock {
        &self.desk.clock
    }

    fn report(&self, error: &(dyn std::error::Error + 'static)) {
        tracing::error!(error, "failed to record a copy on another machine");
    }

    fn changes(&self) -> Option<watch::Receiver<()>> {
        Some(self.desk.settings.changes())
    }

    async fn recover(&self) -> Result<(), Failure> {
        let database = self.desk.db.path().to_owned();
        let beside = move || folder::sweep(database.parent().unwrap_or(Path::new(".")));
        let swept = tokio::task::spawn_blocking(beside).await?;
        if let Err(error) = swept {
            tracing::warn!(%error, "can't remove what killed copies have left beside the database");
        }
        Ok(())
    }

    async fn step(&self) -> Result<Step, Failure> {
        let (now, desk) = (self.desk.clock.now(), &self.desk);
        let asked = desk.offsite.take_request();
        let settings = desk.settings.now();
        let (Some(offsite), Some(account)) = (settings.offsite.clone(), desk.offsite_account())
        else {
            return Ok(Step::Idle(Wake::OnChange));
        };
        if offsite.recipient.is_none() {
            return Ok(Step::Idle(Wake::OnChange));
        }
        let known = desk.db.read(move |c: &_| store::offsite::attempts(c, now));
        let known = known.await?;
        let night = known
            .good
            .as_ref()
            .map_or(now, |good| next_night(good.ended, &settings.shop.timezone));
        let due = match (&known.last, known.failures) {
            (Some(last), failures @ 1..) => night.max(
                desk.offsite
                    .retry_at(last.ended, || retry_at(last.ended, failures)),
            ),
            _ => night,
        };
        if due > now && asked.is_none() {
            return Ok(Step::Idle(Wake::At(due.min(now + LOOK))));
        }
        let job = CopyJob {
            db: desk.db.clone(),
            clock: desk.clock.clone(),
            offsite,
            account,
            ca_file: self.ca_file.clone(),
            timezone: settings.shop.timezone.clone(),
            takes_over: asked.is_some_and(|asked| asked.takes_over),
        };
        let running = desk.offsite.run();
        let attempt = make(job, &self.stop).await;
        if self.stop.is_cancelled() && attempt.outcome.is_err() {
            return Ok(Step::Worked);
        }
        report(&attempt);
        record(desk, attempt).await?;
        drop(running);
        Ok(Step::Worked)
    }
}

fn report(attempt: &OffsiteAttempt) {
    match &attempt.outcome {
        Ok(copy) => tracing::info!(
            copy = copy.name,
            bytes = copy.bytes,
            place = attempt.place,
            "made a copy on another machine"
        ),
        Err(trouble) => tracing::error!(
            fault = trouble.fault.word(),
            detail = trouble.detail,
            place = attempt.place,
            "no copy was made on another machine; it is tried again"
        ),
    }
}

async fn record(desk: &Desk, attempt: OffsiteAttempt) -> Result<(), Failure> {
    Ok(offsite::record(&desk.db, attempt).await?)
}
