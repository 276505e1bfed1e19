//! Output types of the API.

mod approval;
mod attachment;
mod comment;
mod customer;
mod device;
mod employee;
mod event;
mod import;
mod invite;
mod list;
mod notice;
mod photo;
mod report;
mod shop;
mod stage;
mod task;
mod webhook;
mod written;

pub use approval::ApprovalView;
pub use comment::CommentView;
pub use customer::{CustomerFields, CustomerView};
pub use device::DeviceView;
pub use employee::{RoleEnum, UserView, user};
pub use import::{ImportColumnEnum, ReportView};
pub use invite::InviteView;
pub use list::{Held, List};
pub use notice::UndeliveredView;
pub use report::{MonthView, TodayView};
pub use shop::ShopView;
pub use stage::{ColourEnum, StageView, stage};
pub use task::{CategoryEnum, StatusEnum, TaskFields, TaskOrderEnum, TaskView, wanted_tasks};
pub use webhook::UndeliveredWebhookView;
pub use written::Written;
