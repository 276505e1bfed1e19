//! Files whose rows become customers and tasks.

use super::{DateOrder, Details, Invalid, Message, Name, Phone, Problem, SumDoubt, Task, TaskId};

words! {
    /// Where a file comes from, as its headings tell: our own export, RemOnline's export of orders, or a table that
    /// somebody made, whose rows have no numbers.
    Source { Zayavka = "zayavka", RemOnline = "remonline", Other = "other" }
}

/// A file, read as far as it can be read without the database.
#[derive(Debug, Clone)]
pub struct Sheet {
    pub source: Source,
    pub rows: Vec<ImportRow>,
    /// Headings of the columns that have no field of ours, and go into the description.
    pub described: Vec<String>,
    /// Headings of those that go into a note for colleagues.
    pub noted: Vec<String>,
    /// Headings of the columns that are not taken.
    pub left_out: Vec<String>,
    /// The sheet of the workbook that was read.
    pub worksheet: Option<String>,
    pub dates: DateOrders,
    /// Why nothing of it can be taken, whatever its rows say. Then no row was read.
    pub problem: Option<Invalid>,
    /// What is to be said of the whole file.
    pub remarks: Vec<Observation>,
    /// Whether the rows with errors are left out, instead of all rows for their sake.
    pub skips_invalid: bool,
    /// All that the owner decided about it, as one text for the digest.
    pub choices: String,
}

/// The order of day and month in a file's dates.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DateOrders {
    /// Headings of the columns that don't tell their order.
    pub ambiguous: Vec<String>,
    /// The order that somebody chose for those.
    pub chosen: Option<DateOrder>,
}

/// A row of a file: a task, or a customer alone.
#[derive(Debug, Clone)]
pub struct ImportRow {
    /// Counted as a spreadsheet does, with the headings as row 1.
    pub row: usize,
    /// The number that the task has there; empty without one.
    pub number: String,
    /// What our own export writes for a task to be known by ([`Task::export_key`]); empty without.
    pub key: String,
    /// All that it says, by which it is known again: its cells with [`ImportRow::BETWEEN`] between
    /// them.
    pub cells: String,
    pub phone: Option<Phone>,
    /// The other phones of a customer without a task. A card has one phone, so each gets its own.
    pub other_phones: Vec<Phone>,
    pub name: Option<Name>,
    /// `None` in a file of customers.
    pub task: Option<ImportTask>,
    pub remarks: Vec<Remark>,
}

impl Sheet {
    /// The rows that can't be taken.
    pub fn refused(&self) -> impl Iterator<Item = &ImportRow> {
        self.rows.iter().filter(|row| row.is_refused())
    }
}

impl ImportRow {
    /// Whether it has an error, for which it can't be taken.
    pub fn is_refused(&self) -> bool {
        self.remarks.iter().any(|remark| remark.what.is_wrong())
    }

    /// Stands between the cells, and in none of them.
    pub const BETWEEN: char = '\u{1f}';
}

/// A task as a file tells it.
#[derive(Debug, Clone)]
pub struct ImportTask {
    /// With no number and no customer yet.
    pub task: Task,
    pub details: Details,
    /// The number of an earlier row whose warranty it is done under.
    pub warranty_of: Option<String>,
    /// What is said about it to colleagues.
    pub note: Option<Message>,
}

/// What is to be said of a cell.
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

/// What was seen in a cell. Each has a sentence in every language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Observation {
    /// The row can't be taken, and so the file can't.
    Wrong(Problem),
    StatusUnknown,
    /// The word for the status has a negation in it, or means several of ours.
    StatusUnsure,
    StageUnknown,
    CategoryUnknown,
    EmployeeUnknown,
    NoCustomer,
    /// The card has another name already, which stays.
    NameKept,
    WarrantyUnknown,
    /// The others of a task stand in a note for colleagues.
    MorePhones,
    /// No numbering plan has the phone, which is taken all the same.
    PhoneUnusual,
    /// The others of a customer without a task get cards of their own.
    MoreCards,
    /// A cell of phones of a task holds something else, too, which stands in a note for colleagues.
    PartsNoted,
    /// A cell of phones of a customer without a task holds something else, too, which has no place.
    PartsLeftOut,
    /// Nothing says when the task was accepted.
    NoDate,
    /// No column says so of any task.
    NoDateColumn,
    /// It doesn't fit its field, and stands in the description.
    Moved,
    /// A spreadsheet has shortened a long number to a power of ten.
    DigitsLost,
    /// A spreadsheet has probably made a date of it.
    LikeDate,
    Sum(SumDoubt),
    /// The row goes over that many lines of the file.
    ManyLines(usize),
}

impl Observation {
    pub fn is_wrong(&self) -> bool {
        matches!(self, Self::Wrong(_))
    }

    /// The id of the sentence in `i18n/*.ftl`.
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
            Self::ManyLines(_) => "remark-many-lines",
        }
    }

    /// The number that the sentence names, where it names one.
    pub fn bound(&self) -> Option<usize> {
        match self {
            Self::Wrong(problem) => problem.bound(),
            Self::ManyLines(count) => Some(*count),
            _ => None,
        }
    }
}

/// What becomes of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    NewTask,
    NewCustomer,
    /// There is a card with the phone; it gets the name where it has none.
    KnownCustomer,
    /// The task was imported before, or never left.
    AlreadyHere(TaskId),
    Refused,
}

/// Whose task a new one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    New,
    Known,
    Nobody,
}

/// A row of a file, and what becomes of it.
#[derive(Debug, Clone)]
pub struct Line {
    pub row: usize,
    pub number: String,
    pub outcome: Outcome,
    pub whose: Whose,
    /// Cards that are made for the customer's other phones.
    pub more_cards: usize,
    pub remarks: Vec<Remark>,
}

/// What happens when a file is imported, or has happened.
#[derive(Debug, Clone)]
pub struct Report {
    pub lines: Vec<Line>,
    pub described: Vec<String>,
    pub noted: Vec<String>,
    pub left_out: Vec<String>,
    pub worksheet: Option<String>,
    pub dates: DateOrders,
    /// Why nothing of the file can be taken, whatever its rows say.
    pub problem: Option<Invalid>,
    /// What is to be said of the whole file.
    pub remarks: Vec<Observation>,
    /// Whether the rows with errors are left out, instead of all rows for their sake.
    pub skips_invalid: bool,
    /// Another one where something else would happen, or was decided.
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

    /// Whether the import would be refused as it is.
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

    /// Rows with errors. They keep the whole file from being imported, or are left out of it.
    pub fn refused(&self) -> usize {
        self.count(|line| line.outcome == Outcome::Refused)
    }

    /// Rows of which something is to be said, and that are taken.
    pub fn warned(&self) -> usize {
        self.count(|line| line.outcome != Outcome::Refused && !line.remarks.is_empty())
    }

    fn count(&self, which: impl Fn(&Line) -> bool) -> usize {
        self.lines.iter().filter(|line| which(line)).count()
    }
}
