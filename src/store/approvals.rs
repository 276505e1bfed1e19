//! The `approvals` table: the prices that customers were asked to agree to.

use std::collections::HashSet;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, named_params};

use super::history::FORMER;
use super::{Connection, Transaction};
use crate::domain::{
    AgreedLine, Approval, ApprovalId, Channel, CustomerId, Decision, EmployeeId, LineName, Message,
    Money, Quantity, Result, TaskId,
};
use crate::store::engine::columns::Columns;
use crate::store::engine::types::{Millis, numbers};

pub(super) const COLUMNS: &str = "id, task_id, employee_id, price, text, task_version, asked_at, state, \
                       decided_at, channel, customer_id, unsettled, discount";

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
        customer: row.take("customer_id")?,
        unsettled: row.take("unsettled")?,
        lines: Vec::new(),
        discount: row.take("discount")?,
    })
}

/// A quote to be stored.
pub struct Asked<'a> {
    pub task: TaskId,
    pub employee: EmployeeId,
    pub price: Money,
    pub text: Option<&'a Message>,
    pub task_version: i64,
    /// The lines as the customer sees them, and the discount of the whole task.
    pub lines: Vec<AgreedLine>,
    pub discount: Money,
}

pub fn insert(tx: &Transaction, new: &Asked<'_>, now: Timestamp) -> Result<ApprovalId> {
    tx.prepare_cached(
        "INSERT INTO approvals (task_id, employee_id, price, text, task_version, asked_at, state, discount)
         VALUES (:task, :employee, :price, :text, :version, :now, 'ASKED', :discount)",
    )?
    .execute(named_params! {
        ":task": new.task, ":employee": new.employee, ":price": new.price,
        ":text": new.text.map_or("", Message::as_str), ":version": new.task_version,
        ":now": Millis(now), ":discount": new.discount,
    })?;
    let id = ApprovalId::from_row(tx.last_insert_rowid());
    for line in &new.lines {
        insert_line(tx, id, line)?;
    }
    Ok(id)
}

fn insert_line(tx: &Transaction, id: ApprovalId, line: &AgreedLine) -> Result<()> {
    tx.prepare_cached(
        "INSERT INTO approval_lines (approval_id, line_id, kind, name, quantity, unit_price, discount, sum)
         VALUES (:approval, :line, :kind, :name, :quantity, :price, :discount, :sum)",
    )?
    .execute(named_params! {
        ":approval": id, ":line": line.line, ":kind": line.kind, ":name": line.name.as_str(),
        ":quantity": line.quantity.thousandths(), ":price": line.unit_price,
        ":discount": line.discount, ":sum": line.sum,
    })?;
    Ok(())
}

pub(super) const LINE_COLUMNS: &str =
    "approval_id, line_id, kind, name, quantity, unit_price, discount, sum";

pub(super) fn line_from_row(row: &Row<'_>) -> rusqlite::Result<(ApprovalId, AgreedLine)> {
    let row = &mut Columns::of("approval_lines", row);
    let (approval, line) = (row.take("approval_id")?, row.take("line_id")?);
    let kind = row.take("kind")?;
    let line = AgreedLine {
        line,
        kind,
        name: LineName::from_row(row.take("name")?),
        quantity: Quantity::from_row(row.take("quantity")?),
        unit_price: row.take("unit_price")?,
        discount: row.take("discount")?,
        sum: row.take("sum")?,
    };
    Ok((approval, line))
}

/// Adds the lines that the customer saw to their quotes.
fn with_lines(connection: &Connection, mut approvals: Vec<Approval>) -> Result<Vec<Approval>> {
    let sql = format!(
        "SELECT {LINE_COLUMNS} FROM approval_lines
         WHERE approval_id IN (SELECT value FROM json_each(?1)) ORDER BY id"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let ids = numbers(approvals.iter().map(|approval| approval.id.get()));
    for row in statement.query_map([ids], line_from_row)? {
        let (id, line) = row?;
        if let Some(approval) = approvals.iter_mut().find(|approval| approval.id == id) {
            approval.lines.push(line);
        }
    }
    Ok(approvals)
}

pub fn get(connection: &Connection, id: ApprovalId) -> Result<Option<Approval>> {
    let sql = format!("SELECT {COLUMNS} FROM approvals WHERE id = ?1");
    let mut statement = connection.prepare_cached(&sql)?;
    let found = statement.query_row([id], from_row).optional()?;
    Ok(with_lines(connection, found.into_iter().collect())?.pop())
}

/// Returns the questions about several tasks, oldest first.
pub fn of_tasks(connection: &Connection, ids: &[TaskId]) -> Result<Vec<Approval>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM approvals WHERE task_id IN (SELECT value FROM json_each(?1))
         ORDER BY id"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([numbers(ids.iter().map(|id| id.get()))], from_row)?;
    with_lines(connection, rows.collect::<Result<_, _>>()?)
}

/// Returns the open question about a task.
pub fn asked_of_task(connection: &Connection, task: TaskId) -> Result<Option<Approval>> {
    let sql = format!("SELECT {COLUMNS} FROM approvals WHERE task_id = ?1 AND state = 'ASKED'");
    let mut statement = connection.prepare_cached(&sql)?;
    let found = statement.query_row([task], from_row).optional()?;
    Ok(with_lines(connection, found.into_iter().collect())?.pop())
}

/// Closes a question with its outcome, and with the customer who answered it, if one did. A declined price waits for
/// a reaction of the shop, and so does an agreement that the customer sent.
pub fn set_decision(
    tx: &Transaction,
    id: ApprovalId,
    decision: Decision,
    answered: Option<(Channel, Option<CustomerId>)>,
    now: Timestamp,
) -> Result<()> {
    let (channel, customer) = answered.unzip();
    tx.execute(
        "UPDATE approvals SET state = ?2, decided_at = ?3, channel = ?4, customer_id = ?5, unsettled = ?6,
             unnoticed = ?7
         WHERE id = ?1",
        (
            id,
            decision,
            Millis(now),
            channel,
            customer.flatten(),
            decision == Decision::Declined,
            decision == Decision::Agreed && channel != Some(Channel::Phone),
        ),
    )?;
    Ok(())
}

/// Records the shop's reaction to a decision, and returns whether one was waiting.
pub fn settle_of_task(tx: &Transaction, task: TaskId) -> Result<bool> {
    let sql = "UPDATE approvals SET unsettled = 0, unnoticed = 0
               WHERE task_id = ?1 AND (unsettled = 1 OR unnoticed = 1)";
    Ok(tx.prepare_cached(sql)?.execute([task])? > 0)
}

/// Records that an employee has reacted to an agreement.
pub fn notice_of_task(tx: &Transaction, task: TaskId) -> Result<()> {
    let sql = "UPDATE approvals SET unnoticed = 0 WHERE task_id = ?1 AND unnoticed = 1";
    tx.prepare_cached(sql)?.execute([task])?;
    Ok(())
}

/// Returns those of these tasks whose declined price waits for a reaction.
pub fn unsettled_of(connection: &Connection, ids: &[TaskId]) -> Result<HashSet<TaskId>> {
    let sql = "SELECT task_id FROM approvals INDEXED BY approvals_unsettled
               WHERE unsettled = 1 AND task_id IN (SELECT value FROM json_each(?1))";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([numbers(ids.iter().map(|id| id.get()))], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Erases the texts of the questions about a customer's tasks, and the names of the lines in them
/// that aren't of the catalogue; the prices stay.
pub fn erase_of_customer(tx: &Transaction, customer: CustomerId) -> Result<()> {
    let sql = format!(
        "UPDATE approvals AS a SET text = ''
         WHERE customer_id = ?1 OR task_id IN (SELECT id FROM tasks WHERE customer_id = ?1)
             OR EXISTS (SELECT 1 FROM ({FORMER}) AS f WHERE f.task_id = a.task_id AND a.asked_at <= f.until_at)"
    );
    tx.execute(&sql, [customer])?;
    // What the catalogue calls a line stays.
    let sql = "UPDATE approval_lines AS s
               SET name = coalesce((SELECT i.name FROM task_lines AS l JOIN catalogue_items AS i ON i.id = l.item_id
                   WHERE l.id = s.line_id), '')
               WHERE s.approval_id IN (SELECT a.id FROM approvals AS a JOIN tasks AS t ON t.id = a.task_id
                   WHERE t.customer_id = ?1)";
    tx.execute(sql, [customer])?;
    Ok(())
}
