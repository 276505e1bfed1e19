//! The `task_details` table: details of a task besides the request. A task without details has no
//! row.
//!
//! Its columns are derived from the table of a device's fields, [`DeviceField`]. The migration for
//! a new field adds the column, with an empty text as the default, and updates the search: the view
//! `texts_of_tasks` and the trigger `task_search_details_update` name the searched columns.

use std::collections::HashMap;
use std::sync::LazyLock;

use rusqlite::types::ToSqlOutput;
use rusqlite::{Row, ToSql};

use super::{Connection, Transaction, lines, payments};
use crate::domain::{
    Account, CustomerId, Details, Device, DeviceField, Discount, Link, Money, Result, TaskId,
    Totals, device_fields,
};
use crate::store::engine::columns::Columns;
use crate::store::engine::types::numbers;

macro_rules! columns {
    ($($(#[$doc:meta])* $field:ident ($($rest:tt)*))*) => {
        concat!(
            "task_id, ",
            $(stringify!($field), ", ",)*
            "estimate, price, discount, discount_percent, warranty_until, warranty_of"
        )
    };
}
pub(super) const COLUMNS: &str = device_fields!(columns);

/// A search key of a device: its column, and the function that computes it.
type Key = (&'static str, fn(&Device) -> String);
const KEYS: &[Key] = &[
    ("brand_key", Device::brand_key),
    ("serial_key", Device::serial_key),
];

/// Returns the columns about the device.
fn of_device() -> impl Iterator<Item = &'static str> {
    let fields = DeviceField::ALL.iter().map(|field| field.column());
    fields.chain(KEYS.iter().map(|(column, _)| *column))
}

/// Inserts or replaces a row.
static PUT: LazyLock<String> = LazyLock::new(|| {
    let keys = KEYS.iter().map(|(column, _)| *column);
    let columns: Vec<&str> = COLUMNS.split(", ").chain(keys).collect();
    let each = |text: fn(&str) -> String| {
        let texts = columns.iter().map(|column| text(column));
        texts.collect::<Vec<_>>().join(", ")
    };
    format!(
        "INSERT INTO task_details ({}) VALUES ({}) ON CONFLICT (task_id) DO UPDATE SET {}",
        columns.join(", "),
        each(|column| format!(":{column}")),
        each(|column| format!("{column} = excluded.{column}")),
    )
});

/// Erases the texts about a customer's devices.
static FORGET: LazyLock<String> = LazyLock::new(|| {
    let empty = of_device().map(|column| format!("{column} = ''"));
    format!(
        "UPDATE task_details SET {} WHERE task_id IN (SELECT id FROM tasks WHERE customer_id = ?1)",
        empty.collect::<Vec<_>>().join(", ")
    )
});

pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<(TaskId, Details)> {
    let row = &mut Columns::of("task_details", row);
    let task = row.take("task_id")?;
    let details = Details {
        device: Device::from_row(|column| row.take(column))?,
        estimate: row.take("estimate")?,
        price: row.take("price")?,
        discount: discount(row.take("discount")?, row.take("discount_percent")?),
        warranty_until: row.take("warranty_until")?,
        warranty_of: row.take("warranty_of")?,
        account: Account::default(),
    };
    Ok((task, details))
}

fn discount(sum: Option<Money>, percent: Option<i64>) -> Option<Discount> {
    let none = sum.is_none() && percent.is_none();
    (!none).then(|| Discount::from_row(sum.unwrap_or_default(), percent))
}

/// Returns the details of those tasks that have any, with the sums of their lines and payments.
///
/// # Errors
/// [`Error::Invalid`](crate::domain::Error::Invalid) when the lines exceed the limit of sums.
pub fn of_tasks(connection: &Connection, ids: &[TaskId]) -> Result<HashMap<TaskId, Details>> {
    let mut all = stored(connection, ids)?;
    for (task, lines) in lines::contents_of_tasks(connection, ids)? {
        let details = all.entry(task).or_default();
        let discount = details.discount.unwrap_or(Discount::NONE);
        details.account.lines = Some(Totals::of(&lines, discount)?);
    }
    for (task, paid) in payments::paid(connection, ids)? {
        all.entry(task).or_default().account.paid = Some(paid);
    }
    Ok(all)
}

/// Returns the rows of those tasks that have any.
fn stored(connection: &Connection, ids: &[TaskId]) -> Result<HashMap<TaskId, Details>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM task_details WHERE task_id IN (SELECT value FROM json_each(?1))"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([numbers(ids.iter().map(|id| id.get()))], from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns these fields of the latest devices, newest first, each device with its customer.
pub fn latest(
    connection: &Connection,
    fields: &[DeviceField],
    most: usize,
) -> Result<Vec<(Option<CustomerId>, Vec<String>)>> {
    let columns = fields.iter().map(|field| format!("d.{}", field.column()));
    let sql = format!(
        "SELECT t.customer_id, {} FROM task_details AS d JOIN tasks AS t ON t.id = d.task_id
         ORDER BY d.task_id DESC LIMIT {most}",
        columns.collect::<Vec<_>>().join(", ")
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([], |row| {
        let texts = (1..=fields.len()).map(|at| row.get(at));
        Ok((row.get(0)?, texts.collect::<rusqlite::Result<_>>()?))
    })?;
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
    let device = &details.device;
    let fields = DeviceField::ALL.iter();
    let fields = fields.map(|field| (field.column(), ToSqlOutput::from(device.get(*field))));
    let keys = KEYS
        .iter()
        .map(|(column, key)| (*column, ToSqlOutput::from(key(device))));
    let discount = details.discount.map(Discount::columns);
    let others: &[(&str, &dyn ToSql)] = &[
        ("task_id", &task),
        ("estimate", &details.estimate),
        ("price", &details.price),
        ("discount", &discount.map(|(sum, _)| sum)),
        (
            "discount_percent",
            &discount.and_then(|(_, percent)| percent),
        ),
        ("warranty_until", &details.warranty_until),
        ("warranty_of", &details.warranty_of),
    ];
    let mut statement = tx.prepare_cached(&PUT)?;
    let mut bind = |column: &str, value: &dyn ToSql| {
        let parameter = statement.parameter_index(&format!(":{column}"))?;
        let parameter =
            parameter.ok_or_else(|| rusqlite::Error::InvalidParameterName(column.into()))?;
        statement.raw_bind_parameter(parameter, value)
    };
    for (column, value) in fields.chain(keys) {
        bind(column, &value)?;
    }
    for (column, value) in others {
        bind(column, value)?;
    }
    statement.raw_execute()?;
    Ok(())
}

pub fn erase_of_customer(tx: &Transaction, customer: CustomerId) -> Result<()> {
    tx.execute(&FORGET, [customer])?;
    Ok(())
}
