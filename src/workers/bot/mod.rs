//! The bot's workers: registration at Telegram, polling of updates, the menu, the health check, and
//! the sending and receiving of messages and files. An unreachable Telegram delays the bot, never
//! the server; each worker retries on its own, so that one failure delays no other.

mod health;
mod menu;
mod pace;
mod polling;
mod registration;

use std::sync::Arc;

use secrecy::SecretString;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::app::{Desk, security::secrets};
use crate::channels::telegram::{self, Client};
use crate::config::{Mode, Telegram};
use crate::failure::Failure;
use crate::store::Db;
use crate::workers::outbox::{Notifier, StaffTexts};
use crate::workers::photos::Fetcher;
use crate::workers::worker;

use health::HealthCheck;
use menu::Menu;
use pace::Pace;
use polling::Polling;
use registration::Registration;

pub struct Bot {
    client: Client,
    mode: Mode,
    secret: Arc<SecretString>,
}

impl Bot {
    pub async fn build(settings: Telegram, db: &Db) -> Result<Self, Failure> {
        let secret = match settings.webhook_secret {
            Some(secret) => secret,
            None => secrets::kept(db, "webhook").await?.into(),
        };
        Ok(Self {
            client: Client::new(&settings.api_url, settings.token)?,
            mode: settings.mode,
            secret: Arc::new(secret),
        })
    }

    /// Returns the secret of the telegram update route; `None` in polling mode.
    pub fn webhook_secret(&self) -> Option<Arc<SecretString>> {
        (self.mode == Mode::Webhook).then(|| self.secret.clone())
    }

    /// Starts the workers, which run until `stop`.
    pub fn start(
        self,
        desk: &Arc<Desk>,
        stop: &CancellationToken,
        parts: &mut JoinSet<Result<(), Failure>>,
    ) {
        let (db, clock) = (desk.db.clone(), desk.clock.clone());
        let words = StaffTexts {
            settings: desk.settings.clone(),
            public_url: desk.public_url().to_string(),
        };
        let notifier = Notifier::new(db.clone(), clock.clone(), self.client.clone(), words);
        parts.spawn(worker::run(notifier, stop.clone()));
        let fetcher = Fetcher::new(db, clock, self.client.clone());
        parts.spawn(worker::run(fetcher, stop.clone()));

        let url = match self.mode {
            Mode::Polling => None,
            Mode::Webhook => Some(telegram::webhook_url(desk.public_url().as_str())),
        };
        let (tried, health_checks) = watch::channel(());
        let (lost, registrations) = watch::channel(());
        let menu = Menu::new(desk.clone(), self.pace(desk), self.client.clone());
        parts.spawn(worker::run(menu, stop.clone()));
        let health = HealthCheck {
            desk: desk.clone(),
            client: self.client.clone(),
            url: url.clone().unwrap_or_default(),
            tried: health_checks,
        };
        parts.spawn(worker::run(health, stop.clone()));
        if self.mode == Mode::Polling {
            let polling = Polling::new(desk.clone(), self.pace(desk), self.client.clone(), lost);
            parts.spawn(worker::run(polling, stop.clone()));
        }
        let registration = Registration {
            clock: desk.clock.clone(),
            pace: self.pace(desk),
            client: self.client,
            url,
            secret: self.secret,
            tried,
            lost: registrations,
        };
        parts.spawn(worker::run(registration, stop.clone()));
    }

    fn pace(&self, desk: &Desk) -> Pace {
        Pace::new(self.client.clone(), desk.clock.clone())
    }
}
