//! What the owner decides about a file before it is imported.

use std::collections::BTreeMap;

use super::columns::{Column, plain};
use crate::domain::{DateOrder, StageId};

/// The fields of a form in which it is decided; the first two go on with a column's place and with a
/// word.
pub const COLUMN: &str = "column.";
pub const STATUS: &str = "status.";
pub const ROWS: &str = "rows";
pub const SKIP: &str = "skip";
pub const DATES: &str = "dates";

/// What the rows of a file are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    Tasks,
    Customers,
}

impl Rows {
    pub const ALL: [Self; 2] = [Self::Tasks, Self::Customers];

    /// Its word in forms.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Tasks => "tasks",
            Self::Customers => "customers",
        }
    }
}

/// What was decided. Whatever isn't here is guessed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choices {
    /// What the columns at these places are, counted from 0.
    pub places: BTreeMap<usize, Column>,
    /// What the columns under these headings are.
    pub headings: Vec<(String, Column)>,
    /// To which stages these words lead.
    pub statuses: Vec<(String, StageId)>,
    pub rows: Option<Rows>,
    /// The order of dates in the columns that don't tell it.
    pub date_order: Option<DateOrder>,
    /// Whether rows with errors are left out, instead of all rows for their sake.
    pub skip_invalid: bool,
}

impl Choices {
    /// Reads the fields of a form. What it can't have offered is left to the guess.
    pub fn from_form(fields: &[(String, String)]) -> Self {
        let mut choices = Self::default();
        for (name, value) in fields {
            if let Some(place) = name.strip_prefix(COLUMN) {
                if let (Ok(place), Some(column)) = (place.parse(), Column::from_word(value)) {
                    choices.places.insert(place, column);
                }
            } else if let Some(word) = name.strip_prefix(STATUS) {
                if let Ok(stage) = StageId::parse(STATUS, value) {
                    choices.statuses.push((word.to_owned(), stage));
                }
            } else if name == ROWS {
                let rows = Rows::ALL.into_iter().find(|rows| rows.word() == value);
                choices.rows = rows;
            } else if name == DATES {
                choices.date_order = DateOrder::from_word(value);
            } else if name == SKIP {
                choices.skip_invalid = true;
            }
        }
        choices
    }

    /// Whether a field of a form decides something.
    pub fn is_field(name: &str) -> bool {
        name.starts_with(COLUMN) || name.starts_with(STATUS) || [ROWS, DATES, SKIP].contains(&name)
    }

    pub(super) fn column(&self, place: usize, heading: &str) -> Option<Column> {
        let named = |(of, _): &&(String, Column)| plain(of) == plain(heading);
        let by_heading = || self.headings.iter().find(named).map(|(_, column)| *column);
        self.places.get(&place).copied().or_else(by_heading)
    }

    pub(super) fn stage(&self, word: &str) -> Option<StageId> {
        let found = self.statuses.iter().find(|(of, _)| plain(of) == word);
        found.map(|(_, stage)| *stage)
    }
}
