//! The lists of each morning. What was sent is written down with them, so neither a restart nor a
//! clock that is set sends one twice or leaves one out.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::app::{Desk, staff_bot};
use crate::domain::Result;
use crate::failure::Failure;

/// How often it is looked whether it is time.
const LOOK: Duration = Duration::from_secs(60);

/// Sends the lists until `stop`.
///
/// # Errors
/// None: what fails is tried again.
pub async fn run(desk: Arc<Desk>, stop: CancellationToken) -> Result<(), Failure> {
    loop {
        if let Err(error) = look(&desk).await {
            let error = &error as &dyn std::error::Error;
            tracing::error!(error, "the morning's lists can't be sent");
        }
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = desk.clock.sleep(LOOK) => {}
        }
    }
}

async fn look(desk: &Desk) -> Result<()> {
    let (shop, now) = (desk.shop.clone(), desk.clock.now());
    let is_morning = move |c: &_| staff_bot::is_morning(c, &shop, now);
    if desk.db.read(is_morning).await? {
        let shop = desk.shop.clone();
        desk.db
            .write(move |tx| staff_bot::send_mornings(tx, &shop, now))
            .await?;
    }
    Ok(())
}
