//! Watches the wall clock: says when it was set back, and pulls what a clock that was ahead has dated to
//! now (see `store::ahead`), so that nothing waits for as long as the clock was wrong.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use tokio_util::sync::CancellationToken;

use crate::app::{Desk, incidents};
use crate::domain::{IncidentKind, Result};
use crate::failure::Failure;
use crate::store::{self, Transaction};

/// How often it is looked at, by the monotonic clock.
const LOOK: Duration = Duration::from_secs(10);
/// By less it is corrected every now and then. One that is set forward is no incident: a machine that
/// was asleep wakes up like that.
const STEP: SignedDuration = SignedDuration::from_secs(5);

/// Watches until `stop`.
///
/// # Errors
/// None: what fails is tried again.
pub async fn run(desk: Arc<Desk>, stop: CancellationToken) -> Result<(), Failure> {
    let clock = &desk.clock;
    let (mut wall, mut monotonic) = (clock.now(), clock.elapsed());
    loop {
        if let Err(error) = pull(&desk).await {
            let error = &error as &dyn std::error::Error;
            tracing::error!(error, "what lies too far ahead can't be pulled to now");
        }
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = clock.sleep(LOOK) => {}
        }
        let (now, elapsed) = (clock.now(), clock.elapsed());
        let passed = SignedDuration::try_from(elapsed - monotonic).unwrap_or_default();
        let back = passed.saturating_sub(now.duration_since(wall));
        (wall, monotonic) = (now, elapsed);
        if back > STEP {
            // Both clocks are read one after the other, so it is never quite the whole of it.
            let seconds = (back + SignedDuration::from_millis(500)).as_secs();
            tracing::warn!(seconds, "the wall clock was set back");
            incidents::note(&desk, IncidentKind::ClockSetBack, seconds).await;
        }
    }
}

async fn pull(desk: &Desk) -> Result<()> {
    let now = desk.clock.now();
    if desk.db.read(move |c| store::ahead::count(c, now)).await? == 0 {
        return Ok(());
    }
    let pull = move |tx: &Transaction<'_>| store::ahead::pull(tx, now);
    let rows = desk.db.write(pull).await?;
    tracing::warn!(
        rows,
        "a clock that was ahead had dated rows, which are due now"
    );
    let rows = i64::try_from(rows).unwrap_or(i64::MAX);
    incidents::note(desk, IncidentKind::RowsAhead, rows).await;
    Ok(())
}
