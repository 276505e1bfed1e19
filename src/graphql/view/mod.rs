//! Output types of the API.

mod approval;
mod attachment;
mod backup;
mod bot;
mod catalogue;
mod change;
mod channels;
mod comment;
mod customer;
mod device;
mod employee;
mod event;
mod import;
mod invite;
mod line;
mod list;
mod max_bot;
mod message_text;
mod notice;
mod payment;
mod photo;
mod report;
mod setting;
mod shop;
mod stage;
mod takings;
mod task;
mod webhook;
mod written;

pub use approval::ApprovalView;
pub use backup::BackupStateView;
pub use bot::{BotModeEnum, BotView};
pub use catalogue::{CatalogueItemView, LineKindEnum};
pub use change::{ChangeView, changes};
pub use channels::{ChannelAttemptView, ChannelsView, OutgoingChannelEnum};
pub use comment::CommentView;
pub use customer::{CustomerFields, CustomerOrderEnum, CustomerView, MessengerEnum};
pub use device::DeviceView;
pub use employee::{RoleEnum, UserView, user};
pub use event::EventView;
pub use import::{ImportColumnEnum, ReportView};
pub use invite::InviteView;
pub use line::{AgreedLineView, TaskLineView};
pub use list::{Held, List};
pub use max_bot::MaxBotView;
pub use message_text::{MessageFormEnum, MessagePurposeEnum, MessageTextView};
pub use notice::{NoticeView, UndeliveredView};
pub use payment::{DrawerView, MethodEnum, PaymentKindEnum, PaymentView, ShiftView};
pub use report::{MonthView, TodayView};
pub use setting::{AuditEventView, SettingKeyEnum, SettingView};
pub use shop::ShopView;
pub use stage::{ColourEnum, StageView, stage};
pub use takings::DayReportView;
pub use task::{CategoryEnum, StatusEnum, TaskFields, TaskOrderEnum, TaskView, wanted_tasks};
pub use webhook::{DeliveryView, UndeliveredWebhookView, WebhookEventEnum, WebhookView};
pub use written::Written;

use crate::graphql::engine::page::Paged;

macro_rules! paged {
    ($($view:ty: $name:literal),* $(,)?) => {$(
        impl Paged for $view {
            const NAME: &'static str = $name;
        }
    )*};
}

paged! {
    AuditEventView: "AuditEvent",
    CatalogueItemView: "Catalogue",
    ChangeView: "Change",
    CommentView: "Comment",
    CustomerView: "Customer",
    EventView: "TaskEvent",
    InviteView: "Invite",
    TaskView: "Task",
    DeliveryView: "WebhookDelivery",
}

/// Returns a text, or null for an empty one: an unknown value is null.
fn known(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}
