//! The table `changes`: the tasks and customers in the order of the commits that changed them last, one row each, and a
//! row for each one that is gone. Triggers note what a transaction changes, so that no writer can forget it, and the
//! writer gives the places before the commit; a reader who has seen a place has seen all before it.
//!
//! A place is an instant in milliseconds, or a little later where several would coincide. A file that is replaced by a
//! backup goes on behind all places that were given before: each start of the server is noted with the last place before
//! it ([`begin`]), and a place between the two was never given in this file.

use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row};

use super::{Connection, Transaction};
use crate::domain::{CustomerId, Result, Span, TaskId, Tracked};
use crate::store::engine::types::{Millis, direction, numbers};

/// The last change of a task or customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Changed {
    /// The place in the order.
    pub seq: i64,
    pub object: Tracked,
    pub deleted: bool,
    pub at: Timestamp,
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Changed> {
    let id = row.get("subject_id")?;
    Ok(Changed {
        seq: row.get("seq")?,
        object: match row.get_ref("kind")?.as_str()? {
            "TASK" => Tracked::Task(TaskId::from_row(id)),
            _ => Tracked::Customer(CustomerId::from_row(id)),
        },
        deleted: row.get("deleted")?,
        at: row.get::<_, Millis>("at")?.0,
    })
}

/// Returns a span of the changes, in their order.
pub fn page(connection: &Connection, span: Span<i64>) -> Result<Vec<Changed>> {
    let (direction, limit) = (direction(span.from_end), span.limit);
    let sql = format!(
        "SELECT seq, kind, subject_id, deleted, at FROM changes WHERE seq > ?1 AND seq < ?2
         ORDER BY seq {direction} LIMIT {limit}"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let (after, before) = (
        span.after.unwrap_or_default(),
        span.before.unwrap_or(i64::MAX),
    );
    let rows = statement.query_map([after, before], from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub fn count(connection: &Connection) -> Result<i64> {
    Ok(connection.query_row("SELECT count(*) FROM changes", [], |row| row.get(0))?)
}

/// Returns the mark of the present start of the server; `None` before the first one.
pub fn mark(connection: &Connection) -> Result<Option<Vec<u8>>> {
    let sql = "SELECT mark FROM change_eras ORDER BY started_at DESC LIMIT 1";
    let mut statement = connection.prepare_cached(sql)?;
    Ok(statement.query_row([], |row| row.get("mark")).optional()?)
}

/// Returns whether a place was given in this file: its mark is of one of the file's starts, and no start skipped it.
pub fn knows(connection: &Connection, mark: &[u8], seq: i64) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM change_eras WHERE mark = ?1)
        AND ?2 <= (SELECT coalesce(max(seq), 0) FROM changes)
        AND NOT EXISTS (SELECT 1 FROM change_eras WHERE last_seq < ?2 AND ?2 < started_at)";
    let mut statement = connection.prepare_cached(sql)?;
    Ok(statement.query_row((mark, seq), |row| row.get(0))?)
}

/// Notes a start of the server. Without a change since the last one, that one begins later.
pub fn begin(tx: &Transaction, now: Timestamp) -> Result<()> {
    tx.execute(
        "INSERT INTO change_eras (last_seq, started_at)
         SELECT coalesce(max(seq), 0), max(coalesce(max(seq), 0) + 1, ?1) FROM changes WHERE true
         ON CONFLICT DO UPDATE SET started_at = max(started_at, excluded.started_at)",
        [Millis(now)],
    )?;
    Ok(())
}

/// Says when the running transaction has deleted something; the deleted row doesn't know.
pub fn deleted(tx: &Transaction, object: Tracked, now: Timestamp) -> Result<()> {
    let sql = "UPDATE changes_stale SET at = max(at, ?3) WHERE kind = ?1 AND subject_id = ?2";
    let mut statement = tx.prepare_cached(sql)?;
    statement.execute((object.word(), object.number(), Millis(now)))?;
    Ok(())
}

/// Returns when tasks or customers changed last. One that another program has just written has only its own time yet.
pub fn times_of_tasks(
    connection: &Connection,
    ids: &[TaskId],
) -> Result<HashMap<TaskId, Timestamp>> {
    let sql = "SELECT t.id, coalesce(g.at, t.updated_at) AS at
        FROM tasks AS t LEFT JOIN changes AS g ON g.kind = 'TASK' AND g.subject_id = t.id
        WHERE t.id IN (SELECT value FROM json_each(?1))";
    let ids = ids.iter().map(|id| id.get());
    times(connection, sql, ids, TaskId::from_row)
}

/// [`times_of_tasks`] for customers.
pub fn times_of_customers(
    connection: &Connection,
    ids: &[CustomerId],
) -> Result<HashMap<CustomerId, Timestamp>> {
    let sql = "SELECT c.id, coalesce(g.at, c.updated_at) AS at
        FROM customers AS c LEFT JOIN changes AS g ON g.kind = 'CUSTOMER' AND g.subject_id = c.id
        WHERE c.id IN (SELECT value FROM json_each(?1))";
    let ids = ids.iter().map(|id| id.get());
    times(connection, sql, ids, CustomerId::from_row)
}

fn times<Id: std::hash::Hash + Eq>(
    connection: &Connection,
    sql: &str,
    ids: impl Iterator<Item = i64>,
    id: fn(i64) -> Id,
) -> Result<HashMap<Id, Timestamp>> {
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([numbers(ids)], |row| {
        Ok((id(row.get(0)?), row.get::<_, Millis>("at")?.0))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
