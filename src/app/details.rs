//! What staff write down beside a task: the device, the sums, the warranty.

use std::collections::HashMap;

use jiff::Timestamp;

use super::questions;
use crate::domain::{
    Actor, Details, DetailsChange, Device, EventKind, Link, Notes, Problem, Result, Sum, TaskId,
};
use crate::store::tasks::TaskRow;
use crate::store::{self, Connection, Transaction};

/// Tasks that one leads to, at the most.
pub const LINKED: usize = 20;

/// What is known of these tasks, where there is anything.
pub fn of_tasks(
    connection: &Connection,
    _: &Actor,
    ids: &[TaskId],
) -> Result<HashMap<TaskId, Details>> {
    store::details::of_tasks(connection, ids)
}

/// Tasks, each with what is known of it.
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

/// Where tasks lead.
#[derive(Debug, Default)]
pub struct Linked {
    /// Of each of them the numbers of the others, the newest first.
    pub numbers: HashMap<TaskId, Vec<TaskId>>,
    /// All of those others.
    pub rows: Vec<TaskRow>,
}

/// Where these tasks lead, to no more than [`LINKED`] others each.
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

/// Writes down what is known of a new task. What comes back under warranty is the same device as
/// before, unless something is said of it.
///
/// # Errors
/// [`Error::Invalid`](crate::domain::Error::Invalid) for the warranty of no task.
pub(super) fn create(tx: &Transaction, id: TaskId, details: &Details) -> Result<()> {
    let mut details = details.clone();
    if let Some(of) = details.warranty_of {
        expect_other(tx, id, of)?;
        if details.device == Device::default() {
            details.device = of_one(tx, of)?.device.again();
        }
    }
    match details == Details::default() {
        true => Ok(()),
        false => store::details::put(tx, id, &details),
    }
}

/// Changes what is known of a task, and adds that to the notes; whether there was anything to change.
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
    if after.estimate != before.estimate {
        questions::overtake(tx, task, notes, now)?;
    }
    let (was, is) = (before.device.summary(), after.device.summary());
    notes.changed(EventKind::Device, &was, &is);
    for (kind, from, to) in [
        (EventKind::Estimate, before.estimate, after.estimate),
        (EventKind::Price, before.price, after.price),
        (EventKind::Prepayment, before.prepayment, after.prepayment),
    ] {
        notes.changed_maybe::<Sum>(kind, from, to);
    }
    let kind = EventKind::Warranty;
    notes.changed_maybe(kind, before.warranty_until, after.warranty_until);
    let kind = EventKind::WarrantyOf;
    notes.changed_maybe(kind, before.warranty_of, after.warranty_of);
    store::details::put(tx, task, &after)?;
    Ok(true)
}

fn of_one(connection: &Connection, id: TaskId) -> Result<Details> {
    let mut found = store::details::of_tasks(connection, &[id])?;
    Ok(found.remove(&id).unwrap_or_default())
}

/// A task is done under the warranty of another one, which there is.
fn expect_other(tx: &Transaction, task: TaskId, of: TaskId) -> Result<()> {
    match of != task && store::tasks::get(tx, of)?.is_some() {
        true => Ok(()),
        false => Err(Problem::NoSuchTask.at("warrantyOf").into()),
    }
}
