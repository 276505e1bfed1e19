//! Employees, what they may do, and their passwords.

use secrecy::{ExposeSecret, SecretString};

use super::{Email, EmployeeId, Error, Language, Problem, Result, TelegramId, TimeOfDay};

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

/// A new password that is good enough. Existing ones are only ever compared, never parsed.
#[derive(Debug)]
pub struct Password(SecretString);

/// Allowed lengths of a password, in characters.
pub const PASSWORD_LENGTH: std::ops::RangeInclusive<usize> = 8..=128;

impl Password {
    /// Refuses what is too short, too long, or among the first million that an attacker would
    /// try; `email` counts as known to the attacker.
    pub fn parse(field: &'static str, text: &str, email: &Email) -> Result<Self> {
        let length = text.chars().count();
        if length < *PASSWORD_LENGTH.start() {
            let min = *PASSWORD_LENGTH.start();
            return Err(Problem::PasswordShort { min }.at(field).into());
        }
        if length > *PASSWORD_LENGTH.end() {
            let max = *PASSWORD_LENGTH.end();
            return Err(Problem::PasswordLong { max }.at(field).into());
        }
        let known = [
            email.as_str(),
            email.as_str().split('@').next().unwrap_or_default(),
        ];
        if zxcvbn::zxcvbn(text, &known).score() < zxcvbn::Score::Two {
            return Err(Problem::PasswordCommon.at(field).into());
        }
        Ok(Self(SecretString::from(text)))
    }

    pub fn expose(&self) -> &str {
        self.0.expose_secret()
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
