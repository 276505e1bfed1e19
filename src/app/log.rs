//! Writing down what changed in a task.

use jiff::Timestamp;

use crate::domain::{Actor, Author, CustomerId, EventKind, Result, TaskId};
use crate::store::{self, Transaction};

/// One change of a task by somebody, whose parts become rows of the history.
pub(super) struct Log<'a> {
    pub tx: &'a Transaction<'a>,
    pub author: Author,
    pub task: TaskId,
    pub now: Timestamp,
}

impl<'a> Log<'a> {
    /// For what an employee does.
    pub fn of(tx: &'a Transaction<'a>, actor: &Actor, task: TaskId, now: Timestamp) -> Self {
        let author = Author::Staff(actor.id());
        Self {
            tx,
            author,
            task,
            now,
        }
    }

    /// For what a customer does.
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

    /// Appends to the history, unless nothing changed.
    pub fn note(&self, kind: EventKind, from: &str, to: &str) -> Result<()> {
        if from == to {
            return Ok(());
        }
        self.append(kind, Some(from), Some(to))
    }

    /// Appends that something happened, with its number or its sum.
    pub fn happened(&self, kind: EventKind, what: impl ToString) -> Result<()> {
        self.append(kind, None, Some(&what.to_string()))
    }

    fn append(&self, kind: EventKind, from: Option<&str>, to: Option<&str>) -> Result<()> {
        store::history::append(self.tx, self.task, kind, self.author, from, to, self.now)
    }

    /// The same for what may be missing, which is an empty text.
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
