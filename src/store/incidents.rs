//! The `incidents` table.

use jiff::Timestamp;
use rusqlite::Row;

use super::{Connection, Transaction};
use crate::domain::{Incident, IncidentKind, Result};
use crate::store::engine::types::Millis;

pub(super) const COLUMNS: &str = "kind, at, amount";

/// Records an incident, replacing the earlier one of its kind.
pub fn note(tx: &Transaction, kind: IncidentKind, amount: i64, now: Timestamp) -> Result<()> {
    tx.execute(
        "INSERT INTO incidents (kind, at, amount) VALUES (?1, ?2, ?3)
         ON CONFLICT (kind) DO UPDATE SET at = excluded.at, amount = excluded.amount",
        (kind, Millis(now), amount),
    )?;
    Ok(())
}

/// Writes a row and deletes it in the same transaction, as a trial: its pages are flushed, and no reader ever sees it.
pub(super) fn try_out(tx: &Transaction) -> Result<()> {
    tx.execute(
        "INSERT INTO incidents (kind, at, amount) VALUES ('TRY', 0, 0)",
        [],
    )?;
    tx.execute("DELETE FROM incidents WHERE kind = 'TRY'", [])?;
    Ok(())
}

/// Returns the incidents that are still worth reporting.
pub fn news(connection: &Connection, now: Timestamp) -> Result<Vec<Incident>> {
    let sql = "SELECT kind, at, amount FROM incidents ORDER BY kind";
    let mut statement = connection.prepare_cached(sql)?;
    let all = statement.query_map([], from_row)?;
    let mut all: Vec<Incident> = all.collect::<Result<_, _>>()?;
    all.retain(|incident| incident.is_news(now));
    Ok(all)
}

pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<Incident> {
    Ok(Incident {
        kind: row.get("kind")?,
        at: row.get::<_, Millis>("at")?.0,
        amount: row.get("amount")?,
    })
}

/// Forgets the incident of that kind.
pub fn delete(tx: &Transaction, kind: IncidentKind) -> Result<()> {
    tx.execute("DELETE FROM incidents WHERE kind = ?1", [kind])?;
    Ok(())
}
