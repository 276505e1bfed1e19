//! The bot's connection with Telegram: owners connect it by its token, and see how it is.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};

use super::messenger_bot::{self, InUse, MessengerBot};
use super::settings::Change;
use super::{Desk, settings};
use crate::domain::{
    AuditAction, BotHealth, BotMode, BotToken, BotTrouble, BotWay, Error, IncidentKind, Messenger,
    Origin, Owner, Problem, Receiving, ReceivingReason, Result, SettingKey,
};
use crate::store::secrets::BOT_TOKEN as TOKEN;
use crate::store::{self, Connection, Transaction};

/// Asks Telegram for the username of a token's bot.
pub type Probe =
    dyn Fn(BotToken) -> BoxFuture<'static, Result<Result<String, BotTrouble>>> + Send + Sync;

/// What is wanted of the bot, and what is known of it.
pub type BotConnection = MessengerBot<WantedBot, BotHealth, Telegram>;

/// What the bot in Telegram alone has.
pub struct Telegram {
    /// How Telegram is reached.
    pub way: BotWay,
    pub probe: Arc<Probe>,
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
pub type BotInUse = InUse<WantedBot>;

/// Creates the connection with the configured token, or with the one that an owner connected.
pub fn connection(
    given: Option<(BotToken, Origin)>,
    stored: Option<BotToken>,
    telegram: Telegram,
) -> BotConnection {
    let given = given.map(|(token, origin)| (token.secret().clone(), origin));
    let stored = stored.map(|token| token.secret().clone());
    MessengerBot::new(given, stored, telegram)
}

impl Desk {
    /// Returns the bot that should run; `None` without a token, or when it is turned off.
    pub fn wanted_bot(&self) -> Option<WantedBot> {
        let url = self.public_url();
        let mode = self.settings.now().bot_mode;
        let (receiving, reason) = mode.receiving(url.is_https(), url.is_local())?;
        Some(WantedBot {
            token: BotToken::trusted(self.bot.token()?),
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
    let replace =
        move |tx: &Transaction<'_>| messenger_bot::replace_bot(tx, Messenger::Telegram, &id);
    desk.db.write(replace).await?;
    match configured {
        Some(secret) => Ok(secret),
        None => messenger_bot::route_secret(desk, Messenger::Telegram).await,
    }
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
    let name = (desk.bot.own.probe)(token.clone())
        .await?
        .map_err(|trouble| match trouble {
            BotTrouble::TokenRefused => Problem::BotTokenRefused.at("token"),
            BotTrouble::Proxy { .. } => Problem::TelegramProxy.at("token"),
            _ => Problem::TelegramUnreachable.at("token"),
        })?;
    let id = token.bot().to_owned();
    let leaves = move |c: &Connection| messenger_bot::leaves_customers(c, Messenger::Telegram, &id);
    if !new.is_other && desk.db.read(leaves).await? {
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
    let done = || desk.bot.set_token(Some(token.secret().clone()));
    settings::update_with(desk, owner, changes, now, store, done).await?;
    desk.bot.settle(|| desk.wanted_bot()).await;
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
    let done = || desk.bot.set_token(None);
    settings::update_with(desk, owner, Vec::new(), now, store, done).await?;
    desk.bot.settle(|| desk.wanted_bot()).await;
    Ok(())
}

/// Sets how the bot receives updates, and waits for the check.
///
/// # Errors
/// As for [`settings::update`].
pub async fn set_mode(desk: &Desk, owner: Owner, mode: BotMode, now: Timestamp) -> Result<()> {
    let change = (SettingKey::BotMode, Some(mode.word().to_owned()));
    settings::update(desk, owner, vec![change], now).await?;
    desk.bot.settle(|| desk.wanted_bot()).await;
    Ok(())
}

/// Registers the bot at Telegram again, checks it, and waits for the result.
pub async fn check(desk: &Desk, _: Owner) {
    desk.bot.check().await;
}

/// Returns the name of the bot that runs, as the audit list has it.
fn known_name(desk: &Desk) -> Option<String> {
    let name = desk.bot.health()?.name?;
    Some(format!("@{name}"))
}
