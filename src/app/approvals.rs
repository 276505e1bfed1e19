//! Price quotes that customers accept or decline. A task has at most one open quote: a new quote, a
//! changed estimate and the end of the task withdraw it and disable its buttons.
//!
//! A declined quote stays unsettled until the shop reacts: by a message to the customer, a new
//! quote, a changed estimate, "no answer needed", or by moving the task to READY or CLOSED.

use std::collections::HashSet;

use jiff::Timestamp;

use super::log::Log;
use super::{details, notices, staff_bot, tasks};
use crate::domain::{
    Actor, Approval, ApprovalId, Channel, Decision, DetailsChange, Error, EventKind, HookEvent,
    NewApproval, Notice, Problem, Result, Status, Subject, Task, TaskId,
};
use crate::store::tasks::TaskRow;
use crate::store::{self, Connection, Transaction};

/// Returns the quotes of these tasks, oldest first.
pub fn of_tasks(connection: &Connection, _: &Actor, ids: &[TaskId]) -> Result<Vec<Approval>> {
    store::approvals::of_tasks(connection, ids)
}

/// Returns those of these tasks that have a declined quote without a reaction.
pub fn declined(connection: &Connection, _: &Actor, ids: &[TaskId]) -> Result<HashSet<TaskId>> {
    store::approvals::unsettled_of(connection, ids)
}

/// Sends a quote to the task's customer; its price becomes the task's estimate.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Conflict`] when a colleague was faster, and [`Error::Invalid`] for
/// a closed task.
pub fn ask(
    tx: &Transaction,
    actor: &Actor,
    id: TaskId,
    new: &NewApproval,
    now: Timestamp,
) -> Result<TaskRow> {
    let TaskRow { task, customer, .. } = tasks::get(tx, actor, id)?;
    task.expect_version(new.expected_version)?;
    if task.status == Status::Closed {
        return Err(Problem::TaskClosed.at("id").into());
    }
    let log = Log::of(tx, actor, id, now);
    overtake(&log)?;
    let estimate = DetailsChange {
        estimate: Some(Some(new.price)),
        ..DetailsChange::default()
    };
    details::update(&log, &estimate)?;
    let mut next = task.clone();
    store::tasks::update(tx, &task, &mut next, now)?;
    let approval = store::approvals::insert(tx, id, actor.id(), new, next.version, now)?;
    log.happened(EventKind::Asked, new.price.minor())?;
    let notice = Notice::Approval { task: id, approval };
    notices::tell(tx, customer.as_deref(), notice, now)?;
    tasks::get(tx, actor, id)
}

/// Handles a changed estimate: withdraws an open quote, and settles a declined one.
pub(super) fn overtake(log: &Log<'_>) -> Result<()> {
    store::approvals::settle_of_task(log.tx, log.task)?;
    withdraw(log).map(drop)
}

/// Withdraws the open quote of a task; returns whether there was one.
pub(super) fn withdraw(log: &Log<'_>) -> Result<bool> {
    let Some(asked) = store::approvals::asked_of_task(log.tx, log.task)? else {
        return Ok(false);
    };
    store::outbox::delete_waiting_of_approval(log.tx, asked.id)?;
    store::approvals::set_decision(log.tx, asked.id, Decision::Withdrawn, None, log.now)?;
    log.happened(EventKind::Withdrawn, asked.price.minor())?;
    Ok(true)
}

/// Withdraws the open quote of a task on behalf of the actor.
///
/// # Errors
/// [`Error::NotFound`].
pub fn take_back(tx: &Transaction, actor: &Actor, id: TaskId, now: Timestamp) -> Result<TaskRow> {
    tasks::get(tx, actor, id)?;
    if withdraw(&Log::of(tx, actor, id, now))? {
        store::tasks::touch(tx, id, now)?;
    }
    tasks::get(tx, actor, id)
}

/// Records a customer's decision; the caller has verified that the task is theirs. Has no effect
/// when the quote is decided or withdrawn. Returns the current state.
///
/// # Errors
/// [`Error::NotFound`] for a quote of another task.
pub(super) fn decide(
    tx: &Transaction,
    about: &Task,
    id: ApprovalId,
    agreed: bool,
    channel: Channel,
    now: Timestamp,
) -> Result<Approval> {
    let (task, customer) = (about.id, about.customer);
    let found = store::approvals::get(tx, id)?.filter(|approval| approval.task == task);
    let approval = found.ok_or(Error::NotFound)?;
    if approval.decision != Decision::Asked {
        return Ok(approval);
    }
    let (decision, kind) = match agreed {
        true => (Decision::Agreed, EventKind::Agreed),
        false => (Decision::Declined, EventKind::Declined),
    };
    store::approvals::set_decision(tx, id, decision, Some((channel, customer)), now)?;
    let log = Log::of_customer(tx, customer, task, now);
    log.happened(kind, approval.price.minor())?;
    store::tasks::touch(tx, task, now)?;
    staff_bot::customer_answered(tx, about, now)?;
    store::webhooks::tell(tx, HookEvent::ApprovalDecided, &Subject::of(about), now)?;
    store::approvals::get(tx, id)?.ok_or(Error::NotFound)
}
