//! The `approvals` table: what customers were asked to agree to.

use std::collections::HashSet;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row};

use super::{Connection, Transaction};
use crate::domain::{
    Approval, ApprovalId, Channel, CustomerId, Decision, EmployeeId, Message, NewApproval, Result,
    TaskId,
};
use crate::store::engine::columns::Columns;
use crate::store::engine::types::{Millis, numbers};

pub(super) const COLUMNS: &str = "id, task_id, employee_id, price, text, task_version, asked_at, state, \
                       decided_at, channel, unsettled";

pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<Approval> {
    let row = &mut Columns::of("approvals", row);
    let (id, task, employee) = (
        row.take("id")?,
        row.take("task_id")?,
        row.take("employee_id")?,
    );
    let (price, text) = (row.take("price")?, row.take::<String>("text")?);
    Ok(Approval {
        id,
        task,
        employee,
        price,
        text: (!text.is_empty()).then(|| Message::from_row(text)),
        task_version: row.take("task_version")?,
        asked: row.take::<Millis>("asked_at")?.0,
        decision: row.take("state")?,
        decided: row.take::<Option<Millis>>("decided_at")?.map(|at| at.0),
        channel: row.take("channel")?,
        unsettled: row.take("unsettled")?,
    })
}

pub fn insert(
    tx: &Transaction,
    task: TaskId,
    employee: EmployeeId,
    new: &NewApproval,
    task_version: i64,
    now: Timestamp,
) -> Result<ApprovalId> {
    let text = new.text.as_ref().map_or("", Message::as_str);
    tx.prepare_cached(
        "INSERT INTO approvals (task_id, employee_id, price, text, task_version, asked_at, state)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'ASKED')",
    )?
    .execute((task, employee, new.price, text, task_version, Millis(now)))?;
    Ok(ApprovalId::from_row(tx.last_insert_rowid()))
}

pub fn get(connection: &Connection, id: ApprovalId) -> Result<Option<Approval>> {
    let sql = format!("SELECT {COLUMNS} FROM approvals WHERE id = ?1");
    let mut statement = connection.prepare_cached(&sql)?;
    Ok(statement.query_row([id], from_row).optional()?)
}

/// What the customers of these tasks were asked, oldest first.
pub fn of_tasks(connection: &Connection, ids: &[TaskId]) -> Result<Vec<Approval>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM approvals WHERE task_id IN (SELECT value FROM json_each(?1))
         ORDER BY id"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([numbers(ids.iter().map(|id| id.get()))], from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The question about a task that has no answer yet.
pub fn asked_of_task(connection: &Connection, task: TaskId) -> Result<Option<Approval>> {
    let sql = format!("SELECT {COLUMNS} FROM approvals WHERE task_id = ?1 AND state = 'ASKED'");
    let mut statement = connection.prepare_cached(&sql)?;
    Ok(statement.query_row([task], from_row).optional()?)
}

/// Writes down what became of a question, and by whom where the customer answered it. A price that
/// was declined waits for a reaction from then on.
pub fn set_decision(
    tx: &Transaction,
    id: ApprovalId,
    decision: Decision,
    answered: Option<(Channel, Option<CustomerId>)>,
    now: Timestamp,
) -> Result<()> {
    let (channel, customer) = answered.unzip();
    tx.execute(
        "UPDATE approvals SET state = ?2, decided_at = ?3, channel = ?4, customer_id = ?5, unsettled = ?6
         WHERE id = ?1",
        (
            id,
            decision,
            Millis(now),
            channel,
            customer.flatten(),
            decision == Decision::Declined,
        ),
    )?;
    Ok(())
}

/// Notes that the shop has reacted to the price which the customer of a task declined; returns
/// whether one was waiting.
pub fn settle_of_task(tx: &Transaction, task: TaskId) -> Result<bool> {
    let sql = "UPDATE approvals SET unsettled = 0 WHERE task_id = ?1 AND unsettled = 1";
    Ok(tx.prepare_cached(sql)?.execute([task])? > 0)
}

/// Those of these tasks whose price was declined and waits for a reaction.
pub fn unsettled_of(connection: &Connection, ids: &[TaskId]) -> Result<HashSet<TaskId>> {
    let sql = "SELECT task_id FROM approvals INDEXED BY approvals_unsettled
               WHERE unsettled = 1 AND task_id IN (SELECT value FROM json_each(?1))";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([numbers(ids.iter().map(|id| id.get()))], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Empties what the customer of these tasks was asked, but for the prices.
pub fn erase_of_customer(tx: &Transaction, customer: CustomerId) -> Result<()> {
    let sql = "UPDATE approvals SET text = ''
               WHERE task_id IN (SELECT id FROM tasks WHERE customer_id = ?1)";
    tx.execute(sql, [customer])?;
    Ok(())
}
