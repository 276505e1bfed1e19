//! Context and limits of parsing a file.

use jiff::Timestamp;

use super::choices::Choices;
use crate::domain::{Employee, Shop, Stage};

/// Field under which problems of the whole file are reported.
pub const FIELD: &str = "csv";
/// Maximum number of rows, about ten years of a small shop; a larger table is split into several
/// files.
pub const ROWS: usize = 50_000;
/// Maximum number of columns in a row or in the headings; RemOnline writes 33.
pub const COLUMNS: usize = 300;

/// The context in which a file is parsed.
pub struct Reading<'a> {
    pub shop: &'a Shop,
    /// Employees, matched by e-mail.
    pub staff: &'a [Employee],
    /// The shop's stages, by status and in order.
    pub stages: &'a [Stage],
    /// The owner's choices for the file.
    pub choices: &'a Choices,
    pub now: Timestamp,
}
