//! Everything that people wrote, in one JSON text, and back. The owner's, or whoever's the machine
//! is.

use std::io::Write;

use jiff::Timestamp;

use super::Desk;
use crate::domain::{Employee, Error, Owner, Problem, Result, Role};
use crate::store::{self, Connection, Transaction};

/// Writes the archive.
///
/// # Errors
/// [`Error::Internal`] when the database or the writer fails.
pub fn dump(connection: &Connection, _: &Owner, out: &mut impl Write) -> Result<()> {
    store::archive::dump(connection, out)
}

/// Whether an archive could come back here.
pub fn is_empty(connection: &Connection, _: &Owner) -> Result<bool> {
    store::archive::is_empty(connection)
}

/// Puts an archive into a database in which nobody has written anything down. The owner stays,
/// with the password that they have; all others of the archive come back shut.
///
/// Returns the token with which the owner goes on: theirs may be another number there.
///
/// # Errors
/// [`Error::Invalid`] at `field` for a database that isn't empty, and for what is no archive.
pub async fn restore(
    desk: &Desk,
    owner: Owner,
    field: &'static str,
    text: String,
) -> Result<String> {
    let now = desk.clock.now();
    let work = move |tx: &Transaction<'_>| {
        let me = store::employees::get(tx, owner.id())?.ok_or(Error::Unauthenticated)?;
        let hash = store::employees::password_hash(tx, me.id)?.unwrap_or_default();
        let alone = store::employees::all(tx)?.len() == 1;
        put_back(tx, alone, field, &text, now)?;
        keep(tx, &me, &hash, now)
    };
    let owner = desk.db.write(work).await?;
    desk.tokens.sign(&owner, now)
}

/// The owner's account among those of the archive.
fn keep(tx: &Transaction, me: &Employee, hash: &str, now: Timestamp) -> Result<Employee> {
    let id = match store::employees::by_email(tx, &me.email)? {
        Some(there) => there.id,
        None => store::employees::insert(tx, &me.email, hash, Role::Owner, now)?,
    };
    store::employees::reactivate(tx, id, hash, Role::Owner)?;
    store::employees::get(tx, id)?.ok_or(Error::NotFound)
}

/// The same for whoever has the machine: there must be no account yet.
///
/// # Errors
/// As for [`restore`].
pub fn restore_into_new(
    tx: &Transaction,
    field: &'static str,
    text: &str,
    now: Timestamp,
) -> Result<()> {
    let nobody = !store::employees::any(tx)?;
    put_back(tx, nobody, field, text, now)
}

fn put_back(
    tx: &Transaction,
    no_others: bool,
    field: &'static str,
    text: &str,
    now: Timestamp,
) -> Result<()> {
    if !no_others || !store::archive::is_empty(tx)? {
        return Err(Problem::NotEmpty.at(field).into());
    }
    store::archive::restore(tx, field, text, now)
}
