//! Accounts of employees: making them, signing in, and what the owner decides about them.

use std::net::IpAddr;
use std::sync::Arc;

use jiff::{Timestamp, ToSpan};
use secrecy::SecretString;

use super::limits::Attempt;
use super::tokens::Session;
use super::{Desk, secrets, staff_bot};
use crate::domain::{
    Actor, Conflict, Email, Employee, EmployeeId, Error, Language, Owner, Password, Problem,
    Registration, Result, Role,
};
use crate::store::invites::Invite;
use crate::store::{self, Connection, Transaction};

/// The field that a failure of the whole form is reported at.
pub const WHOLE_FORM: &str = "nonFieldErrors";

const INVITE_HOURS: i64 = 72;
const FIRST_OWNER_LINK_HOURS: i64 = 24;

/// An employee who has just signed in.
pub struct SignedIn {
    pub employee: Employee,
    pub token: String,
}

/// Makes an account. Who may is decided by the first of these that applies: an invite; nobody
/// has an account and only this machine can reach the server; the configuration.
///
/// # Errors
/// [`Error::Invalid`] and [`Error::Conflict`] for expected failures, [`Error::RateLimited`] for
/// too many tries.
pub async fn register(
    desk: &Desk,
    _: Attempt,
    email: Email,
    password: Password,
    invite: Option<String>,
) -> Result<SignedIn> {
    let now = desk.clock.now();
    let policy = Policy {
        registration: desk.registration,
        loopback: desk.loopback,
        email,
        invite,
    };
    // Before the costly hash, so that a stranger can't make us work; and once more, with the
    // answer that counts, in the transaction.
    let asked = policy.clone();
    desk.db
        .read(move |c| asked.decide(c, now).map(drop))
        .await?;
    let hash = desk.passwords.hash(password).await?;
    let employee = desk
        .db
        .write(move |tx| policy.enter(tx, &hash, now))
        .await?;
    signed_in(desk, employee)
}

/// Whom a registration lets in.
#[derive(Clone)]
struct Policy {
    registration: Registration,
    loopback: bool,
    email: Email,
    invite: Option<String>,
}

impl Policy {
    /// The role that the new employee gets, the invite that is used up, and the account of
    /// somebody who left and comes back by it.
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
            let theirs = match &invite.email {
                Some(email) => email.key() == self.email.key(),
                None => first,
            };
            let open = first || self.registration != Registration::Closed;
            theirs && open && !invite.used && now < invite.expires
        });
        usable.ok_or_else(|| Problem::InviteUnusable.at("invite").into())
    }

    fn uninvited(&self, first: bool) -> Result<Role> {
        let problem = match (first, self.registration) {
            (true, _) if self.loopback => return Ok(Role::Owner),
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
        store::employees::get(tx, id)?.ok_or(Error::NotFound)
    }
}

/// Checks an e-mail and a password. Unknown and shut accounts cost what known ones do, and get
/// the same answer as a wrong password.
///
/// # Errors
/// [`Error::Invalid`] for wrong credentials, [`Error::RateLimited`] for too many tries.
pub async fn login(
    desk: &Desk,
    _: Attempt,
    email: Email,
    password: SecretString,
) -> Result<SignedIn> {
    desk.limits.account(&email)?;
    let found = desk
        .db
        .read(move |c| {
            if !store::employees::any(c)? {
                return Err(Problem::NoAccountYet.at(WHOLE_FORM).into());
            }
            let employee = store::employees::by_email(c, &email)?.filter(|found| found.active);
            let hash = match &employee {
                Some(employee) => store::employees::password_hash(c, employee.id)?,
                None => None,
            };
            Ok(employee.zip(hash))
        })
        .await?;
    let (employee, hash) = found.unzip();
    let right = desk.passwords.verify(hash, password).await?;
    match employee.filter(|_| right) {
        Some(employee) => signed_in(desk, employee),
        None => {
            desk.db.metrics().failed_login();
            Err(Problem::Credentials.at(WHOLE_FORM).into())
        }
    }
}

fn signed_in(desk: &Desk, employee: Employee) -> Result<SignedIn> {
    let token = desk.tokens.sign(&employee, desk.clock.now())?;
    Ok(SignedIn { employee, token })
}

/// Who holds this token, if it still holds.
///
/// # Errors
/// [`Error::Unauthenticated`] for a token that is false, expired, or that its owner ended, and
/// [`Error::RateLimited`] for an account that asks too often.
pub async fn authenticate(desk: &Desk, token: &str, address: IpAddr) -> Result<(Actor, Session)> {
    let session = desk.tokens.session(token, desk.clock.now())?;
    desk.limits.request_by(session.employee, address)?;
    Ok((holds(desk, session).await?, session))
}

/// Whether a token that was read still holds for its account.
///
/// # Errors
/// [`Error::Unauthenticated`] when it does not.
pub async fn holds(desk: &Desk, session: Session) -> Result<Actor> {
    let staff = desk.db.staff().await?;
    let employee = staff.get(&session.employee);
    employee
        .filter(|employee| employee.epoch == session.epoch)
        .ok_or(Error::Unauthenticated)?
        .sign_in()
}

/// The signed-in employee.
///
/// # Errors
/// [`Error::Unauthenticated`] for somebody who isn't there any more.
pub async fn myself(desk: &Desk, actor: &Actor) -> Result<Arc<Employee>> {
    let me = employee(desk, actor, actor.id()).await?;
    me.ok_or(Error::Unauthenticated)
}

/// The employee with that number.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub async fn employee(desk: &Desk, _: &Actor, id: EmployeeId) -> Result<Option<Arc<Employee>>> {
    Ok(desk.db.staff().await?.get(&id).cloned())
}

/// Replaces one's own password. Every token of the account dies; the one that comes back is new.
///
/// # Errors
/// [`Error::Invalid`] when the old password is wrong, [`Error::RateLimited`] for too many tries.
pub async fn change_password(
    desk: &Desk,
    actor: Actor,
    _: Attempt,
    old: SecretString,
    new: impl FnOnce(&Email) -> Result<Password>,
) -> Result<SignedIn> {
    let (employee, hash) = desk
        .db
        .read(move |c| {
            let employee = me(c, &actor)?;
            let hash = store::employees::password_hash(c, employee.id)?;
            Ok((employee, hash))
        })
        .await?;
    desk.limits.account(&employee.email)?;
    if !desk.passwords.verify(hash, old).await? {
        return Err(Problem::PasswordWrong.at("oldPassword").into());
    }
    let hash = desk.passwords.hash(new(&employee.email)?).await?;
    let employee = desk
        .db
        .write(move |tx| {
            store::employees::set_password_hash(tx, employee.id, &hash)?;
            me(tx, &actor)
        })
        .await?;
    signed_in(desk, employee)
}

pub fn me(connection: &Connection, actor: &Actor) -> Result<Employee> {
    store::employees::get(connection, actor.id())?.ok_or(Error::Unauthenticated)
}

/// Whether anybody has an account yet.
pub fn any(connection: &Connection) -> Result<bool> {
    store::employees::any(connection)
}

/// Everybody who has or had an account.
pub fn employees(connection: &Connection, _: &Actor) -> Result<Vec<Employee>> {
    store::employees::all(connection)
}

/// Changes one's own e-mail. Tokens name the account, so they live on.
///
/// # Errors
/// [`Conflict::EmailTaken`].
pub fn update_me(tx: &Transaction, actor: &Actor, email: &Email) -> Result<Employee> {
    match store::employees::by_email(tx, email)? {
        Some(other) if other.id != actor.id() => return Err(Conflict::EmailTaken.into()),
        _ => store::employees::set_email(tx, actor.id(), email)?,
    }
    me(tx, actor)
}

/// Chooses the language of one's own pages.
pub fn set_language(tx: &Transaction, actor: &Actor, language: Language) -> Result<()> {
    store::employees::set_language(tx, actor.id(), language)
}

/// Ends all of one's own tokens.
pub fn logout_everywhere(tx: &Transaction, actor: &Actor) -> Result<()> {
    store::employees::raise_epoch(tx, actor.id())
}

/// A single-use invite for an e-mail.
pub struct NewInvite {
    pub token: String,
    pub expires: Timestamp,
}

/// Invites somebody to make an account.
///
/// # Errors
/// [`Conflict::EmailTaken`] when they have one; [`Error::Invalid`] when registration is closed.
pub fn invite(
    tx: &Transaction,
    by: Option<Owner>,
    registration: Registration,
    email: &Email,
    role: Role,
    now: Timestamp,
) -> Result<NewInvite> {
    if registration == Registration::Closed {
        return Err(Problem::RegistrationClosed.at("email").into());
    }
    if store::employees::by_email(tx, email)?.is_some_and(|employee| employee.active) {
        return Err(Conflict::EmailTaken.into());
    }
    let by = by.map(|owner| owner.id());
    new_invite(tx, Some(email), role, by, now, INVITE_HOURS)
}

/// A link with which whoever has it becomes the owner, as long as nobody has an account.
/// `None` when somebody has.
pub fn first_owner_link(tx: &Transaction, now: Timestamp) -> Result<Option<NewInvite>> {
    if store::employees::any(tx)? {
        return Ok(None);
    }
    store::invites::delete_first_owner_links(tx)?;
    new_invite(tx, None, Role::Owner, None, now, FIRST_OWNER_LINK_HOURS).map(Some)
}

fn new_invite(
    tx: &Transaction,
    email: Option<&Email>,
    role: Role,
    by: Option<EmployeeId>,
    now: Timestamp,
    hours: i64,
) -> Result<NewInvite> {
    let token = secrets::random_token()?;
    let expires = now.saturating_add(hours.hours()).unwrap_or(Timestamp::MAX);
    store::invites::insert(
        tx,
        &secrets::fingerprint(&token),
        email,
        role,
        by,
        now,
        expires,
    )?;
    Ok(NewInvite { token, expires })
}

/// Shuts an account, and unlinks its Telegram. What the employee did stays, with their name on it.
///
/// # Errors
/// [`Conflict::LastOwner`], [`Error::NotFound`].
pub fn deactivate(tx: &Transaction, _: &Owner, id: EmployeeId) -> Result<Employee> {
    shut(tx, id)
}

/// [`deactivate`], for whoever has the machine.
///
/// # Errors
/// As for [`deactivate`].
pub fn shut(tx: &Transaction, id: EmployeeId) -> Result<Employee> {
    keep_an_owner(tx, id)?;
    staff_bot::forget(tx, id)?;
    store::employees::deactivate(tx, id)?;
    store::employees::get(tx, id)?.ok_or(Error::NotFound)
}

/// Makes an employee an owner, or an owner an employee.
///
/// # Errors
/// [`Conflict::LastOwner`], [`Error::NotFound`].
pub fn set_role(tx: &Transaction, _: &Owner, id: EmployeeId, role: Role) -> Result<Employee> {
    if role != Role::Owner {
        keep_an_owner(tx, id)?;
    }
    store::employees::set_role(tx, id, role)?;
    store::employees::get(tx, id)?.ok_or(Error::NotFound)
}

/// # Errors
/// [`Conflict::LastOwner`] when `id` is the only owner who can sign in.
fn keep_an_owner(connection: &Connection, id: EmployeeId) -> Result<()> {
    let employee = store::employees::get(connection, id)?.ok_or(Error::NotFound)?;
    let is_owner = employee.active && employee.role == Role::Owner;
    match is_owner && store::employees::active_owners(connection)? == 1 {
        true => Err(Conflict::LastOwner { owner: id }.into()),
        false => Ok(()),
    }
}

/// Makes an account, for whoever has the machine.
///
/// # Errors
/// [`Conflict::EmailTaken`].
pub fn add(
    tx: &Transaction,
    email: &Email,
    hash: &str,
    role: Role,
    now: Timestamp,
) -> Result<EmployeeId> {
    match store::employees::by_email(tx, email)? {
        Some(_) => Err(Conflict::EmailTaken.into()),
        None => store::employees::insert(tx, email, hash, role, now),
    }
}

/// Replaces anybody's password, for whoever has the machine. The first one of an account that came
/// with an archive opens it.
///
/// # Errors
/// [`Error::NotFound`].
pub fn reset_password(tx: &Transaction, email: &Email, hash: &str) -> Result<()> {
    let employee = store::employees::by_email(tx, email)?.ok_or(Error::NotFound)?;
    match store::employees::password_hash(tx, employee.id)?.as_deref() {
        Some("") => store::employees::reactivate(tx, employee.id, hash, employee.role),
        _ => store::employees::set_password_hash(tx, employee.id, hash),
    }
}
