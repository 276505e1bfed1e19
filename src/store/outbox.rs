//! The `outbox` table: what is to be sent to Telegram, and what became of it.

use std::sync::LazyLock;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, named_params};

use super::types::Millis;
use super::{Connection, Transaction};
use crate::domain::{
    ApprovalId, Content, CustomerId, Error, Fate, Language, Notice, NoticeId, NoticeRecord,
    Outgoing, Reason, Reply, Result, StaffNews, Stage, TaskId, TelegramId, Undelivered, Waiting,
};

pub fn push_notice(
    tx: &Transaction,
    chat: TelegramId,
    customer: CustomerId,
    notice: Notice,
    now: Timestamp,
    due: Timestamp,
) -> Result<()> {
    let (kind, statuses, comment, approval) = match notice {
        Notice::StatusChanged { from, to, .. } => ("STATUS_CHANGED", Some((from, to)), None, None),
        Notice::Comment { comment, .. } => ("COMMENT", None, Some(comment), None),
        Notice::Approval { approval, .. } => ("APPROVAL", None, None, Some(approval)),
        Notice::Reminder { .. } => ("REMINDER", None, None, None),
    };
    let (from_stage, to_stage) = match notice {
        Notice::StatusChanged {
            from_stage,
            to_stage,
            ..
        } => (from_stage, to_stage),
        _ => (None, None),
    };
    let (task, (from, to)) = (notice.task(), statuses.unzip());
    tx.prepare_cached(
        "INSERT INTO outbox (chat_id, kind, customer_id, task_id, from_status, to_status,
             from_stage, to_stage, comment_id, approval_id, created_at, due_at, try_at)
         VALUES (:chat, :kind, :customer, :task, :from, :to, :from_stage, :to_stage, :comment,
             :approval, :now, :due, :due)",
    )?
    .execute(named_params! {
        ":chat": chat, ":kind": kind, ":customer": customer, ":task": task, ":from": from,
        ":to": to, ":from_stage": from_stage, ":to_stage": to_stage, ":comment": comment,
        ":approval": approval, ":now": Millis(now), ":due": Millis(due),
    })?;
    Ok(())
}

pub fn push_reply(tx: &Transaction, chat: TelegramId, reply: &Reply, now: Timestamp) -> Result<()> {
    let reply = serde_json::to_string(reply).map_err(Error::internal)?;
    push_json(tx, chat, &reply, now)
}

/// Queues news for an employee, in the place of the same that still waits.
pub fn push_staff_news(
    tx: &Transaction,
    chat: TelegramId,
    news: StaffNews,
    now: Timestamp,
) -> Result<()> {
    let news = serde_json::to_string(&news).map_err(Error::internal)?;
    tx.execute(
        "DELETE FROM outbox WHERE chat_id = ?1 AND state IN ('WAITING', 'SENDING')
             AND state = 'WAITING' AND kind = 'REPLY' AND reply = ?2",
        (chat, &news),
    )?;
    push_json(tx, chat, &news, now)
}

fn push_json(tx: &Transaction, chat: TelegramId, reply: &str, now: Timestamp) -> Result<()> {
    tx.prepare_cached(
        "INSERT INTO outbox (chat_id, kind, reply, created_at, due_at, try_at)
         VALUES (?1, 'REPLY', ?2, ?3, ?3, ?3)",
    )?
    .execute((chat, reply, Millis(now)))?;
    Ok(())
}

/// The news of a task's status that waits to go out. One that is being sent no longer waits.
pub fn waiting_of_task(connection: &Connection, task: TaskId) -> Result<Option<Waiting>> {
    let mut statement = connection.prepare_cached(
        "SELECT id, from_stage, maybe_seen FROM outbox
         WHERE task_id = ?1 AND state = 'WAITING' AND kind = 'STATUS_CHANGED'
         ORDER BY id DESC LIMIT 1",
    )?;
    let waiting = statement.query_row([task], |row| {
        Ok(Waiting {
            id: row.get("id")?,
            from: row.get("from_stage")?,
            maybe_seen: row.get("maybe_seen")?,
        })
    });
    Ok(waiting.optional()?)
}

/// Rewrites a waiting notice, and lets it wait anew.
pub fn replace(tx: &Transaction, id: NoticeId, to: &Stage, due: Timestamp) -> Result<()> {
    tx.execute(
        "UPDATE outbox SET to_status = ?2, to_stage = ?3, due_at = ?4, try_at = max(try_at, ?4)
         WHERE id = ?1",
        (id, to.status, to.id, Millis(due)),
    )?;
    Ok(())
}

pub fn delete(tx: &Transaction, id: NoticeId) -> Result<()> {
    tx.execute("DELETE FROM outbox WHERE id = ?1", [id])?;
    Ok(())
}

/// Takes the reminders of a task back, which has nothing to remind of any more. One that is being
/// sent can't be.
pub fn delete_reminders(tx: &Transaction, task: TaskId) -> Result<()> {
    tx.prepare_cached(
        "DELETE FROM outbox
         WHERE task_id = ?1 AND kind = 'REMINDER' AND state IN ('WAITING', 'DEAD')",
    )?
    .execute([task])?;
    Ok(())
}

/// Takes back what waits for a customer, who is no longer at that chat.
pub fn delete_waiting_of_customer(tx: &Transaction, customer: CustomerId) -> Result<()> {
    tx.execute(
        "DELETE FROM outbox WHERE customer_id = ?1 AND state = 'WAITING'",
        [customer],
    )?;
    Ok(())
}

/// Takes back a question that waits to be asked.
pub fn delete_waiting_of_approval(tx: &Transaction, approval: ApprovalId) -> Result<()> {
    tx.execute(
        "DELETE FROM outbox WHERE approval_id = ?1 AND state = 'WAITING'",
        [approval],
    )?;
    Ok(())
}

/// Takes back what waits for a chat and is no notice.
pub fn delete_waiting_replies(tx: &Transaction, chat: TelegramId) -> Result<()> {
    tx.execute(
        "DELETE FROM outbox WHERE chat_id = ?1 AND state IN ('WAITING', 'SENDING')
             AND state = 'WAITING' AND kind = 'REPLY'",
        [chat],
    )?;
    Ok(())
}

/// Removes every trace of a chat.
pub fn delete_of_chat(tx: &Transaction, chat: TelegramId) -> Result<()> {
    tx.execute("DELETE FROM outbox WHERE chat_id = ?1", [chat])?;
    Ok(())
}

/// The heads of the chats' queues, in the order in which they are due; those that a try at
/// `now` may take come with `ready`.
///
/// A row is a head when nothing of its chat is being sent or should go before it. The first
/// condition says nothing new: with it SQLite sees that the index of open rows will do.
const HEADS: &str = "FROM outbox AS o
    WHERE o.state IN ('WAITING', 'SENDING') AND o.state = 'WAITING' AND NOT EXISTS (
        SELECT 1 FROM outbox AS earlier
        WHERE earlier.chat_id = o.chat_id AND earlier.state IN ('WAITING', 'SENDING')
          AND (earlier.due_at, earlier.id) < (o.due_at, o.id))";

/// Which rows may be sent now, in order, at most `limit`.
pub fn ready(connection: &Connection, now: Timestamp, limit: usize) -> Result<Vec<Outgoing>> {
    let sql = format!(
        "SELECT o.id, o.chat_id, o.kind, o.task_id, o.from_status, o.to_status, o.from_stage,
             o.to_stage, o.comment_id, o.approval_id, o.reply, o.attempts, o.created_at
         {HEADS} AND o.due_at <= :now AND o.try_at <= :now
         ORDER BY o.due_at, o.id LIMIT :limit"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let now = Millis(now);
    let rows = statement.query_map(named_params! { ":now": now, ":limit": limit }, outgoing)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// When the next row that waits for the clock alone may be tried.
pub fn next_try(connection: &Connection, now: Timestamp) -> Result<Option<Timestamp>> {
    let sql =
        format!("SELECT min(max(o.due_at, o.try_at)) {HEADS} AND max(o.due_at, o.try_at) > ?1");
    let mut statement = connection.prepare_cached(&sql)?;
    let next: Option<Millis> = statement.query_row([Millis(now)], |row| row.get(0))?;
    Ok(next.map(|at| at.0))
}

fn outgoing(row: &Row<'_>) -> rusqlite::Result<Outgoing> {
    let content = match row.get::<_, String>("kind")?.as_str() {
        "REPLY" => {
            let reply: String = row.get("reply")?;
            let read = serde_json::from_str(&reply).map(Content::Reply);
            let read = read.or_else(|_| serde_json::from_str(&reply).map(Content::Staff));
            read.unwrap_or(Content::Unreadable)
        }
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

fn notice(row: &Row<'_>) -> rusqlite::Result<Notice> {
    let task = row.get("task_id")?;
    if let Some(comment) = row.get("comment_id")? {
        return Ok(Notice::Comment { task, comment });
    }
    if let Some(approval) = row.get("approval_id")? {
        return Ok(Notice::Approval { task, approval });
    }
    Ok(match row.get::<_, String>("kind")?.as_str() {
        "REMINDER" => Notice::Reminder { task },
        _ => Notice::StatusChanged {
            task,
            from: row.get("from_status")?,
            to: row.get("to_status")?,
            from_stage: row.get("from_stage")?,
            to_stage: row.get("to_stage")?,
        },
    })
}

/// The language of a chat, by the cards that it is linked to.
pub fn language_of(connection: &Connection, chat: TelegramId) -> Result<Option<Language>> {
    let mut statement = connection.prepare_cached(
        "SELECT telegram_language FROM customers WHERE telegram_id = ?1 ORDER BY id LIMIT 1",
    )?;
    Ok(statement
        .query_row([chat], |row| row.get("telegram_language"))
        .optional()?)
}

/// Claims a row; its outcome is unknown until it is settled.
pub fn set_sending(tx: &Transaction, id: NoticeId) -> Result<()> {
    tx.prepare_cached(
        "UPDATE outbox SET state = 'SENDING', attempts = attempts + 1 WHERE id = ?1",
    )?
    .execute([id])?;
    Ok(())
}

/// Settles a row that arrived. Notices stay for the record; replies have no more use.
pub fn set_delivered(tx: &Transaction, id: NoticeId, now: Timestamp) -> Result<()> {
    tx.prepare_cached(
        "UPDATE outbox SET state = 'DELIVERED', settled_at = ?2, reason = NULL, detail = NULL
         WHERE id = ?1 AND kind <> 'REPLY'",
    )?
    .execute((id, Millis(now)))?;
    tx.prepare_cached("DELETE FROM outbox WHERE id = ?1 AND kind = 'REPLY'")?
        .execute([id])?;
    Ok(())
}

/// Settles a row that is to be tried again. `maybe_seen` when it may have arrived all the same.
pub fn set_retry(
    tx: &Transaction,
    id: NoticeId,
    at: Timestamp,
    maybe_seen: bool,
    detail: &str,
) -> Result<()> {
    tx.prepare_cached(
        "UPDATE outbox SET state = 'WAITING', try_at = ?2, maybe_seen = max(maybe_seen, ?3),
             detail = ?4
         WHERE id = ?1",
    )?
    .execute((id, Millis(at), maybe_seen, detail))?;
    Ok(())
}

/// Settles a row that is given up. It stays, for people to see.
pub fn set_dead(
    tx: &Transaction,
    id: NoticeId,
    reason: Reason,
    detail: &str,
    now: Timestamp,
) -> Result<()> {
    tx.prepare_cached(
        "UPDATE outbox SET state = 'DEAD', settled_at = ?2, reason = ?3, detail = ?4 WHERE id = ?1",
    )?
    .execute((id, Millis(now), reason.word(), detail))?;
    Ok(())
}

/// Gives up everything that waits for a chat which has blocked the bot; what would not have been
/// told anyway goes.
pub fn set_dead_of_blocked_chat(tx: &Transaction, chat: TelegramId, now: Timestamp) -> Result<()> {
    tx.execute(
        "DELETE FROM outbox WHERE chat_id = ?1 AND state = 'WAITING'
             AND to_stage IN (SELECT id FROM stages WHERE told = 0)",
        [chat],
    )?;
    tx.execute(
        "UPDATE outbox SET state = 'DEAD', settled_at = ?2, reason = 'BLOCKED'
         WHERE chat_id = ?1 AND state = 'WAITING'",
        (chat, Millis(now)),
    )?;
    Ok(())
}

/// After a start: what was being sent when the program ended may have arrived or not.
pub fn recover(tx: &Transaction) -> Result<usize> {
    Ok(tx.execute(
        "UPDATE outbox SET state = 'WAITING', maybe_seen = 1
         WHERE state IN ('WAITING', 'SENDING') AND state = 'SENDING'",
        [],
    )?)
}

/// What was given up of what tells of a task.
pub(super) const DEAD_NOTICE: &str = "state = 'DEAD' AND kind <> 'REPLY'";

static UNDELIVERED: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT id, kind, task_id, from_status, to_status, from_stage, to_stage, comment_id,
             approval_id, customer_id, reason, detail, attempts, settled_at
         FROM outbox WHERE {DEAD_NOTICE}"
    )
});

fn undelivered(row: &Row<'_>) -> rusqlite::Result<Undelivered> {
    Ok(Undelivered {
        id: row.get("id")?,
        notice: notice(row)?,
        customer: row.get("customer_id")?,
        reason: reason(row)?,
        detail: row.get("detail")?,
        attempts: row.get("attempts")?,
        failed: row.get::<_, Millis>("settled_at")?.0,
    })
}

/// The notices that were given up, newest first.
pub fn all_undelivered(connection: &Connection) -> Result<Vec<Undelivered>> {
    let mut statement = connection.prepare_cached(&format!("{} ORDER BY id DESC", *UNDELIVERED))?;
    Ok(statement
        .query_map([], undelivered)?
        .collect::<Result<_, _>>()?)
}

pub fn get_undelivered(connection: &Connection, id: NoticeId) -> Result<Option<Undelivered>> {
    let mut statement = connection.prepare_cached(&format!("{} AND id = ?1", *UNDELIVERED))?;
    Ok(statement.query_row([id], undelivered).optional()?)
}

/// Every notice of a task, newest first.
pub fn of_task(connection: &Connection, task: TaskId) -> Result<Vec<NoticeRecord>> {
    let mut statement = connection.prepare_cached(
        "SELECT id, kind, task_id, from_status, to_status, from_stage, to_stage, comment_id,
             approval_id, state, attempts, due_at, try_at, settled_at, reason, detail
         FROM outbox WHERE task_id = ?1 ORDER BY id DESC",
    )?;
    let rows = statement.query_map([task], |row| {
        Ok(NoticeRecord {
            id: row.get("id")?,
            notice: notice(row)?,
            fate: fate(row)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn fate(row: &Row<'_>) -> rusqlite::Result<Fate> {
    let detail = row.get::<_, Option<String>>("detail")?.unwrap_or_default();
    let due = row.get::<_, Millis>("due_at")?.0;
    Ok(match row.get::<_, String>("state")?.as_str() {
        "SENDING" => Fate::Sending,
        "DELIVERED" => {
            let at = row.get::<_, Option<Millis>>("settled_at")?;
            Fate::Delivered {
                at: at.map_or(due, |at| at.0),
            }
        }
        "DEAD" => Fate::Dead {
            reason: reason(row)?,
            detail,
        },
        _ if row.get::<_, i64>("attempts")? == 0 => Fate::Waiting { due },
        _ => Fate::Retrying {
            next: row.get::<_, Millis>("try_at")?.0,
            detail,
        },
    })
}

fn reason(row: &Row<'_>) -> rusqlite::Result<Reason> {
    let word: Option<String> = row.get("reason")?;
    Ok(word
        .and_then(|word| Reason::from_word(&word))
        .unwrap_or(Reason::Refused))
}

/// Puts a given-up notice back into the queue, with what is true now; `to` where it tells
/// a stage.
pub fn revive(
    tx: &Transaction,
    id: NoticeId,
    chat: TelegramId,
    to: Option<&Stage>,
    now: Timestamp,
) -> Result<()> {
    let (status, stage) = to.map(|stage| (stage.status, stage.id)).unzip();
    tx.execute(
        "UPDATE outbox SET state = 'WAITING', chat_id = ?2, to_status = coalesce(?3, to_status),
             to_stage = coalesce(?4, to_stage), attempts = 0, created_at = ?5, due_at = ?5,
             try_at = ?5, settled_at = NULL, reason = NULL, detail = NULL
         WHERE id = ?1",
        (id, chat, status, stage, Millis(now)),
    )?;
    Ok(())
}

/// How many messages wait to be sent, and since when the oldest of them could have been.
pub fn waiting(connection: &Connection) -> Result<(usize, Option<Timestamp>)> {
    let sql = "SELECT count(*), min(due_at) FROM outbox WHERE state IN ('WAITING', 'SENDING')";
    let mut statement = connection.prepare_cached(sql)?;
    let row = statement.query_row([], |row| {
        Ok((row.get(0)?, row.get::<_, Option<Millis>>(1)?))
    })?;
    Ok((row.0, row.1.map(|at| at.0)))
}
