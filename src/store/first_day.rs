//! The `first_day` table: steps of the first day that no other table tells.

use jiff::Timestamp;

use super::{Connection, Transaction};
use crate::domain::Result;
use crate::store::engine::types::Millis;

/// Returns whether a step was noted as done.
pub fn is_done(connection: &Connection, step: &str) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM first_day WHERE step = ?1)";
    let mut statement = connection.prepare_cached(sql)?;
    Ok(statement.query_row([step], |row| row.get(0))?)
}

/// Forgets that a step was done.
pub fn set_undone(tx: &Transaction, step: &str) -> Result<()> {
    tx.execute("DELETE FROM first_day WHERE step = ?1", [step])?;
    Ok(())
}

/// Notes a step as done.
pub fn set_done(tx: &Transaction, step: &str, now: Timestamp) -> Result<()> {
    tx.execute(
        "INSERT INTO first_day (step, done_at) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
        (step, Millis(now)),
    )?;
    Ok(())
}
