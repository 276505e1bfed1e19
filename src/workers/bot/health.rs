//! The check of the bot's health, for the pages.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::polling::Polled;
use crate::app::Desk;
use crate::channels::telegram::{Client, Conflict, trouble};
use crate::clock::Clock;
use crate::domain::BotTrouble;
use crate::failure::Failure;
use crate::workers::worker::{Step, Wake, Worker};

/// Interval of the check.
const LOOK: Duration = Duration::from_secs(300);

/// The worker that asks Telegram every few minutes, and publishes the result.
pub struct HealthCheck {
    pub desk: Arc<Desk>,
    pub client: Client,
    /// The registered address; empty in polling mode.
    pub url: String,
    /// Signals that a registration was attempted.
    pub tried: watch::Receiver<()>,
    /// Why Telegram refused the address; `None` when it did not.
    pub refused: watch::Receiver<Option<String>>,
    /// Outcome of the last poll; `None` when updates aren't polled.
    pub polled: Option<watch::Receiver<Polled>>,
}

impl HealthCheck {
    /// Returns why the last poll failed; `None` for a conflict that the registration resolves.
    fn poll_trouble(&self) -> Option<BotTrouble> {
        let polled = self.polled.as_ref()?.borrow().clone()?;
        let failure = polled.err()?;
        match Conflict::of(&failure) {
            Some(Conflict::Webhook) => None,
            Some(Conflict::OtherFetcher) => Some(BotTrouble::OtherFetcher),
            None => Some(trouble(&failure)),
        }
    }
}

impl Worker for HealthCheck {
    const GRACE: Duration = Duration::ZERO;

    fn clock(&self) -> &Clock {
        &self.desk.clock
    }

    fn report(&self, error: &(dyn std::error::Error + 'static)) {
        tracing::warn!(error, "failed to check the bot");
    }

    fn changes(&self) -> Option<watch::Receiver<()>> {
        Some(self.tried.clone())
    }

    /// Waits for the first registration and the first poll: before, the check would only see the
    /// state that they are about to change.
    async fn recover(&self) -> Result<(), Failure> {
        self.tried.clone().changed().await?;
        if let Some(polled) = &self.polled {
            polled.clone().wait_for(Option::is_some).await?;
        }
        Ok(())
    }

    async fn step(&self) -> Result<Step, Failure> {
        let now = self.desk.clock.now();
        let mut health = self.client.health(&self.url, now).await;
        if let Some(said) = self.refused.borrow().clone() {
            let is_missing =
                |trouble: &BotTrouble| matches!(trouble, BotTrouble::WebhookElsewhere { .. });
            health.troubles.retain(|trouble| !is_missing(trouble));
            health
                .troubles
                .insert(0, BotTrouble::AddressRefused { said });
        }
        if !health.troubles.iter().any(BotTrouble::stops_the_bot) {
            let polling = self.poll_trouble();
            health.troubles.splice(0..0, polling);
        }
        self.desk.bot.publish(health);
        let next = now.saturating_add(LOOK).unwrap_or(now);
        Ok(Step::Idle(Wake::At(next)))
    }
}
