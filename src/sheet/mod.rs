//! Import and export of tables: CSV out, CSV or Excel workbooks in, from this program and others.
//!
//! A file is read into a [`Table`], whose [`Sheet`](crate::domain::Sheet) is what would be
//! imported; tasks, customers and reports are written to a file. The meaning of columns and words is
//! guessed, and the owner's [`Choices`] override every guess. The import itself happens in
//! [`app`](crate::app).

mod cell;
pub mod choices;
pub mod columns;
mod decode;
mod habits;
mod headings;
mod known;
mod money;
mod person;
mod prices;
mod read;
mod reading;
mod records;
mod report;
mod row;
mod table;
mod task;
mod vocabulary;
mod words;
mod workbook;
mod write;

pub use choices::Choices;
pub use columns::Column;
pub use prices::{PriceField, PriceReading, PriceTable, read_prices};
pub use read::read;
pub use reading::{FIELD, Reading};
pub use table::{StatusWord, Table, TableColumn};
pub use write::Writing;
