//! The open question about a task's price, as affected by other changes of the task.

use jiff::Timestamp;

use crate::domain::{Decision, Notes, Result, TaskId};
use crate::store::{self, Transaction};

/// Handles a changed estimate: withdraws an open quote, and settles a declined one.
pub(super) fn overtake(
    tx: &Transaction,
    task: TaskId,
    notes: &mut Notes,
    now: Timestamp,
) -> Result<()> {
    store::approvals::settle_of_task(tx, task)?;
    withdraw(tx, task, notes, now).map(drop)
}

/// Withdraws the open quote of a task; returns whether there was one.
pub(super) fn withdraw(
    tx: &Transaction,
    task: TaskId,
    notes: &mut Notes,
    now: Timestamp,
) -> Result<bool> {
    let Some(asked) = store::approvals::asked_of_task(tx, task)? else {
        return Ok(false);
    };
    store::outbox::delete_waiting_of_approval(tx, asked.id)?;
    store::approvals::set_decision(tx, asked.id, Decision::Withdrawn, None, now)?;
    notes.withdrew(&asked);
    Ok(true)
}
