//! The writers of the `tasks` table.

use jiff::Timestamp;
use rusqlite::named_params;

use crate::domain::{CustomerId, Result, StageId, Status, Task, TaskId};
use crate::store::Transaction;
use crate::store::engine::types::Millis;

/// Returns the assignment that makes a task the most recently changed one. A trigger would write the row twice, and
/// subscribers are notified of each write. `now` is the parameter with the instant.
fn touched(now: &str) -> String {
    format!("touched_at = max({now}, (SELECT coalesce(max(touched_at), 0) + 1 FROM tasks))")
}

/// Writes a new task, which stands behind all others; its number is given here.
pub fn insert(tx: &Transaction, task: &Task) -> Result<TaskId> {
    let newest = "max(:created, (SELECT coalesce(max(listed_at), 0) FROM tasks))";
    let last = "max(:updated, (SELECT coalesce(max(touched_at), 0) + 1 FROM tasks))";
    insert_at(tx, task, newest, last)
}

/// Writes a task of the past, which stands where its days belong.
pub fn insert_imported(tx: &Transaction, task: &Task) -> Result<TaskId> {
    insert_at(tx, task, ":created", ":updated")
}

fn insert_at(tx: &Transaction, task: &Task, listed: &str, touched: &str) -> Result<TaskId> {
    tx.prepare_cached(&format!(
        "INSERT INTO tasks (customer_id, employee_id, category, status, stage_id, stage_since,
             description, due_on, version, created_at, updated_at, closed_at, ready_at, remind,
             listed_at, touched_at)
         VALUES (:customer, :employee, :category, :status, :stage, :since, :description, :due,
             :version, :created, :updated, :closed, :ready, :remind, {listed}, {touched})",
    ))?
    .execute(named_params! {
        ":customer": task.customer, ":employee": task.employee, ":category": task.category,
        ":status": task.status, ":stage": task.stage, ":since": Millis(task.stage_since),
        ":description": task.description.as_str(),
        ":due": task.due, ":version": task.version, ":created": Millis(task.created),
        ":updated": Millis(task.updated), ":closed": task.closed.map(Millis),
        ":ready": task.ready.map(Millis), ":remind": task.remind,
    })?;
    Ok(TaskId::from_row(tx.last_insert_rowid()))
}

/// Writes a changed task as its next version. What is as `before` is not written: its indexes, and
/// the triggers on it, have nothing to do then. With another status reminders begin anew.
pub fn update(tx: &Transaction, before: &Task, task: &mut Task, now: Timestamp) -> Result<()> {
    task.version = before.version + 1;
    task.updated = task.not_before_creation(now);
    let place = touched(":now");
    let mut columns = vec!["updated_at = :now", "version = :version", &*place];
    let (now, since) = (Millis(task.updated), Millis(task.stage_since));
    let (closed, ready) = (task.closed.map(Millis), task.ready.map(Millis));
    let description = task.description.as_str();
    let mut values =
        named_params! { ":id": task.id, ":now": now, ":version": task.version }.to_vec();
    if task.customer != before.customer {
        columns.push("customer_id = :customer");
        values.push((":customer", &task.customer));
    }
    if task.employee != before.employee {
        columns.push("employee_id = :employee");
        values.push((":employee", &task.employee));
    }
    if task.category != before.category {
        columns.push("category = :category");
        values.push((":category", &task.category));
    }
    if task.status != before.status {
        columns.push("status = :status, closed_at = :closed, ready_at = :ready, reminded = NULL");
        values.extend(named_params! { ":status": task.status, ":closed": closed, ":ready": ready });
    }
    if task.remind != before.remind {
        columns.push("remind = :remind");
        values.push((":remind", &task.remind));
    }
    if task.stage != before.stage {
        columns.push("stage_id = :stage, stage_since = :since");
        values.extend(named_params! { ":stage": task.stage, ":since": since });
    }
    if task.description != before.description {
        columns.push("description = :description");
        values.push((":description", &description));
    }
    if task.due != before.due {
        columns.push("due_on = :due");
        values.push((":due", &task.due));
    }
    let sql = format!("UPDATE tasks SET {} WHERE id = :id", columns.join(", "));
    tx.prepare_cached(&sql)?.execute(&*values)?;
    Ok(())
}

/// Empties the descriptions of a customer's tasks.
pub fn erase_of_customer(tx: &Transaction, customer: CustomerId) -> Result<()> {
    let sql = "UPDATE tasks SET description = '' WHERE customer_id = ?1";
    tx.execute(sql, [customer])?;
    Ok(())
}

/// Tells those who watch a task that something happened beside it. Its version stays: nobody who is
/// changing it was overtaken.
pub fn touch(tx: &Transaction, id: TaskId, now: Timestamp) -> Result<()> {
    let place = touched("?2");
    let sql = format!("UPDATE tasks SET updated_at = max(?2, created_at), {place} WHERE id = ?1");
    tx.prepare_cached(&sql)?.execute((id, Millis(now)))?;
    Ok(())
}

/// Increments the versions of a customer's tasks before they lose the customer. Returns them with
/// their status and version.
pub fn touch_of_customer(
    tx: &Transaction,
    customer: CustomerId,
    now: Timestamp,
) -> Result<Vec<(TaskId, Status, i64)>> {
    let mut touch = tx.prepare_cached(&format!(
        "UPDATE tasks SET updated_at = max(?2, created_at), version = version + 1, {}
         WHERE customer_id = ?1 RETURNING id, status, version",
        touched("?2")
    ))?;
    let touched = touch.query_map((customer, Millis(now)), |row| {
        Ok((row.get("id")?, row.get("status")?, row.get("version")?))
    })?;
    Ok(touched.collect::<Result<_, _>>()?)
}

/// Moves every task of a stage to another one of the same status, keeping the time since which it
/// has been there.
pub fn move_to_stage(tx: &Transaction, from: StageId, to: StageId, now: Timestamp) -> Result<()> {
    let sql = format!(
        "UPDATE tasks SET stage_id = ?2, updated_at = max(?3, created_at), version = version + 1, {}
         WHERE stage_id = ?1",
        touched("?3")
    );
    tx.execute(&sql, (from, to, Millis(now)))?;
    Ok(())
}

/// Deletes a task.
pub fn delete(tx: &Transaction, id: TaskId) -> Result<()> {
    tx.execute("DELETE FROM tasks WHERE id = ?1", [id])?;
    Ok(())
}
