//! Whether what is written is stored. The writer notes how its transactions end, and whoever asks whether the server is
//! ready is told; while writes fail, that question makes a small one of its own now and then, since nobody else may write
//! before they hear that it works again.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::ErrorCode;
use rustix::fs::statvfs;

use super::files::folder;
use crate::clock::Stopwatch;
use crate::domain::Error;

/// Between two tries that a question makes.
const TRY: Duration = Duration::from_secs(5);
/// A commit that takes longer waits for a disk that doesn't answer. What the disk has to take is little: the longest
/// import is some tens of megabytes.
const HANGS: Duration = Duration::from_secs(10);
/// So many bytes have to be free before a disk counts as full no more. A small write finds room in the log that is there
/// already, and would say of a full disk that all is well.
const ROOM: u64 = 1024 * 1024;

/// Why the last write was not stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    DiskFull,
    Io,
    Damaged,
    ReadOnly,
    Locked,
    Unopened,
    Hangs,
}

impl Trouble {
    /// What an error says of the file; `None` where it says something of the write alone.
    fn of(error: &Error) -> Option<Self> {
        let source = match error {
            Error::DiskFull(_) => return Some(Self::DiskFull),
            Error::Internal(source) => source.downcast_ref::<rusqlite::Error>()?,
            _ => return None,
        };
        Some(match source.sqlite_error_code()? {
            ErrorCode::DiskFull => Self::DiskFull,
            ErrorCode::SystemIoFailure => Self::Io,
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Self::Damaged,
            ErrorCode::ReadOnly | ErrorCode::PermissionDenied => Self::ReadOnly,
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::Locked,
            ErrorCode::CannotOpen | ErrorCode::FileLockingProtocolFailed => Self::Unopened,
            _ => return None,
        })
    }

    /// Says it to whoever runs the server. Monitors speak English.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::DiskFull => "the disk is full",
            Self::Io => "the disk fails (I/O error)",
            Self::Damaged => "the database file is damaged",
            Self::ReadOnly => "the database file or its disk is read-only",
            Self::Locked => "another program keeps the database locked",
            Self::Unopened => "the database file can't be opened",
            Self::Hangs => "the disk doesn't answer",
        }
    }
}

/// How the last writes ended.
pub(in crate::store) struct Writes {
    database: PathBuf,
    failing: Mutex<Option<Failing>>,
    /// Since when the disk is to take what the running transaction has written.
    committing: Mutex<Option<Stopwatch>>,
}

#[derive(Debug, Clone, Copy)]
struct Failing {
    trouble: Trouble,
    /// When a question last made a write, by the monotonic clock.
    tried: Option<Duration>,
}

impl Writes {
    pub fn new(database: &Path) -> Self {
        Self {
            database: database.to_owned(),
            failing: Mutex::default(),
            committing: Mutex::default(),
        }
    }

    /// Runs a commit, which may hang.
    pub fn watch<T>(&self, commit: impl FnOnce() -> T) -> T {
        self.set_committing(Some(Stopwatch::start()));
        let done = commit();
        self.set_committing(None);
        done
    }

    fn set_committing(&self, since: Option<Stopwatch>) {
        *self
            .committing
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = since;
    }

    /// Notes that a write has failed. What is no fault of the file changes nothing.
    pub fn failed(&self, error: &Error) {
        let Some(trouble) = Trouble::of(error) else {
            return;
        };
        let mut failing = self.failing.lock().unwrap_or_else(PoisonError::into_inner);
        let tried = failing.and_then(|failing| failing.tried);
        if failing.is_none_or(|failing| failing.trouble != trouble) {
            let why = trouble.sentence();
            tracing::error!(
                why,
                "what is written is not stored: the server is not ready"
            );
        }
        *failing = Some(Failing { trouble, tried });
    }

    /// Notes that something was written and is on the disk.
    pub fn stored(&self) {
        let mut failing = self.failing.lock().unwrap_or_else(PoisonError::into_inner);
        match *failing {
            None => {}
            Some(Failing {
                trouble: Trouble::DiskFull,
                ..
            }) if !self.has_room() => {}
            Some(_) => {
                *failing = None;
                tracing::info!("what is written is stored again: the server is ready");
            }
        }
    }

    /// Where nobody can say how much is free, the write itself has to do.
    fn has_room(&self) -> bool {
        let disk = statvfs(folder(&self.database));
        disk.map_or(true, |disk| {
            disk.f_bavail.saturating_mul(disk.f_frsize) >= ROOM
        })
    }

    pub fn trouble(&self) -> Option<Trouble> {
        let committing = *self
            .committing
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if committing.is_some_and(|since| since.elapsed() > HANGS) {
            return Some(Trouble::Hangs);
        }
        let failing = self.failing.lock().unwrap_or_else(PoisonError::into_inner);
        failing.map(|failing| failing.trouble)
    }

    /// Whether a question is to make a write at this monotonic time; then it is the only one for a while.
    pub fn is_to_be_tried(&self, now: Duration) -> bool {
        let mut failing = self.failing.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(failing) = &mut *failing else {
            return false;
        };
        let is_due = failing
            .tried
            .is_none_or(|tried| now.saturating_sub(tried) >= TRY);
        if is_due {
            failing.tried = Some(now);
        }
        is_due
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rusqlite::ffi;

    use super::*;
    use crate::clock::Clock;

    fn sqlite(code: i32) -> Error {
        rusqlite::Error::SqliteFailure(ffi::Error::new(code), None).into()
    }

    #[test]
    fn a_failure_of_the_file_is_known_by_its_kind_and_one_of_a_write_is_none() {
        for (code, trouble) in [
            (ffi::SQLITE_FULL, Some(Trouble::DiskFull)),
            (ffi::SQLITE_IOERR, Some(Trouble::Io)),
            (ffi::SQLITE_IOERR_FSYNC, Some(Trouble::Io)),
            (ffi::SQLITE_CORRUPT, Some(Trouble::Damaged)),
            (ffi::SQLITE_NOTADB, Some(Trouble::Damaged)),
            (ffi::SQLITE_READONLY, Some(Trouble::ReadOnly)),
            (ffi::SQLITE_BUSY, Some(Trouble::Locked)),
            (ffi::SQLITE_CANTOPEN, Some(Trouble::Unopened)),
            (ffi::SQLITE_CONSTRAINT, None),
            (ffi::SQLITE_TOOBIG, None),
        ] {
            let writes = Writes::new(Path::new("/zayavka.db"));
            writes.failed(&sqlite(code));
            assert_eq!(writes.trouble(), trouble, "{code}");
        }
        for error in [Error::NotFound, Error::internal("a bug ended the write")] {
            let writes = Writes::new(Path::new("/zayavka.db"));
            writes.failed(&error);
            assert_eq!(writes.trouble(), None);
        }
        let full = Error::DiskFull(Arc::new(std::fmt::Error));
        assert_eq!(Trouble::of(&full), Some(Trouble::DiskFull));
    }

    #[test]
    fn the_next_write_that_is_stored_ends_it() {
        let writes = Writes::new(Path::new("/zayavka.db"));
        writes.failed(&sqlite(ffi::SQLITE_IOERR));
        writes.failed(&Error::NotFound);
        assert_eq!(writes.trouble(), Some(Trouble::Io));
        writes.stored();
        assert_eq!(writes.trouble(), None);
        // Of a full disk it takes room as well, which this one has none of: its folder is no folder.
        let full = Writes::new(Path::new("/proc/self/zayavka.db"));
        full.failed(&sqlite(ffi::SQLITE_FULL));
        full.stored();
        assert_eq!(full.trouble(), Some(Trouble::DiskFull));
    }

    #[test]
    fn questions_write_seldom_and_only_while_writes_fail() {
        let clock = Clock::manual("2026-11-21T10:24:00Z".parse().unwrap());
        let writes = Writes::new(Path::new("/zayavka.db"));
        let ask = || writes.is_to_be_tried(clock.elapsed());
        assert!(!ask());
        writes.failed(&sqlite(ffi::SQLITE_IOERR));
        assert!(ask());
        for _ in 0..100 {
            assert!(!ask());
        }
        // A failed try changes nothing of that, and neither does a wall clock that is set.
        writes.failed(&sqlite(ffi::SQLITE_FULL));
        clock.step(jiff::SignedDuration::from_hours(1));
        assert!(!ask());
        clock.advance(TRY - Duration::from_millis(1));
        assert!(!ask());
        clock.advance(Duration::from_millis(1));
        assert!(ask() && !ask());
        writes.stored();
        clock.advance(TRY);
        assert!(!ask());
    }
}
