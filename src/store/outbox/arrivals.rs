//! Messages that a gateway has taken before it knows whether they arrive, and what they cost.

use jiff::Timestamp;
use rusqlite::OptionalExtension;

use super::send::set_dead;
use crate::domain::{Money, NoticeId, Reason, Result};
use crate::store::engine::types::Millis;
use crate::store::{Connection, Transaction};

/// A message whose arrival isn't known yet.
pub struct Arriving {
    pub id: NoticeId,
    pub external_id: String,
    /// Canonical form (E.164).
    pub phone: String,
}

/// Returns the messages that are on their way, sent since an instant, in the order of their ids after `after`, at most
/// `most`.
pub fn arriving(
    connection: &Connection,
    since: Timestamp,
    after: Option<NoticeId>,
    most: usize,
) -> Result<Vec<Arriving>> {
    let mut statement = connection.prepare_cached(
        "SELECT o.id, o.external_id, c.phone_e164 FROM outbox AS o JOIN customers AS c ON c.id = o.customer_id
         WHERE o.arrival = 'PENDING' AND o.state = 'DELIVERED' AND o.external_id IS NOT NULL AND o.settled_at >= ?1
           AND o.id > coalesce(?2, 0)
         ORDER BY o.id LIMIT ?3",
    )?;
    let rows = statement.query_map((Millis(since), after, most), |row| {
        Ok(Arriving {
            id: row.get("id")?,
            external_id: row.get("external_id")?,
            phone: row.get("phone_e164")?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns the message on its way that has this number at the gateway.
pub fn on_the_way(connection: &Connection, external_id: &str) -> Result<Option<NoticeId>> {
    let mut statement = connection.prepare_cached(
        "SELECT id FROM outbox WHERE arrival = 'PENDING' AND external_id = ?1 AND state = 'DELIVERED'",
    )?;
    let id = statement.query_row([external_id], |row| row.get(0));
    Ok(id.optional()?)
}

/// Records that a message has arrived.
pub fn set_arrived(tx: &Transaction, id: NoticeId) -> Result<()> {
    let sql = "UPDATE outbox SET arrival = 'ARRIVED' WHERE id = ?1";
    tx.prepare_cached(sql)?.execute([id])?;
    Ok(())
}

/// Settles a message that will not arrive as dead, with the gateway's code.
pub fn set_lost(tx: &Transaction, id: NoticeId, code: &str, now: Timestamp) -> Result<()> {
    set_dead(tx, id, Reason::Refused, code, now)?;
    let sql = "UPDATE outbox SET arrival = NULL WHERE id = ?1";
    tx.prepare_cached(sql)?.execute([id])?;
    Ok(())
}

/// Records what a message cost, where that is told later.
pub fn set_cost(tx: &Transaction, id: NoticeId, cost: Option<Money>) -> Result<()> {
    let sql = "UPDATE outbox SET cost = coalesce(?2, cost) WHERE id = ?1";
    tx.prepare_cached(sql)?.execute((id, cost))?;
    Ok(())
}

/// Returns the number of SMS that a gateway has taken since an instant, or may have, with those that are being sent, and
/// what they cost.
pub fn sms_since(connection: &Connection, since: Timestamp) -> Result<(u32, Money)> {
    let mut statement = connection.prepare_cached(
        "SELECT count(*), coalesce(sum(cost), 0) FROM (
             SELECT cost FROM outbox
             WHERE channel = 'SMS' AND settled_at >= ?1 AND (arrival IS NOT NULL OR external_id IS NOT NULL)
             UNION ALL
             SELECT cost FROM outbox
             WHERE channel = 'SMS' AND state IN ('WAITING', 'SENDING') AND state = 'SENDING')",
    )?;
    let spent = statement.query_row([Millis(since)], |row| Ok((row.get(0)?, row.get(1)?)));
    Ok(spent?)
}
