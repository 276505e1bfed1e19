//! The `comments` table: the conversation about each task.

use std::collections::HashSet;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row};

use super::history::comments_of_customer;
use super::{Connection, Transaction, attachments};
use crate::domain::{
    Author, Channel, Comment, CommentId, CommentKind, CustomerId, EmployeeId, Message, Result,
    Settled, TaskId,
};
use crate::store::engine::columns::Columns;
use crate::store::engine::types::{Millis, numbers};

pub(super) const COLUMNS: &str =
    "id, task_id, kind, employee_id, customer_id, channel, text, at, settled_at, settled_by";

pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<Comment> {
    let row = &mut Columns::of("comments", row);
    let (id, task, kind) = (row.take("id")?, row.take("task_id")?, row.take("kind")?);
    let (employee, customer) = (row.take("employee_id")?, row.take("customer_id")?);
    let author = match (kind, employee) {
        (CommentKind::FromCustomer, _) => Author::Customer(customer),
        (_, Some(employee)) => Author::Staff(employee),
        (_, None) => Author::System,
    };
    let (channel, text) = (row.take("channel")?, Message::from_row(row.take("text")?));
    let at = row.take::<Millis>("at")?.0;
    let settled: Option<Millis> = row.take("settled_at")?;
    let by = row.take("settled_by")?;
    Ok(Comment {
        id,
        task,
        kind,
        author,
        channel,
        text,
        attachments: Vec::new(),
        at,
        settled: settled.map(|at| Settled { at: at.0, by }),
    })
}

/// Loads the attachments of comments.
fn with_attachments(connection: &Connection, mut all: Vec<Comment>) -> Result<Vec<Comment>> {
    if all.is_empty() {
        return Ok(all);
    }
    let ids = numbers(all.iter().map(|comment| comment.id.get()));
    let mut attachments = attachments::of_comments(connection, &ids)?;
    for comment in &mut all {
        comment.attachments = attachments.remove(&comment.id).unwrap_or_default();
    }
    Ok(all)
}

/// Stores an employee's comment.
pub fn insert_of_staff(
    tx: &Transaction,
    task: TaskId,
    kind: CommentKind,
    employee: EmployeeId,
    text: &Message,
    now: Timestamp,
) -> Result<CommentId> {
    tx.prepare_cached(
        "INSERT INTO comments (task_id, kind, employee_id, text, at) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute((task, kind, employee, text.as_str(), Millis(now)))?;
    Ok(CommentId::from_row(tx.last_insert_rowid()))
}

/// Stores a customer's message, which waits for an answer from then on.
pub fn insert_of_customer(
    tx: &Transaction,
    task: TaskId,
    customer: Option<CustomerId>,
    channel: Channel,
    text: &Message,
    now: Timestamp,
) -> Result<CommentId> {
    tx.prepare_cached(
        "INSERT INTO comments (task_id, kind, customer_id, channel, text, at)
         VALUES (?1, 'FROM_CUSTOMER', ?2, ?3, ?4, ?5)",
    )?
    .execute((task, customer, channel, text.as_str(), Millis(now)))?;
    Ok(CommentId::from_row(tx.last_insert_rowid()))
}

pub fn get(connection: &Connection, id: CommentId) -> Result<Option<Comment>> {
    let sql = format!("SELECT {COLUMNS} FROM comments WHERE id = ?1");
    let mut statement = connection.prepare_cached(&sql)?;
    let found = statement.query_row([id], from_row).optional()?;
    Ok(with_attachments(connection, found.into_iter().collect())?.pop())
}

/// Returns the comments of several tasks, oldest first.
pub fn of_tasks(connection: &Connection, ids: &[TaskId]) -> Result<Vec<Comment>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM comments WHERE task_id IN (SELECT value FROM json_each(?1)) ORDER BY id"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([numbers(ids.iter().map(|id| id.get()))], from_row)?;
    with_attachments(connection, rows.collect::<Result<_, _>>()?)
}

/// Returns comments by their ids.
pub fn by_ids(connection: &Connection, ids: &[CommentId]) -> Result<Vec<Comment>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM comments WHERE id IN (SELECT value FROM json_each(?1)) ORDER BY id"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([numbers(ids.iter().map(|id| id.get()))], from_row)?;
    with_attachments(connection, rows.collect::<Result<_, _>>()?)
}

/// Counts a customer's unanswered messages about a task.
pub fn count_open(connection: &Connection, task: TaskId) -> Result<usize> {
    let sql = "SELECT count(*) FROM comments
               WHERE task_id = ?1 AND kind = 'FROM_CUSTOMER' AND settled_at IS NULL";
    let mut statement = connection.prepare_cached(sql)?;
    Ok(statement.query_row([task], |row| row.get(0))?)
}

/// Returns those of these tasks in which a customer waits for an answer.
pub fn open_of(connection: &Connection, ids: &[TaskId]) -> Result<HashSet<TaskId>> {
    let sql = "SELECT task_id FROM comments INDEXED BY comments_open
               WHERE kind = 'FROM_CUSTOMER' AND settled_at IS NULL
                   AND task_id IN (SELECT value FROM json_each(?1))";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([numbers(ids.iter().map(|id| id.get()))], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Marks a customer's messages about a task as answered, and returns how many were open.
pub fn settle_of_task(
    tx: &Transaction,
    task: TaskId,
    by: EmployeeId,
    now: Timestamp,
) -> Result<usize> {
    let sql = "UPDATE comments SET settled_at = ?2, settled_by = ?3
               WHERE task_id = ?1 AND kind = 'FROM_CUSTOMER' AND settled_at IS NULL";
    Ok(tx.prepare_cached(sql)?.execute((task, Millis(now), by))?)
}

/// Replaces the text of a customer's message, which waits for an answer again.
pub fn set_text(tx: &Transaction, id: CommentId, text: &Message) -> Result<()> {
    let sql = "UPDATE comments SET text = ?2, settled_at = NULL, settled_by = NULL WHERE id = ?1";
    tx.execute(sql, (id, text.as_str()))?;
    Ok(())
}

/// Moves a customer's message to another task.
pub fn set_task(tx: &Transaction, id: CommentId, task: TaskId) -> Result<()> {
    tx.execute("UPDATE comments SET task_id = ?2 WHERE id = ?1", (id, task))?;
    Ok(())
}

/// Erases the texts of the comments on a customer's tasks.
pub fn erase_of_customer(tx: &Transaction, customer: CustomerId) -> Result<()> {
    let sql = format!(
        "UPDATE comments SET text = '' WHERE id IN ({})",
        comments_of_customer()
    );
    tx.execute(&sql, [customer])?;
    Ok(())
}
