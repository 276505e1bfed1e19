//! Scheduled backups. The next due time is derived from the names of existing ones, so a restart
//! neither skips nor repeats one.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::app::{Desk, backups};
use crate::clock::Clock;
use crate::domain::{Backups, chain};
use crate::failure::Failure;
use crate::store::rotation;
use crate::workers::worker::{Step, Wake, Worker};

/// Delay before retrying a failed backup.
const AGAIN: Duration = Duration::from_secs(600);
/// Interval of checking the clock, which may have been changed.
const LOOK: Duration = Duration::from_secs(3_600);

/// The worker that makes backups. One that fails never ends the server.
pub struct BackupMaker {
    pub desk: Arc<Desk>,
    /// Cancels a backup in progress.
    pub stop: CancellationToken,
    /// Time of the last backup of this process.
    pub last: Mutex<Option<Timestamp>>,
}

impl Worker for BackupMaker {
    const PAUSE: Duration = AGAIN;

    fn clock(&self) -> &Clock {
        &self.desk.clock
    }

    fn report(&self, error: &(dyn std::error::Error + 'static)) {
        tracing::error!(
            error,
            "no backup was made; correct what the error names, or `backup.dir`. It is tried again in \
             ten minutes"
        );
    }

    fn changes(&self) -> Option<watch::Receiver<()>> {
        Some(self.desk.settings.changes())
    }

    async fn step(&self) -> Result<Step, Failure> {
        let now = self.desk.clock.now();
        let Some(settings) = self.desk.settings.now().backups.clone() else {
            return Ok(Step::Idle(Wake::OnChange));
        };
        let last = *self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let due = due(&settings, last, now);
        if due > now {
            return Ok(Step::Idle(Wake::At(due.min(after(now, LOOK)))));
        }
        let backup = backups::make(&self.desk.db, &settings.dir, now, &self.stop).await?;
        for warning in &backup.warnings {
            tracing::warn!(
                warning,
                "the database has a flaw, and so does the backup; see `zayavka doctor`"
            );
        }
        tracing::info!(file = %backup.path.display(), bytes = backup.bytes, "made a backup");
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
        prune(&settings, now);
        Ok(Step::Worked)
    }
}

/// Returns when the next backup is due. Only those made before now count, since the clock may have
/// been ahead.
fn due(settings: &Backups, last: Option<Timestamp>, now: Timestamp) -> Timestamp {
    let there = rotation::newest(&settings.dir, now).ok().flatten();
    let made = there.map(|(made, _)| made);
    let newest = made.max(last.filter(|last| *last <= now));
    newest.map_or(now, |newest| after(newest, settings.every))
}

fn prune(settings: &Backups, now: Timestamp) {
    if let Err(error) = rotation::prune(&settings.dir, settings.keep, now) {
        let folder = settings.dir.display();
        tracing::error!(
            error = %chain(&error),
            "old backups can't be removed from {folder}; they will fill the disk"
        );
    }
}

fn after(instant: Timestamp, wait: Duration) -> Timestamp {
    instant.saturating_add(wait).unwrap_or(Timestamp::MAX)
}
