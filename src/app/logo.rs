//! The shop's logo. Everybody may see it: it is on the page of each customer.

use jiff::Timestamp;

use crate::domain::{AuditAction, Logo, Owner, Result};
use crate::store::{self, Connection, Transaction, logo::StoredLogo};

/// The subject of its audit events.
const SUBJECT: &str = "logo";

/// Returns what is known about the logo, if there is one.
pub fn find(connection: &Connection) -> Result<Option<StoredLogo>> {
    store::logo::find(connection)
}

/// Returns the logo with its picture.
pub fn get(connection: &Connection) -> Result<Option<(StoredLogo, Vec<u8>)>> {
    let found = store::logo::find(connection)?;
    Ok(found.zip(store::logo::picture(connection)?))
}

/// Replaces the logo, or removes it.
pub fn change(tx: &Transaction, owner: &Owner, logo: Option<&Logo>, now: Timestamp) -> Result<()> {
    let before = store::logo::find(tx)?;
    match logo {
        Some(logo) => store::logo::set(tx, logo, now)?,
        None if before.is_none() => return Ok(()),
        None => store::logo::delete(tx)?,
    }
    let old = before.as_ref().map(|before| before.media_type.as_str());
    let values = [old, logo.map(Logo::media_type)];
    let action = AuditAction::LogoChanged;
    store::audit::insert(tx, owner.id(), action, SUBJECT, values, now)
}
