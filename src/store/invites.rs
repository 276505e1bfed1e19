//! The `invites` table. Only a hash of each token is stored.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, named_params};

use super::{Connection, Transaction};
use crate::domain::{Email, EmployeeId, InviteId, Registration, Result, Role, Span};
use crate::store::engine::types::{Millis, direction};

pub(super) const COLUMNS: &str = "id, email, role, created_by, created_at, expires_at, used_at";
/// The condition that the inviter may still invite: an invite is void once its inviter lost that right. Invites of the
/// command line and the link for the first owner have no inviter.
const IS_OF_AN_OWNER: &str = "(created_by IS NULL
    OR created_by IN (SELECT id FROM employees WHERE active = 1 AND role = 'OWNER'))";
/// The condition that an invite can be used at `:now`.
const IS_OPEN: &str = "used_at IS NULL AND email IS NOT NULL AND expires_at > :now";

/// An open invite.
#[derive(Debug, Clone)]
pub struct Invite {
    pub id: InviteId,
    /// `None` for the link for the first owner, which anyone who has it may use.
    pub email: Option<Email>,
    pub role: Role,
    /// The owner who invited; `None` for the command line and the link for the first owner.
    pub by: Option<EmployeeId>,
    pub created: Timestamp,
    pub expires: Timestamp,
    pub used: bool,
}

impl Invite {
    /// Returns whether it can still be used by somebody: the link for the first owner only for the first account.
    pub fn is_usable(&self, first: bool, registration: Registration, now: Timestamp) -> bool {
        let is_open = first || (self.email.is_some() && registration != Registration::Closed);
        is_open && !self.used && now < self.expires
    }
}

pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<Invite> {
    Ok(Invite {
        id: row.get("id")?,
        email: row.get::<_, Option<String>>("email")?.map(Email::from_row),
        role: row.get("role")?,
        by: row.get("created_by")?,
        created: row.get::<_, Millis>("created_at")?.0,
        expires: row.get::<_, Millis>("expires_at")?.0,
        used: row.get::<_, Option<i64>>("used_at")?.is_some(),
    })
}

/// Returns the invite with a token, unless its inviter has lost the right to invite.
pub fn by_token_hash(connection: &Connection, token_hash: &[u8]) -> Result<Option<Invite>> {
    let sql = format!("SELECT {COLUMNS} FROM invites WHERE token_hash = ?1 AND {IS_OF_AN_OWNER}");
    let mut statement = connection.prepare_cached(&sql)?;
    Ok(statement.query_row([token_hash], from_row).optional()?)
}

/// Returns at most `limit` usable invites after `after`, oldest first.
pub fn open(connection: &Connection, now: Timestamp, span: Span<InviteId>) -> Result<Vec<Invite>> {
    let direction = direction(span.from_end);
    let sql = format!(
        "SELECT {COLUMNS} FROM invites WHERE {IS_OPEN} AND {IS_OF_AN_OWNER} AND id > :after AND id < :before
         ORDER BY id {direction} LIMIT :limit"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let after = span.after.map_or(0, InviteId::get);
    let before = span.before.map_or(i64::MAX, InviteId::get);
    let values = named_params! {
        ":now": Millis(now), ":after": after, ":before": before, ":limit": span.limit,
    };
    let rows = statement.query_map(values, from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Counts the usable invites.
pub fn count_open(connection: &Connection, now: Timestamp) -> Result<i64> {
    let sql = format!("SELECT count(*) FROM invites WHERE {IS_OPEN} AND {IS_OF_AN_OWNER}");
    let mut statement = connection.prepare_cached(&sql)?;
    let values = named_params! { ":now": Millis(now) };
    Ok(statement.query_row(values, |row| row.get(0))?)
}

/// Returns a usable invite by number.
pub fn get_open(connection: &Connection, id: InviteId, now: Timestamp) -> Result<Option<Invite>> {
    let sql =
        format!("SELECT {COLUMNS} FROM invites WHERE id = :id AND {IS_OPEN} AND {IS_OF_AN_OWNER}");
    let mut statement = connection.prepare_cached(&sql)?;
    let values = named_params! { ":id": id, ":now": Millis(now) };
    Ok(statement.query_row(values, from_row).optional()?)
}

/// Returns the unused invites that name an e-mail.
pub fn unused(connection: &Connection) -> Result<Vec<Invite>> {
    let sql = format!("SELECT {COLUMNS} FROM invites WHERE used_at IS NULL AND email IS NOT NULL");
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([], from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub fn insert(
    tx: &Transaction,
    token_hash: &[u8],
    email: Option<&Email>,
    role: Role,
    created_by: Option<EmployeeId>,
    now: Timestamp,
    expires: Timestamp,
) -> Result<InviteId> {
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
    Ok(InviteId::from_row(tx.last_insert_rowid()))
}

/// Deletes an unused invite.
pub fn delete_unused(tx: &Transaction, id: InviteId) -> Result<()> {
    tx.execute(
        "DELETE FROM invites WHERE id = ?1 AND used_at IS NULL",
        [id],
    )?;
    Ok(())
}

pub fn set_used(tx: &Transaction, id: InviteId, now: Timestamp) -> Result<()> {
    tx.execute(
        "UPDATE invites SET used_at = ?2 WHERE id = ?1",
        (id, Millis(now)),
    )?;
    Ok(())
}

/// Deletes unused links for the first account, since each start prints a new one.
pub fn delete_first_owner_links(tx: &Transaction) -> Result<()> {
    tx.execute(
        "DELETE FROM invites WHERE email IS NULL AND used_at IS NULL",
        [],
    )?;
    Ok(())
}
