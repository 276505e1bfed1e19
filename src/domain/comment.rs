//! Comments on a task, by staff and by its customer.

use jiff::Timestamp;

use super::{Attachment, Author, CommentId, EmployeeId, EventKind, Message, TaskEvent, TaskId};

words! {
    /// Direction of a comment.
    CommentKind { Internal = "INTERNAL", ToCustomer = "TO_CUSTOMER", FromCustomer = "FROM_CUSTOMER" }
}

words! {
    /// Channel between a customer and the shop. What was said by phone is recorded by an employee.
    Channel {
        Telegram = "TELEGRAM", Max = "MAX", Sms = "SMS", Email = "EMAIL", Page = "PAGE", Phone = "PHONE",
    }
}

/// A comment on a task.
#[derive(Debug, Clone)]
pub struct Comment {
    pub id: CommentId,
    pub task: TaskId,
    pub kind: CommentKind,
    pub author: Author,
    /// Channel of a customer's comment.
    pub channel: Option<Channel>,
    /// Text of the comment; empty when it has only attachments.
    pub text: Message,
    /// Attachments of the comment; several when the customer sent an album.
    pub attachments: Vec<Attachment>,
    pub at: Timestamp,
    /// Settlement of a customer's comment; `None` while it awaits a reply, and for every comment by
    /// staff.
    pub settled: Option<Settled>,
}

/// Keeps the comments that a task's customer sees: those shared with them since they became its customer, which the
/// task's history tells. A former customer's conversation is nobody else's.
pub fn keep_shared(comments: &mut Vec<Comment>, history: &[TaskEvent]) {
    let change = history
        .iter()
        .rposition(|event| event.kind == EventKind::Customer);
    let since = change.map(|at| &history[at..]);
    let is_since = |comment: &Comment| {
        since.is_none_or(|since| {
            let id = comment.id.to_string();
            let mut since = since.iter();
            since.any(|event| {
                matches!(event.kind, EventKind::Comment | EventKind::Answer)
                    && event.to.as_ref() == Some(&id)
            })
        })
    };
    comments.retain(|comment| comment.is_shared() && is_since(comment));
}

/// When and by whom a customer's comment was answered or marked as needing no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settled {
    pub at: Timestamp,
    pub by: Option<EmployeeId>,
}

impl Comment {
    /// Returns whether the customer awaits a reply.
    pub fn is_open(&self) -> bool {
        self.kind == CommentKind::FromCustomer && self.settled.is_none()
    }

    /// Returns whether the customer sees the comment as well.
    pub fn is_shared(&self) -> bool {
        self.kind != CommentKind::Internal
    }
}
