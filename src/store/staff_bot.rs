//! The codes that link employees to their accounts on messengers, and the morning lists already sent.

use jiff::{Timestamp, ToSpan};
use rusqlite::OptionalExtension;

use super::ahead::soon;
use super::employees::chat_column;
use super::{Connection, Transaction};
use crate::domain::{Chat, Day, EmployeeId, Messenger, Result, TimeOfDay};
use crate::store::engine::types::Millis;

/// How long a sent list is remembered.
const KEPT_HOURS: i64 = 7 * 24;

/// Stores a code for an employee, replacing the earlier one.
pub fn put_code(
    tx: &Transaction,
    employee: EmployeeId,
    hash: &[u8],
    expires: Timestamp,
) -> Result<()> {
    tx.execute(
        "INSERT INTO staff_codes (employee_id, code_hash, expires_at) VALUES (?1, ?2, ?3)
         ON CONFLICT (employee_id)
             DO UPDATE SET code_hash = excluded.code_hash, expires_at = excluded.expires_at",
        (employee, hash, Millis(expires)),
    )?;
    Ok(())
}

/// Returns the employee of a valid code.
pub fn employee_of_code(
    connection: &Connection,
    hash: &[u8],
    now: Timestamp,
) -> Result<Option<EmployeeId>> {
    let mut statement = connection.prepare_cached(
        "SELECT employee_id FROM staff_codes WHERE code_hash = ?1 AND expires_at > ?2",
    )?;
    let found = statement.query_row((hash, Millis(now)), |row| row.get("employee_id"));
    Ok(found.optional()?)
}

pub fn delete_code(tx: &Transaction, employee: EmployeeId) -> Result<()> {
    tx.execute("DELETE FROM staff_codes WHERE employee_id = ?1", [employee])?;
    Ok(())
}

/// Counts the wrong codes that an account has sent and that still count. Those that count beyond `latest` were dated by
/// a clock that ran ahead, and are ignored.
pub fn tries(connection: &Connection, who: Chat, now: Timestamp, latest: Timestamp) -> Result<i64> {
    let mut statement = connection.prepare_cached(
        "SELECT tries FROM staff_code_tries
         WHERE messenger = ?1 AND chat_id = ?2 AND until > ?3 AND until <= ?4",
    )?;
    let values = (who.messenger, who.id, Millis(now), Millis(soon(latest)));
    let found = statement.query_row(values, |row| row.get("tries"));
    Ok(found.optional()?.unwrap_or(0))
}

/// Counts a wrong code; all of the account's are forgotten at `until`.
pub fn count_try(tx: &Transaction, who: Chat, now: Timestamp, until: Timestamp) -> Result<()> {
    tx.execute(
        "DELETE FROM staff_code_tries WHERE until <= ?1",
        [Millis(now)],
    )?;
    tx.execute(
        "INSERT INTO staff_code_tries (messenger, chat_id, tries, until) VALUES (?1, ?2, 1, ?3)
         ON CONFLICT (messenger, chat_id) DO UPDATE SET tries = tries + 1",
        (who.messenger, who.id, Millis(until)),
    )?;
    Ok(())
}

/// Returns the employees whose morning list is due on a messenger, with their chats.
pub fn mornings_due(
    connection: &Connection,
    messenger: Messenger,
    day: Day,
    time: TimeOfDay,
) -> Result<Vec<(EmployeeId, Chat)>> {
    let column = chat_column(messenger);
    let mut statement = connection.prepare_cached(&format!(
        "SELECT e.id, e.{column} AS chat_id FROM employees AS e
         WHERE e.{column} IS NOT NULL AND e.morning_time <= ?2 AND NOT EXISTS (
             SELECT 1 FROM morning_lists AS m WHERE m.employee_id = e.id AND m.day = ?1)
         ORDER BY e.id"
    ))?;
    let rows = statement.query_map((day, time), |row| {
        Ok((row.get("id")?, Chat::new(messenger, row.get("chat_id")?)))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Records that an employee's list of a day was sent.
pub fn note_morning(
    tx: &Transaction,
    employee: EmployeeId,
    day: Day,
    now: Timestamp,
) -> Result<()> {
    tx.execute(
        "INSERT INTO morning_lists (employee_id, day, at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
        (employee, day, Millis(now)),
    )?;
    let long_ago = now.saturating_sub(KEPT_HOURS.hours()).unwrap_or(now);
    tx.execute(
        "DELETE FROM morning_lists WHERE at < ?1",
        [Millis(long_ago)],
    )?;
    Ok(())
}

/// Returns whether a list was dated later than now, which means that the clock ran ahead.
pub fn was_ahead(connection: &Connection, now: Timestamp) -> Result<bool> {
    let mut statement =
        connection.prepare_cached("SELECT EXISTS (SELECT 1 FROM morning_lists WHERE at > ?1)")?;
    Ok(statement.query_row([Millis(soon(now))], |row| row.get(0))?)
}

/// Forgets the lists of days that are yet to come.
pub fn forget_ahead(tx: &Transaction, now: Timestamp) -> Result<()> {
    tx.execute(
        "DELETE FROM morning_lists WHERE at > ?1",
        [Millis(soon(now))],
    )?;
    Ok(())
}
