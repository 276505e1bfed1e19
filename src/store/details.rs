//! The `task_details` table: what stands beside a task. A task without a row has none of it.

use std::collections::HashMap;

use rusqlite::{Row, named_params};

use super::{Connection, Transaction};
use crate::domain::{CustomerId, Details, Device, Line, Link, Result, TaskId};
use crate::store::engine::columns::Columns;
use crate::store::engine::types::numbers;

pub(super) const COLUMNS: &str = "task_id, kind, brand, model, serial, accessories, appearance, place, \
                       estimate, price, prepayment, warranty_until, warranty_of";

pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<(TaskId, Details)> {
    let row = &mut Columns::of("task_details", row);
    let task = row.take("task_id")?;
    let mut line = |name| row.take(name).map(Line::from_row);
    let device = Device {
        kind: line("kind")?,
        brand: line("brand")?,
        model: line("model")?,
        serial: line("serial")?,
        accessories: line("accessories")?,
        appearance: line("appearance")?,
        place: line("place")?,
    };
    let details = Details {
        device,
        estimate: row.take("estimate")?,
        price: row.take("price")?,
        prepayment: row.take("prepayment")?,
        warranty_until: row.take("warranty_until")?,
        warranty_of: row.take("warranty_of")?,
    };
    Ok((task, details))
}

/// The details of those tasks that have any.
pub fn of_tasks(connection: &Connection, ids: &[TaskId]) -> Result<HashMap<TaskId, Details>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM task_details WHERE task_id IN (SELECT value FROM json_each(?1))"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([numbers(ids.iter().map(|id| id.get()))], from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Where these tasks lead: pairs of one of them and another one, of which the newest come first,
/// and no more than `most` for each.
pub fn linked(
    connection: &Connection,
    link: Link,
    ids: &[TaskId],
    most: usize,
) -> Result<Vec<(TaskId, TaskId)>> {
    let others = match link {
        Link::Device => {
            "SELECT task_id FROM task_details
             WHERE serial_key = one.serial_key AND serial_key <> '' AND task_id <> one.id
             ORDER BY task_id DESC"
        }
        Link::WarrantyOf => "SELECT one.warranty_of",
        Link::UnderWarranty => {
            "SELECT task_id FROM task_details WHERE warranty_of = one.id ORDER BY task_id DESC"
        }
    };
    let sql = format!(
        "SELECT one.id, other.id
         FROM (SELECT t.id, d.serial_key, d.warranty_of
               FROM json_each(?1) AS asked JOIN tasks AS t ON t.id = asked.value
               LEFT JOIN task_details AS d ON d.task_id = t.id) AS one
         JOIN tasks AS other ON other.id IN ({others} LIMIT ?2)
         ORDER BY one.id, other.id DESC"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let asked = numbers(ids.iter().map(|id| id.get()));
    let rows = statement.query_map((asked, most), |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub fn put(tx: &Transaction, task: TaskId, details: &Details) -> Result<()> {
    let Details { device, .. } = details;
    tx.prepare_cached(
        "INSERT INTO task_details (task_id, kind, brand, brand_key, model, serial, serial_key,
             accessories, appearance, place, estimate, price, prepayment, warranty_until, warranty_of)
         VALUES (:task, :kind, :brand, :brand_key, :model, :serial, :key, :accessories, :appearance,
             :place, :estimate, :price, :prepayment, :until, :of)
         ON CONFLICT (task_id) DO UPDATE SET kind = :kind, brand = :brand, brand_key = :brand_key,
             model = :model, serial = :serial, serial_key = :key, accessories = :accessories,
             appearance = :appearance, place = :place, estimate = :estimate, price = :price,
             prepayment = :prepayment, warranty_until = :until, warranty_of = :of",
    )?
    .execute(named_params! {
        ":task": task, ":kind": device.kind.as_str(), ":brand": device.brand.as_str(),
        ":brand_key": device.brand_key(),
        ":model": device.model.as_str(), ":serial": device.serial.as_str(),
        ":key": device.serial_key(), ":accessories": device.accessories.as_str(),
        ":appearance": device.appearance.as_str(), ":place": device.place.as_str(),
        ":estimate": details.estimate, ":price": details.price,
        ":prepayment": details.prepayment, ":until": details.warranty_until,
        ":of": details.warranty_of,
    })?;
    Ok(())
}

/// Empties what a customer's devices were.
pub fn erase_of_customer(tx: &Transaction, customer: CustomerId) -> Result<()> {
    let sql =
        "UPDATE task_details SET kind = '', brand = '', brand_key = '', model = '', serial = '',
                   serial_key = '', accessories = '', appearance = '', place = ''
               WHERE task_id IN (SELECT id FROM tasks WHERE customer_id = ?1)";
    tx.execute(sql, [customer])?;
    Ok(())
}
