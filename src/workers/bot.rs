//! The bot's workers: polling of updates, registration at Telegram, and sending. An unreachable
//! Telegram delays the bot, never the server; each worker retries on its own, so that one failure
//! delays no other.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use serde_json::Value;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::app::{Desk, incidents, security::secrets};
use crate::bot;
use crate::channels::telegram::{self, Client, Conflict, Update};
use crate::config::{Mode, Telegram};
use crate::domain::{BotState, Error, IncidentKind, Language, backoff, chain};
use crate::failure::Failure;
use crate::i18n;
use crate::store::{Db, Transaction};
use crate::workers::outbox::{Notifier, StaffTexts};
use crate::workers::photos::Fetcher;
use crate::workers::worker;

/// Maximum delay between attempts to reach Telegram.
const AGAIN: Duration = Duration::from_secs(60);
/// When another program polls, the first retry is delayed like one after this many failures.
const PATIENCE: u32 = 4;
/// Interval of checking the bot's health.
const LOOK: Duration = Duration::from_secs(300);

pub struct Bot {
    client: Client,
    mode: Mode,
    secret: Arc<SecretString>,
    /// Wakes the health check after each registration attempt.
    tried: Notify,
    /// Wakes the registration when updates are sent elsewhere.
    lost: Notify,
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
            tried: Notify::new(),
            lost: Notify::new(),
        })
    }

    /// Returns the secret of the telegram update route; `None` in polling mode.
    pub fn webhook_secret(&self) -> Option<Arc<SecretString>> {
        (self.mode == Mode::Webhook).then(|| self.secret.clone())
    }

    /// Polls, registers and sends until `stop`.
    pub async fn run(self, desk: Arc<Desk>, stop: CancellationToken) -> Result<(), Failure> {
        let (db, clock) = (desk.db.clone(), desk.clock.clone());
        let words = StaffTexts {
            shop: desk.shop.clone(),
            public_url: desk.public_url.clone(),
        };
        let notifier = Notifier::new(db, clock, self.client.clone(), words);
        let fetcher = Fetcher::new(desk.db.clone(), desk.clock.clone(), self.client.clone());
        let listen = async {
            tokio::join!(
                self.fetch(&desk),
                self.announce(&desk),
                self.set_menu(&desk),
                self.watch(&desk),
            );
        };
        let listen = stop.run_until_cancelled(listen);
        let (sent, fetched, _) = tokio::join!(
            worker::run(notifier, stop.clone()),
            worker::run(fetcher, stop.clone()),
            listen,
        );
        sent.and(fetched)
    }

    /// Registers the update address until Telegram accepts it, and again when it was changed by
    /// another program.
    async fn announce(&self, desk: &Desk) {
        loop {
            let mut failures = 0;
            while let Err(failure) = self.set_address(desk).await {
                let why = failure.detail();
                tracing::warn!(why, "failed to register update address");
                self.tried.notify_one();
                self.pause(desk, &failure, failures).await;
                failures += 1;
            }
            tracing::info!("the bot is announced to Telegram");
            self.tried.notify_one();
            self.lost.notified().await;
        }
    }

    async fn set_address(&self, desk: &Desk) -> Result<(), telegram::Failure> {
        self.wait_for_all(desk).await;
        match self.mode {
            Mode::Polling => self.client.delete_webhook().await,
            Mode::Webhook => {
                let url = telegram::webhook_url(&desk.public_url);
                self.client.set_webhook(&url, &self.secret).await
            }
        }
    }

    /// Sets the command menu. Nothing waits for it, and only failed parts are retried: the menu is
    /// a convenience.
    async fn set_menu(&self, desk: &Desk) {
        let mut menus = VecDeque::new();
        for language in Language::ALL {
            menus.push_back((language, Some(language.tag())));
            if language == desk.shop.language {
                menus.push_back((language, None));
            }
        }
        // All are attempted before any is retried.
        let (mut failed, mut failures) = (VecDeque::new(), 0);
        loop {
            while let Some((language, tag)) = menus.pop_front() {
                self.wait_for_all(desk).await;
                let commands = ["start", "help"]
                    .map(|name| (name, i18n::text(language, &format!("bot-command-{name}"))));
                let Err(failure) = self.client.set_my_commands(&commands, tag).await else {
                    continue;
                };
                tracing::warn!(why = failure.detail(), tag, "failed to set the bot's menu");
                failed.push_back((language, tag));
                if failure.after().is_some() || menus.is_empty() {
                    self.pause(desk, &failure, failures).await;
                }
            }
            if failed.is_empty() {
                return;
            }
            failures += 1;
            std::mem::swap(&mut menus, &mut failed);
        }
    }

    /// Waits before a failed call is retried: as long as Telegram says, or with exponential
    /// backoff.
    async fn pause(&self, desk: &Desk, failure: &telegram::Failure, failures: u32) {
        let wait = failure
            .after()
            .unwrap_or_else(|| backoff(failures).min(AGAIN));
        desk.clock.sleep(wait).await;
    }

    /// Waits while Telegram has paused all calls.
    async fn wait_for_all(&self, desk: &Desk) {
        while let Some(left) = self.client.pauses().left(desk.clock.elapsed()) {
            desk.clock.sleep(left).await;
        }
    }

    /// Checks the bot's health every few minutes, and publishes it for the pages.
    async fn watch(&self, desk: &Desk) {
        // Before the first attempt, the check would only see the state that it is about to change.
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

    /// Polls updates and passes them to the bot. An update is requested again until it was stored.
    async fn fetch(&self, desk: &Desk) {
        if self.mode == Mode::Webhook {
            return std::future::pending().await;
        }
        let (mut offset, mut failures) = (None, 0);
        loop {
            self.wait_for_all(desk).await;
            match self.client.get_updates(offset).await {
                Ok(updates) => match take(desk, updates, &mut offset).await {
                    Ok(()) => failures = 0,
                    Err(error) => {
                        tracing::error!(error = %chain(&error), "failed to process update");
                        desk.clock.sleep(backoff(failures).min(AGAIN)).await;
                        failures += 1;
                    }
                },
                Err(failure) => {
                    // Two programs that both resume at once would alternate forever.
                    let least = failure.conflict().map_or(0, |_| PATIENCE);
                    self.say_not_fetched(desk, &failure).await;
                    self.pause(desk, &failure, failures.max(least)).await;
                    failures += 1;
                }
            }
        }
    }

    async fn say_not_fetched(&self, desk: &Desk, failure: &telegram::Failure) {
        let why = failure.detail();
        match failure.conflict() {
            None => tracing::warn!(why, "failed to poll updates"),
            Some(Conflict::Webhook) => {
                tracing::warn!(why, "updates are sent to a webhook; removing it");
                self.lost.notify_one();
            }
            Some(Conflict::OtherFetcher) => {
                tracing::error!(
                    why,
                    "another program fetches the customers' messages with this token: stop it, or \
                     get a new token from @BotFather"
                );
                incidents::note(desk, IncidentKind::OtherFetcher, 0).await;
            }
        }
    }
}

/// Passes updates to the bot, and advances the offset past the stored ones.
async fn take(desk: &Desk, updates: Vec<Value>, offset: &mut Option<i64>) -> Result<(), Error> {
    for update in updates {
        let Some(update) = Update::parse(update.to_string().as_bytes()) else {
            continue;
        };
        let (id, shop, now) = (update.id, desk.shop.clone(), desk.clock.now());
        let links = desk.links.clone();
        let handle = move |tx: &Transaction<'_>| bot::handle(tx, &shop, &links, update, now);
        desk.db.write(handle).await?;
        desk.db.metrics().updated();
        *offset = Some(id + 1);
    }
    Ok(())
}
