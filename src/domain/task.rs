//! Tasks: customers' requests, and what happened to them.

use jiff::Timestamp;

use super::{
    Conflict, CustomerId, Day, Days, Description, Details, DetailsChange, EmployeeId, EventId,
    Merge, Name, Phone, Result, Search, Stage, StageId, Status, TaskId,
};

words! {
    /// What kind of work a task is.
    Category { Consulting = "CONSULTING", Diagnosis = "DIAGNOSIS", Repair = "REPAIR", Other = "OTHER" }
}
words! {
    /// What a row of the history tells.
    EventKind {
        Created = "CREATED", Status = "STATUS", Category = "CATEGORY",
        Description = "DESCRIPTION", Employee = "EMPLOYEE", Customer = "CUSTOMER",
        Deleted = "DELETED", Device = "DEVICE", Due = "DUE", Estimate = "ESTIMATE",
        Price = "PRICE", Prepayment = "PREPAYMENT", Warranty = "WARRANTY",
        WarrantyOf = "WARRANTY_OF", Stage = "STAGE", Comment = "COMMENT", Answer = "ANSWER",
        Edited = "EDITED", Moved = "MOVED", Settled = "SETTLED", Asked = "ASKED", Agreed = "AGREED",
        Declined = "DECLINED", Withdrawn = "WITHDRAWN", Reminders = "REMINDERS",
        Reminded = "REMINDED", Imported = "IMPORTED",
    }
}

/// A customer's request.
#[derive(Debug, Clone)]
pub struct Task {
    pub id: TaskId,
    /// `None` once the customer's card was deleted.
    pub customer: Option<CustomerId>,
    pub employee: Option<EmployeeId>,
    pub category: Category,
    pub status: Status,
    /// One of its status.
    pub stage: StageId,
    /// Since when it is in that stage.
    pub stage_since: Timestamp,
    pub description: Description,
    /// The day by which it is promised.
    pub due: Option<Day>,
    /// Raised by one with every change.
    pub version: i64,
    pub created: Timestamp,
    pub updated: Timestamp,
    /// Since when the task is CLOSED; `None` in any other status.
    pub closed: Option<Timestamp>,
    /// Since when the task is READY; `None` in any other status.
    pub ready: Option<Timestamp>,
    /// Whether its customer is reminded while it is READY.
    pub remind: bool,
}

impl Task {
    /// A task that is registered now; the store numbers it.
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

    /// Returns the text by which a task is known when its export comes back: the number, which every
    /// shop gives, and the instant of creation, to the millisecond. The letters keep a spreadsheet
    /// from taking it for a number or a date and rewriting it.
    pub fn export_key(&self) -> String {
        format!("K{}T{}", self.id, self.created.as_millisecond())
    }

    /// # Errors
    /// [`Conflict::Version`] when the caller saw another version than the stored one.
    pub fn expect_version(&self, expected: Option<i64>) -> Result<()> {
        match expected {
            Some(expected) if expected != self.version => Err(Conflict::Version {
                current: self.version,
            }
            .into()),
            _ => Ok(()),
        }
    }

    /// Whether a change of its status, stage or reminders has been made already.
    pub fn has(&self, change: &TaskChange) -> bool {
        let (status, stage, remind) = (self.status, self.stage, self.remind);
        change.status.is_none_or(|wanted| wanted == status)
            && change.stage.is_none_or(|wanted| wanted == stage)
            && change.remind.is_none_or(|wanted| wanted == remind)
    }

    /// Whether the day by which it was promised is over, and it isn't done.
    pub fn is_overdue(&self, today: Day) -> bool {
        Status::UNDONE.contains(&self.status) && self.due.is_some_and(|due| due < today)
    }

    /// The instant, or that of the task's creation where the wall clock has been set back behind it: nothing
    /// happens to a task before it is there.
    pub fn not_before_creation(&self, at: Timestamp) -> Timestamp {
        at.max(self.created)
    }

    /// Moves the task to a stage, and so to its status, and keeps the times true.
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
    /// For a card that has no name yet; another one's stays.
    pub customer_name: Option<Name>,
    pub category: Category,
    /// ACCEPTED where neither this nor a stage is given.
    pub status: Option<Status>,
    /// The first one of the status where none is given.
    pub stage: Option<StageId>,
    pub description: Description,
    pub due: Option<Day>,
    pub remind: bool,
    pub details: Details,
}

/// What to change in a task; `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
pub struct TaskChange {
    pub expected_version: Option<i64>,
    /// Not changeable: clients of the original send the task's own phone along.
    pub customer_phone: Option<Phone>,
    pub category: Option<Category>,
    /// Another status than the task's leads to its first stage.
    pub status: Option<Status>,
    /// Sets the status too.
    pub stage: Option<StageId>,
    pub description: Option<Description>,
    /// An inner `None` takes it away.
    pub due: Option<Option<Day>>,
    pub remind: Option<bool>,
    pub details: DetailsChange,
}

impl TaskChange {
    /// A task as its edit form shows it.
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

    /// What is left of an edit that showed `shown`, where `stored` is stored now; see [`Merge`].
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

/// Which tasks to list; all that is given holds at once.
#[derive(Debug, Clone, Default)]
pub struct TaskFilter {
    /// The canonical form of the customer's phone. Empty for what is no phone: nobody has that, and a
    /// list of nobody's tasks is no error.
    pub customer_phone: Option<String>,
    /// Any of these; empty means any at all.
    pub statuses: Vec<Status>,
    pub stage: Option<StageId>,
    /// Only what is stuck in its stage at this instant.
    pub stuck: Option<Timestamp>,
    pub category: Option<Category>,
    pub employee: Option<EmployeeId>,
    /// Only what is nobody's.
    pub unassigned: bool,
    /// Only what is overdue on this day.
    pub overdue: Option<Day>,
    /// Only what was closed at this instant or later.
    pub closed_since: Option<Timestamp>,
    /// Only what became READY before this instant and is so since.
    pub ready_before: Option<Timestamp>,
    /// Only what a customer said something of that waits for an answer.
    pub unanswered: bool,
    /// Only what has a price that its customer declined and to which nobody has reacted.
    pub declined: bool,
    /// Only what a notice was given up of.
    pub undelivered: bool,
    /// Only what has a serial number with this key (see [`serial_key`](super::serial_key)).
    pub serial: Option<String>,
    pub created: Days,
    /// What was typed into the search box.
    pub search: Option<Search>,
}

impl TaskFilter {
    /// With what an order leaves out.
    pub fn in_order(mut self, order: TaskOrder) -> Self {
        if order == TaskOrder::LongestReady {
            self.ready_before = self.ready_before.or(Some(Timestamp::MAX));
        }
        self
    }
}

/// How a page of tasks is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskOrder {
    Newest,
    Oldest,
    RecentlyUpdated,
    /// Those that are READY and no others.
    LongestReady,
}

/// Who changed a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Author {
    Staff(EmployeeId),
    /// `None` once the customer's card was deleted.
    Customer(Option<CustomerId>),
    System,
}

/// One thing that happened to a task. `from` and `to` are words of the kind: statuses,
/// categories, texts, days, sums, names of stages, or the ids of employees and tasks; what wasn't
/// there is empty.
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
