//! The bot's connection with Telegram: owners connect it by its token, and see how it is.
//!
//! A worker follows what is wanted here and publishes what runs. The token is write-only: neither pages, API, audit list,
//! archive nor log contain it.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::watch;

use super::security::secrets;
use super::settings::Change;
use super::{Desk, settings};
use crate::domain::{
    AuditAction, BotMode, BotState, BotToken, BotTrouble, BotWay, Error, IncidentKind, Messenger,
    Origin, Owner, Problem, Receiving, ReceivingReason, Result, SettingKey,
};
use crate::store::secrets::BOT_TOKEN as TOKEN;
use crate::store::{self, Connection, Transaction};

/// Maximum time that an owner waits for the result of a check. Telegram's answers take a few seconds each at most.
const LONGEST: Duration = Duration::from_secs(20);
/// Names of secrets beside the token: the id of the last bot that ran, and the secret of the telegram update route.
const BOT: &str = "telegram_bot";
const ROUTE: &str = "webhook";

/// Asks Telegram for the username of a token's bot.
pub type Probe =
    dyn Fn(BotToken) -> BoxFuture<'static, Result<Result<String, BotTrouble>>> + Send + Sync;

/// What is wanted of the bot, and what is known of it.
pub struct BotConnection {
    state: watch::Sender<BotState>,
    in_use: watch::Sender<Option<BotInUse>>,
    checks: watch::Sender<()>,
    /// The token that the configuration file or the environment sets.
    given: Option<(BotToken, Origin)>,
    /// The token that an owner connected.
    stored: RwLock<Option<BotToken>>,
    /// How Telegram is reached.
    way: BotWay,
    probe: Arc<Probe>,
}

/// A bot, and how it receives updates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedBot {
    pub token: BotToken,
    pub receiving: Receiving,
    pub reason: ReceivingReason,
    pub public_url: String,
}

/// The bot that runs.
#[derive(Debug, Clone)]
pub struct BotInUse {
    pub wanted: WantedBot,
    /// The secret of the telegram update route.
    pub secret: Arc<SecretString>,
}

impl BotConnection {
    /// Begins with the stored token.
    pub fn new(
        given: Option<(BotToken, Origin)>,
        stored: Option<BotToken>,
        way: BotWay,
        probe: Arc<Probe>,
    ) -> Self {
        Self {
            state: watch::Sender::new(BotState::Off),
            in_use: watch::Sender::default(),
            checks: watch::Sender::default(),
            given,
            stored: RwLock::new(stored),
            way,
            probe,
        }
    }

    /// Returns the last known state; pages never wait for Telegram.
    pub fn state(&self) -> BotState {
        self.state.borrow().clone()
    }

    /// Publishes the result of a check.
    pub fn publish(&self, state: BotState) {
        self.state.send_replace(state);
    }

    /// Publishes which bot runs from now on; nothing is known of it yet.
    pub fn begin(&self, bot: BotInUse) {
        self.publish(BotState::Unknown);
        self.in_use.send_replace(Some(bot));
    }

    /// Publishes that the bot is being stopped.
    pub fn end(&self) {
        self.in_use.send_replace(None);
        self.publish(BotState::Unknown);
    }

    /// Publishes that no bot runs, and none is wanted.
    pub fn turn_off(&self) {
        self.in_use.send_replace(None);
        self.publish(BotState::Off);
    }

    /// Returns the bot that runs.
    pub fn in_use(&self) -> Option<BotInUse> {
        self.in_use.borrow().clone()
    }

    /// Returns a receiver that becomes ready when an owner asks for a check.
    pub fn checks(&self) -> watch::Receiver<()> {
        self.checks.subscribe()
    }

    /// Returns how Telegram is reached.
    pub fn way(&self) -> &BotWay {
        &self.way
    }

    /// Returns where the configuration sets the token.
    pub fn given(&self) -> Option<&Origin> {
        self.given.as_ref().map(|(_, origin)| origin)
    }

    /// Returns the token that counts.
    pub(super) fn token(&self) -> Option<BotToken> {
        match &self.given {
            Some((token, _)) => Some(token.clone()),
            None => self.stored().clone(),
        }
    }

    fn stored(&self) -> std::sync::RwLockReadGuard<'_, Option<BotToken>> {
        self.stored.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn set_stored(&self, token: Option<BotToken>) {
        *self.stored.write().unwrap_or_else(PoisonError::into_inner) = token;
    }
}

impl Desk {
    /// Returns the bot that should run; `None` without a token, or when it is turned off.
    pub fn wanted_bot(&self) -> Option<WantedBot> {
        let url = self.public_url();
        let mode = self.settings.now().bot_mode;
        let (receiving, reason) = mode.receiving(url.is_https(), url.is_local())?;
        Some(WantedBot {
            token: self.bot.token()?,
            receiving,
            reason,
            public_url: url.to_string(),
        })
    }
}

/// Makes a bot the one that runs, and returns the secret of the telegram update route: the configured one, or a generated
/// one.
///
/// # Errors
/// When the database fails.
pub async fn take_over(
    desk: &Desk,
    bot: &BotToken,
    configured: Option<SecretString>,
) -> Result<SecretString> {
    let id = bot.bot().to_owned();
    desk.db.write(move |tx| replace_bot(tx, &id)).await?;
    match configured {
        Some(secret) => Ok(secret),
        None => Ok(secrets::kept(&desk.db, ROUTE).await?.into()),
    }
}

/// Records which bot runs. What was recorded of another one is deleted: its updates and messages have the same numbers as
/// those of this one, and its secret could still be used by Telegram for updates in transit.
fn replace_bot(tx: &Transaction, id: &str) -> Result<()> {
    match store::secrets::get(tx, BOT)? {
        Some(known) if known == id.as_bytes() => return Ok(()),
        Some(_) => {
            store::updates::delete_all(tx, Messenger::Telegram)?;
            store::messages::delete_all(tx, Messenger::Telegram)?;
            store::secrets::delete(tx, ROUTE)?;
        }
        None => {}
    }
    store::secrets::set(tx, BOT, id.as_bytes())
}

/// Returns whether customers follow another bot than that, which can't write to them until they start it.
fn leaves_customers(connection: &Connection, id: &str) -> Result<bool> {
    let last = store::secrets::get(connection, BOT)?;
    let is_other = last.is_some_and(|last| last != id.as_bytes());
    Ok(is_other && store::customers::count_reachable(connection)?.1 > 0)
}

/// What an owner sends to connect a bot.
pub struct NewBot {
    /// As pasted.
    pub token: SecretString,
    /// `None` keeps the mode.
    pub mode: Option<BotMode>,
    /// Whether the owner knows that this is another bot than the last one.
    pub is_other: bool,
}

/// Connects a bot after Telegram has confirmed its token, and waits for its first check.
///
/// # Errors
/// [`Error::Invalid`] at `token` for one that is malformed or that Telegram refuses, when Telegram can't be asked, and when
/// the configuration sets it; at `otherBot` for another bot that the owner hasn't confirmed; at the key of the mode.
/// Nothing is stored then.
pub async fn connect(desk: &Desk, owner: Owner, new: NewBot, now: Timestamp) -> Result<()> {
    if desk.bot.given().is_some() {
        return Err(Problem::SettingGiven.at("token").into());
    }
    let token = BotToken::parse("token", new.token.expose_secret())?;
    let name = (desk.bot.probe)(token.clone())
        .await?
        .map_err(|trouble| match trouble {
            BotTrouble::TokenRefused => Problem::BotTokenRefused.at("token"),
            BotTrouble::Proxy { .. } => Problem::TelegramProxy.at("token"),
            _ => Problem::TelegramUnreachable.at("token"),
        })?;
    let id = token.bot().to_owned();
    if !new.is_other && desk.db.read(move |c: &_| leaves_customers(c, &id)).await? {
        return Err(Problem::OtherBot.at("otherBot").into());
    }
    let mode = new
        .mode
        .filter(|mode| *mode != desk.settings.now().bot_mode);
    let changes: Vec<Change> = mode
        .map(|mode| (SettingKey::BotMode, Some(mode.word().to_owned())))
        .into_iter()
        .collect();
    let (before, stored) = (known_name(desk), token.clone());
    let store = move |tx: &Transaction<'_>| {
        store::secrets::set(tx, TOKEN, stored.secret().expose_secret().as_bytes())?;
        store::incidents::delete(tx, IncidentKind::OtherFetcher)?;
        let name = format!("@{name}");
        let names = [before.as_deref(), Some(&*name)];
        let action = AuditAction::BotConnected;
        store::audit::insert(tx, owner.id(), action, BotToken::KEY, names, now)
    };
    let done = || desk.bot.set_stored(Some(token));
    settings::update_with(desk, owner, changes, now, store, done).await?;
    settle(desk).await;
    Ok(())
}

/// Forgets the token, and stops the bot. Messages wait in the outbox.
///
/// # Errors
/// [`Error::Invalid`] at `token` when the configuration sets it; [`Error::NotFound`] when there is none.
pub async fn disconnect(desk: &Desk, owner: Owner, now: Timestamp) -> Result<()> {
    if desk.bot.given().is_some() {
        return Err(Problem::SettingGiven.at("token").into());
    }
    let before = known_name(desk);
    let store = move |tx: &Transaction<'_>| {
        store::secrets::get(tx, TOKEN)?.ok_or(Error::NotFound)?;
        store::secrets::delete(tx, TOKEN)?;
        let (action, names) = (AuditAction::BotDisconnected, [before.as_deref(), None]);
        store::audit::insert(tx, owner.id(), action, BotToken::KEY, names, now)
    };
    let done = || desk.bot.set_stored(None);
    settings::update_with(desk, owner, Vec::new(), now, store, done).await?;
    settle(desk).await;
    Ok(())
}

/// Sets how the bot receives updates, and waits for the check.
///
/// # Errors
/// As for [`settings::update`].
pub async fn set_mode(desk: &Desk, owner: Owner, mode: BotMode, now: Timestamp) -> Result<()> {
    let change = (SettingKey::BotMode, Some(mode.word().to_owned()));
    settings::update(desk, owner, vec![change], now).await?;
    settle(desk).await;
    Ok(())
}

/// Registers the bot at Telegram again, checks it, and waits for the result.
pub async fn check(desk: &Desk, _: Owner) {
    let mut state = desk.bot.state.subscribe();
    state.mark_unchanged();
    if desk.bot.in_use().is_none() {
        return;
    }
    desk.bot.checks.send_replace(());
    // Without an answer in time the last known state is shown, with its time.
    let _ = tokio::time::timeout(LONGEST, state.changed()).await;
}

/// Waits until what is wanted runs and was checked. What takes longer goes on, and the page says so.
async fn settle(desk: &Desk) {
    let wait = async {
        let mut in_use = desk.bot.in_use.subscribe();
        let is_wanted = |bot: &Option<BotInUse>| {
            bot.as_ref().map(|bot| &bot.wanted) == desk.wanted_bot().as_ref()
        };
        let is_known = |state: &BotState| match desk.wanted_bot() {
            Some(_) => matches!(state, BotState::Seen(_)),
            None => *state == BotState::Off,
        };
        if in_use.wait_for(is_wanted).await.is_ok() {
            let _ = desk.bot.state.subscribe().wait_for(is_known).await;
        }
    };
    let _ = tokio::time::timeout(LONGEST, wait).await;
}

/// Returns the name of the bot that runs, as the audit list has it.
fn known_name(desk: &Desk) -> Option<String> {
    match desk.bot.state() {
        BotState::Seen(health) => health.name.map(|name| format!("@{name}")),
        BotState::Off | BotState::Unknown => None,
    }
}
