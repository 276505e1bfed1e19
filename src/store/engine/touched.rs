//! What a write has touched, which is announced after its commit.

use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::hooks::Action;

use super::{search, sums};
use crate::domain::{CustomerId, TaskId};
use crate::store::{Change, CustomerChanged, TaskChanged};

/// The changes of the running write so far, collected by SQLite's update hook.
#[derive(Clone, Default)]
pub(in crate::store) struct Pending(Arc<Mutex<Touched>>);

#[derive(Default)]
pub(super) struct Touched {
    /// Whether any row was changed.
    pub(super) any: bool,
    pub(super) tasks: Vec<TaskChanged>,
    pub(super) customers: Vec<CustomerChanged>,
    pub(super) links: Vec<TaskId>,
    pub(super) outbox: bool,
    pub(super) deliveries: bool,
    pub(super) search: bool,
    pub(super) sums: bool,
    pub(super) staff: bool,
}

impl Touched {
    /// Returns whether something is to be given a place in the order of changes.
    pub(super) fn is_placed(&self) -> bool {
        !self.tasks.is_empty() || !self.customers.is_empty()
    }

    pub(super) fn add(&mut self, other: Self) {
        self.any |= other.any;
        self.tasks.extend(other.tasks);
        self.customers.extend(other.customers);
        self.links.extend(other.links);
        self.outbox |= other.outbox;
        self.deliveries |= other.deliveries;
        self.search |= other.search;
        self.sums |= other.sums;
        self.staff |= other.staff;
    }
}

impl Pending {
    pub fn note(&self, action: Action, table: &str, row: i64) {
        let mut touched = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        touched.any = true;
        match table {
            // These tables hold messages to send and files to fetch.
            "outbox" | "photos" => touched.outbox = true,
            "webhooks" | "webhook_deliveries" => touched.deliveries = true,
            "employees" | "ended_sessions" => touched.staff = true,
            "status_links" => touched.links.push(TaskId::from_row(row)),
            search::STALE => touched.search = true,
            sums::STALE => touched.sums = true,
            "tasks" => {
                let (task, what) = (TaskId::from_row(row), kind(action));
                touched.tasks.push(TaskChanged { task, what });
            }
            "customers" => {
                let (customer, what) = (CustomerId::from_row(row), kind(action));
                touched.customers.push(CustomerChanged { customer, what });
            }
            _ => {}
        }
    }

    pub(super) fn take(&self) -> Touched {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn kind(action: Action) -> Change {
    match action {
        Action::SQLITE_INSERT => Change::Created,
        Action::SQLITE_DELETE => Change::Deleted,
        _ => Change::Updated,
    }
}
