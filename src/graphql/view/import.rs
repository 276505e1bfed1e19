use async_graphql::{Enum, SimpleObject};

use super::stage::{StageView, stage};
use crate::domain::{
    DeviceField, Error, ImportLine, Outcome, Report, Result, Shop, Whose, device_fields,
};
use crate::graphql::error::LANGUAGE;
use crate::i18n;
use crate::sheet::{Column, StatusWord, Table, TableColumn, Writing};

/// What becomes of a row of a file.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
pub enum ImportOutcome {
    NewTask,
    NewCustomer,
    /// There is a card with the phone; it gets the name where it has none.
    KnownCustomer,
    /// The task was imported before, or was exported here and never left.
    AlreadyHere,
    /// It has an error. Nothing of the file is imported, or all but such rows with `skipInvalid`.
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

/// Makes the API's enum of columns, each with the column that it stands for.
macro_rules! import_columns {
    ($($(#[$doc:meta])* $name:ident = ($($column:tt)*),)*) => {
        /// What a column of a file is.
        #[derive(Enum, Clone, Copy, PartialEq, Eq)]
        #[graphql(name = "ImportColumn")]
        pub enum ImportColumnEnum {
            $($(#[$doc])* $name,)*
        }

        impl From<Column> for ImportColumnEnum {
            fn from(column: Column) -> Self {
                match column {
                    $($($column)* => Self::$name,)*
                }
            }
        }

        impl From<ImportColumnEnum> for Column {
            fn from(column: ImportColumnEnum) -> Self {
                match column {
                    $(ImportColumnEnum::$name => $($column)*,)*
                }
            }
        }
    };
}

/// All columns; those of a device are its fields.
macro_rules! with_device {
    ($($(#[$doc:meta])* $field:ident ($variant:ident, $($rest:tt)*))*) => {
        import_columns! {
            Number = (Column::Number),
            Status = (Column::Status),
            Stage = (Column::Stage),
            Category = (Column::Category),
            Created = (Column::Created),
            Closed = (Column::Closed),
            Due = (Column::Due),
            /// The whole name, or what a person is called by besides a surname.
            Name = (Column::Name),
            Surname = (Column::Surname),
            Patronymic = (Column::Patronymic),
            /// There may be several: the first that is a phone becomes the card's.
            Phone = (Column::Phone),
            $($variant = (Column::Device(DeviceField::$variant)),)*
            Description = (Column::Description),
            Estimate = (Column::Estimate),
            Price = (Column::Price),
            Prepayment = (Column::Prepayment),
            WarrantyUntil = (Column::WarrantyUntil),
            WarrantyOf = (Column::WarrantyOf),
            /// By which a task of our own export is known again.
            Key = (Column::Key),
            Employee = (Column::Employee),
            /// Since when it was ready to be collected.
            Ready = (Column::Ready),
            /// Into the description, under its heading.
            Described = (Column::Described),
            /// Into a note for colleagues, under its heading.
            Noted = (Column::Noted),
            LeftOut = (Column::LeftOut),
        }
    };
}
device_fields!(with_device);

/// A column of a file, and what it is taken for.
#[derive(SimpleObject)]
#[graphql(name = "ImportedColumn")]
pub struct ColumnView {
    /// On one line; empty where the file has none.
    heading: String,
    /// The first values that it has.
    samples: Vec<String>,
    column: ImportColumnEnum,
}

/// A word of a file for a status, and the stage that it leads to.
#[derive(SimpleObject)]
#[graphql(name = "ImportedStatus")]
pub struct StatusWordView {
    word: String,
    /// In how many rows it stands.
    count: usize,
    stage: StageView,
    /// False for a guess that may be wrong; rows with it have a remark.
    is_sure: bool,
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
    /// Rows with an error: they are left out with `skipInvalid`, else nothing is imported.
    refused: usize,
    /// These rows as a CSV file with the columns of this one and with the reasons, to be corrected
    /// and imported; empty without any.
    refused_csv: String,
    /// What is to be said of the whole file. While there is an error, there are no rows.
    remarks: Vec<RemarkView>,
    /// In the order of the file.
    columns: Vec<ColumnView>,
    /// The most frequent first.
    statuses: Vec<StatusWordView>,
    rows: Vec<ImportRowView>,
    /// Columns that have no field, and go into the description under their heading.
    described: Vec<String>,
    /// Columns that are not for the customer, and go into a note for colleagues.
    noted: Vec<String>,
    /// Columns that are not taken.
    left_out: Vec<String>,
    /// Columns of dates such as 2/1/2024 that don't tell whether the day or the month stands first:
    /// say it with `choices.dateOrder`. Without it such dates are errors.
    ambiguous_dates: Vec<String>,
    /// To be passed to `importCsv`: another one where something else would happen or was chosen.
    digest: String,
}

impl ReportView {
    /// # Errors
    /// [`Error::Internal`], which writing into memory never has.
    pub fn new(report: Report, table: Table, shop: &Shop) -> Result<Self> {
        let writing = Writing {
            language: shop.language,
            shop: shop.clone(),
        };
        let refused_csv = String::from_utf8(writing.refused(&table)?).map_err(Error::internal)?;
        Ok(Self {
            new_tasks: report.new_tasks(),
            new_customers: report.new_customers(),
            already_here: report.already_here(),
            refused: report.refused(),
            refused_csv,
            remarks: of_file(&report),
            columns: table.columns.into_iter().map(Into::into).collect(),
            statuses: table.statuses.into_iter().map(Into::into).collect(),
            rows: report.lines.into_iter().map(Into::into).collect(),
            described: report.described,
            noted: report.noted,
            left_out: report.left_out,
            ambiguous_dates: report.dates.ambiguous,
            digest: report.digest,
        })
    }
}

fn of_file(report: &Report) -> Vec<RemarkView> {
    let of_file = |message, is_error| RemarkView {
        column: String::new(),
        message,
        is_error,
    };
    let problem = report.problem.iter();
    let problem = problem.map(|problem| of_file(i18n::invalid(LANGUAGE, problem), true));
    let remarks = report.remarks.iter();
    let remarks = remarks.map(|seen| of_file(i18n::observation(LANGUAGE, seen), seen.is_wrong()));
    problem.chain(remarks).collect()
}

impl From<TableColumn> for ColumnView {
    fn from(of: TableColumn) -> Self {
        Self {
            heading: of.heading,
            samples: of.samples,
            column: of.column.into(),
        }
    }
}

impl From<StatusWord> for StatusWordView {
    fn from(of: StatusWord) -> Self {
        Self {
            word: of.word,
            count: of.count,
            stage: stage(of.stage),
            is_sure: of.doubt.is_none(),
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
