//! The `employees` table.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row};

use super::{Connection, Transaction};
use crate::domain::{
    Chat, Colour, Email, Employee, EmployeeId, EmployeeName, Language, Messenger, Result, Role,
    TimeOfDay,
};
use crate::store::engine::columns::Columns;
use crate::store::engine::types::{MaybeColour, Millis};

pub(super) const COLUMNS: &str = "id, email, name, colour, role, active, language, epoch, telegram_id, \
                                  max_id, morning_time, created_at";

pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<Employee> {
    read(&mut Columns::of("employees", row))
}

pub(super) fn read(row: &mut Columns<'_>) -> rusqlite::Result<Employee> {
    Ok(Employee {
        id: row.take("id")?,
        email: Email::from_row(row.take("email")?),
        name: EmployeeName::from_row(row.take("name")?),
        colour: row.take::<MaybeColour>("colour")?.0,
        role: row.take("role")?,
        active: row.take("active")?,
        language: row.take("language")?,
        epoch: row.take("epoch")?,
        chat: match (row.take("telegram_id")?, row.take("max_id")?) {
            (Some(id), _) => Some(Chat::new(Messenger::Telegram, id)),
            (None, Some(id)) => Some(Chat::new(Messenger::Max, id)),
            (None, None) => None,
        },
        morning: row.take("morning_time")?,
        created: row.take::<Millis>("created_at")?.0,
    })
}

pub fn get(connection: &Connection, id: EmployeeId) -> Result<Option<Employee>> {
    let sql = format!("SELECT {COLUMNS} FROM employees WHERE id = ?1");
    let mut statement = connection.prepare_cached(&sql)?;
    Ok(statement.query_row([id], from_row).optional()?)
}

pub fn by_email(connection: &Connection, email: &Email) -> Result<Option<Employee>> {
    let sql = format!("SELECT {COLUMNS} FROM employees WHERE email_key = ?1");
    let mut statement = connection.prepare_cached(&sql)?;
    Ok(statement.query_row([email.key()], from_row).optional()?)
}

/// The column of the account on a messenger.
pub(super) const fn chat_column(messenger: Messenger) -> &'static str {
    match messenger {
        Messenger::Telegram => "telegram_id",
        Messenger::Max => "max_id",
    }
}

/// Returns the employee to whom an account is linked.
pub fn by_chat(connection: &Connection, who: Chat) -> Result<Option<Employee>> {
    let column = chat_column(who.messenger);
    let sql = format!("SELECT {COLUMNS} FROM employees WHERE {column} = ?1");
    let mut statement = connection.prepare_cached(&sql)?;
    Ok(statement.query_row([who.id], from_row).optional()?)
}

pub fn all(connection: &Connection) -> Result<Vec<Employee>> {
    let sql = format!("SELECT {COLUMNS} FROM employees ORDER BY id");
    let mut statement = connection.prepare_cached(&sql)?;
    Ok(statement
        .query_map([], from_row)?
        .collect::<Result<_, _>>()?)
}

/// Returns whether any account exists.
pub fn any(connection: &Connection) -> Result<bool> {
    let mut statement = connection.prepare_cached("SELECT EXISTS (SELECT 1 FROM employees)")?;
    Ok(statement.query_row([], |row| row.get(0))?)
}

/// Counts the owners who can sign in.
pub fn active_owners(connection: &Connection) -> Result<i64> {
    let mut statement = connection
        .prepare_cached("SELECT count(*) FROM employees WHERE role = 'OWNER' AND active = 1")?;
    Ok(statement.query_row([], |row| row.get(0))?)
}

/// Creates an account. Its first epoch is the current instant: should a number be assigned twice, after the restore of a
/// backup that lacks the first account, the first one's tokens are not valid for the second.
pub fn insert(
    tx: &Transaction,
    email: &Email,
    password_hash: &str,
    role: Role,
    now: Timestamp,
) -> Result<EmployeeId> {
    tx.execute(
        "INSERT INTO employees (email, email_key, password_hash, role, epoch, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?5)",
        (
            email.as_str(),
            email.key(),
            password_hash,
            role,
            Millis(now),
        ),
    )?;
    Ok(EmployeeId::from_row(tx.last_insert_rowid()))
}

/// Deletes the accounts without a password in the domain that belongs to nobody (RFC 2606 §3): a demo's.
pub fn delete_without_password(tx: &Transaction) -> Result<()> {
    let sql = "DELETE FROM employees WHERE password_hash = '' AND email_key LIKE '%@example.com'";
    tx.execute(sql, [])?;
    Ok(())
}

/// Returns the PHC string of the password.
pub fn password_hash(connection: &Connection, id: EmployeeId) -> Result<Option<String>> {
    let mut statement =
        connection.prepare_cached("SELECT password_hash FROM employees WHERE id = ?1")?;
    Ok(statement
        .query_row([id], |row| row.get("password_hash"))
        .optional()?)
}

pub fn set_password_hash(tx: &Transaction, id: EmployeeId, password_hash: &str) -> Result<()> {
    tx.execute(
        "UPDATE employees SET password_hash = ?2, epoch = epoch + 1 WHERE id = ?1",
        (id, password_hash),
    )?;
    Ok(())
}

/// Replaces the hash of an unchanged password, unless the password was changed meanwhile. Tokens stay valid.
pub fn renew_password_hash(
    tx: &Transaction,
    id: EmployeeId,
    before: &str,
    password_hash: &str,
) -> Result<()> {
    tx.execute(
        "UPDATE employees SET password_hash = ?3 WHERE id = ?1 AND password_hash = ?2",
        (id, before, password_hash),
    )?;
    Ok(())
}

pub fn set_name(tx: &Transaction, id: EmployeeId, name: &EmployeeName) -> Result<()> {
    tx.execute(
        "UPDATE employees SET name = ?2 WHERE id = ?1",
        (id, name.as_str()),
    )?;
    Ok(())
}

pub fn set_colour(tx: &Transaction, id: EmployeeId, colour: Option<Colour>) -> Result<()> {
    tx.execute(
        "UPDATE employees SET colour = ?2 WHERE id = ?1",
        (id, colour.map_or("", Colour::word)),
    )?;
    Ok(())
}

pub fn set_email(tx: &Transaction, id: EmployeeId, email: &Email) -> Result<()> {
    tx.execute(
        "UPDATE employees SET email = ?2, email_key = ?3 WHERE id = ?1",
        (id, email.as_str(), email.key()),
    )?;
    Ok(())
}

/// Changes a role. A new role revokes every token of the account.
pub fn set_role(tx: &Transaction, id: EmployeeId, role: Role) -> Result<()> {
    tx.execute(
        "UPDATE employees SET role = ?2, epoch = epoch + 1 WHERE id = ?1 AND role <> ?2",
        (id, role),
    )?;
    Ok(())
}

/// Deactivates an account and revokes its tokens.
pub fn deactivate(tx: &Transaction, id: EmployeeId) -> Result<()> {
    tx.execute(
        "UPDATE employees SET active = 0, epoch = epoch + 1 WHERE id = ?1",
        [id],
    )?;
    Ok(())
}

/// Revokes every token of an account.
pub fn raise_epoch(tx: &Transaction, id: EmployeeId) -> Result<()> {
    tx.execute("UPDATE employees SET epoch = epoch + 1 WHERE id = ?1", [id])?;
    Ok(())
}

/// Reactivates an account as it was. Tokens of before stay revoked.
pub fn activate(tx: &Transaction, id: EmployeeId) -> Result<()> {
    tx.execute(
        "UPDATE employees SET active = 1, epoch = epoch + 1 WHERE id = ?1",
        [id],
    )?;
    Ok(())
}

/// Reactivates an account, with a new password.
pub fn reactivate(tx: &Transaction, id: EmployeeId, password_hash: &str, role: Role) -> Result<()> {
    tx.execute(
        "UPDATE employees SET active = 1, role = ?3, password_hash = ?2, epoch = epoch + 1
         WHERE id = ?1",
        (id, password_hash, role),
    )?;
    Ok(())
}

pub fn set_language(tx: &Transaction, id: EmployeeId, language: Language) -> Result<()> {
    tx.execute(
        "UPDATE employees SET language = ?2 WHERE id = ?1",
        (id, language),
    )?;
    Ok(())
}

/// Links an employee to an account that no colleague has, and to no other, or removes the link.
pub fn set_chat(tx: &Transaction, id: EmployeeId, who: Option<Chat>) -> Result<()> {
    let of = |messenger| {
        who.filter(|who| who.messenger == messenger)
            .map(|who| who.id)
    };
    tx.execute(
        "UPDATE employees SET telegram_id = ?2, max_id = ?3 WHERE id = ?1",
        (id, of(Messenger::Telegram), of(Messenger::Max)),
    )?;
    Ok(())
}

/// Removes an account that can't be reached from its employee.
pub fn forget_chat(tx: &Transaction, who: Chat) -> Result<()> {
    let column = chat_column(who.messenger);
    let sql = format!("UPDATE employees SET {column} = NULL WHERE {column} = ?1");
    tx.execute(&sql, [who.id])?;
    Ok(())
}

pub fn set_morning(tx: &Transaction, id: EmployeeId, time: Option<TimeOfDay>) -> Result<()> {
    tx.execute(
        "UPDATE employees SET morning_time = ?2 WHERE id = ?1",
        (id, time),
    )?;
    Ok(())
}
