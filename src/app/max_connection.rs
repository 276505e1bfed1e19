//! The bot's connection with MAX: owners connect it by its token, and see how it is.

use std::path::PathBuf;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};

use super::messenger_bot::{self, InUse, MessengerBot, MessengerReport};
use super::settings::Change;
use super::{Desk, settings};
use crate::domain::{
    AuditAction, BotState, Error, MaxHealth, MaxToken, MaxTrouble, Messenger, Origin, Owner,
    Problem, Receiving, ReceivingReason, Result, SettingKey,
};
use crate::store::secrets::MAX_TOKEN as TOKEN;
use crate::store::{self, Connection, Transaction};

/// Asks MAX for a token's bot, with the file of the certificate authorities.
pub type Probe = dyn Fn(MaxToken, Option<PathBuf>) -> BoxFuture<'static, Result<FoundBot, MaxTrouble>>
    + Send
    + Sync;

/// A bot as MAX knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundBot {
    pub id: i64,
    /// Name in links; `None` when MAX returned none.
    pub username: Option<String>,
}

/// What is wanted of the bot, and what is known of it.
pub type MaxConnection = MessengerBot<WantedMax, MaxHealth, Max>;

/// What the bot at MAX alone has.
pub struct Max {
    pub probe: Arc<Probe>,
}

/// A bot, and how it receives updates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedMax {
    /// The token, by which MAX signs contacts too.
    pub token: MaxToken,
    pub receiving: Receiving,
    pub reason: ReceivingReason,
    pub public_url: String,
    /// File with the certificate authorities of MAX's server; `None` for those of the system.
    pub ca_file: Option<PathBuf>,
}

/// The bot that runs.
pub type MaxInUse = InUse<WantedMax>;

/// Creates the connection with the configured token, or with the one that an owner connected.
pub fn connection(
    given: Option<(MaxToken, Origin)>,
    stored: Option<MaxToken>,
    max: Max,
) -> MaxConnection {
    let given = given.map(|(token, origin)| (token.secret().clone(), origin));
    let stored = stored.map(|token| token.secret().clone());
    MessengerBot::new(given, stored, max)
}

impl MaxConnection {
    /// Returns whether messages can go by MAX, now or later.
    pub fn is_set_up(&self) -> bool {
        match self.state() {
            BotState::Off => false,
            BotState::Unknown => true,
            // Without its authorities no worker runs.
            BotState::Seen(health) => {
                !matches!(health.trouble, Some(MaxTrouble::Authorities { .. }))
            }
        }
    }

    /// Returns the bot's name in links; `None` while it is unknown.
    pub fn username(&self) -> Option<String> {
        self.health()?.username
    }
}

/// Maximum length of a payload in a link. MAX would leave out a longer one.
const PAYLOAD: usize = 128;

impl Desk {
    /// Returns the link that opens the bot at MAX; `None` while the bot's name is unknown.
    pub fn max_link(&self) -> Option<String> {
        let username = self.max.username()?;
        Some(format!("https://max.ru/{username}"))
    }

    /// Returns a link that opens the bot at MAX and tells it a start parameter (<https://dev.max.ru/docs-api>, "Deep
    /// linking"); `None` while the bot's name is unknown.
    pub fn max_url(&self, start: &str) -> Option<String> {
        start_link(&self.max_link()?, start)
    }

    /// Returns the bot at MAX that should run; `None` without a token, or when it is turned off.
    pub fn wanted_max(&self) -> Option<WantedMax> {
        let (url, settings) = (self.public_url(), self.settings.now());
        let mode = settings.max_mode;
        let (receiving, reason) = mode.receiving(url.is_https_at_443(), url.is_local())?;
        Some(WantedMax {
            token: MaxToken::trusted(self.max.token()?),
            receiving,
            reason,
            public_url: url.to_string(),
            ca_file: settings.max_ca_file.clone(),
        })
    }
}

fn start_link(bot: &str, payload: &str) -> Option<String> {
    let is_plain = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-');
    let fits = payload.len() <= PAYLOAD && payload.bytes().all(is_plain);
    fits.then(|| format!("{bot}?start={payload}"))
}

/// Returns the secret of the max update route.
///
/// # Errors
/// When the database fails.
pub async fn route_secret(desk: &Desk) -> Result<SecretString> {
    messenger_bot::route_secret(desk, Messenger::Max).await
}

/// Records which bot runs, as MAX names it.
///
/// # Errors
/// When the database fails.
pub async fn recognise(desk: &Desk, id: i64) -> Result<()> {
    let id = id.to_string();
    let replace = move |tx: &Transaction<'_>| messenger_bot::replace_bot(tx, Messenger::Max, &id);
    desk.db.write(replace).await
}

/// What an owner sends to connect a bot.
pub struct NewMaxBot {
    /// As pasted.
    pub token: SecretString,
    /// Changes of the bot's settings that count at once.
    pub settings: Vec<Change>,
    /// Whether the owner knows that this is another bot than the last one.
    pub is_other: bool,
}

/// Connects a bot after MAX has confirmed its token, and waits for its first check.
///
/// # Errors
/// [`Error::Invalid`] at `token` for one that is malformed or that MAX refuses, when MAX can't be asked, and when the
/// configuration sets it; at `max.ca_file` when that file is the reason; at `otherBot` for another bot that the owner
/// hasn't confirmed; at the key of a setting. Nothing is stored then.
pub async fn connect(desk: &Desk, owner: Owner, new: NewMaxBot, now: Timestamp) -> Result<()> {
    if desk.max.given().is_some() {
        return Err(Problem::SettingGiven.at("token").into());
    }
    let token = MaxToken::parse("token", new.token.expose_secret())?;
    let settings = settings::preview(desk, &owner, new.settings.clone()).await?;
    let file = settings.max_ca_file;
    let found = (desk.max.own.probe)(token.clone(), file).await;
    let found = found.map_err(|trouble| match trouble {
        MaxTrouble::Authorities { .. } => Problem::AuthoritiesUnusable.at(CA_FILE),
        MaxTrouble::Untrusted => Problem::MaxUntrusted.at(CA_FILE),
        MaxTrouble::TokenRefused => Problem::MaxTokenRefused.at("token"),
        MaxTrouble::Forbidden { .. } => Problem::MaxForbidden.at("token"),
        MaxTrouble::Unreachable { .. } => Problem::MaxUnreachable.at("token"),
    })?;
    let id = found.id.to_string();
    let leaves = {
        let id = id.clone();
        move |c: &Connection| messenger_bot::leaves_customers(c, Messenger::Max, &id)
    };
    if !new.is_other && desk.db.read(leaves).await? {
        return Err(Problem::OtherBot.at("otherBot").into());
    }
    let (before, stored) = (desk.max.username(), token.clone());
    let store = move |tx: &Transaction<'_>| {
        messenger_bot::replace_bot(tx, Messenger::Max, &id)?;
        store::secrets::set(tx, TOKEN, stored.secret().expose_secret().as_bytes())?;
        let names = [before.as_deref(), found.username.as_deref()];
        let action = AuditAction::MaxBotConnected;
        store::audit::insert(tx, owner.id(), action, MaxToken::KEY, names, now)
    };
    let done = || desk.max.set_token(Some(token.secret().clone()));
    settings::update_with(desk, owner, new.settings, now, store, done).await?;
    desk.max.settle(|| desk.wanted_max()).await;
    Ok(())
}

/// The setting to which problems of the certificate authorities belong.
const CA_FILE: &str = SettingKey::MaxCaFile.word();

/// Forgets the token, and stops the bot. Messages wait in the outbox.
///
/// # Errors
/// [`Error::Invalid`] at `token` when the configuration sets it; [`Error::NotFound`] when there is none.
pub async fn disconnect(desk: &Desk, owner: Owner, now: Timestamp) -> Result<()> {
    if desk.max.given().is_some() {
        return Err(Problem::SettingGiven.at("token").into());
    }
    let before = desk.max.username();
    let store = move |tx: &Transaction<'_>| {
        store::secrets::get(tx, TOKEN)?.ok_or(Error::NotFound)?;
        store::secrets::delete(tx, TOKEN)?;
        let (action, names) = (AuditAction::MaxBotDisconnected, [before.as_deref(), None]);
        store::audit::insert(tx, owner.id(), action, MaxToken::KEY, names, now)
    };
    let done = || desk.max.set_token(None);
    settings::update_with(desk, owner, Vec::new(), now, store, done).await?;
    desk.max.settle(|| desk.wanted_max()).await;
    Ok(())
}

/// Changes the settings of the bot, and waits for the check.
///
/// # Errors
/// As for [`settings::update`].
pub async fn update(desk: &Desk, owner: Owner, changes: Vec<Change>, now: Timestamp) -> Result<()> {
    settings::update(desk, owner, changes, now).await?;
    desk.max.settle(|| desk.wanted_max()).await;
    Ok(())
}

/// Registers the bot at MAX again, checks it, and waits for the result.
pub async fn check(desk: &Desk, _: Owner) {
    desk.max.check().await;
}

/// The bot at MAX as owners see it.
#[derive(Debug, Clone)]
pub struct MaxReport {
    pub common: MessengerReport<MaxHealth>,
    /// File with the certificate authorities of MAX's server; `None` for those of the system.
    pub ca_file: Option<PathBuf>,
}

/// Returns how the bot is.
///
/// # Errors
/// When the database fails.
pub async fn report(desk: &Desk, _: Owner, now: Timestamp) -> Result<MaxReport> {
    let read = move |c: &Connection| messenger_bot::figures(c, Messenger::Max, now);
    let figures = desk.db.read(read).await?;
    let settings = desk.settings.now();
    let mode = (SettingKey::MaxMode, settings.max_mode);
    let receiving = desk.wanted_max().map(|bot| (bot.receiving, bot.reason));
    Ok(MaxReport {
        common: desk.max.report(desk, mode, receiving, figures),
        ca_file: settings.max_ca_file.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::start_link;

    #[test]
    fn a_link_carries_a_payload_of_at_most_128_characters() {
        let bot = "https://max.ru/desk_bot";
        let link = start_link(bot, "aB-_9");
        assert_eq!(link.as_deref(), Some("https://max.ru/desk_bot?start=aB-_9"));
        assert!(start_link(bot, &"a".repeat(128)).is_some());
        assert_eq!(start_link(bot, &"a".repeat(129)), None);
        assert_eq!(start_link(bot, "a&b"), None);
    }
}
