//! Tasks: customers' requests, and their history.

use jiff::Timestamp;

use super::{
    Conflict, CustomerId, Day, Days, Description, Details, DetailsChange, EmployeeId, EventId,
    Merge, Name, NewPayment, Phone, Result, Search, Stage, StageId, Status, TaskId,
};

words! {
    /// Kind of work.
    Category { Consulting = "CONSULTING", Diagnosis = "DIAGNOSIS", Repair = "REPAIR", Other = "OTHER" }
}
words! {
    /// Kind of a history row.
    EventKind {
        Created = "CREATED", Status = "STATUS", Category = "CATEGORY",
        Description = "DESCRIPTION", Employee = "EMPLOYEE", Customer = "CUSTOMER",
        Deleted = "DELETED", Device = "DEVICE", Due = "DUE", Estimate = "ESTIMATE",
        Price = "PRICE", Prepayment = "PREPAYMENT", Warranty = "WARRANTY",
        WarrantyOf = "WARRANTY_OF", Stage = "STAGE", Comment = "COMMENT", Answer = "ANSWER",
        Edited = "EDITED", Moved = "MOVED", Settled = "SETTLED", Asked = "ASKED", Agreed = "AGREED",
        Declined = "DECLINED", Withdrawn = "WITHDRAWN", Reminders = "REMINDERS",
        Reminded = "REMINDED", Imported = "IMPORTED", Line = "LINE", Discount = "DISCOUNT",
        Paid = "PAID", Refunded = "REFUNDED", Reversed = "REVERSED",
    }
}

/// A customer's request.
#[derive(Debug, Clone)]
pub struct Task {
    pub id: TaskId,
    /// `None` once the customer is deleted.
    pub customer: Option<CustomerId>,
    pub employee: Option<EmployeeId>,
    pub category: Category,
    pub status: Status,
    /// A stage of `status`.
    pub stage: StageId,
    /// Time of entering the stage.
    pub stage_since: Timestamp,
    pub description: Description,
    /// Promised day of completion.
    pub due: Option<Day>,
    /// Incremented by one with every change.
    pub version: i64,
    pub created: Timestamp,
    pub updated: Timestamp,
    /// Time of becoming CLOSED; `None` in any other status.
    pub closed: Option<Timestamp>,
    /// Time of becoming READY; `None` in any other status.
    pub ready: Option<Timestamp>,
    /// Whether the customer is reminded while the task is READY.
    pub remind: bool,
}

impl Task {
    /// Creates a task registered at `now`; the store assigns its number.
    pub fn new(
        customer: Option<CustomerId>,
        employee: Option<EmployeeId>,
        category: Category,
        stage: &Stage,
        description: Description,
        now: Timestamp,
    ) -> Self {
        Self {
            id: TaskId::from_row(0),
            customer,
            employee,
            category,
            status: stage.status,
            stage: stage.id,
            stage_since: now,
            description,
            due: None,
            version: 1,
            created: now,
            updated: now,
            closed: (stage.status == Status::Closed).then_some(now),
            ready: (stage.status == Status::Ready).then_some(now),
            remind: true,
        }
    }

    /// Returns the key by which an exported task is recognised when it is imported again: the
    /// number, which every shop uses, and the creation time in milliseconds. The letters keep a
    /// spreadsheet from converting it to a number or a date.
    pub fn export_key(&self) -> String {
        format!("K{}T{}", self.id, self.created.as_millisecond())
    }

    /// # Errors
    /// [`Conflict::Version`] when the expected version differs from the stored one.
    pub fn expect_version(&self, expected: Option<i64>) -> Result<()> {
        match expected {
            Some(expected) if expected != self.version => Err(Conflict::Version {
                current: self.version,
            }
            .into()),
            _ => Ok(()),
        }
    }

    /// Returns whether a change of status, stage and reminders is already in effect.
    pub fn has(&self, change: &TaskChange) -> bool {
        let (status, stage, remind) = (self.status, self.stage, self.remind);
        change.status.is_none_or(|wanted| wanted == status)
            && change.stage.is_none_or(|wanted| wanted == stage)
            && change.remind.is_none_or(|wanted| wanted == remind)
    }

    /// Returns whether the promised day is over and the work isn't done.
    pub fn is_overdue(&self, today: Day) -> bool {
        self.status.is_overdue(self.due, today)
    }

    /// Returns `at`, or the creation time if `at` is earlier because the wall clock was set back:
    /// nothing happens to a task before its creation.
    pub fn not_before_creation(&self, at: Timestamp) -> Timestamp {
        at.max(self.created)
    }

    /// Moves the task to a stage, and so to its status, and updates the timestamps of both.
    pub fn enter(&mut self, stage: &Stage, now: Timestamp) {
        let end = self.not_before_creation(now);
        if stage.id != self.stage {
            self.stage = stage.id;
            self.stage_since = now;
        }
        if stage.status != self.status {
            self.status = stage.status;
            self.closed = (self.status == Status::Closed).then_some(end);
            self.ready = (self.status == Status::Ready).then_some(now);
        }
    }
}

/// A task to be registered.
#[derive(Debug, Clone)]
pub struct NewTask {
    pub customer_phone: Phone,
    /// Name for a customer without one; an existing name is kept.
    pub customer_name: Option<Name>,
    pub category: Category,
    /// ACCEPTED when neither this nor a stage is given.
    pub status: Option<Status>,
    /// The first stage of the status when none is given.
    pub stage: Option<StageId>,
    pub description: Description,
    pub due: Option<Day>,
    pub remind: bool,
    pub details: Details,
    /// Taken at once, by any method.
    pub deposit: Option<NewPayment>,
}

/// Changes to a task; `None` keeps a field.
#[derive(Debug, Clone, Default)]
pub struct TaskChange {
    pub expected_version: Option<i64>,
    /// Immutable: clients of the original API send the task's own phone along.
    pub customer_phone: Option<Phone>,
    pub category: Option<Category>,
    /// A status other than the current one moves the task to its first stage.
    pub status: Option<Status>,
    /// Sets the status as well.
    pub stage: Option<StageId>,
    pub description: Option<Description>,
    /// An inner `None` clears the field.
    pub due: Option<Option<Day>>,
    pub remind: Option<bool>,
    pub details: DetailsChange,
}

impl TaskChange {
    /// Returns the values that the edit form of a task is loaded with.
    pub fn of(task: &Task, details: &Details) -> Self {
        Self {
            category: Some(task.category),
            status: Some(task.status),
            description: Some(task.description.clone()),
            due: Some(task.due),
            details: DetailsChange::of(details),
            ..Self::default()
        }
    }

    /// Merges an edit form that was loaded with `shown` with the values now `stored`; see
    /// [`Merge`].
    pub fn merge(self, shown: Self, stored: Self, merge: &mut Merge) -> Self {
        Self {
            description: merge.field(
                "description",
                self.description,
                shown.description,
                stored.description,
            ),
            status: merge.field("status", self.status, shown.status, stored.status),
            category: merge.field("category", self.category, shown.category, stored.category),
            details: self.details.merge(shown.details, stored.details, merge),
            due: merge.field("dueOn", self.due, shown.due, stored.due),
            ..Self::default()
        }
    }
}

/// Conditions on a list of tasks, combined with AND.
#[derive(Debug, Clone, Default)]
pub struct TaskFilter {
    /// Canonical form of the customer's phone. Empty for an invalid phone, which matches nobody: an
    /// empty list rather than an error.
    pub customer_phone: Option<String>,
    /// Any of these; empty means all.
    pub statuses: Vec<Status>,
    pub stage: Option<StageId>,
    /// Tasks stalled in their stage at this instant.
    pub stuck: Option<Timestamp>,
    pub category: Option<Category>,
    pub employee: Option<EmployeeId>,
    /// Unassigned tasks.
    pub unassigned: bool,
    /// Tasks overdue on this day.
    pub overdue: Option<Day>,
    /// Tasks closed at or after this instant.
    pub closed_since: Option<Timestamp>,
    /// Tasks that became READY before this instant and still are.
    pub ready_before: Option<Timestamp>,
    /// Tasks with a customer's message awaiting a reply.
    pub unanswered: bool,
    /// Tasks with a declined quote that no employee has reacted to.
    pub declined: bool,
    /// Tasks with an undelivered notice.
    pub undelivered: bool,
    /// Tasks with something left to pay.
    pub owing: bool,
    /// Tasks whose serial number has this key (see [`serial_key`](super::serial_key)).
    pub serial: Option<String>,
    pub created: Days,
    /// Tasks that changed at or after this instant, in the order of commits.
    pub updated_since: Option<Timestamp>,
    /// Search query.
    pub search: Option<Search>,
}

impl TaskFilter {
    /// Adds the condition that an order implies.
    pub fn in_order(mut self, order: TaskOrder) -> Self {
        match order {
            TaskOrder::LongestReady => {
                self.ready_before = self.ready_before.or(Some(Timestamp::MAX));
            }
            TaskOrder::LargestToPay => self.owing = true,
            _ => {}
        }
        self
    }
}

/// Sort order of a list of tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskOrder {
    Newest,
    Oldest,
    RecentlyUpdated,
    /// By the order of commits.
    LeastRecentlyUpdated,
    /// READY tasks only.
    LongestReady,
    /// Tasks without a promised day last.
    EarliestDue,
    /// Tasks without a price last.
    LargestTotal,
    /// Only tasks with something left to pay.
    LargestToPay,
}

/// Author of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Author {
    Staff(EmployeeId),
    /// `None` once the customer is deleted.
    Customer(Option<CustomerId>),
    System,
}

/// An entry of a task's history. `from` and `to` depend on the kind: statuses, categories, texts,
/// days, sums, names of stages, or ids of employees and tasks; a missing value is an empty text.
#[derive(Debug, Clone)]
pub struct TaskEvent {
    pub id: EventId,
    pub task: TaskId,
    pub kind: EventKind,
    pub author: Author,
    pub from: Option<String>,
    pub to: Option<String>,
    pub at: Timestamp,
}
