//! Invites for new accounts, and their withdrawal.
//!
//! An invite derives its authority from its maker: it is revoked for good when the maker stops
//! being an owner. It is also revoked when the account with its e-mail is deactivated, so that an
//! old invite can't undo a dismissal. Both happen in the transaction of the cause, independently of
//! the clock.

use jiff::{Timestamp, ToSpan};

use crate::app::idempotency::{Request, gone};
use crate::app::posts::{self, Post};
use crate::app::security::{link_key::LinkKey, secrets};
use crate::domain::{
    AuditAction, Conflict, Email, Employee, EmployeeId, Error, InviteId, Owner, Problem,
    Registration, Result, Role, Span,
};
use crate::store::invites::Invite;
use crate::store::{self, Connection, Transaction};

const INVITE_HOURS: i64 = 72;
const FIRST_OWNER_LINK_HOURS: i64 = 24;

/// A single-use invite.
pub struct NewInvite {
    pub token: String,
    pub expires: Timestamp,
}

/// Creates an invite.
///
/// # Errors
/// [`Conflict::EmailTaken`] when the e-mail has an account;
/// [`Error::Invalid`](crate::domain::Error::Invalid) when registration is closed.
pub fn invite(
    tx: &Transaction,
    by: Option<Owner>,
    registration: Registration,
    email: &Email,
    role: Role,
    now: Timestamp,
) -> Result<NewInvite> {
    invite_again(tx, by, registration, email, role, None, now)
}

/// Creates an invite from a form submission. Only the fingerprint of the link is stored, so an
/// equal resubmission replaces the invite: there is always one, and the sender sees its link.
///
/// # Errors
/// As for [`invite`].
pub fn invite_again(
    tx: &Transaction,
    by: Option<Owner>,
    registration: Registration,
    email: &Email,
    role: Role,
    post: Option<Post>,
    now: Timestamp,
) -> Result<NewInvite> {
    expect_invitable(tx, registration, email)?;
    if let Some(before) = posts::made(tx, post)? {
        store::invites::delete_unused(tx, InviteId::from_row(before))?;
    }
    let token = secrets::random_token()?;
    let (id, invite) = recorded_invite(tx, by, email, role, token, now)?;
    posts::note(tx, post, id.get(), now)?;
    Ok(invite)
}

/// Creates an invite by a request that may come again: an equal one is answered with the same link, which is derived
/// from the server's key, since only its fingerprint is stored.
///
/// # Errors
/// As for [`invite`], [`Conflict::RequestKeyUsed`], and [`Error::Gone`] for a repeated request whose invite was used,
/// withdrawn or revoked.
pub fn invite_once(
    tx: &Transaction,
    owner: Owner,
    policy: &InvitePolicy,
    email: &Email,
    role: Role,
    request: &Request,
) -> Result<NewInvite> {
    let now = request.now;
    if let Some(made) = request.made(tx)? {
        let id = InviteId::from_row(made.parse().map_err(Error::internal)?);
        let invite = open_invite(tx, &owner, id, now).map_err(gone)?;
        let token = policy.token(request, invite.created)?;
        let found = store::invites::by_token_hash(tx, &secrets::fingerprint(&token))?;
        let is_it = found.is_some_and(|found| found.id == id);
        let expires = invite.expires;
        return is_it
            .then_some(NewInvite { token, expires })
            .ok_or(Error::Gone);
    }
    expect_invitable(tx, policy.registration, email)?;
    let token = policy.token(request, now)?;
    let (id, invite) = recorded_invite(tx, Some(owner), email, role, token, now)?;
    request.note(tx, &id.to_string())?;
    Ok(invite)
}

/// How invites are made by the API.
pub struct InvitePolicy {
    pub registration: Registration,
    /// The key that links of repeatable requests are derived from.
    pub key: LinkKey,
}

impl InvitePolicy {
    /// Returns the token of an invite: a random one for a request that has no key, since it doesn't come again.
    fn token(&self, request: &Request, at: Timestamp) -> Result<String> {
        match request.marks() {
            Some(marks) => Ok(self.key.invite_token(marks, at)),
            None => secrets::random_token(),
        }
    }
}

fn expect_invitable(tx: &Transaction, registration: Registration, email: &Email) -> Result<()> {
    if registration == Registration::Closed {
        return Err(Problem::RegistrationClosed.at("email").into());
    }
    match store::employees::by_email(tx, email)?.is_some_and(|employee| employee.active) {
        true => Err(Conflict::EmailTaken.into()),
        false => Ok(()),
    }
}

fn recorded_invite(
    tx: &Transaction,
    by: Option<Owner>,
    email: &Email,
    role: Role,
    token: String,
    now: Timestamp,
) -> Result<(InviteId, NewInvite)> {
    let by = by.map(|owner| owner.id());
    if let Some(by) = by {
        let (action, to) = (AuditAction::InviteCreated, [None, Some(role.word())]);
        store::audit::insert(tx, by, action, email.as_str(), to, now)?;
    }
    let expires = after(now, INVITE_HOURS);
    let mark = secrets::fingerprint(&token);
    let id = store::invites::insert(tx, &mark, Some(email), role, by, now, expires)?;
    Ok((id, NewInvite { token, expires }))
}

fn after(now: Timestamp, hours: i64) -> Timestamp {
    now.saturating_add(hours.hours()).unwrap_or(Timestamp::MAX)
}

/// Returns a span of the open invites, oldest first.
pub fn open_invites(
    connection: &Connection,
    _: &Owner,
    span: Span<InviteId>,
    now: Timestamp,
) -> Result<Vec<Invite>> {
    store::invites::open(connection, now, span)
}

/// Counts the open invites.
pub fn count_open_invites(connection: &Connection, _: &Owner, now: Timestamp) -> Result<i64> {
    store::invites::count_open(connection, now)
}

/// Returns an open invite.
///
/// # Errors
/// [`Error::NotFound`], also for one that is used, expired or withdrawn.
pub fn open_invite(
    connection: &Connection,
    _: &Owner,
    id: InviteId,
    now: Timestamp,
) -> Result<Invite> {
    store::invites::get_open(connection, id, now)?.ok_or(Error::NotFound)
}

/// Withdraws an invite, whoever made it.
///
/// # Errors
/// As for [`open_invite`].
pub fn withdraw_invite(
    tx: &Transaction,
    owner: &Owner,
    id: InviteId,
    now: Timestamp,
) -> Result<()> {
    let invite = open_invite(tx, owner, id, now)?;
    let (action, email) = (AuditAction::InviteWithdrawn, invite.email.as_ref());
    let email = email.map_or("", Email::as_str);
    store::audit::insert(tx, owner.id(), action, email, [None, None], now)?;
    store::invites::delete_unused(tx, invite.id)
}

/// An invite that can be used, for the page behind its link.
pub struct Invitation {
    /// `None` for the link for the first owner.
    pub email: Option<Email>,
    /// The owner who invited.
    pub by: Option<Employee>,
}

/// Returns the invite with a token; `None` for one that can't be used.
pub fn invitation(
    connection: &Connection,
    token: &str,
    registration: Registration,
    now: Timestamp,
) -> Result<Option<Invitation>> {
    let found = store::invites::by_token_hash(connection, &secrets::fingerprint(token))?;
    let first = !store::employees::any(connection)?;
    let Some(invite) = found.filter(|invite| invite.is_usable(first, registration, now)) else {
        return Ok(None);
    };
    let by = invite.by.map(|id| store::employees::get(connection, id));
    Ok(Some(Invitation {
        email: invite.email,
        by: by.transpose()?.flatten(),
    }))
}

/// Revokes the invites made by an employee who may make none any more.
pub(super) fn end_invites_by(tx: &Transaction, maker: EmployeeId) -> Result<()> {
    end(tx, |invite| invite.by == Some(maker))
}

/// Revokes the invites to the e-mail of a deactivated employee.
pub(super) fn end_invites_to(tx: &Transaction, dismissed: &Employee) -> Result<()> {
    let key = dismissed.email.key();
    end(tx, |invite| {
        let email = invite.email.as_ref();
        email.is_some_and(|email| email.key() == key)
    })
}

fn end(tx: &Transaction, ends: impl Fn(&Invite) -> bool) -> Result<()> {
    let unused = store::invites::unused(tx)?;
    let mut ended = unused.iter().filter(|invite| ends(invite));
    ended.try_for_each(|invite| store::invites::delete_unused(tx, invite.id))
}

/// Creates a link whose holder becomes the owner, as long as there is no account. `None` once there
/// is one.
pub fn first_owner_link(tx: &Transaction, now: Timestamp) -> Result<Option<NewInvite>> {
    if store::employees::any(tx)? {
        return Ok(None);
    }
    store::invites::delete_first_owner_links(tx)?;
    let token = secrets::random_token()?;
    let (mark, expires) = (
        secrets::fingerprint(&token),
        after(now, FIRST_OWNER_LINK_HOURS),
    );
    store::invites::insert(tx, &mark, None, Role::Owner, None, now, expires)?;
    Ok(Some(NewInvite { token, expires }))
}
