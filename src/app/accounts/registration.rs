//! Registration of accounts.

use jiff::Timestamp;

use super::sign_in::signed_in;
use super::{SignedIn, WHOLE_FORM};
use crate::app::security::limits::Attempt;
use crate::app::security::passwords::Lane;
use crate::app::{Desk, security::secrets};
use crate::domain::{
    Conflict, Email, Employee, EmployeeName, Error, Password, Problem, Registration, Result, Role,
};
use crate::store::invites::Invite;
use crate::store::{self, Connection, Transaction};

/// Registers an account. The first rule that applies grants permission: an invite; a local request
/// (`local`) to a loopback-only server without any account; the configuration.
///
/// # Errors
/// [`Error::Invalid`] and [`Error::Conflict`] for expected failures, [`Error::RateLimited`] for too
/// many attempts.
pub async fn register(
    desk: &Desk,
    attempt: Attempt,
    local: bool,
    (email, name): (Email, EmployeeName),
    password: Password,
    invite: Option<String>,
) -> Result<SignedIn> {
    let now = desk.clock.now();
    let policy = Policy {
        registration: desk.settings.now().registration,
        local: desk.is_loopback() && local,
        email,
        name,
        invite,
    };
    // Checked before the expensive hash, so that strangers can't cause load; checked again,
    // decisively, in the transaction.
    let asked = policy.clone();
    desk.db
        .read(move |c| asked.decide(c, now).map(drop))
        .await?;
    let turn = desk.passwords.turn(Lane::of(attempt.address)).await?;
    let hash = desk.passwords.hash(turn, password).await?;
    let employee = desk
        .db
        .write(move |tx| policy.enter(tx, &hash, now))
        .await?;
    signed_in(desk, employee)
}

/// Decides whether a registration is allowed.
#[derive(Clone)]
struct Policy {
    registration: Registration,
    local: bool,
    email: Email,
    name: EmployeeName,
    invite: Option<String>,
}

impl Policy {
    /// Returns the role of the new account, the invite that is used up, and the deactivated account
    /// that is reactivated, if any.
    fn decide(
        &self,
        connection: &Connection,
        now: Timestamp,
    ) -> Result<(Role, Option<Invite>, Option<Employee>)> {
        let first = !store::employees::any(connection)?;
        let (role, invite) = match &self.invite {
            Some(token) => {
                let invite = self.usable_invite(connection, token, first, now)?;
                (invite.role, Some(invite))
            }
            None => (self.uninvited(first)?, None),
        };
        let existing = store::employees::by_email(connection, &self.email)?;
        match existing {
            Some(employee) if employee.active || invite.is_none() => {
                Err(Conflict::EmailTaken.into())
            }
            returning => Ok((role, invite, returning)),
        }
    }

    fn usable_invite(
        &self,
        connection: &Connection,
        token: &str,
        first: bool,
        now: Timestamp,
    ) -> Result<Invite> {
        let found = store::invites::by_token_hash(connection, &secrets::fingerprint(token))?;
        let usable = found.filter(|invite| {
            let email = invite.email.as_ref();
            let theirs = email.is_none_or(|email| email.key() == self.email.key());
            theirs && invite.is_usable(first, self.registration, now)
        });
        usable.ok_or_else(|| Problem::InviteUnusable.at("invite").into())
    }

    fn uninvited(&self, first: bool) -> Result<Role> {
        let problem = match (first, self.registration) {
            (true, _) if self.local => return Ok(Role::Owner),
            (true, _) => Problem::FirstAccountElsewhere,
            (false, Registration::Open) => return Ok(Role::Employee),
            (false, Registration::Invite) => Problem::InviteNeeded,
            (false, Registration::Closed) => Problem::RegistrationClosed,
        };
        Err(problem.at(WHOLE_FORM).into())
    }

    fn enter(&self, tx: &Transaction, hash: &str, now: Timestamp) -> Result<Employee> {
        let (role, invite, returning) = self.decide(tx, now)?;
        if let Some(invite) = invite {
            store::invites::set_used(tx, invite.id, now)?;
        }
        let id = match returning {
            Some(employee) => {
                store::employees::reactivate(tx, employee.id, hash, role)?;
                employee.id
            }
            None => store::employees::insert(tx, &self.email, hash, role, now)?,
        };
        if !self.name.as_str().is_empty() {
            store::employees::set_name(tx, id, &self.name)?;
        }
        store::employees::get(tx, id)?.ok_or(Error::NotFound)
    }
}
