//! Tables as files: what goes out as CSV, and what comes in as CSV or as a workbook of Excel, from us
//! and from others.
//!
//! Here a file becomes a [`Sheet`](crate::domain::Sheet), and tasks and customers become a file.
//! What happens with a sheet is decided in [`app`](crate::app).

mod cell;
mod columns;
mod decode;
mod habits;
mod read;
mod records;
mod row;
mod words;
mod workbook;
mod write;

pub use read::{FIELD, Reading, read};
pub use write::Writing;
