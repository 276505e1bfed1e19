//! What an owner corrects of the ledger: refunds and reversals.

use std::collections::HashSet;

use jiff::Timestamp;

use super::{append_about, get, of_tasks, repeated};
use crate::app::drawers;
use crate::domain::{
    Actor, Conflict, DrawerId, Entry, Error, Method, Money, Owner, Payment, PaymentId, PaymentKind,
    PaymentNote, Problem, RequestKey, Result, TaskId,
};
use crate::store::{self, Connection, Transaction};

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
        let mut rows = Self::all(connection, vec![payment])?;
        rows.pop().ok_or(Error::NotFound)
    }

    fn all(connection: &Connection, payments: Vec<Payment>) -> Result<Vec<Self>> {
        let ids: Vec<PaymentId> = payments.iter().map(|payment| payment.id).collect();
        let corrected = store::payments::corrected(connection, &ids)?;
        let row = |payment: Payment| {
            // A row without any correction is there as it was made.
            let corrected = corrected.get(&payment.id).copied().unwrap_or_default();
            Self {
                left: payment.entry.amount.and(corrected.by),
                is_reversed: corrected.is_reversed,
                payment,
            }
        };
        Ok(payments.into_iter().map(row).collect())
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
    LedgerRow::all(connection, of_tasks(connection, actor, &[task])?)
}

/// Returns those of these rows that an owner may reverse.
pub fn reversible<'a>(
    connection: &Connection,
    _: &Owner,
    rows: impl Iterator<Item = &'a Payment>,
) -> Result<HashSet<PaymentId>> {
    let rows = LedgerRow::all(connection, rows.cloned().collect())?.into_iter();
    let reversible = rows.filter(LedgerRow::is_reversible);
    Ok(reversible.map(|row| row.payment.id).collect())
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

/// Returns a row of the ledger that belongs to no task, or whose task was deleted.
///
/// # Errors
/// [`Error::NotFound`], for a row of a task as well.
pub fn without_task(connection: &Connection, actor: &Actor, id: PaymentId) -> Result<LedgerRow> {
    let payment = get(connection, actor, id)?;
    let task = payment.entry.task;
    let task = task.map(|task| store::tasks::get(connection, task));
    match task.transpose()?.flatten() {
        Some(_) => Err(Error::NotFound),
        None => LedgerRow::of(connection, payment),
    }
}

/// Gives a payment back, or a part of it.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Conflict`] when the key belongs to another row, and
/// [`Error::Invalid`] for more than what is left of the payment, and as for [`super::take`].
pub fn refund(
    tx: &Transaction,
    owner: &Owner,
    id: PaymentId,
    new: &NewRefund,
    now: Timestamp,
) -> Result<Payment> {
    let paid = store::payments::get(tx, id)?.ok_or(Error::NotFound)?;
    let LedgerRow {
        payment: paid,
        left,
        ..
    } = LedgerRow::of(tx, paid)?;
    let method = new.method.unwrap_or(paid.entry.method);
    let asked = |drawer| Entry {
        task: paid.entry.task,
        employee: Some(owner.id()),
        drawer,
        refund_of: Some(id),
        note: new.note.clone(),
        key: new.key.clone(),
        ..Entry::new(PaymentKind::Refund, method, Money::ZERO.minus(new.sum))
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
    if new.sum > left {
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
    let amount = Money::ZERO.minus(row.entry.amount);
    let entry = Entry {
        task: row.entry.task,
        employee: Some(owner.id()),
        drawer: row.entry.drawer,
        shift: place.shift,
        refund_of: Some(id),
        note,
        ..Entry::new(PaymentKind::Reversal, row.entry.method, amount)
    };
    append_about(tx, entry, now)
}
