//! Who works with a database file, so that it is never exchanged under somebody's hands, and never
//! served twice.
//!
//! The locks are on files of their own beside the database. On the database file itself they would
//! be dangerous: when a program closes any handle of a file, the system drops all the locks that
//! SQLite holds on it in that program (<https://sqlite.org/howtocorrupt.html>, § 2.2). For the same
//! reason nothing in this program opens a database file but through SQLite.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::OpenError;
use super::files;

/// A lock that is held until it is dropped, or the program ends in any way.
#[derive(Debug)]
pub struct Lock {
    _file: File,
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
pub(super) fn share(database: &Path) -> Result<Lock, OpenError> {
    let file = open(database, ".lock")?;
    let locked = file.try_lock_shared();
    held(database, file, locked, |path| OpenError::BeingRestored {
        path,
    })
}

/// Keeps away whatever of ours would open the database.
pub(super) fn own(database: &Path) -> Result<Lock, OpenError> {
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
        Ok(()) => Ok(Lock { _file: file }),
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
