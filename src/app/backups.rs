//! Backups of the database: the scheduled ones, one at once, and one to take away. For owners.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::Desk;
use super::packed::Packed;
use crate::domain::{Backups, Error, Owner, Problem, Result, SettingKey, chain};
use crate::store::backup::{self, Backup, BackupError};
use crate::store::{Db, rotation};

/// Where the database stands.
#[derive(Debug, Clone)]
pub struct BackupState {
    /// `None` when scheduled backups are off.
    pub settings: Option<Backups>,
    /// The folder suggested for backups.
    pub suggested: PathBuf,
    /// Time and size of the newest scheduled backup.
    pub newest: Option<(Timestamp, u64)>,
    /// Whether there should be a newer one.
    pub is_late: bool,
}

/// Returns the state of the scheduled backups.
///
/// # Errors
/// None for a folder that can't be read: it counts as one without backups.
pub async fn state(desk: &Desk, _: Owner) -> Result<BackupState> {
    let (settings, now) = (desk.settings.now().backups.clone(), desk.clock.now());
    let folder = desk.db.path().parent().unwrap_or(Path::new("."));
    let suggested = folder.join("backups");
    let look = move || {
        let dir = settings
            .as_ref()
            .map_or(&suggested, |settings| &settings.dir);
        let newest = rotation::newest(dir, now).ok().flatten();
        let newest = newest.and_then(|(made, path)| Some((made, path.metadata().ok()?.len())));
        let is_late = match (&settings, newest) {
            (None, _) => true,
            (Some(settings), Some((made, _))) => settings.is_late(made, now),
            (Some(_), None) => true,
        };
        BackupState {
            settings,
            suggested,
            newest,
            is_late,
        }
    };
    tokio::task::spawn_blocking(look)
        .await
        .map_err(Error::internal)
}

/// Makes a backup in the folder of the scheduled ones, or in the suggested one.
///
/// # Errors
/// [`Problem::BackupFailed`] at the folder's key; the log has the reason.
pub async fn make_now(desk: &Desk, owner: Owner) -> Result<Backup> {
    let state = state(desk, owner).await?;
    let dir = state
        .settings
        .map_or(state.suggested, |settings| settings.dir);
    make(&desk.db, &dir, desk.clock.now(), &CancellationToken::new())
        .await
        .map_err(|error| {
            tracing::error!(error = %chain(&error), "failed to make a backup");
            Problem::BackupFailed
                .at(SettingKey::BackupDir.word())
                .into()
        })
}

/// Makes a backup in a folder, which is created if its parent exists. Ends early when `stop` is cancelled or the caller
/// is dropped.
///
/// # Errors
/// See [`BackupError`].
pub async fn make(db: &Db, dir: &Path, now: Timestamp, stop: &CancellationToken) -> Result<Backup> {
    let (dir, stop) = (dir.to_owned(), stop.child_token());
    let _ends = stop.clone().drop_guard();
    let database = db.path().to_owned();
    let work = move || {
        let named = |error| format!("{}: {error}", dir.display());
        rotation::prepare(&dir).map_err(|error| Error::internal(named(error)))?;
        copy(&database, &dir.join(rotation::name(now)), &stop)
    };
    db.notice_others().await?;
    let made = tokio::task::spawn_blocking(work)
        .await
        .map_err(Error::internal)??;
    // If the file was replaced meanwhile, this backup is no reason to prune older ones.
    db.notice_others().await?;
    Ok(made)
}

/// Makes a backup to be taken away: an anonymous file beside the database, deleted when it was sent. Since it leaves
/// unencrypted, it can't open the place of the copies on another machine.
///
/// # Errors
/// [`Error::Busy`] when others are in progress, and [`Error::Internal`].
pub async fn take_away(desk: &Desk, _: Owner) -> Result<Packed> {
    let place = desk.memory.archive().await?;
    let database = desk.db.path().to_owned();
    let stop = CancellationToken::new();
    let _ends = stop.clone().drop_guard();
    let work = move || {
        let folder = database.parent().unwrap_or(Path::new("."));
        let folder = tempfile::tempdir_in(folder).map_err(Error::internal)?;
        let made = copy(&database, &folder.path().join("zayavka.db"), &stop)?;
        backup::leave_out_place(&made.path).map_err(Error::internal)?;
        File::open(made.path).map_err(Error::internal)
    };
    let file = tokio::task::spawn_blocking(work)
        .await
        .map_err(Error::internal)??;
    Ok(Packed::of(file, place))
}

/// Creates the folder of backups if it is missing and its parent exists.
///
/// # Errors
/// [`Problem::FolderUnusable`] at its key.
pub async fn prepare(dir: PathBuf) -> Result<()> {
    let prepared = tokio::task::spawn_blocking(move || {
        rotation::prepare(&dir)?;
        // A folder that can't be written to is told now rather than at night.
        tempfile::tempfile_in(&dir).map(drop)
    });
    let prepared = prepared.await.map_err(Error::internal)?;
    prepared.map_err(|_| {
        Problem::FolderUnusable
            .at(SettingKey::BackupDir.word())
            .into()
    })
}

fn copy(database: &Path, to: &Path, stop: &CancellationToken) -> Result<Backup> {
    backup::make(database, to, stop).map_err(|error: BackupError| Error::Internal(Arc::new(error)))
}
