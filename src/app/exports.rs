//! Streaming exports of the whole shop. Owners only where an export contains every customer's
//! phone.

use futures_util::stream::{self, Stream};

use super::{Desk, details};
use crate::domain::{
    Actor, CatalogueItem, Customer, Days, Details, ItemId, Owner, Result, Span, TaskFilter,
    TaskOrder,
};
use crate::store::catalogue::ItemFilter;
use crate::store::tasks::{After, TaskRow};
use crate::store::{self, Connection};

/// Rows per chunk: a file of any length needs only a few chunks in memory, and no database snapshot
/// is held while the client reads.
const PART: usize = 250;

/// Streams the tasks created on those days with their details, oldest first.
pub fn tasks(
    desk: &Desk,
    _: Owner,
    created: Days,
) -> impl Stream<Item = Result<Vec<(TaskRow, Details)>>> + Send + use<> {
    let (db, memory) = (desk.db.clone(), desk.memory.clone());
    let filter = TaskFilter {
        created,
        ..TaskFilter::default()
    };
    // The task to continue after; `None` at the end.
    let start = Some(None::<After>);
    stream::try_unfold(
        (db, memory, filter, start),
        |(db, memory, filter, after)| async move {
            let Some(after) = after else {
                return Ok(None);
            };
            let _step = memory.step().await?;
            let wanted = filter.clone();
            let rows = db.read(move |c| part(c, &wanted, after)).await?;
            let full = rows.len() == PART;
            let last = rows.last().filter(|_| full);
            let next = last.map(|(row, _)| Some(After::of(row, TaskOrder::Oldest)));
            Ok(Some((rows, (db, memory, filter, next))))
        },
    )
}

fn part(
    connection: &Connection,
    filter: &TaskFilter,
    after: Option<After>,
) -> Result<Vec<(TaskRow, Details)>> {
    let rows = store::tasks::page(
        connection,
        filter,
        TaskOrder::Oldest,
        Span::first(after, PART),
    )?;
    details::with(connection, rows)
}

/// Streams the customers, oldest first.
pub fn customers(
    desk: &Desk,
    _: Owner,
) -> impl Stream<Item = Result<Vec<Customer>>> + Send + use<> {
    super::lists::cards(desk)
}

/// Streams the items of the catalogue, ordered by name.
pub fn items(
    desk: &Desk,
    _: Actor,
) -> impl Stream<Item = Result<Vec<CatalogueItem>>> + Send + use<> {
    let (db, memory) = (desk.db.clone(), desk.memory.clone());
    // The item to continue after; `None` at the end.
    let start = Some(None::<ItemId>);
    stream::try_unfold((db, memory, start), |(db, memory, after)| async move {
        let Some(after) = after else {
            return Ok(None);
        };
        let _step = memory.step().await?;
        let part = move |c: &_| {
            store::catalogue::page(c, &ItemFilter::default(), Span::first(after, PART))
        };
        let items = db.read(part).await?;
        let last = items.last().filter(|_| items.len() == PART);
        let next = last.map(|item| Some(item.id));
        Ok(Some((items, (db, memory, next))))
    })
}
