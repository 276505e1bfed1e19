//! The table `task_sums`: the price of each task and what is left to pay of it, for lists in their order. The triggers
//! of `task_details`, `task_lines` and `payments` note the tasks whose sums may have changed, and the writer computes
//! them before each commit, by the same function as every page.

use rusqlite::TransactionBehavior;

use crate::domain::{Details, Error, Result, TaskId};
use crate::store::engine::types::numbers;
use crate::store::{Connection, Transaction, details};

/// The table in which the triggers note tasks.
pub(in crate::store) const STALE: &str = "task_sums_stale";

/// Tasks computed at a time.
const PART: usize = 500;

/// Returns the stored sums of a task with these details: its price, and what is left to pay.
pub(in crate::store) fn of(details: &Details) -> [i64; 2] {
    let sums = [details.price(), details.to_pay()];
    sums.map(|sum| sum.unwrap_or_default().minor())
}

/// Computes the sums of all noted tasks.
pub(in crate::store) fn refresh(tx: &Transaction) -> Result<()> {
    loop {
        let noted = "SELECT task_id FROM task_sums_stale ORDER BY task_id LIMIT ?1";
        let mut noted = tx.prepare_cached(noted)?;
        let ids = noted.query_map([PART], |row| row.get(0))?;
        let ids: Vec<TaskId> = ids.collect::<rusqlite::Result<_>>()?;
        if ids.is_empty() {
            return Ok(());
        }
        let mut update = tx.prepare_cached(
            "UPDATE task_sums SET total = ?2, owed = ?3 WHERE task_id = ?1 AND (total, owed) <> (?2, ?3)",
        )?;
        for id in &ids {
            let [total, owed] = of(&of_one(tx, *id)?);
            update.execute((id, total, owed))?;
        }
        let done = "DELETE FROM task_sums_stale WHERE task_id IN (SELECT value FROM json_each(?1))";
        tx.prepare_cached(done)?
            .execute([numbers(ids.iter().map(|id| id.get()))])?;
    }
}

/// Reads the details of a task. Lines beyond the limit of sums, which no version of the program writes, count as none: a
/// file with such a line has to open, and every page about its task reports it.
fn of_one(tx: &Transaction, id: TaskId) -> Result<Details> {
    match details::of_tasks(tx, &[id]) {
        Ok(mut found) => Ok(found.remove(&id).unwrap_or_default()),
        Err(Error::Invalid(_)) => Ok(Details::default()),
        Err(error) => Err(error),
    }
}

/// Computes them at the start: a migration may have asked for it, or another program may have written.
pub(in crate::store) fn catch_up(connection: &mut Connection) -> Result<()> {
    let noted = format!("SELECT EXISTS (SELECT 1 FROM {STALE})");
    let is_noted = connection.table_exists(None, STALE)?
        && connection.query_row(&noted, [], |row| row.get(0))?;
    if is_noted {
        let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        refresh(&tx)?;
        tx.commit()?;
    }
    Ok(())
}
