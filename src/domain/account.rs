//! Employees, and what they may do.

use super::{Email, EmployeeId, Error, Language, Result, TelegramId, TimeOfDay};

/// What an employee may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Runs the shop: invites, roles, deactivation; and everything that an employee may.
    Owner,
    Employee,
}

/// Who may make an account, once there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registration {
    Invite,
    Open,
    Closed,
}

/// Who may ask which operations there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Introspection {
    All,
    Staff,
    Off,
}

/// A person of the shop, as stored.
#[derive(Debug, Clone)]
pub struct Employee {
    pub id: EmployeeId,
    pub email: Email,
    pub role: Role,
    pub active: bool,
    /// The language of the pages; `None` until one was chosen.
    pub language: Option<Language>,
    /// Every token carries the epoch in which it was made; raising it ends all of them.
    pub epoch: i64,
    /// Where they are told of their work; `None` until they have linked it.
    pub telegram: Option<TelegramId>,
    /// When they have the list of each morning; `None` for never.
    pub morning: Option<TimeOfDay>,
    pub created: jiff::Timestamp,
}

/// A signed-in employee. Holding one is the permission to do what staff do; only
/// [`Employee::sign_in`] makes one.
#[derive(Debug, Clone, Copy)]
pub struct Actor {
    id: EmployeeId,
    role: Role,
}

/// A signed-in owner. Holding one is the permission to do what owners do.
#[derive(Debug, Clone, Copy)]
pub struct Owner(EmployeeId);

impl Employee {
    /// # Errors
    /// [`Error::Unauthenticated`] for somebody who was deactivated.
    pub fn sign_in(&self) -> Result<Actor> {
        match self.active {
            true => Ok(Actor {
                id: self.id,
                role: self.role,
            }),
            false => Err(Error::Unauthenticated),
        }
    }
}

impl Actor {
    pub fn id(&self) -> EmployeeId {
        self.id
    }

    /// # Errors
    /// [`Error::Forbidden`] for everybody else.
    pub fn require_owner(&self) -> Result<Owner> {
        match self.role {
            Role::Owner => Ok(Owner(self.id)),
            Role::Employee => Err(Error::Forbidden),
        }
    }
}

impl Owner {
    pub fn id(&self) -> EmployeeId {
        self.0
    }
}

impl Role {
    /// The word that SQL and the wire use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Owner => "OWNER",
            Self::Employee => "EMPLOYEE",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Owner, Self::Employee]
            .into_iter()
            .find(|role| role.word() == word)
    }
}
