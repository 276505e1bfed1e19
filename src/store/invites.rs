//! The `invites` table. Only a hash of the token is kept.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row};

use super::types::Millis;
use super::{Connection, Transaction};
use crate::domain::{Email, EmployeeId, Result, Role};

pub(super) const COLUMNS: &str = "id, email, role, expires_at, used_at";

/// A promise of an account.
#[derive(Debug, Clone)]
pub struct Invite {
    pub id: i64,
    /// `None` for the first owner's link, which anyone who has it may use.
    pub email: Option<Email>,
    pub role: Role,
    pub expires: Timestamp,
    pub used: bool,
}

pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<Invite> {
    Ok(Invite {
        id: row.get("id")?,
        email: row.get::<_, Option<String>>("email")?.map(Email::from_row),
        role: row.get("role")?,
        expires: row.get::<_, Millis>("expires_at")?.0,
        used: row.get::<_, Option<i64>>("used_at")?.is_some(),
    })
}

pub fn by_token_hash(connection: &Connection, token_hash: &[u8]) -> Result<Option<Invite>> {
    let sql = format!("SELECT {COLUMNS} FROM invites WHERE token_hash = ?1");
    let mut statement = connection.prepare_cached(&sql)?;
    Ok(statement.query_row([token_hash], from_row).optional()?)
}

pub fn insert(
    tx: &Transaction,
    token_hash: &[u8],
    email: Option<&Email>,
    role: Role,
    created_by: Option<EmployeeId>,
    now: Timestamp,
    expires: Timestamp,
) -> Result<i64> {
    tx.execute(
        "INSERT INTO invites (token_hash, email, role, created_by, created_at, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        (
            token_hash,
            email.map(Email::as_str),
            role,
            created_by,
            Millis(now),
            Millis(expires),
        ),
    )?;
    Ok(tx.last_insert_rowid())
}

/// Forgets an invite that nobody has used.
pub fn delete_unused(tx: &Transaction, id: i64) -> Result<()> {
    tx.execute(
        "DELETE FROM invites WHERE id = ?1 AND used_at IS NULL",
        [id],
    )?;
    Ok(())
}

pub fn set_used(tx: &Transaction, id: i64, now: Timestamp) -> Result<()> {
    tx.execute(
        "UPDATE invites SET used_at = ?2 WHERE id = ?1",
        (id, Millis(now)),
    )?;
    Ok(())
}

/// Forgets unused links to the first account: each start prints a new one.
pub fn delete_first_owner_links(tx: &Transaction) -> Result<()> {
    tx.execute(
        "DELETE FROM invites WHERE email IS NULL AND used_at IS NULL",
        [],
    )?;
    Ok(())
}
