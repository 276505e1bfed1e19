//! Events for outgoing webhooks. Payloads contain ids and states only; receivers query the API for
//! everything else.

use jiff::Timestamp;
use serde::Serialize;

use super::{CustomerId, DeliveryId, Status, Task, TaskId};

words! {
    /// Events that a webhook can subscribe to. A new kind also needs a place in
    /// [`Event::webhooks`](super::Event::webhooks).
    HookEvent {
        TaskCreated = "task.created", TaskUpdated = "task.updated",
        TaskStatusChanged = "task.status_changed", TaskAssigned = "task.assigned",
        TaskDeleted = "task.deleted", CustomerCreated = "customer.created",
        CustomerUpdated = "customer.updated", CustomerDeleted = "customer.deleted",
        CommentAdded = "comment.added", AnswerReceived = "answer.received",
        ApprovalDecided = "approval.decided", LinesChanged = "task.lines_changed",
        PaymentReceived = "payment.received", PaymentRefunded = "payment.refunded",
        PaymentReversed = "payment.reversed",
    }
}

impl HookEvent {
    /// Returns the events of a task's change: always an update, and the specific ones besides.
    pub fn of_change(before: &Task, after: &Task) -> Vec<Self> {
        let named = [
            (Self::TaskStatusChanged, before.status != after.status),
            (Self::TaskAssigned, before.employee != after.employee),
        ];
        let named = named
            .into_iter()
            .filter_map(|(event, so)| so.then_some(event));
        std::iter::once(Self::TaskUpdated).chain(named).collect()
    }
}

/// Subject of an event. It must not contain a phone, a name or any text, since it leaves the
/// server.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Subject {
    Task {
        id: String,
        status: &'static str,
        version: i64,
    },
    Customer {
        id: String,
    },
}

impl Subject {
    pub fn task(id: TaskId, status: Status, version: i64) -> Self {
        Self::Task {
            id: id.to_string(),
            status: status.word(),
            version,
        }
    }

    pub fn of(task: &Task) -> Self {
        Self::task(task.id, task.status, task.version)
    }

    pub fn customer(id: CustomerId) -> Self {
        Self::Customer { id: id.to_string() }
    }
}

/// An event queued for delivery.
#[derive(Debug, Clone)]
pub struct Delivery {
    pub id: DeliveryId,
    pub event: HookEvent,
    /// The [`Subject`] as JSON.
    pub payload: String,
    /// Number of earlier attempts.
    pub attempts: u32,
    pub happened: Timestamp,
    /// Time of queueing, from which retries are counted.
    pub queued: Timestamp,
    /// Time of the next attempt.
    pub next: Timestamp,
}

/// A dead letter: an event that is retried only on request.
#[derive(Debug, Clone)]
pub struct UndeliveredHook {
    pub id: DeliveryId,
    pub url: String,
    pub event: HookEvent,
    /// The receiver's response, or the reason why it could not be reached.
    pub detail: String,
    pub attempts: u32,
    pub happened: Timestamp,
    pub failed: Timestamp,
}

/// Delivery state of a webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookStanding {
    pub url: String,
    pub waiting: i64,
    /// Time of the oldest waiting event.
    pub oldest: Option<Timestamp>,
    /// Last error of the oldest waiting event; empty before its first attempt.
    pub detail: String,
    /// Number of dead letters.
    pub undelivered: i64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Category, Description, EmployeeId, Stage};

    #[test]
    fn every_change_is_an_update_and_some_have_a_name_of_their_own() {
        let (now, nothing) = (Timestamp::UNIX_EPOCH, Description::parse("d", "").unwrap());
        let before = {
            let stage = Stage::plain(Status::Accepted);
            Task::new(None, None, Category::Other, &stage, nothing, now)
        };
        let mut after = before.clone();
        assert_eq!(
            HookEvent::of_change(&before, &after),
            [HookEvent::TaskUpdated]
        );
        after.enter(&Stage::plain(Status::Ready), now);
        after.employee = Some(EmployeeId::from_row(1));
        assert_eq!(
            HookEvent::of_change(&before, &after),
            [
                HookEvent::TaskUpdated,
                HookEvent::TaskStatusChanged,
                HookEvent::TaskAssigned
            ]
        );
    }
}
