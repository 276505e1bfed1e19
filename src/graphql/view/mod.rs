//! What the API shows.

mod customer;
mod employee;
mod list;
mod notice;
mod task;

pub use customer::CustomerView;
pub use employee::{RoleEnum, UserView};
pub use list::List;
pub use notice::UndeliveredView;
pub use task::{CategoryEnum, StatusEnum, TaskOrderEnum, TaskView};
