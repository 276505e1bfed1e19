//! Locks on a database file, so that it is never replaced while it is open and never served twice.
//!
//! They lie on separate files beside the database. On the database file itself they would be dangerous: when a process
//! closes any handle of a file, the system drops all the POSIX locks that SQLite holds on it in that process
//! (<https://sqlite.org/howtocorrupt.html>, § 2.2). For the same reason nothing in this program opens a database file
//! except through SQLite.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use super::files;
use crate::store::{OpenError, upkeep::backup};

/// A lock, released when it is dropped or the process ends.
#[derive(Debug)]
pub struct Lock {
    /// `None` on a disk that is read-only for everybody, where no lock can be taken.
    file: Option<File>,
}

impl Drop for Lock {
    /// Unlocks before the file is closed: a child that another thread has just forked has a copy of the handle, and
    /// with it the lock, until it executes its program.
    fn drop(&mut self) {
        if let Some(file) = &self.file
            && let Err(error) = file.unlock()
        {
            tracing::warn!(error = %error, "a lock is only released with its file");
        }
    }
}

/// Takes the lock that keeps other servers off the database.
///
/// # Errors
/// [`OpenError::Served`] when another server runs, [`OpenError::File`] when the folder can't be used.
pub fn serve(database: &Path) -> Result<Lock, OpenError> {
    let file = open(database, ".server.lock")?;
    let locked = file.try_lock();
    held(database, file, locked, |path| OpenError::Served { path })
}

/// Takes the shared lock that keeps a restore away for as long as the database is open.
///
/// # Errors
/// As for [`serve`], and [`OpenError::Linked`] for a file with several names.
pub(in crate::store) fn share(database: &Path) -> Result<Lock, OpenError> {
    let lock = shared(database, open(database, ".lock")?)?;
    refuse_links(database)?;
    Ok(lock)
}

/// Takes the same lock for a reader, which works on a read-only disk too.
pub(in crate::store) fn share_to_read(database: &Path) -> Result<Lock, OpenError> {
    if !files::is_read_only(database) {
        return share(database);
    }
    // The disk may be writable through another mount, whose programs lock the same file.
    let real = files::real(database).map_err(|error| OpenError::file(database, error))?;
    let lock = match File::open(files::beside(&real, ".lock")) {
        Ok(file) => shared(database, file)?,
        Err(error) if error.kind() == ErrorKind::NotFound => Lock { file: None },
        Err(error) => return Err(OpenError::file(database, error)),
    };
    refuse_links(database)?;
    Ok(lock)
}

fn shared(database: &Path, file: File) -> Result<Lock, OpenError> {
    let locked = file.try_lock_shared();
    held(database, file, locked, |path| OpenError::BeingRestored {
        path,
    })
}

/// Refuses a file with several hard links. SQLite keeps a separate log beside each name, and so do these locks: two
/// programs that use two names would not notice each other. Symbolic links and mounted folders don't count as names.
fn refuse_links(database: &Path) -> Result<(), OpenError> {
    let links = fs::metadata(database).map_or(1, |file| file.nlink());
    match links > 1 + backup::forget_second_names(database) {
        true => Err(OpenError::Linked {
            path: database.to_owned(),
        }),
        false => Ok(()),
    }
}

/// Takes the exclusive lock that keeps every other command of this program off the database.
pub(in crate::store) fn own(database: &Path) -> Result<Lock, OpenError> {
    let file = open(database, ".lock")?;
    let locked = file.try_lock();
    held(database, file, locked, |path| OpenError::InUse { path })
}

fn held(
    database: &Path,
    file: File,
    locked: Result<(), TryLockError>,
    refusal: impl FnOnce(std::path::PathBuf) -> OpenError,
) -> Result<Lock, OpenError> {
    match locked {
        Ok(()) => Ok(Lock { file: Some(file) }),
        Err(TryLockError::WouldBlock) => Err(refusal(database.to_owned())),
        Err(TryLockError::Error(error)) => Err(OpenError::file(database, error)),
    }
}

/// The lock file is never removed: that could take it from a process which has just opened it.
fn open(database: &Path, suffix: &str) -> Result<File, OpenError> {
    // Two names of one file must lead to one lock.
    let database = &files::real(database).map_err(|error| OpenError::file(database, error))?;
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(files::beside(database, suffix))
        .map_err(|error| OpenError::file(database, error))?;
    // A command that root runs beside the service must not lock the service out.
    files::give_to_owner_of(database, &file).map_err(|error| OpenError::file(database, error))?;
    Ok(file)
}
