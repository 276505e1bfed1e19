//! The `password_links` table: the open links for a new password, one an employee. Only a fingerprint of each token is
//! stored.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, named_params};

use super::{Connection, Transaction};
use crate::domain::{EmployeeId, Result};
use crate::store::engine::types::Millis;

pub(super) const COLUMNS: &str = "employee_id, created_by, expires_at";

pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<EmployeeId> {
    row.get::<_, EmployeeId>("created_by")?;
    row.get::<_, Millis>("expires_at")?;
    row.get("employee_id")
}

/// Returns the employee to whom a usable link leads: the employee is active, and its maker still an owner.
pub fn usable(
    connection: &Connection,
    token_hash: &[u8],
    now: Timestamp,
) -> Result<Option<EmployeeId>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM password_links WHERE token_hash = :token AND expires_at > :now
             AND employee_id IN (SELECT id FROM employees WHERE active = 1)
             AND created_by IN (SELECT id FROM employees WHERE active = 1 AND role = 'OWNER')"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let values = named_params! { ":token": token_hash, ":now": Millis(now) };
    Ok(statement.query_row(values, from_row).optional()?)
}

/// Returns when a link ends.
pub fn expires(connection: &Connection, token_hash: &[u8]) -> Result<Option<Timestamp>> {
    let sql = "SELECT expires_at FROM password_links WHERE token_hash = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    let found = statement.query_row([token_hash], |row| row.get::<_, Millis>(0));
    Ok(found.optional()?.map(|at| at.0))
}

/// Stores a link in place of an earlier one.
pub fn put(
    tx: &Transaction,
    employee: EmployeeId,
    token_hash: &[u8],
    created_by: EmployeeId,
    expires: Timestamp,
) -> Result<()> {
    tx.execute(
        "INSERT OR REPLACE INTO password_links (employee_id, token_hash, created_by, expires_at)
         VALUES (?1, ?2, ?3, ?4)",
        (employee, token_hash, created_by, Millis(expires)),
    )?;
    Ok(())
}

/// Deletes the link of an employee.
pub fn delete(tx: &Transaction, employee: EmployeeId) -> Result<()> {
    tx.execute(
        "DELETE FROM password_links WHERE employee_id = ?1",
        [employee],
    )?;
    Ok(())
}

/// Deletes the links that an employee made.
pub fn delete_by(tx: &Transaction, maker: EmployeeId) -> Result<()> {
    tx.execute("DELETE FROM password_links WHERE created_by = ?1", [maker])?;
    Ok(())
}
