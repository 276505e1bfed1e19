//! Another customer for a task that was written down under a wrong phone, or that somebody else brings to its end.
//!
//! Nobody learns what isn't theirs. The former customer loses the task at once: the status link is revoked, and what was
//! not sent yet is never sent. The new one gets no old message, and the status page shows only the conversation since
//! then. Lines, payments and debts belong to the task, open or closed, and stay with it.

use jiff::Timestamp;

use super::{comments, customers, events, questions, tasks};
use crate::domain::{Actor, Author, Event, Name, Notes, Phone, Result, TaskId};
use crate::store::tasks::TaskRow;
use crate::store::{self, Transaction};

/// Gives a task to the customer with that phone, who is created if there is none. Whoever waited for an answer about
/// it no longer does, since an answer would go to the new customer; an open quote is withdrawn. Nobody is notified.
/// Has no effect when it is that customer's already.
///
/// # Errors
/// [`Error::NotFound`](crate::domain::Error::NotFound), and
/// [`Error::Conflict`](crate::domain::Error::Conflict) when a colleague was faster.
pub fn set(
    tx: &Transaction,
    actor: &Actor,
    id: TaskId,
    phone: &Phone,
    name: Option<&Name>,
    expected_version: Option<i64>,
    now: Timestamp,
) -> Result<TaskRow> {
    let row = tasks::get(tx, actor, id)?;
    let known = store::customers::by_phone(tx, phone)?;
    if known.is_some_and(|known| Some(known.id) == row.task.customer) {
        return Ok(row);
    }
    row.task.expect_version(expected_version)?;
    let (author, before) = (Author::Staff(actor.id()), row.task);
    let mut notes = Notes::default();
    questions::overtake(tx, id, &mut notes, now)?;
    store::comments::settle_of_task(tx, id, actor.id(), now)?;
    store::outbox::delete_unsent_of_task(tx, id)?;
    store::status_links::end(tx, id)?;
    let mut after = before.clone();
    after.customer = Some(customers::find_or_create(tx, author, phone, name, now)?);
    store::tasks::update(tx, &before, &mut after, now)?;
    let event = Event::TaskCustomerChanged {
        before: &before,
        after: &after,
        notes,
    };
    events::publish(tx, author, &event, now)?;
    let row = tasks::get(tx, actor, id)?;
    let card = row.customer.as_ref().map(|customer| &customer.phone);
    if let Some(text) = card.and_then(|card| tasks::beside(phone, card)) {
        comments::add(tx, actor, id, None, &text, now)?;
    }
    Ok(row)
}
