//! What the running server has noticed, and its owner should know.

use jiff::Timestamp;

use super::Desk;
use crate::domain::{Incident, IncidentKind, Owner, Result, chain};
use crate::store::{self, Connection, Transaction};

/// Returns what is worth telling still.
///
/// # Errors
/// When the database fails.
pub fn news(connection: &Connection, _: &Owner, now: Timestamp) -> Result<Vec<Incident>> {
    store::incidents::news(connection, now)
}

/// Notes an incident. A database that can't take it must not stop what was going on.
pub async fn note(desk: &Desk, kind: IncidentKind, amount: i64) {
    let now = desk.clock.now();
    let note = move |tx: &Transaction<'_>| store::incidents::note(tx, kind, amount, now);
    if let Err(error) = desk.db.write(note).await {
        let error = chain(&error);
        tracing::error!(%error, kind = kind.word(), "an incident can't be noted");
    }
}
