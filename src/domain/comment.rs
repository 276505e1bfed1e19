//! What is said about a task, by staff and by its customer.

use jiff::Timestamp;

use super::{Attachment, Author, CommentId, EmployeeId, Message, TaskId};

words! {
    /// Who says it to whom.
    CommentKind { Internal = "INTERNAL", ToCustomer = "TO_CUSTOMER", FromCustomer = "FROM_CUSTOMER" }
}

words! {
    /// By which way a customer reaches the shop.
    Channel { Telegram = "TELEGRAM", Page = "PAGE" }
}

/// Something that was said.
#[derive(Debug, Clone)]
pub struct Comment {
    pub id: CommentId,
    pub task: TaskId,
    pub kind: CommentKind,
    pub author: Author,
    /// Of what a customer said.
    pub channel: Option<Channel>,
    /// Nothing where something else came without words.
    pub text: Message,
    /// What came with it: several of an album.
    pub attachments: Vec<Attachment>,
    pub at: Timestamp,
    /// `None` where a customer's words still wait for the shop, and for all that staff said.
    pub settled: Option<Settled>,
}

/// When a customer's words got their answer, or staff saw that they need none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settled {
    pub at: Timestamp,
    pub by: Option<EmployeeId>,
}

impl Comment {
    /// Whether the customer waits for an answer.
    pub fn is_open(&self) -> bool {
        self.kind == CommentKind::FromCustomer && self.settled.is_none()
    }

    /// Whether the customer sees it, too.
    pub fn is_shared(&self) -> bool {
        self.kind != CommentKind::Internal
    }
}
