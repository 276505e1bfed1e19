//! Whether a file is a whole database of this program.

use std::path::{Path, PathBuf};

use rusqlite::{ErrorCode, OpenFlags};
use tokio_util::sync::CancellationToken;

use super::files::beside;
use super::{BUSY_TIMEOUT, Connection, embedded_migrations, migrate};

/// Steps of SQLite's machine between two looks at the stop.
const STEPS: i32 = 10_000;

/// Why a file is none.
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
    #[error("{}: it is damaged: {why}", path.display())]
    Damaged { path: PathBuf, why: String },
    #[error("{}: it can't be read", path.display())]
    Unreadable {
        path: PathBuf,
        #[source]
        source: rusqlite::Error,
    },
    #[error("{}: its schema can't be brought to this program's", path.display())]
    Migration {
        path: PathBuf,
        #[source]
        source: Box<refinery_core::Error>,
    },
}

impl Flaw {
    pub(super) fn migration(path: &Path, source: refinery_core::Error) -> Self {
        Self::Migration {
            path: path.to_owned(),
            source: source.into(),
        }
    }
}

/// Opens a file that nobody writes to, without leaving anything beside it.
pub(super) fn open(path: &Path, stop: &CancellationToken) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = match beside(path, "-wal").exists() {
        // Its newest changes are in the log, which SQLite reads in the usual way only.
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

/// Lets long statements of a connection end when `stop` comes.
pub(super) fn heed(connection: &Connection, stop: &CancellationToken) -> rusqlite::Result<()> {
    let stop = stop.clone();
    connection.progress_handler(STEPS, Some(move || stop.is_cancelled()))
}

/// Looks at every page, row and reference of a file, and returns its schema version.
pub(super) fn whole(path: &Path, stop: &CancellationToken) -> Result<i64, Flaw> {
    let connection = open(path, stop).map_err(|error| unreadable(path, error))?;
    let version = ours(&connection, path)?;
    sound(&connection, path)?;
    Ok(version)
}

/// The schema version, when the schema is one of ours. What others have added is theirs: an index
/// of the shop's own, or Litestream's tables.
pub(super) fn ours(connection: &Connection, path: &Path) -> Result<i64, Flaw> {
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
    let there = names(connection).map_err(unreadable)?;
    let memory = Connection::open_in_memory().map_err(unreadable)?;
    let model = model(memory, found).map_err(|error| Flaw::migration(path, error))?;
    let wanted = names(&model).map_err(unreadable)?;
    match wanted.into_iter().find(|name| !there.contains(name)) {
        Some(name) => Err(foreign(format!("it has no {name}"))),
        None => Ok(found),
    }
}

/// Gives an empty database the schema of that version.
fn model(mut model: Connection, version: i64) -> Result<Connection, refinery_core::Error> {
    let mut migrations = embedded_migrations();
    migrations.retain(|migration| i64::from(migration.version()) <= version);
    migrate::run(&mut model, &migrations)?;
    Ok(model)
}

/// Every table, index and trigger.
fn names(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let sql = "SELECT type || ' ' || name FROM sqlite_schema";
    let mut statement = connection.prepare(sql)?;
    statement.query_map([], |row| row.get(0))?.collect()
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
    let mut broken = connection
        .prepare("PRAGMA foreign_key_check")
        .map_err(unreadable)?;
    let mut broken = broken.query([]).map_err(unreadable)?;
    match broken.next().map_err(unreadable)? {
        None => Ok(()),
        Some(row) => {
            let table: String = row.get(0).map_err(unreadable)?;
            Err(damaged(format!(
                "a row of {table} names one that isn't there"
            )))
        }
    }
}

/// Says what an error of SQLite means for the file.
pub(super) fn unreadable(path: &Path, source: rusqlite::Error) -> Flaw {
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
