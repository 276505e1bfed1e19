//! Failures of calls.

use std::time::Duration;

/// Failure of a call, by what is to be done about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The person can't be reached: has blocked the bot, or the account, the chat or the mailbox is gone.
    Blocked(String),
    /// The channel will never accept this message.
    Refused(String),
    /// Retry, not before `after` if the channel gives it. With `maybe_done` the call may have
    /// succeeded nevertheless.
    Retry {
        after: Option<Duration>,
        maybe_done: bool,
        detail: String,
    },
}

impl Failure {
    /// Returns how long the channel asks to wait, if it does.
    pub fn after(&self) -> Option<Duration> {
        match self {
            Self::Retry { after, .. } => *after,
            Self::Blocked(_) | Self::Refused(_) => None,
        }
    }

    /// Returns the error text of the channel or the network, without credentials.
    pub fn detail(&self) -> &str {
        match self {
            Self::Blocked(detail) | Self::Refused(detail) | Self::Retry { detail, .. } => detail,
        }
    }

    /// Returns why the channel will never accept the call; `None` for a failure that may pass.
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
