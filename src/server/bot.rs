//! The bot's part of the server: it announces itself to Telegram, and sends what is queued. A
//! Telegram that can't be reached delays the bot, never the server.

use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::Failure;
use crate::app::{Desk, secrets};
use crate::bot;
use crate::config::{Mode, Telegram};
use crate::domain::{BotState, Language};
use crate::fetcher::Fetcher;
use crate::i18n;
use crate::notifier::{Notifier, Words};
use crate::store::Db;
use crate::telegram::{self, Client, Update};

/// Between two tries to reach Telegram.
const AGAIN: Duration = Duration::from_secs(15);
/// How often Telegram is asked how the bot stands.
const LOOK: Duration = Duration::from_secs(300);

pub(super) struct Bot {
    client: Client,
    mode: Mode,
    secret: Arc<SecretString>,
    /// Wakes the look at Telegram after each try to be announced there.
    tried: Notify,
}

impl Bot {
    pub(super) async fn build(settings: Telegram, db: &Db) -> Result<Self, Failure> {
        let secret = match settings.webhook_secret {
            Some(secret) => secret,
            None => secrets::kept(db, "webhook").await?.into(),
        };
        Ok(Self {
            client: Client::new(&settings.api_url, settings.token)?,
            mode: settings.mode,
            secret: Arc::new(secret),
            tried: Notify::new(),
        })
    }

    /// What the webhook asks for; `None` when there is no webhook.
    pub(super) fn webhook_secret(&self) -> Option<Arc<SecretString>> {
        (self.mode == Mode::Webhook).then(|| self.secret.clone())
    }

    /// Announces and sends until `stop`.
    pub(super) async fn run(self, desk: Arc<Desk>, stop: CancellationToken) -> Result<(), Failure> {
        let (db, clock) = (desk.db.clone(), desk.clock.clone());
        let words = Words {
            shop: desk.shop.clone(),
            public_url: desk.public_url.clone(),
        };
        let notifier = Notifier::new(db, clock, self.client.clone(), words);
        let fetcher = Fetcher::new(desk.db.clone(), desk.clock.clone(), self.client.clone());
        let listen = async {
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.listen(&desk) => {}
                () = self.watch(&desk) => {}
            }
        };
        tokio::join!(notifier.run(&stop), fetcher.run(&stop), listen);
        Ok(())
    }

    async fn listen(&self, desk: &Desk) {
        while let Err(failure) = self.announce(desk).await {
            tracing::warn!(
                why = failure.detail(),
                "Telegram doesn't know where we are yet"
            );
            self.tried.notify_one();
            tokio::time::sleep(AGAIN).await;
        }
        tracing::info!("the bot is announced to Telegram");
        self.tried.notify_one();
        match self.mode {
            Mode::Polling => self.poll(desk).await,
            Mode::Webhook => std::future::pending().await,
        }
    }

    /// Looks every few minutes how the bot stands, and leaves it where pages can read it.
    async fn watch(&self, desk: &Desk) {
        // Before the first try there would be nothing to see but the state that it ends.
        self.tried.notified().await;
        loop {
            let now = desk.clock.now();
            let wanted = match self.mode {
                Mode::Polling => String::new(),
                Mode::Webhook => telegram::webhook_url(&desk.public_url),
            };
            let health = self.client.health(&wanted, now).await;
            desk.bot.send_replace(BotState::Seen(health));
            let next = now.saturating_add(LOOK).unwrap_or(now);
            tokio::select! {
                () = desk.clock.sleep_until(next) => {}
                () = self.tried.notified() => {}
            }
        }
    }

    async fn announce(&self, desk: &Desk) -> Result<(), telegram::Failure> {
        match self.mode {
            Mode::Polling => self.client.delete_webhook().await?,
            Mode::Webhook => {
                let url = telegram::webhook_url(&desk.public_url);
                self.client.set_webhook(&url, &self.secret).await?;
            }
        }
        for language in Language::ALL {
            let commands = ["start", "help"]
                .map(|name| (name, i18n::text(language, &format!("bot-command-{name}"))));
            self.client
                .set_my_commands(&commands, Some(language.tag()))
                .await?;
            if language == desk.shop.language {
                self.client.set_my_commands(&commands, None).await?;
            }
        }
        Ok(())
    }

    /// Fetches updates and hands them to the bot. One is asked for again until it was stored.
    async fn poll(&self, desk: &Desk) {
        let mut offset = None;
        loop {
            let updates = match self.client.get_updates(offset).await {
                Ok(updates) => updates,
                Err(failure) => {
                    tracing::warn!(why = failure.detail(), "no updates");
                    tokio::time::sleep(AGAIN).await;
                    continue;
                }
            };
            for update in updates {
                let Some(update) = Update::parse(update.to_string().as_bytes()) else {
                    continue;
                };
                let (id, shop, now) = (update.id, desk.shop.clone(), desk.clock.now());
                let links = desk.links.clone();
                match desk
                    .db
                    .write(move |tx| bot::handle(tx, &shop, &links, update, now))
                    .await
                {
                    Ok(()) => {
                        desk.db.metrics().updated();
                        offset = Some(id + 1);
                    }
                    Err(error) => {
                        tracing::error!(
                            error = &error as &dyn std::error::Error,
                            "an update was not taken"
                        );
                        tokio::time::sleep(AGAIN).await;
                        break;
                    }
                }
            }
        }
    }
}
