//! Numbers that can't be mistaken for one another.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Invalid, Problem};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub struct $name(i64);

        impl $name {
            /// Reads a number from 1 to 2⁶³ − 1, in decimal digits alone.
            pub fn parse(field: &'static str, text: &str) -> Result<Self, Invalid> {
                positive(text).map(Self).ok_or(Problem::IdMalformed.at(field))
            }

            /// For the store, which has the number from the database.
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
    /// The number of a task, as the customer hears it («заявка № 12»). Never given twice.
    TaskId
    CustomerId
    EmployeeId
    InviteId
    CommentId
    ApprovalId
    /// What came with a customer's message.
    AttachmentId
    /// A row of a task's history.
    EventId
    /// A row of the outbox.
    NoticeId
    /// A step inside a status. Never given twice.
    StageId
    /// A program that is told what happens here.
    WebhookId
    /// What such a program is to be told; it knows by this what it was told already.
    DeliveryId
}

/// A sign-in, which every token of it names.
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

/// A person's number at Telegram, at most 52 bits wide
/// (<https://core.telegram.org/bots/api#user>); in a private chat the chat's number as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TelegramId(i64);

impl TelegramId {
    const MAX: i64 = (1 << 52) - 1;

    pub fn parse(field: &'static str, text: &str) -> Result<Self, Invalid> {
        positive(text)
            .and_then(Self::from_wire)
            .ok_or(Problem::TelegramIdMalformed.at(field))
    }

    /// A number that Telegram sent. Groups and channels have negative ones; those are refused.
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
