//! A cache of the employees and the ended sessions, which every request needs. A shop has few.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::domain::{Employee, EmployeeId, Result, SessionId};
use crate::store::{Connection, employees, sessions};

/// All employees, past ones included, and the sessions that were ended.
pub struct Staff {
    employees: HashMap<EmployeeId, Arc<Employee>>,
    ended: HashSet<SessionId>,
}

impl Staff {
    pub(in crate::store) fn read(connection: &Connection) -> Result<Self> {
        let employees = employees::all(connection)?.into_iter();
        Ok(Self {
            employees: employees
                .map(|employee| (employee.id, Arc::new(employee)))
                .collect(),
            ended: sessions::ended(connection)?,
        })
    }

    pub fn get(&self, id: EmployeeId) -> Option<&Arc<Employee>> {
        self.employees.get(&id)
    }

    pub fn has_ended(&self, session: SessionId) -> bool {
        self.ended.contains(&session)
    }
}

/// The cached value, until something in it changes.
#[derive(Default)]
pub(in crate::store) struct StaffCache {
    state: Mutex<State>,
    changes: watch::Sender<()>,
}

#[derive(Default)]
struct State {
    staff: Option<Arc<Staff>>,
    /// The number of changes so far.
    turn: u64,
}

impl StaffCache {
    /// Returns the cached value, or the generation in which it has to be read.
    pub fn get(&self) -> std::result::Result<Arc<Staff>, u64> {
        let state = self.lock();
        state.staff.clone().ok_or(state.turn)
    }

    /// Caches a value that was read in that generation, unless it has changed meanwhile.
    pub fn keep(&self, turn: u64, staff: Staff) -> Arc<Staff> {
        let staff = Arc::new(staff);
        let mut state = self.lock();
        if state.turn == turn {
            state.staff = Some(staff.clone());
        }
        staff
    }

    /// Invalidates the cache and notifies the subscribers.
    pub fn forget(&self) {
        let mut state = self.lock();
        state.turn += 1;
        state.staff = None;
        drop(state);
        self.changes.send_replace(());
    }

    pub fn changes(&self) -> watch::Receiver<()> {
        self.changes.subscribe()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
