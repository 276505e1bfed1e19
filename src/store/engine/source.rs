//! A database that is only read, also from a disk that nobody can write to.
//!
//! There SQLite can't make the index of the write-ahead log that it needs to read one. Without a log the file is read
//! as it is. A log with its index is read in place. A log without one is copied with its file to where there is room,
//! since what was written last stands in it alone.

use std::fs::File;
use std::io;
use std::path::Path;

use rusqlite::OpenFlags;
use tokio_util::sync::CancellationToken;

use super::connection::BUSY_TIMEOUT;
use super::files::{self, Part, beside};
use crate::store::{Connection, upkeep::check};

/// A connection for reading, and what has to stay for it.
pub(in crate::store) struct Source {
    pub connection: Connection,
    /// Goes after the connection.
    _copy: Option<Part>,
}

/// Why a database can't be read.
pub(in crate::store) enum Unopened {
    /// The copy that it would take can't be made.
    Copy(io::Error),
    Open(rusqlite::Error),
}

impl From<rusqlite::Error> for Unopened {
    fn from(error: rusqlite::Error) -> Self {
        Self::Open(error)
    }
}

impl Source {
    /// Opens a database. Beside `near` there is room for a copy; without it the folder of temporary files has some.
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

/// Copies a database and its log. To open the file here is safe (see `lock`): where the index of the log isn't, nothing
/// in this program has the database open.
fn copy(database: &Path, near: &Path) -> io::Result<Part> {
    let part = Part::of(near)?;
    io::copy(&mut File::open(database)?, &mut part.file())?;
    let log = Part::create(beside(part.path(), "-wal"))?;
    io::copy(&mut File::open(beside(database, "-wal"))?, &mut log.file())?;
    // It goes with the file that it belongs to.
    std::mem::forget(log);
    Ok(part)
}
