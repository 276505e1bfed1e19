//! Which updates of Telegram had their effect.

use jiff::{Timestamp, ToSpan};

use super::Transaction;
use crate::domain::Result;
use crate::store::engine::types::Millis;

/// Notes an update. `false` when it was there already, and so must have no second effect.
///
/// Telegram gives up on an update after a day, so notes older than a week are dropped here.
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
