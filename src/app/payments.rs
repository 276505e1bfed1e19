//! The ledger of payments: payments and refunds of tasks, cash in and out of drawers. Rows are never
//! changed; an owner corrects a wrong one by a reversal.

use jiff::Timestamp;

use super::{drawers, events};
use crate::domain::{
    Actor, Author, Conflict, Details, DrawerId, Entry, Error, Event, Method, Money, NewPayment,
    Owner, Payment, PaymentId, PaymentKind, PaymentNote, Problem, RequestKey, Result, Task, TaskId,
};
use crate::store::{self, Connection, Transaction};

/// Returns the rows of these tasks, oldest first.
pub fn of_tasks(connection: &Connection, _: &Actor, ids: &[TaskId]) -> Result<Vec<Payment>> {
    store::payments::of_tasks(connection, ids)
}

/// A row of the ledger, with what an owner may still correct of it.
#[derive(Debug, Clone)]
pub struct LedgerRow {
    pub payment: Payment,
    /// Its amount with its refunds and its reversal.
    pub left: Money,
    pub is_reversed: bool,
}

impl LedgerRow {
    fn of(connection: &Connection, payment: Payment) -> Result<Self> {
        let reversal = store::payments::reversal_of(connection, payment.id)?;
        Ok(Self {
            left: store::payments::left_of(connection, payment.id)?,
            is_reversed: reversal.is_some(),
            payment,
        })
    }

    pub fn is_refundable(&self) -> bool {
        self.payment.entry.kind == PaymentKind::Payment && self.left > Money::ZERO
    }

    pub fn is_reversible(&self) -> bool {
        let is_reversal = self.payment.entry.kind == PaymentKind::Reversal;
        !is_reversal && !self.is_reversed && self.left == self.payment.entry.amount
    }
}

/// Returns the ledger of a task, oldest first.
pub fn ledger(connection: &Connection, actor: &Actor, task: TaskId) -> Result<Vec<LedgerRow>> {
    let rows = of_tasks(connection, actor, &[task])?.into_iter();
    rows.map(|row| LedgerRow::of(connection, row)).collect()
}

/// Returns a row of the ledger of a task.
///
/// # Errors
/// [`Error::NotFound`], for a row of another task as well.
pub fn row(
    connection: &Connection,
    actor: &Actor,
    task: TaskId,
    id: PaymentId,
) -> Result<LedgerRow> {
    let payment = get(connection, actor, id)?;
    match payment.entry.task == Some(task) {
        true => LedgerRow::of(connection, payment),
        false => Err(Error::NotFound),
    }
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

/// A refund to be given.
#[derive(Debug, Clone)]
pub struct NewRefund {
    pub sum: Money,
    /// That of the payment when none is given.
    pub method: Option<Method>,
    pub drawer: Option<DrawerId>,
    pub note: PaymentNote,
    pub key: Option<RequestKey>,
}

/// Gives a payment back, or a part of it.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Conflict`] when the key belongs to another row, and
/// [`Error::Invalid`] for more than what is left of the payment, and as for [`take`].
pub fn refund(
    tx: &Transaction,
    owner: &Owner,
    id: PaymentId,
    new: &NewRefund,
    now: Timestamp,
) -> Result<Payment> {
    let paid = store::payments::get(tx, id)?.ok_or(Error::NotFound)?;
    let method = new.method.unwrap_or(paid.entry.method);
    let asked = |drawer| Entry {
        kind: PaymentKind::Refund,
        method,
        amount: Money::ZERO.minus(new.sum),
        task: paid.entry.task,
        employee: Some(owner.id()),
        drawer,
        shift: None,
        refund_of: Some(id),
        note: new.note.clone(),
        fiscal: Default::default(),
        carried_over: false,
        key: new.key.clone(),
    };
    // The drawer of the payment, unless another one is named.
    let of_payment = paid.entry.drawer.filter(|_| method == Method::Cash);
    let drawer = new.drawer.or(of_payment);
    if let Some(done) = repeated(tx, new.key.as_ref(), drawer, asked)? {
        return Ok(done);
    }
    if paid.entry.kind != PaymentKind::Payment {
        return Err(Problem::NotRefundable.at("id").into());
    }
    if new.sum > store::payments::left_of(tx, id)? {
        return Err(Problem::RefundTooLarge.at("sum").into());
    }
    let place = drawers::place(tx, method, drawer)?;
    let entry = Entry {
        shift: place.shift,
        ..asked(place.drawer)
    };
    append_about(tx, entry, now)
}

/// Corrects a row of the ledger by its opposite.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Conflict`] for a row that is reversed already, and
/// [`Error::Invalid`] for a reversal, a payment that was refunded, and a drawer whose shift is
/// closed.
pub fn reverse(
    tx: &Transaction,
    owner: &Owner,
    id: PaymentId,
    note: PaymentNote,
    now: Timestamp,
) -> Result<Payment> {
    let row = store::payments::get(tx, id)?.ok_or(Error::NotFound)?;
    let row = LedgerRow::of(tx, row)?;
    if row.is_reversed {
        return Err(Conflict::AlreadyReversed.into());
    }
    if !row.is_reversible() {
        return Err(Problem::NotReversible.at("id").into());
    }
    let row = row.payment;
    let place = match row.entry.drawer {
        Some(drawer) => drawers::place(tx, row.entry.method, Some(drawer))?,
        None => drawers::Place::default(),
    };
    let entry = Entry {
        kind: PaymentKind::Reversal,
        amount: Money::ZERO.minus(row.entry.amount),
        employee: Some(owner.id()),
        shift: place.shift,
        refund_of: Some(id),
        note,
        fiscal: Default::default(),
        carried_over: false,
        key: None,
        ..row.entry
    };
    append_about(tx, entry, now)
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
        kind,
        method: Method::Cash,
        amount,
        task: None,
        employee: Some(actor.id()),
        drawer: place.drawer,
        shift: place.shift,
        refund_of: None,
        note,
        fiscal: Default::default(),
        carried_over: false,
        key: None,
    };
    append(tx, entry, None, now)
}

/// Records what was paid before the ledger knew the task, at the time of the task's creation.
pub(super) fn carry_over(tx: &Transaction, task: &Task, sum: Money) -> Result<()> {
    let entry = Entry {
        kind: PaymentKind::Payment,
        method: Method::Other,
        amount: sum,
        task: Some(task.id),
        employee: None,
        drawer: None,
        shift: None,
        refund_of: None,
        note: PaymentNote::default(),
        fiscal: Default::default(),
        carried_over: true,
        key: None,
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
        let entry = &entry;
        events::publish(tx, author, &Event::PaymentRecorded { task, entry }, now)?;
    }
    let at = now;
    Ok(Payment { id, entry, at })
}
