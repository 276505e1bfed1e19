//! The tasks of an account on a messenger.

use super::{Shape, TaskRow, Whole, read_all};
use crate::domain::{Chat, Messenger, Result};
use crate::store::Connection;

/// Returns the condition that a task is of a customer whose phone an account has proved to be its own.
fn proven(messenger: Messenger) -> &'static str {
    match messenger {
        Messenger::Telegram => {
            "t.customer_id IN
                 (SELECT id FROM customers WHERE telegram_id = ?1 AND telegram_verified = 1)"
        }
        Messenger::Max => {
            "t.customer_id IN (SELECT id FROM customers WHERE max_id = ?1 AND max_verified = 1)"
        }
    }
}

pub fn count_of_chat(connection: &Connection, who: Chat) -> Result<usize> {
    let sql = format!(
        "SELECT count(*) FROM tasks AS t WHERE {}",
        proven(who.messenger)
    );
    Ok(connection
        .prepare_cached(&sql)?
        .query_row([who.id], |row| row.get(0))?)
}

/// Returns tasks of the customers of an account, newest first.
pub fn of_chat(
    connection: &Connection,
    who: Chat,
    skip: usize,
    limit: usize,
) -> Result<Vec<TaskRow>> {
    let sql = format!(
        "{} WHERE {} ORDER BY t.id DESC LIMIT ?2 OFFSET ?3",
        Whole.select(false),
        proven(who.messenger)
    );
    let mut statement = connection.prepare_cached(&sql)?;
    read_all(connection, Whole, &mut statement, (who.id, limit, skip))
}

/// Returns the open tasks of an account, the most recently changed first.
pub fn open_of_chat(connection: &Connection, who: Chat, limit: usize) -> Result<Vec<TaskRow>> {
    let sql = format!(
        "{} WHERE {} AND t.status <> 'CLOSED' ORDER BY t.touched_at DESC, t.id DESC LIMIT ?2",
        Whole.select(false),
        proven(who.messenger)
    );
    let mut statement = connection.prepare_cached(&sql)?;
    read_all(connection, Whole, &mut statement, (who.id, limit))
}

/// Returns the most recently closed task of an account, by the history; tasks that were closed before they were
/// imported have none.
pub fn last_closed_of_chat(connection: &Connection, who: Chat) -> Result<Option<TaskRow>> {
    let sql = format!(
        "{} WHERE {} AND t.status = 'CLOSED' ORDER BY (
             SELECT max(e.id) FROM task_events AS e
             WHERE e.task_id = t.id AND e.kind IN ('CREATED', 'STATUS') AND e.to_value = 'CLOSED'
         ) DESC, t.closed_at DESC, t.id DESC LIMIT 1",
        Whole.select(false),
        proven(who.messenger)
    );
    let mut statement = connection.prepare_cached(&sql)?;
    Ok(read_all(connection, Whole, &mut statement, [who.id])?.pop())
}
