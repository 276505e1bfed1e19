//! The `logo` table, of at most one row.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row};

use super::{Connection, Transaction};
use crate::domain::{Logo, Result};
use crate::store::engine::columns::Columns;
use crate::store::engine::types::Millis;

pub(super) const COLUMNS: &str = "mime, changed_at";

/// A stored logo, without its picture.
pub struct StoredLogo {
    pub media_type: String,
    pub changed: Timestamp,
}

pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<StoredLogo> {
    let row = &mut Columns::of("logo", row);
    Ok(StoredLogo {
        media_type: row.take("mime")?,
        changed: row.take::<Millis>("changed_at")?.0,
    })
}

/// Returns what is known about the logo, if there is one.
pub fn find(connection: &Connection) -> Result<Option<StoredLogo>> {
    let sql = format!("SELECT {COLUMNS} FROM logo");
    let mut statement = connection.prepare_cached(&sql)?;
    Ok(statement.query_row([], from_row).optional()?)
}

/// Returns the picture of the logo.
pub fn picture(connection: &Connection) -> Result<Option<Vec<u8>>> {
    let mut statement = connection.prepare_cached("SELECT image FROM logo")?;
    Ok(statement.query_row([], |row| row.get(0)).optional()?)
}

/// Stores a logo in the place of an earlier one.
pub fn set(tx: &Transaction, logo: &Logo, now: Timestamp) -> Result<()> {
    tx.execute(
        "INSERT INTO logo (id, mime, image, changed_at) VALUES (1, ?1, ?2, ?3)
         ON CONFLICT (id) DO UPDATE SET mime = ?1, image = ?2, changed_at = ?3",
        (logo.media_type(), logo.bytes(), Millis(now)),
    )?;
    Ok(())
}

pub fn delete(tx: &Transaction) -> Result<()> {
    tx.execute("DELETE FROM logo", [])?;
    Ok(())
}
