//! Who works with a database file, so that it is never exchanged under somebody's hands, and never
//! served twice.
//!
//! The locks are on files of their own beside the database. On the database file itself they would
//! be dangerous: when a program closes any handle of a file, the system drops all the locks that
//! SQLite holds on it in that program (<https://sqlite.org/howtocorrupt.html>, § 2.2). For the same
//! reason nothing in this program opens a database file but through SQLite.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use super::files;
use crate::store::{OpenError, upkeep::restore};

/// A lock that is held until it is dropped, or the program ends in any way.
#[derive(Debug)]
pub struct Lock {
    /// None where nobody can hold one: on a disk that is read-only for everybody.
    _file: Option<File>,
}

/// Keeps every other server off the database.
///
/// # Errors
/// [`OpenError::Served`] when there is one, [`OpenError::File`] when the folder can't be used.
pub fn serve(database: &Path) -> Result<Lock, OpenError> {
    let file = open(database, ".server.lock")?;
    let locked = file.try_lock();
    held(database, file, locked, |path| OpenError::Served { path })
}

/// Keeps a restore away for as long as the database is open. Many may hold this at once.
///
/// # Errors
/// As for [`serve`], and [`OpenError::Linked`] for a file with several names.
pub(in crate::store) fn share(database: &Path) -> Result<Lock, OpenError> {
    let lock = shared(database, open(database, ".lock")?)?;
    refuse_links(database)?;
    Ok(lock)
}

/// The same for somebody who only reads, and may do so where nobody writes.
pub(in crate::store) fn share_to_read(database: &Path) -> Result<Lock, OpenError> {
    if !files::is_read_only(database) {
        return share(database);
    }
    // The disk may be writable by another way (a mount): whoever works there holds the lock of the same file.
    let real = files::real(database).map_err(|error| OpenError::file(database, error))?;
    let lock = match File::open(files::beside(&real, ".lock")) {
        Ok(file) => shared(database, file)?,
        Err(error) if error.kind() == ErrorKind::NotFound => Lock { _file: None },
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

/// Beside each name SQLite keeps another log, and we keep other locks: two programs that come by two names would not
/// know of each other. A symbolic link is no name of its own, and neither is a mounted folder.
fn refuse_links(database: &Path) -> Result<(), OpenError> {
    let links = fs::metadata(database).map_or(1, |file| file.nlink());
    match links > 1 + restore::forget_second_names(database) {
        true => Err(OpenError::Linked {
            path: database.to_owned(),
        }),
        false => Ok(()),
    }
}

/// Keeps away whatever of ours would open the database.
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
        Ok(()) => Ok(Lock { _file: Some(file) }),
        Err(TryLockError::WouldBlock) => Err(refusal(database.to_owned())),
        Err(TryLockError::Error(error)) => Err(OpenError::file(database, error)),
    }
}

/// The file stays when nobody holds it: removing it could take it from under a newcomer.
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
    // A command that root runs beside the service must not shut the service out.
    files::give_to_owner_of(database, &file).map_err(|error| OpenError::file(database, error))?;
    Ok(file)
}
