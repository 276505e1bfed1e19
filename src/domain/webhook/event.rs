//! Events for outgoing webhooks. Payloads contain ids, states and names of fields only; receivers query the API for
//! everything else.

use serde::Serialize;

use crate::domain::{
    ApprovalId, Author, CommentId, CustomerId, Decision, EmployeeId, PaymentId, Status, Task,
    TaskId,
};

words! {
    /// Events that a webhook is told of. A new kind also needs a place in
    /// [`Event::webhooks`](crate::domain::Event::webhooks).
    HookEvent {
        TaskCreated = "task.created", TaskUpdated = "task.updated",
        TaskStatusChanged = "task.status_changed", TaskAssigned = "task.assigned",
        TaskDeleted = "task.deleted", CustomerCreated = "customer.created",
        CustomerUpdated = "customer.updated", CustomerDeleted = "customer.deleted",
        CommentAdded = "comment.added", AnswerReceived = "answer.received",
        ApprovalRequested = "approval.requested", ApprovalDecided = "approval.decided",
        ApprovalWithdrawn = "approval.withdrawn", LinesChanged = "task.lines_changed",
        PaymentReceived = "payment.received", PaymentRefunded = "payment.refunded",
        PaymentReversed = "payment.reversed",
        /// Sent when an owner asks for it; nobody subscribes to it.
        Test = "webhook.test",
    }
}

impl HookEvent {
    /// Returns the events that a webhook can subscribe to.
    pub fn subscribable() -> impl Iterator<Item = Self> {
        Self::ALL
            .iter()
            .copied()
            .filter(|event| *event != Self::Test)
    }

    /// Returns the events of a task's change: always an update, and the specific ones besides.
    fn of_change(before: &Task, after: &Task) -> Vec<Self> {
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

/// What a webhook subscribes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HookEvents {
    /// Every event, those of later versions included.
    All,
    Some(Vec<HookEvent>),
}

impl HookEvents {
    /// Stands for all events in settings and in the database.
    pub const ALL: &str = "all";

    /// Reads words; `None` for an unknown one, for none, and for the event that nobody subscribes to.
    pub fn from_words<'a>(words: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        let words: Vec<&str> = words.into_iter().collect();
        if words == [Self::ALL] {
            return Some(Self::All);
        }
        let read = |word: &&str| HookEvent::subscribable().find(|event| event.word() == *word);
        let mut events: Vec<HookEvent> = words.iter().map(read).collect::<Option<_>>()?;
        events.sort_unstable();
        events.dedup();
        (!events.is_empty()).then_some(Self::Some(events))
    }

    /// Returns the words as stored.
    pub fn words(&self) -> Vec<&'static str> {
        match self {
            Self::All => vec![Self::ALL],
            Self::Some(events) => events.iter().map(|event| event.word()).collect(),
        }
    }

    /// Returns whether an event is among them.
    pub fn has(&self, event: HookEvent) -> bool {
        match self {
            Self::All => true,
            Self::Some(events) => events.contains(&event),
        }
    }
}

/// An event with what it is about.
pub type HookNews = (HookEvent, Subject);

/// What an event is about. It must not contain a phone, a name or any text, since it leaves the server.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Subject {
    #[serde(skip_serializing_if = "Option::is_none")]
    task: Option<TaskSubject>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer: Option<CustomerSubject>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<Named>,
    #[serde(skip_serializing_if = "Option::is_none")]
    approval: Option<ApprovalSubject>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment: Option<Named>,
    /// Set for a status that has changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    previous_status: Option<&'static str>,
    /// Set where the responsible employee has changed; `null` in it for nobody.
    #[serde(skip_serializing_if = "Option::is_none")]
    employee_id: Option<Option<String>>,
    /// Names of the fields of a card that have changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    changed: Option<Vec<&'static str>>,
    /// Set for everything but tests that wait for nobody.
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<AuthorSubject>,
}

/// A task in a payload.
#[derive(Debug, Clone, Serialize)]
struct TaskSubject {
    id: String,
    status: &'static str,
    version: i64,
}

/// A customer in a payload.
#[derive(Debug, Clone, Serialize)]
struct CustomerSubject {
    id: String,
}

#[derive(Debug, Clone, Serialize)]
struct Named {
    id: String,
}

#[derive(Debug, Clone, Serialize)]
struct ApprovalSubject {
    id: String,
    decision: &'static str,
}

/// Who did it; the id is an employee's or a customer's.
#[derive(Debug, Clone, Serialize)]
struct AuthorSubject {
    kind: &'static str,
    id: Option<String>,
}

impl AuthorSubject {
    fn of(author: Author) -> Self {
        let (kind, id) = match author {
            Author::Staff(id) => ("STAFF", Some(id.to_string())),
            Author::Customer(id) => ("CUSTOMER", id.map(|id| id.to_string())),
            Author::System => ("SYSTEM", None),
        };
        Self { kind, id }
    }
}

impl Subject {
    /// Describes a test, which is about nothing.
    pub fn test(author: Author) -> Self {
        Self::default().by(author)
    }

    pub fn of(task: &Task) -> Self {
        Self::task(task.id, task.status, task.version)
    }

    pub fn task(id: TaskId, status: Status, version: i64) -> Self {
        let (id, status) = (id.to_string(), status.word());
        Self {
            task: Some(TaskSubject {
                id,
                status,
                version,
            }),
            ..Self::default()
        }
    }

    pub fn customer(id: CustomerId) -> Self {
        Self {
            customer: Some(CustomerSubject { id: id.to_string() }),
            ..Self::default()
        }
    }

    /// Returns the events of a task's change with what they are about.
    pub fn of_change(before: &Task, after: &Task) -> Vec<HookNews> {
        let has_changed = before.status != after.status;
        let subject = Self {
            previous_status: has_changed.then(|| before.status.word()),
            ..Self::of(after)
        };
        let news = HookEvent::of_change(before, after).into_iter();
        news.map(|event| match event {
            HookEvent::TaskAssigned => (event, subject.clone().assigned(after.employee)),
            _ => (event, subject.clone()),
        })
        .collect()
    }

    fn assigned(mut self, employee: Option<EmployeeId>) -> Self {
        self.employee_id = Some(employee.map(|id| id.to_string()));
        self
    }

    pub fn with_comment(mut self, id: CommentId) -> Self {
        self.comment = Some(Named { id: id.to_string() });
        self
    }

    pub fn with_approval(mut self, id: ApprovalId, decision: Decision) -> Self {
        self.approval = Some(ApprovalSubject {
            id: id.to_string(),
            decision: decision.word(),
        });
        self
    }

    pub fn with_payment(mut self, id: PaymentId) -> Self {
        self.payment = Some(Named { id: id.to_string() });
        self
    }

    pub fn with_changed(mut self, fields: &[&'static str]) -> Self {
        self.changed = Some(fields.to_vec());
        self
    }

    pub fn by(mut self, author: Author) -> Self {
        self.author = Some(AuthorSubject::of(author));
        self
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::domain::{Category, Description, Stage};

    #[test]
    fn every_change_is_an_update_and_some_have_a_name_of_their_own() {
        let (now, nothing) = (Timestamp::UNIX_EPOCH, Description::parse("d", "").unwrap());
        let before = {
            let stage = Stage::plain(Status::Accepted);
            Task::new(None, None, Category::Other, &stage, nothing, now)
        };
        let mut after = before.clone();
        let events = |after: &Task| {
            let news = Subject::of_change(&before, after).into_iter();
            news.map(|(event, _)| event).collect::<Vec<_>>()
        };
        assert_eq!(events(&after), [HookEvent::TaskUpdated]);
        after.enter(&Stage::plain(Status::Ready), now);
        after.employee = Some(EmployeeId::from_row(1));
        assert_eq!(
            events(&after),
            [
                HookEvent::TaskUpdated,
                HookEvent::TaskStatusChanged,
                HookEvent::TaskAssigned
            ]
        );
        let (_, subject) = Subject::of_change(&before, &after).pop().unwrap();
        let json = serde_json::to_string(&subject.by(Author::Customer(None))).unwrap();
        assert_eq!(
            json,
            r#"{"task":{"id":"0","status":"READY","version":1},"previousStatus":"ACCEPTED","employeeId":"1","author":{"kind":"CUSTOMER","id":null}}"#
        );
    }

    #[test]
    fn events_are_all_or_some_and_the_test_is_none_of_them() {
        let some = HookEvents::from_words(["task.deleted", "task.created", "task.deleted"]);
        let some = some.unwrap();
        assert_eq!(some.words(), ["task.created", "task.deleted"]);
        assert!(some.has(HookEvent::TaskCreated) && !some.has(HookEvent::TaskUpdated));
        assert_eq!(HookEvents::from_words(["all"]), Some(HookEvents::All));
        for wrong in [
            &["webhook.test"][..],
            &[],
            &["all", "task.created"],
            &["task"],
        ] {
            assert_eq!(HookEvents::from_words(wrong.iter().copied()), None);
        }
    }
}
