//! Notices to customers.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::domain::{
    Actor, Collapsed, Customer, Error, Notice, NoticeId, NoticeRecord, Problem, Result, Shop,
    Stage, TaskId, TelegramLink, Told, Undelivered, collapse,
};
use crate::store::tasks::TaskRow;
use crate::store::{self, Connection, Transaction};

/// Queues a notice of another stage, if the customer can be notified. A stage without notification
/// is queued as well, so that there and back again cancels out; when it is due, it is dropped.
pub fn status_changed(
    tx: &Transaction,
    shop: &Shop,
    customer: Option<&Customer>,
    task: TaskId,
    from: &Stage,
    to: &Stage,
    now: Timestamp,
) -> Result<()> {
    let Some((customer, link)) = reachable(customer) else {
        return Ok(());
    };
    let due = now.saturating_add(shop.notify_delay).unwrap_or(now);
    match collapse(store::outbox::waiting_of_task(tx, task)?, to.id) {
        Collapsed::Drop(id) => store::outbox::delete(tx, id),
        Collapsed::Replace(id) => store::outbox::replace(tx, id, to, now, due),
        Collapsed::Send => {
            let notice = Notice::StatusChanged {
                task,
                from: from.status,
                to: to.status,
                from_stage: Some(from.id),
                to_stage: Some(to.id),
            };
            store::outbox::push_notice(tx, link.id, customer.id, notice, now, due)
        }
    }
}

/// Queues a notice to be sent at once, if the customer can be notified.
pub(super) fn tell(
    tx: &Transaction,
    customer: Option<&Customer>,
    notice: Notice,
    now: Timestamp,
) -> Result<()> {
    match reachable(customer) {
        Some((customer, link)) => {
            store::outbox::push_notice(tx, link.id, customer.id, notice, now, now)
        }
        None => Ok(()),
    }
}

fn reachable(customer: Option<&Customer>) -> Option<(&Customer, TelegramLink)> {
    let customer = customer?;
    let link = customer.telegram.filter(TelegramLink::reachable)?;
    Some((customer, link))
}

/// Returns the notices of a task, sent and queued, newest first; with replies of the bot that were
/// not delivered.
pub fn of_task(connection: &Connection, _: &Actor, task: TaskId) -> Result<Vec<NoticeRecord>> {
    store::outbox::of_task(connection, task)
}

/// Returns the dead letters to customers, newest first, with their tasks.
pub fn undelivered(connection: &Connection, _: &Actor) -> Result<Vec<(Undelivered, TaskRow)>> {
    let all = store::outbox::all_undelivered(connection)?;
    let ids: Vec<TaskId> = all.iter().map(|dead| dead.told.task()).collect();
    let tasks = store::tasks::by_ids(connection, &ids)?;
    let tasks: HashMap<TaskId, TaskRow> = tasks.into_iter().map(|row| (row.task.id, row)).collect();
    let with_task = |dead: Undelivered| Some((tasks.get(&dead.told.task())?.clone(), dead));
    Ok(all
        .into_iter()
        .filter_map(with_task)
        .map(|(row, dead)| (dead, row))
        .collect())
}

/// Retries a dead letter. A status notice announces the task's current stage; it is dropped if a
/// newer notice of the same task is queued, or if the stage is without notification. A reply of the
/// bot goes only to the account that it was for.
///
/// # Errors
/// [`Error::NotFound`] for a notice that is no dead letter, [`Error::Invalid`] when the customer
/// has no verified Telegram account any more, or another one than the reply was for.
pub fn retry(tx: &Transaction, _: &Actor, id: NoticeId, now: Timestamp) -> Result<TaskRow> {
    let dead = store::outbox::get_undelivered(tx, id)?.ok_or(Error::NotFound)?;
    let task = dead.told.task();
    let row = store::tasks::get(tx, task)?.ok_or(Error::NotFound)?;
    let link = row
        .customer
        .and_then(|customer| customer.telegram)
        .filter(|link| link.verified)
        .filter(|link| matches!(dead.told, Told::Notice(_)) || link.id == dead.chat)
        .ok_or(Problem::NotReachable.at("id"))?;
    let stage = dead.told.status().map(|_| &row.stage);
    let is_said = match stage {
        Some(stage) => !stage.told || store::outbox::waiting_of_task(tx, task)?.is_some(),
        None => false,
    };
    match is_said {
        true => store::outbox::delete(tx, id)?,
        false => store::outbox::revive(tx, id, link.id, stage.map(|stage| &**stage), now)?,
    }
    store::tasks::get(tx, task)?.ok_or(Error::NotFound)
}
