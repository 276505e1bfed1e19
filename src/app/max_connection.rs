//! The bot at MAX: what the configuration sets, and what is known of it.

use std::sync::Arc;

use secrecy::SecretString;
use tokio::sync::watch;

use super::Desk;
use crate::domain::{BotMode, MaxState, MaxTrouble, Receiving};

/// A bot at MAX.
#[derive(Debug, Clone)]
pub struct MaxBot {
    /// The token, by which MAX signs contacts too.
    pub token: SecretString,
    pub mode: BotMode,
    /// The secret of the max update route.
    pub secret: Arc<SecretString>,
}

/// The configured bot, and its last known state.
pub struct MaxConnection {
    bot: Option<MaxBot>,
    state: watch::Sender<MaxState>,
}

/// How the bot receives updates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedMax {
    pub receiving: Receiving,
    pub public_url: String,
}

impl MaxConnection {
    pub fn new(bot: Option<MaxBot>) -> Self {
        let bot = bot.filter(|bot| bot.mode != BotMode::Off);
        let state = match bot {
            Some(_) => MaxState::Unknown,
            None => MaxState::Off,
        };
        Self {
            bot,
            state: watch::Sender::new(state),
        }
    }

    /// Returns the bot; `None` when there is none, or it is turned off.
    pub fn bot(&self) -> Option<&MaxBot> {
        self.bot.as_ref()
    }

    /// Returns whether messages can go by MAX, now or later.
    pub fn is_set_up(&self) -> bool {
        // Without its authorities no worker runs.
        let state = self.state();
        let is_lost = matches!(state, MaxState::Failing(MaxTrouble::Authorities { .. }));
        self.bot.is_some() && !is_lost
    }

    /// Returns the last known state; pages never wait for MAX.
    pub fn state(&self) -> MaxState {
        self.state.borrow().clone()
    }

    /// Publishes the result of a check.
    pub fn publish(&self, state: MaxState) {
        self.state.send_replace(state);
    }

    /// Returns the bot's name in links; `None` while it is unknown.
    pub fn username(&self) -> Option<String> {
        match self.state() {
            MaxState::Seen { username, .. } => Some(username).filter(|name| !name.is_empty()),
            MaxState::Off | MaxState::Unknown | MaxState::Failing(_) => None,
        }
    }
}

/// Maximum length of a payload in a link. MAX would leave out a longer one.
const PAYLOAD: usize = 128;

impl Desk {
    /// Returns a link that opens the bot at MAX and tells it a start parameter (<https://dev.max.ru/docs-api>, "Deep
    /// linking"); `None` while the bot's name is unknown.
    pub fn max_url(&self, start: &str) -> Option<String> {
        start_link(&self.max.username()?, start)
    }

    /// Returns how the bot at MAX should receive updates; `None` without a bot.
    pub fn wanted_max(&self) -> Option<WantedMax> {
        let (bot, url) = (self.max.bot()?, self.public_url());
        let (receiving, _) = bot.mode.receiving(url.is_https_at_443(), url.is_local())?;
        Some(WantedMax {
            receiving,
            public_url: url.to_string(),
        })
    }
}

fn start_link(username: &str, payload: &str) -> Option<String> {
    let is_plain = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-');
    let fits = payload.len() <= PAYLOAD && payload.bytes().all(is_plain);
    fits.then(|| format!("https://max.ru/{username}?start={payload}"))
}

#[cfg(test)]
mod tests {
    use super::start_link;

    #[test]
    fn a_link_carries_a_payload_of_at_most_128_characters() {
        let link = start_link("desk_bot", "aB-_9");
        assert_eq!(link.as_deref(), Some("https://max.ru/desk_bot?start=aB-_9"));
        assert!(start_link("desk_bot", &"a".repeat(128)).is_some());
        assert_eq!(start_link("desk_bot", &"a".repeat(129)), None);
        assert_eq!(start_link("desk_bot", "a&b"), None);
    }
}
