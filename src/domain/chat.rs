//! Messengers, and the private chats of people with the shop's bots there.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Channel, TelegramId};

words! {
    /// A messenger in which the shop has a bot.
    Messenger { Telegram = "TELEGRAM", Max = "MAX" }
}

impl Messenger {
    /// Returns the channel of its chats.
    pub const fn channel(self) -> Channel {
        match self {
            Self::Telegram => Channel::Telegram,
            Self::Max => Channel::Max,
        }
    }
}

/// The private chat of a person with the bot of a messenger, named by the person's id there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Chat {
    pub messenger: Messenger,
    pub id: i64,
}

impl Chat {
    pub const fn new(messenger: Messenger, id: i64) -> Self {
        Self { messenger, id }
    }

    /// Returns the Telegram id; `None` for a chat of another messenger.
    pub fn telegram_id(self) -> Option<TelegramId> {
        match self.messenger {
            Messenger::Telegram => Some(TelegramId::from_row(self.id)),
            Messenger::Max => None,
        }
    }
}

impl From<TelegramId> for Chat {
    fn from(id: TelegramId) -> Self {
        Self::new(Messenger::Telegram, id.get())
    }
}

/// A messenger's name of a message within its chat.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct MessageKey(String);

impl MessageKey {
    pub fn new(key: impl Into<String>) -> Self {
        Self(key.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<i32> for MessageKey {
    fn from(number: i32) -> Self {
        Self(number.to_string())
    }
}

impl fmt::Display for MessageKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
