//! The `handovers` table: what closed tasks earned, and what is still owed for them.

use jiff::Timestamp;
use rusqlite::named_params;

use super::{Connection, Transaction};
use crate::domain::{CustomerId, Details, Money, Result, Task, TaskId, Totals};
use crate::store::engine::types::Millis;

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

/// Returns at most `limit` closed tasks with a debt after `after`, longest owed first, with the
/// time of their hand-over.
pub fn debts(
    connection: &Connection,
    after: Option<(Timestamp, TaskId)>,
    limit: usize,
) -> Result<Vec<(TaskId, Timestamp)>> {
    let sql = "SELECT task_id, at FROM handovers WHERE total > paid AND (at, task_id) > (?1, ?2)
               ORDER BY at, task_id LIMIT ?3";
    let mut statement = connection.prepare_cached(sql)?;
    let (at, task) = after.map_or((i64::MIN, 0), |(at, task)| {
        (at.as_millisecond(), task.get())
    });
    let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get::<_, Millis>(1)?.0));
    let rows = statement.query_map((at, task, limit), read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns the number of debts and their sum.
pub fn debt(connection: &Connection) -> Result<(i64, Money)> {
    let sql = "SELECT count(*), coalesce(sum(total - paid), 0) FROM handovers WHERE total > paid";
    let mut statement = connection.prepare_cached(sql)?;
    Ok(statement.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?)
}

/// Returns what a customer owes for closed tasks.
pub fn debt_of_customer(connection: &Connection, customer: CustomerId) -> Result<Money> {
    let sql = "SELECT coalesce(sum(h.total - h.paid), 0) FROM tasks AS t JOIN handovers AS h ON h.task_id = t.id
               WHERE t.customer_id = ?1 AND h.total > h.paid";
    let mut statement = connection.prepare_cached(sql)?;
    Ok(statement.query_row([customer], |row| row.get(0))?)
}
