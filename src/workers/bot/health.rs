//! The check of the bot's health, for the pages.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::app::Desk;
use crate::channels::telegram::Client;
use crate::clock::Clock;
use crate::domain::BotState;
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

    /// Waits for the first registration: before, the check would only see the state that it is
    /// about to change.
    async fn recover(&self) -> Result<(), Failure> {
        Ok(self.tried.clone().changed().await?)
    }

    async fn step(&self) -> Result<Step, Failure> {
        let now = self.desk.clock.now();
        let health = self.client.health(&self.url, now).await;
        self.desk.bot.send_replace(BotState::Seen(health));
        let next = now.saturating_add(LOOK).unwrap_or(now);
        Ok(Step::Idle(Wake::At(next)))
    }
}
