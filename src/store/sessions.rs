//! The `ended_sessions` table: sessions whose unexpired tokens are refused.

use std::collections::HashSet;

use jiff::Timestamp;

use super::{Connection, Transaction};
use crate::domain::{Result, SessionId};
use crate::store::engine::types::Millis;

/// The number of rows that are kept whatever the clock says: a clock that is ahead for a moment would otherwise delete
/// sessions whose tokens become valid again once the clock is right.
const KEPT: i64 = 1_000;

/// Ends a session (idempotent), and deletes the rows whose tokens have expired.
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

/// Returns the ended sessions.
pub fn ended(connection: &Connection) -> Result<HashSet<SessionId>> {
    let mut statement = connection.prepare_cached("SELECT session FROM ended_sessions")?;
    let rows = statement.query_map([], |row| row.get("session").map(SessionId::new))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
