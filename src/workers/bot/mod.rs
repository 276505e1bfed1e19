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
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::app::Desk;
use crate::app::bot_connection::{BotInUse, Probe};
use crate::channels::telegram::{self, Client};
use crate::domain::{BotServer, BotToken, Error, Receiving};
use crate::failure::Failure;
use crate::workers::mornings::Mornings;
use crate::workers::outbox::Notifier;
use crate::workers::photos::Fetcher;
use crate::workers::worker::{self, Worker};

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
    client: Client,
    stop: CancellationToken,
    parts: JoinSet<Result<(), Failure>>,
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
        let mut all = Self {
            client: client.clone(),
            stop: stop.child_token(),
            parts: JoinSet::new(),
            pace: Arc::new(pace()),
            lost: lost.clone(),
            tried: tried.clone(),
        };
        let url = bot.wanted.public_url.clone();
        all.add(Notifier::of(desk, client.clone(), url));
        let (db, clock) = (desk.db.clone(), desk.clock.clone());
        all.add(Fetcher::new(db, clock, client.clone()));
        all.add(Mornings { desk: desk.clone() });
        all.add(Menu::new(desk.clone(), pace(), client.clone()));

        let (polled, refused) = (watch::Sender::new(Polled::None), watch::Sender::new(None));
        let polls = bot.wanted.receiving == Receiving::Polling;
        let url = (!polls).then(|| telegram::webhook_url(&bot.wanted.public_url));
        all.add(HealthCheck {
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
            all.add(Polling::new(desk, pace(), client, lost, attempts, polled));
        }
        all.add(Registration {
            clock: desk.clock.clone(),
            pace: all.pace.clone(),
            client,
            url,
            secret: bot.secret.clone(),
            tried,
            refused,
            lost: registrations,
        });
        all
    }

    fn add(&mut self, worker: impl Worker + Send + 'static) {
        self.parts.spawn(worker::run(worker, self.stop.clone()));
    }

    /// Registers and checks the bot now; only checks it while Telegram has paused all calls.
    fn check(&self) {
        self.pace.hurry();
        match self.pace.left() {
            None => self.lost.send_replace(()),
            Some(_) => self.tried.send_replace(()),
        };
    }

    /// Waits until a worker ends unasked.
    ///
    /// # Errors
    /// Always: its own, or that it ended.
    async fn failed(&mut self) -> Result<(), Failure> {
        match self.parts.join_next().await {
            Some(ended) => {
                ended.unwrap_or_else(|panic| Err(panic.into()))?;
                Err("a worker of the bot ended unasked".into())
            }
            None => std::future::pending().await,
        }
    }

    /// Stops the workers and waits for their ends, so that no other bot's work at the same time.
    async fn stopped(mut self) -> Result<Client, Failure> {
        self.stop.cancel();
        let mut result = Ok(());
        while let Some(ended) = self.parts.join_next().await {
            let ended = ended.unwrap_or_else(|panic| Err(panic.into()));
            result = result.and(ended);
        }
        result.map(|()| self.client)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;

    #[tokio::test]
    async fn a_worker_that_ends_unasked_is_a_failure_and_one_that_is_stopped_is_none() {
        let client = Client::new("http://127.0.0.1:1", "1:secret".into()).unwrap();
        let bot = || Bot {
            client: client.clone(),
            stop: CancellationToken::new(),
            parts: JoinSet::new(),
            pace: Arc::new(Pace::new(client.clone(), Clock::system())),
            lost: watch::Sender::default(),
            tried: watch::Sender::default(),
        };
        let mut ended = bot();
        ended.parts.spawn(async { Ok(()) });
        assert!(
            ended
                .failed()
                .await
                .unwrap_err()
                .to_string()
                .contains("unasked")
        );
        let mut failing = bot();
        failing.parts.spawn(async { Err("a reason".into()) });
        assert_eq!(failing.failed().await.unwrap_err().to_string(), "a reason");
        let mut stopped = bot();
        let stop = stopped.stop.clone();
        stopped.parts.spawn(async move {
            stop.cancelled().await;
            Ok(())
        });
        assert!(stopped.stopped().await.is_ok());
    }
}
