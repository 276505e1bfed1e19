//! The `audit_events` table.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, named_params};

use super::{Connection, Transaction};
use crate::domain::{AuditAction, AuditEvent, AuditEventId, EmployeeId, Result, Span};
use crate::store::engine::columns::Columns;
use crate::store::engine::types::{Millis, direction};

pub(super) const COLUMNS: &str =
    "id, happened_at, employee_id, action, subject, old_value, new_value";

pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<AuditEvent> {
    let row = &mut Columns::of("audit_events", row);
    Ok(AuditEvent {
        id: row.take("id")?,
        at: row.take::<Millis>("happened_at")?.0,
        employee: row.take("employee_id")?,
        action: row.take("action")?,
        subject: row.take("subject")?,
        old: row.take("old_value")?,
        new: row.take("new_value")?,
    })
}

/// Returns a span of the events, newest first.
pub fn page(connection: &Connection, span: Span<AuditEventId>) -> Result<Vec<AuditEvent>> {
    let direction = direction(!span.from_end);
    let sql = format!(
        "SELECT {COLUMNS} FROM audit_events WHERE id < :after AND id > :before
         ORDER BY id {direction} LIMIT :limit"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let after = span.after.map_or(i64::MAX, AuditEventId::get);
    let before = span.before.map_or(0, AuditEventId::get);
    let values = named_params! { ":after": after, ":before": before, ":limit": span.limit };
    let rows = statement.query_map(values, from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub fn get(connection: &Connection, id: AuditEventId) -> Result<Option<AuditEvent>> {
    let sql = format!("SELECT {COLUMNS} FROM audit_events WHERE id = ?1");
    let mut statement = connection.prepare_cached(&sql)?;
    Ok(statement.query_row([id], from_row).optional()?)
}

pub fn count(connection: &Connection) -> Result<i64> {
    let mut statement = connection.prepare_cached("SELECT count(*) FROM audit_events")?;
    Ok(statement.query_row([], |row| row.get(0))?)
}

pub fn insert(
    tx: &Transaction,
    employee: impl Into<Option<EmployeeId>>,
    action: AuditAction,
    subject: &str,
    [old, new]: [Option<&str>; 2],
    now: Timestamp,
) -> Result<()> {
    tx.execute(
        "INSERT INTO audit_events (happened_at, employee_id, action, subject, old_value, new_value)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        (
            Millis(now),
            employee.into(),
            action.word(),
            subject,
            old,
            new,
        ),
    )?;
    Ok(())
}
