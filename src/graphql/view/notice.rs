use async_graphql::{Enum, ID, Object};

use super::comment::ChannelEnum;
use super::{CustomerView, StatusEnum, TaskView};
use crate::domain::{Notice, Reason, Result, Told, Undelivered};
use crate::graphql::scalars::InstantValue;

/// Reason why a notice became a dead letter.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "UndeliveredReason", remote = "Reason")]
pub enum ReasonEnum {
    /// The customer has blocked the bot, or the account is gone.
    Blocked,
    /// The channel rejects the message or the address.
    Refused,
    /// The channel was unreachable for 72 hours.
    Expired,
}

/// Kind of a notice.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "NoticeKind")]
pub enum NoticeKindEnum {
    /// A new status or stage of the task.
    StatusChanged,
    /// A message from staff.
    Comment,
    /// A quote.
    Approval,
    /// A reminder to collect the device.
    Reminder,
    /// A reply of the bot to a message. Its `task` is one of the customer's.
    Reply,
}

pub struct UndeliveredView {
    pub notice: Undelivered,
    pub task: TaskView,
}

/// An undelivered notice that is no longer retried.
#[Object(name = "UndeliveredNotice")]
impl UndeliveredView {
    /// Id of the notice, unique among notices.
    async fn id(&self) -> ID {
        self.notice.id.get().into()
    }

    /// The task of the notice.
    async fn task(&self) -> TaskView {
        self.task.clone()
    }

    /// The addressee.
    async fn customer(&self) -> Result<Option<CustomerView>> {
        let customer = self.task.row.customer()?.cloned();
        Ok(customer.map(|customer| self.task.list.customer(customer)))
    }

    /// Channel by which it was tried last.
    async fn channel(&self) -> ChannelEnum {
        self.notice.channel.into()
    }

    /// Kind of the notice.
    async fn kind(&self) -> NoticeKindEnum {
        match self.notice.told {
            Told::Notice(Notice::StatusChanged { .. }) => NoticeKindEnum::StatusChanged,
            Told::Notice(Notice::Comment { .. }) => NoticeKindEnum::Comment,
            Told::Notice(Notice::Approval { .. }) => NoticeKindEnum::Approval,
            Told::Notice(Notice::Reminder { .. }) => NoticeKindEnum::Reminder,
            Told::Reply { .. } => NoticeKindEnum::Reply,
        }
    }

    /// The announced status, if any.
    async fn status(&self) -> Option<StatusEnum> {
        self.notice.told.status().map(Into::into)
    }

    /// Reason for giving up.
    async fn reason(&self) -> ReasonEnum {
        self.notice.reason.into()
    }

    /// Telegram's error message.
    async fn detail(&self) -> Option<&str> {
        self.notice.detail.as_deref()
    }

    /// Number of attempts.
    async fn attempts(&self) -> u32 {
        self.notice.attempts
    }

    /// Time of giving up.
    async fn failed_time(&self) -> InstantValue {
        InstantValue(self.notice.failed)
    }
}
