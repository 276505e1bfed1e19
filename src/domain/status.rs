//! The status of a task, as in the API's contract.

use super::Day;

words! {
    /// Progress of a task.
    Status { Accepted = "ACCEPTED", InProgress = "IN_PROGRESS", Ready = "READY", Closed = "CLOSED" }
}

impl Status {
    /// Statuses in which the shop still has work to do.
    pub const UNDONE: [Self; 2] = [Self::Accepted, Self::InProgress];
    /// Statuses that are not final.
    pub const OPEN: [Self; 3] = [Self::Accepted, Self::InProgress, Self::Ready];

    /// Returns the status that usually follows, if any.
    pub fn next(self) -> Option<Self> {
        let at = Self::ALL.iter().position(|other| *other == self)?;
        Self::ALL.get(at + 1).copied()
    }

    /// Returns whether a task in this status should have been done by now.
    pub fn is_overdue(self, due: Option<Day>, today: Day) -> bool {
        Self::UNDONE.contains(&self) && due.is_some_and(|due| due < today)
    }
}
