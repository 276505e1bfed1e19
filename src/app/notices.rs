//! When a customer is told something.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::domain::{
    Actor, Collapsed, Customer, Error, Notice, NoticeId, NoticeRecord, Problem, Result, Shop,
    Stage, TaskId, TelegramLink, Told, Undelivered, collapse,
};
use crate::store::tasks::TaskRow;
use crate::store::{self, Connection, Transaction};

/// Queues the news of another stage for the customer, if there is one who can be told. A stage of
/// which customers aren't told is queued as well, so that there and back again is nothing; when its
/// turn comes it goes unsaid.
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

/// Queues what goes out at once, for the customer if there is one who can be told.
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

/// What the customer was told of a task, or is to be told, newest first; with the answers of the bot
/// that did not arrive.
pub fn of_task(connection: &Connection, _: &Actor, task: TaskId) -> Result<Vec<NoticeRecord>> {
    store::outbox::of_task(connection, task)
}

/// The messages to customers that were given up, newest first, with their tasks.
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

/// Tries a given-up message again. News of a stage tells the one that the task has now; where newer
/// news of the same task waits already, that says it all, and where customers aren't told of the stage
/// there is nothing to say: the old one goes. An answer of the bot was for whoever asked, and goes to no
/// other account.
///
/// # Errors
/// [`Error::NotFound`] for a notice that was not given up, [`Error::Invalid`] when the customer
/// has no confirmed Telegram account any more, or not the one that the answer was for.
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
