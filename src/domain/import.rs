//! Import of files whose rows become customers and tasks.

use super::{
    DateOrder, Details, Invalid, LineContent, Message, Money, Name, Phone, Problem, SumDoubt, Task,
    TaskId,
};

words! {
    /// Origin of a file, recognised by its headings: our own export, RemOnline's export of orders,
    /// or a custom table, whose rows have no numbers.
    Source { Zayavka = "zayavka", RemOnline = "remonline", Other = "other" }
}

/// A file, parsed as far as possible without the database.
#[derive(Debug, Clone)]
pub struct Sheet {
    pub source: Source,
    pub rows: Vec<ImportRow>,
    /// Headings of the columns without a field of their own, which go into the description.
    pub described: Vec<String>,
    /// Headings of the columns that go into an internal note.
    pub noted: Vec<String>,
    /// Headings of the columns that are not imported.
    pub left_out: Vec<String>,
    /// Name of the worksheet that was read.
    pub worksheet: Option<String>,
    pub dates: DateOrders,
    /// Reason why nothing of the file can be imported. If set, no rows were read.
    pub problem: Option<Invalid>,
    /// Remarks about the whole file.
    pub remarks: Vec<Observation>,
    /// Whether rows with errors are skipped, instead of failing the whole file.
    pub skips_invalid: bool,
    /// All choices of the owner for this file, as one text that goes into the digest.
    pub choices: String,
}

/// The order of day and month in a file's dates.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DateOrders {
    /// Headings of the columns whose dates are ambiguous.
    pub ambiguous: Vec<String>,
    /// The order chosen for those columns.
    pub chosen: Option<DateOrder>,
}

/// A row of a file: a task, or only a customer.
#[derive(Debug, Clone)]
pub struct ImportRow {
    /// Row number as a spreadsheet counts; the headings are row 1.
    pub row: usize,
    /// The task's number in the other program; empty if none.
    pub number: String,
    /// The key that this program's own export writes ([`Task::export_key`]); empty if none.
    pub key: String,
    /// All cells joined by [`ImportRow::BETWEEN`]. Identifies the row when the file is imported
    /// again.
    pub cells: String,
    pub phone: Option<Phone>,
    /// Other phones of a customer row without a task. A customer record has one phone, so each gets
    /// its own record.
    pub other_phones: Vec<Phone>,
    pub name: Option<Name>,
    /// `None` in a file of customers.
    pub task: Option<ImportTask>,
    pub remarks: Vec<Remark>,
}

impl Sheet {
    /// Returns the rows with errors.
    pub fn refused(&self) -> impl Iterator<Item = &ImportRow> {
        self.rows.iter().filter(|row| row.is_refused())
    }
}

impl ImportRow {
    /// Returns whether the row has an error and can't be imported.
    pub fn is_refused(&self) -> bool {
        self.remarks.iter().any(|remark| remark.what.is_wrong())
    }

    /// Separator between cells; occurs in none of them.
    pub const BETWEEN: char = '\u{1f}';
}

/// A task as described by a file.
#[derive(Debug, Clone)]
pub struct ImportTask {
    /// The task, without a number or a customer yet.
    pub task: Task,
    pub details: Details,
    pub lines: Vec<LineContent>,
    /// What was paid so far; it becomes a payment.
    pub paid: Option<Money>,
    /// Number of the earlier row under whose warranty this task is done.
    pub warranty_of: Option<String>,
    /// Text for an internal note.
    pub note: Option<Message>,
}

/// An observation about a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The heading as it stands in the file; empty for the whole row.
    pub column: String,
    pub what: Observation,
}

impl Remark {
    pub fn of_row(what: Observation) -> Self {
        let column = String::new();
        Self { column, what }
    }
}

/// An observation made while reading. Each has a sentence in every language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Observation {
    /// The row can't be imported, and therefore neither can the file.
    Wrong(Problem),
    StatusUnknown,
    /// The status word contains a negation, or matches several statuses.
    StatusUnsure,
    StageUnknown,
    CategoryUnknown,
    EmployeeUnknown,
    NoCustomer,
    /// The existing customer has another name, which is kept.
    NameKept,
    WarrantyUnknown,
    /// A task's additional phones are kept in an internal note.
    MorePhones,
    /// The phone fits no numbering plan and is accepted nevertheless.
    PhoneUnusual,
    /// Additional phones of a customer without a task get records of their own.
    MoreCards,
    /// A phone cell of a task also contains other text, which is kept in an internal note.
    PartsNoted,
    /// A phone cell of a customer without a task also contains other text, which is dropped.
    PartsLeftOut,
    /// The row doesn't say when the task was accepted.
    NoDate,
    /// No column says when tasks were accepted.
    NoDateColumn,
    /// The value doesn't fit its field and is kept in the description.
    Moved,
    /// A spreadsheet has shortened a long number to scientific notation.
    DigitsLost,
    /// A spreadsheet has probably converted the value to a date.
    LikeDate,
    Sum(SumDoubt),
    /// Works, parts and discount don't add up to the price, which is kept.
    LinesDiffer,
    /// The row spans this many lines of the file.
    ManyLines(usize),
}

impl Observation {
    pub fn is_wrong(&self) -> bool {
        matches!(self, Self::Wrong(_))
    }

    /// Returns the message id in `i18n/*.ftl`.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Wrong(problem) => problem.key(),
            Self::StatusUnknown => "remark-status-unknown",
            Self::StatusUnsure => "remark-status-unsure",
            Self::StageUnknown => "remark-stage-unknown",
            Self::CategoryUnknown => "remark-category-unknown",
            Self::EmployeeUnknown => "remark-employee-unknown",
            Self::NoCustomer => "remark-no-customer",
            Self::NameKept => "remark-name-kept",
            Self::WarrantyUnknown => "remark-warranty-unknown",
            Self::MorePhones => "remark-more-phones",
            Self::PhoneUnusual => "phone-unusual",
            Self::MoreCards => "remark-more-cards",
            Self::PartsNoted => "remark-parts-noted",
            Self::PartsLeftOut => "remark-parts-left-out",
            Self::NoDate => "remark-no-date",
            Self::NoDateColumn => "remark-no-date-column",
            Self::Moved => "remark-moved",
            Self::DigitsLost => "remark-digits-lost",
            Self::LikeDate => "remark-like-date",
            Self::Sum(SumDoubt::Thousands) => "remark-sum-thousands",
            Self::Sum(SumDoubt::Rounded) => "remark-sum-rounded",
            Self::Sum(SumDoubt::OtherWords) => "remark-sum-other-words",
            Self::LinesDiffer => "remark-lines-differ",
            Self::ManyLines(_) => "remark-many-lines",
        }
    }

    /// Returns the number that the message names, if any.
    pub fn bound(&self) -> Option<usize> {
        match self {
            Self::Wrong(problem) => problem.bound(),
            Self::ManyLines(count) => Some(*count),
            _ => None,
        }
    }
}

/// Outcome of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    NewTask,
    NewCustomer,
    /// A customer with this phone exists; it gets the name if it has none.
    KnownCustomer,
    /// The task was imported before, or was created in this database.
    AlreadyHere(TaskId),
    Refused,
}

/// The customer of a new task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    New,
    Known,
    Nobody,
}

/// A row of a file with its outcome.
#[derive(Debug, Clone)]
pub struct ImportedRow {
    pub row: usize,
    pub number: String,
    pub outcome: Outcome,
    pub whose: Whose,
    /// Number of customer records created for the additional phones.
    pub more_cards: usize,
    pub remarks: Vec<Remark>,
}

/// The preview or the result of an import.
#[derive(Debug, Clone)]
pub struct Report {
    pub lines: Vec<ImportedRow>,
    pub described: Vec<String>,
    pub noted: Vec<String>,
    pub left_out: Vec<String>,
    pub worksheet: Option<String>,
    pub dates: DateOrders,
    /// Reason why nothing of the file can be imported.
    pub problem: Option<Invalid>,
    /// Remarks about the whole file.
    pub remarks: Vec<Observation>,
    /// Whether rows with errors are skipped, instead of failing the whole file.
    pub skips_invalid: bool,
    /// Digest of the outcome and the choices; it changes when either does.
    pub digest: String,
}

impl Report {
    pub fn new_tasks(&self) -> usize {
        self.count(|line| line.outcome == Outcome::NewTask)
    }

    pub fn new_customers(&self) -> usize {
        let first = self.count(|line| {
            let fresh = matches!(line.outcome, Outcome::NewTask | Outcome::NewCustomer);
            fresh && line.whose == Whose::New
        });
        first + self.lines.iter().map(|line| line.more_cards).sum::<usize>()
    }

    /// Returns whether the import would be refused as it is.
    pub fn is_refused(&self) -> bool {
        self.problem.is_some() || (self.refused() > 0 && !self.skips_invalid)
    }

    pub fn already_here(&self) -> usize {
        self.count(|line| {
            matches!(
                line.outcome,
                Outcome::AlreadyHere(_) | Outcome::KnownCustomer
            )
        })
    }

    /// Returns the number of rows with errors, which fail the whole file unless they are skipped.
    pub fn refused(&self) -> usize {
        self.count(|line| line.outcome == Outcome::Refused)
    }

    /// Returns the number of imported rows with remarks.
    pub fn warned(&self) -> usize {
        self.count(|line| line.outcome != Outcome::Refused && !line.remarks.is_empty())
    }

    fn count(&self, which: impl Fn(&ImportedRow) -> bool) -> usize {
        self.lines.iter().filter(|line| which(line)).count()
    }
}
