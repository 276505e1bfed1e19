//! Undo of a stage change, as long as the customer hasn't been notified.

use jiff::Timestamp;

use super::tasks;
use crate::domain::{
    Actor, Conflict, Fate, Notice, NoticeRecord, Result, Shop, TaskChange, TaskId, Told,
};
use crate::store::tasks::TaskRow;
use crate::store::{self, Connection, Transaction};

/// Whether the customer would notice an undo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undo {
    /// No notice of the current stage is sent.
    Unnoticed,
    /// The notice will be sent at that instant.
    Until(Timestamp),
    /// The notice has been sent, or may have been.
    TooLate,
}

/// Returns whether the task's last stage change can be undone.
pub fn of(connection: &Connection, _: &Actor, row: &TaskRow) -> Result<Undo> {
    let notices = store::outbox::of_task(connection, row.task.id)?;
    let of_stage = |record: &&NoticeRecord| match record.told {
        Told::Notice(Notice::StatusChanged { to_stage, .. }) => to_stage == Some(row.stage.id),
        _ => false,
    };
    let newest = notices.iter().find(of_stage);
    Ok(match newest.map(|record| &record.fate) {
        Some(Fate::Waiting { due }) if row.stage.told => Undo::Until(*due),
        Some(Fate::Sending | Fate::Retrying { .. } | Fate::Delivered { .. }) => Undo::TooLate,
        Some(Fate::Waiting { .. } | Fate::Dead { .. }) | None => Undo::Unnoticed,
    })
}

/// Moves a task back to its previous stage.
///
/// # Errors
/// [`Conflict::CustomerTold`] when the customer would get a second message, and as for
/// [`tasks::update`].
pub fn undo(
    tx: &Transaction,
    shop: &Shop,
    actor: &Actor,
    id: TaskId,
    change: &TaskChange,
    now: Timestamp,
) -> Result<TaskRow> {
    let row = tasks::get(tx, actor, id)?;
    row.task.expect_version(change.expected_version)?;
    match of(tx, actor, &row)? {
        Undo::TooLate => Err(Conflict::CustomerTold.into()),
        Undo::Unnoticed | Undo::Until(_) => tasks::update(tx, shop, actor, id, change, now),
    }
}
