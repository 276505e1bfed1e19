//! Price quotes that customers accept or decline. A task has at most one open quote: a new quote, a
//! changed estimate and the end of the task withdraw it and disable its buttons.
//!
//! A declined quote stays unsettled until the shop reacts: by a message to the customer, a new
//! quote, a changed estimate, "no answer needed", or by moving the task to READY or CLOSED.

use std::collections::HashSet;

use jiff::Timestamp;

use super::questions::{overtake, withdraw};
use super::{details, events};
use crate::domain::{
    Actor, Addressee, AgreedLine, Approval, ApprovalId, Author, Channel, Decision, DetailsChange,
    Error, Event, EventKind, Message, Money, NewApproval, Notes, Problem, Purpose, Result, Shop,
    Status, Task, TaskId,
};
use crate::store::approvals::Asked;
use crate::store::tasks::TaskRow;
use crate::store::{self, Connection, Transaction};

/// # Errors
/// [`Error::NotFound`].
pub fn get(connection: &Connection, _: &Actor, id: ApprovalId) -> Result<Approval> {
    store::approvals::get(connection, id)?.ok_or(Error::NotFound)
}

/// Returns the quotes of these tasks, oldest first.
pub fn of_tasks(connection: &Connection, _: &Actor, ids: &[TaskId]) -> Result<Vec<Approval>> {
    store::approvals::of_tasks(connection, ids)
}

/// Returns those of these tasks that have a declined quote without a reaction.
pub fn declined(connection: &Connection, _: &Actor, ids: &[TaskId]) -> Result<HashSet<TaskId>> {
    store::approvals::unsettled_of(connection, ids)
}

/// Sends a quote to the task's customer: the lines as they are now, or the price of a task without
/// lines, which becomes its estimate.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Conflict`] when a colleague was faster, and [`Error::Invalid`] for
/// a closed task, a missing price, and one that isn't the sum of the lines.
pub fn ask(
    tx: &Transaction,
    shop: &Shop,
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
    let offer = offer(tx, id, new.price)?;
    if offer.lines.is_empty() {
        let estimate = DetailsChange {
            estimate: Some(Some(offer.price)),
            ..DetailsChange::default()
        };
        details::update(tx, id, &estimate, &mut notes, now)?;
    }
    let mut next = task.clone();
    store::tasks::update(tx, &task, &mut next, now)?;
    notes.happened(EventKind::Asked, offer.price.minor());
    let asked = offer.by(actor, &next, new.text.as_ref());
    let approval = store::approvals::insert(tx, &asked, now)?;
    let event = Event::PriceAsked {
        before: &task,
        after: &next,
        notes,
        approval,
        to: Addressee::of(customer.as_deref(), Purpose::Quote, &shop.routing),
    };
    events::publish(tx, Author::Staff(actor.id()), &event, now)?;
    about(tx, id)
}

/// Records that the customer agreed by phone to the lines as they are now, or to the price of a task
/// without lines. An open quote is withdrawn.
///
/// # Errors
/// As for [`ask`], and [`Error::Invalid`] for a task without lines and price.
pub fn agree_by_phone(
    tx: &Transaction,
    actor: &Actor,
    id: TaskId,
    note: Option<&Message>,
    expected_version: Option<i64>,
    now: Timestamp,
) -> Result<TaskRow> {
    let TaskRow { task, .. } = about(tx, id)?;
    task.expect_version(expected_version)?;
    if task.status == Status::Closed {
        return Err(Problem::TaskClosed.at("taskId").into());
    }
    let details = store::details::of_tasks(tx, &[id])?.remove(&id);
    let details = details.unwrap_or_default();
    let price = details.price().or(details.estimate);
    let price = price.ok_or_else(|| Problem::NothingToAgree.at("taskId"))?;
    let mut notes = Notes::default();
    overtake(tx, id, &mut notes, now)?;
    let offer = offer(tx, id, Some(price))?;
    let mut next = task.clone();
    store::tasks::update(tx, &task, &mut next, now)?;
    notes.happened(EventKind::Agreed, offer.price.minor());
    let asked = offer.by(actor, &next, note);
    let approval = store::approvals::insert(tx, &asked, now)?;
    let answered = Some((Channel::Phone, task.customer));
    store::approvals::set_decision(tx, approval, Decision::Agreed, answered, now)?;
    let event = Event::AgreedByPhone {
        before: &task,
        after: &next,
        notes,
        approval,
    };
    events::publish(tx, Author::Staff(actor.id()), &event, now)?;
    about(tx, id)
}

/// What a customer is asked to agree to.
struct Offer {
    price: Money,
    lines: Vec<AgreedLine>,
    discount: Money,
}

impl Offer {
    fn by<'a>(self, actor: &Actor, task: &Task, text: Option<&'a Message>) -> Asked<'a> {
        Asked {
            task: task.id,
            employee: actor.id(),
            price: self.price,
            text,
            task_version: task.version,
            lines: self.lines,
            discount: self.discount,
        }
    }
}

/// Returns the lines of a task with their sum, or the given price of a task without lines.
fn offer(tx: &Transaction, id: TaskId, price: Option<Money>) -> Result<Offer> {
    let lines = store::lines::of_tasks(tx, &[id])?;
    if lines.is_empty() {
        return Ok(Offer {
            price: price.ok_or_else(|| Problem::PriceNeeded.at("price"))?,
            lines: Vec::new(),
            discount: Money::ZERO,
        });
    }
    let details = store::details::of_tasks(tx, &[id])?.remove(&id);
    let totals = details.unwrap_or_default().totals();
    match price {
        Some(price) if price != totals.total => Err(Problem::PriceOfLines.at("price").into()),
        _ => Ok(Offer {
            price: totals.total,
            lines: lines.iter().map(AgreedLine::from).collect(),
            discount: totals.discount,
        }),
    }
}

/// Withdraws the open quote of a task on behalf of the actor.
///
/// # Errors
/// [`Error::NotFound`].
pub fn take_back(tx: &Transaction, actor: &Actor, id: TaskId, now: Timestamp) -> Result<TaskRow> {
    let task = &about(tx, id)?.task;
    let mut notes = Notes::default();
    if withdraw(tx, id, &mut notes, now)? {
        let event = Event::PriceWithdrawn { task, notes };
        events::publish(tx, Author::Staff(actor.id()), &event, now)?;
        store::tasks::touch(tx, id, now)?;
    }
    about(tx, id)
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
    let decision = match agreed {
        true => Decision::Agreed,
        false => Decision::Declined,
    };
    store::approvals::set_decision(tx, id, decision, Some((channel, customer)), now)?;
    store::tasks::touch(tx, task, now)?;
    let event = Event::PriceDecided {
        task: about,
        approval: id,
        price: approval.price,
        agreed,
    };
    events::publish(tx, Author::Customer(customer), &event, now)?;
    store::approvals::get(tx, id)?.ok_or(Error::NotFound)
}

fn about(tx: &Transaction, task: TaskId) -> Result<TaskRow> {
    store::tasks::get(tx, task)?.ok_or(Error::NotFound)
}
