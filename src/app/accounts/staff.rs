//! Who there is, and what the owner, or whoever has the machine, decides about them.

use std::sync::Arc;

use jiff::Timestamp;

use super::invites::{end_invites_by, end_invites_to};
use crate::app::{Desk, staff_bot};
use crate::domain::{Actor, Conflict, Email, Employee, EmployeeId, Error, Owner, Result, Role};
use crate::store::{self, Connection, Transaction};

/// Whether anybody has an account yet.
pub fn any(connection: &Connection) -> Result<bool> {
    store::employees::any(connection)
}

/// Everybody who has or had an account.
pub fn employees(connection: &Connection, _: &Actor) -> Result<Vec<Employee>> {
    store::employees::all(connection)
}

/// The employee with that number.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub async fn employee(desk: &Desk, _: &Actor, id: EmployeeId) -> Result<Option<Arc<Employee>>> {
    Ok(desk.db.staff().await?.get(id).cloned())
}

/// Shuts an account, unlinks its Telegram, and ends the invites that it made and those to it. What the
/// employee did stays, with their name on it.
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
    let shut = store::employees::get(tx, id)?.ok_or(Error::NotFound)?;
    end_invites_by(tx, id)?;
    end_invites_to(tx, &shut)?;
    Ok(shut)
}

/// Makes an employee an owner, or an owner an employee, whose invites end. Their tokens end where the role changes: what
/// was opened with the old one isn't seen or told any longer.
///
/// # Errors
/// [`Conflict::LastOwner`], [`Error::NotFound`].
pub fn set_role(tx: &Transaction, _: &Owner, id: EmployeeId, role: Role) -> Result<Employee> {
    if role != Role::Owner {
        keep_an_owner(tx, id)?;
        end_invites_by(tx, id)?;
    }
    store::employees::set_role(tx, id, role)?;
    store::employees::get(tx, id)?.ok_or(Error::NotFound)
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
