//! Changes of tasks and customers in the order of their commits, for readers who keep a copy; and streams of them.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{self, Stream};
use jiff::Timestamp;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use super::security::tokens::Session;
use super::{Desk, accounts};
use crate::domain::{Actor, Customer, CustomerId, Error, Problem, Result, Span, TaskId, Tracked};
use crate::store::changes::Changed;
use crate::store::tasks::TaskRow;
use crate::store::{self, Connection, CustomerChanged, Transaction};

/// A place in the order of changes, as a reader has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Part of the cursor by which a file is recognised.
    pub mark: Vec<u8>,
    pub seq: i64,
}

/// A change, with its object as it is now.
pub struct Entry {
    pub change: Changed,
    pub place: Place,
    pub task: Option<TaskRow>,
    pub customer: Option<Customer>,
}

/// Notes a start of the server.
pub fn begin(tx: &Transaction, now: Timestamp) -> Result<()> {
    store::changes::begin(tx, now)
}

/// Returns a span of the changes.
///
/// # Errors
/// [`Error::Invalid`] for a place that this file has never given: the reader has to start anew.
pub fn page(connection: &Connection, _: &Actor, span: &Span<Place>) -> Result<Vec<Entry>> {
    let mark = store::changes::mark(connection)?;
    let mark = mark.ok_or_else(|| Error::internal("no start of the server is noted"))?;
    for (field, place) in [("after", &span.after), ("before", &span.before)] {
        if let Some(Place { mark, seq }) = place
            && !store::changes::knows(connection, mark, *seq)?
        {
            return Err(Problem::CursorUnknown.at(field).into());
        }
    }
    let seq = |place: &Option<Place>| place.as_ref().map(|place| place.seq);
    let within = Span {
        after: seq(&span.after),
        before: seq(&span.before),
        from_end: span.from_end,
        limit: span.limit,
    };
    let found = store::changes::page(connection, within)?;
    let (mut tasks, mut customers) = (Vec::new(), Vec::new());
    for change in found.iter().filter(|change| !change.deleted) {
        match change.object {
            Tracked::Task(id) => tasks.push(id),
            Tracked::Customer(id) => customers.push(id),
        }
    }
    let mut tasks = store::tasks::by_ids(connection, &tasks)?;
    let mut customers = store::customers::by_ids(connection, &customers)?;
    let entry = |change: Changed| Entry {
        task: take(&mut tasks, |row| {
            Tracked::Task(row.task.id) == change.object
        }),
        customer: take(&mut customers, |card| {
            Tracked::Customer(card.id) == change.object
        }),
        place: Place {
            mark: mark.clone(),
            seq: change.seq,
        },
        change,
    };
    Ok(found.into_iter().map(entry).collect())
}

fn take<T>(all: &mut Vec<T>, is_it: impl Fn(&T) -> bool) -> Option<T> {
    let place = all.iter().position(is_it)?;
    Some(all.swap_remove(place))
}

/// Counts the changes: the tasks and customers, and those that were deleted.
pub fn count(connection: &Connection, _: &Actor) -> Result<i64> {
    store::changes::count(connection)
}

/// Returns when tasks changed last.
pub fn times_of_tasks(
    connection: &Connection,
    _: &Actor,
    ids: &[TaskId],
) -> Result<HashMap<TaskId, Timestamp>> {
    store::changes::times_of_tasks(connection, ids)
}

/// Returns when customers changed last.
pub fn times_of_customers(
    connection: &Connection,
    _: &Actor,
    ids: &[CustomerId],
) -> Result<HashMap<CustomerId, Timestamp>> {
    store::changes::times_of_customers(connection, ids)
}

/// Streams every change of all customers or of one, with the customer as it is when the event is sent. Ends as
/// [`super::tasks::watch`] does.
pub fn watch_customers(
    desk: Arc<Desk>,
    session: Session,
    only: Option<CustomerId>,
) -> impl Stream<Item = Result<(CustomerChanged, Option<Customer>)>> {
    let changes = desk.db.customer_changes();
    let wants = move |change: &CustomerChanged| only.is_none_or(|only| only == change.customer);
    follow(desk, session, changes, wants, |c, change| {
        store::customers::get(c, change.customer)
    })
}

/// Streams the wanted changes with their objects. Ends after an error: the session has ended, or the subscriber is too
/// slow.
pub(super) fn follow<C, O>(
    desk: Arc<Desk>,
    session: Session,
    changes: broadcast::Receiver<C>,
    wants: impl Fn(&C) -> bool + Copy + Send + Sync,
    read: fn(&Connection, C) -> Result<Option<O>>,
) -> impl Stream<Item = Result<(C, Option<O>)>>
where
    C: Copy + Send + 'static,
    O: Send + 'static,
{
    stream::unfold(Some((desk, changes)), move |state| async move {
        let (desk, mut changes) = state?;
        match next(&desk, &mut changes, session, wants, read).await {
            Ok(None) => None,
            Ok(Some(change)) => Some((Ok(change), Some((desk, changes)))),
            Err(error) => Some((Err(error), None)),
        }
    })
}

async fn next<C, O>(
    desk: &Desk,
    changes: &mut broadcast::Receiver<C>,
    session: Session,
    wants: impl Fn(&C) -> bool,
    read: fn(&Connection, C) -> Result<Option<O>>,
) -> Result<Option<(C, Option<O>)>>
where
    C: Copy + Send + 'static,
    O: Send + 'static,
{
    loop {
        let change = tokio::select! {
            () = accounts::ended(desk, session) => return Err(Error::Unauthenticated),
            change = changes.recv() => change,
        };
        let change = match change {
            Ok(change) if wants(&change) => change,
            Ok(_) => continue,
            Err(RecvError::Closed) => return Ok(None),
            Err(RecvError::Lagged(_)) => {
                return Err(Error::RateLimited {
                    retry_after: Duration::ZERO,
                });
            }
        };
        let object = desk.db.read(move |c| read(c, change)).await?;
        accounts::holds(desk, session).await?;
        return Ok(Some((change, object)));
    }
}
