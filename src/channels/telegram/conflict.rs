//! Conflicts between the ways in which updates are received.

use crate::channels::Failure;

/// Reason for status 409 when polling updates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conflict {
    /// A webhook is registered at Telegram.
    Webhook,
    /// Another program polls with the same token.
    OtherFetcher,
}

impl Conflict {
    /// Returns the reason of a failure, if it is a conflict. Telegram distinguishes the two in the description only
    /// ("Conflict: can't use getUpdates method while webhook is active", "Conflict: terminated by
    /// other getUpdates request").
    pub fn of(failure: &Failure) -> Option<Self> {
        let said = failure.detail().strip_prefix("409 ")?.to_lowercase();
        Some(match said.contains("webhook") {
            true => Self::Webhook,
            false => Self::OtherFetcher,
        })
    }
}
