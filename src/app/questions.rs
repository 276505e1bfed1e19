//! The open question about a task's price, which other changes of the task overtake.

use jiff::Timestamp;

use crate::domain::{Decision, EventKind, Notes, Result, TaskId};
use crate::store::{self, Transaction};

/// Puts another price in the place of what the customer was asked: the question without an answer is
/// withdrawn, and a refusal has its reaction.
pub(super) fn overtake(
    tx: &Transaction,
    task: TaskId,
    notes: &mut Notes,
    now: Timestamp,
) -> Result<()> {
    store::approvals::settle_of_task(tx, task)?;
    withdraw(tx, task, notes, now).map(drop)
}

/// Takes back the question about a task that has no answer yet; whether there is one.
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
    notes.happened(EventKind::Withdrawn, asked.price.minor());
    Ok(true)
}
