//! Places in the order of changes (the table `changes`). The triggers of `tasks` and `customers` note what a transaction
//! changes, and the writer gives the places before each commit, so that they are in the order of the commits.

use jiff::{Timestamp, ToSpan};
use rusqlite::TransactionBehavior;

use crate::domain::Result;
use crate::store::{Connection, Transaction};

/// A row says nothing about the time of its change if it is later by this many years than the start of the server.
const AHEAD: i64 = 10;

/// Gives places to everything that the transaction has changed.
pub(super) fn refresh(tx: &Transaction) -> Result<()> {
    let noted = "SELECT kind, subject_id, deleted, at FROM changes_stale ORDER BY kind, subject_id";
    let mut noted = tx.prepare_cached(noted)?;
    let noted = noted.query_map([], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
    })?;
    let noted: Vec<(String, i64, bool, i64)> = noted.collect::<rusqlite::Result<_>>()?;
    let last = "SELECT coalesce(max(seq), 0), coalesce((SELECT at FROM changes ORDER BY seq DESC LIMIT 1), 0),
        coalesce((SELECT max(started_at) FROM change_eras), 0) FROM changes";
    let mut last = tx.prepare_cached(last)?;
    let (mut seq, mut at, began): (i64, i64, i64) =
        last.query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let latest = latest(began);
    seq = seq.max(began - 1);
    let mut forget =
        tx.prepare_cached("DELETE FROM changes WHERE kind = ?1 AND subject_id = ?2")?;
    let mut insert = tx.prepare_cached(
        "INSERT INTO changes (seq, kind, subject_id, deleted, at) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    for (kind, id, deleted, own) in noted {
        if own <= latest {
            at = at.max(own);
        }
        seq = at.max(seq + 1);
        forget.execute((&kind, id))?;
        insert.execute((seq, kind, id, deleted, at))?;
    }
    tx.prepare_cached("DELETE FROM changes_stale")?
        .execute([])?;
    Ok(())
}

/// Returns the latest time of a row that counts. A damaged or imported one may lie anywhere, and no place can be given
/// before it any more.
fn latest(began: i64) -> i64 {
    let began = Timestamp::from_millisecond(began).unwrap_or(Timestamp::UNIX_EPOCH);
    let latest = match began == Timestamp::UNIX_EPOCH {
        true => Timestamp::MAX,
        false => began
            .saturating_add((AHEAD * 365 * 24).hours())
            .unwrap_or(Timestamp::MAX),
    };
    latest.as_millisecond()
}

/// Gives places to what another program has written.
pub(super) fn catch_up(connection: &mut Connection) -> Result<()> {
    let is_noted = connection.table_exists(None, "changes_stale")?
        && connection.query_row("SELECT EXISTS (SELECT 1 FROM changes_stale)", [], |row| {
            row.get(0)
        })?;
    if is_noted {
        let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        refresh(&tx)?;
        tx.commit()?;
    }
    Ok(())
}
