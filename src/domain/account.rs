//! Employees and their permissions.

use super::{Email, EmployeeId, Error, Language, Result, TelegramId, TimeOfDay};

/// Permissions of an employee.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Manages invites, roles and deactivation, in addition to everything an employee may do.
    Owner,
    Employee,
}

/// Policy for creating accounts once the first one exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registration {
    Invite,
    Open,
    Closed,
}

/// Audience that may run introspection queries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Introspection {
    All,
    Staff,
    Off,
}

/// An employee as stored.
#[derive(Debug, Clone)]
pub struct Employee {
    pub id: EmployeeId,
    pub email: Email,
    pub role: Role,
    pub active: bool,
    /// Language of the pages; `None` until the employee chooses one.
    pub language: Option<Language>,
    /// Epoch carried by every token. Raising it revokes all tokens issued before.
    pub epoch: i64,
    /// Chat for notifications about their tasks; `None` until the employee links Telegram.
    pub telegram: Option<TelegramId>,
    /// Local time of the morning list; `None` turns it off.
    pub morning: Option<TimeOfDay>,
    pub created: jiff::Timestamp,
}

/// A signed-in employee and proof of that employee's permissions. Only [`Employee::sign_in`]
/// constructs one.
#[derive(Debug, Clone, Copy)]
pub struct Actor {
    id: EmployeeId,
    role: Role,
}

/// A signed-in owner and proof of owner permissions.
#[derive(Debug, Clone, Copy)]
pub struct Owner(EmployeeId);

impl Employee {
    /// # Errors
    /// [`Error::Unauthenticated`] when the account is deactivated.
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
    /// [`Error::Forbidden`] when the actor is not an owner.
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
    /// Returns the word used in SQL and on the wire.
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
