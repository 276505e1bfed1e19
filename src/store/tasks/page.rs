//! The tasks that match a filter: all of them, or page by page.

use jiff::Timestamp;

use super::{Conditions, SELECT, TaskRow};
use crate::domain::{Result, Search, Task, TaskFilter, TaskId, TaskOrder};
use crate::store::Connection;

/// Where a page begins: behind the task with this sort key and number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct After {
    pub key: i64,
    pub id: TaskId,
}

impl After {
    /// The position of a task in an order.
    pub fn of(task: &Task, order: TaskOrder) -> Self {
        let key = match order {
            TaskOrder::Newest | TaskOrder::Oldest => task.created,
            TaskOrder::RecentlyUpdated => task.updated,
            TaskOrder::LongestReady => task.ready.unwrap_or(Timestamp::MAX),
        };
        let key = key.as_millisecond();
        Self { key, id: task.id }
    }
}

/// All tasks that match, by number.
pub fn list(connection: &Connection, filter: &TaskFilter) -> Result<Vec<TaskRow>> {
    let conditions = Conditions::new(connection, filter)?;
    let sql = format!("{} {} ORDER BY t.id", *SELECT, conditions.clause(""));
    conditions.rows(connection, &sql)
}

/// The first tasks that match, by number; at most that many.
pub fn first(connection: &Connection, filter: &TaskFilter, most: usize) -> Result<Vec<TaskRow>> {
    let conditions = Conditions::new(connection, filter)?;
    // Without a LIMIT, which would have SQLite go through all tasks by number where an index leads to the few that
    // match.
    let sql = format!("{} {} ORDER BY t.id", *SELECT, conditions.clause(""));
    conditions.first_rows(connection, &sql, most)
}

/// The numbers of the next tasks that match, behind that one; at most that many.
pub fn next_ids(
    connection: &Connection,
    filter: &TaskFilter,
    after: TaskId,
    most: usize,
) -> Result<Vec<TaskId>> {
    let mut conditions = Conditions::new(connection, filter)?;
    conditions.add("t.id > :id".to_owned());
    conditions.bind(":id", after);
    conditions.bind(":limit", most);
    let clause = conditions.clause("");
    let sql = format!("SELECT t.id FROM tasks AS t {clause} ORDER BY t.id LIMIT :limit");
    conditions.ids(connection, &sql)
}

/// At most `limit` of the tasks that match, behind `after`. What was searched for is found by
/// number where other lists go by the time of creation, since that is how the index finds it.
///
/// The task whose own number was searched for comes before all others, in every order. So its cursor is the
/// beginning of the others, and it is none of them.
pub fn page(
    connection: &Connection,
    filter: &TaskFilter,
    order: TaskOrder,
    after: Option<After>,
    limit: usize,
) -> Result<Vec<TaskRow>> {
    let number = filter.search.as_ref().and_then(Search::number);
    let first = number.map(TaskId::from_row);
    let mut rows = match first.filter(|_| after.is_none()) {
        Some(first) => by_number(connection, filter, first)?,
        None => Vec::new(),
    };
    let after = after.filter(|after| Some(after.id) != first);
    let limit = limit.saturating_sub(rows.len());
    rows.extend(others(connection, filter, order, first, after, limit)?);
    Ok(rows)
}

/// The task with that number, where it matches what is asked for besides.
fn by_number(connection: &Connection, filter: &TaskFilter, id: TaskId) -> Result<Vec<TaskRow>> {
    let besides = TaskFilter {
        search: None,
        ..filter.clone()
    };
    let mut conditions = Conditions::new(connection, &besides)?;
    conditions.add("t.id = :first".to_owned());
    conditions.bind(":first", id);
    let sql = format!("{} {}", *SELECT, conditions.clause(""));
    conditions.rows(connection, &sql)
}

/// A page of the tasks that match, but for that one.
fn others(
    connection: &Connection,
    filter: &TaskFilter,
    order: TaskOrder,
    but: Option<TaskId>,
    after: Option<After>,
    limit: usize,
) -> Result<Vec<TaskRow>> {
    let mut conditions = Conditions::new(connection, filter)?;
    if let Some(but) = but {
        conditions.add("t.id <> :but".to_owned());
        conditions.bind(":but", but);
    }
    let (behind, direction) = match order {
        TaskOrder::Newest if conditions.searched => ("t.id < :id", "t.id DESC"),
        TaskOrder::Oldest if conditions.searched => ("t.id > :id", "t.id"),
        TaskOrder::Newest => (
            "(t.created_at, t.id) < (:key, :id)",
            "t.created_at DESC, t.id DESC",
        ),
        TaskOrder::Oldest => ("(t.created_at, t.id) > (:key, :id)", "t.created_at, t.id"),
        TaskOrder::RecentlyUpdated => (
            "(t.updated_at, t.id) < (:key, :id)",
            "t.updated_at DESC, t.id DESC",
        ),
        TaskOrder::LongestReady => ("(t.ready_at, t.id) > (:key, :id)", "t.ready_at, t.id"),
    };
    if let Some(After { key, id }) = after {
        conditions.add(behind.to_owned());
        conditions.bind(":id", id);
        if behind.contains(":key") {
            conditions.bind(":key", key);
        }
    }
    conditions.bind(":limit", limit);
    let order = format!("ORDER BY {direction} LIMIT :limit");
    let sql = format!("{} {} {order}", *SELECT, conditions.clause(&order));
    conditions.rows(connection, &sql)
}
