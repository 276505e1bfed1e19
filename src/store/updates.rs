//! The Telegram updates that were already processed.

use jiff::{Timestamp, ToSpan};

use super::Transaction;
use crate::domain::Result;
use crate::store::engine::types::Millis;

/// Records an update, and returns false when it was recorded before, so that its effect is not repeated.
///
/// Telegram stops redelivering an update after a day, so records older than a week are deleted here.
pub fn note(tx: &Transaction, update_id: i64, now: Timestamp) -> Result<bool> {
    let week_ago = now.saturating_sub(168.hours()).unwrap_or(now);
    tx.prepare_cached("DELETE FROM telegram_updates WHERE received_at < ?1")?
        .execute([Millis(week_ago)])?;
    let added = tx
        .prepare_cached(
            "INSERT INTO telegram_updates (update_id, received_at) VALUES (?1, ?2)
             ON CONFLICT DO NOTHING",
        )?
        .execute((update_id, Millis(now)))?;
    Ok(added == 1)
}

/// Deletes all records, for another bot, whose updates have numbers of their own.
pub fn delete_all(tx: &Transaction) -> Result<()> {
    tx.execute("DELETE FROM telegram_updates", [])?;
    Ok(())
}
