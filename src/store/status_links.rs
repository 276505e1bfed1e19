//! The `status_links` table. Only a hash of each link is stored.

use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::OptionalExtension;

use super::{Connection, Transaction};
use crate::domain::{CustomerId, Result, TaskId};
use crate::store::engine::types::{Millis, numbers};

/// Returns the generations of these tasks' links.
pub fn generations(connection: &Connection, ids: &[TaskId]) -> Result<HashMap<TaskId, i64>> {
    let mut statement = connection.prepare_cached(
        "SELECT task_id, generation FROM status_links
         WHERE token_hash IS NOT NULL AND task_id IN (SELECT value FROM json_each(?1))",
    )?;
    let asked = numbers(ids.iter().map(|id| id.get()));
    let rows = statement.query_map([asked], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns the task of a link.
pub fn task_of(connection: &Connection, token_hash: &[u8]) -> Result<Option<TaskId>> {
    let sql = "SELECT task_id FROM status_links WHERE token_hash = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    let found = statement.query_row([token_hash], |row| row.get("task_id"));
    Ok(found.optional()?)
}

/// Returns a generation greater than all earlier ones of the task's link. It starts from the current instant, so that it
/// repeats none that a restored backup doesn't know.
pub fn next_generation(connection: &Connection, task: TaskId, now: Timestamp) -> Result<i64> {
    let sql = "SELECT max(?2, coalesce(max(generation), 0) + 1) FROM status_links
               WHERE task_id = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    Ok(statement.query_row((task, Millis(now)), |row| row.get(0))?)
}

/// Replaces a task's link.
pub fn put(tx: &Transaction, task: TaskId, generation: i64, token_hash: &[u8]) -> Result<()> {
    tx.execute(
        "INSERT INTO status_links (task_id, generation, token_hash) VALUES (?1, ?2, ?3)
         ON CONFLICT (task_id) DO UPDATE SET generation = ?2, token_hash = ?3",
        (task, generation, token_hash),
    )?;
    Ok(())
}

/// Revokes a task's link.
pub fn end(tx: &Transaction, task: TaskId) -> Result<()> {
    let sql = "UPDATE status_links SET token_hash = NULL WHERE task_id = ?1";
    tx.execute(sql, [task])?;
    Ok(())
}

/// Deletes the links of a customer's tasks.
pub fn end_of(tx: &Transaction, customer: CustomerId) -> Result<()> {
    let sql = "UPDATE status_links SET token_hash = NULL
               WHERE task_id IN (SELECT id FROM tasks WHERE customer_id = ?1)";
    tx.execute(sql, [customer])?;
    Ok(())
}
