//! The `webhooks` table: the programs that are told what happens here. Their secrets are in the table of secrets.

pub mod deliveries;

use jiff::Timestamp;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ValueRef};
use rusqlite::{OptionalExtension, Row, named_params};
use secrecy::{ExposeSecret, SecretString};

use super::{Connection, Transaction, secrets};
use crate::domain::{
    Error, Hook, HookEvent, HookEvents, HookName, HookSecret, HookSource, HookStanding, NewHook,
    Result, WebhookId,
};
use crate::store::engine::columns::Columns;
use crate::store::engine::types::Millis;

pub(super) const COLUMNS: &str =
    "id, url, events, name, source, created_at, paused_at, rotated_at, failing_since, dropped";

pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<Hook> {
    let row = &mut Columns::of("webhooks", row);
    let instant = |at: Option<Millis>| at.map(|at| at.0);
    Ok(Hook {
        id: row.take("id")?,
        url: row.take("url")?,
        events: row.take("events")?,
        name: HookName::from_row(row.take("name")?),
        source: row.take("source")?,
        created: instant(row.take("created_at")?),
        paused: instant(row.take("paused_at")?),
        rotated: instant(row.take("rotated_at")?),
        failing: instant(row.take("failing_since")?),
        dropped: row.take("dropped")?,
    })
}

impl FromSql for HookEvents {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let words: Vec<String> =
            serde_json::from_str(value.as_str()?).map_err(FromSqlError::other)?;
        match words.is_empty() {
            true => Ok(Self::Some(Vec::new())),
            false => {
                Self::from_words(words.iter().map(String::as_str)).ok_or(FromSqlError::InvalidType)
            }
        }
    }
}

fn json(events: &HookEvents) -> Result<String> {
    serde_json::to_string(&events.words()).map_err(Error::internal)
}

/// Returns all webhooks, oldest first.
pub fn all(connection: &Connection) -> Result<Vec<Hook>> {
    let sql = format!("SELECT {COLUMNS} FROM webhooks ORDER BY id");
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([], from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub fn get(connection: &Connection, id: WebhookId) -> Result<Option<Hook>> {
    let sql = format!("SELECT {COLUMNS} FROM webhooks WHERE id = ?1");
    let mut statement = connection.prepare_cached(&sql)?;
    Ok(statement.query_row([id], from_row).optional()?)
}

/// Returns the ids of all webhooks.
pub fn ids(connection: &Connection) -> Result<Vec<WebhookId>> {
    let mut statement = connection.prepare_cached("SELECT id FROM webhooks ORDER BY id")?;
    let ids = statement.query_map([], |row| row.get("id"))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

/// Returns the webhook with that URL.
pub fn by_url(connection: &Connection, url: &str) -> Result<Option<WebhookId>> {
    let mut statement = connection.prepare_cached("SELECT id FROM webhooks WHERE url = ?1")?;
    Ok(statement.query_row([url], |row| row.get("id")).optional()?)
}

pub fn count_of_owners(connection: &Connection) -> Result<usize> {
    let sql = "SELECT count(*) FROM webhooks WHERE source = 'OWNER'";
    Ok(connection.query_row(sql, [], |row| row.get(0))?)
}

/// Stores which webhooks the configuration names, and returns their ids in this order. Others of the configuration are
/// deleted with all that waits for them; one that an owner registered with the same URL becomes the configuration's.
pub fn declare(
    tx: &Transaction,
    all: &[(String, HookEvents)],
    now: Timestamp,
) -> Result<Vec<WebhookId>> {
    let urls: Vec<&str> = all.iter().map(|(url, _)| &**url).collect();
    let urls = serde_json::to_string(&urls).map_err(Error::internal)?;
    tx.execute(
        "DELETE FROM webhooks
         WHERE source = 'FILE' AND url NOT IN (SELECT value FROM json_each(?1))",
        [urls],
    )?;
    let mut put = tx.prepare_cached(
        "INSERT INTO webhooks (url, events, source, created_at) VALUES (?1, ?2, 'FILE', ?3)
         ON CONFLICT (url) DO UPDATE SET events = excluded.events, source = 'FILE',
             paused_at = NULL, rotated_at = NULL, dropped = 0
         RETURNING id",
    )?;
    let put = all.iter().map(|(url, events)| {
        let id = put.query_row((url, json(events)?, Millis(now)), |row| row.get("id"))?;
        delete_secrets(tx, id)?;
        Ok(id)
    });
    put.collect()
}

/// Stores a webhook of an owner.
pub fn insert(
    tx: &Transaction,
    new: &NewHook,
    secret: &HookSecret,
    now: Timestamp,
) -> Result<WebhookId> {
    let id = tx.query_row(
        "INSERT INTO webhooks (url, events, name, source, created_at)
         VALUES (:url, :events, :name, :source, :now) RETURNING id",
        named_params! {
            ":url": new.url, ":events": json(&new.events)?, ":name": new.name.as_str(),
            ":source": HookSource::Owner, ":now": Millis(now),
        },
        |row| row.get("id"),
    )?;
    secrets::set(tx, &secret_of(id), secret_bytes(secret))?;
    Ok(id)
}

/// Stores name, URL and events. Another URL begins without failures.
pub fn update(tx: &Transaction, hook: &Hook) -> Result<()> {
    tx.execute(
        "UPDATE webhooks SET failing_since = iif(url = :url, failing_since, NULL),
             name = :name, url = :url, events = :events
         WHERE id = :id",
        named_params! {
            ":id": hook.id, ":name": hook.name.as_str(), ":url": hook.url,
            ":events": json(&hook.events)?,
        },
    )?;
    Ok(())
}

/// Deletes a webhook with its secrets and its deliveries.
pub fn delete(tx: &Transaction, id: WebhookId) -> Result<()> {
    delete_secrets(tx, id)?;
    tx.execute("DELETE FROM webhooks WHERE id = ?1", [id])?;
    Ok(())
}

/// Lets deliveries wait from now on.
pub fn pause(tx: &Transaction, id: WebhookId, now: Timestamp) -> Result<()> {
    tx.execute(
        "UPDATE webhooks SET paused_at = ?2, dropped = 0 WHERE id = ?1 AND paused_at IS NULL",
        (id, Millis(now)),
    )?;
    Ok(())
}

/// Ends a pause. What waits is due now, and is retried as if it had just happened.
pub fn resume(tx: &Transaction, id: WebhookId, now: Timestamp) -> Result<()> {
    let resumed = tx.execute(
        "UPDATE webhooks SET paused_at = NULL, failing_since = NULL
         WHERE id = ?1 AND paused_at IS NOT NULL",
        [id],
    )?;
    match resumed {
        0 => Ok(()),
        _ => deliveries::renew(tx, id, now),
    }
}

/// Records whether the last attempt has failed.
fn note_attempt(tx: &Transaction, id: WebhookId, has_failed: bool, now: Timestamp) -> Result<()> {
    let sql = match has_failed {
        true => "UPDATE webhooks SET failing_since = ?2 WHERE id = ?1 AND failing_since IS NULL",
        false => {
            "UPDATE webhooks SET failing_since = NULL
             WHERE id = ?1 AND failing_since IS NOT NULL AND failing_since <= ?2"
        }
    };
    tx.prepare_cached(sql)?.execute((id, Millis(now)))?;
    Ok(())
}

fn secret_of(id: WebhookId) -> String {
    format!("webhook_secret_{id}")
}

fn former_secret_of(id: WebhookId) -> String {
    format!("webhook_former_secret_{id}")
}

fn secret_bytes(secret: &HookSecret) -> &[u8] {
    secret.text().expose_secret().as_bytes()
}

/// Returns the secret of a webhook of an owner, and the former one.
pub fn secrets(
    connection: &Connection,
    id: WebhookId,
) -> Result<(Option<HookSecret>, Option<HookSecret>)> {
    let read = |name: String| -> Result<Option<HookSecret>> {
        let bytes = secrets::get(connection, &name)?.map(String::from_utf8);
        let text = bytes.transpose().map_err(Error::internal)?;
        Ok(text.map(|text| HookSecret::trusted(SecretString::from(text))))
    };
    Ok((read(secret_of(id))?, read(former_secret_of(id))?))
}

/// Replaces the secret of a webhook; the one until now becomes the former one.
pub fn rotate(tx: &Transaction, id: WebhookId, new: &HookSecret, now: Timestamp) -> Result<()> {
    if let (Some(former), _) = secrets(tx, id)? {
        secrets::set(tx, &former_secret_of(id), secret_bytes(&former))?;
    }
    secrets::set(tx, &secret_of(id), secret_bytes(new))?;
    tx.execute(
        "UPDATE webhooks SET rotated_at = ?2 WHERE id = ?1",
        (id, Millis(now)),
    )?;
    Ok(())
}

/// Deletes the former secrets that don't sign any more.
pub fn forget_former_secrets(tx: &Transaction, now: Timestamp) -> Result<()> {
    let all = all(tx)?.into_iter();
    let mut over = all.filter(|hook| hook.former_until(now).is_none());
    over.try_for_each(|hook| delete_former_secret(tx, hook.id))
}

fn delete_former_secret(tx: &Transaction, id: WebhookId) -> Result<()> {
    secrets::delete(tx, &former_secret_of(id))
}

fn delete_secrets(tx: &Transaction, id: WebhookId) -> Result<()> {
    secrets::delete(tx, &secret_of(id))?;
    delete_former_secret(tx, id)
}

/// Returns the delivery state of every webhook, oldest webhook first.
pub fn standing(connection: &Connection) -> Result<Vec<HookStanding>> {
    let all = all(connection)?.into_iter();
    all.map(|hook| standing_of(connection, hook)).collect()
}

/// Returns the delivery state of a webhook.
pub fn standing_of(connection: &Connection, hook: Hook) -> Result<HookStanding> {
    let mut statement = connection.prepare_cached(
        "SELECT count(d.id) AS waiting, min(d.happened_at) AS oldest,
             (SELECT h.detail FROM webhook_deliveries AS h
              WHERE h.webhook_id = ?1 AND h.state IN ('WAITING', 'SENDING')
              ORDER BY h.id LIMIT 1) AS detail,
             (SELECT count(*) FROM webhook_deliveries AS g
              WHERE g.webhook_id = ?1 AND g.state = 'DEAD' AND g.event != ?2) AS undelivered
         FROM webhook_deliveries AS d
         WHERE d.webhook_id = ?1 AND d.state IN ('WAITING', 'SENDING')",
    )?;
    let standing = statement.query_row((hook.id, HookEvent::Test), |row| {
        let detail: Option<String> = row.get("detail")?;
        Ok(HookStanding {
            waiting: row.get("waiting")?,
            oldest: row.get::<_, Option<Millis>>("oldest")?.map(|at| at.0),
            detail: detail.unwrap_or_default(),
            undelivered: row.get("undelivered")?,
            hook,
        })
    });
    Ok(standing?)
}
