use async_graphql::{Enum, SimpleObject};

use super::list::Held;
use super::stage::{StageView, stage};
use crate::domain::{
    DeviceField, Error, ImportLine, Outcome, Report, Result, Shop, Whose, device_fields,
};
use crate::graphql::error::LANGUAGE;
use crate::i18n;
use crate::sheet::{Column, StatusWord, Table, TableColumn, Writing};

/// Outcome of a row.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
pub enum ImportOutcome {
    /// A task is created.
    NewTask,
    /// A customer is created.
    NewCustomer,
    /// A customer with this phone exists; it gets the name if it has none.
    KnownCustomer,
    /// The task was imported before, or was created in this database.
    AlreadyHere,
    /// The row has an error. It fails the whole file, unless such rows are skipped by
    /// `skipInvalid`.
    Refused,
}

/// The customer of a new task.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "ImportCustomer", remote = "Whose")]
pub enum WhoseEnum {
    /// A customer who is created with it.
    New,
    /// A customer who exists already.
    Known,
    /// No customer.
    Nobody,
}

/// Defines the API's enum of columns, with the column that each value maps to.
macro_rules! import_columns {
    ($($(#[$doc:meta])* $name:ident = ($($column:tt)*),)*) => {
        /// Meaning of a column.
        #[derive(Enum, Clone, Copy, PartialEq, Eq)]
        #[graphql(name = "ImportColumn")]
        pub enum ImportColumnEnum {
            $($(#[$doc])* $name,)*
        }

        impl From<Column> for ImportColumnEnum {
            fn from(column: Column) -> Self {
                match column {
                    $($($column)* => Self::$name,)*
                    // Our export writes it, but nothing reads it.
                    Column::ToPay | Column::Card(_) => Self::LeftOut,
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

/// All columns, including the fields of a device.
macro_rules! with_device {
    ($($(#[$doc:meta])* $field:ident ($variant:ident, $($rest:tt)*))*) => {
        import_columns! {
            /// Number of the task in the other program.
            Number = (Column::Number),
            /// Word for the status; `choices.statuses` maps it to a stage.
            Status = (Column::Status),
            /// Name of one of the shop's stages.
            Stage = (Column::Stage),
            /// Category of the task.
            Category = (Column::Category),
            /// Day or time of acceptance.
            Created = (Column::Created),
            /// Day or time of becoming CLOSED.
            Closed = (Column::Closed),
            /// Promised day of completion.
            Due = (Column::Due),
            /// The full name, or the given name beside a surname.
            Name = (Column::Name),
            /// Surname of the customer.
            Surname = (Column::Surname),
            /// Patronymic of the customer.
            Patronymic = (Column::Patronymic),
            /// Several columns are allowed: the first valid phone identifies the customer.
            Phone = (Column::Phone),
            $($(#[$doc])* $variant = (Column::Device(DeviceField::$variant)),)*
            /// Description of the task.
            Description = (Column::Description),
            /// Estimated price told to the customer.
            Estimate = (Column::Estimate),
            /// Price of the works. Works and parts become lines, if they add up to the price with the
            /// discount.
            Works = (Column::Works),
            /// Price of the parts, which become lines as the works do.
            Parts = (Column::Parts),
            /// A sum, or a percentage such as "10 %".
            Discount = (Column::Discount),
            /// Final price.
            Price = (Column::Price),
            /// Sum of the prepayment; it becomes a payment.
            Prepayment = (Column::Prepayment),
            /// What was paid in all, the prepayment included; it becomes a payment.
            Paid = (Column::Paid),
            /// Last day of the warranty on the work.
            WarrantyUntil = (Column::WarrantyUntil),
            /// Number of the earlier row under whose warranty the task is done.
            WarrantyOf = (Column::WarrantyOf),
            /// Key by which a task of our own export is recognised.
            Key = (Column::Key),
            /// E-mail of the responsible employee.
            Employee = (Column::Employee),
            /// Time of becoming READY.
            Ready = (Column::Ready),
            /// Goes into the description, under its heading.
            Described = (Column::Described),
            /// Goes into an internal note, under its heading.
            Noted = (Column::Noted),
            /// A column that is not imported.
            LeftOut = (Column::LeftOut),
        }
    };
}
device_fields!(with_device);

/// A column of a file, with its meaning.
#[derive(SimpleObject)]
#[graphql(name = "ImportedColumn")]
pub struct ColumnView {
    /// Heading on one line; empty when the file has none.
    heading: String,
    /// The first distinct values.
    samples: Held<String>,
    /// Meaning of the column, guessed or chosen.
    column: ImportColumnEnum,
}

/// A status word of a file, with the stage it maps to.
#[derive(SimpleObject)]
#[graphql(name = "ImportedStatus")]
pub struct StatusWordView {
    /// The word as it stands in the file.
    word: String,
    /// Number of rows with this word.
    count: usize,
    /// Stage that tasks with this word get, guessed or chosen.
    stage: StageView,
    /// False for an uncertain guess; rows with it have a remark.
    is_sure: bool,
}

/// An observation about a cell.
#[derive(SimpleObject)]
#[graphql(name = "ImportRemark")]
pub struct RemarkView {
    /// The heading as it stands in the file; empty for the whole row.
    column: String,
    /// Sentence for people, in English.
    message: String,
    /// Whether the row is refused because of it.
    is_error: bool,
}

/// A row of a file with its outcome.
#[derive(SimpleObject)]
#[graphql(name = "ImportRow")]
pub struct ImportRowView {
    /// Row number as a spreadsheet counts; the headings are row 1.
    row: usize,
    /// The task's number in the file; empty if none.
    number: String,
    /// Outcome of the row.
    outcome: ImportOutcome,
    /// Customer of the row.
    customer: WhoseEnum,
    /// Observations about the cells of the row.
    remarks: Held<RemarkView>,
}

/// The preview or the result of an import.
#[derive(SimpleObject)]
#[graphql(name = "ImportReport")]
pub struct ReportView {
    /// Number of tasks that are created.
    new_tasks: usize,
    /// Number of customers who are created.
    new_customers: usize,
    /// Number of rows whose tasks exist already.
    already_here: usize,
    /// Number of rows with errors; they fail the whole file unless `skipInvalid` is set.
    refused: usize,
    /// The rows with errors as a CSV file, with the reasons, to be corrected and imported again;
    /// empty if there are none.
    refused_csv: String,
    /// Remarks about the whole file. If one of them is an error, there are no rows.
    remarks: Held<RemarkView>,
    /// In the order of the file.
    columns: Held<ColumnView>,
    /// The most frequent first.
    statuses: Held<StatusWordView>,
    /// Rows with their outcomes, in the order of the file.
    rows: Held<ImportRowView>,
    /// Headings of the columns that go into the description.
    described: Held<String>,
    /// Headings of the columns that go into an internal note.
    noted: Held<String>,
    /// Headings of the columns that are not imported.
    left_out: Held<String>,
    /// Headings of date columns such as 2/1/2024 with an ambiguous order of day and month: resolve
    /// it with `choices.dateOrder`. Without it such dates are errors.
    ambiguous_dates: Held<String>,
    /// To be passed to `importCsv`; it changes when the outcome or the choices do.
    digest: String,
}

impl ReportView {
    /// # Errors
    /// [`Error::Internal`]; none in practice, since writing into memory can't fail.
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
            described: report.described.into(),
            noted: report.noted.into(),
            left_out: report.left_out.into(),
            ambiguous_dates: report.dates.ambiguous.into(),
            digest: report.digest,
        })
    }
}

fn of_file(report: &Report) -> Held<RemarkView> {
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
            samples: of.samples.into(),
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
