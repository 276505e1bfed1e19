//! Employees and their permissions.

use super::{Chat, Colour, Email, EmployeeId, Error, Language, Result, ShortText, TimeOfDay, fold};

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

/// Name of an employee, on one line; empty until somebody gives one.
pub type EmployeeName = ShortText<60>;

/// An employee as stored.
#[derive(Debug, Clone)]
pub struct Employee {
    pub id: EmployeeId,
    pub email: Email,
    pub name: EmployeeName,
    /// Colour of their face on the pages; `None` for the usual one.
    pub colour: Option<Colour>,
    pub role: Role,
    pub active: bool,
    /// Language of the pages; `None` until the employee chooses one.
    pub language: Option<Language>,
    /// Epoch carried by every token. Raising it revokes all tokens issued before.
    pub epoch: i64,
    /// Chat for notifications about their tasks; `None` until the employee links an account on a messenger.
    pub chat: Option<Chat>,
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

/// Changes to how an employee is shown; `None` keeps a field.
#[derive(Debug, Clone, Default)]
pub struct EmployeeChange {
    pub name: Option<EmployeeName>,
    /// An inner `None` removes the colour.
    pub colour: Option<Option<Colour>>,
}

impl Employee {
    /// Returns the name by which people know the employee: the local part of the e-mail, until a name is given.
    pub fn shown_name(&self) -> &str {
        match self.name.as_str() {
            "" => self.email.as_str().split('@').next().unwrap_or_default(),
            name => name,
        }
    }

    /// Returns the shown name, with the e-mail if somebody else among `all` has the same: for lists to choose from.
    pub fn distinct_name<'a>(&self, all: impl IntoIterator<Item = &'a Self>) -> String {
        let key = fold(self.shown_name());
        let is_namesake = |other: &Self| other.id != self.id && fold(other.shown_name()) == key;
        match all.into_iter().any(is_namesake) {
            true => format!("{} ({})", self.shown_name(), self.email.as_str()),
            false => self.shown_name().to_owned(),
        }
    }

    /// Returns two letters of the shown name.
    pub fn initials(&self) -> String {
        let name = self.shown_name();
        let mut parts = name
            .split([' ', '.', '_', '-'])
            .filter(|part| !part.is_empty());
        let letters: String = match (parts.next(), parts.next()) {
            (Some(first), Some(second)) => {
                let firsts = [first, second].map(|part| part.chars().next());
                firsts.into_iter().flatten().collect()
            }
            _ => name.chars().take(2).collect(),
        };
        letters.to_uppercase()
    }

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
