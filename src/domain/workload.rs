//! Counts of tasks that need attention.

use std::collections::HashMap;

use jiff::Timestamp;

use super::{Day, StageId, Status, TaskFilter, TimeZone};

/// Reason why a task needs attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Concern {
    /// The promised day is over.
    Overdue,
    /// The task is stalled: it has been in its stage for the configured number of days.
    Stuck,
    /// The task has been READY for [`Concern::UNCOLLECTED_DAYS`] and awaits pickup.
    Uncollected,
    /// A customer's message awaits a reply.
    Unanswered,
    /// The customer declined a quote, and no employee has reacted yet.
    Declined,
    /// A notice did not reach the customer.
    Undelivered,
}

impl Concern {
    pub const ALL: &'static [Self] = &[
        Self::Overdue,
        Self::Stuck,
        Self::Uncollected,
        Self::Unanswered,
        Self::Declined,
        Self::Undelivered,
    ];

    /// Number of days after becoming READY from which the customer should be called.
    pub const UNCOLLECTED_DAYS: i64 = 3;

    /// Returns the word used in URLs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Overdue => "overdue",
            Self::Stuck => "stuck",
            Self::Uncollected => "uncollected",
            Self::Unanswered => "unanswered",
            Self::Declined => "declined",
            Self::Undelivered => "undelivered",
        }
    }
}

impl TaskFilter {
    /// Restricts the filter to tasks that need attention for this reason.
    pub fn only(&mut self, concern: Concern, now: Timestamp, timezone: &TimeZone) {
        let today = Day::of(now, timezone);
        match concern {
            Concern::Overdue => self.overdue = Some(today),
            Concern::Stuck => self.stuck = Some(now),
            Concern::Uncollected => {
                let last = today.minus(Concern::UNCOLLECTED_DAYS);
                self.ready_before = Some(last.end(timezone));
            }
            Concern::Unanswered => self.unanswered = true,
            Concern::Declined => self.declined = true,
            Concern::Undelivered => self.undelivered = true,
        }
    }
}

/// Numbers of tasks in the whole shop where the customer awaits a reaction of the shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CustomersWaiting {
    /// Tasks with a customer's message awaiting a reply.
    pub unanswered: i64,
    /// Tasks with a declined quote that no employee has reacted to.
    pub declined: i64,
    /// Tasks with a quote that the customer agreed to and no employee has reacted to.
    pub agreed: i64,
    /// Tasks with a message that didn't reach the customer and no employee has reacted to.
    pub undelivered: i64,
    /// Tasks with any of these.
    pub tasks: i64,
}

/// What a customer waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitsFor {
    /// A decision about the quote that they declined.
    Decision,
    /// A reply.
    Answer,
    /// The work that they agreed to.
    Work,
    /// The news that didn't reach them.
    Call,
}

impl WaitsFor {
    /// All, the most urgent first.
    pub const ALL: [Self; 4] = [Self::Decision, Self::Answer, Self::Work, Self::Call];
}

/// Numbers of tasks that need attention: the whole shop's, or one employee's.
#[derive(Debug, Clone, Default)]
pub struct Workload {
    statuses: HashMap<Status, i64>,
    /// Counts only tasks that aren't CLOSED.
    stages: HashMap<StageId, i64>,
    concerns: HashMap<Concern, i64>,
}

impl Workload {
    /// Returns the number of tasks in a status.
    pub fn of(&self, status: Status) -> i64 {
        self.statuses.get(&status).copied().unwrap_or_default()
    }

    /// Returns the number of tasks in a stage, without CLOSED ones.
    pub fn in_stage(&self, stage: StageId) -> i64 {
        self.stages.get(&stage).copied().unwrap_or_default()
    }

    /// Returns the number of tasks that need attention for this reason.
    pub fn needing(&self, concern: Concern) -> i64 {
        self.concerns.get(&concern).copied().unwrap_or_default()
    }

    /// Returns whether any task is open or needs attention.
    pub fn is_any(&self) -> bool {
        let open = self
            .statuses
            .iter()
            .filter(|(of, _)| **of != Status::Closed);
        open.map(|(_, tasks)| tasks).sum::<i64>() > 0 || self.concerns.values().any(|n| *n > 0)
    }

    pub fn add(&mut self, status: Status, tasks: i64) {
        *self.statuses.entry(status).or_default() += tasks;
    }

    pub fn add_in_stage(&mut self, stage: StageId, tasks: i64) {
        *self.stages.entry(stage).or_default() += tasks;
    }

    pub fn add_needing(&mut self, concern: Concern, tasks: i64) {
        *self.concerns.entry(concern).or_default() += tasks;
    }
}
