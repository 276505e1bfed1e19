//! Export of all user data as one JSON text, and its import. For owners, or for an operator on the
//! command line.

use std::io::Seek;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::Timestamp;

use super::Desk;
use super::packed::{Packed, failed};
use crate::domain::{Employee, Error, Owner, Problem, Result, Role};
use crate::store::{self, Connection, Transaction};

/// Writes a consistent archive into a file at disk speed. The database snapshot is held only that
/// long, rather than as long as the client takes to read it: meanwhile SQLite can't reset its log.
///
/// # Errors
/// [`Error::Busy`] when others are in progress, [`Error::DiskFull`], and [`Error::Internal`] when
/// the database fails.
pub async fn pack(desk: &Desk, _: Owner) -> Result<Packed> {
    let place = desk.memory.archive().await?;
    let _turn = desk.memory.dump().await?;
    // Changes made during the last archive don't have to stay in the log during this one as well.
    desk.db.checkpoint().await?;
    let folder = desk.db.path().parent().map(Path::to_owned);
    let work = move |c: &_| {
        let file = tempfile::tempfile_in(folder.unwrap_or_default()).map_err(failed)?;
        let mut packed = GzEncoder::new(file, Compression::fast());
        store::archive::dump(c, &mut packed)?;
        let mut file = packed.finish().map_err(failed)?;
        file.rewind().map_err(failed)?;
        Ok(file)
    };
    Ok(Packed::of(desk.db.read(work).await?, place))
}

/// Returns whether the database is empty, so that an archive can be imported.
pub fn is_empty(connection: &Connection, _: &Owner) -> Result<bool> {
    store::archive::is_empty(connection)
}

/// Imports an archive into an empty database. The owner keeps the account and the password; all
/// other accounts of the archive are imported as deactivated.
///
/// Returns a new token for the owner, whose id may be different in the archive.
///
/// # Errors
/// [`Error::Invalid`] at `field` for a database that isn't empty, and for an invalid archive.
pub async fn import(
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
    super::settings::reload(desk).await?;
    desk.tokens.sign(&owner, now)
}

/// Returns the owner's account among those of the archive.
fn keep(tx: &Transaction, me: &Employee, hash: &str, now: Timestamp) -> Result<Employee> {
    let id = match store::employees::by_email(tx, &me.email)? {
        Some(there) => there.id,
        None => store::employees::insert(tx, &me.email, hash, Role::Owner, now)?,
    };
    store::employees::reactivate(tx, id, hash, Role::Owner)?;
    store::employees::get(tx, id)?.ok_or(Error::NotFound)
}

/// Imports an archive for an operator on the command line, provided that no account exists.
///
/// # Errors
/// As for [`import`].
pub fn import_into_new(
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
    store::archive::import(tx, field, text, now)
}
