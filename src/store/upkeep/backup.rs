//! A copy of the database as it is at one moment, while it is in use.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::ErrorCode;
use tokio_util::sync::CancellationToken;

use super::{check, digest, leftovers, migrate};
use crate::store::engine::files::{self, Part, beside};
use crate::store::engine::source::{Source, Unopened};
use crate::store::{Connection, Flaw, OpenError, engine::lock};

/// A backup that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    pub path: PathBuf,
    pub bytes: u64,
    pub schema_version: i64,
    /// What is wrong with the database all the same, a sentence each: the backup has it as well.
    pub warnings: Vec<String>,
}

/// Why there is none. Nothing is left of it then.
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

/// Copies the database to a file that isn't there yet. The copy gets its name when it was read
/// through, found whole, and is on the disk.
///
/// Nobody waits for it: it reads one snapshot, and writers go on meanwhile.
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
    // Looked at once more when the copy gets its name; this only saves the work.
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

/// Copies a database that was lost from the files that a connection still has open.
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

/// Gives a copy its name once it was read through and found whole.
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

/// What killed ones have left is no reason to make none.
fn sweep(to: &Path) {
    let folder = files::folder(to);
    if let Err(error) = leftovers::sweep(folder) {
        let (error, folder) = (&error as &dyn std::error::Error, folder.display());
        tracing::warn!(
            error,
            "can't remove what killed backups have left in {folder}"
        );
    }
}

/// SQLite fills an empty file that is there, so the rights are right from the start.
pub(in crate::store) fn copy_into(connection: &Connection, part: &Part) -> rusqlite::Result<()> {
    let path = part.path().to_string_lossy();
    connection.execute("VACUUM INTO ?1", [path]).map(drop)
}

/// One statement reads here and writes there; SQLite's code says which of both failed.
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
