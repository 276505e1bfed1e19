//! The previous database of a restore: what it hands over, and the name under which it is kept.

use std::fs;
use std::io::{self, ErrorKind, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{ErrorCode, OpenFlags};

use crate::store::engine::files::{self, beside};
use crate::store::upkeep::migrate;
use crate::store::{Connection, OpenError};

/// Time to wait for another program that has the database locked.
const PATIENCE: Duration = Duration::from_secs(1);

/// Infix of the previous database's name, followed by the time.
const ASIDE: &str = ".before-restore-";

/// The previous database, closed to everybody.
pub(super) struct Previous {
    /// Holds SQLite's own lock, which keeps other programs out.
    connection: Option<Connection>,
    exists: bool,
    pub(super) traces: Traces,
}

/// The facts that the new database must take over from the previous one.
#[derive(Default)]
pub(super) struct Traces {
    /// The highest id ever assigned, by table: ids are never reused.
    pub(super) numbers: Vec<(String, i64)>,
    pub(super) epoch: i64,
}

impl Previous {
    /// Moves the write-ahead log into the file, and locks out everybody else.
    pub(super) fn close(database: &Path) -> Result<Self, OpenError> {
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

    /// Gives the old database a second name (a hard link), under which it is kept.
    pub(super) fn keep(&self, database: &Path, now: Timestamp) -> io::Result<Option<PathBuf>> {
        let aside = free_name(database, now);
        if self.exists {
            fs::hard_link(database, &aside)?;
        }
        if self.connection.is_none() {
            // Logs of a file that SQLite couldn't read, or that is gone. SQLite would apply them to the
            // new database if they stayed beside it.
            for suffix in ["-wal", files::JOURNAL] {
                move_if_there(&beside(database, suffix), &beside(&aside, suffix))?;
            }
            move_if_there(&beside(database, "-shm"), &beside(&aside, "-shm"))?;
        }
        files::sync_folder(database)?;
        Ok(self.exists.then_some(aside))
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
