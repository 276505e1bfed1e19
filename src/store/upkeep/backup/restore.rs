//! Restoring a backup.
//!
//! The new database is prepared in a file beside the old one and put in place by one rename. So at
//! any time, even if the program or the power fails, the database is complete: the old one or the
//! new one. The old one is kept under another name.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::{ErrorCode, OpenFlags, TransactionBehavior};
use tokio_util::sync::CancellationToken;

use super::copy_into;
use super::previous::{Previous, Traces};
use crate::store::engine::files::{self, Part, beside};
use crate::store::engine::types::Millis;
use crate::store::engine::{lock, search};
use crate::store::upkeep::digest::{self, Proof};
use crate::store::upkeep::{check, migrate};
use crate::store::{Connection, Flaw, OpenError, embedded_migrations};

/// Suffix of the database that is being prepared.
const RESTORING: &str = ".restoring";

/// Result of a restore.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// The schema version of the backup.
    pub from_version: i64,
    /// The schema version after migration.
    pub version: i64,
    /// Path of the previous database; `None` when there was none.
    pub aside: Option<PathBuf>,
    /// Whether a digest proved that the backup is unchanged. Without a digest, this can't be
    /// decided.
    pub proved: bool,
}

/// Reasons why nothing was restored. The database is unchanged.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    #[error(transparent)]
    Database(#[from] OpenError),
    #[error("{}: there is no such file", path.display())]
    NoBackup { path: PathBuf },
    #[error("{}: it or its digest can't be read", path.display())]
    Read {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("{}: this is the database itself; name a backup", path.display())]
    Itself { path: PathBuf },
    #[error("the backup can't be restored; the database is as it was")]
    Flawed(#[from] Flaw),
    #[error("{}: it can't be written; is there room for it, and may you write there?", path.display())]
    Write {
        path: PathBuf,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl RestoreError {
    fn write(path: &Path, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Write {
            path: path.to_owned(),
            source: source.into(),
        }
    }
}

/// Replaces the database with a backup, migrates it to the current schema, and keeps the old
/// database beside it.
///
/// All tokens, open invites and links for a new password are revoked: the backup can't know which were used or revoked since
/// it was made.
///
/// # Errors
/// See [`RestoreError`].
pub fn restore(database: &Path, backup: &Path, now: Timestamp) -> Result<Restored, RestoreError> {
    let database = &files::real(database).map_err(|error| OpenError::file(database, error))?;
    refuse_unfit(database, backup)?;
    let _alone = lock::own(database)?;
    let never = CancellationToken::new();
    let proof = digest::check(backup).map_err(|source| RestoreError::Read {
        path: backup.to_owned(),
        source,
    })?;
    if proof == Proof::Changed {
        let path = backup.to_owned();
        return Err(Flaw::Changed { path }.into());
    }
    let from_version = check::whole(backup, &never)?;
    let part = copy(database, backup, &never)?;
    let old = Previous::close(database)?;
    bring_forward(part.path(), backup, &old.traces, now)?;
    let version = check::whole(part.path(), &never)?;
    let failed = |error| RestoreError::write(database, error);
    files::give_to_owner_of(database, part.file()).map_err(failed)?;
    let aside = old.keep(database, now).map_err(failed)?;
    part.replace(database).map_err(failed)?;
    Ok(Restored {
        from_version,
        version,
        aside,
        proved: proof == Proof::Unchanged,
    })
}

/// Removes what a killed restore left. The caller must hold the lock, so that no restore is
/// running.
pub(in crate::store) fn forget_unfinished(database: &Path) -> io::Result<()> {
    let database = files::real(database)?;
    files::remove_with_journal(&beside(&database, RESTORING))
}

fn refuse_unfit(database: &Path, backup: &Path) -> Result<(), RestoreError> {
    let Ok(file) = fs::metadata(backup) else {
        let path = backup.to_owned();
        return Err(RestoreError::NoBackup { path });
    };
    let same = |old: fs::Metadata| (old.dev(), old.ino()) == (file.dev(), file.ino());
    match fs::metadata(database).is_ok_and(same) {
        true => Err(RestoreError::Itself {
            path: backup.to_owned(),
        }),
        false => Ok(()),
    }
}

fn copy(database: &Path, backup: &Path, never: &CancellationToken) -> Result<Part, RestoreError> {
    let path = beside(database, RESTORING);
    // A killed restore may have left this; no other one runs, since we hold the lock.
    files::remove_with_journal(&path).map_err(|error| RestoreError::write(&path, error))?;
    let part = Part::create(path).map_err(|error| RestoreError::write(database, error))?;
    let copied = check::open(backup, never).and_then(|connection| copy_into(&connection, &part));
    copied.map_err(|error| match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull | ErrorCode::SystemIoFailure) => {
            RestoreError::write(part.path(), error)
        }
        _ => check::unreadable(backup, error).into(),
    })?;
    Ok(part)
}

/// Migrates the copy of a backup to the current schema, and settles what the backup can't know.
fn bring_forward(part: &Path, backup: &Path, traces: &Traces, now: Timestamp) -> Result<(), Flaw> {
    let failed = |error| check::unreadable(backup, error);
    let mut connection = unguarded(part).map_err(failed)?;
    migrate::run(&mut connection, &embedded_migrations())
        .map_err(|error| Flaw::migration(backup, error))?;
    search::catch_up(&mut connection).map_err(failed)?;
    settle(&mut connection, traces, now).map_err(failed)
}

/// Opens the copy with a journal in memory and without flushing: a copy that fails is discarded,
/// and it is flushed before it is put in place.
fn unguarded(part: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(part, flags)?;
    connection.pragma_update(None, "journal_mode", "MEMORY")?;
    connection.pragma_update(None, "synchronous", "OFF")?;
    connection.pragma_update(None, "secure_delete", true)?;
    Ok(connection)
}

fn settle(connection: &mut Connection, traces: &Traces, now: Timestamp) -> rusqlite::Result<()> {
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Epochs raised since the backup must not be assigned again. They start at an instant (see
    // `employees::insert`), so now is above them even if the old database can't be read.
    tx.execute(
        "UPDATE employees SET epoch = max(?1, ?2, (SELECT max(epoch) FROM employees)) + 1",
        (Millis(now), traces.epoch),
    )?;
    // Whether they were used since is unknown.
    tx.execute(
        "UPDATE invites SET expires_at = min(expires_at, ?1) WHERE used_at IS NULL",
        [Millis(now)],
    )?;
    tx.execute("DELETE FROM password_links", [])?;
    // Pending messages may have been sent since; a correction must not be mistaken for a new message.
    tx.execute(
        "UPDATE outbox SET maybe_seen = 1 WHERE state IN ('WAITING', 'SENDING')",
        [],
    )?;
    for (table, number) in &traces.numbers {
        tx.execute(
            "UPDATE sqlite_sequence SET seq = max(seq, ?2) WHERE name = ?1",
            (table, number),
        )?;
        tx.execute(
            "INSERT INTO sqlite_sequence (name, seq) SELECT ?1, ?2
             WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = ?1)
               AND EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1)",
            (table, number),
        )?;
    }
    tx.commit()
}
