//! What a file is read with, and how much of it.

use jiff::Timestamp;

use super::choices::Choices;
use crate::domain::{Employee, Shop, Stage};

/// What is wrong with the file as a whole is reported here.
pub const FIELD: &str = "csv";
/// As many rows as ten years of a small shop; more are several files.
pub const ROWS: usize = 50_000;
/// In a row as in the headings; RemOnline writes 33.
pub const COLUMNS: usize = 300;

/// What a file is read with.
pub struct Reading<'a> {
    pub shop: &'a Shop,
    /// By whose e-mails it may name the responsible.
    pub staff: &'a [Employee],
    /// The shop's, by status and in their order.
    pub stages: &'a [Stage],
    /// What the owner has decided about the file.
    pub choices: &'a Choices,
    pub now: Timestamp,
}
