//! Tables as files: what goes out as CSV, and what comes in as CSV or as a workbook of Excel, from us
//! and from others.
//!
//! Here a file becomes a [`Table`], whose [`Sheet`](crate::domain::Sheet) is what would be imported,
//! and tasks and customers become a file. What columns and words mean is guessed, and what the owner
//! says in [`Choices`] comes before any guess. What happens with a sheet is decided in
//! [`app`](crate::app).

mod cell;
pub mod choices;
pub mod columns;
mod decode;
mod habits;
mod headings;
mod known;
mod person;
mod read;
mod reading;
mod records;
mod row;
mod table;
mod vocabulary;
mod words;
mod workbook;
mod write;

pub use choices::Choices;
pub use columns::Column;
pub use read::read;
pub use reading::{FIELD, Reading};
pub use table::{StatusWord, Table, TableColumn};
pub use write::Writing;
