//! Claiming and settling of messages.

use jiff::Timestamp;
use rusqlite::{Row, named_params};
use serde::de::DeserializeOwned;

use super::plan::refused_by;
use super::{NO_NOTICE, chat, notice};
use crate::domain::{
    Arrival, Channel, Chat, Content, CustomerId, Money, NoticeId, Outgoing, Reason, Result, TaskId,
};
use crate::store::engine::types::Millis;
use crate::store::{Connection, Transaction};

/// The first row of each person's queue, in the order of due times; `ready` adds the conditions that it is to go by a
/// channel, and that an attempt is due at `now`.
///
/// A row is the first one if nothing to its person is being sent or must be sent before it, by whatever channel. The
/// first condition is implied by the second; it lets SQLite use the partial indexes of open rows.
const HEADS: &str = "FROM outbox AS o
    WHERE o.state IN ('WAITING', 'SENDING') AND o.state = 'WAITING' AND o.channel = :channel AND NOT EXISTS (
        SELECT 1 FROM outbox AS earlier
        WHERE earlier.person = o.person AND earlier.state IN ('WAITING', 'SENDING')
          AND (earlier.due_at, earlier.id) < (o.due_at, o.id))";

/// Returns the rows to send now by a channel, in order, at most `limit`.
pub fn ready(
    connection: &Connection,
    channel: Channel,
    now: Timestamp,
    limit: usize,
) -> Result<Vec<Outgoing>> {
    let sql = format!(
        "SELECT o.id, o.person, o.channel, o.chat_id, o.customer_id, o.refused_by, o.kind, o.task_id,
             o.from_status, o.to_status, o.from_stage, o.to_stage, o.comment_id, o.approval_id, o.reply,
             o.attempts, o.created_at, o.due_at, o.passed_on_at
         {HEADS} AND o.due_at <= :now AND o.try_at <= :now
         ORDER BY o.due_at, o.id LIMIT {limit}"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let now = Millis(now);
    let rows = statement.query_map(named_params! { ":channel": channel, ":now": now }, outgoing)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns the instant at which the next row of a channel is due that waits only for the time.
pub fn next_try(
    connection: &Connection,
    channel: Channel,
    now: Timestamp,
) -> Result<Option<Timestamp>> {
    let sql =
        format!("SELECT min(max(o.due_at, o.try_at)) {HEADS} AND max(o.due_at, o.try_at) > :now");
    let mut statement = connection.prepare_cached(&sql)?;
    let next: Option<Millis> = statement.query_row(
        named_params! { ":channel": channel, ":now": Millis(now) },
        |row| row.get(0),
    )?;
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

/// Returns whether a customer is still that of a task.
pub fn is_for(connection: &Connection, customer: CustomerId, task: TaskId) -> Result<bool> {
    let mut statement = connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM tasks WHERE id = ?1 AND customer_id = ?2)")?;
    Ok(statement.query_row((task, customer), |row| row.get(0))?)
}

/// Claims a row, to be sent to a chat if the channel has chats; its outcome is unknown until it is settled.
pub fn set_sending(tx: &Transaction, id: NoticeId, chat: Option<Chat>) -> Result<()> {
    tx.prepare_cached(
        "UPDATE outbox SET state = 'SENDING', chat_id = ?2, attempts = attempts + 1 WHERE id = ?1",
    )?
    .execute((id, chat.map(|chat| chat.id)))?;
    Ok(())
}

/// What is recorded of a delivered row.
#[derive(Debug, Clone, Default)]
pub struct Delivered {
    pub cost: Option<Money>,
    /// Its number at a gateway that tells later whether it arrived.
    pub external_id: Option<String>,
    /// `None` for a channel on which what was sent has arrived.
    pub arrival: Option<Arrival>,
}

/// Settles a delivered row. Notices are kept as a record; replies are deleted.
pub fn set_delivered(
    tx: &Transaction,
    id: NoticeId,
    delivered: &Delivered,
    now: Timestamp,
) -> Result<()> {
    let sql = format!(
        "UPDATE outbox SET state = 'DELIVERED', settled_at = ?2, reason = NULL, detail = NULL, cost = ?3,
             external_id = ?4, arrival = ?5
         WHERE id = ?1 AND kind NOT IN {NO_NOTICE}"
    );
    let Delivered {
        cost,
        external_id,
        arrival,
    } = delivered;
    tx.prepare_cached(&sql)?
        .execute((id, Millis(now), cost, external_id, arrival))?;
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
        WHERE CASE outbox.channel
            WHEN 'TELEGRAM' THEN c.telegram_id = outbox.chat_id AND c.telegram_verified = 1
            WHEN 'MAX' THEN c.max_id = outbox.chat_id AND c.max_verified = 1
        END
        ORDER BY t.status = 'CLOSED', t.id DESC LIMIT 1)
    WHERE state = 'DEAD' AND kind = 'REPLY' AND answer_of IS NULL";

/// Settles the replies and the news that wait for a channel as dead. Notices may go by another one.
pub fn set_dead_replies(
    tx: &Transaction,
    channel: Channel,
    detail: &str,
    now: Timestamp,
) -> Result<()> {
    let sql = format!(
        "UPDATE outbox SET state = 'DEAD', settled_at = ?2, reason = 'REFUSED', detail = ?3,
             unnoticed = kind <> 'STAFF_NEWS'
         WHERE channel = ?1 AND state IN ('WAITING', 'SENDING') AND state = 'WAITING' AND kind IN {NO_NOTICE}"
    );
    tx.execute(&sql, (channel, Millis(now), detail))?;
    let sql = format!("{SHOW_ANSWERS} AND channel = ?1 AND settled_at = ?2");
    tx.execute(&sql, (channel, Millis(now)))?;
    Ok(())
}

/// Settles the replies and the news that wait for a chat that has blocked the bot as dead. Notices may go by another
/// channel.
pub fn set_dead_of_blocked_chat(tx: &Transaction, chat: Chat, now: Timestamp) -> Result<()> {
    let channel = chat.messenger.channel();
    let sql = format!(
        "UPDATE outbox SET state = 'DEAD', settled_at = ?3, reason = 'BLOCKED', unnoticed = kind <> 'STAFF_NEWS'
         WHERE chat_id = ?1 AND channel = ?2 AND state = 'WAITING' AND kind IN {NO_NOTICE}"
    );
    tx.execute(&sql, (chat.id, channel, Millis(now)))?;
    let sql = format!("{SHOW_ANSWERS} AND chat_id = ?1 AND channel = ?2");
    tx.execute(&sql, (chat.id, channel))?;
    Ok(())
}

/// Recovers a channel after a start: whether rows that were being sent when the program ended were delivered is unknown.
pub fn recover(tx: &Transaction, channel: Channel) -> Result<usize> {
    Ok(tx.execute(
        "UPDATE outbox SET state = 'WAITING', maybe_seen = 1
         WHERE state IN ('WAITING', 'SENDING') AND state = 'SENDING' AND channel = ?1",
        [channel],
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
        person: row.get("person")?,
        channel: row.get("channel")?,
        chat: chat(row)?,
        customer: row.get("customer_id")?,
        refused_by: refused_by(row)?,
        content,
        attempts: row.get("attempts")?,
        created: row.get::<_, Millis>("created_at")?.0,
        due: row.get::<_, Millis>("due_at")?.0,
        passed_on: row.get::<_, Option<Millis>>("passed_on_at")?.map(|at| at.0),
    })
}

/// Parses a reply or news; `None` for the format of another version.
fn from_json<T: DeserializeOwned>(row: &Row<'_>) -> rusqlite::Result<Option<T>> {
    let json: String = row.get("reply")?;
    Ok(serde_json::from_str(&json).ok())
}
