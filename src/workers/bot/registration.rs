//! Registration of the address that Telegram sends updates to.

use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use tokio::sync::watch;

use super::Pace;
use crate::channels;
use crate::channels::telegram::Client;
use crate::clock::Clock;
use crate::failure::Failure;
use crate::workers::worker::{Step, Wake, Worker};

/// The worker that registers the address until Telegram accepts it, and again when it was changed
/// by another program.
pub struct Registration {
    pub clock: Clock,
    pub pace: Arc<Pace<Client>>,
    pub client: Client,
    /// `None` in polling mode, in which no address may be registered.
    pub url: Option<String>,
    pub secret: Arc<SecretString>,
    /// Wakes the health check after each attempt.
    pub tried: watch::Sender<()>,
    /// Publishes why Telegram refused the address; `None` when it did not.
    pub refused: watch::Sender<Option<String>>,
    /// Signals that updates are sent elsewhere.
    pub lost: watch::Receiver<()>,
}

impl Worker for Registration {
    const GRACE: Duration = Duration::ZERO;

    fn clock(&self) -> &Clock {
        &self.clock
    }

    fn report(&self, error: &(dyn std::error::Error + 'static)) {
        tracing::warn!(error, "failed to register update address");
    }

    fn changes(&self) -> Option<watch::Receiver<()>> {
        Some(self.lost.clone())
    }

    async fn step(&self) -> Result<Step, Failure> {
        if let Some(left) = self.pace.left() {
            return Ok(Step::Idle(Wake::After(left)));
        }
        let registered = match &self.url {
            None => self.client.delete_webhook().await,
            Some(url) => self.client.set_webhook(url, &self.secret).await,
        };
        let refused = registered
            .as_ref()
            .err()
            .and_then(channels::Failure::refusal);
        self.refused.send_replace(refused.map(str::to_owned));
        self.tried.send_replace(());
        if let Err(failure) = registered {
            let why = failure.detail();
            tracing::warn!(why, "failed to register update address");
            self.pace.failed(&failure);
            return Ok(Step::Worked);
        }
        tracing::info!("the bot is announced to Telegram");
        self.pace.succeeded();
        Ok(Step::Idle(Wake::OnChange))
    }
}
