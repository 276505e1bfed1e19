//! Why a call failed.

use std::time::Duration;

/// Why a call failed, by what is to be done about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// 403: the person has blocked the bot.
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

impl Failure {
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
