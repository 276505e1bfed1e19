//! The `email_stops` table: digests of the addresses that get no e-mail.

use jiff::Timestamp;

use super::{Connection, Transaction};
use crate::domain::Result;
use crate::store::engine::types::Millis;

/// Returns whether an address gets no e-mail.
pub fn any(connection: &Connection, address: &[u8]) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM email_stops WHERE address = ?1)";
    let mut statement = connection.prepare_cached(sql)?;
    Ok(statement.query_row([address], |row| row.get(0))?)
}

/// Returns the addresses that get no e-mail.
pub fn all(connection: &Connection) -> Result<Vec<Vec<u8>>> {
    let mut statement = connection.prepare_cached("SELECT address FROM email_stops")?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Notes that an address gets no e-mail; a second time changes nothing.
pub fn put(tx: &Transaction, address: &[u8], now: Timestamp) -> Result<()> {
    tx.execute(
        "INSERT INTO email_stops (address, stopped_at) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
        (address, Millis(now)),
    )?;
    Ok(())
}

/// Lets an address get e-mail again.
pub fn delete(tx: &Transaction, address: &[u8]) -> Result<()> {
    tx.execute("DELETE FROM email_stops WHERE address = ?1", [address])?;
    Ok(())
}
