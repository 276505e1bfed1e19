//! The messengers' updates that were already processed.

use jiff::{Timestamp, ToSpan};

use super::Transaction;
use crate::domain::{Messenger, Result};
use crate::store::engine::types::Millis;

/// Records an update, and returns false when it was recorded before, so that its effect is not repeated.
///
/// Messengers stop redelivering an update after a day, so records older than a week are deleted here.
pub fn note(tx: &Transaction, messenger: Messenger, key: &str, now: Timestamp) -> Result<bool> {
    let week_ago = now.saturating_sub(168.hours()).unwrap_or(now);
    tx.prepare_cached("DELETE FROM messenger_updates WHERE received_at < ?1")?
        .execute([Millis(week_ago)])?;
    let added = tx
        .prepare_cached(
            "INSERT INTO messenger_updates (messenger, key, received_at) VALUES (?1, ?2, ?3)
             ON CONFLICT DO NOTHING",
        )?
        .execute((messenger, key, Millis(now)))?;
    Ok(added == 1)
}

/// Deletes all records of a messenger, for another bot, whose updates have names of their own.
pub fn delete_all(tx: &Transaction, messenger: Messenger) -> Result<()> {
    tx.execute(
        "DELETE FROM messenger_updates WHERE messenger = ?1",
        [messenger],
    )?;
    Ok(())
}
