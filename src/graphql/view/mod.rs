//! What the API shows.

mod customer;
mod employee;
mod list;
mod notice;
mod task;
mod written;

pub use customer::{CustomerFields, CustomerView};
pub use employee::{RoleEnum, UserView, user};
pub use list::List;
pub use notice::UndeliveredView;
pub use task::{CategoryEnum, StatusEnum, TaskFields, TaskOrderEnum, TaskView};
pub use written::Written;
