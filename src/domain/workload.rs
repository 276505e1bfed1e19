//! What there is to look after.

use std::collections::HashMap;

use jiff::Timestamp;

use super::{Day, StageId, Status, TaskFilter, TimeZone};

/// Why a task needs somebody now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Concern {
    /// The day by which it was promised is over.
    Overdue,
    /// It has been in its stage for as many days as make it stuck there.
    Stuck,
    /// It has been READY for [`Concern::UNCOLLECTED_DAYS`] and is still here.
    Uncollected,
    /// Its customer has said something that nobody has answered.
    Unanswered,
    /// Its customer has declined the price, and nobody has reacted yet.
    Declined,
    /// A notice did not reach its customer.
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

    /// On the third day after a task became READY its customer should be called.
    pub const UNCOLLECTED_DAYS: i64 = 3;

    /// The word that addresses use.
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
    /// Leaves only the tasks that need somebody for this reason.
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

/// How many tasks of the whole shop have a customer to whom it is the shop's turn to say something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CustomersWaiting {
    /// In so many tasks a customer has said something that nobody has answered.
    pub unanswered: i64,
    /// Of so many tasks a customer has declined the price, and nobody has reacted yet.
    pub declined: i64,
    /// The tasks with either of the two.
    pub tasks: i64,
}

/// How many tasks there are to look after: all, or one employee's.
#[derive(Debug, Clone, Default)]
pub struct Workload {
    statuses: HashMap<Status, i64>,
    /// Of the tasks that aren't CLOSED.
    stages: HashMap<StageId, i64>,
    concerns: HashMap<Concern, i64>,
}

impl Workload {
    /// How many tasks are that far.
    pub fn of(&self, status: Status) -> i64 {
        self.statuses.get(&status).copied().unwrap_or_default()
    }

    /// How many tasks that aren't CLOSED are in that stage.
    pub fn in_stage(&self, stage: StageId) -> i64 {
        self.stages.get(&stage).copied().unwrap_or_default()
    }

    /// How many tasks need somebody for this reason.
    pub fn needing(&self, concern: Concern) -> i64 {
        self.concerns.get(&concern).copied().unwrap_or_default()
    }

    /// Whether there is anything that isn't over.
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
