//! Choices of the owner about a file before it is imported.

use std::collections::BTreeMap;

use super::columns::{Column, plain};
use crate::domain::{DateOrder, StageId};

/// Form field names; the first two are followed by a column's index and by a status word.
pub const COLUMN: &str = "column.";
pub const STATUS: &str = "status.";
pub const ROWS: &str = "rows";
pub const SKIP: &str = "skip";
pub const DATES: &str = "dates";

/// Kind of the rows of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    Tasks,
    Customers,
}

impl Rows {
    pub const ALL: [Self; 2] = [Self::Tasks, Self::Customers];

    /// Returns the word used in forms.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Tasks => "tasks",
            Self::Customers => "customers",
        }
    }
}

/// Parses the form fields of chosen columns.
pub fn places<C>(
    fields: &[(String, String)],
    from_word: impl Fn(&str) -> Option<C>,
) -> BTreeMap<usize, C> {
    let place = |(name, value): &(String, String)| {
        let place = name.strip_prefix(COLUMN)?.parse().ok()?;
        Some((place, from_word(value)?))
    };
    fields.iter().filter_map(place).collect()
}

/// The owner's choices. Anything not chosen is guessed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choices {
    /// Chosen meaning of columns by index, from 0.
    pub places: BTreeMap<usize, Column>,
    /// Chosen meaning of columns by heading.
    pub headings: Vec<(String, Column)>,
    /// Chosen stages for status words.
    pub statuses: Vec<(String, StageId)>,
    pub rows: Option<Rows>,
    /// Order of day and month for columns with ambiguous dates.
    pub date_order: Option<DateOrder>,
    /// Whether rows with errors are skipped, instead of failing the whole file.
    pub skip_invalid: bool,
}

impl Choices {
    /// Parses form fields. Values that the form can't have offered are ignored.
    pub fn from_form(fields: &[(String, String)]) -> Self {
        let mut choices = Self {
            places: places(fields, Column::from_word),
            ..Self::default()
        };
        for (name, value) in fields {
            if let Some(word) = name.strip_prefix(STATUS) {
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

    /// Returns whether a form field holds a choice.
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
