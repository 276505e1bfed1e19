//! The `stages` table. A shop has few, so all of them are read at once.

use rusqlite::{OptionalExtension, Row, named_params};

use super::{Connection, Transaction};
use crate::domain::{NewStage, Result, Stage, StageId, StageName, Status, StuckDays, Wording};
use crate::store::engine::columns::Columns;

pub(super) const COLUMNS: &str = "id, status, name, colour, position, wording, told, stuck_days";
/// The order of the stages on the pages.
const ORDER: &str = "ORDER BY instr('ACCEPTED IN_PROGRESS READY CLOSED', status), position";

pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<Stage> {
    read(&mut Columns::of("stages", row))
}

pub(super) fn read(row: &mut Columns<'_>) -> rusqlite::Result<Stage> {
    Ok(Stage {
        id: row.take("id")?,
        status: row.take("status")?,
        name: StageName::from_row(row.take("name")?),
        colour: row.take("colour")?,
        position: row.take("position")?,
        wording: Wording::from_row(row.take("wording")?),
        told: row.take("told")?,
        stuck: row
            .take::<Option<i64>>("stuck_days")?
            .map(StuckDays::from_row),
    })
}

/// Returns all stages, ordered by status and then as the owner ordered them.
pub fn all(connection: &Connection) -> Result<Vec<Stage>> {
    let sql = format!("SELECT {COLUMNS} FROM stages {ORDER}");
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([], from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub fn get(connection: &Connection, id: StageId) -> Result<Option<Stage>> {
    let sql = format!("SELECT {COLUMNS} FROM stages WHERE id = ?1");
    let mut statement = connection.prepare_cached(&sql)?;
    Ok(statement.query_row([id], from_row).optional()?)
}

/// Returns the default stage of a status.
pub fn first_of(connection: &Connection, status: Status) -> Result<Option<Stage>> {
    // An order would sort in a temporary table, which takes longer than to look twice.
    let first = "SELECT min(position) FROM stages WHERE status = ?1";
    let sql = format!("SELECT {COLUMNS} FROM stages WHERE status = ?1 AND position = ({first})");
    let mut statement = connection.prepare_cached(&sql)?;
    Ok(statement.query_row([status], from_row).optional()?)
}

pub fn has_tasks(connection: &Connection, id: StageId) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM tasks WHERE stage_id = ?1)";
    let mut statement = connection.prepare_cached(sql)?;
    Ok(statement.query_row([id], |row| row.get(0))?)
}

/// Inserts a stage at its position, and returns it with its number.
pub fn insert(tx: &Transaction, new: &NewStage, position: usize) -> Result<StageId> {
    tx.prepare_cached(
        "INSERT INTO stages (status, name, name_key, colour, position, wording, told, stuck_days)
         VALUES (:status, :name, :key, :colour, :position, :wording, :told, :stuck)",
    )?
    .execute(named_params! {
        ":status": new.status, ":name": new.name.as_str(), ":key": new.name.key(),
        ":colour": new.colour, ":position": position, ":wording": new.wording.as_str(),
        ":told": new.told, ":stuck": new.stuck.map(StuckDays::get),
    })?;
    Ok(StageId::from_row(tx.last_insert_rowid()))
}

/// Updates a stage. Its status never changes; the comparison key changes only with the name.
pub fn update(tx: &Transaction, stage: &Stage) -> Result<()> {
    tx.prepare_cached(
        "UPDATE stages SET name_key = iif(name = :name, name_key, :key), name = :name, colour = :colour, wording = :wording,
             told = :told, stuck_days = :stuck
         WHERE id = :id",
    )?
    .execute(named_params! {
        ":id": stage.id, ":name": stage.name.as_str(), ":key": stage.name.key(),
        ":colour": stage.colour, ":wording": stage.wording.as_str(), ":told": stage.told,
        ":stuck": stage.stuck.map(StuckDays::get),
    })?;
    Ok(())
}

/// Assigns the stages of one status the positions from 1 on, in this order.
pub fn set_order(tx: &Transaction, ids: &[StageId]) -> Result<()> {
    let mut statement = tx.prepare_cached("UPDATE stages SET position = ?2 WHERE id = ?1")?;
    for (index, id) in ids.iter().enumerate() {
        statement.execute((id, index + 1))?;
    }
    Ok(())
}

pub fn delete(tx: &Transaction, id: StageId) -> Result<()> {
    tx.execute("DELETE FROM stages WHERE id = ?1", [id])?;
    Ok(())
}
