//! Scheduled backups. The next due time is derived from the names of existing ones, so a restart
//! neither skips nor repeats one.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::config::Backups;
use crate::domain::chain;
use crate::failure::Failure;
use crate::store::backup::{self, Backup};
use crate::store::{Db, rotation};
use crate::workers::worker::{Step, Wake, Worker};

/// Delay before retrying a failed backup.
const AGAIN: Duration = Duration::from_secs(600);
/// Interval of checking the clock, which may have been changed.
const LOOK: Duration = Duration::from_secs(3_600);

/// The worker that makes backups. One that fails never ends the server.
pub struct BackupMaker {
    pub settings: Backups,
    pub db: Db,
    pub clock: Clock,
    /// Cancels a backup in progress.
    pub stop: CancellationToken,
    /// Time of the last backup of this process.
    pub last: Mutex<Option<Timestamp>>,
}

impl Worker for BackupMaker {
    const PAUSE: Duration = AGAIN;

    fn clock(&self) -> &Clock {
        &self.clock
    }

    fn report(&self, error: &(dyn std::error::Error + 'static)) {
        tracing::error!(
            error,
            "no backup was made; correct what the error names, or `backup.dir`. It is tried again in \
             ten minutes"
        );
    }

    async fn step(&self) -> Result<Step, Failure> {
        let now = self.clock.now();
        let last = *self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let due = due(&self.settings, last, now);
        if due > now {
            return Ok(Step::Idle(Wake::At(due.min(after(now, LOOK)))));
        }
        let backup = make(&self.settings, &self.db, now, &self.stop).await?;
        for warning in &backup.warnings {
            tracing::warn!(
                warning,
                "the database has a flaw, and so does the backup; see `zayavka doctor`"
            );
        }
        tracing::info!(file = %backup.path.display(), bytes = backup.bytes, "made a backup");
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
        prune(&self.settings, now);
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

async fn make(
    settings: &Backups,
    db: &Db,
    now: Timestamp,
    stop: &CancellationToken,
) -> Result<Backup, Failure> {
    let (dir, stop): (PathBuf, _) = (settings.dir.clone(), stop.clone());
    let database = db.path().to_owned();
    let work = move || {
        rotation::prepare(&dir).map_err(|error| format!("{}: {error}", dir.display()))?;
        let to = dir.join(rotation::name(now));
        Ok::<_, Failure>(backup::make(&database, &to, &stop)?)
    };
    db.notice_others().await?;
    let made = tokio::task::spawn_blocking(work).await??;
    // If the file was replaced meanwhile, this backup is no reason to prune older ones.
    db.notice_others().await?;
    Ok(made)
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
