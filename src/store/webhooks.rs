//! The programs that are told what happens here, and the `webhook_deliveries` on their way to them.

use jiff::{Timestamp, ToSpan};
use rusqlite::{OptionalExtension, Row};

use super::{Connection, Transaction};
use crate::domain::{
    Delivery, DeliveryId, Error, HookEvent, HookStanding, Result, Subject, UndeliveredHook,
    WebhookId,
};
use crate::store::engine::types::Millis;

/// How long it stays known that something was delivered, and that something was given up.
const DELIVERED_HOURS: i64 = 7 * 24;
const DEAD_HOURS: i64 = 30 * 24;
/// Given-up deliveries that are shown at the most.
const SHOWN: i64 = 100;

/// Writes down which webhooks there are, and returns their numbers in this order. Others go, with
/// all that waits for them.
pub fn declare(tx: &Transaction, all: &[(String, Vec<HookEvent>)]) -> Result<Vec<WebhookId>> {
    let json = |value: &[&str]| serde_json::to_string(value).map_err(Error::internal);
    let urls: Vec<&str> = all.iter().map(|(url, _)| &**url).collect();
    tx.execute(
        "DELETE FROM webhooks WHERE url NOT IN (SELECT value FROM json_each(?1))",
        [json(&urls)?],
    )?;
    let mut put = tx.prepare_cached(
        "INSERT INTO webhooks (url, events) VALUES (?1, ?2)
         ON CONFLICT (url) DO UPDATE SET events = excluded.events RETURNING id",
    )?;
    let put = all.iter().map(|(url, events)| {
        let events: Vec<&str> = events.iter().map(|event| event.word()).collect();
        Ok(put.query_row((url, json(&events)?), |row| row.get("id"))?)
    });
    put.collect()
}

/// Queues an event for those who want to know of it. That a customer was changed is not told again
/// while the same waits untried: whoever is told asks for what is true then.
pub fn push(tx: &Transaction, event: HookEvent, subject: &Subject, now: Timestamp) -> Result<()> {
    let mut wanting = tx.prepare_cached(
        "SELECT w.id FROM webhooks AS w
         WHERE EXISTS (SELECT 1 FROM json_each(w.events) WHERE value = ?1) ORDER BY w.id",
    )?;
    let wanting = wanting.query_map([event], |row| row.get("id"))?;
    let wanting: Vec<WebhookId> = wanting.collect::<Result<_, _>>()?;
    if wanting.is_empty() {
        return Ok(());
    }
    let payload = serde_json::to_string(subject).map_err(Error::internal)?;
    let mut put = tx.prepare_cached(
        "INSERT INTO webhook_deliveries (webhook_id, event, payload, happened_at, queued_at, try_at)
         VALUES (?1, ?2, ?3, ?4, ?4, ?4)",
    )?;
    for webhook in wanting {
        if event != HookEvent::CustomerUpdated || !is_to_come(tx, webhook, &payload)? {
            put.execute((webhook, event, &payload, Millis(now)))?;
        }
    }
    Ok(())
}

/// Whether a webhook is yet to be told of this customer, and asks for what is true when it is.
fn is_to_come(connection: &Connection, webhook: WebhookId, payload: &str) -> Result<bool> {
    let mut statement = connection.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM webhook_deliveries
         WHERE webhook_id = ?1 AND state IN ('WAITING', 'SENDING') AND state = 'WAITING'
             AND attempts = 0 AND payload = ?2
             AND event IN ('customer.created', 'customer.updated'))",
    )?;
    Ok(statement.query_row((webhook, payload), |row| row.get(0))?)
}

/// Returns the next delivery of a webhook, whether it is due yet or not.
pub fn head(connection: &Connection, webhook: WebhookId) -> Result<Option<Delivery>> {
    let mut statement = connection.prepare_cached(
        "SELECT id, event, payload, attempts, happened_at, queued_at, try_at
         FROM webhook_deliveries
         WHERE webhook_id = ?1 AND state IN ('WAITING', 'SENDING') ORDER BY id LIMIT 1",
    )?;
    Ok(statement.query_row([webhook], from_row).optional()?)
}

pub(super) const COLUMNS: &str = "id, event, payload, attempts, happened_at, queued_at, try_at";

pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<Delivery> {
    let instant = |name| Ok::<_, rusqlite::Error>(row.get::<_, Millis>(name)?.0);
    Ok(Delivery {
        id: row.get("id")?,
        event: row.get("event")?,
        payload: row.get("payload")?,
        attempts: row.get("attempts")?,
        happened: instant("happened_at")?,
        queued: instant("queued_at")?,
        next: instant("try_at")?,
    })
}

/// Claims a delivery; its outcome is unknown until it is settled.
pub fn set_sending(tx: &Transaction, id: DeliveryId) -> Result<()> {
    tx.prepare_cached(
        "UPDATE webhook_deliveries SET state = 'SENDING', attempts = attempts + 1 WHERE id = ?1",
    )?
    .execute([id])?;
    Ok(())
}

/// Settles a delivery that arrived, and forgets those that were settled long ago.
pub fn set_delivered(tx: &Transaction, id: DeliveryId, now: Timestamp) -> Result<()> {
    tx.prepare_cached(
        "UPDATE webhook_deliveries SET state = 'DELIVERED', settled_at = ?2, detail = ''
         WHERE id = ?1",
    )?
    .execute((id, Millis(now)))?;
    forget_old(tx, now)
}

/// Settles a delivery that is to be tried again.
pub fn set_retry(tx: &Transaction, id: DeliveryId, at: Timestamp, detail: &str) -> Result<()> {
    tx.prepare_cached(
        "UPDATE webhook_deliveries SET state = 'WAITING', try_at = ?2, detail = ?3 WHERE id = ?1",
    )?
    .execute((id, Millis(at), detail))?;
    Ok(())
}

/// Settles a delivery that is given up, with what was said last. It stays a while, for people to
/// see.
pub fn set_dead(tx: &Transaction, id: DeliveryId, detail: &str, now: Timestamp) -> Result<()> {
    tx.prepare_cached(
        "UPDATE webhook_deliveries SET state = 'DEAD', settled_at = ?2,
             detail = iif(?3 = '', detail, ?3)
         WHERE id = ?1",
    )?
    .execute((id, Millis(now), detail))?;
    forget_old(tx, now)
}

fn forget_old(tx: &Transaction, now: Timestamp) -> Result<()> {
    for (state, hours) in [("DELIVERED", DELIVERED_HOURS), ("DEAD", DEAD_HOURS)] {
        let before = now.saturating_sub(hours.hours()).unwrap_or(now);
        tx.prepare_cached(
            "DELETE FROM webhook_deliveries
             WHERE state = ?1 AND settled_at IS NOT NULL AND settled_at < ?2",
        )?
        .execute((state, Millis(before)))?;
    }
    Ok(())
}

/// After a start: what was being sent when the program ended may have arrived or not, and is sent
/// again under its number.
pub fn recover(tx: &Transaction, webhook: WebhookId) -> Result<usize> {
    Ok(tx.execute(
        "UPDATE webhook_deliveries SET state = 'WAITING'
         WHERE webhook_id = ?1 AND state IN ('WAITING', 'SENDING') AND state = 'SENDING'",
        [webhook],
    )?)
}

/// The newest of those that were given up.
pub fn undelivered(connection: &Connection) -> Result<Vec<UndeliveredHook>> {
    let mut statement = connection.prepare_cached(
        "SELECT d.id, w.url, d.event, d.detail, d.attempts, d.happened_at, d.settled_at
         FROM webhook_deliveries AS d JOIN webhooks AS w ON w.id = d.webhook_id
         WHERE d.state = 'DEAD' AND d.settled_at IS NOT NULL
         ORDER BY d.id DESC LIMIT ?1",
    )?;
    let rows = statement.query_map([SHOWN], |row| {
        Ok(UndeliveredHook {
            id: row.get("id")?,
            url: row.get("url")?,
            event: row.get("event")?,
            detail: row.get("detail")?,
            attempts: row.get("attempts")?,
            happened: row.get::<_, Millis>("happened_at")?.0,
            failed: row.get::<_, Millis>("settled_at")?.0,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Puts a given-up delivery back into the queue; `false` when there is none with that number.
pub fn revive(tx: &Transaction, id: DeliveryId, now: Timestamp) -> Result<bool> {
    let revived = tx.execute(
        "UPDATE webhook_deliveries SET state = 'WAITING', attempts = 0, queued_at = ?2, try_at = ?2,
             settled_at = NULL
         WHERE id = ?1 AND state = 'DEAD'",
        (id, Millis(now)),
    )?;
    Ok(revived == 1)
}

/// How every webhook stands, in the order of the settings that first named it.
pub fn standing(connection: &Connection) -> Result<Vec<HookStanding>> {
    let mut statement = connection.prepare_cached(
        "SELECT w.url, count(d.id) AS waiting, min(d.happened_at) AS oldest,
             (SELECT h.detail FROM webhook_deliveries AS h
              WHERE h.webhook_id = w.id AND h.state IN ('WAITING', 'SENDING')
              ORDER BY h.id LIMIT 1) AS detail,
             (SELECT count(*) FROM webhook_deliveries AS g
              WHERE g.webhook_id = w.id AND g.state = 'DEAD') AS undelivered
         FROM webhooks AS w LEFT JOIN webhook_deliveries AS d
             ON d.webhook_id = w.id AND d.state IN ('WAITING', 'SENDING')
         GROUP BY w.id ORDER BY w.id",
    )?;
    let rows = statement.query_map([], |row| {
        let detail: Option<String> = row.get("detail")?;
        Ok(HookStanding {
            url: row.get("url")?,
            waiting: row.get("waiting")?,
            oldest: row.get::<_, Option<Millis>>("oldest")?.map(|at| at.0),
            detail: detail.unwrap_or_default(),
            undelivered: row.get("undelivered")?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
