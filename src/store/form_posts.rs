//! The `form_posts` table: the forms accepted in the last day, and what each of them created.

use jiff::{Timestamp, ToSpan};
use rusqlite::OptionalExtension;

use super::{Connection, Transaction};
use crate::domain::Result;
use crate::store::engine::types::Millis;

/// How long an equal form creates nothing new, in hours.
const KEPT: i64 = 24;

/// Returns the number of what an equal form created.
pub fn made(connection: &Connection, digest: &[u8]) -> Result<Option<i64>> {
    let sql = "SELECT made FROM form_posts WHERE digest = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    let made = statement.query_row([digest], |row| row.get("made"));
    Ok(made.optional()?)
}

/// Records a form, and deletes the records older than a day.
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
