//! The employees in memory, since every request asks who sends it. A shop has few.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::domain::{Employee, EmployeeId};

/// Everybody who has or had an account.
pub type Staff = HashMap<EmployeeId, Arc<Employee>>;

/// What was read of them last, until something of it changes.
#[derive(Default)]
pub(super) struct Kept(Mutex<State>);

#[derive(Default)]
struct State {
    staff: Option<Arc<Staff>>,
    /// How often they have changed.
    turn: u64,
}

impl Kept {
    /// Those who are there, or the turn in which they are to be read.
    pub fn get(&self) -> Result<Arc<Staff>, u64> {
        let state = self.lock();
        state.staff.clone().ok_or(state.turn)
    }

    /// Keeps what was read from that turn on, unless it has changed meanwhile.
    pub fn keep(&self, turn: u64, all: Vec<Employee>) -> Arc<Staff> {
        let staff = all
            .into_iter()
            .map(|employee| (employee.id, Arc::new(employee)));
        let staff = Arc::new(staff.collect::<Staff>());
        let mut state = self.lock();
        if state.turn == turn {
            state.staff = Some(staff.clone());
        }
        staff
    }

    /// They have changed.
    pub fn forget(&self) {
        let mut state = self.lock();
        state.turn += 1;
        state.staff = None;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
