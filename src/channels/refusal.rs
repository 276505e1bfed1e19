//! Why a gateway or a mail server didn't take a message, in the terms of both: of an owner who looks for the trouble, and
//! of a worker that decides what to do.

use std::time::Duration;

use super::Failure;
use crate::domain::{ChannelFault, ChannelTrouble, LONGEST_BACKOFF};

/// A message that wasn't taken, or perhaps was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub fault: ChannelFault,
    /// How long to wait, if the channel says it.
    pub after: Option<Duration>,
}

/// Pause after too many messages where the channel names none.
const TOO_MANY: Duration = Duration::from_secs(60);

impl Refusal {
    pub fn new(trouble: ChannelTrouble, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self {
            fault: ChannelFault { trouble, detail },
            after: None,
        }
    }

    #[must_use]
    pub fn after(self, wait: Duration) -> Self {
        let after = Some(wait);
        Self { after, ..self }
    }
}

impl From<Refusal> for Failure {
    fn from(Refusal { fault, after }: Refusal) -> Self {
        let ChannelFault { trouble, detail } = fault;
        let wait = |after: Duration, detail| Self::Retry {
            after: Some(after),
            maybe_done: false,
            detail,
        };
        match trouble {
            ChannelTrouble::Recipient => Self::Blocked(detail),
            ChannelTrouble::Content => Self::Refused(detail),
            // The message may have been taken: whoever sends it again may send it twice.
            ChannelTrouble::Repeated | ChannelTrouble::Unclear => Self::retry(true, detail),
            ChannelTrouble::Unreachable | ChannelTrouble::Certificate => Self::retry(false, detail),
            ChannelTrouble::TooMany => wait(after.unwrap_or(TOO_MANY), detail),
            // Every message would be refused, and none of them is the cause.
            ChannelTrouble::Credentials | ChannelTrouble::NoMoney | ChannelTrouble::Sender => {
                wait(after.unwrap_or(LONGEST_BACKOFF), detail)
            }
        }
    }
}
