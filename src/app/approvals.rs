//! Prices that customers are asked to agree to. There is one open question about a task at the most:
//! a new one, another estimate and the task's end withdraw the one before, whose buttons are dead
//! from then on.
//!
//! A price that the customer declined waits for a reaction of the shop: a message to the customer, a new
//! question, another estimate, "no answer needed", or work that goes on to READY or CLOSED.

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

/// What the customers of these tasks were asked, oldest first.
pub fn of_tasks(connection: &Connection, _: &Actor, ids: &[TaskId]) -> Result<Vec<Approval>> {
    store::approvals::of_tasks(connection, ids)
}

/// Those of these tasks whose price was declined and waits for a reaction.
pub fn declined(connection: &Connection, _: &Actor, ids: &[TaskId]) -> Result<HashSet<TaskId>> {
    store::approvals::unsettled_of(connection, ids)
}

/// Asks a task's customer to agree to a price, which becomes the task's estimate.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Conflict`] when a colleague was faster, and [`Error::Invalid`] for
/// a task that is closed.
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

/// Puts another price in the place of what the customer was asked: the question without an answer is
/// withdrawn, and a refusal has its reaction.
pub(super) fn overtake(log: &Log<'_>) -> Result<()> {
    store::approvals::settle_of_task(log.tx, log.task)?;
    withdraw(log).map(drop)
}

/// Takes back the question about a task that has no answer yet; whether there is one.
pub(super) fn withdraw(log: &Log<'_>) -> Result<bool> {
    let Some(asked) = store::approvals::asked_of_task(log.tx, log.task)? else {
        return Ok(false);
    };
    store::outbox::delete_waiting_of_approval(log.tx, asked.id)?;
    store::approvals::set_decision(log.tx, asked.id, Decision::Withdrawn, None, log.now)?;
    log.happened(EventKind::Withdrawn, asked.price.minor())?;
    Ok(true)
}

/// Withdraws the question about a task, for the actor.
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

/// Takes a customer's answer: whoever calls this has made sure that the task is theirs. Where the
/// question has its answer already, or was withdrawn, nothing changes. Returns what holds now.
///
/// # Errors
/// [`Error::NotFound`] for a question about another task.
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
