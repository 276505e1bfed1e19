//! Tables as files: what goes out as CSV, and what comes in, from us and from others.
//!
//! Here a file becomes a [`Sheet`](crate::domain::Sheet), and tasks and customers become a file.
//! What happens with a sheet is decided in [`app`](crate::app).

mod cell;
mod columns;
mod read;
mod row;
mod words;
mod write;

pub use read::{FIELD, Reading, read};
pub use write::Writing;
