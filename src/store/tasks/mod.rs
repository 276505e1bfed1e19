//! The `tasks` table, read together with the rows that it refers to.

mod chat;
mod conditions;
mod count;
mod page;
mod rows;
mod sorted;
mod write;

pub use chat::{count_of_chat, last_closed_of_chat, of_chat, open_of_chat};
pub(super) use conditions::Conditions;
pub use count::{Counts, any, count, count_by_status};
pub use page::{After, first_as, list, next_ids, page, page_as};
pub(super) use rows::{COLUMNS, from_row};
use rows::{ListPosition, read_all, read_first};
pub use rows::{Listed, Shape, TaskRow, Wanted, Whole};
pub use write::{
    delete, erase_of_customer, insert, insert_imported, move_to_stage, touch, touch_of_customer,
    update,
};

use super::Connection;
use crate::domain::{CustomerId, Result, TaskId};
use crate::store::engine::types::numbers;

/// Returns the newest task.
pub fn newest(connection: &Connection) -> Result<Option<TaskId>> {
    let mut statement = connection.prepare_cached("SELECT max(id) FROM tasks")?;
    Ok(statement.query_row([], |row| row.get(0))?)
}

pub fn get(connection: &Connection, id: TaskId) -> Result<Option<TaskRow>> {
    get_as(connection, Whole, id)
}

pub fn get_as<S: Shape>(connection: &Connection, shape: S, id: TaskId) -> Result<Option<S::Row>> {
    let sql = format!("{} WHERE t.id = ?1", shape.select(false));
    let mut statement = connection.prepare_cached(&sql)?;
    Ok(read_first(connection, shape, &mut statement, [id], 1)?.pop())
}

/// Lists the tasks of several customers, oldest first.
pub fn of_customers(connection: &Connection, ids: &[CustomerId]) -> Result<Vec<TaskRow>> {
    let ids = ids.iter().map(|id| id.get());
    among(connection, Whole, "t.customer_id", ids)
}

pub fn by_ids(connection: &Connection, ids: &[TaskId]) -> Result<Vec<TaskRow>> {
    by_ids_as(connection, Whole, ids)
}

pub fn by_ids_as<S: Shape>(
    connection: &Connection,
    shape: S,
    ids: &[TaskId],
) -> Result<Vec<S::Row>> {
    among(connection, shape, "t.id", ids.iter().map(|id| id.get()))
}

fn among<S: Shape>(
    connection: &Connection,
    shape: S,
    column: &str,
    ids: impl Iterator<Item = i64>,
) -> Result<Vec<S::Row>> {
    let sql = format!(
        "{} WHERE {column} IN (SELECT value FROM json_each(?1)) ORDER BY t.id",
        shape.select(false)
    );
    let mut statement = connection.prepare_cached(&sql)?;
    read_all(connection, shape, &mut statement, [numbers(ids)])
}
