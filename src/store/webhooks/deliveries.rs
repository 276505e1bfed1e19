//! The `webhook_deliveries` table: events on their way to a webhook.

use std::time::Duration;

use jiff::{Timestamp, ToSpan};
use rusqlite::{OptionalExtension, Row, named_params};

use super::note_attempt;
use crate::domain::{
    Attempt, Delivery, DeliveryId, DeliveryRecord, DeliveryState, Error, HookEvent, Result, Span,
    Subject, UndeliveredHook, WebhookId,
};
use crate::store::engine::types::{Millis, direction};
use crate::store::{Connection, Transaction};

/// How long settled deliveries are kept, beyond the newest of each webhook.
const DELIVERED_HOURS: i64 = 7 * 24;
const DEAD_HOURS: i64 = 30 * 24;
/// Deliveries of a webhook that are kept whatever their age.
const KEPT: i64 = 100;
/// Maximum number of dead deliveries shown.
const SHOWN: i64 = 100;
/// Maximum number of deliveries that wait for the end of a pause.
const MOST_PAUSED: i64 = 10_000;

/// Queues an event for those who subscribe to it. That a customer was changed is not queued again while the same waits
/// untried, or that the customer was created: whoever is told asks for what is true then.
pub fn push(tx: &Transaction, event: HookEvent, subject: &Subject, now: Timestamp) -> Result<()> {
    let mut wanting = tx.prepare_cached(
        "SELECT w.id, w.paused_at IS NOT NULL AS is_paused FROM webhooks AS w
         WHERE EXISTS (SELECT 1 FROM json_each(w.events) WHERE value IN (?1, 'all')) ORDER BY w.id",
    )?;
    let wanting = wanting.query_map([event], |row| Ok((row.get("id")?, row.get("is_paused")?)))?;
    let wanting: Vec<(WebhookId, bool)> = wanting.collect::<Result<_, _>>()?;
    if wanting.is_empty() {
        return Ok(());
    }
    let payload = serde_json::to_string(subject).map_err(Error::internal)?;
    for (webhook, is_paused) in wanting {
        if event == HookEvent::CustomerUpdated && is_to_come(tx, webhook, &payload)? {
            continue;
        }
        insert(tx, webhook, event, &payload, now)?;
        if is_paused {
            drop_oldest(tx, webhook)?;
        }
    }
    Ok(())
}

fn insert(
    tx: &Transaction,
    webhook: WebhookId,
    event: HookEvent,
    payload: &str,
    now: Timestamp,
) -> Result<DeliveryId> {
    let mut put = tx.prepare_cached(
        "INSERT INTO webhook_deliveries (webhook_id, event, payload, happened_at, queued_at, try_at)
         VALUES (?1, ?2, ?3, ?4, ?4, ?4) RETURNING id",
    )?;
    Ok(put.query_row((webhook, event, payload, Millis(now)), |row| row.get("id"))?)
}

/// Returns whether a webhook is yet to be told of this change of a customer, or of the customer.
fn is_to_come(connection: &Connection, webhook: WebhookId, payload: &str) -> Result<bool> {
    let mut statement = connection.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM webhook_deliveries
         WHERE webhook_id = ?1 AND state IN ('WAITING', 'SENDING') AND state = 'WAITING'
             AND attempts = 0 AND (event = 'customer.updated' AND payload = ?2
                 OR event = 'customer.created' AND json_extract(payload, '$.customer.id')
                     = json_extract(?2, '$.customer.id')))",
    )?;
    Ok(statement.query_row((webhook, payload), |row| row.get(0))?)
}

/// Drops the oldest waiting deliveries of a paused webhook beyond the maximum, and counts them.
fn drop_oldest(tx: &Transaction, webhook: WebhookId) -> Result<()> {
    let dropped = tx
        .prepare_cached(
            "DELETE FROM webhook_deliveries
             WHERE webhook_id = ?1 AND state IN ('WAITING', 'SENDING') AND state = 'WAITING'
                 AND id <= (SELECT k.id FROM webhook_deliveries AS k
                     WHERE k.webhook_id = ?1 AND k.state IN ('WAITING', 'SENDING')
                     ORDER BY k.id DESC LIMIT 1 OFFSET ?2)",
        )?
        .execute((webhook, MOST_PAUSED))?;
    if dropped > 0 {
        tx.prepare_cached("UPDATE webhooks SET dropped = dropped + ?2 WHERE id = ?1")?
            .execute((webhook, dropped))?;
    }
    Ok(())
}

/// Returns the next delivery of a webhook, whether it is due yet or not.
pub fn head(connection: &Connection, webhook: WebhookId) -> Result<Option<Delivery>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM webhook_deliveries
         WHERE webhook_id = ?1 AND state IN ('WAITING', 'SENDING') ORDER BY id LIMIT 1"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    Ok(statement.query_row([webhook], from_row).optional()?)
}

pub(in crate::store) const COLUMNS: &str =
    "id, event, payload, attempts, happened_at, queued_at, try_at";

pub(in crate::store) fn from_row(row: &Row<'_>) -> rusqlite::Result<Delivery> {
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
pub fn set_delivered(
    tx: &Transaction,
    id: DeliveryId,
    attempt: &Attempt,
    now: Timestamp,
) -> Result<()> {
    settle(tx, id, DeliveryState::Delivered, Some(attempt), now)
}

/// Settles a delivery that is given up. Without an attempt, the last one's error stays.
pub fn set_dead(
    tx: &Transaction,
    id: DeliveryId,
    attempt: Option<&Attempt>,
    now: Timestamp,
) -> Result<()> {
    settle(tx, id, DeliveryState::Dead, attempt, now)
}

fn settle(
    tx: &Transaction,
    id: DeliveryId,
    state: DeliveryState,
    attempt: Option<&Attempt>,
    now: Timestamp,
) -> Result<()> {
    if let Some(attempt) = attempt {
        record(tx, id, attempt)?;
    }
    let mut set = tx.prepare_cached(
        "UPDATE webhook_deliveries SET state = ?2, settled_at = ?3 WHERE id = ?1
         RETURNING webhook_id",
    )?;
    let webhook = set.query_row((id, state, Millis(now)), |row| row.get("webhook_id"));
    match webhook.optional()? {
        Some(webhook) => forget_old(tx, webhook, now),
        // The webhook was deleted meanwhile.
        None => Ok(()),
    }
}

/// Settles a delivery that is to be tried again.
pub fn set_retry(
    tx: &Transaction,
    id: DeliveryId,
    next: Timestamp,
    attempt: &Attempt,
) -> Result<()> {
    record(tx, id, attempt)?;
    tx.prepare_cached(
        "UPDATE webhook_deliveries SET state = 'WAITING', try_at = ?2 WHERE id = ?1",
    )?
    .execute((id, Millis(next)))?;
    Ok(())
}

/// Records the last attempt, on the webhook too.
fn record(tx: &Transaction, id: DeliveryId, attempt: &Attempt) -> Result<()> {
    let took = i64::try_from(attempt.took.as_millis()).unwrap_or(i64::MAX);
    let mut set = tx.prepare_cached(
        "UPDATE webhook_deliveries SET tried_at = :at, status = :status, duration_ms = :took,
             detail = :detail
         WHERE id = :id RETURNING webhook_id",
    )?;
    let webhook = set.query_row(
        named_params! {
            ":id": id, ":at": Millis(attempt.at), ":status": attempt.status, ":took": took,
            ":detail": attempt.failure.as_deref().unwrap_or_default(),
        },
        |row| row.get("webhook_id"),
    );
    match webhook.optional()? {
        Some(webhook) => note_attempt(tx, webhook, attempt.failure.is_some(), attempt.at),
        None => Ok(()),
    }
}

fn forget_old(tx: &Transaction, webhook: WebhookId, now: Timestamp) -> Result<()> {
    let mut oldest_kept = tx.prepare_cached(
        "SELECT id FROM webhook_deliveries WHERE webhook_id = ?1
         ORDER BY id DESC LIMIT 1 OFFSET ?2",
    )?;
    let oldest_kept = oldest_kept.query_row((webhook, KEPT - 1), |row| row.get("id"));
    let Some::<DeliveryId>(oldest_kept) = oldest_kept.optional()? else {
        return Ok(());
    };
    for (state, hours) in [
        (DeliveryState::Delivered, DELIVERED_HOURS),
        (DeliveryState::Dead, DEAD_HOURS),
    ] {
        let before = now.saturating_sub(hours.hours()).unwrap_or(now);
        // The plus signs keep SQLite from reading all of the webhook's.
        tx.prepare_cached(
            "DELETE FROM webhook_deliveries
             WHERE state = ?1 AND settled_at IS NOT NULL AND settled_at < ?2
                 AND +webhook_id = ?3 AND +id < ?4",
        )?
        .execute((state, Millis(before), webhook, oldest_kept))?;
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

/// Returns the newest dead deliveries.
pub fn undelivered(connection: &Connection) -> Result<Vec<UndeliveredHook>> {
    let mut statement = connection.prepare_cached(
        "SELECT d.id, w.url, d.event, d.detail, d.attempts, d.happened_at, d.settled_at
         FROM webhook_deliveries AS d JOIN webhooks AS w ON w.id = d.webhook_id
         WHERE d.state = 'DEAD' AND d.settled_at IS NOT NULL AND d.event != ?2
         ORDER BY d.id DESC LIMIT ?1",
    )?;
    let rows = statement.query_map((SHOWN, HookEvent::Test), |row| {
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

/// Puts a settled delivery in one of these states back into the queue; `false` when there is none.
pub fn revive(
    tx: &Transaction,
    id: DeliveryId,
    states: &[DeliveryState],
    now: Timestamp,
) -> Result<bool> {
    let mut revive = tx.prepare_cached(
        "UPDATE webhook_deliveries SET state = 'WAITING', attempts = 0, queued_at = ?2, try_at = ?2,
             settled_at = NULL
         WHERE id = ?1 AND state = ?3",
    )?;
    let mut revived = 0;
    for state in states {
        revived += revive.execute((id, Millis(now), state))?;
    }
    Ok(revived > 0)
}

/// Makes all waiting deliveries of a webhook due, and counts their retries from now on.
pub(super) fn renew(tx: &Transaction, webhook: WebhookId, now: Timestamp) -> Result<()> {
    tx.execute(
        "UPDATE webhook_deliveries SET queued_at = ?2, try_at = ?2, attempts = 0
         WHERE webhook_id = ?1 AND state IN ('WAITING', 'SENDING') AND state = 'WAITING'",
        (webhook, Millis(now)),
    )?;
    Ok(())
}

/// Stores a test, which is sent at once and never retried by itself.
pub fn insert_test(
    tx: &Transaction,
    webhook: WebhookId,
    subject: &Subject,
    now: Timestamp,
) -> Result<Delivery> {
    let payload = serde_json::to_string(subject).map_err(Error::internal)?;
    let id = insert(tx, webhook, HookEvent::Test, &payload, now)?;
    tx.execute(
        "UPDATE webhook_deliveries SET state = 'DEAD', settled_at = ?2, attempts = 1 WHERE id = ?1",
        (id, Millis(now)),
    )?;
    let sql = format!("SELECT {COLUMNS} FROM webhook_deliveries WHERE id = ?1");
    Ok(tx.query_row(&sql, [id], from_row)?)
}

const RECORD_COLUMNS: &str = "id, event, state, attempts, happened_at, try_at, tried_at, status, duration_ms, detail, settled_at";

fn record_from_row(row: &Row<'_>) -> rusqlite::Result<DeliveryRecord> {
    let instant =
        |name| Ok::<_, rusqlite::Error>(row.get::<_, Option<Millis>>(name)?.map(|at| at.0));
    let took: Option<u64> = row.get("duration_ms")?;
    Ok(DeliveryRecord {
        id: row.get("id")?,
        event: row.get("event")?,
        state: row.get("state")?,
        attempts: row.get("attempts")?,
        happened: row.get::<_, Millis>("happened_at")?.0,
        next: row.get::<_, Millis>("try_at")?.0,
        tried: instant("tried_at")?,
        status: row.get("status")?,
        took: took.map(Duration::from_millis),
        detail: row.get("detail")?,
        settled: instant("settled_at")?,
    })
}

/// Returns a delivery as owners read it.
pub fn get(connection: &Connection, id: DeliveryId) -> Result<Option<DeliveryRecord>> {
    let sql = format!("SELECT {RECORD_COLUMNS} FROM webhook_deliveries WHERE id = ?1");
    let mut statement = connection.prepare_cached(&sql)?;
    Ok(statement.query_row([id], record_from_row).optional()?)
}

/// Returns a span of the deliveries of a webhook, newest first.
pub fn page(
    connection: &Connection,
    webhook: WebhookId,
    span: Span<DeliveryId>,
) -> Result<Vec<DeliveryRecord>> {
    let direction = direction(!span.from_end);
    let sql = format!(
        "SELECT {RECORD_COLUMNS} FROM webhook_deliveries
         WHERE webhook_id = :webhook AND id < :after AND id > :before ORDER BY id {direction} LIMIT :limit"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let after = span.after.map_or(i64::MAX, DeliveryId::get);
    let before = span.before.map_or(0, DeliveryId::get);
    let values = named_params! {
        ":webhook": webhook, ":after": after, ":before": before, ":limit": span.limit,
    };
    let rows = statement.query_map(values, record_from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Counts the stored deliveries of a webhook.
pub fn count(connection: &Connection, webhook: WebhookId) -> Result<i64> {
    let sql = "SELECT count(*) FROM webhook_deliveries WHERE webhook_id = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    Ok(statement.query_row([webhook], |row| row.get(0))?)
}
