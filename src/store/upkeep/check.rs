//! Checks that a file is an intact database of this program.

use std::path::{Path, PathBuf};

use rusqlite::{ErrorCode, OpenFlags};
use tokio_util::sync::CancellationToken;

use super::{digest, migrate, schema, values};
use crate::store::engine::files::{self, beside};
use crate::store::{
    Connection, Differences, Unreadable, embedded_migrations, engine::connection::BUSY_TIMEOUT,
};

/// Number of SQLite's virtual machine instructions between two checks of the cancellation.
const STEPS: i32 = 10_000;

/// Reasons why a file is not.
#[derive(Debug, thiserror::Error)]
pub enum Flaw {
    #[error("{}: this is not a database", path.display())]
    NoDatabase { path: PathBuf },
    #[error("{}: this is a database of another program: {why}", path.display())]
    Foreign { path: PathBuf, why: String },
    #[error(
        "{}: it has schema version {found}, and this program knows versions up to {known}; use the newer program",
        path.display()
    )]
    Newer {
        path: PathBuf,
        found: i64,
        known: i64,
    },
    #[error("{}: it isn't as this program makes it: {why}; `zayavka doctor` looks at the same", path.display())]
    Strange { path: PathBuf, why: String },
    #[error("{}: {places}", path.display())]
    Value { path: PathBuf, places: Unreadable },
    #[error(
        "{}: it was changed since it was made: its SHA-256 is not the one in {}; use another backup",
        path.display(), digest::beside_backup(path).display()
    )]
    Changed { path: PathBuf },
    #[error("{}: it is damaged: {why}", path.display())]
    Damaged { path: PathBuf, why: String },
    #[error("{}: it can't be read", path.display())]
    Unreadable {
        path: PathBuf,
        #[source]
        source: rusqlite::Error,
    },
    #[error(
        "{}: its disk is read-only, and so it can be read as a copy only, which can't be made among the temporary files",
        path.display()
    )]
    Uncopied {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("{}: its sums can't be compared", path.display())]
    Sums {
        path: PathBuf,
        #[source]
        source: crate::domain::Error,
    },
    #[error("{}: its schema can't be brought to this program's", path.display())]
    Migration {
        path: PathBuf,
        #[source]
        source: Box<refinery::Error>,
    },
}

impl Flaw {
    pub(in crate::store) fn migration(path: &Path, source: refinery::Error) -> Self {
        Self::Migration {
            path: path.to_owned(),
            source: source.into(),
        }
    }
}

/// Opens a file that nothing writes to, without creating files beside it.
pub(in crate::store) fn open(
    path: &Path,
    stop: &CancellationToken,
) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = match has_log(path) {
        // Its newest changes are in the log, which SQLite reads only in the regular mode.
        true => Connection::open_with_flags(path, flags)?,
        false => {
            let special = |c: &char| matches!(c, '?' | '#' | '%');
            let mut address = "file:".to_owned();
            for c in path.to_string_lossy().chars() {
                match special(&c) {
                    true => address += &format!("%{:02x}", u32::from(c)),
                    false => address.push(c),
                }
            }
            address += "?immutable=1";
            Connection::open_with_flags(address, flags | OpenFlags::SQLITE_OPEN_URI)?
        }
    };
    connection.busy_timeout(BUSY_TIMEOUT)?;
    heed(&connection, stop)?;
    Ok(connection)
}

/// Returns whether the write-ahead log may contain something that the file doesn't. An empty one
/// without its index is unused.
pub(in crate::store) fn has_log(path: &Path) -> bool {
    let real = files::real(path);
    let path = real.as_deref().unwrap_or(path);
    let length = std::fs::metadata(beside(path, "-wal")).map(|file| file.len());
    length.is_ok_and(|length| length > 0 || beside(path, "-shm").exists())
}

/// Interrupts long statements of a connection when `stop` is cancelled.
pub(in crate::store) fn heed(
    connection: &Connection,
    stop: &CancellationToken,
) -> rusqlite::Result<()> {
    let stop = stop.clone();
    connection.progress_handler(STEPS, Some(move || stop.is_cancelled()))
}

/// Findings about a database of this program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store) struct FileReport {
    pub version: i64,
    pub schema: Differences,
    /// Empty if the schema is an older one: values are checked after migration.
    pub values: Unreadable,
}

/// Checks every page, row, reference and value of a file, and returns its schema version.
pub(in crate::store) fn whole(path: &Path, stop: &CancellationToken) -> Result<i64, Flaw> {
    let found = look_through(path, stop)?;
    let path = path.to_owned();
    if !found.schema.strange.is_empty() {
        let why = found.schema.strange.join("; ");
        return Err(Flaw::Strange { path, why });
    }
    match found.values.is_empty() {
        true => Ok(found.version),
        false => Err(Flaw::Value {
            path,
            places: found.values,
        }),
    }
}

/// Checks a backup like [`whole`], but reports schema differences and unreadable values instead of
/// rejecting them: a backup with flaws is better than none.
pub(in crate::store) fn look_through(
    path: &Path,
    stop: &CancellationToken,
) -> Result<FileReport, Flaw> {
    let connection = open(path, stop).map_err(|error| unreadable(path, error))?;
    let version = ours(&connection, path)?;
    let schema = schema::compare(&connection, version, path)?;
    sound(&connection, path)?;
    Ok(FileReport {
        version,
        values: values(&connection, version, path)?,
        schema,
    })
}

/// Returns the unreadable values, by the current schema.
pub(in crate::store) fn values(
    connection: &Connection,
    version: i64,
    path: &Path,
) -> Result<Unreadable, Flaw> {
    match version == migrate::newest(&embedded_migrations()) {
        true => values::read_through(connection).map_err(|error| unreadable(path, error)),
        false => Ok(Unreadable::default()),
    }
}

/// Returns the schema version; an error if the schema is not one of this program.
pub(in crate::store) fn ours(connection: &Connection, path: &Path) -> Result<i64, Flaw> {
    let unreadable = |error| unreadable(path, error);
    let foreign = |why: String| Flaw::Foreign {
        path: path.to_owned(),
        why,
    };
    let found = migrate::version(connection).map_err(unreadable)?;
    let migrations = embedded_migrations();
    let known = migrate::newest(&migrations);
    if found == 0 {
        return Err(foreign("it has no schema of Zayavka".into()));
    }
    if found > known {
        let path = path.to_owned();
        return Err(Flaw::Newer { path, found, known });
    }
    for migration in migrations {
        let version = i64::from(migration.version());
        let sum = migrate::checksum(connection, version).map_err(unreadable)?;
        if version <= found && sum != Some(migration.checksum().to_string()) {
            return Err(foreign(format!("its schema version {version} is another")));
        }
    }
    Ok(found)
}

fn sound(connection: &Connection, path: &Path) -> Result<(), Flaw> {
    let unreadable = |error| unreadable(path, error);
    let damaged = |why: String| Flaw::Damaged {
        path: path.to_owned(),
        why,
    };
    let found: String = connection
        .query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))
        .map_err(unreadable)?;
    if found != "ok" {
        return Err(damaged(found.replace('\n', " ")));
    }
    dangling(connection)
        .map_err(unreadable)?
        .map_or(Ok(()), |why| Err(damaged(why)))
}

/// Describes the first dangling reference by its table.
pub(in crate::store) fn dangling(connection: &Connection) -> rusqlite::Result<Option<String>> {
    let mut broken = connection.prepare("PRAGMA foreign_key_check")?;
    let mut broken = broken.query([])?;
    let Some(row) = broken.next()? else {
        return Ok(None);
    };
    let table: String = row.get(0)?;
    Ok(Some(format!("a row of {table} names one that isn't there")))
}

/// Maps an error of SQLite to what it means for the file.
pub(in crate::store) fn unreadable(path: &Path, source: rusqlite::Error) -> Flaw {
    let path = path.to_owned();
    match source.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => Flaw::NoDatabase { path },
        Some(ErrorCode::DatabaseCorrupt) => Flaw::Damaged {
            path,
            why: source.to_string(),
        },
        _ => Flaw::Unreadable { path, source },
    }
}
