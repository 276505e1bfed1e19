//! Claiming and settling of messages.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, named_params};
use serde::de::DeserializeOwned;

use super::{NO_NOTICE, notice};
use crate::domain::{Content, Language, NoticeId, Outgoing, Reason, Result, TaskId, TelegramId};
use crate::store::engine::types::Millis;
use crate::store::{Connection, Transaction};

/// The first row of each chat's queue, in the order of due times; `ready` adds the condition that
/// an attempt is due at `now`.
///
/// A row is the first one if nothing of its chat is being sent or must be sent before it. The first
/// condition is implied by the second; it lets SQLite use the partial index of open rows.
const HEADS: &str = "FROM outbox AS o
    WHERE o.state IN ('WAITING', 'SENDING') AND o.state = 'WAITING' AND NOT EXISTS (
        SELECT 1 FROM outbox AS earlier
        WHERE earlier.chat_id = o.chat_id AND earlier.state IN ('WAITING', 'SENDING')
          AND (earlier.due_at, earlier.id) < (o.due_at, o.id))";

/// Returns the rows to send now, in order, at most `limit`.
pub fn ready(connection: &Connection, now: Timestamp, limit: usize) -> Result<Vec<Outgoing>> {
    let sql = format!(
        "SELECT o.id, o.chat_id, o.kind, o.task_id, o.from_status, o.to_status, o.from_stage,
             o.to_stage, o.comment_id, o.approval_id, o.reply, o.attempts, o.created_at
         {HEADS} AND o.due_at <= :now AND o.try_at <= :now
         ORDER BY o.due_at, o.id LIMIT {limit}"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let now = Millis(now);
    let rows = statement.query_map(named_params! { ":now": now }, outgoing)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns the instant at which the next row is due that waits only for the time.
pub fn next_try(connection: &Connection, now: Timestamp) -> Result<Option<Timestamp>> {
    let sql =
        format!("SELECT min(max(o.due_at, o.try_at)) {HEADS} AND max(o.due_at, o.try_at) > ?1");
    let mut statement = connection.prepare_cached(&sql)?;
    let next: Option<Millis> = statement.query_row([Millis(now)], |row| row.get(0))?;
    Ok(next.map(|at| at.0))
}

/// Counts the waiting messages, and returns since when the oldest of them has been due.
pub fn waiting(connection: &Connection) -> Result<(usize, Option<Timestamp>)> {
    let sql = "SELECT count(*), min(due_at) FROM outbox WHERE state IN ('WAITING', 'SENDING')";
    let mut statement = connection.prepare_cached(sql)?;
    let row = statement.query_row([], |row| {
        Ok((row.get(0)?, row.get::<_, Option<Millis>>(1)?))
    })?;
    Ok((row.0, row.1.map(|at| at.0)))
}

/// Returns the language of a chat, by the cards that it is linked to.
pub fn language_of(connection: &Connection, chat: TelegramId) -> Result<Option<Language>> {
    let mut statement = connection.prepare_cached(
        "SELECT telegram_language FROM customers WHERE telegram_id = ?1 ORDER BY id LIMIT 1",
    )?;
    Ok(statement
        .query_row([chat], |row| row.get("telegram_language"))
        .optional()?)
}

/// Returns whether a chat is that of a task's customer, who has proved it.
pub fn is_for(connection: &Connection, chat: TelegramId, task: TaskId) -> Result<bool> {
    let mut statement = connection.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM tasks AS t JOIN customers AS c ON c.id = t.customer_id
             WHERE t.id = ?1 AND c.telegram_id = ?2 AND c.telegram_verified = 1)",
    )?;
    Ok(statement.query_row((task, chat), |row| row.get(0))?)
}

/// Claims a row; its outcome is unknown until it is settled.
pub fn set_sending(tx: &Transaction, id: NoticeId) -> Result<()> {
    tx.prepare_cached(
        "UPDATE outbox SET state = 'SENDING', attempts = attempts + 1 WHERE id = ?1",
    )?
    .execute([id])?;
    Ok(())
}

/// Settles a delivered row. Notices are kept as a record; replies are deleted.
pub fn set_delivered(tx: &Transaction, id: NoticeId, now: Timestamp) -> Result<()> {
    let sql = format!(
        "UPDATE outbox SET state = 'DELIVERED', settled_at = ?2, reason = NULL, detail = NULL
         WHERE id = ?1 AND kind NOT IN {NO_NOTICE}"
    );
    tx.prepare_cached(&sql)?.execute((id, Millis(now)))?;
    let sql = format!("DELETE FROM outbox WHERE id = ?1 AND kind IN {NO_NOTICE}");
    tx.prepare_cached(&sql)?.execute([id])?;
    Ok(())
}

/// Settles a row that is to be retried, after a delay from now; `maybe_seen` if it may have been
/// delivered nevertheless.
pub fn set_retry(
    tx: &Transaction,
    id: NoticeId,
    now: Timestamp,
    at: Timestamp,
    maybe_seen: bool,
    detail: &str,
) -> Result<()> {
    tx.prepare_cached(
        "UPDATE outbox SET state = 'WAITING', try_at = ?2, maybe_seen = max(maybe_seen, ?3),
             detail = ?4, reckoned_at = ?5
         WHERE id = ?1",
    )?
    .execute((id, Millis(at), maybe_seen, detail, Millis(now)))?;
    Ok(())
}

/// Settles a row as dead. It is kept, so that people see it.
pub fn set_dead(
    tx: &Transaction,
    id: NoticeId,
    reason: Reason,
    detail: &str,
    now: Timestamp,
) -> Result<()> {
    tx.prepare_cached(
        "UPDATE outbox SET state = 'DEAD', settled_at = ?2, reason = ?3, detail = ?4,
             unnoticed = kind <> 'STAFF_NEWS'
         WHERE id = ?1",
    )?
    .execute((id, Millis(now), reason.word(), detail))?;
    let sql = format!("{SHOW_ANSWERS} AND id = ?1");
    tx.prepare_cached(&sql)?.execute([id])?;
    Ok(())
}

/// Associates dead replies of the bot with the task on whose page staff see them: the customer's
/// newest open one, or else the newest. Strangers have none, and messages to employees are not
/// shown there.
const SHOW_ANSWERS: &str = "UPDATE outbox SET answer_of = (
        SELECT t.id FROM customers AS c JOIN tasks AS t ON t.customer_id = c.id
        WHERE c.telegram_id = outbox.chat_id AND c.telegram_verified = 1
        ORDER BY t.status = 'CLOSED', t.id DESC LIMIT 1)
    WHERE state = 'DEAD' AND kind = 'REPLY' AND answer_of IS NULL";

/// Settles everything that waits for a chat that has blocked the bot as dead. Notices about stages
/// that customers are not notified of are deleted.
pub fn set_dead_of_blocked_chat(tx: &Transaction, chat: TelegramId, now: Timestamp) -> Result<()> {
    tx.execute(
        "DELETE FROM outbox WHERE chat_id = ?1 AND state = 'WAITING'
             AND to_stage IN (SELECT id FROM stages WHERE told = 0)",
        [chat],
    )?;
    tx.execute(
        "UPDATE outbox SET state = 'DEAD', settled_at = ?2, reason = 'BLOCKED', unnoticed = kind <> 'STAFF_NEWS'
         WHERE chat_id = ?1 AND state = 'WAITING'",
        (chat, Millis(now)),
    )?;
    tx.execute(&format!("{SHOW_ANSWERS} AND chat_id = ?1"), [chat])?;
    Ok(())
}

/// Recovers after a start: whether rows that were being sent when the program ended were delivered
/// is unknown.
pub fn recover(tx: &Transaction) -> Result<usize> {
    Ok(tx.execute(
        "UPDATE outbox SET state = 'WAITING', maybe_seen = 1
         WHERE state IN ('WAITING', 'SENDING') AND state = 'SENDING'",
        [],
    )?)
}

pub(super) fn outgoing(row: &Row<'_>) -> rusqlite::Result<Outgoing> {
    let content = match row.get::<_, String>("kind")?.as_str() {
        "REPLY" => from_json(row)?.map_or(Content::Unreadable, Content::Reply),
        "STAFF_NEWS" => from_json(row)?.map_or(Content::Unreadable, Content::Staff),
        _ => Content::Notice(notice(row)?),
    };
    Ok(Outgoing {
        id: row.get("id")?,
        chat: row.get("chat_id")?,
        content,
        attempts: row.get("attempts")?,
        created: row.get::<_, Millis>("created_at")?.0,
    })
}

/// Parses a reply or news; `None` for the format of another version.
fn from_json<T: DeserializeOwned>(row: &Row<'_>) -> rusqlite::Result<Option<T>> {
    let json: String = row.get("reply")?;
    Ok(serde_json::from_str(&json).ok())
}
