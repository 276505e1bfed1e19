//! Registration of the address to which MAX sends updates. MAX drops one that has failed for 8 hours, so it is looked
//! at regularly.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use secrecy::SecretString;
use tokio::sync::watch;

use crate::app::{Desk, max_connection};
use crate::channels::Failure as Unsent;
use crate::channels::max::{Client, Me, Subscription};
use crate::clock::Clock;
use crate::domain::{MaxHealth, MaxTrouble};
use crate::failure::Failure;
use crate::workers::bot::Pace;
use crate::workers::worker::{Step, Wake, Worker};

/// Interval of the check.
const LOOK: Duration = Duration::from_secs(300);

/// The worker that registers the address until MAX accepts it, and again when MAX has dropped it.
pub(super) struct Registration {
    desk: Arc<Desk>,
    pace: Arc<Pace<Client>>,
    client: Client,
    /// `None` in polling mode, in which no address may be registered.
    url: Option<String>,
    secret: Arc<SecretString>,
    /// Signals that a registration was attempted.
    tried: watch::Sender<()>,
    /// Signals that polling fails.
    lost: watch::Receiver<()>,
    /// Whether the address was registered with the secret of now.
    is_done: AtomicBool,
}

impl Registration {
    pub fn new(
        desk: Arc<Desk>,
        pace: Arc<Pace<Client>>,
        client: Client,
        url: Option<String>,
        secret: Arc<SecretString>,
        tried: watch::Sender<()>,
        lost: watch::Receiver<()>,
    ) -> Self {
        Self {
            desk,
            pace,
            client,
            url,
            secret,
            tried,
            lost,
            is_done: AtomicBool::new(false),
        }
    }

    /// Checks the registration, and corrects it.
    async fn register(&self) -> Result<(), Unsent> {
        let all = self.client.subscriptions().await?;
        let Some(url) = &self.url else {
            for other in all {
                tracing::info!("removing an update address at MAX, to poll updates");
                self.client.unsubscribe(&other.url).await?;
            }
            return Ok(());
        };
        let own = all.iter().find(|one| one.url == *url);
        let is_whole = own.is_some_and(Subscription::is_whole);
        let was_done = self.is_done.load(Ordering::Relaxed);
        if !was_done || !is_whole {
            self.client.subscribe(url, &self.secret).await?;
            self.is_done.store(true, Ordering::Relaxed);
            match was_done {
                false => tracing::info!("the bot is announced to MAX"),
                true => tracing::warn!("MAX had dropped the update address; registered it again"),
            }
        }
        Ok(())
    }
}

impl Worker for Registration {
    const GRACE: Duration = Duration::ZERO;

    fn clock(&self) -> &Clock {
        &self.desk.clock
    }

    fn report(&self, error: &(dyn std::error::Error + 'static)) {
        tracing::warn!(error, "failed to register update address at MAX");
    }

    fn changes(&self) -> Option<watch::Receiver<()>> {
        Some(self.lost.clone())
    }

    async fn step(&self) -> Result<Step, Failure> {
        if let Some(left) = self.pace.left() {
            return Ok(Step::Idle(Wake::After(left)));
        }
        let (username, registered) = match self.client.me().await {
            Ok(Me { id, username }) => {
                max_connection::recognise(&self.desk, id).await?;
                let username = Some(username).filter(|name| !name.is_empty());
                (username, self.register().await)
            }
            // The name stays what it was.
            Err(failure) => (self.desk.max.username(), Err(failure)),
        };
        let at = self.desk.clock.now();
        self.desk.max.publish(MaxHealth {
            seen: at,
            username,
            trouble: match &registered {
                Ok(()) => {
                    let forbidden = self.client.forbidden();
                    forbidden.map(|detail| MaxTrouble::Forbidden { detail })
                }
                Err(failure) => Some(trouble(failure)),
            },
        });
        self.tried.send_replace(());
        if let Err(failure) = registered {
            let why = failure.detail();
            tracing::warn!(why, "failed to register update address at MAX");
            self.pace.failed(&failure);
            return Ok(Step::Worked);
        }
        self.pace.succeeded();
        let next = at.saturating_add(LOOK).unwrap_or(at);
        Ok(Step::Idle(Wake::At(next)))
    }
}

/// Returns why the bot doesn't work, by a failed call.
pub(super) fn trouble(failure: &Unsent) -> MaxTrouble {
    if Client::is_token_refused(failure) {
        return MaxTrouble::TokenRefused;
    }
    if Client::is_forbidden(failure) {
        return MaxTrouble::Forbidden {
            detail: failure.detail().to_owned(),
        };
    }
    match Client::is_untrusted(failure) {
        true => MaxTrouble::Untrusted,
        false => MaxTrouble::Unreachable {
            detail: failure.detail().to_owned(),
        },
    }
}
