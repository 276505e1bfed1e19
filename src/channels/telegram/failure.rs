//! Failures of API calls.

use std::time::Duration;

/// Failure of a call, by what is to be done about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The person can't be reached: has blocked the bot, or the account or the chat is gone.
    Blocked(String),
    /// Telegram will never accept this message.
    Refused(String),
    /// Retry, not before `after` if Telegram gives it. With `maybe_done` the call may have
    /// succeeded nevertheless.
    Retry {
        after: Option<Duration>,
        maybe_done: bool,
        detail: String,
    },
}

/// Reason for status 409 when polling updates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conflict {
    /// A webhook is registered at Telegram.
    Webhook,
    /// Another program polls with the same token.
    OtherFetcher,
}

impl Failure {
    /// Returns the reason of a conflict. Telegram distinguishes the two in the description only
    /// ("Conflict: can't use getUpdates method while webhook is active", "Conflict: terminated by
    /// other getUpdates request").
    pub fn conflict(&self) -> Option<Conflict> {
        let said = self.detail().strip_prefix("409 ")?.to_lowercase();
        Some(match said.contains("webhook") {
            true => Conflict::Webhook,
            false => Conflict::OtherFetcher,
        })
    }

    /// Returns how long Telegram asks to wait, if it does.
    pub fn after(&self) -> Option<Duration> {
        match self {
            Self::Retry { after, .. } => *after,
            Self::Blocked(_) | Self::Refused(_) => None,
        }
    }

    /// Returns the error text of Telegram or the network, without the token.
    pub fn detail(&self) -> &str {
        match self {
            Self::Blocked(detail) | Self::Refused(detail) | Self::Retry { detail, .. } => detail,
        }
    }

    /// Returns why Telegram will never accept the call; `None` for a failure that may pass.
    pub fn refusal(&self) -> Option<&str> {
        match self {
            Self::Refused(detail) => Some(detail),
            Self::Blocked(_) | Self::Retry { .. } => None,
        }
    }

    pub(super) fn retry(maybe_done: bool, detail: String) -> Self {
        Self::Retry {
            after: None,
            maybe_done,
            detail,
        }
    }
}
