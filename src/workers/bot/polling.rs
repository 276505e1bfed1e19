//! Polling of updates. An update is requested again until it was stored.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::watch;

use super::Pace;
use crate::app::{Desk, incidents};
use crate::bot;
use crate::channels::Failure as ChannelFailure;
use crate::channels::telegram::{self, Client, Conflict};
use crate::clock::Clock;
use crate::domain::{Error, IncidentKind, Messenger, Result};
use crate::failure::Failure;
use crate::store::Transaction;
use crate::workers::worker::{Step, Wake, Worker};

/// The worker that polls updates and passes them to the bot.
pub struct Polling {
    desk: Arc<Desk>,
    pace: Pace<Client>,
    client: Client,
    /// Wakes the registration when updates are sent elsewhere.
    lost: watch::Sender<()>,
    /// Signals that a registration was attempted.
    tried: watch::Receiver<()>,
    /// Publishes the outcome of the last poll.
    polled: watch::Sender<Polled>,
    /// The first update that isn't stored; `None` before the first.
    offset: Mutex<Option<i64>>,
}

/// Outcome of the last poll; `None` before the first.
pub type Polled = Option<Result<(), ChannelFailure>>;

impl Polling {
    pub fn new(
        desk: Arc<Desk>,
        pace: Pace<Client>,
        client: Client,
        lost: watch::Sender<()>,
        tried: watch::Receiver<()>,
        polled: watch::Sender<Polled>,
    ) -> Self {
        Self {
            desk,
            pace,
            client,
            lost,
            tried,
            polled,
            offset: Mutex::default(),
        }
    }

    /// Passes updates to the bot, and advances the offset past the stored ones.
    async fn take(&self, updates: Vec<Value>) -> Result<()> {
        let desk = &self.desk;
        for update in updates {
            let Some(update) = telegram::parse(update.to_string().as_bytes()) else {
                continue;
            };
            let id = update.key.parse::<i64>().map_err(Error::internal)?;
            let (shop, links, now) = (desk.shop(), desk.links(), desk.clock.now());
            let handle = move |tx: &Transaction<'_>| {
                bot::handle(tx, &shop, &links, Messenger::Telegram, update, now)
            };
            desk.db.write(handle).await?;
            desk.db.metrics().updated();
            self.with_offset(|offset| *offset = Some(id + 1));
        }
        Ok(())
    }

    async fn report_failure(&self, failure: &ChannelFailure) {
        let why = failure.detail();
        match Conflict::of(failure) {
            None => tracing::warn!(why, "failed to poll updates"),
            Some(Conflict::Webhook) => {
                tracing::warn!(why, "updates are sent to a webhook; removing it");
                self.lost.send_replace(());
            }
            Some(Conflict::OtherFetcher) => {
                tracing::error!(
                    why,
                    "another program fetches the customers' messages with this token: stop it, or \
                     get a new token from @BotFather"
                );
                incidents::note(&self.desk, IncidentKind::OtherFetcher, 0).await;
            }
        }
    }

    fn with_offset<T>(&self, work: impl FnOnce(&mut Option<i64>) -> T) -> T {
        work(&mut self.offset.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Worker for Polling {
    /// An update is safe to lose in transit: it is requested again.
    const GRACE: Duration = Duration::ZERO;

    fn clock(&self) -> &Clock {
        &self.desk.clock
    }

    fn report(&self, error: &(dyn std::error::Error + 'static)) {
        tracing::error!(error, "failed to process update");
    }

    /// Waits for the first attempt to remove a registered address: before, polling is refused.
    async fn recover(&self) -> Result<(), Failure> {
        Ok(self.tried.clone().changed().await?)
    }

    /// The first poll returns at once, so that it is known soon whether polling works.
    async fn step(&self) -> Result<Step, Failure> {
        if let Some(left) = self.pace.left() {
            return Ok(Step::Idle(Wake::After(left)));
        }
        let offset = self.with_offset(|offset| *offset);
        let is_first = self.polled.borrow().is_none();
        match self.client.get_updates(offset, !is_first).await {
            Ok(updates) => {
                if let Err(error) = self.take(updates).await {
                    self.pace.postpone();
                    return Err(error.into());
                }
                self.pace.succeeded();
                self.polled.send_replace(Some(Ok(())));
            }
            Err(failure) => {
                self.report_failure(&failure).await;
                self.pace.failed(&failure);
                self.polled.send_replace(Some(Err(failure)));
            }
        }
        Ok(Step::Worked)
    }
}
