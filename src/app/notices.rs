//! When a customer is told something.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::domain::{
    Actor, Collapsed, Customer, Error, Notice, NoticeId, NoticeRecord, Problem, Result, Shop,
    Status, TaskId, Undelivered, collapse,
};
use crate::store::tasks::TaskRow;
use crate::store::{self, Connection, Transaction};

/// Queues the news of a status change for the customer, if there is one who can be told.
pub fn status_changed(
    tx: &Transaction,
    shop: &Shop,
    customer: Option<&Customer>,
    task: TaskId,
    from: Status,
    to: Status,
    now: Timestamp,
) -> Result<()> {
    let Some((customer, link)) = customer.and_then(|c| c.telegram.map(|link| (c, link))) else {
        return Ok(());
    };
    if !link.reachable() {
        return Ok(());
    }
    let due = now.saturating_add(shop.notify_delay).unwrap_or(now);
    match collapse(store::outbox::waiting_of_task(tx, task)?, to) {
        Collapsed::Drop(id) => store::outbox::delete(tx, id),
        Collapsed::Replace(id) => store::outbox::replace(tx, id, to, due),
        Collapsed::Send => {
            let notice = Notice::StatusChanged { task, from, to };
            store::outbox::push_notice(tx, link.id, customer.id, notice, now, due)
        }
    }
}

/// What the customer was told of a task, or is to be told, newest first.
pub fn of_task(connection: &Connection, _: &Actor, task: TaskId) -> Result<Vec<NoticeRecord>> {
    store::outbox::of_task(connection, task)
}

/// The notices that were given up, newest first, with the tasks that they tell of.
pub fn undelivered(connection: &Connection, _: &Actor) -> Result<Vec<(Undelivered, TaskRow)>> {
    let all = store::outbox::all_undelivered(connection)?;
    let ids: Vec<TaskId> = all.iter().map(|dead| dead.notice.task()).collect();
    let tasks = store::tasks::by_ids(connection, &ids)?;
    let tasks: HashMap<TaskId, TaskRow> = tasks.into_iter().map(|row| (row.task.id, row)).collect();
    let with_task = |dead: Undelivered| Some((tasks.get(&dead.notice.task())?.clone(), dead));
    Ok(all
        .into_iter()
        .filter_map(with_task)
        .map(|(row, dead)| (dead, row))
        .collect())
}

/// Tries a given-up notice again, with the status that the task has now. Where newer news of the
/// same task's status waits already, that says it all, and the old goes.
///
/// # Errors
/// [`Error::NotFound`] for a notice that was not given up, [`Error::Invalid`] when the customer
/// has no confirmed Telegram account any more.
pub fn retry(tx: &Transaction, _: &Actor, id: NoticeId, now: Timestamp) -> Result<TaskRow> {
    let dead = store::outbox::get_undelivered(tx, id)?.ok_or(Error::NotFound)?;
    let task = dead.notice.task();
    let row = store::tasks::get(tx, task)?.ok_or(Error::NotFound)?;
    let link = row
        .customer
        .and_then(|customer| customer.telegram)
        .filter(|link| link.verified)
        .ok_or(Problem::NotReachable.at("id"))?;
    let newer = match dead.notice {
        Notice::StatusChanged { .. } => store::outbox::waiting_of_task(tx, task)?,
        Notice::Reminder { .. } => None,
    };
    match newer {
        Some(_) => store::outbox::delete(tx, id)?,
        None => store::outbox::revive(tx, id, link.id, row.task.status, now)?,
    }
    store::tasks::get(tx, task)?.ok_or(Error::NotFound)
}
