//! Polling of MAX's updates. The position is stored after them: those that come again are known by their names.

use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use tokio::sync::watch;

use crate::app::Desk;
use crate::bot;
use crate::channels::max::{self, BETWEEN_POLLS, Client, Page};
use crate::clock::Clock;
use crate::domain::Result;
use crate::failure::Failure;
use crate::store::{self, Transaction};
use crate::workers::bot::Pace;
use crate::workers::worker::{Step, Wake, Worker};

/// The worker that polls updates and passes them to the bot.
pub(super) struct Polling {
    desk: Arc<Desk>,
    pace: Arc<Pace<Client>>,
    client: Client,
    token: SecretString,
    /// Wakes the registration when polling fails.
    lost: watch::Sender<()>,
    /// Signals that a registration was attempted.
    tried: watch::Receiver<()>,
}

impl Polling {
    pub fn new(
        desk: Arc<Desk>,
        pace: Arc<Pace<Client>>,
        client: Client,
        token: SecretString,
        lost: watch::Sender<()>,
        tried: watch::Receiver<()>,
    ) -> Self {
        Self {
            desk,
            pace,
            client,
            token,
            lost,
            tried,
        }
    }

    /// Passes updates to the bot, and then stores the position behind them.
    async fn take(&self, page: Page) -> Result<()> {
        let desk = &self.desk;
        for update in page.updates {
            let updates = max::parse(update.get().as_bytes(), &self.token);
            let (shop, links, now) = (desk.shop(), desk.links(), desk.clock.now());
            let handle =
                move |tx: &Transaction<'_>| bot::handle_all(tx, &shop, &links, updates, now);
            desk.db.write(handle).await?;
            desk.db.metrics().updated();
        }
        let Some(marker) = page.marker else {
            return Ok(());
        };
        let keep = move |tx: &Transaction<'_>| store::secrets::set_max_marker(tx, marker);
        desk.db.write(keep).await
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

    /// Waits for the first attempt to remove a registered address: before, there are no updates to poll.
    async fn recover(&self) -> Result<(), Failure> {
        Ok(self.tried.clone().changed().await?)
    }

    async fn step(&self) -> Result<Step, Failure> {
        if let Some(left) = self.pace.left() {
            return Ok(Step::Idle(Wake::After(left)));
        }
        let marker = self.desk.db.read(store::secrets::max_marker).await?;
        match self.client.updates(marker, true).await {
            Ok(page) => {
                if let Err(error) = self.take(page).await {
                    self.pace.postpone();
                    return Err(error.into());
                }
                self.pace.succeeded();
                Ok(Step::Idle(Wake::After(BETWEEN_POLLS)))
            }
            Err(failure) => {
                tracing::warn!(why = failure.detail(), "failed to poll updates of MAX");
                self.pace.failed(&failure);
                self.lost.send_replace(());
                Ok(Step::Worked)
            }
        }
    }
}
