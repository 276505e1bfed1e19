//! The accounts and the ended sessions in memory, since every request asks who sends it. A shop has few.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::domain::{Employee, EmployeeId, Result, SessionId};
use crate::store::{Connection, employees, sessions};

/// Everybody who has or had an account, and the sessions that were ended.
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

/// What was read last, until something of it changes.
#[derive(Default)]
pub(in crate::store) struct Kept {
    state: Mutex<State>,
    changes: watch::Sender<()>,
}

#[derive(Default)]
struct State {
    staff: Option<Arc<Staff>>,
    /// How often they have changed.
    turn: u64,
}

impl Kept {
    /// Those who are there, or the turn in which they are to be read.
    pub fn get(&self) -> std::result::Result<Arc<Staff>, u64> {
        let state = self.lock();
        state.staff.clone().ok_or(state.turn)
    }

    /// Keeps what was read from that turn on, unless it has changed meanwhile.
    pub fn keep(&self, turn: u64, staff: Staff) -> Arc<Staff> {
        let staff = Arc::new(staff);
        let mut state = self.lock();
        if state.turn == turn {
            state.staff = Some(staff.clone());
        }
        staff
    }

    /// Forgets what was read, since it has changed, and tells whoever waits for that.
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
