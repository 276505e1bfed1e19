//! The supervisor of the couriers: owners register and delete webhooks while the server runs.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::{Courier, Sender};
use crate::app::Desk;
use crate::domain::{Result, WebhookId, chain};
use crate::failure::Failure;
use crate::store;
use crate::workers::worker;

/// Pause after a failure of the database.
const MOMENT: Duration = Duration::from_secs(1);

/// The part of the server that runs one courier for each webhook. A courier reads address, events, pause and secrets
/// before each delivery, so only a new webhook and a deleted one concern this part.
pub struct Couriers {
    pub desk: Arc<Desk>,
    pub sender: Sender,
}

impl Couriers {
    /// Runs until `stop`.
    ///
    /// # Errors
    /// When a courier fails or ends unasked.
    pub async fn run(self, stop: CancellationToken) -> Result<(), Failure> {
        let now = self.desk.clock.now();
        let forget =
            move |tx: &store::Transaction<'_>| store::webhooks::forget_former_secrets(tx, now);
        if let Err(error) = self.desk.db.write(forget).await {
            tracing::error!(error = %chain(&error), "failed to delete former secrets of webhooks");
        }
        let mut changes = self.desk.db.delivery_changes();
        let mut parts = JoinSet::new();
        let mut running: HashMap<WebhookId, CancellationToken> = HashMap::new();
        while !stop.is_cancelled() {
            changes.mark_unchanged();
            match self.desk.db.look_up(store::webhooks::ids).await {
                Ok(wanted) => self.follow(&wanted, &mut running, &mut parts, &stop),
                Err(error) => {
                    tracing::error!(error = %chain(&error), "failed to read the webhooks");
                    let pause = self.desk.clock.sleep(MOMENT);
                    stop.run_until_cancelled(pause).await;
                    continue;
                }
            }
            wait(&mut changes, &mut parts, &stop).await?;
        }
        while let Some(ended) = parts.join_next().await {
            ended.unwrap_or_else(|panic| Err(panic.into()))?;
        }
        Ok(())
    }

    /// Starts the couriers of new webhooks, and stops those of deleted ones.
    fn follow(
        &self,
        wanted: &[WebhookId],
        running: &mut HashMap<WebhookId, CancellationToken>,
        parts: &mut JoinSet<Result<(), Failure>>,
        stop: &CancellationToken,
    ) {
        running.retain(|id, end| {
            let stays = wanted.contains(id);
            if !stays {
                end.cancel();
            }
            stays
        });
        for id in wanted {
            if !running.contains_key(id) {
                let courier = Courier {
                    desk: self.desk.clone(),
                    sender: self.sender.clone(),
                    id: *id,
                };
                let end = stop.child_token();
                running.insert(*id, end.clone());
                parts.spawn(serve(courier, end).boxed());
            }
        }
    }
}

/// Runs a courier until it is stopped.
async fn serve(courier: Courier, end: CancellationToken) -> Result<(), Failure> {
    worker::run(courier, end.clone()).await?;
    match end.is_cancelled() {
        true => Ok(()),
        false => Err("the courier of a webhook ended unasked".into()),
    }
}

/// Waits until there may be other webhooks.
async fn wait(
    changes: &mut watch::Receiver<()>,
    parts: &mut JoinSet<Result<(), Failure>>,
    stop: &CancellationToken,
) -> Result<(), Failure> {
    tokio::select! {
        () = stop.cancelled() => Ok(()),
        _ = changes.changed() => Ok(()),
        Some(ended) = parts.join_next() => ended.unwrap_or_else(|panic| Err(panic.into())),
    }
}
