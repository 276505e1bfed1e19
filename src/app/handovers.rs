//! The hand-over of finished tasks: the payment of what is due, the warranty, and the debts that
//! remain.

use std::collections::HashMap;

use jiff::{Timestamp, ToSpan};

use super::{payments, tasks};
use crate::domain::{
    Actor, CustomerId, Day, DetailsChange, Error, LineContent, Money, NewPayment, Problem, Result,
    Shop, Span, StageId, Status, TaskChange, TaskId, WarrantyDays,
};
use crate::store::handovers::Owed;
use crate::store::tasks::TaskRow;
use crate::store::{self, Connection, Transaction};

/// A hand-over to be made.
#[derive(Debug, Clone)]
pub struct HandOver {
    pub payments: Vec<NewPayment>,
    /// A stage of the status CLOSED; its first one by default.
    pub stage: Option<StageId>,
    pub expected_version: Option<i64>,
}

/// Takes payments and hands a task over: closes it and sets its warranty by its lines, unless one is
/// set. All or nothing.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Conflict`] when a colleague was faster, and [`Error::Invalid`] for
/// a stage that doesn't close the task, a closed task, and as for [`payments::take`].
pub fn hand_over(
    tx: &Transaction,
    shop: &Shop,
    actor: &Actor,
    id: TaskId,
    new: &HandOver,
    now: Timestamp,
) -> Result<TaskRow> {
    let row = tasks::get(tx, actor, id)?;
    let (paid, stage) = (&new.payments, new.stage);
    if row.task.status == Status::Closed {
        return repeated(tx, actor, id, paid, now);
    }
    if let Some(stage) = stage {
        let found = store::stages::get(tx, stage)?;
        let found = found.ok_or_else(|| Problem::NoSuchStage.at("stageId"))?;
        if found.status != Status::Closed {
            return Err(Problem::StageNotClosed.at("stageId").into());
        }
    }
    for payment in paid {
        payments::take(tx, actor, id, payment, now)?;
    }
    let change = TaskChange {
        expected_version: new.expected_version,
        status: Some(Status::Closed),
        stage,
        details: DetailsChange {
            warranty_until: warranty(tx, shop, id, now)?.map(Some),
            ..DetailsChange::default()
        },
        ..TaskChange::default()
    };
    tasks::update(tx, shop, actor, id, &change, now)
}

/// Answers a repeated request, whose payments are all there, as the first one was.
fn repeated(
    tx: &Transaction,
    actor: &Actor,
    id: TaskId,
    paid: &[NewPayment],
    now: Timestamp,
) -> Result<TaskRow> {
    let closed = || Problem::TaskClosed.at("taskId");
    if paid.is_empty() {
        return Err(closed().into());
    }
    for payment in paid {
        let key = payment.key.as_ref().ok_or_else(closed)?;
        store::payments::by_key(tx, key)?.ok_or_else(closed)?;
        // It is compared with the payment that has its key.
        payments::take(tx, actor, id, payment, now)?;
    }
    tasks::get(tx, actor, id)
}

/// Returns the last day of the longest warranty of a task's lines; `None` when there is none, or
/// the task has one already.
fn warranty(tx: &Transaction, shop: &Shop, id: TaskId, now: Timestamp) -> Result<Option<Day>> {
    let details = store::details::of_tasks(tx, &[id])?.remove(&id);
    if details.is_some_and(|details| details.warranty_until.is_some()) {
        return Ok(None);
    }
    let lines = store::lines::of_tasks(tx, &[id])?;
    let of_line = |content: &LineContent| content.warranty.map(WarrantyDays::get);
    let days = lines.iter().filter_map(|line| of_line(&line.content)).max();
    let end = days.map(|days| now.checked_add((days * 24).hours()));
    let end = end.transpose().map_err(Error::internal)?;
    Ok(end.map(|end| Day::of(end, &shop.timezone)))
}

/// A closed task with what is owed for it.
pub type Debt = (TaskRow, Owed);

/// Returns a span of the closed tasks with a debt, longest owed first.
pub fn debts(
    connection: &Connection,
    _: &Actor,
    span: Span<(Timestamp, TaskId)>,
) -> Result<Vec<Debt>> {
    let found = store::handovers::debts(connection, span)?;
    let ids: Vec<TaskId> = found.iter().map(|owed| owed.task).collect();
    let mut rows = store::tasks::by_ids(connection, &ids)?;
    let take = |owed: Owed| {
        let place = rows.iter().position(|row| row.task.id == owed.task)?;
        Some((rows.swap_remove(place), owed))
    };
    Ok(found.into_iter().filter_map(take).collect())
}

/// Returns the number of debts and their sum.
pub fn debt(connection: &Connection, _: &Actor) -> Result<(i64, Money)> {
    store::handovers::debt(connection)
}

/// Returns what customers owe for closed tasks, of those who owe anything.
pub fn debts_of_customers(
    connection: &Connection,
    _: &Actor,
    ids: &[CustomerId],
) -> Result<HashMap<CustomerId, Money>> {
    store::handovers::debts_of_customers(connection, ids)
}
