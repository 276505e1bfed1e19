//! Whether writes reach the disk. The writer records how its transactions end, and the readiness check asks for it.
//! While writes fail, that check tries a small write of its own every few seconds: a server that isn't ready gets no
//! other writes by which a recovery could be noticed.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::ErrorCode;
use rustix::fs::statvfs;

use super::files::folder;
use crate::clock::Stopwatch;
use crate::domain::Error;

/// The shortest time between two trial writes.
const TRY: Duration = Duration::from_secs(5);
/// A commit that takes longer is taken for a disk that hangs. Commits are small: the largest import is some tens of
/// megabytes.
const HANGS: Duration = Duration::from_secs(10);
/// The free bytes from which a disk no longer counts as full. A small write can succeed on a full disk, inside the
/// write-ahead log that is allocated already, so its success alone proves nothing.
const ROOM: u64 = 1024 * 1024;

/// The reason why the last write was not stored.
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
    /// Classifies an error; `None` for one that concerns the write alone and not the file.
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

    /// Formats the reason for operators and monitors, in English.
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

/// The outcome of the most recent writes.
pub(in crate::store) struct Writes {
    database: PathBuf,
    failing: Mutex<Option<Failing>>,
    /// The start of the commit that is being flushed.
    committing: Mutex<Option<Stopwatch>>,
}

#[derive(Debug, Clone, Copy)]
struct Failing {
    trouble: Trouble,
    /// The monotonic time of the last trial write.
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

    /// Records a failed write. An error that isn't the file's fault changes nothing.
    pub fn failed(&self, error: &Error) {
        let Some(trouble) = Trouble::of(error) else {
            return;
        };
        let mut failing = self.failing.lock().unwrap_or_else(PoisonError::into_inner);
        let tried = failing.and_then(|failing| failing.tried);
        if failing.is_none_or(|failing| failing.trouble != trouble) {
            let why = trouble.sentence();
            tracing::error!(why, "failed to store writes; the server is not ready");
        }
        *failing = Some(Failing { trouble, tried });
    }

    /// Records a write that reached the disk.
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
                tracing::info!("writes are stored again; the server is ready");
            }
        }
    }

    /// Returns true where the free space can't be determined: the write itself is the proof then.
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

    /// Returns whether a trial write is due at this monotonic time, and if so postpones the next one.
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
        for error in [Error::NotFound, Error::internal("the write panicked")] {
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
        // A full disk has to have free space again as well, which this path never has: its folder isn't a folder.
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
        // Neither a failed trial nor a changed wall clock alters this.
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
