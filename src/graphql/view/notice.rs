use async_graphql::{Enum, ID, Object};

use super::comment::ChannelEnum;
use super::written::Entry;
use super::{CustomerView, StatusEnum, TaskView};
use crate::domain::{Arrival, Fate, Notice, NoticeRecord, Reason, Result, Told, Undelivered};
use crate::graphql::scalars::{InstantValue, MoneyValue};

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

impl From<Told> for NoticeKindEnum {
    fn from(told: Told) -> Self {
        match told {
            Told::Notice(Notice::StatusChanged { .. }) => Self::StatusChanged,
            Told::Notice(Notice::Comment { .. }) => Self::Comment,
            Told::Notice(Notice::Approval { .. }) => Self::Approval,
            Told::Notice(Notice::Reminder { .. }) => Self::Reminder,
            Told::Reply { .. } => Self::Reply,
        }
    }
}

/// State of a notice.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "NoticeState")]
pub enum NoticeStateEnum {
    /// To be sent, or to be retried, at `dueTime`.
    Waiting,
    /// Being sent.
    Sending,
    /// The channel has taken it.
    Delivered,
    /// Given up for `reason`; see `retryNotice`.
    Undelivered,
}

pub struct NoticeView(pub NoticeRecord);

impl Entry for NoticeView {}

/// A message to a customer about a task.
#[Object(name = "Notice", serial)]
impl NoticeView {
    /// Id of the notice, unique among notices.
    async fn id(&self) -> ID {
        self.0.id.get().into()
    }

    /// Kind of the notice.
    async fn kind(&self) -> NoticeKindEnum {
        self.0.told.into()
    }

    /// The announced status, if any.
    async fn status(&self) -> Option<StatusEnum> {
        self.0.told.status().map(Into::into)
    }

    /// Channel by which it went, or is to go.
    async fn channel(&self) -> ChannelEnum {
        self.0.channel.into()
    }

    /// Whether it went.
    async fn state(&self) -> NoticeStateEnum {
        match self.0.fate {
            Fate::Waiting { .. } | Fate::Retrying { .. } => NoticeStateEnum::Waiting,
            Fate::Sending => NoticeStateEnum::Sending,
            Fate::Delivered { .. } => NoticeStateEnum::Delivered,
            Fate::Dead { .. } => NoticeStateEnum::Undelivered,
        }
    }

    /// Time of the next attempt; null unless it waits.
    async fn due_time(&self) -> Option<InstantValue> {
        match self.0.fate {
            Fate::Waiting { due: at } | Fate::Retrying { next: at, .. } => Some(InstantValue(at)),
            Fate::Sending | Fate::Delivered { .. } | Fate::Dead { .. } => None,
        }
    }

    /// Time at which the channel took it; null before.
    async fn delivered_time(&self) -> Option<InstantValue> {
        match self.0.fate {
            Fate::Delivered { at } => Some(InstantValue(at)),
            Fate::Waiting { .. } | Fate::Retrying { .. } | Fate::Sending | Fate::Dead { .. } => {
                None
            }
        }
    }

    /// Whether it is known to have arrived at the phone; null where the channel doesn't tell.
    async fn arrived(&self) -> Option<bool> {
        self.0.arrival.map(|arrival| arrival == Arrival::Arrived)
    }

    /// What it cost, in minor units of the shop's currency; null where that is nothing or not known.
    async fn cost(&self) -> Option<MoneyValue> {
        self.0.cost.map(Into::into)
    }

    /// Reason for giving up; null unless it was.
    async fn reason(&self) -> Option<ReasonEnum> {
        match self.0.fate {
            Fate::Dead { reason, .. } => Some(reason.into()),
            Fate::Waiting { .. }
            | Fate::Retrying { .. }
            | Fate::Sending
            | Fate::Delivered { .. } => None,
        }
    }

    /// The channel's error message at the last attempt; null without one.
    async fn detail(&self) -> Option<&str> {
        match &self.0.fate {
            Fate::Retrying { detail, .. } | Fate::Dead { detail, .. } => Some(detail)
                .filter(|text| !text.is_empty())
                .map(String::as_str),
            Fate::Waiting { .. } | Fate::Sending | Fate::Delivered { .. } => None,
        }
    }
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
        self.notice.told.into()
    }

    /// The announced status, if any.
    async fn status(&self) -> Option<StatusEnum> {
        self.notice.told.status().map(Into::into)
    }

    /// Reason for giving up.
    async fn reason(&self) -> ReasonEnum {
        self.notice.reason.into()
    }

    /// The channel's error message.
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
