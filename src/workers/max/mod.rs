//! The workers of the bot at MAX: registration of the update address, polling of updates, and the sending and receiving
//! of messages and files. An unreachable MAX delays its messages, never the server.

mod polling;
mod registration;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::app::Desk;
use crate::app::max_connection::{MaxBot, WantedMax};
use crate::channels::max::{Client, webhook_url};
use crate::domain::{MaxState, MaxTrouble, Receiving};
use crate::failure::Failure;
use crate::https::Authorities;
use crate::workers::bot::Pace;
use crate::workers::outbox::Notifier;
use crate::workers::parts::Parts;
use crate::workers::photos::Fetcher;

use polling::Polling;
use registration::Registration;

/// Interval at which the file with the authorities is looked for.
const AGAIN: Duration = Duration::from_secs(60);

/// The part of the server that runs the bot at MAX, as the public URL demands.
pub struct Supervisor {
    pub desk: Arc<Desk>,
    pub api_url: String,
    pub ca_file: Option<PathBuf>,
}

impl Supervisor {
    /// Runs until `stop`.
    ///
    /// # Errors
    /// When a worker of the bot fails or ends unasked.
    pub async fn run(self, stop: CancellationToken) -> Result<(), Failure> {
        let Some(bot) = self.desk.max.bot().cloned() else {
            stop.cancelled().await;
            return Ok(());
        };
        let mut changes = self.desk.settings.changes();
        while !stop.is_cancelled() {
            changes.mark_unchanged();
            let Some(wanted) = self.desk.wanted_max() else {
                stop.run_until_cancelled(changes.changed()).await;
                continue;
            };
            match self.client(&bot) {
                Ok(client) => {
                    let serve = self.serve(client, &bot, &wanted, &mut changes, &stop);
                    serve.await?;
                }
                Err(trouble) => {
                    tracing::error!(?trouble, "failed to start the bot at MAX");
                    self.desk.max.publish(MaxState::Failing(trouble));
                    let pause = self.desk.clock.sleep(AGAIN);
                    stop.run_until_cancelled(pause).await;
                }
            }
        }
        Ok(())
    }

    /// Creates the client with the authorities in the file as it is now.
    fn client(&self, bot: &MaxBot) -> Result<Client, MaxTrouble> {
        let file = self.ca_file.as_deref();
        let authorities = file.map(|file| {
            let named = |why| format!("{}: {why}", file.display());
            Authorities::read(file).map_err(named)
        });
        let authorities = authorities.transpose();
        let client = authorities.and_then(|authorities| {
            let client = Client::new(&self.api_url, bot.token.clone(), authorities.as_ref());
            client.map_err(|error| error.to_string())
        });
        client.map_err(|why| MaxTrouble::Authorities { why })
    }

    /// Runs the workers until updates should arrive in another way.
    async fn serve(
        &self,
        client: Client,
        bot: &MaxBot,
        wanted: &WantedMax,
        changes: &mut watch::Receiver<()>,
        stop: &CancellationToken,
    ) -> Result<(), Failure> {
        let mut parts = Parts::new(stop);
        self.start(&mut parts, &client, bot, wanted);
        let ended = loop {
            tokio::select! {
                // A worker that ends because of a stop doesn't end unasked.
                biased;
                () = stop.cancelled() => break Ok(()),
                failed = parts.failed() => break failed,
                Ok(()) = changes.changed() => {
                    if self.desk.wanted_max().as_ref() != Some(wanted) {
                        break Ok(());
                    }
                }
            }
        };
        parts.stopped().await?;
        ended?;
        if !stop.is_cancelled() && wanted.receiving == Receiving::Webhook {
            // Nothing depends on it: MAX drops an address that fails.
            if let Err(failure) = client.unsubscribe(&webhook_url(&wanted.public_url)).await {
                let why = failure.detail();
                tracing::warn!(why, "failed to remove the former update address at MAX");
            }
        }
        Ok(())
    }

    fn start(&self, parts: &mut Parts, client: &Client, bot: &MaxBot, wanted: &WantedMax) {
        let desk = &self.desk;
        let pace = || Pace::new(client.clone(), desk.clock.clone());
        let url = wanted.public_url.clone();
        parts.add(Notifier::of(desk, client.clone(), url));
        let (db, clock) = (desk.db.clone(), desk.clock.clone());
        parts.add(Fetcher::new(db, clock, client.clone()));
        let (tried, lost) = (watch::Sender::new(()), watch::Sender::new(()));
        let (attempts, losses) = (tried.subscribe(), lost.subscribe());
        let polls = wanted.receiving == Receiving::Polling;
        let url = (!polls).then(|| webhook_url(&wanted.public_url));
        if polls {
            let (desk, client, token) = (desk.clone(), client.clone(), bot.token.clone());
            parts.add(Polling::new(desk, pace(), client, token, lost, attempts));
        }
        parts.add(Registration::new(
            desk.clone(),
            pace(),
            client.clone(),
            url,
            bot.secret.clone(),
            tried,
            losses,
        ));
    }
}
