//! Messages to people: notices, and the bot's replies.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    ApprovalId, Channel, Chat, CommentId, CustomerId, MessageKey, Money, NoticeId, StaffNews,
    StageId, Status, TaskId,
};

/// A notice to a customer about one of their tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// `from` is what the customer believes, `to` the current state. The stages are unknown for
    /// notices written before stages existed.
    StatusChanged {
        task: TaskId,
        from: Status,
        to: Status,
        from_stage: Option<StageId>,
        to_stage: Option<StageId>,
    },
    /// A message from staff.
    Comment { task: TaskId, comment: CommentId },
    /// A quote.
    Approval { task: TaskId, approval: ApprovalId },
    /// The task is READY and awaits pickup.
    Reminder { task: TaskId },
}

impl Notice {
    /// Returns the task of the notice.
    pub fn task(&self) -> TaskId {
        match self {
            Self::StatusChanged { task, .. }
            | Self::Comment { task, .. }
            | Self::Approval { task, .. }
            | Self::Reminder { task } => *task,
        }
    }

    /// Returns the announced status, if any.
    pub fn status(&self) -> Option<Status> {
        match self {
            Self::StatusChanged { to, .. } => Some(*to),
            Self::Comment { .. } | Self::Approval { .. } | Self::Reminder { .. } => None,
        }
    }
}

/// A reply of the bot, ready to be sent. Its text is in the HTML of [`crate::channels::html`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    pub text: String,
    pub buttons: Buttons,
    /// The message whose text this replaces; `None` sends a new one.
    pub edits: Option<MessageKey>,
    /// The callback query that this answers.
    pub answers: Option<String>,
    /// Whether link previews are disabled. Determined when the message is sent.
    #[serde(skip)]
    pub no_preview: bool,
    /// The task of the reply; messages that reply to it go there.
    #[serde(default)]
    pub task: Option<TaskId>,
}

impl Reply {
    /// Creates a message of its own.
    pub fn new(text: String, buttons: Buttons) -> Self {
        Self {
            text,
            buttons,
            edits: None,
            answers: None,
            no_preview: false,
            task: None,
        }
    }

    /// Sets the task of the reply.
    pub fn about(self, task: TaskId) -> Self {
        let task = Some(task);
        Self { task, ..self }
    }

    /// Creates an empty reply.
    pub fn none() -> Self {
        Self::new(String::new(), Buttons::None)
    }
}

/// Buttons of a reply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Buttons {
    None,
    /// A keyboard with one button that shares the customer's own phone.
    ShareContact(String),
    /// Removes that keyboard.
    RemoveKeyboard,
    /// A row of buttons under the message, each with its label and callback data.
    Row(Vec<(String, String)>),
    /// A column of buttons under the message.
    Column(Vec<(String, String)>),
}

/// An outbox row being sent.
#[derive(Debug, Clone)]
pub struct Outgoing {
    pub id: NoticeId,
    /// Whose messages keep their order.
    pub person: String,
    /// The channel by which it is to go.
    pub channel: Channel,
    /// The chat of a reply or of news for an employee.
    pub chat: Option<Chat>,
    /// The customer of a notice.
    pub customer: Option<CustomerId>,
    /// Channels that refused it for good.
    pub refused_by: Vec<Channel>,
    pub content: Content,
    /// Number of earlier attempts.
    pub attempts: u32,
    pub created: Timestamp,
    pub due: Timestamp,
    /// When it was passed on to its channel; `None` for the first one.
    pub passed_on: Option<Timestamp>,
}

#[derive(Debug, Clone)]
pub enum Content {
    Notice(Notice),
    Reply(Reply),
    Staff(StaffNews),
    /// Stored in an unknown format by another version; it can't be sent.
    Unreadable,
}

/// The content of a message to a customer, as staff see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    Notice(Notice),
    /// A dead reply of the bot. It belongs to a chat; `task` is one of the customer's, on whose
    /// page staff see it.
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

    /// Returns the announced status, if any.
    pub fn status(&self) -> Option<Status> {
        match self {
            Self::Notice(notice) => notice.status(),
            Self::Reply { .. } => None,
        }
    }
}

impl Content {
    /// Returns the task of the content, if any.
    pub fn task(&self) -> Option<TaskId> {
        match self {
            Self::Notice(notice) => Some(notice.task()),
            Self::Reply(reply) => reply.task,
            Self::Staff(_) | Self::Unreadable => None,
        }
    }
}

/// A dead letter: a message that is retried only on request.
#[derive(Debug, Clone)]
pub struct Undelivered {
    pub id: NoticeId,
    pub channel: Channel,
    /// The chat that it was sent to, if any.
    pub chat: Option<Chat>,
    pub told: Told,
    pub customer: Option<CustomerId>,
    pub reason: Reason,
    /// The channel's error message.
    pub detail: Option<String>,
    pub attempts: u32,
    pub failed: Timestamp,
}

/// State of a notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// To be sent at that instant.
    Waiting {
        due: Timestamp,
    },
    Sending,
    /// Failed, and to be retried at that instant; with the error of the channel or the network.
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

/// A message about a task, with its state.
#[derive(Debug, Clone)]
pub struct NoticeRecord {
    pub id: NoticeId,
    pub told: Told,
    pub fate: Fate,
    /// The channel by which it is to go, or went.
    pub channel: Channel,
    /// What it cost.
    pub cost: Option<Money>,
    /// What the gateway told of its arrival, if it tells.
    pub arrival: Option<Arrival>,
}

words! {
    /// Reason of the shop's own why a channel can't carry a message.
    NoticeFault {
        SmsLimit = "the limit of SMS for a day is reached",
        EmailStopped = "the customer wants no e-mail",
        /// A phone or an address of a demo may be somebody's.
        Demo = "the customers of a demo are invented",
        NoChannel = "the channel is turned off and there is no other",
    }
}

words! {
    /// Arrival of a message at a channel that tells of it later.
    Arrival { Pending = "PENDING", Arrived = "ARRIVED" }
}

/// Reason why a notice became a dead letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The customer has blocked the bot, or the account or the chat is gone.
    Blocked,
    /// The channel rejects the message or the address.
    Refused,
    /// The channel was unreachable for 72 hours.
    Expired,
}

impl Reason {
    /// Returns the word used in SQL and on the wire.
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

/// A notice of the same task that is still queued.
#[derive(Debug, Clone, Copy)]
pub struct Waiting {
    pub id: NoticeId,
    /// The stage in which the customer believes the task to be.
    pub from: Option<StageId>,
    /// An attempt had an unknown outcome: the customer may have read the notice already.
    pub maybe_seen: bool,
}

/// Effect of a status change on the queued notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Collapsed {
    /// Nothing is queued: send a new notice.
    Send,
    /// Rewrite the queued notice, which is out of date.
    Replace(NoticeId),
    /// The task is back where the customer believes it to be: send nothing.
    Drop(NoticeId),
}

/// Debounces status changes: two within the delay become one notice, and there and back again
/// cancels out.
pub fn collapse(waiting: Option<Waiting>, to: StageId) -> Collapsed {
    match waiting {
        None => Collapsed::Send,
        Some(waiting) if waiting.from == Some(to) && !waiting.maybe_seen => {
            Collapsed::Drop(waiting.id)
        }
        Some(waiting) => Collapsed::Replace(waiting.id),
    }
}
