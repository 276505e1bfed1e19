//! Looks regularly whom to remind of what they can collect.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::app::{self, Desk};
use crate::domain::Reminders;
use crate::failure::Failure;
use crate::store::Transaction;

/// How often the clock is looked at: somebody may set it meanwhile, and what failed is tried again.
const LOOK: Duration = Duration::from_secs(3_600);

/// Reminds until `stop`. A failure is said in the log; it never ends the server.
pub async fn run(
    reminders: Reminders,
    desk: Arc<Desk>,
    stop: CancellationToken,
) -> Result<(), Failure> {
    loop {
        let (now, zone) = (desk.clock.now(), desk.shop.timezone.clone());
        let next = reminders.next(now, &zone);
        let look = now.saturating_add(LOOK).unwrap_or(next);
        let due = reminders.clone();
        let work = move |tx: &Transaction<'_>| app::reminders::remind(tx, &due, &zone, now);
        match desk.db.write(work).await {
            Ok(0) => {}
            Ok(customers) => tracing::info!(customers, "reminded of what can be collected"),
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::error!(error, "nobody can be reminded; tried again in an hour");
            }
        }
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = desk.clock.sleep_until(next.min(look)) => {}
        }
    }
}
