//! Incidents recorded by the running server, for the owner.

use jiff::Timestamp;

use super::Desk;
use crate::domain::{Incident, IncidentKind, Owner, Result, chain};
use crate::store::{self, Connection, Transaction};

/// Returns the incidents still worth showing.
///
/// # Errors
/// When the database fails.
pub fn news(connection: &Connection, _: &Owner, now: Timestamp) -> Result<Vec<Incident>> {
    store::incidents::news(connection, now)
}

/// Records an incident. A failure is logged rather than returned, so that it doesn't interrupt the
/// caller.
pub async fn note(desk: &Desk, kind: IncidentKind, amount: i64) {
    let now = desk.clock.now();
    let note = move |tx: &Transaction<'_>| store::incidents::note(tx, kind, amount, now);
    if let Err(error) = desk.db.write(note).await {
        let error = chain(&error);
        tracing::error!(%error, kind = kind.word(), "failed to record incident");
    }
}
