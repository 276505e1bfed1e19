//! Inviting somebody to make an account.

use jiff::{Timestamp, ToSpan};

use crate::app::posts::{self, Post};
use crate::app::secrets;
use crate::domain::{Conflict, Email, EmployeeId, Owner, Problem, Registration, Result, Role};
use crate::store::{self, Transaction};

const INVITE_HOURS: i64 = 72;
const FIRST_OWNER_LINK_HOURS: i64 = 24;

/// A single-use invite for an e-mail.
pub struct NewInvite {
    pub token: String,
    pub expires: Timestamp,
}

/// Invites somebody to make an account.
///
/// # Errors
/// [`Conflict::EmailTaken`] when they have one; [`Error::Invalid`](crate::domain::Error::Invalid)
/// when registration is closed.
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

/// The same for a form. Of the link of an equal form nobody knows more than its fingerprint, so a
/// new one takes its place: there is one, and whoever sent the form sees it.
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
    if registration == Registration::Closed {
        return Err(Problem::RegistrationClosed.at("email").into());
    }
    if store::employees::by_email(tx, email)?.is_some_and(|employee| employee.active) {
        return Err(Conflict::EmailTaken.into());
    }
    if let Some(before) = posts::made(tx, post)? {
        store::invites::delete_unused(tx, before)?;
    }
    let by = by.map(|owner| owner.id());
    let (id, invite) = new_invite(tx, Some(email), role, by, now, INVITE_HOURS)?;
    posts::note(tx, post, id, now)?;
    Ok(invite)
}

/// A link with which whoever has it becomes the owner, as long as nobody has an account.
/// `None` when somebody has.
pub fn first_owner_link(tx: &Transaction, now: Timestamp) -> Result<Option<NewInvite>> {
    if store::employees::any(tx)? {
        return Ok(None);
    }
    store::invites::delete_first_owner_links(tx)?;
    let (_, invite) = new_invite(tx, None, Role::Owner, None, now, FIRST_OWNER_LINK_HOURS)?;
    Ok(Some(invite))
}

fn new_invite(
    tx: &Transaction,
    email: Option<&Email>,
    role: Role,
    by: Option<EmployeeId>,
    now: Timestamp,
    hours: i64,
) -> Result<(i64, NewInvite)> {
    let token = secrets::random_token()?;
    let expires = now.saturating_add(hours.hours()).unwrap_or(Timestamp::MAX);
    let id = store::invites::insert(
        tx,
        &secrets::fingerprint(&token),
        email,
        role,
        by,
        now,
        expires,
    )?;
    Ok((id, NewInvite { token, expires }))
}
