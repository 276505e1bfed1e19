//! The `imports` table: the tasks that came from a file.

use rusqlite::OptionalExtension;

use super::{Connection, Transaction};
use crate::domain::{Result, Source, TaskId};

/// Returns the task imported from a source under a number.
pub fn task_of(connection: &Connection, source: Source, number: &str) -> Result<Option<TaskId>> {
    let sql = "SELECT task_id FROM imports WHERE source = ?1 AND number = ?2";
    let mut statement = connection.prepare_cached(sql)?;
    let found = statement.query_row((source.word(), number), |row| row.get("task_id"));
    Ok(found.optional()?)
}

pub fn put(tx: &Transaction, source: Source, number: &str, task: TaskId) -> Result<()> {
    let sql = "INSERT INTO imports (source, number, task_id) VALUES (?1, ?2, ?3)";
    let mut statement = tx.prepare_cached(sql)?;
    statement.execute((source.word(), number, task))?;
    Ok(())
}
