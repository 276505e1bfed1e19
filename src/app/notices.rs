//! Notices to customers.

use std::collections::HashMap;

use jiff::Timestamp;

use super::routes;
use crate::domain::{
    Actor, Channel, Collapsed, Customer, Error, Notice, NoticeId, NoticeRecord, Problem, Result,
    Shop, StageNews, TaskId, Told, Undelivered, collapse,
};
use crate::store::tasks::TaskRow;
use crate::store::{self, Connection, Transaction};

/// Queues the notice of a stage. A stage of which customers aren't notified is queued as well, so
/// that moving a task there and back sends nothing; when it is due, it is dropped.
pub(super) fn tell_stage(
    tx: &Transaction,
    task: TaskId,
    news: &StageNews<'_>,
    now: Timestamp,
) -> Result<()> {
    let StageNews {
        to,
        before,
        after,
        due,
    } = *news;
    match collapse(
        store::outbox::waiting_of_task(tx, task, to.customer)?,
        after.id,
    ) {
        Collapsed::Drop(id) => store::outbox::delete(tx, id),
        Collapsed::Replace(id) => store::outbox::replace(tx, id, after, now, due),
        Collapsed::Send => {
            let notice = Notice::StatusChanged {
                task,
                from: before.status,
                to: after.status,
                from_stage: Some(before.id),
                to_stage: Some(after.id),
            };
            store::outbox::push_notice(tx, to, notice, now, due)
        }
    }
}

/// Returns the notices of some tasks, sent and queued, newest first; with replies of the bot that were
/// not delivered.
pub fn of_tasks(connection: &Connection, _: &Actor, ids: &[TaskId]) -> Result<Vec<NoticeRecord>> {
    store::outbox::of_tasks(connection, ids)
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
/// [`Error::NotFound`] for a notice that is no dead letter, [`Error::Invalid`] when it was for another
/// customer of the task, when no channel reaches the customer any more, or when a reply was for another account.
pub fn retry(
    tx: &Transaction,
    shop: &Shop,
    _: &Actor,
    id: NoticeId,
    now: Timestamp,
) -> Result<TaskRow> {
    let dead = store::outbox::get_undelivered(tx, id)?.ok_or(Error::NotFound)?;
    let task = dead.told.task();
    let row = store::tasks::get(tx, task)?.ok_or(Error::NotFound)?;
    let customer = row.customer.as_deref();
    let to = customer.and_then(|customer| Some((customer.id, channel_of(shop, customer, &dead)?)));
    let (customer, channel) = to.ok_or(Problem::NotReachable.at("id"))?;
    let stage = dead.told.status().map(|_| &row.stage);
    let is_said = match stage {
        Some(stage) => !stage.told || store::outbox::waiting_of_task(tx, task, customer)?.is_some(),
        None => false,
    };
    match is_said {
        true => store::outbox::delete(tx, id)?,
        false => store::outbox::revive(tx, id, channel, stage.map(|stage| &**stage), now)?,
    }
    store::tasks::get(tx, task)?.ok_or(Error::NotFound)
}

/// Returns the channel by which a dead letter can be sent again to a customer.
fn channel_of(shop: &Shop, customer: &Customer, dead: &Undelivered) -> Option<Channel> {
    match dead.told {
        Told::Notice(_) if dead.customer != Some(customer.id) => None,
        // An account that blocked the bot may have unblocked it: the attempt tells.
        Told::Notice(notice) => {
            let routes = routes::of(shop, customer, notice, &[]);
            let verified = customer.links().find(|link| link.verified);
            let account = verified.map(|link| link.chat.messenger.channel());
            routes.into_iter().next().or(account)
        }
        Told::Reply { .. } => {
            let link = customer.link_to(dead.chat?)?;
            link.verified.then_some(dead.channel)
        }
    }
}
