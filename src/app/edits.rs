//! Saving of edit forms. Concurrent changes to different fields are merged; on a conflict nothing
//! is written, and the later person decides (see [`Merge`]). API clients, which send changes rather
//! than forms, call the use cases directly, with `expected_version`.

use std::sync::Arc;

use jiff::Timestamp;

use super::{catalogue, customers, details, stages, tasks};
use crate::domain::{
    Actor, CatalogueItem, Conflict, Customer, CustomerChange, CustomerId, Details, Edit,
    EmployeeId, Error, ItemChange, ItemId, Merge, Owner, Result, Shop, Stage, StageChange, StageId,
    TaskChange, TaskId,
};
use crate::store::tasks::TaskRow;
use crate::store::{self, Transaction};

/// The stored value after a save, and the fields that were not written because of a conflict.
#[derive(Debug)]
pub struct Saved<T> {
    pub now: T,
    pub collided: Vec<&'static str>,
    /// Whether anything was written.
    pub changed: bool,
}

/// A task after the save, with its previous stage.
pub type SavedTask = Saved<(Arc<Stage>, TaskRow, Details)>;

/// Saves the edit form of a task.
///
/// # Errors
/// As for [`tasks::update`].
pub fn task(
    tx: &Transaction,
    shop: &Shop,
    actor: &Actor,
    id: TaskId,
    edit: Edit<TaskChange>,
    now: Timestamp,
) -> Result<SavedTask> {
    let (row, details) = whole(tx, actor, id)?;
    let stored = TaskChange::of(&row.task, &details);
    let shown = edit.shown.values(&stored, Some(row.task.version));
    let mut merge = Merge::default();
    let change = edit.typed.merge(shown, stored, &mut merge);
    let version = row.task.version;
    tasks::update(tx, shop, actor, id, &change, now)?;
    let (after, details) = whole(tx, actor, id)?;
    Ok(Saved {
        changed: after.task.version != version,
        now: (row.stage, after, details),
        collided: merge.collided,
    })
}

/// Saves the choice of the responsible employee on a task's page.
///
/// # Errors
/// [`Conflict::Version`] when a colleague has chosen somebody else meanwhile, and as for
/// [`tasks::assign`].
pub fn employee(
    tx: &Transaction,
    actor: &Actor,
    id: TaskId,
    edit: Edit<Option<Option<EmployeeId>>>,
    now: Timestamp,
) -> Result<TaskRow> {
    let row = tasks::get(tx, actor, id)?;
    let (stored, current) = (Some(row.task.employee), row.task.version);
    let shown = edit.shown.values(&stored, Some(current));
    let mut merge = Merge::default();
    match merge.field("employee", edit.typed, shown, stored) {
        Some(employee) => tasks::assign(tx, actor, id, employee, None, now),
        None if merge.collided.is_empty() => Ok(row),
        None => Err(Conflict::Version { current }.into()),
    }
}

fn whole(tx: &Transaction, actor: &Actor, id: TaskId) -> Result<(TaskRow, Details)> {
    let row = tasks::get(tx, actor, id)?;
    let mut joined = details::join(tx, actor, vec![row])?;
    joined.pop().ok_or(Error::NotFound)
}

/// Saves the edit form of a customer.
///
/// # Errors
/// [`Error::NotFound`].
pub fn customer(
    tx: &Transaction,
    shop: &Shop,
    actor: &Actor,
    id: CustomerId,
    edit: Edit<CustomerChange>,
    now: Timestamp,
) -> Result<Saved<Customer>> {
    let card = customers::get(tx, actor, id)?;
    let stored = CustomerChange::of(&card);
    let shown = edit.shown.values(&stored, None);
    let mut merge = Merge::default();
    let change = edit.typed.merge(shown, stored, &mut merge);
    Ok(Saved {
        changed: change.has_fields(),
        now: customers::update(tx, shop, actor, &card.phone, None, &change, now)?,
        collided: merge.collided,
    })
}

/// Saves the edit form of a stage.
///
/// # Errors
/// As for [`stages::update`].
pub fn stage(
    tx: &Transaction,
    owner: &Owner,
    id: StageId,
    edit: Edit<StageChange>,
) -> Result<Saved<Stage>> {
    let before = store::stages::get(tx, id)?.ok_or(Error::NotFound)?;
    let stored = StageChange::of(&before);
    let shown = edit.shown.values(&stored, None);
    let mut merge = Merge::default();
    let change = edit.typed.merge(shown, stored, &mut merge);
    let now = stages::update(tx, owner, id, &change)?;
    Ok(Saved {
        changed: now != before,
        now,
        collided: merge.collided,
    })
}

/// Saves the edit form of an item of the catalogue; on a conflict nothing of it.
///
/// # Errors
/// As for [`catalogue::save`].
pub fn item(
    tx: &Transaction,
    actor: &Actor,
    id: ItemId,
    edit: Edit<ItemChange>,
) -> Result<Saved<CatalogueItem>> {
    let before = catalogue::get(tx, actor, id)?;
    let stored = ItemChange::of(&before.content);
    let shown = edit.shown.values(&stored, None);
    let mut merge = Merge::default();
    let change = edit.typed.merge(shown, stored, &mut merge);
    let now = match merge.collided.is_empty() {
        true => catalogue::save(tx, actor, Some(id), change)?,
        false => before.clone(),
    };
    Ok(Saved {
        changed: now != before,
        now,
        collided: merge.collided,
    })
}
