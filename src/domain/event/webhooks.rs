//! The outgoing webhooks of an event.

use jiff::Timestamp;

use super::Event;
use crate::domain::{CustomerId, HookEvent, PaymentKind, Subject, Task};

impl Event<'_> {
    /// Returns the events for outgoing webhooks.
    pub fn webhooks(&self) -> Vec<(HookEvent, Subject)> {
        let task = |event, task: &Task| vec![(event, Subject::of(task))];
        let card = |event, id: &CustomerId| vec![(event, Subject::customer(*id))];
        match self {
            Self::TaskCreated { task: new, .. } | Self::TaskImported { task: new, .. } => {
                task(HookEvent::TaskCreated, new)
            }
            Self::TaskChanged { before, after, .. }
            | Self::TaskAssigned { before, after, .. }
            | Self::TaskCustomerChanged { before, after, .. }
            | Self::PriceAsked { before, after, .. } => {
                let events = HookEvent::of_change(before, after).into_iter();
                events.map(|event| (event, Subject::of(after))).collect()
            }
            Self::LinesChanged { before, after, .. } => {
                let events = HookEvent::of_change(before, after).into_iter();
                let events = events.chain([HookEvent::LinesChanged]);
                events.map(|event| (event, Subject::of(after))).collect()
            }
            Self::AgreedByPhone { before, after, .. } => {
                let events = HookEvent::of_change(before, after).into_iter();
                let events = events.chain([HookEvent::ApprovalDecided]);
                events.map(|event| (event, Subject::of(after))).collect()
            }
            Self::PaymentRecorded { task: about, entry } => {
                let event = match entry.kind {
                    PaymentKind::Refund => HookEvent::PaymentRefunded,
                    PaymentKind::Reversal => HookEvent::PaymentReversed,
                    PaymentKind::Payment | PaymentKind::CashIn | PaymentKind::CashOut => {
                        HookEvent::PaymentReceived
                    }
                };
                task(event, about)
            }
            Self::TaskDeleted { task: last } => task(HookEvent::TaskDeleted, last),
            Self::CommentAdded { task: about, .. } => task(HookEvent::CommentAdded, about),
            Self::AnswerReceived { task: about, .. }
            | Self::AnswerChanged { task: about, .. }
            | Self::AnswerMoved { task: about, .. } => task(HookEvent::AnswerReceived, about),
            Self::PriceDecided { task: about, .. } => task(HookEvent::ApprovalDecided, about),
            Self::CommentsSettled { .. }
            | Self::PriceWithdrawn { .. }
            | Self::ReminderDue { .. }
            | Self::StageMerged { .. } => Vec::new(),
            Self::CustomerCreated { id } => card(HookEvent::CustomerCreated, id),
            Self::CustomerUpdated { id } => card(HookEvent::CustomerUpdated, id),
            Self::CustomerDeleted { id, tasks } => {
                let changed = tasks.iter().map(|(task, status, version)| {
                    let subject = Subject::task(*task, *status, *version);
                    (HookEvent::TaskUpdated, subject)
                });
                changed
                    .chain(card(HookEvent::CustomerDeleted, id))
                    .collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{EventKind, Note, Status, TaskId};

    #[test]
    fn a_card_that_goes_changes_each_of_its_tasks_first() {
        let (id, first) = (CustomerId::from_row(7), TaskId::from_row(1));
        let tasks = vec![(first, Status::Ready, 3)];
        let event = Event::CustomerDeleted { id, tasks };
        let told = event.webhooks();
        let told: Vec<HookEvent> = told.into_iter().map(|(event, _)| event).collect();
        assert_eq!(told, [HookEvent::TaskUpdated, HookEvent::CustomerDeleted]);
        let (kind, from, to) = (EventKind::Customer, Some("7".to_owned()), None);
        assert_eq!(event.history(), [(first, Note { kind, from, to })]);
    }
}
