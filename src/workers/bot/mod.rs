//! The bot's workers: registration at Telegram, polling of updates, the menu, the health check, the
//! sending and receiving of messages and files, and the morning lists. An unreachable Telegram delays
//! the bot, never the server; each worker retries on its own, so that one failure delays no other.
//! [`Supervisor`] starts and stops them, so that one bot runs at a time.

mod health;
mod menu;
mod pace;
mod polling;
mod registration;
mod supervisor;

use std::sync::Arc;

use futures_util::FutureExt;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::app::Desk;
use crate::app::bot_connection::{BotInUse, Probe};
use crate::channels::telegram::{self, Client};
use crate::domain::{BotServer, BotToken, Error, Messenger, Receiving};
use crate::workers::mornings::Mornings;
use crate::workers::outbox::Notifier;
use crate::workers::parts::Parts;
use crate::workers::photos::Fetcher;

use health::HealthCheck;
use menu::Menu;
pub use pace::Pace;
use polling::{Polled, Polling};
use registration::Registration;
pub use supervisor::{First, Supervisor};

/// Returns what asks Telegram for the username of a token's bot.
pub fn probe(server: &BotServer) -> Arc<Probe> {
    let server = server.clone();
    Arc::new(move |token: BotToken| {
        let client = Client::of(server.clone(), token.secret().clone());
        async move { Ok(client.map_err(Error::internal)?.username().await) }.boxed()
    })
}

/// The workers of one bot.
struct Bot {
    parts: Parts,
    registering: Registering,
}

/// What wakes the registration and the check.
struct Registering {
    /// Pace of the registration.
    pace: Arc<Pace<Client>>,
    /// Wakes the registration.
    lost: watch::Sender<()>,
    /// Wakes the health check.
    tried: watch::Sender<()>,
}

impl Bot {
    /// Starts the workers, which run until `stop`.
    fn start(desk: &Arc<Desk>, client: Client, bot: &BotInUse, stop: &CancellationToken) -> Self {
        let pace = || Pace::new(client.clone(), desk.clock.clone());
        let (tried, lost) = (watch::Sender::new(()), watch::Sender::new(()));
        let mut parts = Parts::new(stop);
        let registering = Registering {
            pace: Arc::new(pace()),
            lost: lost.clone(),
            tried: tried.clone(),
        };
        let url = bot.wanted.public_url.clone();
        parts.add(Notifier::of(desk, client.clone(), url));
        let (db, clock) = (desk.db.clone(), desk.clock.clone());
        parts.add(Fetcher::new(db, clock, client.clone()));
        parts.add(Mornings {
            desk: desk.clone(),
            messenger: Messenger::Telegram,
        });
        parts.add(Menu::new(desk.clone(), pace(), client.clone()));

        let (polled, refused) = (watch::Sender::new(Polled::None), watch::Sender::new(None));
        let polls = bot.wanted.receiving == Receiving::Polling;
        let url = (!polls).then(|| telegram::webhook_url(&bot.wanted.public_url));
        parts.add(HealthCheck {
            desk: desk.clone(),
            client: client.clone(),
            url: url.clone().unwrap_or_default(),
            tried: tried.subscribe(),
            refused: refused.subscribe(),
            polled: polls.then(|| polled.subscribe()),
        });
        let (registrations, attempts) = (lost.subscribe(), tried.subscribe());
        if polls {
            let (desk, client) = (desk.clone(), client.clone());
            parts.add(Polling::new(desk, pace(), client, lost, attempts, polled));
        }
        parts.add(Registration {
            clock: desk.clock.clone(),
            pace: registering.pace.clone(),
            client,
            url,
            secret: bot.secret.clone(),
            tried,
            refused,
            lost: registrations,
        });
        Self { parts, registering }
    }
}

impl Registering {
    /// Registers and checks the bot now; only checks it while Telegram has paused all calls.
    fn check(&self) {
        self.pace.hurry();
        match self.pace.left() {
            None => self.lost.send_replace(()),
            Some(_) => self.tried.send_replace(()),
        };
    }
}
