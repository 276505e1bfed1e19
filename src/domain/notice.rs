//! What is sent to Telegram: notices of news, and the bot's replies.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    ApprovalId, CommentId, CustomerId, NoticeId, StaffNews, StageId, Status, TaskId, TelegramId,
};

/// News for a customer about one of their tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// `from` is what the customer believes, `to` what is true now. The stages are unknown for what
    /// was written before there were any.
    StatusChanged {
        task: TaskId,
        from: Status,
        to: Status,
        from_stage: Option<StageId>,
        to_stage: Option<StageId>,
    },
    /// What staff said to the customer.
    Comment { task: TaskId, comment: CommentId },
    /// A price that the customer is asked to agree to.
    Approval { task: TaskId, approval: ApprovalId },
    /// The task is READY and has not been collected.
    Reminder { task: TaskId },
}

impl Notice {
    /// The task that it tells of.
    pub fn task(&self) -> TaskId {
        match self {
            Self::StatusChanged { task, .. }
            | Self::Comment { task, .. }
            | Self::Approval { task, .. }
            | Self::Reminder { task } => *task,
        }
    }

    /// The status that it tells, where it tells one.
    pub fn status(&self) -> Option<Status> {
        match self {
            Self::StatusChanged { to, .. } => Some(*to),
            Self::Comment { .. } | Self::Approval { .. } | Self::Reminder { .. } => None,
        }
    }
}

/// An answer of the bot, ready to be sent. Its text is Telegram's HTML.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    pub text: String,
    pub buttons: Buttons,
    /// The message whose text this replaces; `None` sends a new one.
    pub edits: Option<i32>,
    /// The button press that this answers.
    pub answers: Option<String>,
    /// The text holds addresses of which Telegram is to show no preview. That is found when the
    /// message is sent.
    #[serde(skip)]
    pub no_preview: bool,
}

impl Reply {
    /// A message of its own.
    pub fn new(text: String, buttons: Buttons) -> Self {
        Self {
            text,
            buttons,
            edits: None,
            answers: None,
            no_preview: false,
        }
    }

    /// Nothing to be said.
    pub fn none() -> Self {
        Self::new(String::new(), Buttons::None)
    }
}

/// What a reply lets the customer press.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Buttons {
    None,
    /// A keyboard with one button that shares the customer's own phone.
    ShareContact(String),
    /// Takes that keyboard away.
    RemoveKeyboard,
    /// A row under the message; each has a label and what comes back when it is pressed.
    Row(Vec<(String, String)>),
    /// The same, one below the other.
    Column(Vec<(String, String)>),
}

/// A row of the outbox that is being sent.
#[derive(Debug, Clone)]
pub struct Outgoing {
    pub id: NoticeId,
    pub chat: TelegramId,
    pub content: Content,
    /// Tries before this one.
    pub attempts: u32,
    pub created: Timestamp,
}

#[derive(Debug, Clone)]
pub enum Content {
    Notice(Notice),
    Reply(Reply),
    Staff(StaffNews),
    /// Written by a program that stored replies otherwise; it can't be sent.
    Unreadable,
}

/// What a customer was to be told, as staff see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    Notice(Notice),
    /// An answer of the bot that was given up. It belongs to a chat; the task is the one of that
    /// customer's on whose page staff see it.
    Reply {
        task: TaskId,
    },
}

impl Told {
    pub fn task(&self) -> TaskId {
        match self {
            Self::Notice(notice) => notice.task(),
            Self::Reply { task } => *task,
        }
    }

    /// The status that it tells, where it tells one.
    pub fn status(&self) -> Option<Status> {
        match self {
            Self::Notice(notice) => notice.status(),
            Self::Reply { .. } => None,
        }
    }
}

/// A message that will not be tried again unless somebody asks for it.
#[derive(Debug, Clone)]
pub struct Undelivered {
    pub id: NoticeId,
    pub chat: TelegramId,
    pub told: Told,
    pub customer: Option<CustomerId>,
    pub reason: Reason,
    /// What Telegram said.
    pub detail: Option<String>,
    pub attempts: u32,
    pub failed: Timestamp,
}

/// What became of a notice so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// To be sent at that instant.
    Waiting {
        due: Timestamp,
    },
    Sending,
    /// Tried, and to be tried again at that instant; with what Telegram or the network said.
    Retrying {
        next: Timestamp,
        detail: String,
    },
    Delivered {
        at: Timestamp,
    },
    Dead {
        reason: Reason,
        detail: String,
    },
}

/// A message about a task, with its fate.
#[derive(Debug, Clone)]
pub struct NoticeRecord {
    pub id: NoticeId,
    pub told: Told,
    pub fate: Fate,
}

/// Why a notice was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The customer can't be reached: has blocked the bot, or the account or the chat is gone.
    Blocked,
    /// Telegram refuses the message or the chat.
    Refused,
    /// Telegram could not be reached for 72 hours.
    Expired,
}

impl Reason {
    /// The word that SQL and the wire use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Blocked => "BLOCKED",
            Self::Refused => "REFUSED",
            Self::Expired => "EXPIRED",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Blocked, Self::Refused, Self::Expired]
            .into_iter()
            .find(|reason| reason.word() == word)
    }
}

/// A notice of the same task that has not gone out.
#[derive(Debug, Clone, Copy)]
pub struct Waiting {
    pub id: NoticeId,
    /// The stage in which the customer believes the task to be.
    pub from: Option<StageId>,
    /// A try had no known outcome: the customer may have read it already.
    pub maybe_seen: bool,
}

/// What becomes of a new status change, given what still waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Collapsed {
    /// Nothing waits: tell it.
    Send,
    /// Rewrite the waiting notice, whose text is out of date.
    Replace(NoticeId),
    /// The task is back where the customer believes it to be: tell nothing.
    Drop(NoticeId),
}

/// Two changes inside the delay are one notice, and there and back again is none.
pub fn collapse(waiting: Option<Waiting>, to: StageId) -> Collapsed {
    match waiting {
        None => Collapsed::Send,
        Some(waiting) if waiting.from == Some(to) && !waiting.maybe_seen => {
            Collapsed::Drop(waiting.id)
        }
        Some(waiting) => Collapsed::Replace(waiting.id),
    }
}
