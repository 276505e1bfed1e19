//! The outgoing webhooks of an event.

use jiff::Timestamp;

use super::{Event, Notes};
use crate::domain::{Author, Decision, HookEvent, HookNews, PaymentKind, Subject, Task};

impl Event<'_> {
    /// Returns the events for outgoing webhooks.
    pub fn webhooks(&self, author: Author) -> Vec<HookNews> {
        let news = self.news().into_iter();
        news.map(|(event, subject)| (event, subject.by(author)))
            .collect()
    }

    fn news(&self) -> Vec<HookNews> {
        let task = |event, task: &Task| vec![(event, Subject::of(task))];
        match self {
            Self::TaskCreated { task: new, .. } | Self::TaskImported { task: new, .. } => {
                task(HookEvent::TaskCreated, new)
            }
            Self::TaskChanged {
                before,
                after,
                notes,
                ..
            }
            | Self::TaskCustomerChanged {
                before,
                after,
                notes,
            } => {
                let mut news = Subject::of_change(before, after);
                news.extend(withdrawn(after, notes));
                news
            }
            Self::TaskAssigned { before, after, .. } => Subject::of_change(before, after),
            Self::PriceAsked {
                before,
                after,
                notes,
                approval,
                ..
            } => {
                let mut news = Subject::of_change(before, after);
                news.extend(withdrawn(after, notes));
                let asked = Subject::of(after).with_approval(*approval, Decision::Asked);
                news.push((HookEvent::ApprovalRequested, asked));
                news
            }
            Self::LinesChanged {
                before,
                after,
                notes,
            } => {
                let mut news = Subject::of_change(before, after);
                news.push((HookEvent::LinesChanged, Subject::of(after)));
                news.extend(withdrawn(after, notes));
                news
            }
            Self::AgreedByPhone {
                before,
                after,
                notes,
                approval,
            } => {
                let mut news = Subject::of_change(before, after);
                news.extend(withdrawn(after, notes));
                let agreed = Subject::of(after).with_approval(*approval, Decision::Agreed);
                news.push((HookEvent::ApprovalDecided, agreed));
                news
            }
            Self::PaymentRecorded {
                task,
                entry,
                payment,
            } => {
                let event = match entry.kind {
                    PaymentKind::Refund => HookEvent::PaymentRefunded,
                    PaymentKind::Reversal => HookEvent::PaymentReversed,
                    PaymentKind::Payment | PaymentKind::CashIn | PaymentKind::CashOut => {
                        HookEvent::PaymentReceived
                    }
                };
                vec![(event, Subject::of(task).with_payment(*payment))]
            }
            Self::TaskDeleted { task: last } => task(HookEvent::TaskDeleted, last),
            Self::CommentAdded { task, comment, .. } => {
                let subject = Subject::of(task).with_comment(*comment);
                vec![(HookEvent::CommentAdded, subject)]
            }
            Self::AnswerReceived { task, comment }
            | Self::AnswerChanged { task, comment, .. }
            | Self::AnswerMoved { task, comment, .. } => {
                let subject = Subject::of(task).with_comment(*comment);
                vec![(HookEvent::AnswerReceived, subject)]
            }
            Self::PriceDecided {
                task,
                approval,
                agreed,
                ..
            } => {
                let decision = match agreed {
                    true => Decision::Agreed,
                    false => Decision::Declined,
                };
                let subject = Subject::of(task).with_approval(*approval, decision);
                vec![(HookEvent::ApprovalDecided, subject)]
            }
            Self::PriceWithdrawn { task, notes } => withdrawn(task, notes).collect(),
            Self::CommentsSettled { .. } | Self::ReminderDue { .. } | Self::StageMerged { .. } => {
                Vec::new()
            }
            Self::CustomerCreated { id } => {
                vec![(HookEvent::CustomerCreated, Subject::customer(*id))]
            }
            Self::CustomerUpdated { id, changed } => {
                let subject = Subject::customer(*id).with_changed(changed);
                vec![(HookEvent::CustomerUpdated, subject)]
            }
            Self::CustomerDeleted { id, tasks } => {
                let changed = tasks.iter().map(|(task, status, version)| {
                    let subject = Subject::task(*task, *status, *version);
                    (HookEvent::TaskUpdated, subject)
                });
                let deleted = (HookEvent::CustomerDeleted, Subject::customer(*id));
                changed.chain([deleted]).collect()
            }
        }
    }

    /// Returns the time of the event for webhooks: for an imported task, the time of its creation.
    pub fn instant(&self, now: Timestamp) -> Timestamp {
        match self {
            Self::TaskImported { task, .. } => task.created,
            _ => now,
        }
    }
}

/// Returns the events of the quotes that a change of a task has withdrawn.
fn withdrawn(task: &Task, notes: &Notes) -> impl Iterator<Item = HookNews> {
    notes.withdrawn().iter().map(|id| {
        let subject = Subject::of(task).with_approval(*id, Decision::Withdrawn);
        (HookEvent::ApprovalWithdrawn, subject)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{CustomerId, EventKind, Note, Status, TaskId};

    #[test]
    fn a_card_that_goes_changes_each_of_its_tasks_first() {
        let (id, first) = (CustomerId::from_row(7), TaskId::from_row(1));
        let tasks = vec![(first, Status::Ready, 3)];
        let event = Event::CustomerDeleted { id, tasks };
        let told = event.webhooks(Author::System);
        let told: Vec<HookEvent> = told.into_iter().map(|(event, _)| event).collect();
        assert_eq!(told, [HookEvent::TaskUpdated, HookEvent::CustomerDeleted]);
        let (kind, from, to) = (EventKind::Customer, Some("7".to_owned()), None);
        assert_eq!(event.history(), [(first, Note { kind, from, to })]);
    }
}
