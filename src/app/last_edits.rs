//! The last edit of each employee, which the toast on the task's page offers to undo. It is kept in
//! memory, and not in a URL, since it contains what was typed.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{Timestamp, ToSpan};

use crate::domain::{Actor, EmployeeId, TaskId};

/// Time for which an undo is offered.
const MINUTES: i64 = 10;

/// The last edits, one per employee.
#[derive(Default)]
pub struct LastEdits(Mutex<HashMap<EmployeeId, LastEdit>>);

/// An edit of one field of a form, with the values as the form has them.
#[derive(Debug, Clone)]
pub struct LastEdit {
    pub task: TaskId,
    /// Line of the task, for a field of a line.
    pub line: Option<i64>,
    pub field: &'static str,
    pub was: String,
    pub now: String,
    pub at: Timestamp,
}

impl LastEdits {
    pub fn put(&self, actor: &Actor, edit: LastEdit) {
        self.lock().insert(actor.id(), edit);
    }

    /// Returns the employee's last edit, if it was made to that task a short time ago.
    pub fn get(&self, actor: &Actor, task: TaskId, now: Timestamp) -> Option<LastEdit> {
        let mut all = self.lock();
        all.retain(|_, edit| now < edit.at.saturating_add(MINUTES.minutes()).unwrap_or(edit.at));
        all.get(&actor.id())
            .filter(|edit| edit.task == task)
            .cloned()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<EmployeeId, LastEdit>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
