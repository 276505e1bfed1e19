//! Recording of a task's changes in its history.

use jiff::Timestamp;

use crate::domain::{Actor, Author, CustomerId, EventKind, Result, TaskId};
use crate::store::{self, Transaction};

/// A change of a task by somebody, whose parts become history rows.
pub(super) struct Log<'a> {
    pub tx: &'a Transaction<'a>,
    pub author: Author,
    pub task: TaskId,
    pub now: Timestamp,
}

impl<'a> Log<'a> {
    /// Creates a recorder for an employee's change.
    pub fn of(tx: &'a Transaction<'a>, actor: &Actor, task: TaskId, now: Timestamp) -> Self {
        let author = Author::Staff(actor.id());
        Self {
            tx,
            author,
            task,
            now,
        }
    }

    /// Creates a recorder for a customer's change.
    pub fn of_customer(
        tx: &'a Transaction<'a>,
        customer: Option<CustomerId>,
        task: TaskId,
        now: Timestamp,
    ) -> Self {
        let author = Author::Customer(customer);
        Self {
            tx,
            author,
            task,
            now,
        }
    }

    /// Records a change from one value to another, unless they are equal.
    pub fn note(&self, kind: EventKind, from: &str, to: &str) -> Result<()> {
        if from == to {
            return Ok(());
        }
        self.append(kind, Some(from), Some(to))
    }

    /// Records an event with its id or sum.
    pub fn happened(&self, kind: EventKind, what: impl ToString) -> Result<()> {
        self.append(kind, None, Some(&what.to_string()))
    }

    fn append(&self, kind: EventKind, from: Option<&str>, to: Option<&str>) -> Result<()> {
        store::history::append(self.tx, self.task, kind, self.author, from, to, self.now)
    }

    /// Records a change of an optional value; a missing one is an empty text.
    pub fn note_maybe<T: ToString>(
        &self,
        kind: EventKind,
        from: Option<T>,
        to: Option<T>,
    ) -> Result<()> {
        let text = |value: Option<T>| value.map(|value| value.to_string()).unwrap_or_default();
        self.note(kind, &text(from), &text(to))
    }
}
