//! The `task_events` table. It is append-only, which the database itself enforces.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row};

use super::{Connection, Transaction};
use crate::domain::{
    Author, CustomerId, EventId, EventKind, Result, Stage, TaskEvent, TaskId, shown,
};
use crate::store::engine::columns::Columns;
use crate::store::engine::types::{Millis, numbers};

pub(super) const COLUMNS: &str =
    "id, task_id, kind, author, employee_id, customer_id, from_value, to_value, at";

pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<TaskEvent> {
    let row = &mut Columns::of("task_events", row);
    let (id, task, kind) = (row.take("id")?, row.take("task_id")?, row.take("kind")?);
    let author: String = row.take("author")?;
    let (employee, customer) = (row.take("employee_id")?, row.take("customer_id")?);
    Ok(TaskEvent {
        id,
        task,
        kind,
        author: match (&*author, employee) {
            ("STAFF", Some(employee)) => Author::Staff(employee),
            ("CUSTOMER", _) => Author::Customer(customer),
            _ => Author::System,
        },
        from: row.take::<Option<String>>("from_value")?.map(shown),
        to: row.take::<Option<String>>("to_value")?.map(shown),
        at: row.take::<Millis>("at")?.0,
    })
}

/// Returns the number of the newest event, or 0 before the first.
pub fn newest(connection: &Connection) -> Result<i64> {
    let mut statement =
        connection.prepare_cached("SELECT coalesce(max(id), 0) FROM task_events")?;
    Ok(statement.query_row([], |row| row.get(0))?)
}

pub fn append(
    tx: &Transaction,
    task: TaskId,
    kind: EventKind,
    author: Author,
    from: Option<&str>,
    to: Option<&str>,
    now: Timestamp,
) -> Result<()> {
    let (word, employee, customer) = match author {
        Author::Staff(employee) => ("STAFF", Some(employee), None),
        Author::Customer(customer) => ("CUSTOMER", None, customer),
        Author::System => ("SYSTEM", None, None),
    };
    tx.prepare_cached(
        "INSERT INTO task_events (task_id, kind, author, employee_id, customer_id, from_value,
             to_value, at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute((task, kind, word, employee, customer, from, to, Millis(now)))?;
    Ok(())
}

/// Appends the move to another stage to the history of every task of a stage.
pub fn append_for_stage(
    tx: &Transaction,
    from: &Stage,
    to: &Stage,
    author: Author,
    now: Timestamp,
) -> Result<()> {
    let employee = match author {
        Author::Staff(employee) => Some(employee),
        Author::Customer(_) | Author::System => None,
    };
    let sql =
        "INSERT INTO task_events (task_id, kind, author, employee_id, from_value, to_value, at)
        SELECT id, ?2, iif(?3 IS NULL, 'SYSTEM', 'STAFF'), ?3, ?4, ?5, ?6 FROM tasks
        WHERE stage_id = ?1 ORDER BY id";
    let (was, is) = (from.name.as_str(), to.name.as_str());
    let kind = EventKind::Stage;
    tx.execute(sql, (from.id, kind, employee, was, is, Millis(now)))?;
    Ok(())
}

/// The conversations of a customer whose tasks are another's by now: `?1` is the customer. Each task comes with the
/// row of its history at which they ended.
pub(super) const FORMER: &str =
    "SELECT task_id, max(id) AS until, max(at) AS until_at FROM task_events
     WHERE kind = 'CUSTOMER' AND from_value = CAST(?1 AS TEXT) AND to_value IS NOT NULL GROUP BY task_id";

/// The comments of a customer's erasure: those on the customer's tasks, their own anywhere, and those of the time before
/// a task became another's.
pub(super) fn comments_of_customer() -> String {
    format!(
        "SELECT c.id FROM comments AS c JOIN tasks AS t ON t.id = c.task_id
         WHERE t.customer_id = ?1 OR c.customer_id = ?1
         UNION SELECT CAST(e.to_value AS INTEGER) FROM ({FORMER}) AS f
             JOIN task_events AS e ON e.task_id = f.task_id AND e.id < f.until
         WHERE e.kind IN ('COMMENT', 'ANSWER')"
    )
}

/// Erases the descriptions and devices of a customer's tasks from the history, and the customer's edited messages. The
/// events themselves stay, with their time and author.
pub fn erase_of_customer(tx: &Transaction, customer: CustomerId) -> Result<()> {
    let sql = "UPDATE task_events SET from_value = NULL, to_value = NULL
               WHERE kind IN ('DESCRIPTION', 'DEVICE', 'EDITED', 'LINE')
                   AND task_id IN (SELECT id FROM tasks WHERE customer_id = ?1)";
    tx.execute(sql, [customer])?;
    let sql = format!(
        "UPDATE task_events AS e SET from_value = NULL, to_value = NULL
         FROM ({FORMER}) AS f WHERE e.kind = 'EDITED' AND e.task_id = f.task_id AND e.id < f.until"
    );
    tx.execute(&sql, [customer])?;
    Ok(())
}

/// Erases the texts about people from the history of a task that is deleted.
pub fn erase_of_task(tx: &Transaction, task: TaskId) -> Result<()> {
    let sql = "UPDATE task_events SET from_value = NULL, to_value = NULL
               WHERE kind IN ('DESCRIPTION', 'DEVICE', 'EDITED', 'LINE') AND task_id = ?1";
    tx.execute(sql, [task])?;
    Ok(())
}

/// Counts the events of one kind in a task since an instant, without those dated later than now by a clock that ran ahead.
pub fn count_since(
    connection: &Connection,
    task: TaskId,
    kind: EventKind,
    since: Timestamp,
    now: Timestamp,
) -> Result<usize> {
    let sql = "SELECT count(*) FROM task_events
               WHERE task_id = ?1 AND kind = ?2 AND at > ?3 AND at <= ?4";
    let mut statement = connection.prepare_cached(sql)?;
    let span = (task, kind, Millis(since), Millis(super::ahead::soon(now)));
    Ok(statement.query_row(span, |row| row.get(0))?)
}

pub fn get(connection: &Connection, id: EventId) -> Result<Option<TaskEvent>> {
    let sql = format!("SELECT {COLUMNS} FROM task_events WHERE id = ?1");
    let mut statement = connection.prepare_cached(&sql)?;
    Ok(statement.query_row([id], from_row).optional()?)
}

/// Returns the history of several tasks, oldest first.
pub fn of_tasks(connection: &Connection, ids: &[TaskId]) -> Result<Vec<TaskEvent>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM task_events WHERE task_id IN (SELECT value FROM json_each(?1))
         ORDER BY id"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([numbers(ids.iter().map(|id| id.get()))], from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}
