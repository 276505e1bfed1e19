//! Employees, and their administration by an owner or by an operator on the command line.

use std::sync::Arc;

use jiff::Timestamp;

use super::invites::{end_invites_by, end_invites_to};
use crate::app::{Desk, staff_bot};
use crate::domain::{
    Actor, AuditAction, Conflict, Email, Employee, EmployeeChange, EmployeeId, Error, Owner,
    Result, Role,
};
use crate::store::{self, Connection, Transaction};

/// Returns whether any account exists.
pub fn any(connection: &Connection) -> Result<bool> {
    store::employees::any(connection)
}

/// Returns all employees, including deactivated ones.
pub fn employees(connection: &Connection, _: &Actor) -> Result<Vec<Employee>> {
    store::employees::all(connection)
}

/// Returns an employee by id.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub async fn employee(desk: &Desk, _: &Actor, id: EmployeeId) -> Result<Option<Arc<Employee>>> {
    Ok(desk.db.staff().await?.get(id).cloned())
}

/// Changes how an employee is shown: an owner anybody, an employee themselves.
///
/// # Errors
/// [`Error::Forbidden`], [`Error::NotFound`].
pub fn update_employee(
    tx: &Transaction,
    actor: &Actor,
    id: EmployeeId,
    change: &EmployeeChange,
) -> Result<Employee> {
    if id != actor.id() {
        actor.require_owner()?;
    }
    if let Some(name) = &change.name {
        store::employees::set_name(tx, id, name)?;
    }
    if let Some(colour) = change.colour {
        store::employees::set_colour(tx, id, colour)?;
    }
    store::employees::get(tx, id)?.ok_or(Error::NotFound)
}

/// Deactivates an account, unlinks its Telegram, and revokes the invites made by it and those to
/// its e-mail. The employee's name stays on past work.
///
/// # Errors
/// [`Conflict::LastOwner`], [`Error::NotFound`].
pub fn deactivate(
    tx: &Transaction,
    owner: &Owner,
    id: EmployeeId,
    now: Timestamp,
) -> Result<Employee> {
    let before = store::employees::get(tx, id)?.ok_or(Error::NotFound)?;
    let shut = shut(tx, id)?;
    if before.active {
        let action = AuditAction::EmployeeDeactivated;
        record(tx, owner, action, &shut, [None, None], now)?;
    }
    Ok(shut)
}

/// Reactivates an account with its old password and role. One that was imported from an archive has no password, and
/// needs a link for a new one.
///
/// # Errors
/// [`Error::NotFound`].
pub fn reactivate(
    tx: &Transaction,
    owner: &Owner,
    id: EmployeeId,
    now: Timestamp,
) -> Result<Employee> {
    let before = store::employees::get(tx, id)?.ok_or(Error::NotFound)?;
    if !before.active {
        store::employees::activate(tx, id)?;
        let action = AuditAction::EmployeeReactivated;
        record(tx, owner, action, &before, [None, None], now)?;
    }
    store::employees::get(tx, id)?.ok_or(Error::NotFound)
}

/// Appends what an owner did to an employee to the audit list.
fn record(
    tx: &Transaction,
    owner: &Owner,
    action: AuditAction,
    employee: &Employee,
    values: [Option<&str>; 2],
    now: Timestamp,
) -> Result<()> {
    store::audit::insert(tx, owner.id(), action, employee.email.as_str(), values, now)
}

/// Performs [`deactivate`] for an operator on the command line.
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
    store::password_links::delete(tx, id)?;
    store::password_links::delete_by(tx, id)?;
    Ok(shut)
}

/// Changes an employee's role. A demoted owner's invites are revoked, and every role change revokes
/// the account's tokens, so that nothing opened under the old role stays visible.
///
/// # Errors
/// [`Conflict::LastOwner`], [`Error::NotFound`].
pub fn set_role(
    tx: &Transaction,
    owner: &Owner,
    id: EmployeeId,
    role: Role,
    now: Timestamp,
) -> Result<Employee> {
    let before = store::employees::get(tx, id)?.ok_or(Error::NotFound)?;
    if role != Role::Owner {
        keep_an_owner(tx, id)?;
        end_invites_by(tx, id)?;
        store::password_links::delete_by(tx, id)?;
    }
    store::employees::set_role(tx, id, role)?;
    if before.role != role {
        let roles = [Some(before.role.word()), Some(role.word())];
        record(tx, owner, AuditAction::RoleChanged, &before, roles, now)?;
    }
    store::employees::get(tx, id)?.ok_or(Error::NotFound)
}

/// Creates an account, for an operator on the command line.
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

/// Sets an employee's password, for an operator on the command line. Activates an account that was
/// imported from an archive without a password.
///
/// # Errors
/// [`Error::NotFound`].
pub fn reset_password(tx: &Transaction, email: &Email, hash: &str) -> Result<()> {
    let employee = store::employees::by_email(tx, email)?.ok_or(Error::NotFound)?;
    store::password_links::delete(tx, employee.id)?;
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
