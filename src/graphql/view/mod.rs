//! What the API shows.

mod customer;
mod device;
mod employee;
mod event;
mod list;
mod notice;
mod report;
mod shop;
mod task;
mod written;

pub use customer::{CustomerFields, CustomerView};
pub use device::DeviceView;
pub use employee::{RoleEnum, UserView, user};
pub use list::List;
pub use notice::UndeliveredView;
pub use report::ReportView;
pub use shop::ShopView;
pub use task::{CategoryEnum, StatusEnum, TaskFields, TaskOrderEnum, TaskView};
pub use written::Written;
