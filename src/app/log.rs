//! Writing down what changed in a task.

use jiff::Timestamp;

use crate::domain::{Actor, Author, EventKind, Result, TaskId};
use crate::store::{self, Transaction};

/// One change of a task by an employee, whose parts become rows of the history.
pub(super) struct Log<'a> {
    pub tx: &'a Transaction<'a>,
    pub actor: &'a Actor,
    pub task: TaskId,
    pub now: Timestamp,
}

impl Log<'_> {
    /// Appends to the history, unless nothing changed.
    pub fn note(&self, kind: EventKind, from: &str, to: &str) -> Result<()> {
        if from == to {
            return Ok(());
        }
        let author = Author::Staff(self.actor.id());
        let (from, to) = (Some(from), Some(to));
        store::history::append(self.tx, self.task, kind, author, from, to, self.now)
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
