//! Lists of any length, read in chunks, so that only one chunk is in memory and no database
//! snapshot is held while the response is written. Each chunk reflects the state at the time of
//! reading it.

use std::sync::Arc;

use futures_util::stream::{self, Stream};

use super::Desk;
use super::memory::Memory;
use crate::domain::{Actor, Customer, CustomerId, Result, Span, TaskFilter, TaskId};
use crate::store::customers::Search;
use crate::store::tasks::{Listed, Wanted};
use crate::store::{self, Db};

/// Rows per chunk.
const PART: usize = 250;
/// Ids looked up at a time. Where no index provides them in order, every look-up sorts all matches.
const NUMBERS: usize = 5_000;

/// Progress of a list of tasks.
struct Tasks {
    db: Db,
    memory: Arc<Memory>,
    filter: TaskFilter,
    wanted: Wanted,
    /// The last task read; `None` before the first.
    last: Option<TaskId>,
    /// The next ids.
    numbers: Vec<TaskId>,
    /// Whether more ids may follow.
    more: bool,
}

/// Streams the matching tasks, oldest first. The first chunk needs one statement; only longer lists
/// queue for their turn.
pub fn tasks(
    desk: &Desk,
    _: &Actor,
    filter: TaskFilter,
    wanted: Wanted,
) -> impl Stream<Item = Result<Vec<Listed>>> + Send + use<> {
    let list = Tasks {
        db: desk.db.clone(),
        memory: desk.memory.clone(),
        filter,
        wanted,
        last: None,
        numbers: Vec::new(),
        more: true,
    };
    stream::try_unfold(list, |mut list| async move {
        let rows = list.next().await?;
        Ok(rows.map(|rows| (rows, list)))
    })
}

impl Tasks {
    async fn next(&mut self) -> Result<Option<Vec<Listed>>> {
        if self.numbers.is_empty() && !self.more {
            return Ok(None);
        }
        let (filter, wanted) = (self.filter.clone(), self.wanted);
        let Some(last) = self.last else {
            let first = move |c: &_| store::tasks::first_as(c, wanted, &filter, PART);
            let rows = self.db.read(first).await?;
            self.last = rows.last().map(|row| row.id);
            self.more = rows.len() == PART;
            return Ok(Some(rows));
        };
        let _step = self.memory.step().await?;
        if self.numbers.is_empty() {
            let numbers = move |c: &_| store::tasks::next_ids(c, &filter, last, NUMBERS);
            self.numbers = self.db.read(numbers).await?;
            self.more = self.numbers.len() == NUMBERS;
            if self.more {
                self.memory.check_line()?;
            }
        }
        let behind = self.numbers.split_off(PART.min(self.numbers.len()));
        let part = std::mem::replace(&mut self.numbers, behind);
        let Some(last) = part.last() else {
            return Ok(None);
        };
        self.last = Some(*last);
        let read = move |c: &_| store::tasks::by_ids_as(c, wanted, &part);
        Ok(Some(self.db.read(read).await?))
    }
}

/// Streams all customers, oldest first.
pub fn customers(
    desk: &Desk,
    _: &Actor,
) -> impl Stream<Item = Result<Vec<Customer>>> + Send + use<> {
    cards(desk)
}

pub(super) fn cards(desk: &Desk) -> impl Stream<Item = Result<Vec<Customer>>> + Send + use<> {
    let (db, memory) = (desk.db.clone(), desk.memory.clone());
    // The customer to continue after; `None` at the end.
    let start = Some(None::<CustomerId>);
    stream::try_unfold((db, memory, start), |(db, memory, after)| async move {
        let Some(after) = after else {
            return Ok(None);
        };
        let _step = match after {
            Some(_) => Some(memory.step().await?),
            None => None,
        };
        let page =
            move |c: &_| store::customers::page(c, &Search::default(), Span::first(after, PART));
        let cards = db.read(page).await?;
        let full = cards.len() == PART;
        let next = cards.last().filter(|_| full).map(|card| Some(card.id));
        Ok(Some((cards, (db, memory, next))))
    })
}
