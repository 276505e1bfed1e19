//! The `task_lines` table: the works and parts of tasks.

use std::collections::HashMap;

use rusqlite::{OptionalExtension, Row, named_params};

use super::{Connection, Transaction};
use crate::domain::{
    CustomerId, Discount, Line, LineContent, LineId, LineName, Quantity, Result, TaskId,
    WarrantyDays,
};
use crate::store::engine::columns::Columns;
use crate::store::engine::types::numbers;

pub(super) const COLUMNS: &str = "id, task_id, position, kind, item_id, name, quantity, unit_price, \
                                  discount, discount_percent, cost, done_by, warranty_days";

pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<Line> {
    let row = &mut Columns::of("task_lines", row);
    let (id, task, position) = (row.take("id")?, row.take("task_id")?, row.take("position")?);
    let (kind, item) = (row.take("kind")?, row.take("item_id")?);
    let days: fn(i64) -> WarrantyDays = WarrantyDays::from_row;
    let content = LineContent {
        kind,
        item,
        name: LineName::from_row(row.take("name")?),
        quantity: Quantity::from_row(row.take("quantity")?),
        unit_price: row.take("unit_price")?,
        discount: Discount::from_row(row.take("discount")?, row.take("discount_percent")?),
        cost: row.take("cost")?,
        done_by: row.take("done_by")?,
        warranty: row.take::<Option<i64>>("warranty_days")?.map(days),
    };
    Ok(Line {
        id,
        task,
        position,
        content,
    })
}

pub fn get(connection: &Connection, id: LineId) -> Result<Option<Line>> {
    let sql = format!("SELECT {COLUMNS} FROM task_lines WHERE id = ?1");
    let mut statement = connection.prepare_cached(&sql)?;
    Ok(statement.query_row([id], from_row).optional()?)
}

/// Returns the lines of several tasks, each task's in their order.
pub fn of_tasks(connection: &Connection, ids: &[TaskId]) -> Result<Vec<Line>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM task_lines WHERE task_id IN (SELECT value FROM json_each(?1))
         ORDER BY task_id, position"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([numbers(ids.iter().map(|id| id.get()))], from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns the contents of the lines of those tasks that have any.
pub(super) fn contents_of_tasks(
    connection: &Connection,
    ids: &[TaskId],
) -> Result<HashMap<TaskId, Vec<LineContent>>> {
    let mut all: HashMap<TaskId, Vec<LineContent>> = HashMap::new();
    for line in of_tasks(connection, ids)? {
        all.entry(line.task).or_default().push(line.content);
    }
    Ok(all)
}

pub fn insert(
    tx: &Transaction,
    task: TaskId,
    position: usize,
    line: &LineContent,
) -> Result<LineId> {
    let (discount, percent) = line.discount.columns();
    tx.prepare_cached(
        "INSERT INTO task_lines (task_id, position, kind, item_id, name, quantity, unit_price, discount,
             discount_percent, cost, done_by, warranty_days)
         VALUES (:task, :position, :kind, :item, :name, :quantity, :price, :discount, :percent, :cost, :done_by,
             :days)",
    )?
    .execute(named_params! {
        ":task": task, ":position": position, ":kind": line.kind, ":item": line.item,
        ":name": line.name.as_str(), ":quantity": line.quantity.thousandths(), ":price": line.unit_price,
        ":discount": discount, ":percent": percent, ":cost": line.cost, ":done_by": line.done_by,
        ":days": line.warranty.map(WarrantyDays::get),
    })?;
    Ok(LineId::from_row(tx.last_insert_rowid()))
}

pub fn update(tx: &Transaction, id: LineId, line: &LineContent) -> Result<()> {
    let (discount, percent) = line.discount.columns();
    tx.prepare_cached(
        "UPDATE task_lines SET kind = :kind, name = :name, quantity = :quantity, unit_price = :price,
             discount = :discount, discount_percent = :percent, cost = :cost, done_by = :done_by,
             warranty_days = :days
         WHERE id = :id",
    )?
    .execute(named_params! {
        ":id": id, ":kind": line.kind, ":name": line.name.as_str(),
        ":quantity": line.quantity.thousandths(), ":price": line.unit_price, ":discount": discount,
        ":percent": percent, ":cost": line.cost, ":done_by": line.done_by,
        ":days": line.warranty.map(WarrantyDays::get),
    })?;
    Ok(())
}

/// Assigns the lines of a task the positions from 1 on, in this order.
pub fn set_order(tx: &Transaction, ids: &[LineId]) -> Result<()> {
    let mut statement = tx.prepare_cached("UPDATE task_lines SET position = ?2 WHERE id = ?1")?;
    for (index, id) in ids.iter().enumerate() {
        statement.execute((id, index + 1))?;
    }
    Ok(())
}

pub fn delete(tx: &Transaction, id: LineId) -> Result<()> {
    tx.prepare_cached("DELETE FROM task_lines WHERE id = ?1")?
        .execute([id])?;
    Ok(())
}

/// Erases the free texts of a customer's lines. Their sums stay, and so does what the catalogue calls
/// them.
pub fn erase_of_customer(tx: &Transaction, customer: CustomerId) -> Result<()> {
    let sql = "UPDATE task_lines AS l
               SET name = coalesce((SELECT i.name FROM catalogue_items AS i WHERE i.id = l.item_id), '')
               WHERE l.task_id IN (SELECT id FROM tasks WHERE customer_id = ?1)";
    tx.execute(sql, [customer])?;
    Ok(())
}
