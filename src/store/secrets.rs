//! The keys that the server generated for itself.

use rusqlite::OptionalExtension;

use super::{Connection, Transaction};
use crate::domain::Result;

pub fn get(connection: &Connection, name: &str) -> Result<Option<Vec<u8>>> {
    let mut statement = connection.prepare_cached("SELECT value FROM secrets WHERE name = ?1")?;
    Ok(statement
        .query_row([name], |row| row.get("value"))
        .optional()?)
}

pub fn set(tx: &Transaction, name: &str, value: &[u8]) -> Result<()> {
    tx.execute(
        "INSERT INTO secrets (name, value) VALUES (?1, ?2)",
        (name, value),
    )?;
    Ok(())
}
