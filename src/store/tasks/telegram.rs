//! The tasks of a Telegram account.

use super::{Shape, TaskRow, Whole, read_all};
use crate::domain::{Result, TelegramId};
use crate::store::Connection;

/// The customers whose phone a Telegram account has proved to be its own.
const PROVEN: &str = "t.customer_id IN
    (SELECT id FROM customers WHERE telegram_id = ?1 AND telegram_verified = 1)";

pub fn count_of_telegram(connection: &Connection, who: TelegramId) -> Result<usize> {
    let sql = format!("SELECT count(*) FROM tasks AS t WHERE {PROVEN}");
    Ok(connection
        .prepare_cached(&sql)?
        .query_row([who], |row| row.get(0))?)
}

/// Returns tasks of the customers of a Telegram account, newest first.
pub fn of_telegram(
    connection: &Connection,
    who: TelegramId,
    skip: usize,
    limit: usize,
) -> Result<Vec<TaskRow>> {
    let sql = format!(
        "{} WHERE {PROVEN} ORDER BY t.id DESC LIMIT ?2 OFFSET ?3",
        Whole.select(false)
    );
    let mut statement = connection.prepare_cached(&sql)?;
    read_all(connection, Whole, &mut statement, (who, limit, skip))
}

/// Returns the open tasks of a Telegram account, the most recently changed first.
pub fn open_of_telegram(
    connection: &Connection,
    who: TelegramId,
    limit: usize,
) -> Result<Vec<TaskRow>> {
    let sql = format!(
        "{} WHERE {PROVEN} AND t.status <> 'CLOSED' ORDER BY t.touched_at DESC, t.id DESC LIMIT ?2",
        Whole.select(false)
    );
    let mut statement = connection.prepare_cached(&sql)?;
    read_all(connection, Whole, &mut statement, (who, limit))
}

/// Returns the most recently closed task of a Telegram account, by the history; tasks that were closed before they were
/// imported have none.
pub fn last_closed_of_telegram(
    connection: &Connection,
    who: TelegramId,
) -> Result<Option<TaskRow>> {
    let sql = format!(
        "{} WHERE {PROVEN} AND t.status = 'CLOSED' ORDER BY (
             SELECT max(e.id) FROM task_events AS e
             WHERE e.task_id = t.id AND e.kind IN ('CREATED', 'STATUS') AND e.to_value = 'CLOSED'
         ) DESC, t.closed_at DESC, t.id DESC LIMIT 1",
        Whole.select(false)
    );
    let mut statement = connection.prepare_cached(&sql)?;
    Ok(read_all(connection, Whole, &mut statement, [who])?.pop())
}
