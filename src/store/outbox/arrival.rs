//! Messages for phones that wait for the morning, and those on their way, which a gateway has taken and reports on later.

use jiff::Timestamp;
use rusqlite::OptionalExtension;

use super::send::set_dead;
use crate::domain::{NoticeId, Reason, Result};
use crate::store::engine::types::Millis;
use crate::store::{Connection, Transaction};

/// Returns the message on its way that has this number at the gateway.
pub fn on_the_way(connection: &Connection, external_id: &str) -> Result<Option<NoticeId>> {
    let mut statement = connection.prepare_cached(
        "SELECT id FROM outbox WHERE arrival = 'PENDING' AND external_id = ?1 AND state = 'DELIVERED'",
    )?;
    let id = statement.query_row([external_id], |row| row.get(0));
    Ok(id.optional()?)
}

/// Lets a row wait until an instant, which is no attempt.
pub fn set_waiting(tx: &Transaction, id: NoticeId, until: Timestamp) -> Result<()> {
    let sql = "UPDATE outbox SET try_at = max(try_at, ?2) WHERE id = ?1";
    tx.prepare_cached(sql)?.execute((id, Millis(until)))?;
    Ok(())
}

/// Settles a message that will not arrive as dead, with the gateway's code.
pub fn set_lost(tx: &Transaction, id: NoticeId, code: &str, now: Timestamp) -> Result<()> {
    set_dead(tx, id, Reason::Refused, code, now)?;
    let sql = "UPDATE outbox SET arrival = NULL WHERE id = ?1";
    tx.prepare_cached(sql)?.execute([id])?;
    Ok(())
}
