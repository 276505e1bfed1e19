//! Import of price lists, whose rows become items of the catalogue.

use super::{Invalid, ItemChange, ItemId, Observation, Remark};

/// A price list, parsed without the database.
#[derive(Debug, Clone)]
pub struct PriceList {
    pub rows: Vec<PriceRow>,
    /// Headings of the columns that are not imported.
    pub left_out: Vec<String>,
    /// Reason why nothing of the file can be imported.
    pub problem: Option<Invalid>,
    /// Remarks about the whole file.
    pub remarks: Vec<Observation>,
}

/// A row of a price list.
#[derive(Debug, Clone)]
pub struct PriceRow {
    /// Row number as a spreadsheet counts; the headings are row 1.
    pub row: usize,
    /// What the row says of the item: a column that the file lacks, and an empty cell, change
    /// nothing.
    pub change: ItemChange,
    /// The headings of the file for the number, the name, the kind and the price.
    pub article_heading: String,
    pub name_heading: String,
    pub price_heading: String,
    pub remarks: Vec<Remark>,
}

impl PriceRow {
    pub fn is_refused(&self) -> bool {
        self.remarks.iter().any(|remark| remark.what.is_wrong())
    }
}

/// Outcome of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PriceOutcome {
    New,
    Changed(ItemId),
    Unchanged(ItemId),
    Refused,
}

/// A row with its outcome.
#[derive(Debug, Clone)]
pub struct JudgedRow {
    pub row: usize,
    pub name: String,
    pub outcome: PriceOutcome,
    /// Names of the changed fields.
    pub changed: Vec<&'static str>,
    pub remarks: Vec<Remark>,
}

/// The preview or the result of an import.
#[derive(Debug, Clone)]
pub struct PriceReport {
    pub rows: Vec<JudgedRow>,
    pub left_out: Vec<String>,
    pub problem: Option<Invalid>,
    pub remarks: Vec<Observation>,
    /// Digest of the outcome.
    pub digest: String,
}

impl PriceReport {
    fn count(&self, which: impl Fn(PriceOutcome) -> bool) -> usize {
        self.rows.iter().filter(|row| which(row.outcome)).count()
    }

    pub fn fresh(&self) -> usize {
        self.count(|outcome| outcome == PriceOutcome::New)
    }

    pub fn changed(&self) -> usize {
        self.count(|outcome| matches!(outcome, PriceOutcome::Changed(_)))
    }

    pub fn unchanged(&self) -> usize {
        self.count(|outcome| matches!(outcome, PriceOutcome::Unchanged(_)))
    }

    pub fn refused(&self) -> usize {
        self.count(|outcome| outcome == PriceOutcome::Refused)
    }
}
