//! Undo of a stage change. Before the customer is told, the notice is withdrawn with it; afterwards the employee chooses
//! whether the customer is told that the task is back.

use jiff::Timestamp;

use super::tasks;
use crate::domain::{
    Actor, Conflict, Fate, Notice, NoticeRecord, Result, Shop, TaskChange, TaskId, Told,
};
use crate::store::tasks::TaskRow;
use crate::store::{self, Connection, Transaction};

/// What the customer knows of a task's stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undo {
    /// No notice of the stage is sent.
    Unnoticed,
    /// The notice can be claimed from that instant on.
    Until(Timestamp),
    /// The notice is being sent, or an attempt may have reached the customer.
    Leaving,
    /// The notice was delivered.
    Told,
}

/// Effect on a customer who has been told of the stage that is undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Late {
    /// The customer is told of the previous stage.
    Tell,
    /// The customer is told nothing.
    Silent,
}

/// Returns what the customer knows of the task's current stage.
pub fn of(connection: &Connection, _: &Actor, row: &TaskRow) -> Result<Undo> {
    let notices = store::outbox::of_tasks(connection, &[row.task.id])?;
    let of_stage = |record: &&NoticeRecord| match record.told {
        Told::Notice(Notice::StatusChanged { to_stage, .. }) => to_stage == Some(row.stage.id),
        _ => false,
    };
    let newest = notices.iter().find(of_stage);
    Ok(match newest.map(|record| &record.fate) {
        Some(Fate::Waiting { due }) if row.stage.told => Undo::Until(*due),
        Some(Fate::Sending | Fate::Retrying { .. }) => Undo::Leaving,
        // An earlier one was about an earlier stay in the stage.
        Some(Fate::Delivered { at }) if *at >= row.task.stage_since => Undo::Told,
        Some(Fate::Waiting { .. } | Fate::Delivered { .. } | Fate::Dead { .. }) | None => {
            Undo::Unnoticed
        }
    })
}

/// Moves a task back to its previous stage. A customer who doesn't know of the change is never told of
/// it; `late` is for one who does.
///
/// # Errors
/// [`Conflict::CustomerTold`] when the customer knows and `late` is missing, and as for
/// [`tasks::update`].
pub fn undo(
    tx: &Transaction,
    shop: &Shop,
    actor: &Actor,
    id: TaskId,
    change: &TaskChange,
    late: Option<Late>,
    now: Timestamp,
) -> Result<TaskRow> {
    let row = tasks::get(tx, actor, id)?;
    row.task.expect_version(change.expected_version)?;
    let waiting = match row.task.customer {
        Some(customer) => store::outbox::waiting_of_task(tx, id, customer)?,
        None => None,
    };
    let is_known = matches!(of(tx, actor, &row)?, Undo::Leaving | Undo::Told);
    match (is_known, late, waiting) {
        (true, None, _) => return Err(Conflict::CustomerTold.into()),
        // It cancels out with the notice that still waits.
        (true, Some(Late::Tell), _) | (false, _, Some(_)) => {
            return tasks::update(tx, shop, actor, id, change, now);
        }
        (true, Some(Late::Silent), Some(waiting)) => store::outbox::delete(tx, waiting.id)?,
        (true, Some(Late::Silent), None) | (false, _, None) => {}
    }
    tasks::update_silently(tx, actor, id, change, now)
}
