//! A copy of the database as it is at one moment, while it is in use.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rusqlite::{ErrorCode, OpenFlags};
use tokio_util::sync::CancellationToken;

use super::files::{self, Part, beside};
use super::{BUSY_TIMEOUT, Connection, Flaw, OpenError, check, lock};

/// A backup that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    pub path: PathBuf,
    pub bytes: u64,
    pub schema_version: i64,
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
    fn write(path: &Path, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Write {
            path: path.to_owned(),
            source: source.into(),
        }
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
    if std::fs::symlink_metadata(&to).is_ok() {
        return Err(BackupError::Exists { path: to });
    }
    if !database.exists() {
        let path = database.to_owned();
        return Err(BackupError::NoDatabase { path });
    }
    let _in_use = lock::share(database)?;
    let part = part_of(&to)?;
    copy(database, &part, stop).map_err(|error| match error {
        _ if stop.is_cancelled() => BackupError::Stopped,
        error => explain(error, database, &to),
    })?;
    let checked = check::whole(part.path(), stop);
    if stop.is_cancelled() {
        return Err(BackupError::Stopped);
    }
    let schema_version = checked.map_err(BackupError::Flawed)?;
    let bytes = part
        .size()
        .map_err(|error| BackupError::write(&to, error))?;
    match part.publish(&to) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            Err(BackupError::Exists { path: to })
        }
        Err(error) => Err(BackupError::write(&to, error)),
        Ok(()) => Ok(Backup {
            path: to,
            bytes,
            schema_version,
        }),
    }
}

/// What the name of an unfinished copy has after the name that it is to get.
pub const PART: &str = ".part-";

/// Two that write to one name must not meet before that name.
fn part_of(to: &Path) -> Result<Part, BackupError> {
    let mut random = [0; 4];
    let random = getrandom::fill(&mut random).map(|()| u32::from_ne_bytes(random));
    let random = random.map_err(|error| BackupError::write(to, error.to_string()))?;
    Part::create(beside(to, &format!("{PART}{random:08x}")))
        .map_err(|error| BackupError::write(to, error))
}

fn copy(database: &Path, part: &Part, stop: &CancellationToken) -> rusqlite::Result<()> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(database, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    check::heed(&connection, stop)?;
    copy_into(&connection, part)
}

/// SQLite fills an empty file that is there, so the rights are right from the start.
pub(super) fn copy_into(connection: &Connection, part: &Part) -> rusqlite::Result<()> {
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
