//! The ledger of payments: payments and refunds of tasks, cash in and out of drawers. Rows are never
//! changed; an owner corrects a wrong one by a reversal.

mod corrections;

use jiff::Timestamp;

use super::{drawers, events};
use crate::domain::{
    Actor, Author, Conflict, Details, DrawerId, Entry, Error, Event, Method, Money, NewPayment,
    Payment, PaymentId, PaymentKind, PaymentNote, Problem, RequestKey, Result, Task, TaskId,
};
use crate::store::{self, Connection, Transaction};

pub use corrections::{
    LedgerRow, NewRefund, ledger, refund, reverse, reversible, row, without_task,
};

/// Returns the rows of these tasks, oldest first.
pub fn of_tasks(connection: &Connection, _: &Actor, ids: &[TaskId]) -> Result<Vec<Payment>> {
    store::payments::of_tasks(connection, ids)
}

/// # Errors
/// [`Error::NotFound`].
pub fn get(connection: &Connection, _: &Actor, id: PaymentId) -> Result<Payment> {
    store::payments::get(connection, id)?.ok_or(Error::NotFound)
}

/// Takes a payment for a task. A repeated request, recognised by its key, pays nothing again and
/// returns the same row.
///
/// # Errors
/// [`Error::NotFound`] for a task that isn't there, [`Error::Conflict`] when the key belongs to
/// another payment, or the task was paid meanwhile, and [`Error::Invalid`] for more than is due
/// unless that is wanted, and for an unknown drawer or one whose shift is closed.
pub fn take(
    tx: &Transaction,
    actor: &Actor,
    task: TaskId,
    new: &NewPayment,
    now: Timestamp,
) -> Result<Payment> {
    let asked = |drawer| Entry {
        drawer,
        ..new.entry(task, actor.id())
    };
    if let Some(done) = repeated(tx, new.key.as_ref(), new.drawer, asked)? {
        return Ok(done);
    }
    let row = store::tasks::get(tx, task)?.ok_or(Error::NotFound)?;
    let details = store::details::of_tasks(tx, &[task])?.remove(&task);
    expect_due(&details.unwrap_or_default(), new)?;
    let place = drawers::place(tx, new.method, new.drawer)?;
    let entry = Entry {
        shift: place.shift,
        ..asked(place.drawer)
    };
    append(tx, entry, Some(&row.task), now)
}

/// Checks that a payment isn't more than is due, once the price is known.
fn expect_due(details: &Details, new: &NewPayment) -> Result<()> {
    let due = details.balance();
    if new.expected_due.is_some_and(|expected| expected != due) {
        return Err(Conflict::PaidMeanwhile.into());
    }
    let excessive = details.price().is_some() && new.sum > due;
    match excessive && !new.overpayment {
        true => Err(Problem::Overpayment.at("sum").into()),
        false => Ok(()),
    }
}

/// Puts cash into a drawer, or takes it out.
///
/// # Errors
/// [`Error::Invalid`] for another kind, and as for [`take`].
pub fn move_cash(
    tx: &Transaction,
    actor: &Actor,
    drawer: DrawerId,
    kind: PaymentKind,
    sum: Money,
    note: PaymentNote,
    now: Timestamp,
) -> Result<Payment> {
    let amount = match kind {
        PaymentKind::CashIn => sum,
        PaymentKind::CashOut => Money::ZERO.minus(sum),
        _ => return Err(Problem::CashMoveKind.at("kind").into()),
    };
    let place = drawers::place(tx, Method::Cash, Some(drawer))?;
    let entry = Entry {
        employee: Some(actor.id()),
        drawer: place.drawer,
        shift: place.shift,
        note,
        ..Entry::new(kind, Method::Cash, amount)
    };
    append(tx, entry, None, now)
}

/// Records what was paid before the ledger knew the task, at the time of the task's creation.
pub(super) fn carry_over(tx: &Transaction, task: &Task, sum: Money) -> Result<()> {
    let entry = Entry {
        task: Some(task.id),
        carried_over: true,
        ..Entry::new(PaymentKind::Payment, Method::Other, sum)
    };
    store::payments::append(tx, &entry, task.created).map(drop)
}

/// Returns the row that an earlier request with this key has made.
fn repeated(
    tx: &Transaction,
    key: Option<&RequestKey>,
    drawer: Option<DrawerId>,
    asked: impl Fn(Option<DrawerId>) -> Entry,
) -> Result<Option<Payment>> {
    let Some(key) = key else {
        return Ok(None);
    };
    let Some(done) = store::payments::by_key(tx, key)? else {
        return Ok(None);
    };
    // A drawer that wasn't named was chosen.
    match done.entry.repeats(&asked(drawer.or(done.entry.drawer))) {
        true => Ok(Some(done)),
        false => Err(Conflict::RequestKeyUsed.into()),
    }
}

/// Appends a row about a task, if it is still there.
fn append_about(tx: &Transaction, entry: Entry, now: Timestamp) -> Result<Payment> {
    let row = match entry.task {
        Some(task) => store::tasks::get(tx, task)?,
        None => None,
    };
    append(tx, entry, row.as_ref().map(|row| &row.task), now)
}

fn append(tx: &Transaction, entry: Entry, task: Option<&Task>, now: Timestamp) -> Result<Payment> {
    let id = store::payments::append(tx, &entry, now)?;
    if let Some(task) = task {
        store::tasks::touch(tx, task.id, now)?;
        let author = entry.employee.map_or(Author::System, Author::Staff);
        let event = Event::PaymentRecorded {
            task,
            entry: &entry,
            payment: id,
        };
        events::publish(tx, author, &event, now)?;
    }
    let at = now;
    Ok(Payment { id, entry, at })
}
