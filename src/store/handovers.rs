//! The `handovers` table: what closed tasks earned, and what is still owed for them.

use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::named_params;

use super::{Connection, Transaction};
use crate::domain::{CustomerId, Details, Money, Result, Span, Task, TaskId, Totals};
use crate::store::engine::types::{Millis, numbers};

/// Records what a closed task earned, in place of an earlier record, or removes the record of a task
/// that isn't closed.
pub fn record(tx: &Transaction, task: &Task, details: &Details) -> Result<()> {
    match task.closed {
        Some(closed) => put(tx, task.id, &details.totals(), details.paid(), closed),
        None => delete(tx, task.id),
    }
}

fn put(tx: &Transaction, task: TaskId, totals: &Totals, paid: Money, at: Timestamp) -> Result<()> {
    tx.prepare_cached(
        "INSERT INTO handovers (task_id, at, total, works, parts, cost, paid)
         VALUES (:task, :at, :total, :works, :parts, :cost, :paid)
         ON CONFLICT (task_id) DO UPDATE SET at = :at, total = :total, works = :works, parts = :parts, cost = :cost,
             paid = :paid",
    )?
    .execute(named_params! {
        ":task": task, ":at": Millis(at), ":total": totals.total, ":works": totals.works,
        ":parts": totals.parts, ":cost": totals.cost, ":paid": paid,
    })?;
    Ok(())
}

fn delete(tx: &Transaction, task: TaskId) -> Result<()> {
    tx.prepare_cached("DELETE FROM handovers WHERE task_id = ?1")?
        .execute([task])?;
    Ok(())
}

/// The first debts.
pub(super) const DEBTS: &str = "
    SELECT task_id, at, total, paid FROM handovers
    WHERE total > paid AND (at, task_id) > (?1, ?2) AND (at, task_id) < (?3, ?4)
    ORDER BY at, task_id LIMIT ?5";
/// The last debts, the newest first.
const LAST_DEBTS: &str = "
    SELECT task_id, at, total, paid FROM handovers
    WHERE total > paid AND (at, task_id) > (?1, ?2) AND (at, task_id) < (?3, ?4)
    ORDER BY at DESC, task_id DESC LIMIT ?5";
pub(super) const DEBT: &str =
    "SELECT count(*), coalesce(sum(total - paid), 0) FROM handovers WHERE total > paid";

/// What is owed for a closed task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owed {
    pub task: TaskId,
    /// Time of the hand-over.
    pub at: Timestamp,
    pub total: Money,
    pub paid: Money,
}

/// Returns a span of the closed tasks with a debt, longest owed first.
pub fn debts(connection: &Connection, span: Span<(Timestamp, TaskId)>) -> Result<Vec<Owed>> {
    let sql = if span.from_end { LAST_DEBTS } else { DEBTS };
    let mut statement = connection.prepare_cached(sql)?;
    let span = span.map(|(at, task)| (at.as_millisecond(), task.get()));
    let after = span.after.unwrap_or((i64::MIN, 0));
    let before = span.before.unwrap_or((i64::MAX, i64::MAX));
    let read = |row: &rusqlite::Row<'_>| {
        Ok(Owed {
            task: row.get(0)?,
            at: row.get::<_, Millis>(1)?.0,
            total: row.get(2)?,
            paid: row.get(3)?,
        })
    };
    let rows = statement.query_map((after.0, after.1, before.0, before.1, span.limit), read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns the number of debts and their sum.
pub fn debt(connection: &Connection) -> Result<(i64, Money)> {
    let mut statement = connection.prepare_cached(DEBT)?;
    Ok(statement.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?)
}

/// Returns what customers owe for closed tasks, of those who owe anything.
pub fn debts_of_customers(
    connection: &Connection,
    ids: &[CustomerId],
) -> Result<HashMap<CustomerId, Money>> {
    let sql = "SELECT t.customer_id, sum(h.total - h.paid)
               FROM json_each(?1) AS asked JOIN tasks AS t ON t.customer_id = asked.value
               JOIN handovers AS h ON h.task_id = t.id
               WHERE h.total > h.paid GROUP BY t.customer_id";
    let mut statement = connection.prepare_cached(sql)?;
    let asked = numbers(ids.iter().map(|id| id.get()));
    let rows = statement.query_map([asked], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
