//! The `idempotency_keys` table: the requests of the last day that may be repeated, and what each of them created. Only
//! digests are stored, from which nobody can read what was typed.

use jiff::{Timestamp, ToSpan};
use rusqlite::OptionalExtension;

use super::{Connection, Transaction};
use crate::domain::Result;
use crate::store::engine::types::Millis;

/// How long an equal request creates nothing new, in hours.
const KEPT: i64 = 24;

/// A request that took effect.
pub struct Kept {
    /// Digest of the operation and its content.
    pub content: Vec<u8>,
    /// What it created, as the use case wrote it.
    pub made: String,
}

/// Returns the request with a key, unless it is older than a day.
pub fn find(connection: &Connection, key: &[u8], now: Timestamp) -> Result<Option<Kept>> {
    let sql = "SELECT content, made FROM idempotency_keys WHERE key = ?1 AND kept_at >= ?2";
    let mut statement = connection.prepare_cached(sql)?;
    let kept = statement.query_row((key, Millis(day_before(now))), |row| {
        Ok(Kept {
            content: row.get("content")?,
            made: row.get("made")?,
        })
    });
    Ok(kept.optional()?)
}

/// Records a request, and deletes those that are older than a day.
pub fn put(tx: &Transaction, key: &[u8], content: &[u8], made: &str, now: Timestamp) -> Result<()> {
    forget(tx, now)?;
    tx.prepare_cached(
        "INSERT INTO idempotency_keys (key, content, made, kept_at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (key) DO UPDATE SET content = ?2, made = ?3, kept_at = ?4",
    )?
    .execute((key, content, made, Millis(now)))?;
    Ok(())
}

/// Returns whether there is a request that is older than a day.
pub fn any_old(connection: &Connection, now: Timestamp) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM idempotency_keys WHERE kept_at < ?1)";
    Ok(connection.query_row(sql, [Millis(day_before(now))], |row| row.get(0))?)
}

/// Deletes the requests that are older than a day.
pub fn forget(tx: &Transaction, now: Timestamp) -> Result<()> {
    tx.prepare_cached("DELETE FROM idempotency_keys WHERE kept_at < ?1")?
        .execute([Millis(day_before(now))])?;
    Ok(())
}

fn day_before(now: Timestamp) -> Timestamp {
    now.saturating_sub(KEPT.hours()).unwrap_or(now)
}
