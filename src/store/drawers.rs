//! The `drawers` and `shifts` tables.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row};

use super::{Connection, Transaction};
use crate::domain::{
    Closing, Drawer, DrawerId, DrawerName, EmployeeId, Money, Result, Shift, ShiftId, ShiftReason,
};
use crate::store::engine::columns::Columns;
use crate::store::engine::types::Millis;

pub(super) const COLUMNS: &str = "id, name";
pub(super) const SHIFT_COLUMNS: &str =
    "id, drawer_id, opened_at, opened_by, opening, closed_at, closed_by, closing, reason";

pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<Drawer> {
    let row = &mut Columns::of("drawers", row);
    let id = row.take("id")?;
    let name = DrawerName::from_row(row.take("name")?);
    Ok(Drawer { id, name })
}

pub(super) fn shift_from_row(row: &Row<'_>) -> rusqlite::Result<Shift> {
    let row = &mut Columns::of("shifts", row);
    let (id, drawer) = (row.take("id")?, row.take("drawer_id")?);
    let opened = row.take::<Millis>("opened_at")?.0;
    let (opened_by, opening) = (row.take("opened_by")?, row.take("opening")?);
    let at: Option<Millis> = row.take("closed_at")?;
    let (by, counted): (_, Option<Money>) = (row.take("closed_by")?, row.take("closing")?);
    let reason = ShiftReason::from_row(row.take("reason")?);
    let closed = at.zip(counted).map(|(at, counted)| Closing {
        at: at.0,
        by,
        counted,
        reason,
    });
    Ok(Shift {
        id,
        drawer,
        opened,
        opened_by,
        opening,
        closed,
    })
}

pub fn all(connection: &Connection) -> Result<Vec<Drawer>> {
    let sql = format!("SELECT {COLUMNS} FROM drawers ORDER BY id");
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([], from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub fn get(connection: &Connection, id: DrawerId) -> Result<Option<Drawer>> {
    let sql = format!("SELECT {COLUMNS} FROM drawers WHERE id = ?1");
    let mut statement = connection.prepare_cached(&sql)?;
    Ok(statement.query_row([id], from_row).optional()?)
}

pub fn by_key(connection: &Connection, key: &str) -> Result<Option<Drawer>> {
    let sql = format!("SELECT {COLUMNS} FROM drawers WHERE name_key = ?1");
    let mut statement = connection.prepare_cached(&sql)?;
    Ok(statement.query_row([key], from_row).optional()?)
}

pub fn insert(tx: &Transaction, name: &DrawerName) -> Result<DrawerId> {
    let sql = "INSERT INTO drawers (name, name_key) VALUES (?1, ?2)";
    tx.execute(sql, (name.as_str(), Drawer::key_of(name)))?;
    Ok(DrawerId::from_row(tx.last_insert_rowid()))
}

pub fn rename(tx: &Transaction, id: DrawerId, name: &DrawerName) -> Result<()> {
    let sql = "UPDATE drawers SET name = ?2, name_key = ?3 WHERE id = ?1";
    tx.execute(sql, (id, name.as_str(), Drawer::key_of(name)))?;
    Ok(())
}

pub fn shift(connection: &Connection, id: ShiftId) -> Result<Option<Shift>> {
    let sql = format!("SELECT {SHIFT_COLUMNS} FROM shifts WHERE id = ?1");
    let mut statement = connection.prepare_cached(&sql)?;
    Ok(statement.query_row([id], shift_from_row).optional()?)
}

/// Returns the newest shift of a drawer.
pub fn last_shift(connection: &Connection, drawer: DrawerId) -> Result<Option<Shift>> {
    let sql =
        format!("SELECT {SHIFT_COLUMNS} FROM shifts WHERE drawer_id = ?1 ORDER BY id DESC LIMIT 1");
    let mut statement = connection.prepare_cached(&sql)?;
    Ok(statement.query_row([drawer], shift_from_row).optional()?)
}

/// Returns the shifts that were open at some time of an interval, oldest first.
pub fn shifts_between(
    connection: &Connection,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<Shift>> {
    let sql = format!(
        "SELECT {SHIFT_COLUMNS} FROM shifts
         WHERE opened_at < ?2 AND (closed_at >= ?1 OR closed_at IS NULL) ORDER BY id"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map((Millis(from), Millis(to)), shift_from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub fn open_shift(
    tx: &Transaction,
    drawer: DrawerId,
    counted: Money,
    by: EmployeeId,
    now: Timestamp,
) -> Result<ShiftId> {
    let sql =
        "INSERT INTO shifts (drawer_id, opened_at, opened_by, opening) VALUES (?1, ?2, ?3, ?4)";
    tx.execute(sql, (drawer, Millis(now), by, counted))?;
    Ok(ShiftId::from_row(tx.last_insert_rowid()))
}

pub fn close_shift(tx: &Transaction, id: ShiftId, closing: &Closing) -> Result<()> {
    let sql =
        "UPDATE shifts SET closed_at = ?2, closed_by = ?3, closing = ?4, reason = ?5 WHERE id = ?1";
    let (at, by) = (Millis(closing.at), closing.by);
    tx.execute(sql, (id, at, by, closing.counted, closing.reason.as_str()))?;
    Ok(())
}
