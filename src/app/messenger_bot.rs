//! What the bots of all messengers share: the token, which bot runs, and what is known of it.
//!
//! A worker follows what is wanted and publishes what runs. The token is write-only: neither pages, API, audit list,
//! archive nor log contain it.

use std::sync::Arc;
use std::time::Duration;

use jiff::{Timestamp, ToSpan};
use secrecy::SecretString;
use tokio::sync::watch;

use super::Desk;
use super::channel_accounts::Kept;
use super::security::secrets;
use crate::domain::{
    BotMode, BotState, Messenger, Origin, Receiving, ReceivingReason, Result, SettingKey,
};
use crate::store::{self, Connection, Transaction};

/// Maximum time that an owner waits for the result of a check. The answers of a messenger take a few seconds each at
/// most.
const LONGEST: Duration = Duration::from_secs(20);

/// A messenger's bot: what is wanted (`W`), what is known of its health (`H`), and what this messenger alone has (`X`).
pub struct MessengerBot<W, H, X> {
    state: watch::Sender<BotState<H>>,
    in_use: watch::Sender<Option<InUse<W>>>,
    checks: watch::Sender<()>,
    token: Kept,
    pub(super) own: X,
}

/// A bot that runs.
#[derive(Debug, Clone)]
pub struct InUse<W> {
    pub wanted: W,
    /// The secret of the update route.
    pub secret: Arc<SecretString>,
}

impl<W, H, X> MessengerBot<W, H, X>
where
    W: Clone + PartialEq,
    H: Clone,
{
    /// Begins with the token that the configuration sets, or with the stored one.
    pub fn new(
        given: Option<(SecretString, Origin)>,
        stored: Option<SecretString>,
        own: X,
    ) -> Self {
        Self {
            state: watch::Sender::new(BotState::Off),
            in_use: watch::Sender::new(None),
            checks: watch::Sender::default(),
            token: Kept::new(given, stored),
            own,
        }
    }

    /// Returns the last known state; pages never wait for the messenger.
    pub fn state(&self) -> BotState<H> {
        self.state.borrow().clone()
    }

    /// Returns the result of the last check.
    pub fn health(&self) -> Option<H> {
        match self.state() {
            BotState::Seen(health) => Some(health),
            BotState::Off | BotState::Unknown => None,
        }
    }

    /// Publishes the result of a check.
    pub fn publish(&self, health: H) {
        self.state.send_replace(BotState::Seen(health));
    }

    /// Publishes which bot runs from now on; nothing is known of it yet.
    pub fn begin(&self, bot: InUse<W>) {
        self.state.send_replace(BotState::Unknown);
        self.in_use.send_replace(Some(bot));
    }

    /// Publishes that the bot is being stopped.
    pub fn end(&self) {
        self.in_use.send_replace(None);
        self.state.send_replace(BotState::Unknown);
    }

    /// Publishes that no bot runs, and none is wanted.
    pub fn turn_off(&self) {
        self.in_use.send_replace(None);
        self.state.send_replace(BotState::Off);
    }

    /// Returns the bot that runs.
    pub fn in_use(&self) -> Option<InUse<W>> {
        self.in_use.borrow().clone()
    }

    /// Returns a receiver that becomes ready when an owner asks for a check.
    pub fn checks(&self) -> watch::Receiver<()> {
        self.checks.subscribe()
    }

    /// Returns where the configuration sets the token.
    pub fn given(&self) -> Option<&Origin> {
        self.token.origin()
    }

    /// Returns the token that counts.
    pub(super) fn token(&self) -> Option<SecretString> {
        self.token.value()
    }

    /// Replaces the token that an owner connected.
    pub(super) fn set_token(&self, token: Option<SecretString>) {
        self.token.set(token);
    }

    /// Asks the workers for a check, and waits for its result.
    pub(super) async fn check(&self) {
        let mut state = self.state.subscribe();
        state.mark_unchanged();
        if self.in_use().is_none() {
            return;
        }
        self.checks.send_replace(());
        // Without an answer in time the last known state is shown, with its time.
        let _ = tokio::time::timeout(LONGEST, state.changed()).await;
    }

    /// Waits until what is wanted runs and was checked. What takes longer goes on, and the page says so.
    pub(super) async fn settle(&self, wanted: impl Fn() -> Option<W>) {
        let wait = async {
            let mut in_use = self.in_use.subscribe();
            let is_wanted =
                |bot: &Option<InUse<W>>| bot.as_ref().map(|bot| &bot.wanted) == wanted().as_ref();
            let is_known = |state: &BotState<H>| match wanted() {
                Some(_) => matches!(state, BotState::Seen(_)),
                None => matches!(state, BotState::Off),
            };
            if in_use.wait_for(is_wanted).await.is_ok() {
                let _ = self.state.subscribe().wait_for(is_known).await;
            }
        };
        let _ = tokio::time::timeout(LONGEST, wait).await;
    }
}

/// Names of secrets: the id of the last bot that ran, and the secret of its update route.
const fn names(messenger: Messenger) -> (&'static str, &'static str) {
    match messenger {
        Messenger::Telegram => ("telegram_bot", "webhook"),
        Messenger::Max => ("max_bot", "max_webhook"),
    }
}

/// Returns the generated secret of a messenger's update route.
pub(super) async fn route_secret(desk: &Desk, messenger: Messenger) -> Result<SecretString> {
    let (_, route) = names(messenger);
    Ok(secrets::kept(&desk.db, route).await?.into())
}

/// Records which bot runs. What was recorded of another one is deleted: its updates and messages may have the same
/// numbers as those of this one, and its secret could still be used by the messenger for updates in transit.
pub(super) fn replace_bot(tx: &Transaction, messenger: Messenger, id: &str) -> Result<()> {
    let (bot, route) = names(messenger);
    match store::secrets::get(tx, bot)? {
        Some(known) if known == id.as_bytes() => return Ok(()),
        Some(_) => {
            store::updates::delete_all(tx, messenger)?;
            store::messages::delete_all(tx, messenger)?;
            store::secrets::delete(tx, route)?;
            if messenger == Messenger::Max {
                store::secrets::delete_max_marker(tx)?;
            }
        }
        None => {}
    }
    store::secrets::set(tx, bot, id.as_bytes())
}

/// Returns whether customers follow another bot than that, which can't write to them until they start it.
pub(super) fn leaves_customers(
    connection: &Connection,
    messenger: Messenger,
    id: &str,
) -> Result<bool> {
    let (bot, _) = names(messenger);
    let last = store::secrets::get(connection, bot)?;
    let is_other = last.is_some_and(|last| last != id.as_bytes());
    Ok(is_other && store::customers::count_reachable(connection, messenger)?.1 > 0)
}

/// A messenger's bot as owners see it.
#[derive(Debug, Clone)]
pub struct MessengerReport<H> {
    pub state: BotState<H>,
    pub mode: BotMode,
    /// `None` when no bot runs.
    pub receiving: Option<(Receiving, ReceivingReason)>,
    pub has_token: bool,
    /// Where the configuration sets the token.
    pub given: Option<Origin>,
    /// Where the configuration sets the mode.
    pub mode_given: Option<Origin>,
    pub figures: BotFigures,
}

/// A bot in figures.
#[derive(Debug, Clone, Copy)]
pub struct BotFigures {
    pub customers: i64,
    /// Customers whom the bot can write to.
    pub reachable: i64,
    /// Notices of the last day.
    pub delivered: i64,
    pub failed: i64,
}

impl<W, H, X> MessengerBot<W, H, X>
where
    W: Clone + PartialEq,
    H: Clone,
{
    /// Returns how the bot is.
    pub(super) fn report(
        &self,
        desk: &Desk,
        mode: (SettingKey, BotMode),
        receiving: Option<(Receiving, ReceivingReason)>,
        figures: BotFigures,
    ) -> MessengerReport<H> {
        let (key, mode) = mode;
        let settings = desk.settings.now();
        MessengerReport {
            state: self.state(),
            mode,
            receiving,
            has_token: self.token().is_some(),
            given: self.given().cloned(),
            mode_given: settings.get(key).and_then(|setting| setting.given.clone()),
            figures,
        }
    }
}

/// Counts a messenger's customers and notices.
pub(super) fn figures(
    connection: &Connection,
    messenger: Messenger,
    now: Timestamp,
) -> Result<BotFigures> {
    let day_ago = now.saturating_sub(24.hours()).unwrap_or(now);
    let (customers, reachable) = store::customers::count_reachable(connection, messenger)?;
    let channel = messenger.channel();
    let (delivered, failed) = store::outbox::count_settled(connection, channel, day_ago)?;
    Ok(BotFigures {
        customers,
        reachable,
        delivered,
        failed,
    })
}
