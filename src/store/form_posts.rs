//! The `form_posts` table: which forms were taken in the last day, and what each of them made.

use jiff::{Timestamp, ToSpan};
use rusqlite::OptionalExtension;

use super::{Connection, Transaction};
use crate::domain::Result;
use crate::store::engine::types::Millis;

/// For how long an equal form makes nothing new, in hours.
const KEPT: i64 = 24;

/// The number of what an equal form made.
pub fn made(connection: &Connection, digest: &[u8]) -> Result<Option<i64>> {
    let sql = "SELECT made FROM form_posts WHERE digest = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    let made = statement.query_row([digest], |row| row.get("made"));
    Ok(made.optional()?)
}

/// Notes a form, and forgets those that came a day ago.
pub fn put(tx: &Transaction, digest: &[u8], made: i64, now: Timestamp) -> Result<()> {
    let day_ago = now.saturating_sub(KEPT.hours()).unwrap_or(now);
    tx.prepare_cached("DELETE FROM form_posts WHERE posted_at < ?1")?
        .execute([Millis(day_ago)])?;
    tx.prepare_cached(
        "INSERT INTO form_posts (digest, made, posted_at) VALUES (?1, ?2, ?3)
         ON CONFLICT (digest) DO UPDATE SET made = ?2",
    )?
    .execute((digest, made, Millis(now)))?;
    Ok(())
}
