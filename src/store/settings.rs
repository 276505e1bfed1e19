//! The `settings` table: what owners changed in the browser.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::Row;

use super::{Connection, Transaction};
use crate::domain::{EmployeeId, Result, SettingKey};
use crate::store::engine::columns::Columns;
use crate::store::engine::types::Millis;

pub(super) const COLUMNS: &str = "id, key, value, changed_at, employee_id";

/// A stored setting.
pub struct StoredSetting {
    /// `None` for a key of a later version.
    pub key: Option<SettingKey>,
    pub value: String,
    pub changed: Timestamp,
    pub employee: Option<EmployeeId>,
}

pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<StoredSetting> {
    let row = &mut Columns::of("settings", row);
    let _: i64 = row.take("id")?;
    let key: String = row.take("key")?;
    Ok(StoredSetting {
        key: SettingKey::from_word(&key),
        value: row.take("value")?,
        changed: row.take::<Millis>("changed_at")?.0,
        employee: row.take("employee_id")?,
    })
}

/// Returns the stored values of the keys that this version knows.
pub fn values(connection: &Connection) -> Result<BTreeMap<SettingKey, String>> {
    let sql = format!("SELECT {COLUMNS} FROM settings ORDER BY id");
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([], from_row)?;
    let mut values = BTreeMap::new();
    for row in rows {
        let row = row?;
        if let Some(key) = row.key {
            values.insert(key, row.value);
        }
    }
    Ok(values)
}

/// Stores a value in the place of an earlier one.
pub fn set(
    tx: &Transaction,
    key: SettingKey,
    value: &str,
    employee: impl Into<Option<EmployeeId>>,
    now: Timestamp,
) -> Result<()> {
    tx.execute(
        "INSERT INTO settings (key, value, changed_at, employee_id) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (key) DO UPDATE SET value = ?2, changed_at = ?3, employee_id = ?4",
        (key.word(), value, Millis(now), employee.into()),
    )?;
    Ok(())
}

/// Removes a stored value, so that the default counts.
pub fn delete(tx: &Transaction, key: SettingKey) -> Result<()> {
    tx.execute("DELETE FROM settings WHERE key = ?1", [key.word()])?;
    Ok(())
}
