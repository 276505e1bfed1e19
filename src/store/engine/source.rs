//! Opens a database for reading only, also on a disk that is read-only.
//!
//! There SQLite can't create the index that it needs to read a write-ahead log. Without a log the file is read as it
//! is. A log with its index is read in place. A log without one is copied together with its file to where there is
//! space, since it holds the latest commits.

use std::fs::File;
use std::io;
use std::path::Path;

use rusqlite::OpenFlags;
use tokio_util::sync::CancellationToken;

use super::connection::BUSY_TIMEOUT;
use super::files::{self, Part, beside};
use crate::store::{Connection, upkeep::check};

/// A read connection, with the files that it needs.
pub(in crate::store) struct Source {
    pub connection: Connection,
    /// Dropped after the connection.
    _copy: Option<Part>,
}

/// The reason why a database can't be read.
pub(in crate::store) enum Unopened {
    /// The necessary copy can't be made.
    Copy(io::Error),
    Open(rusqlite::Error),
}

impl From<rusqlite::Error> for Unopened {
    fn from(error: rusqlite::Error) -> Self {
        Self::Open(error)
    }
}

impl Source {
    /// Opens a database. A copy, where one is necessary, is made beside `near`, or in the folder for temporary files.
    pub fn open(database: &Path, near: Option<&Path>) -> Result<Self, Unopened> {
        let real = files::real(database).unwrap_or_else(|_| database.to_owned());
        let by = |connection: Connection, copy| {
            connection.busy_timeout(BUSY_TIMEOUT)?;
            Ok(Self {
                connection,
                _copy: copy,
            })
        };
        if !files::is_read_only(database) {
            return by(open(database)?, None);
        }
        if !check::has_log(database) || beside(&real, "-shm").exists() {
            let connection = check::open(&real, &CancellationToken::new())?;
            return by(connection, None);
        }
        let temporary = std::env::temp_dir().join("zayavka.db");
        let copy = copy(&real, near.unwrap_or(&temporary)).map_err(Unopened::Copy)?;
        by(open(copy.path())?, Some(copy))
    }
}

fn open(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(path, flags)
}

/// Copies a database and its log. Opening the file here is safe (see `lock`): where the log has no index, nothing in
/// this program has the database open.
fn copy(database: &Path, near: &Path) -> io::Result<Part> {
    let part = Part::of(near)?;
    io::copy(&mut File::open(database)?, &mut part.file())?;
    let log = Part::create(beside(part.path(), "-wal"))?;
    io::copy(&mut File::open(beside(database, "-wal"))?, &mut log.file())?;
    // Removed together with the file that it belongs to.
    std::mem::forget(log);
    Ok(part)
}
