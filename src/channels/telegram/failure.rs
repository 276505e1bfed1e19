//! Why a call failed.

use std::time::Duration;

/// Why a call failed, by what is to be done about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The person can't be reached: has blocked the bot, or the account or the chat is gone.
    Blocked(String),
    /// Telegram will never take this message.
    Refused(String),
    /// Try again, and where Telegram says so, not before `after`. With `maybe_done` the call
    /// may have had its effect all the same.
    Retry {
        after: Option<Duration>,
        maybe_done: bool,
        detail: String,
    },
}

/// Why Telegram refuses to hand over updates: 409.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conflict {
    /// They go to a webhook.
    Webhook,
    /// Another program fetches them with the same token.
    OtherFetcher,
}

impl Failure {
    /// Telegram tells the two apart in words alone ("Conflict: can't use getUpdates method while
    /// webhook is active", "Conflict: terminated by other getUpdates request").
    pub fn conflict(&self) -> Option<Conflict> {
        let said = self.detail().strip_prefix("409 ")?.to_lowercase();
        Some(match said.contains("webhook") {
            true => Conflict::Webhook,
            false => Conflict::OtherFetcher,
        })
    }

    /// How long Telegram wants us to wait, where it says so.
    pub fn after(&self) -> Option<Duration> {
        match self {
            Self::Retry { after, .. } => *after,
            Self::Blocked(_) | Self::Refused(_) => None,
        }
    }

    /// What Telegram or the network said, without the token.
    pub fn detail(&self) -> &str {
        match self {
            Self::Blocked(detail) | Self::Refused(detail) | Self::Retry { detail, .. } => detail,
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
