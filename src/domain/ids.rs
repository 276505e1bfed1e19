//! Typed ids, which can't be mistaken for one another.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Invalid, Problem};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub struct $name(i64);

        impl $name {
            /// Parses an id from 1 to 2⁶³ − 1, in decimal digits only.
            pub fn parse(field: &'static str, text: &str) -> Result<Self, Invalid> {
                positive(text).map(Self).ok_or(Problem::IdMalformed.at(field))
            }

            /// Wraps an id read from the database.
            pub const fn from_row(id: i64) -> Self {
                Self(id)
            }

            pub const fn get(self) -> i64 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

ids! {
    /// Number of a task, as customers know it («заявка № 12»). Never reused.
    TaskId
    CustomerId
    EmployeeId
    InviteId
    CommentId
    ApprovalId
    /// Attachment of a customer's message.
    AttachmentId
    /// Row of a task's history.
    EventId
    /// Row of the outbox.
    NoticeId
    /// Stage within a status. Never reused.
    StageId
    /// Registered outgoing webhook.
    WebhookId
    /// Queued delivery to a webhook. Receivers deduplicate by this id.
    DeliveryId
    /// Word that the search takes for another one.
    AliasId
    /// Item of the catalogue of works and parts.
    ItemId
    /// Line of a task: a work or a part.
    LineId
    /// Row of the ledger of payments.
    PaymentId
    DrawerId
    ShiftId
    /// Merge of two customers that can be undone.
    MergeId
    /// Row of the audit list.
    AuditEventId
}

/// A sign-in session, named by every token issued for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SessionId([u8; Self::LENGTH]);

impl SessionId {
    pub const LENGTH: usize = 16;

    pub const fn new(bytes: [u8; Self::LENGTH]) -> Self {
        Self(bytes)
    }

    pub const fn bytes(&self) -> &[u8; Self::LENGTH] {
        &self.0
    }
}

/// Telegram user id, at most 52 bits wide (<https://core.telegram.org/bots/api#user>); in a private
/// chat it is also the chat id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TelegramId(i64);

impl TelegramId {
    const MAX: i64 = (1 << 52) - 1;

    pub fn parse(field: &'static str, text: &str) -> Result<Self, Invalid> {
        positive(text)
            .and_then(Self::from_wire)
            .ok_or(Problem::TelegramIdMalformed.at(field))
    }

    /// Accepts an id sent by Telegram. Groups and channels have negative ids, which are rejected.
    pub fn from_wire(id: i64) -> Option<Self> {
        (1..=Self::MAX).contains(&id).then_some(Self(id))
    }

    pub const fn from_row(id: i64) -> Self {
        Self(id)
    }

    pub const fn get(self) -> i64 {
        self.0
    }
}

impl fmt::Display for TelegramId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

fn positive(text: &str) -> Option<i64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|id| digits && *id > 0)
}
