//! What changes: a task or a customer.

use super::{CustomerId, TaskId};

/// A task or a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tracked {
    Task(TaskId),
    Customer(CustomerId),
}

impl Tracked {
    /// Returns the kind as the database has it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Task(_) => "TASK",
            Self::Customer(_) => "CUSTOMER",
        }
    }

    /// Returns the id.
    pub const fn number(self) -> i64 {
        match self {
            Self::Task(id) => id.get(),
            Self::Customer(id) => id.get(),
        }
    }
}
