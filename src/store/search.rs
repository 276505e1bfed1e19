//! What the search box looks through: the index `task_search`. The triggers of `tasks`,
//! `task_details` and `customers` note what it has to read again, and the writer has it read that
//! before each commit. What it reads of a task is the view `texts_of_tasks`.

use rusqlite::TransactionBehavior;

use super::{Connection, Transaction};

/// The table in which the triggers note the tasks.
pub(super) const STALE: &str = "task_search_stale";

/// Has the index read again whatever was noted.
pub(super) fn refresh(tx: &Transaction) -> rusqlite::Result<()> {
    let steps = [
        "DELETE FROM task_search WHERE rowid IN (SELECT task_id FROM task_search_stale)",
        "INSERT INTO task_search (rowid, description, name, device)
         SELECT t.id, t.description, t.name, t.device
         FROM task_search_stale AS s JOIN texts_of_tasks AS t ON t.id = s.task_id",
        "DELETE FROM task_search_stale",
    ];
    for step in steps {
        tx.prepare_cached(step)?.execute([])?;
    }
    Ok(())
}

/// Does so at the start: another program than ours may have written.
pub(super) fn catch_up(connection: &mut Connection) -> rusqlite::Result<()> {
    if !connection.table_exists(None, STALE)? {
        return Ok(());
    }
    let noted = "SELECT EXISTS (SELECT 1 FROM task_search_stale)";
    if connection.query_row(noted, [], |row| row.get(0))? {
        let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        refresh(&tx)?;
        tx.commit()?;
    }
    Ok(())
}
