//! The supervisor of the bot, which owners connect, replace and disconnect while the server runs.

use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::Bot;
use crate::app::Desk;
use crate::app::bot_connection::{self, BotInUse, WantedBot};
use crate::channels::telegram::Client;
use crate::domain::{BotServer, Receiving, Result, chain};
use crate::failure::Failure;

/// Pause after a failure of the database.
const MOMENT: Duration = Duration::from_secs(1);

/// The part of the server that keeps the wanted bot running, and no other: one bot's workers have ended before the next
/// one's start.
pub struct Supervisor {
    pub desk: Arc<Desk>,
    pub server: BotServer,
    /// The configured secret of the telegram update route; `None` for a generated one.
    pub secret: Option<SecretString>,
}

/// What runs at first.
pub type First = Option<BotInUse>;

impl Supervisor {
    /// Makes the wanted bot the one in use, before its workers start: the telegram update route works from then on.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn prepare(&self) -> Result<First> {
        let Some(wanted) = self.desk.wanted_bot() else {
            self.desk.bot.turn_off();
            return Ok(None);
        };
        let secret = bot_connection::take_over(&self.desk, &wanted.token, self.secret.clone());
        let bot = BotInUse {
            secret: Arc::new(secret.await?),
            wanted,
        };
        self.desk.bot.begin(bot.clone());
        Ok(Some(bot))
    }

    /// Runs what is wanted until `stop`, at first the bot that was prepared.
    ///
    /// # Errors
    /// When a worker of the bot fails or ends unasked.
    pub async fn run(self, first: First, stop: CancellationToken) -> Result<(), Failure> {
        let mut changes = self.desk.settings.changes();
        let mut prepared = Ok(first);
        while !stop.is_cancelled() {
            match prepared {
                Ok(Some(bot)) => self.serve(&bot, &mut changes, &stop).await?,
                Ok(None) => {
                    tracing::info!("no Telegram bot: it has no token, or telegram.mode is off");
                    stop.run_until_cancelled(changes.changed()).await;
                }
                Err(error) => {
                    tracing::error!(error = %chain(&error), "failed to start the bot");
                    let pause = self.desk.clock.sleep(MOMENT);
                    stop.run_until_cancelled(pause).await;
                }
            }
            changes.mark_unchanged();
            prepared = self.prepare().await;
        }
        Ok(())
    }

    /// Runs a bot until another one is wanted, or none.
    async fn serve(
        &self,
        bot: &BotInUse,
        changes: &mut watch::Receiver<()>,
        stop: &CancellationToken,
    ) -> Result<(), Failure> {
        let token = bot.wanted.token.secret().clone();
        let client = Client::of(self.server.clone(), token)?;
        tracing::info!(way = %self.server.way(), "started the bot");
        let mut checks = self.desk.bot.checks();
        let Bot {
            mut parts,
            registering,
        } = Bot::start(&self.desk, client.clone(), bot, stop);
        let is_wanted = || self.desk.wanted_bot().as_ref() == Some(&bot.wanted);
        let check = || registering.check();
        let until = parts.until(stop, changes, is_wanted, &mut checks, check);
        let ended = until.await;
        self.desk.bot.end();
        let stopped = parts.stopped().await;
        ended.and(stopped)?;
        if !stop.is_cancelled() {
            let next = self.desk.wanted_bot();
            leave(&client, &bot.wanted, next.as_ref()).await;
        }
        Ok(())
    }
}

/// Removes the registration of a bot that doesn't run any more, so that Telegram doesn't go on delivering its updates.
/// Nothing depends on it: the token may be revoked already.
async fn leave(client: &Client, left: &WantedBot, next: Option<&WantedBot>) {
    let is_same = next.is_some_and(|next| next.token.bot() == left.token.bot());
    if is_same || left.receiving == Receiving::Polling {
        return;
    }
    if let Err(failure) = client.delete_webhook().await {
        let why = failure.detail();
        tracing::warn!(why, "failed to remove the update address of the former bot");
    }
}
