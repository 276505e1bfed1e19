//! Restoring a backup.
//!
//! The new database is prepared in a file beside the old one and put in place by one rename. So at
//! any time, even if the program or the power fails, the database is complete: the old one or the
//! new one. The old one is kept under another name.

use std::fs;
use std::io::{self, ErrorKind, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{ErrorCode, OpenFlags, TransactionBehavior};
use tokio_util::sync::CancellationToken;

use super::digest::{self, Proof};
use super::{backup, check, migrate};
use crate::store::engine::files::{self, Part, beside};
use crate::store::engine::types::Millis;
use crate::store::{
    Connection, Flaw, OpenError, embedded_migrations, engine::lock, engine::search,
};

/// Time to wait for another program that has the database locked.
const PATIENCE: Duration = Duration::from_secs(1);

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
/// All tokens and open invites are revoked: the backup can't know which were used or revoked since
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
    let old = Old::close(database)?;
    bring_forward(part.path(), backup, &old.traces, now)?;
    let version = check::whole(part.path(), &never)?;
    let failed = |error| RestoreError::write(database, error);
    files::give_to_owner_of(database, part.file()).map_err(failed)?;
    let aside = keep(database, &old, now).map_err(failed)?;
    part.replace(database).map_err(failed)?;
    Ok(Restored {
        from_version,
        version,
        aside,
        proved: proof == Proof::Unchanged,
    })
}

/// Infix of the previous database's name, followed by the time.
const ASIDE: &str = ".before-restore-";

/// Removes what a killed restore left. The caller must hold the lock, so that no restore is
/// running.
pub(in crate::store) fn forget_unfinished(database: &Path) -> io::Result<()> {
    let database = files::real(database)?;
    files::remove_with_journal(&beside(&database, RESTORING))
}

/// Removes the second names of the current database that were left by a restore that was killed
/// before it put the new one in place. Returns how many there were; one that can't be removed is
/// harmless.
pub(in crate::store) fn forget_second_names(database: &Path) -> u64 {
    let Ok(database) = files::real(database) else {
        return 0;
    };
    let Ok(entries) = fs::read_dir(files::folder(&database)) else {
        return 0;
    };
    let start = beside(&database, ASIDE);
    let is_second = |path: &PathBuf| {
        path.as_os_str()
            .as_bytes()
            .starts_with(start.as_os_str().as_bytes())
            && is_same(path, &database)
    };
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let names: Vec<PathBuf> = paths.filter(is_second).collect();
    for name in &names {
        let _ = fs::remove_file(name);
    }
    names.len() as u64
}

fn is_same(one: &Path, other: &Path) -> bool {
    let inode = |path: &Path| fs::symlink_metadata(path).map(|file| (file.dev(), file.ino()));
    matches!((inode(one), inode(other)), (Ok(one), Ok(other)) if one == other)
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
    let copied =
        check::open(backup, never).and_then(|connection| backup::copy_into(&connection, &part));
    copied.map_err(|error| match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull | ErrorCode::SystemIoFailure) => {
            RestoreError::write(part.path(), error)
        }
        _ => check::unreadable(backup, error).into(),
    })?;
    Ok(part)
}

/// The previous database, closed to everybody.
struct Old {
    /// Holds SQLite's own lock, which keeps other programs out.
    connection: Option<Connection>,
    exists: bool,
    traces: Traces,
}

/// The facts that the new database must take over from the previous one.
#[derive(Default)]
struct Traces {
    /// The highest id ever assigned, by table: ids are never reused.
    numbers: Vec<(String, i64)>,
    epoch: i64,
}

impl Old {
    /// Moves the write-ahead log into the file, and locks out everybody else.
    fn close(database: &Path) -> Result<Self, OpenError> {
        let exists = database.exists();
        // SQLite deletes a log that it finds beside a file that is no database.
        if !exists || !begins_as_database(database) {
            return Ok(Self::unreadable(exists));
        }
        match exclusive(database) {
            Ok(connection) => Ok(Self {
                traces: Traces::read(&connection).unwrap_or_default(),
                connection: Some(connection),
                exists,
            }),
            Err(error) => match error.sqlite_error_code() {
                Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                    let path = database.to_owned();
                    Err(OpenError::InUse { path })
                }
                // Replacing a damaged database is the purpose of a restore.
                _ => Ok(Self::unreadable(exists)),
            },
        }
    }

    fn unreadable(exists: bool) -> Self {
        Self {
            connection: None,
            exists,
            traces: Traces::default(),
        }
    }
}

impl Traces {
    fn read(connection: &Connection) -> rusqlite::Result<Self> {
        let mut numbers = connection.prepare("SELECT name, seq FROM sqlite_sequence")?;
        let numbers = numbers.query_map([], |row| Ok((row.get("name")?, row.get("seq")?)))?;
        let numbers = numbers.collect::<rusqlite::Result<_>>()?;
        let sql = "SELECT coalesce(max(epoch), 0) FROM employees";
        let epoch = connection.query_row(sql, [], |row| row.get(0))?;
        Ok(Self { numbers, epoch })
    }
}

/// Reads the file without SQLite, which is safe while nothing in this program has the database
/// open: see `lock`.
fn begins_as_database(path: &Path) -> bool {
    let mut start = [0; 16];
    let read = fs::File::open(path).and_then(|mut file| file.read_exact(&mut start));
    read.is_ok() && &start == b"SQLite format 3\0"
}

/// Leaves WAL mode, which only the sole connection can. This moves all of the log into the file and
/// removes it.
fn exclusive(database: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(database, flags)?;
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "journal_mode", "DELETE")?;
    connection.execute_batch("BEGIN EXCLUSIVE")?;
    Ok(connection)
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

/// Gives the old database a second name (a hard link), under which it is kept.
fn keep(database: &Path, old: &Old, now: Timestamp) -> io::Result<Option<PathBuf>> {
    let aside = free_name(database, now);
    if old.exists {
        fs::hard_link(database, &aside)?;
    }
    if old.connection.is_none() {
        // Logs of a file that SQLite couldn't read, or that is gone. SQLite would apply them to the
        // new database if they stayed beside it.
        for suffix in ["-wal", files::JOURNAL] {
            move_if_there(&beside(database, suffix), &beside(&aside, suffix))?;
        }
        move_if_there(&beside(database, "-shm"), &beside(&aside, "-shm"))?;
    }
    files::sync_folder(database)?;
    Ok(old.exists.then_some(aside))
}

/// Returns a free name: a killed restore may have used this second's.
fn free_name(database: &Path, now: Timestamp) -> PathBuf {
    let name = format!("{ASIDE}{}", migrate::stamp(now));
    let first = beside(database, &name);
    let others = (2..1_000).map(|number| beside(database, &format!("{name}-{number}")));
    let mut names = std::iter::once(first.clone()).chain(others);
    names.find(|name| !name.exists()).unwrap_or(first)
}

fn move_if_there(from: &Path, to: &Path) -> io::Result<()> {
    match fs::rename(from, to) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
