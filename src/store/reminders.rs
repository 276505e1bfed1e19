//! The uncollected tasks whose customers may be reminded.

use jiff::Timestamp;

use super::{Connection, Transaction};
use crate::domain::{CustomerId, Result, TaskId};
use crate::store::engine::types::Millis;

/// A READY task of a customer.
#[derive(Debug, Clone, Copy)]
pub struct Uncollected {
    pub task: TaskId,
    pub ready: Timestamp,
    /// The number of days after which the customer was last reminded.
    pub reminded: Option<u16>,
    pub customer: CustomerId,
}

/// Returns the tasks that became READY between two instants, whose customers may be reminded and have not been reminded
/// after `most` days or more.
pub fn uncollected(
    connection: &Connection,
    from: Timestamp,
    until: Timestamp,
    most: u16,
) -> Result<Vec<Uncollected>> {
    let mut statement = connection.prepare_cached(
        "SELECT t.id, t.ready_at, t.reminded, t.customer_id FROM tasks AS t
         WHERE t.ready_at >= ?1 AND t.ready_at < ?2 AND t.remind = 1
             AND (t.reminded IS NULL OR t.reminded < ?3)
             AND t.customer_id IS NOT NULL
         ORDER BY t.ready_at, t.id",
    )?;
    let rows = statement.query_map((Millis(from), Millis(until), most), |row| {
        Ok(Uncollected {
            task: row.get("id")?,
            ready: row.get::<_, Millis>("ready_at")?.0,
            reminded: row.get("reminded")?,
            customer: row.get("customer_id")?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Records the number of days after which a customer was reminded. The task's version stays, so nobody who is editing it
/// gets a conflict.
pub fn set_reminded(tx: &Transaction, task: TaskId, days: u16) -> Result<()> {
    let sql = "UPDATE tasks SET reminded = ?2 WHERE id = ?1";
    tx.prepare_cached(sql)?.execute((task, days))?;
    Ok(())
}
