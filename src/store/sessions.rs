//! The `ended_sessions` table: sessions whose tokens are refused though they haven't expired.

use std::collections::HashSet;

use jiff::Timestamp;

use super::{Connection, Transaction};
use crate::domain::{Result, SessionId};
use crate::store::engine::types::Millis;

/// Rows that stay whatever the clock says: a clock that is ahead for a moment would otherwise forget sessions whose
/// tokens are valid again once the clock is right.
const KEPT: i64 = 1_000;

/// Ends a session; does nothing for one that has ended. Sessions whose tokens have expired are forgotten.
pub fn end(tx: &Transaction, session: SessionId, expires: Timestamp, now: Timestamp) -> Result<()> {
    tx.prepare_cached(
        "INSERT INTO ended_sessions (session, expires_at) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
    )?
    .execute((session.bytes(), Millis(expires)))?;
    tx.prepare_cached(
        "DELETE FROM ended_sessions
         WHERE expires_at < ?1 AND id <= (SELECT max(id) FROM ended_sessions) - ?2",
    )?
    .execute((Millis(now), KEPT))?;
    Ok(())
}

/// Returns the sessions that were ended.
pub fn ended(connection: &Connection) -> Result<HashSet<SessionId>> {
    let mut statement = connection.prepare_cached("SELECT session FROM ended_sessions")?;
    let rows = statement.query_map([], |row| row.get("session").map(SessionId::new))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
