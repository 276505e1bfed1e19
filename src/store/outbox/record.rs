//! Outcomes of notices.

use std::sync::LazyLock;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row};

use super::{chat, read_told};
use crate::domain::{Channel, Fate, NoticeId, NoticeRecord, Reason, Result, TaskId, Undelivered};
use crate::store::engine::types::{Millis, numbers};
use crate::store::{Connection, Transaction};

/// Condition of dead messages to customers that staff see with a task.
pub(in crate::store) const DEAD_NOTICE: &str =
    "state = 'DEAD' AND (task_id IS NOT NULL OR answer_of IS NOT NULL)";

static UNDELIVERED: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT id, channel, chat_id, kind, task_id, answer_of, from_status, to_status, from_stage, to_stage,
             comment_id, approval_id, customer_id, reason, detail, attempts, settled_at
         FROM outbox WHERE {DEAD_NOTICE}"
    )
});

/// Lists the dead messages to customers, newest first.
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

/// Returns dead messages by their ids.
pub fn undelivered_by_ids(connection: &Connection, ids: &[NoticeId]) -> Result<Vec<Undelivered>> {
    let sql = format!(
        "{} AND id IN (SELECT value FROM json_each(?1))",
        *UNDELIVERED
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let ids = numbers(ids.iter().map(|id| id.get()));
    Ok(statement
        .query_map([ids], undelivered)?
        .collect::<Result<_, _>>()?)
}

/// Records that an employee has reacted to the dead messages about a task, and returns whether there were any.
pub fn notice_of_task(tx: &Transaction, task: TaskId) -> Result<bool> {
    let sql =
        "UPDATE outbox SET unnoticed = 0 WHERE unnoticed = 1 AND coalesce(task_id, answer_of) = ?1";
    Ok(tx.prepare_cached(sql)?.execute([task])? > 0)
}

/// Lists all notices of some tasks, and the bot's dead replies, newest first.
pub fn of_tasks(connection: &Connection, tasks: &[TaskId]) -> Result<Vec<NoticeRecord>> {
    let mut statement = connection.prepare_cached(
        "SELECT id, channel, kind, task_id, answer_of, from_status, to_status, from_stage, to_stage,
             comment_id, approval_id, state, attempts, due_at, try_at, settled_at, reason, detail, cost,
             arrival
         FROM outbox
         WHERE task_id IN (SELECT value FROM json_each(?1)) OR answer_of IN (SELECT value FROM json_each(?1))
         ORDER BY id DESC",
    )?;
    let tasks = numbers(tasks.iter().map(|task| task.get()));
    let rows = statement.query_map([tasks], |row| {
        Ok(NoticeRecord {
            id: row.get("id")?,
            told: read_told(row)?,
            fate: fate(row)?,
            channel: row.get("channel")?,
            cost: row.get("cost")?,
            arrival: row.get("arrival")?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Number of rows that [`count_settled`] reads at most, so that a shop's age costs nothing.
const COUNTED: usize = 20_000;

/// Counts the delivered and the dead notices to customers by a channel that were settled since an instant, among the newest messages.
pub fn count_settled(
    connection: &Connection,
    channel: Channel,
    since: Timestamp,
) -> Result<(i64, i64)> {
    let sql = format!(
        "SELECT count(*) FILTER (WHERE state = 'DELIVERED'), count(*) FILTER (WHERE state = 'DEAD')
         FROM (SELECT state, settled_at, task_id, channel FROM outbox ORDER BY id DESC LIMIT {COUNTED})
         WHERE settled_at >= ?1 AND task_id IS NOT NULL AND channel = ?2"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let counts = statement.query_row((Millis(since), channel), |row| {
        Ok((row.get(0)?, row.get(1)?))
    });
    Ok(counts?)
}

fn undelivered(row: &Row<'_>) -> rusqlite::Result<Undelivered> {
    Ok(Undelivered {
        id: row.get("id")?,
        channel: row.get("channel")?,
        chat: chat(row)?,
        told: read_told(row)?,
        customer: row.get("customer_id")?,
        reason: reason(row)?,
        detail: row.get("detail")?,
        attempts: row.get("attempts")?,
        failed: row.get::<_, Millis>("settled_at")?.0,
    })
}

pub(super) fn fate(row: &Row<'_>) -> rusqlite::Result<Fate> {
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
        // One that waits for the end of the quiet hours has a later instant.
        _ if row.get::<_, i64>("attempts")? == 0 => Fate::Waiting {
            due: due.max(row.get::<_, Millis>("try_at")?.0),
        },
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
