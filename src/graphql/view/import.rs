use async_graphql::{Enum, SimpleObject};

use crate::domain::{ImportLine, Outcome, Report, Whose};
use crate::graphql::error::LANGUAGE;
use crate::i18n;

/// What becomes of a row of a file.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
pub enum ImportOutcome {
    NewTask,
    NewCustomer,
    /// There is a card with the phone; it gets the name where it has none.
    KnownCustomer,
    /// The task was imported before, or was exported here and never left.
    AlreadyHere,
    /// It has an error, for which nothing of the file is imported.
    Refused,
}

/// Whose task a new one is.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "ImportCustomer", remote = "Whose")]
pub enum WhoseEnum {
    New,
    Known,
    Nobody,
}

/// What is to be said of a cell.
#[derive(SimpleObject)]
#[graphql(name = "ImportRemark")]
pub struct RemarkView {
    /// The heading as it stands in the file; empty for the whole row.
    column: String,
    message: String,
    /// Whether the row is refused for it.
    is_error: bool,
}

/// A row of a file, and what becomes of it.
#[derive(SimpleObject)]
#[graphql(name = "ImportRow")]
pub struct ImportRowView {
    /// Counted as a spreadsheet does, with the headings as row 1.
    row: usize,
    /// The number that the task has there; empty without one.
    number: String,
    outcome: ImportOutcome,
    customer: WhoseEnum,
    remarks: Vec<RemarkView>,
}

/// What happens when a file is imported, or has happened.
#[derive(SimpleObject)]
#[graphql(name = "ImportReport")]
pub struct ReportView {
    new_tasks: usize,
    new_customers: usize,
    already_here: usize,
    /// Rows with an error: while there are any, nothing is imported.
    refused: usize,
    rows: Vec<ImportRowView>,
    /// Columns that have no field, and go into the description under their heading.
    described: Vec<String>,
    /// Columns that are not for the customer, and go into a note for colleagues.
    noted: Vec<String>,
    /// Columns that are not taken.
    left_out: Vec<String>,
    /// Columns of dates such as 2/1/2024 that don't tell whether the day or the month stands first:
    /// pass `dateOrder`. Without it such dates are errors.
    ambiguous_dates: Vec<String>,
    /// To be passed to `importCsv`: another one where something else would happen.
    digest: String,
}

impl From<Report> for ReportView {
    fn from(report: Report) -> Self {
        Self {
            new_tasks: report.new_tasks(),
            new_customers: report.new_customers(),
            already_here: report.already_here(),
            refused: report.refused(),
            rows: report.lines.into_iter().map(Into::into).collect(),
            described: report.described,
            noted: report.noted,
            left_out: report.left_out,
            ambiguous_dates: report.dates.ambiguous,
            digest: report.digest,
        }
    }
}

impl From<ImportLine> for ImportRowView {
    fn from(line: ImportLine) -> Self {
        let remarks = line.remarks.into_iter().map(|remark| RemarkView {
            column: remark.column,
            message: i18n::observation(LANGUAGE, &remark.what),
            is_error: remark.what.is_wrong(),
        });
        Self {
            row: line.row,
            number: line.number,
            outcome: match line.outcome {
                Outcome::NewTask => ImportOutcome::NewTask,
                Outcome::NewCustomer => ImportOutcome::NewCustomer,
                Outcome::KnownCustomer => ImportOutcome::KnownCustomer,
                Outcome::AlreadyHere(_) => ImportOutcome::AlreadyHere,
                Outcome::Refused => ImportOutcome::Refused,
            },
            customer: line.whose.into(),
            remarks: remarks.collect(),
        }
    }
}
