//! The history entries of an event.

use super::Event;
use crate::domain::{
    Approval, ApprovalId, CustomerId, EmployeeId, EventKind, PaymentKind, Status, TaskId,
};

/// A history entry to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub kind: EventKind,
    pub from: Option<String>,
    pub to: Option<String>,
}

impl Note {
    /// Creates a note of an event with its id, word or sum.
    fn happened(kind: EventKind, what: impl ToString) -> Self {
        let (from, to) = (None, Some(what.to_string()));
        Self { kind, from, to }
    }
}

/// The history entries of one change of a task, in order.
#[derive(Debug, Clone, Default)]
pub struct Notes {
    entries: Vec<Note>,
    /// Quotes that the change has withdrawn.
    withdrawn: Vec<ApprovalId>,
}

impl Notes {
    /// Adds a change of a value, unless both values are equal.
    pub fn changed(&mut self, kind: EventKind, from: &str, to: &str) {
        if from != to {
            let (from, to) = (Some(from.to_owned()), Some(to.to_owned()));
            self.entries.push(Note { kind, from, to });
        }
    }

    /// Adds a change of an optional value; a missing one is an empty text.
    pub fn changed_maybe<T: ToString>(&mut self, kind: EventKind, from: Option<T>, to: Option<T>) {
        let text = |value: Option<T>| value.map(|value| value.to_string()).unwrap_or_default();
        self.changed(kind, &text(from), &text(to));
    }

    /// Adds the withdrawal of a quote.
    pub fn withdrew(&mut self, approval: &Approval) {
        self.happened(EventKind::Withdrawn, approval.price.minor());
        self.withdrawn.push(approval.id);
    }

    /// Returns the quotes that the change has withdrawn.
    pub fn withdrawn(&self) -> &[ApprovalId] {
        &self.withdrawn
    }

    /// Adds an event with its id or sum.
    pub fn happened(&mut self, kind: EventKind, what: impl ToString) {
        self.entries.push(Note::happened(kind, what));
    }
}

impl Event<'_> {
    /// Returns the history entries.
    pub fn history(&self) -> Vec<(TaskId, Note)> {
        match self {
            Self::TaskCreated { task, stage } => {
                let created = Note::happened(EventKind::Created, stage.status.word());
                let stage = (!stage.is_first())
                    .then(|| Note::happened(EventKind::Stage, stage.name.as_str()));
                std::iter::once(created)
                    .chain(stage)
                    .map(|note| (task.id, note))
                    .collect()
            }
            Self::TaskImported {
                task,
                number,
                comments,
            } => {
                let (from, to) = ((*number).to_owned(), task.status.word().to_owned());
                let comment = |id| (task.id, Note::happened(EventKind::Comment, id));
                let mut notes = one(task.id, EventKind::Imported, Some(from), Some(to));
                notes.extend(comments.iter().map(comment));
                notes
            }
            Self::TaskChanged { after, notes, .. }
            | Self::LinesChanged { after, notes, .. }
            | Self::AgreedByPhone { after, notes, .. }
            | Self::PriceAsked { after, notes, .. } => all(after.id, notes),
            Self::PaymentRecorded { task, entry, .. } => {
                let kind = match entry.kind {
                    PaymentKind::Refund => EventKind::Refunded,
                    PaymentKind::Reversal => EventKind::Reversed,
                    PaymentKind::Payment | PaymentKind::CashIn | PaymentKind::CashOut => {
                        EventKind::Paid
                    }
                };
                vec![(task.id, Note::happened(kind, entry.sum().minor()))]
            }
            Self::PriceWithdrawn { task, notes } => all(task.id, notes),
            Self::TaskAssigned { before, after, .. } => {
                let word = |id: Option<EmployeeId>| id.map(|id| id.to_string());
                let (from, to) = (word(before.employee), word(after.employee));
                one(after.id, EventKind::Employee, from, to)
            }
            Self::TaskCustomerChanged {
                before,
                after,
                notes,
            } => {
                let word = |id: Option<CustomerId>| id.map(|id| id.to_string());
                let (from, to) = (word(before.customer), word(after.customer));
                let mut all = all(after.id, notes);
                all.extend(one(after.id, EventKind::Customer, from, to));
                all
            }
            Self::TaskDeleted { task } => {
                let last = task.status.word().to_owned();
                one(task.id, EventKind::Deleted, Some(last), None)
            }
            Self::CommentAdded { task, comment, .. } => {
                vec![(task.id, Note::happened(EventKind::Comment, comment))]
            }
            Self::CommentsSettled { task } => vec![(*task, Note::happened(EventKind::Settled, ""))],
            Self::AnswerReceived { task, comment } => {
                vec![(task.id, Note::happened(EventKind::Answer, comment))]
            }
            Self::AnswerChanged {
                task,
                before,
                after,
                ..
            } => {
                let from = (before != after).then(|| before.as_str().to_owned());
                let to = Some(after.as_str().to_owned());
                one(task.id, EventKind::Edited, from, to)
            }
            Self::AnswerMoved {
                from,
                task,
                comment,
            } => vec![
                (*from, Note::happened(EventKind::Moved, comment)),
                (task.id, Note::happened(EventKind::Answer, comment)),
            ],
            Self::PriceDecided {
                task,
                price,
                agreed,
                ..
            } => {
                let kind = match agreed {
                    true => EventKind::Agreed,
                    false => EventKind::Declined,
                };
                vec![(task.id, Note::happened(kind, price.minor()))]
            }
            Self::ReminderDue { task, days, .. } => {
                vec![(*task, Note::happened(EventKind::Reminded, days))]
            }
            // The store writes those of a stage in one statement, as there may be very many.
            Self::StageMerged { .. }
            | Self::CustomerCreated { .. }
            | Self::CustomerUpdated { .. } => Vec::new(),
            Self::CustomerDeleted { id, tasks } => {
                let lost = |(task, ..): &(TaskId, Status, i64)| {
                    one(*task, EventKind::Customer, Some(id.to_string()), None)
                };
                tasks.iter().flat_map(lost).collect()
            }
        }
    }
}

fn one(
    task: TaskId,
    kind: EventKind,
    from: Option<String>,
    to: Option<String>,
) -> Vec<(TaskId, Note)> {
    vec![(task, Note { kind, from, to })]
}

fn all(task: TaskId, notes: &Notes) -> Vec<(TaskId, Note)> {
    let notes = notes.entries.iter().cloned();
    notes.map(|note| (task, note)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_the_same_is_no_change() {
        let mut notes = Notes::default();
        notes.changed(EventKind::Category, "OTHER", "OTHER");
        notes.changed_maybe(EventKind::Due, None::<&str>, None);
        assert!(notes.entries.is_empty());
        notes.changed_maybe(EventKind::Due, None, Some("2021-07-25"));
        assert_eq!(notes.entries[0].from.as_deref(), Some(""));
    }
}
