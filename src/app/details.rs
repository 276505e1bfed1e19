//! Details of a task besides the request itself: the device, the sums, the warranty.

use std::collections::HashMap;

use jiff::Timestamp;

use super::questions;
use crate::domain::{
    Actor, Details, DetailsChange, Device, EventKind, Link, Money, Notes, Problem, Result, Task,
    TaskId,
};
use crate::store::tasks::TaskRow;
use crate::store::{self, Connection, Transaction};

/// Maximum number of related tasks.
pub const LINKED: usize = 20;

/// Returns the details of these tasks, as far as there are any.
pub fn of_tasks(
    connection: &Connection,
    _: &Actor,
    ids: &[TaskId],
) -> Result<HashMap<TaskId, Details>> {
    store::details::of_tasks(connection, ids)
}

/// Returns the tasks with their details.
pub fn join(
    connection: &Connection,
    _: &Actor,
    rows: Vec<TaskRow>,
) -> Result<Vec<(TaskRow, Details)>> {
    with(connection, rows)
}

pub(super) fn with(connection: &Connection, rows: Vec<TaskRow>) -> Result<Vec<(TaskRow, Details)>> {
    let ids: Vec<TaskId> = rows.iter().map(|row| row.task.id).collect();
    let mut details = store::details::of_tasks(connection, &ids)?;
    let with = |row: TaskRow| {
        let details = details.remove(&row.task.id).unwrap_or_default();
        (row, details)
    };
    Ok(rows.into_iter().map(with).collect())
}

/// Related tasks.
#[derive(Debug, Default)]
pub struct Linked {
    /// Ids of the related tasks of each task, newest first.
    pub numbers: HashMap<TaskId, Vec<TaskId>>,
    /// All related tasks.
    pub rows: Vec<TaskRow>,
}

/// Returns the related tasks of these tasks, at most [`LINKED`] each.
pub fn linked(connection: &Connection, _: &Actor, link: Link, ids: &[TaskId]) -> Result<Linked> {
    let pairs = store::details::linked(connection, link, ids, LINKED)?;
    let mut numbers: HashMap<TaskId, Vec<TaskId>> = HashMap::new();
    for (one, other) in &pairs {
        numbers.entry(*one).or_default().push(*other);
    }
    let mut others: Vec<TaskId> = pairs.into_iter().map(|(_, other)| other).collect();
    others.sort_unstable();
    others.dedup();
    let rows = store::tasks::by_ids(connection, &others)?;
    Ok(Linked { numbers, rows })
}

/// Stores the details of a new task. A warranty repair takes over the device of the earlier task,
/// unless one is given.
///
/// # Errors
/// [`Error::Invalid`](crate::domain::Error::Invalid) for an invalid warranty task.
pub(super) fn create(tx: &Transaction, id: TaskId, details: &Details) -> Result<()> {
    let mut details = details.clone();
    if let Some(of) = details.warranty_of {
        expect_other(tx, id, of)?;
        if details.device == Device::default() {
            details.device = of_one(tx, of)?.device.identity();
        }
    }
    match details == Details::default() {
        true => Ok(()),
        false => store::details::put(tx, id, &details),
    }
}

/// Changes a task's details and records the changes; returns whether there were any.
///
/// # Errors
/// As for [`create`].
pub(super) fn update(
    tx: &Transaction,
    task: TaskId,
    change: &DetailsChange,
    notes: &mut Notes,
    now: Timestamp,
) -> Result<bool> {
    if *change == DetailsChange::default() {
        return Ok(false);
    }
    if let Some(of) = change.warranty_of.flatten() {
        expect_other(tx, task, of)?;
    }
    let before = of_one(tx, task)?;
    let after = change.apply(before.clone());
    if after == before {
        return Ok(false);
    }
    if change.price.flatten().is_some() && before.account.lines.is_some() {
        return Err(Problem::PriceOfLines.at("price").into());
    }
    if after.estimate != before.estimate {
        questions::overtake(tx, task, notes, now)?;
    }
    let (was, is) = (before.device.summary(), after.device.summary());
    notes.changed(EventKind::Device, &was, &is);
    for (kind, from, to) in [
        (EventKind::Estimate, before.estimate, after.estimate),
        (EventKind::Price, before.price, after.price),
    ] {
        notes.changed_maybe::<Money>(kind, from, to);
    }
    let discount = |details: &Details| {
        let totals = details.totals();
        details
            .discount
            .map(|discount| discount.of(totals.total.plus(totals.discount).unwrap_or_default()))
    };
    notes.changed_maybe::<Money>(EventKind::Discount, discount(&before), discount(&after));
    let kind = EventKind::Warranty;
    notes.changed_maybe(kind, before.warranty_until, after.warranty_until);
    let kind = EventKind::WarrantyOf;
    notes.changed_maybe(kind, before.warranty_of, after.warranty_of);
    store::details::put(tx, task, &after)?;
    Ok(true)
}

/// Records what a closed task earned, or removes the record of a task that is open again.
pub(super) fn record_handover(tx: &Transaction, task: &Task) -> Result<()> {
    let details = match task.closed {
        Some(_) => of_one(tx, task.id)?,
        None => Details::default(),
    };
    store::handovers::record(tx, task, &details)
}

fn of_one(connection: &Connection, id: TaskId) -> Result<Details> {
    let mut found = store::details::of_tasks(connection, &[id])?;
    Ok(found.remove(&id).unwrap_or_default())
}

/// Validates the task under whose warranty another one is done.
fn expect_other(tx: &Transaction, task: TaskId, of: TaskId) -> Result<()> {
    match of != task && store::tasks::get(tx, of)?.is_some() {
        true => Ok(()),
        false => Err(Problem::NoSuchTask.at("warrantyOfId").into()),
    }
}
