//! What a write has touched, which is announced after its commit.

use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::hooks::Action;

use super::{search, sums};
use crate::domain::TaskId;
use crate::store::{Change, TaskChanged};

/// The changes of the running write so far, collected by SQLite's update hook.
#[derive(Clone, Default)]
pub(in crate::store) struct Pending(Arc<Mutex<Touched>>);

#[derive(Default)]
pub(super) struct Touched {
    /// Whether any row was changed.
    pub(super) any: bool,
    pub(super) tasks: Vec<TaskChanged>,
    pub(super) links: Vec<TaskId>,
    pub(super) outbox: bool,
    pub(super) deliveries: bool,
    pub(super) search: bool,
    pub(super) sums: bool,
    pub(super) staff: bool,
}

impl Touched {
    pub(super) fn add(&mut self, other: Self) {
        self.any |= other.any;
        self.tasks.extend(other.tasks);
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
                let what = match action {
                    Action::SQLITE_INSERT => Change::Created,
                    Action::SQLITE_DELETE => Change::Deleted,
                    _ => Change::Updated,
                };
                let task = TaskId::from_row(row);
                touched.tasks.push(TaskChanged { task, what });
            }
            _ => {}
        }
    }

    pub(super) fn take(&self) -> Touched {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
