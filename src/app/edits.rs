//! Saving of edit forms. Concurrent changes to different fields are merged; on a conflict nothing
//! is written, and the later person decides (see [`Merge`]). API clients, which send changes rather
//! than forms, call the use cases directly, with `expected_version`.

use std::sync::Arc;

use jiff::Timestamp;

use super::{catalogue, customers, details, lines, message_texts, stages, tasks};
use crate::domain::{
    Actor, CatalogueItem, Customer, CustomerChange, CustomerId, Details, Discount, Edit,
    EmployeeId, Error, ItemChange, ItemId, Line, LineChange, LineId, Merge, MessageOccasion,
    MessageTemplate, MessageTexts, Owner, Result, Shop, Stage, StageChange, StageId, TaskChange,
    TaskId,
};
use crate::store::tasks::TaskRow;
use crate::store::{self, Connection, Transaction};

/// The stored value after a save, and the fields that were not written because of a conflict.
#[derive(Debug)]
pub struct Saved<T> {
    pub now: T,
    pub collided: Vec<&'static str>,
    /// Whether anything was written.
    pub changed: bool,
}

impl<T> Saved<T> {
    /// Returns the result of the save with another value.
    pub fn with<U>(self, now: U) -> Saved<U> {
        Saved {
            now,
            collided: self.collided,
            changed: self.changed,
        }
    }
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
/// As for [`tasks::assign`].
pub fn employee(
    tx: &Transaction,
    actor: &Actor,
    id: TaskId,
    edit: Edit<Option<Option<EmployeeId>>>,
    now: Timestamp,
) -> Result<Saved<TaskRow>> {
    let before = tasks::get(tx, actor, id)?;
    let stored = Some(before.task.employee);
    let shown = edit.shown.values(&stored, Some(before.task.version));
    let mut merge = Merge::default();
    let chosen = merge.field("employee", edit.typed, shown, stored);
    Ok(Saved {
        changed: chosen.is_some(),
        now: match chosen {
            Some(employee) => tasks::assign(tx, actor, id, employee, None, now)?,
            None => before,
        },
        collided: merge.collided,
    })
}

/// Saves the form of a line: what was changed in it, unless a colleague has changed the same.
///
/// # Errors
/// As for [`lines::update`].
pub fn line(
    tx: &Transaction,
    actor: &Actor,
    id: LineId,
    edit: Edit<LineChange>,
    now: Timestamp,
) -> Result<Saved<Line>> {
    // Before the comparison, which would tell the stored cost.
    if edit.typed.cost.is_some() {
        actor.require_owner()?;
    }
    let before = lines::get(tx, actor, id)?;
    let row = tasks::get(tx, actor, before.task)?;
    let stored = LineChange::of(&before.content);
    let shown = edit.shown.values(&stored, Some(row.task.version));
    let mut merge = Merge::default();
    let change = edit.typed.merge(shown, stored, &mut merge);
    let (now, _) = lines::update(tx, actor, id, change, None, now)?;
    Ok(Saved {
        changed: now != before,
        now,
        collided: merge.collided,
    })
}

/// Saves the discount of a whole task.
///
/// # Errors
/// As for [`lines::set_discount`].
pub fn discount(
    tx: &Transaction,
    actor: &Actor,
    id: TaskId,
    edit: Edit<Option<Option<Discount>>>,
    now: Timestamp,
) -> Result<Saved<()>> {
    let (row, details) = whole(tx, actor, id)?;
    let stored = Some(details.discount);
    let shown = edit.shown.values(&stored, Some(row.task.version));
    let mut merge = Merge::default();
    let chosen = merge.field("discount", edit.typed, shown, stored);
    if let Some(discount) = chosen {
        lines::set_discount(tx, actor, id, discount, None, now)?;
    }
    Ok(Saved {
        now: (),
        changed: chosen.is_some(),
        collided: merge.collided,
    })
}

/// Reads a task with its details.
///
/// # Errors
/// [`Error::NotFound`].
pub fn whole(connection: &Connection, actor: &Actor, id: TaskId) -> Result<(TaskRow, Details)> {
    let row = tasks::get(connection, actor, id)?;
    let mut joined = details::join(connection, actor, vec![row])?;
    joined.pop().ok_or(Error::NotFound)
}

/// Saves the edit form of a customer.
///
/// # Errors
/// As for [`customers::correct_phone`].
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
    at: Timestamp,
) -> Result<Saved<Stage>> {
    let before = store::stages::get(tx, id)?.ok_or(Error::NotFound)?;
    let stored = StageChange::of(&before);
    let shown = edit.shown.values(&stored, None);
    let mut merge = Merge::default();
    let change = edit.typed.merge(shown, stored, &mut merge);
    let now = stages::update(tx, owner, id, &change, at)?;
    Ok(Saved {
        changed: now != before,
        now,
        collided: merge.collided,
    })
}

/// Saves the edit form of the texts of an occasion; `usual` are those that count without an owner's.
///
/// # Errors
/// As for [`message_texts::set`].
pub fn message_texts(
    tx: &Transaction,
    owner: &Owner,
    occasion: MessageOccasion,
    usual: &[MessageTemplate; MessageTexts::COUNT],
    edit: Edit<MessageTexts>,
    now: Timestamp,
) -> Result<Saved<MessageTexts>> {
    let stored = message_texts::texts(tx, owner, occasion, usual)?;
    let shown = edit.shown.values(&stored, None);
    let mut merge = Merge::default();
    let change = edit.typed.merge(shown, stored, &mut merge);
    let changed = change.0.iter().any(Option::is_some);
    for ((text, usual), key) in change.0.iter().zip(usual).zip(occasion.keys()) {
        if text.is_some() {
            message_texts::set(tx, owner, key, text.as_ref(), usual, now)?;
        }
    }
    Ok(Saved {
        now: message_texts::texts(tx, owner, occasion, usual)?,
        collided: merge.collided,
        changed,
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
