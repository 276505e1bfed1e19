//! The table `task_sums`: the price of each task and what is left to pay of it, for lists in their order. The triggers
//! of `task_details`, `task_lines` and `payments` note the tasks whose sums may have changed, and the writer computes
//! them before each commit, by the same function as every page.

use rusqlite::{OptionalExtension, Row, TransactionBehavior};

use super::types::numbers;
use crate::domain::{
    Account, Details, Discount, Error, LineContent, LineName, Money, Quantity, Result, TaskId,
    Totals,
};
use crate::store::{Connection, Transaction};

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

/// Reads what the sums of a task are made of. Lines beyond the limit of sums, which no version of the program writes,
/// count as none: a file with such a line has to open, and every page about its task reports it.
fn of_one(tx: &Transaction, id: TaskId) -> Result<Details> {
    let stored = "SELECT price, discount, discount_percent FROM task_details WHERE task_id = ?1";
    let mut stored = tx.prepare_cached(stored)?;
    let stored = stored.query_row([id], |row| Ok((row.get(0)?, discount(row, 1)?)));
    let (price, whole) = stored.optional()?.unwrap_or_default();
    let paid = "SELECT sum(amount) FROM payments WHERE task_id = ?1";
    let paid = tx.prepare_cached(paid)?.query_row([id], |row| row.get(0))?;
    let lines = "SELECT kind, quantity, unit_price, discount, discount_percent FROM task_lines WHERE task_id = ?1";
    let mut lines = tx.prepare_cached(lines)?;
    let lines = lines.query_map([id], line)?;
    let lines: Vec<LineContent> = lines.collect::<rusqlite::Result<_>>()?;
    let totals = match Totals::of(&lines, whole.unwrap_or(Discount::NONE)) {
        Ok(totals) => Some(totals).filter(|_| !lines.is_empty()),
        Err(Error::Invalid(_)) => None,
        Err(error) => return Err(error),
    };
    Ok(Details {
        price,
        discount: whole,
        account: Account {
            lines: totals,
            paid,
        },
        ..Details::default()
    })
}

/// Reads a line, as far as its sum needs it.
fn line(row: &Row<'_>) -> rusqlite::Result<LineContent> {
    Ok(LineContent {
        kind: row.get(0)?,
        item: None,
        name: LineName::from_row(String::new()),
        quantity: Quantity::from_row(row.get(1)?),
        unit_price: row.get(2)?,
        discount: discount(row, 3)?.unwrap_or(Discount::NONE),
        cost: None,
        done_by: None,
        warranty: None,
    })
}

/// Reads a discount from two columns, a sum and a percentage.
fn discount(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<Discount>> {
    let (sum, percent): (Option<Money>, Option<i64>) = (row.get(at)?, row.get(at + 1)?);
    let none = sum.is_none() && percent.is_none();
    Ok((!none).then(|| Discount::from_row(sum.unwrap_or_default(), percent)))
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
