//! Adding messages to the outbox, replacing waiting ones, and queueing dead ones again.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, named_params};

use super::person;
use crate::domain::{
    Addressee, Channel, Chat, CustomerId, Error, Notice, NoticeId, Reply, Result, StaffNews, Stage,
    StageId, TaskId, Waiting,
};
use crate::store::engine::types::Millis;
use crate::store::{Connection, Transaction};

pub fn push_notice(
    tx: &Transaction,
    to: Addressee,
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
    let (task, (from_status, to_status)) = (notice.task(), statuses.unzip());
    let person = person::of_customer(tx, to.customer)?;
    keep_order(tx, &person, now)?;
    tx.prepare_cached(
        "INSERT INTO outbox (person, channel, kind, customer_id, task_id, from_status, to_status,
             from_stage, to_stage, comment_id, approval_id, created_at, due_at, try_at)
         VALUES (:person, :channel, :kind, :customer, :task, :from, :to, :from_stage, :to_stage,
             :comment, :approval, :now, :due, :due)",
    )?
    .execute(named_params! {
        ":person": person, ":channel": to.channel, ":kind": kind, ":customer": to.customer,
        ":task": task, ":from": from_status, ":to": to_status, ":from_stage": from_stage,
        ":to_stage": to_stage, ":comment": comment, ":approval": approval, ":now": Millis(now),
        ":due": Millis(due),
    })?;
    Ok(())
}

pub fn push_reply(tx: &Transaction, chat: Chat, reply: &Reply, now: Timestamp) -> Result<()> {
    let reply = serde_json::to_string(reply).map_err(Error::internal)?;
    push_json(tx, chat, "REPLY", &reply, now)
}

/// Queues news for an employee, replacing an equal waiting one.
pub fn push_staff_news(
    tx: &Transaction,
    chat: Chat,
    news: StaffNews,
    now: Timestamp,
) -> Result<()> {
    let news = serde_json::to_string(&news).map_err(Error::internal)?;
    push_json_once(tx, chat, "STAFF_NEWS", &news, now)
}

/// Queues a reply, replacing an equal waiting one.
pub fn push_reply_once(tx: &Transaction, chat: Chat, reply: &Reply, now: Timestamp) -> Result<()> {
    let reply = serde_json::to_string(reply).map_err(Error::internal)?;
    push_json_once(tx, chat, "REPLY", &reply, now)
}

fn push_json_once(
    tx: &Transaction,
    chat: Chat,
    kind: &str,
    json: &str,
    now: Timestamp,
) -> Result<()> {
    tx.execute(
        "DELETE FROM outbox WHERE chat_id = ?1 AND channel = ?2 AND state IN ('WAITING', 'SENDING')
             AND state = 'WAITING' AND kind = ?3 AND reply = ?4",
        (chat.id, chat.messenger.channel(), kind, json),
    )?;
    push_json(tx, chat, kind, json, now)
}

/// Returns the waiting notice about a task's status to a customer. One that is being sent no longer waits.
pub fn waiting_of_task(
    connection: &Connection,
    task: TaskId,
    customer: CustomerId,
) -> Result<Option<Waiting>> {
    let mut statement = connection.prepare_cached(
        "SELECT id, from_stage, maybe_seen FROM outbox
         WHERE task_id = ?1 AND customer_id = ?2 AND state = 'WAITING' AND kind = 'STATUS_CHANGED'
         ORDER BY id DESC LIMIT 1",
    )?;
    let waiting = statement.query_row((task, customer), |row| {
        Ok(Waiting {
            id: row.get("id")?,
            from: row.get("from_stage")?,
            maybe_seen: row.get("maybe_seen")?,
        })
    });
    Ok(waiting.optional()?)
}

/// Replaces the contents of a waiting notice, and restarts its delay.
pub fn replace(
    tx: &Transaction,
    id: NoticeId,
    to: &Stage,
    now: Timestamp,
    due: Timestamp,
) -> Result<()> {
    tx.execute(
        "UPDATE outbox SET to_status = ?2, to_stage = ?3, due_at = ?4, try_at = max(try_at, ?4),
             reckoned_at = max(coalesce(reckoned_at, ?5), ?5)
         WHERE id = ?1",
        (id, to.status, to.id, Millis(due), Millis(now)),
    )?;
    Ok(())
}

/// Changes waiting notices about a stage to another stage.
pub fn move_to_stage(tx: &Transaction, from: StageId, to: StageId) -> Result<()> {
    tx.execute(
        "UPDATE outbox SET from_stage = iif(from_stage = ?1, ?2, from_stage),
             to_stage = iif(to_stage = ?1, ?2, to_stage)
         WHERE state IN ('WAITING', 'SENDING') AND ?1 IN (from_stage, to_stage)",
        (from, to),
    )?;
    Ok(())
}

/// Queues a dead message again by a channel, with the current contents; `to` if it is about a stage.
pub fn revive(
    tx: &Transaction,
    id: NoticeId,
    channel: Channel,
    to: Option<&Stage>,
    now: Timestamp,
) -> Result<()> {
    let (status, stage) = to.map(|stage| (stage.status, stage.id)).unzip();
    tx.execute(
        "UPDATE outbox SET state = 'WAITING', channel = ?2, refused_by = '', to_status = coalesce(?3, to_status),
             to_stage = coalesce(?4, to_stage), attempts = 0, passed_on_at = NULL, created_at = ?5, due_at = ?5,
             try_at = ?5, reckoned_at = NULL, settled_at = NULL, reason = NULL, detail = NULL,
             unnoticed = 0, arrival = NULL, external_id = NULL
         WHERE id = ?1",
        (id, channel, status, stage, Millis(now)),
    )?;
    Ok(())
}

/// Keeps the order of a person's messages after the wall clock was set back. Messages are sent in the
/// order of their due times, and earlier ones would be dated in the future: they are moved back by
/// that difference, so that each waits for as long as intended.
fn keep_order(tx: &Transaction, person: &str, now: Timestamp) -> Result<()> {
    tx.prepare_cached(
        "UPDATE outbox SET due_at = due_at - (created_at - :now), try_at = try_at - (created_at - :now),
             created_at = :now
         WHERE person = :person AND state IN ('WAITING', 'SENDING') AND state = 'WAITING'
             AND created_at > :now",
    )?
    .execute(named_params! { ":person": person, ":now": Millis(now) })?;
    Ok(())
}

fn push_json(tx: &Transaction, chat: Chat, kind: &str, json: &str, now: Timestamp) -> Result<()> {
    let person = person::of_chat(tx, chat)?;
    keep_order(tx, &person, now)?;
    tx.prepare_cached(
        "INSERT INTO outbox (person, channel, chat_id, kind, reply, created_at, due_at, try_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?6)",
    )?
    .execute((
        person,
        chat.messenger.channel(),
        chat.id,
        kind,
        json,
        Millis(now),
    ))?;
    Ok(())
}
