//! The `payments` table: the ledger. It is append-only, which the database itself enforces.

use std::collections::HashMap;
use std::sync::LazyLock;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, named_params};

use super::{Connection, Transaction};
use crate::domain::{
    CustomerId, Days, DrawerId, DrawerName, Entry, FiscalNumber, Money, Payment, PaymentId,
    PaymentKind, PaymentNote, RequestKey, Result, ShiftId, TaskId,
};
use crate::store::engine::columns::Columns;
use crate::store::engine::types::{Millis, numbers};

pub(super) const COLUMNS: &str = "id, kind, method, amount, task_id, employee_id, drawer_id, shift_id, refund_of, \
                                  note, fiscal_number, carried_over, request_key, at";

pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<Payment> {
    let row = &mut Columns::of("payments", row);
    let id = row.take("id")?;
    let key: fn(String) -> RequestKey = RequestKey::from_row;
    let entry = Entry {
        kind: row.take("kind")?,
        method: row.take("method")?,
        amount: row.take("amount")?,
        task: row.take("task_id")?,
        employee: row.take("employee_id")?,
        drawer: row.take("drawer_id")?,
        shift: row.take("shift_id")?,
        refund_of: row.take("refund_of")?,
        note: PaymentNote::from_row(row.take("note")?),
        fiscal: FiscalNumber::from_row(row.take("fiscal_number")?),
        carried_over: row.take("carried_over")?,
        key: row.take::<Option<String>>("request_key")?.map(key),
    };
    let at = row.take::<Millis>("at")?.0;
    Ok(Payment { id, entry, at })
}

pub fn append(tx: &Transaction, entry: &Entry, now: Timestamp) -> Result<PaymentId> {
    tx.prepare_cached(
        "INSERT INTO payments (kind, method, amount, task_id, employee_id, drawer_id, shift_id, refund_of, note,
             fiscal_number, carried_over, request_key, at)
         VALUES (:kind, :method, :amount, :task, :employee, :drawer, :shift, :refund_of, :note, :fiscal, :carried,
             :key, :at)",
    )?
    .execute(named_params! {
        ":kind": entry.kind, ":method": entry.method, ":amount": entry.amount, ":task": entry.task,
        ":employee": entry.employee, ":drawer": entry.drawer, ":shift": entry.shift,
        ":refund_of": entry.refund_of, ":note": entry.note.as_str(), ":fiscal": entry.fiscal.as_str(),
        ":carried": entry.carried_over, ":key": entry.key.as_ref().map(RequestKey::as_str),
        ":at": Millis(now),
    })?;
    Ok(PaymentId::from_row(tx.last_insert_rowid()))
}

pub fn get(connection: &Connection, id: PaymentId) -> Result<Option<Payment>> {
    let sql = format!("SELECT {COLUMNS} FROM payments WHERE id = ?1");
    let mut statement = connection.prepare_cached(&sql)?;
    Ok(statement.query_row([id], from_row).optional()?)
}

/// A row of the ledger as a sheet shows it.
#[derive(Debug, Clone)]
pub struct LedgerRow {
    pub payment: Payment,
    /// Kind of the row that a reversal corrects.
    pub reverses: Option<PaymentKind>,
    /// E-mail of the employee.
    pub employee: Option<String>,
    pub drawer: Option<DrawerName>,
    /// Whether the task is still there.
    pub has_task: bool,
}

/// Returns at most `limit` rows of a span of days after `after`, oldest first.
pub fn between(
    connection: &Connection,
    days: Days,
    after: Option<(Timestamp, PaymentId)>,
    limit: usize,
) -> Result<Vec<LedgerRow>> {
    let (Some(from), Some(until)) = (days.from, days.until) else {
        return Ok(Vec::new());
    };
    let mut statement = connection.prepare_cached(&BETWEEN)?;
    let (at, id) = after.map_or((from, 0), |(at, id)| (at, id.get()));
    let span = (Millis(at), id, Millis(until), limit);
    let rows = statement.query_map(span, |row| {
        Ok(LedgerRow {
            payment: from_row(row)?,
            reverses: row.get("reverses")?,
            employee: row.get("email")?,
            drawer: row.get::<_, Option<String>>("drawer")?.map(name_of),
            has_task: row.get("has_task")?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn name_of(text: String) -> DrawerName {
    DrawerName::from_row(text)
}

pub(super) static BETWEEN: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT {COLUMNS},
            (SELECT o.kind FROM payments AS o WHERE p.kind = 'REVERSAL' AND o.id = p.refund_of) AS reverses,
            (SELECT e.email FROM employees AS e WHERE e.id = p.employee_id) AS email,
            (SELECT d.name FROM drawers AS d WHERE d.id = p.drawer_id) AS drawer,
            EXISTS (SELECT 1 FROM tasks AS t WHERE t.id = p.task_id) AS has_task
         FROM payments AS p WHERE (p.at, p.id) > (?1, ?2) AND p.at < ?3 ORDER BY p.at, p.id LIMIT ?4"
    )
});

pub fn by_key(connection: &Connection, key: &RequestKey) -> Result<Option<Payment>> {
    let sql = format!("SELECT {COLUMNS} FROM payments WHERE request_key = ?1");
    let mut statement = connection.prepare_cached(&sql)?;
    Ok(statement.query_row([key.as_str()], from_row).optional()?)
}

/// Returns the rows of several tasks, oldest first.
pub fn of_tasks(connection: &Connection, ids: &[TaskId]) -> Result<Vec<Payment>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM payments WHERE task_id IN (SELECT value FROM json_each(?1)) ORDER BY id"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([numbers(ids.iter().map(|id| id.get()))], from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns payments less refunds of those tasks that have any.
pub fn paid(connection: &Connection, ids: &[TaskId]) -> Result<HashMap<TaskId, Money>> {
    let sql = "SELECT task_id, sum(amount) FROM payments
               WHERE task_id IN (SELECT value FROM json_each(?1)) GROUP BY task_id";
    let mut statement = connection.prepare_cached(sql)?;
    let asked = numbers(ids.iter().map(|id| id.get()));
    let rows = statement.query_map([asked], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What later rows have corrected of a row.
#[derive(Debug, Clone, Copy, Default)]
pub struct Corrected {
    /// Sum of its refunds and its reversal, with their own reversals.
    pub by: Money,
    pub is_reversed: bool,
}

/// Returns what was corrected of those of these rows that were corrected at all.
pub fn corrected(
    connection: &Connection,
    ids: &[PaymentId],
) -> Result<HashMap<PaymentId, Corrected>> {
    let sql = "SELECT refund_of, max(kind = 'REVERSAL') AS is_reversed, sum(amount + (
                   SELECT coalesce(sum(amount), 0) FROM payments AS later WHERE later.refund_of = payments.id)) AS by
               FROM payments WHERE refund_of IN (SELECT value FROM json_each(?1)) GROUP BY refund_of";
    let mut statement = connection.prepare_cached(sql)?;
    let asked = numbers(ids.iter().map(|id| id.get()));
    let rows = statement.query_map([asked], |row| {
        let (by, is_reversed) = (row.get("by")?, row.get("is_reversed")?);
        Ok((row.get("refund_of")?, Corrected { by, is_reversed }))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns the cash that went through a drawer, less what left it.
pub fn cash_of_drawer(connection: &Connection, drawer: DrawerId) -> Result<Money> {
    let sql =
        "SELECT coalesce(sum(amount), 0) FROM payments WHERE drawer_id = ?1 AND method = 'CASH'";
    let mut statement = connection.prepare_cached(sql)?;
    Ok(statement.query_row([drawer], |row| row.get(0))?)
}

/// Returns the cash that went through a drawer in a shift, less what left it.
pub fn cash_of_shift(connection: &Connection, drawer: DrawerId, shift: ShiftId) -> Result<Money> {
    let sql = "SELECT coalesce(sum(amount), 0) FROM payments
               WHERE drawer_id = ?1 AND shift_id = ?2 AND method = 'CASH'";
    let mut statement = connection.prepare_cached(sql)?;
    Ok(statement.query_row((drawer, shift), |row| row.get(0))?)
}

/// Erases the notes on the payments of a task; the rows stay.
pub fn erase_of_task(tx: &Transaction, task: TaskId) -> Result<()> {
    let sql = "UPDATE payments SET note = '' WHERE note <> '' AND task_id = ?1";
    tx.prepare_cached(sql)?.execute([task])?;
    Ok(())
}

/// Erases the notes on the payments of a customer's tasks; the rows stay.
pub fn erase_of_customer(tx: &Transaction, customer: CustomerId) -> Result<()> {
    let sql = "UPDATE payments SET note = ''
               WHERE note <> '' AND task_id IN (SELECT id FROM tasks WHERE customer_id = ?1)";
    tx.execute(sql, [customer])?;
    Ok(())
}
