//! Prices that customers are asked to agree to. There is one open question about a task at the most:
//! a new one, another estimate and the task's end withdraw the one before, whose buttons are dead
//! from then on.
//!
//! A price that the customer declined waits for a reaction of the shop: a message to the customer, a new
//! question, another estimate, "no answer needed", or work that goes on to READY or CLOSED.

use std::collections::HashSet;

use jiff::Timestamp;

use super::questions::{overtake, withdraw};
use super::{details, events};
use crate::domain::{
    Actor, Addressee, Approval, ApprovalId, Author, Channel, Decision, DetailsChange, Error, Event,
    EventKind, NewApproval, Notes, Problem, Result, Status, Task, TaskId,
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
    let TaskRow { task, customer, .. } = about(tx, id)?;
    task.expect_version(new.expected_version)?;
    if task.status == Status::Closed {
        return Err(Problem::TaskClosed.at("id").into());
    }
    let mut notes = Notes::default();
    overtake(tx, id, &mut notes, now)?;
    let estimate = DetailsChange {
        estimate: Some(Some(new.price)),
        ..DetailsChange::default()
    };
    details::update(tx, id, &estimate, &mut notes, now)?;
    let mut next = task.clone();
    store::tasks::update(tx, &task, &mut next, now)?;
    let approval = store::approvals::insert(tx, id, actor.id(), new, next.version, now)?;
    notes.happened(EventKind::Asked, new.price.minor());
    let event = Event::PriceAsked {
        before: &task,
        after: &next,
        notes,
        approval,
        to: Addressee::of(customer.as_deref()),
    };
    events::publish(tx, Author::Staff(actor.id()), &event, now)?;
    about(tx, id)
}

/// Withdraws the question about a task, for the actor.
///
/// # Errors
/// [`Error::NotFound`].
pub fn take_back(tx: &Transaction, actor: &Actor, id: TaskId, now: Timestamp) -> Result<TaskRow> {
    about(tx, id)?;
    let mut notes = Notes::default();
    if withdraw(tx, id, &mut notes, now)? {
        let event = Event::PriceWithdrawn { task: id, notes };
        events::publish(tx, Author::Staff(actor.id()), &event, now)?;
        store::tasks::touch(tx, id, now)?;
    }
    about(tx, id)
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
    let decision = match agreed {
        true => Decision::Agreed,
        false => Decision::Declined,
    };
    store::approvals::set_decision(tx, id, decision, Some((channel, customer)), now)?;
    store::tasks::touch(tx, task, now)?;
    let event = Event::PriceDecided {
        task: about,
        price: approval.price,
        agreed,
    };
    events::publish(tx, Author::Customer(customer), &event, now)?;
    store::approvals::get(tx, id)?.ok_or(Error::NotFound)
}

fn about(tx: &Transaction, task: TaskId) -> Result<TaskRow> {
    store::tasks::get(tx, task)?.ok_or(Error::NotFound)
}
