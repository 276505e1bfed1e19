use async_graphql::{Enum, ID, Object};

use super::{CustomerView, StatusEnum, TaskView};
use crate::domain::{Notice, Reason, Result, Told, Undelivered};

/// Why a notice was given up.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "UndeliveredReason", remote = "Reason")]
pub enum ReasonEnum {
    /// The customer can't be reached: has blocked the bot, or the account is gone.
    Blocked,
    /// Telegram refuses the message or the chat.
    Refused,
    /// Telegram could not be reached for 72 hours.
    Expired,
}

/// What a notice tells the customer.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "NoticeKind")]
pub enum NoticeKindEnum {
    StatusChanged,
    /// What staff said to the customer.
    Comment,
    /// A price to agree to.
    Approval,
    /// That the task is READY and can be collected.
    Reminder,
    /// An answer of the bot to what the customer wrote. Its `task` is one of that customer's.
    Reply,
}

pub struct UndeliveredView {
    pub notice: Undelivered,
    pub task: TaskView,
}

/// A notice that did not reach its customer and is not tried any more.
#[Object(name = "UndeliveredNotice")]
impl UndeliveredView {
    async fn id(&self) -> ID {
        self.notice.id.get().into()
    }

    /// The task that it tells of.
    async fn task(&self) -> TaskView {
        self.task.clone()
    }

    /// Who was to be told.
    async fn customer(&self) -> Result<Option<CustomerView>> {
        let customer = self.task.row.customer()?.cloned();
        Ok(customer.map(|customer| self.task.list.customer(customer)))
    }

    async fn kind(&self) -> NoticeKindEnum {
        match self.notice.told {
            Told::Notice(Notice::StatusChanged { .. }) => NoticeKindEnum::StatusChanged,
            Told::Notice(Notice::Comment { .. }) => NoticeKindEnum::Comment,
            Told::Notice(Notice::Approval { .. }) => NoticeKindEnum::Approval,
            Told::Notice(Notice::Reminder { .. }) => NoticeKindEnum::Reminder,
            Told::Reply { .. } => NoticeKindEnum::Reply,
        }
    }

    /// The status that it tells, where it tells one.
    async fn status(&self) -> Option<StatusEnum> {
        self.notice.told.status().map(Into::into)
    }

    async fn reason(&self) -> ReasonEnum {
        self.notice.reason.into()
    }

    /// What Telegram said.
    async fn detail(&self) -> Option<&str> {
        self.notice.detail.as_deref()
    }

    /// How often it was tried.
    async fn attempts(&self) -> u32 {
        self.notice.attempts
    }

    /// When it was given up, RFC 3339 in UTC.
    async fn failed_time(&self) -> String {
        self.notice.failed.to_string()
    }
}
