//! Self-service of employees for their own accounts.

use std::sync::Arc;

use secrecy::SecretString;

use super::SignedIn;
use super::sign_in::signed_in;
use super::staff::employee;
use crate::app::Desk;
use crate::app::security::passwords::{Lane, Verdict};
use crate::app::security::tokens::Session;
use crate::domain::{Actor, Conflict, Email, Employee, Error, Language, Password, Problem, Result};
use crate::store::{self, Connection, Transaction};

/// Returns the signed-in employee.
///
/// # Errors
/// [`Error::Unauthenticated`] when the account no longer exists.
pub async fn myself(desk: &Desk, actor: &Actor) -> Result<Arc<Employee>> {
    let me = employee(desk, actor, actor.id()).await?;
    me.ok_or(Error::Unauthenticated)
}

pub fn me(connection: &Connection, actor: &Actor) -> Result<Employee> {
    store::employees::get(connection, actor.id())?.ok_or(Error::Unauthenticated)
}

/// Changes one's own password. Revokes every token of the account and returns a new one. Attempts
/// are limited by session, so that failed sign-ins by others can't block a signed-in employee.
///
/// # Errors
/// [`Error::Invalid`] when the old password is wrong, [`Error::RateLimited`] for too many attempts.
pub async fn change_password(
    desk: &Desk,
    (actor, session): (Actor, Session),
    old: SecretString,
    new: impl FnOnce(&Email) -> Result<Password>,
) -> Result<SignedIn> {
    let lane = Lane::Known(actor.id());
    let turn = desk.passwords.turn(lane).await?;
    desk.limits.session(session.id)?;
    let (employee, hash) = desk
        .db
        .read(move |c| {
            let employee = me(c, &actor)?;
            let hash = store::employees::password_hash(c, employee.id)?;
            Ok((employee, hash))
        })
        .await?;
    if desk.passwords.verify(turn, hash, old).await? == Verdict::Wrong {
        return Err(Problem::PasswordWrong.at("oldPassword").into());
    }
    let new = new(&employee.email)?;
    let turn = desk.passwords.turn(lane).await?;
    let hash = desk.passwords.hash(turn, new).await?;
    let employee = desk
        .db
        .write(move |tx| {
            store::password_links::delete(tx, employee.id)?;
            store::employees::set_password_hash(tx, employee.id, &hash)?;
            me(tx, &actor)
        })
        .await?;
    signed_in(desk, employee)
}

/// Changes one's own e-mail. Tokens refer to the account's id and stay valid.
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

/// Sets the language of one's own pages.
pub fn set_language(tx: &Transaction, actor: &Actor, language: Language) -> Result<()> {
    store::employees::set_language(tx, actor.id(), language)
}

/// Revokes all of one's own tokens.
pub fn logout_everywhere(tx: &Transaction, actor: &Actor) -> Result<()> {
    store::employees::raise_epoch(tx, actor.id())
}
