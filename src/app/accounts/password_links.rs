//! Links by which an employee who forgot the password sets a new one. An owner makes them; like an invite, a link ends
//! with the right of its maker and with the account.

use jiff::{Timestamp, ToSpan};

use crate::app::Desk;
use crate::app::security::limits::Attempt;
use crate::app::security::passwords::Lane;
use crate::app::security::secrets;
use crate::domain::{
    AuditAction, Email, Employee, EmployeeId, Error, Owner, Password, Problem, Result,
};
use crate::store::{self, Connection, Transaction};

const PASSWORD_LINK_HOURS: i64 = 24;

/// A single-use link for a new password.
pub struct NewPasswordLink {
    pub token: String,
    pub expires: Timestamp,
}

/// Creates a link for an employee, in place of an earlier one.
///
/// # Errors
/// [`Error::NotFound`], and [`Error::Invalid`] for a deactivated employee.
pub fn create_password_link(
    tx: &Transaction,
    owner: &Owner,
    id: EmployeeId,
    now: Timestamp,
) -> Result<NewPasswordLink> {
    let employee = store::employees::get(tx, id)?.ok_or(Error::NotFound)?;
    if !employee.active {
        return Err(Problem::EmployeeInactive.at("employeeId").into());
    }
    let token = secrets::random_token()?;
    let expires = now.saturating_add(PASSWORD_LINK_HOURS.hours());
    let expires = expires.unwrap_or(Timestamp::MAX);
    store::password_links::put(tx, id, &secrets::fingerprint(&token), owner.id(), expires)?;
    let (action, email) = (AuditAction::PasswordLinkCreated, employee.email.as_str());
    store::audit::insert(tx, owner.id(), action, email, [None, None], now)?;
    Ok(NewPasswordLink { token, expires })
}

/// Returns the employee to whom a link leads; `None` for one that is used, replaced, withdrawn or expired.
pub fn linked_employee(
    connection: &Connection,
    token: &str,
    now: Timestamp,
) -> Result<Option<Employee>> {
    let hash = secrets::fingerprint(token);
    match store::password_links::usable(connection, &hash, now)? {
        Some(id) => store::employees::get(connection, id),
        None => Ok(None),
    }
}

/// Sets the password of the employee to whom a link leads, uses the link up, and ends all sessions of the account.
///
/// # Errors
/// [`Error::Invalid`] for a link that can't be used, and for a password that isn't accepted; [`Error::RateLimited`] for
/// too many attempts.
pub async fn use_password_link(
    desk: &Desk,
    attempt: Attempt,
    token: String,
    new: impl FnOnce(&Email) -> Result<Password>,
) -> Result<()> {
    let now = desk.clock.now();
    let find = move |c: &Connection, token: &str| {
        let found = linked_employee(c, token, now)?;
        found.ok_or_else(|| Error::from(Problem::PasswordLinkUnusable.at("link")))
    };
    let asked = token.clone();
    // Checked before the expensive hash, and again, decisively, in the transaction.
    let employee = desk.db.read(move |c| find(c, &asked)).await?;
    let password = new(&employee.email)?;
    let turn = desk.passwords.turn(Lane::of(attempt.address)).await?;
    let hash = desk.passwords.hash(turn, password).await?;
    let work = move |tx: &Transaction<'_>| {
        let employee = find(tx, &token)?;
        store::password_links::delete(tx, employee.id)?;
        store::employees::set_password_hash(tx, employee.id, &hash)
    };
    desk.db.write(work).await
}
