//! The workers of the bot at MAX: registration of the update address, polling of updates, and the sending and receiving
//! of messages and files. An unreachable MAX delays its messages, never the server.

mod polling;
mod registration;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use secrecy::SecretString;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::app::Desk;
use crate::app::max_connection::{self, FoundBot, MaxInUse, Probe, WantedMax};
use crate::channels::max::{Client, webhook_url};
use crate::domain::{MaxHealth, MaxToken, MaxTrouble, Messenger, Receiving, Result, chain};
use crate::failure::Failure;
use crate::https::Authorities;
use crate::workers::bot::Pace;
use crate::workers::mornings::Mornings;
use crate::workers::outbox::Notifier;
use crate::workers::parts::Parts;
use crate::workers::photos::Fetcher;

use polling::Polling;
use registration::{Registration, trouble};

/// Interval at which the file with the authorities is looked for.
const AGAIN: Duration = Duration::from_secs(60);
/// Pause after a failure of the database.
const MOMENT: Duration = Duration::from_secs(1);

/// The part of the server that keeps the wanted bot at MAX running, and no other.
pub struct Supervisor {
    pub desk: Arc<Desk>,
    pub api_url: String,
}

/// Returns what asks MAX for a token's bot.
pub fn probe(api_url: &str) -> Arc<Probe> {
    let api_url = api_url.to_owned();
    Arc::new(move |token: MaxToken, file| {
        let client = client(&api_url, token.secret(), file.as_deref());
        async move {
            let me = client?.me().await.map_err(|failure| trouble(&failure))?;
            Ok(FoundBot {
                id: me.id,
                username: Some(me.username).filter(|name| !name.is_empty()),
            })
        }
        .boxed()
    })
}

/// Creates a client with the authorities in the file as it is now.
fn client(
    api_url: &str,
    token: &SecretString,
    file: Option<&Path>,
) -> std::result::Result<Client, MaxTrouble> {
    let authorities = file.map(|file| {
        let named = |why| format!("{}: {why}", file.display());
        Authorities::read(file).map_err(named)
    });
    let authorities = authorities.transpose();
    let client = authorities.and_then(|authorities| {
        let client = Client::new(api_url, token.clone(), authorities.as_ref());
        client.map_err(|error| error.to_string())
    });
    client.map_err(|why| MaxTrouble::Authorities { why })
}

impl Supervisor {
    /// Makes the wanted bot the one in use, before its workers start: the max update route works from then on.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn prepare(&self) -> Result<Option<MaxInUse>> {
        let Some(wanted) = self.desk.wanted_max() else {
            self.desk.max.turn_off();
            return Ok(None);
        };
        let secret = max_connection::route_secret(&self.desk).await?;
        let bot = MaxInUse {
            secret: Arc::new(secret),
            wanted,
        };
        self.desk.max.begin(bot.clone());
        Ok(Some(bot))
    }

    /// Runs what is wanted until `stop`, at first the bot that was prepared.
    ///
    /// # Errors
    /// When a worker of the bot fails or ends unasked.
    pub async fn run(
        self,
        first: Option<MaxInUse>,
        stop: CancellationToken,
    ) -> Result<(), Failure> {
        let mut changes = self.desk.settings.changes();
        let mut prepared = Ok(first);
        while !stop.is_cancelled() {
            match prepared {
                Ok(Some(bot)) => self.serve(&bot, &mut changes, &stop).await?,
                Ok(None) => {
                    stop.run_until_cancelled(changes.changed()).await;
                }
                Err(error) => {
                    tracing::error!(error = %chain(&error), "failed to start the bot at MAX");
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
        bot: &MaxInUse,
        changes: &mut watch::Receiver<()>,
        stop: &CancellationToken,
    ) -> Result<(), Failure> {
        let wanted = &bot.wanted;
        let file = wanted.ca_file.as_deref();
        let client = match client(&self.api_url, wanted.token.secret(), file) {
            Ok(client) => client,
            Err(trouble) => {
                self.wait(trouble, changes, stop).await;
                return Ok(());
            }
        };
        let mut checks = self.desk.max.checks();
        let mut parts = Parts::new(stop);
        let registering = self.start(&mut parts, &client, bot);
        let is_wanted = || self.desk.wanted_max().as_ref() == Some(wanted);
        let check = || registering.check(&self.desk);
        let until = parts.until(stop, changes, is_wanted, &mut checks, check);
        let ended = until.await;
        self.desk.max.end();
        let stopped = parts.stopped().await;
        ended.and(stopped)?;
        let next = self.desk.wanted_max();
        if !stop.is_cancelled() && !next.is_some_and(|next| is_registered(&next, wanted)) {
            leave(&client, wanted).await;
        }
        Ok(())
    }

    /// Publishes why no bot can run, and waits until the reason may be gone.
    async fn wait(
        &self,
        trouble: MaxTrouble,
        changes: &mut watch::Receiver<()>,
        stop: &CancellationToken,
    ) {
        tracing::error!(?trouble, "failed to start the bot at MAX");
        let (desk, now) = (&self.desk, self.desk.clock.now());
        let mut checks = desk.max.checks();
        desk.max.publish(MaxHealth {
            seen: now,
            username: None,
            trouble: Some(trouble),
        });
        tokio::select! {
            () = stop.cancelled() => {}
            () = desk.clock.sleep(AGAIN) => {}
            Ok(()) = changes.changed() => {}
            Ok(()) = checks.changed() => {}
        }
    }

    /// Starts the workers, and returns what wakes the registration.
    fn start(&self, parts: &mut Parts, client: &Client, bot: &MaxInUse) -> Registering {
        let (desk, wanted) = (&self.desk, &bot.wanted);
        let pace = || Arc::new(Pace::new(client.clone(), desk.clock.clone()));
        let url = wanted.public_url.clone();
        parts.add(Notifier::of(desk, client.clone(), url));
        let (db, clock) = (desk.db.clone(), desk.clock.clone());
        parts.add(Fetcher::new(db, clock, client.clone()));
        parts.add(Mornings {
            desk: desk.clone(),
            messenger: Messenger::Max,
        });
        let (tried, lost) = (watch::Sender::new(()), watch::Sender::new(()));
        let (attempts, losses) = (tried.subscribe(), lost.subscribe());
        let registering = Registering { pace: pace(), lost };
        let polls = wanted.receiving == Receiving::Polling;
        let url = (!polls).then(|| webhook_url(&wanted.public_url));
        if polls {
            let (desk, client) = (desk.clone(), client.clone());
            let token = wanted.token.secret().clone();
            let lost = registering.lost.clone();
            parts.add(Polling::new(desk, pace(), client, token, lost, attempts));
        }
        parts.add(Registration::new(
            desk.clone(),
            registering.pace.clone(),
            client.clone(),
            url,
            bot.secret.clone(),
            tried,
            losses,
        ));
        registering
    }
}

/// What wakes the registration.
struct Registering {
    pace: Arc<Pace<Client>>,
    lost: watch::Sender<()>,
}

impl Registering {
    /// Registers and checks the bot now; while MAX has paused all calls, what is known stays.
    fn check(&self, desk: &Desk) {
        self.pace.hurry();
        match (self.pace.left(), desk.max.health()) {
            (Some(_), Some(health)) => desk.max.publish(health),
            _ => {
                self.lost.send_replace(());
            }
        }
    }
}

/// Returns whether the address that one bot has registered is what the next one needs.
fn is_registered(next: &WantedMax, left: &WantedMax) -> bool {
    let address = |bot: &WantedMax| (bot.token.clone(), bot.receiving, bot.public_url.clone());
    address(next) == address(left)
}

/// Removes the registration of a bot that doesn't run any more, so that MAX doesn't go on delivering its updates. Nothing
/// depends on it: MAX drops an address that fails, and the token may be revoked already.
async fn leave(client: &Client, left: &WantedMax) {
    if left.receiving == Receiving::Polling {
        return;
    }
    if let Err(failure) = client.unsubscribe(&webhook_url(&left.public_url)).await {
        let why = failure.detail();
        tracing::warn!(why, "failed to remove the former update address at MAX");
    }
}
