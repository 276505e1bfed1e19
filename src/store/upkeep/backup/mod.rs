//! Backups: consistent copies of a database in use, and their restore.

mod previous;
mod restore;

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::{ErrorCode, OpenFlags};
use tokio_util::sync::CancellationToken;

use crate::domain::{ChannelSecret, chain};
use crate::store::engine::files::{self, Part, beside};
use crate::store::engine::source::{Source, Unopened};
use crate::store::upkeep::{check, digest, leftovers, migrate};
use crate::store::{Connection, Flaw, OpenError, engine::lock, secrets};

pub(in crate::store) use previous::forget_second_names;
pub(in crate::store) use restore::forget_unfinished;
pub use restore::{RestoreError, Restored, restore};

/// A completed backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    pub path: PathBuf,
    pub bytes: u64,
    pub schema_version: i64,
    /// Problems of the database that the backup has too, one sentence each.
    pub warnings: Vec<String>,
}

/// Reasons why no backup was made. No partial file is left.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error(transparent)]
    Database(#[from] OpenError),
    #[error("database {}: there is none; check `database`", path.display())]
    NoDatabase { path: PathBuf },
    #[error("database {}: it can't be copied", path.display())]
    Read {
        path: PathBuf,
        #[source]
        source: rusqlite::Error,
    },
    #[error("{}: there is such a file already, and a backup overwrites nothing; choose another name", path.display())]
    Exists { path: PathBuf },
    #[error("{}: there is no such folder; make it, or choose another one", path.display())]
    NoFolder { path: PathBuf },
    #[error("{}: it is on a read-only file system; choose another place", path.display())]
    ReadOnly { path: PathBuf },
    #[error("{}: it can't be written; is there room for it, and may you write there?", path.display())]
    Write {
        path: PathBuf,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    #[error("the copy is not whole, so it was thrown away; `zayavka doctor` looks at the database")]
    Flawed(#[source] Flaw),
    #[error("stopped before it was done")]
    Stopped,
}

impl BackupError {
    pub(in crate::store) fn write(
        path: &Path,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        let read_only = |path| Self::ReadOnly { path };
        files::failed(path, source, read_only, |path, source| Self::Write {
            path,
            source,
        })
    }
}

/// Copies the database to a new file. The copy gets its final name after it was checked completely
/// and flushed.
///
/// It blocks nobody: it reads one snapshot, and writes continue meanwhile.
///
/// # Errors
/// See [`BackupError`].
pub fn make(database: &Path, to: &Path, stop: &CancellationToken) -> Result<Backup, BackupError> {
    let to = std::path::absolute(to).map_err(|error| BackupError::write(to, error))?;
    if !files::folder(&to).is_dir() {
        let path = files::folder(&to).to_owned();
        return Err(BackupError::NoFolder { path });
    }
    if to.to_str().is_none() {
        return Err(BackupError::write(&to, "the name is not UTF-8"));
    }
    // Only saves work: publishing checks again that the name is free.
    for path in [&to, &digest::beside_backup(&to)] {
        if std::fs::symlink_metadata(path).is_ok() {
            let path = path.clone();
            return Err(BackupError::Exists { path });
        }
    }
    if !database.exists() {
        let path = database.to_owned();
        return Err(BackupError::NoDatabase { path });
    }
    let _in_use = lock::share_to_read(database)?;
    sweep(&to);
    let part = Part::of(&to).map_err(|error| BackupError::write(&to, error))?;
    let copied = Source::open(database, Some(&to)).and_then(|source| {
        check::heed(&source.connection, stop)?;
        Ok(copy_into(&source.connection, &part)?)
    });
    copied.map_err(|error| match error {
        _ if stop.is_cancelled() => BackupError::Stopped,
        Unopened::Copy(error) => BackupError::write(&to, error),
        Unopened::Open(error) => explain(error, database, &to),
    })?;
    publish(part, to, stop)
}

/// Removes the password of the place of copies from a copy that nothing else uses.
///
/// # Errors
/// When the copy can't be written.
pub fn leave_out_place(copy: &Path) -> rusqlite::Result<()> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(copy, flags)?;
    connection.pragma_update(None, "journal_mode", "MEMORY")?;
    // Nothing of it stays in the page.
    connection.pragma_update(None, "secure_delete", true)?;
    let name = secrets::name_of(ChannelSecret::OffsitePassword);
    connection.execute("DELETE FROM secrets WHERE name = ?1", [name])?;
    Ok(())
}

/// Copies a lost database (deleted or replaced) from the files that a connection still has open.
pub(in crate::store) fn rescue(
    connection: &Connection,
    database: &Path,
    now: Timestamp,
) -> Result<PathBuf, BackupError> {
    let to = beside(database, &format!(".rescued-{}", migrate::stamp(now)));
    let part = Part::of(&to).map_err(|error| BackupError::write(&to, error))?;
    copy_into(connection, &part).map_err(|error| explain(error, database, &to))?;
    Ok(publish(part, to, &CancellationToken::new())?.path)
}

/// Checks a copy completely, and gives it its final name.
fn publish(part: Part, to: PathBuf, stop: &CancellationToken) -> Result<Backup, BackupError> {
    let checked = check::look_through(part.path(), stop);
    if stop.is_cancelled() {
        return Err(BackupError::Stopped);
    }
    let found = checked.map_err(BackupError::Flawed)?;
    let bytes = part
        .size()
        .map_err(|error| BackupError::write(&to, error))?;
    match digest::publish(part, &to) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            Err(BackupError::Exists { path: to })
        }
        Err(error) => Err(BackupError::write(&to, error)),
        Ok(()) => {
            let mut warnings = found.schema.strange;
            warnings.extend((!found.values.is_empty()).then(|| found.values.to_string()));
            Ok(Backup {
                path: to,
                bytes,
                schema_version: found.version,
                warnings,
            })
        }
    }
}

/// Removes what killed backups left. A failure is no reason to make no backup.
fn sweep(to: &Path) {
    let folder = files::folder(to);
    if let Err(error) = leftovers::sweep(folder) {
        let (error, folder) = (chain(&error), folder.display());
        tracing::warn!(
            %error,
            "can't remove what killed backups have left in {folder}"
        );
    }
}

/// Copies the database into a file that exists already, so that its permissions are right from the
/// start.
pub(in crate::store) fn copy_into(connection: &Connection, part: &Part) -> rusqlite::Result<()> {
    let path = part.path().to_string_lossy();
    connection.execute("VACUUM INTO ?1", [path]).map(drop)
}

/// Maps an error of the one statement that reads the source and writes the copy; SQLite's code
/// tells which of them failed.
fn explain(error: rusqlite::Error, database: &Path, to: &Path) -> BackupError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull | ErrorCode::SystemIoFailure | ErrorCode::ReadOnly) => {
            BackupError::write(to, error)
        }
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
            BackupError::Flawed(check::unreadable(database, error))
        }
        _ => BackupError::Read {
            path: database.to_owned(),
            source: error,
        },
    }
}
