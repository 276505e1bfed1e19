//! Tasks: customers' requests, and what happened to them.

use jiff::Timestamp;

use super::{
    Conflict, CustomerId, Day, Days, Description, Details, DetailsChange, EmployeeId, EventId,
    Name, Phone, Result, Search, TaskId,
};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($variant),* }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word that SQL and the wire use.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.word() == word)
            }
        }
    };
}

words! {
    /// How far a task is.
    Status { Accepted = "ACCEPTED", InProgress = "IN_PROGRESS", Ready = "READY", Closed = "CLOSED" }
}

impl Status {
    /// Those in which the shop has still something to do.
    pub const UNDONE: [Self; 2] = [Self::Accepted, Self::InProgress];
}

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
        WarrantyOf = "WARRANTY_OF", Imported = "IMPORTED",
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
    pub description: Description,
    /// The day by which it is promised.
    pub due: Option<Day>,
    /// Raised by one with every change.
    pub version: i64,
    pub created: Timestamp,
    pub updated: Timestamp,
    /// Since when the task is CLOSED; `None` in any other status.
    pub closed: Option<Timestamp>,
}

impl Task {
    /// A task that is registered now; the store numbers it.
    pub fn new(
        customer: Option<CustomerId>,
        employee: Option<EmployeeId>,
        category: Category,
        status: Status,
        description: Description,
        now: Timestamp,
    ) -> Self {
        Self {
            id: TaskId::from_row(0),
            customer,
            employee,
            category,
            status,
            description,
            due: None,
            version: 1,
            created: now,
            updated: now,
            closed: (status == Status::Closed).then_some(now),
        }
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

    /// Whether the day by which it was promised is over, and it isn't done.
    pub fn is_overdue(&self, today: Day) -> bool {
        Status::UNDONE.contains(&self.status) && self.due.is_some_and(|due| due < today)
    }

    /// Moves the task to `status` and keeps the closing time true.
    pub fn set_status(&mut self, status: Status, now: Timestamp) {
        if status != self.status {
            self.status = status;
            self.closed = (status == Status::Closed).then_some(now);
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
    pub status: Status,
    pub description: Description,
    pub due: Option<Day>,
    pub details: Details,
}

/// What to change in a task; `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
pub struct TaskChange {
    pub expected_version: Option<i64>,
    /// Not changeable: clients of the original send the task's own phone along.
    pub customer_phone: Option<Phone>,
    pub category: Option<Category>,
    pub status: Option<Status>,
    pub description: Option<Description>,
    /// An inner `None` takes it away.
    pub due: Option<Option<Day>>,
    pub details: DetailsChange,
}

/// Which tasks to list; all that is given holds at once.
#[derive(Debug, Clone, Default)]
pub struct TaskFilter {
    pub customer_phone: Option<Phone>,
    /// Any of these; empty means any at all.
    pub statuses: Vec<Status>,
    pub category: Option<Category>,
    pub employee: Option<EmployeeId>,
    /// Only what is overdue on this day.
    pub overdue: Option<Day>,
    /// Only what has a serial number with this key (see [`serial_key`](super::serial_key)).
    pub serial: Option<String>,
    pub created: Days,
    /// What was typed into the search box.
    pub search: Option<Search>,
}

/// How a page of tasks is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskOrder {
    Newest,
    Oldest,
    RecentlyUpdated,
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
/// categories, texts, days, sums, or the ids of employees and tasks; what wasn't there is empty.
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
