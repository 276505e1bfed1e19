//! A table as shown for review: its rows, the guessed meaning of its columns, and its status words.

use std::collections::HashMap;

use super::cell;
use super::choices::{Choices, Rows};
use super::columns::{Column, plain};
use super::headings::Headings;
use super::reading::Reading;
use super::records::Record;
use super::words::{self, Guess};
use crate::domain::{DateOrder, Invalid, Problem, Result, Sheet, Stage, Status};

/// Number of sample values per column.
const SAMPLES: usize = 3;
/// Maximum length of a sample, in characters.
const SAMPLE: usize = 60;

/// A table that was read.
#[derive(Debug, Clone)]
pub struct Table {
    pub sheet: Sheet,
    /// In the order of the file.
    pub columns: Vec<TableColumn>,
    /// The most frequent first.
    pub statuses: Vec<StatusWord>,
    /// The kind of the rows, and whether it was chosen rather than guessed.
    pub rows: Rows,
    pub rows_are_chosen: bool,
}

/// A column and its meaning.
#[derive(Debug, Clone)]
pub struct TableColumn<C = Column> {
    /// Heading on one line; empty when the file has none.
    pub heading: String,
    /// The first distinct non-empty values.
    pub samples: Vec<String>,
    pub column: C,
}

impl<C: Copy> TableColumn<C> {
    /// Returns the columns with these meanings and headings.
    pub(super) fn all(columns: &[(C, String)], records: &[Record]) -> Vec<Self> {
        let columns = columns.iter().enumerate();
        columns
            .map(|(at, (column, heading))| {
                let cells = records.iter().filter_map(|record| record.cells.get(at));
                let said = cells.map(|cell| cell::unguard(cell).trim());
                let mut samples: Vec<String> = Vec::new();
                for text in said.filter(|text| !text.is_empty()) {
                    let short: String = text.chars().take(SAMPLE).collect();
                    if !samples.contains(&short) {
                        samples.push(short);
                    }
                    if samples.len() == SAMPLES {
                        break;
                    }
                }
                Self {
                    heading: heading.clone(),
                    samples,
                    column: *column,
                }
            })
            .collect()
    }
}

/// A status word of the file, and the stage it maps to.
#[derive(Debug, Clone)]
pub struct StatusWord {
    /// The word as first found in the file.
    pub word: String,
    /// The word normalised for comparison.
    pub key: String,
    /// Number of rows with this word.
    pub count: usize,
    pub stage: Stage,
    /// Doubt about the guess; `None` when it is certain or was chosen.
    pub doubt: Option<Guess>,
}

/// All status words of a file.
#[derive(Default)]
pub struct Statuses(HashMap<String, StatusWord>);

impl Statuses {
    /// # Errors
    /// [`Problem::NoSuchStage`] when a choice names a stage that doesn't exist.
    pub fn read(
        headings: &Headings,
        records: &[Record],
        reading: &Reading<'_>,
    ) -> Result<Self, Invalid> {
        let mut all: HashMap<String, StatusWord> = HashMap::new();
        let at = headings.place(Column::Status);
        let cells = at.map(|at| {
            records
                .iter()
                .filter_map(move |record| record.cells.get(at))
        });
        for cell in cells.into_iter().flatten() {
            let text = cell::unguard(cell).trim();
            let key = plain(text);
            if key.is_empty() {
                continue;
            }
            match all.get_mut(&key) {
                Some(word) => word.count += 1,
                None => {
                    let word = StatusWord::new(text, &key, reading)?;
                    all.insert(key, word);
                }
            }
        }
        Ok(Self(all))
    }

    pub fn get(&self, text: &str) -> Option<&StatusWord> {
        self.0.get(&plain(text))
    }

    pub fn into_words(self) -> Vec<StatusWord> {
        let mut words: Vec<_> = self.0.into_values().collect();
        let order = |word: &StatusWord| (std::cmp::Reverse(word.count), word.key.clone());
        words.sort_by_cached_key(order);
        words
    }
}

impl StatusWord {
    fn new(word: &str, key: &str, reading: &Reading<'_>) -> Result<Self, Invalid> {
        let stages = reading.stages;
        let named = stages
            .iter()
            .find(|stage| plain(stage.name.as_str()) == key);
        let first = |status| stages.iter().find(|stage| stage.status == status);
        let (guessed, doubt) = match (words::status(word), named) {
            (Guess::Sure(status), None) => (first(status), None),
            // "Принято" is both a status and the name of its first stage.
            (Guess::Sure(status), Some(named)) if named.status != status => (first(status), None),
            (_, Some(named)) => (Some(named), None),
            (guess @ Guess::Unsure(status), None) => (first(status), Some(guess)),
            (Guess::Unknown, None) => (first(Status::Accepted), Some(Guess::Unknown)),
        };
        let missing = || Problem::NoSuchStage.at("statuses");
        let guessed = guessed.ok_or_else(missing)?;
        let chosen = match reading.choices.stage(key) {
            Some(id) => Some(
                stages
                    .iter()
                    .find(|stage| stage.id == id)
                    .ok_or_else(missing)?,
            ),
            None => None,
        };
        // A guess that is sent back unchanged is no choice.
        let chosen = chosen.filter(|chosen| chosen.id != guessed.id);
        Ok(Self {
            word: word.to_owned(),
            key: key.to_owned(),
            count: 1,
            stage: chosen.unwrap_or(guessed).clone(),
            doubt: doubt.filter(|_| chosen.is_none()),
        })
    }
}

/// Serialises all choices and accepted guesses about a table.
pub fn decided(headings: &Headings, words: &[StatusWord], choices: &Choices) -> String {
    let columns = headings.columns.iter().map(|(column, _)| column.word());
    let columns = columns.collect::<Vec<_>>().join(" ");
    let words = words.iter().map(|word| {
        let (key, stage) = (&word.key, word.stage.id);
        format!("{key}={stage}")
    });
    let words = words.collect::<Vec<_>>().join("\n");
    let (tasks, skip_invalid) = (headings.tasks, choices.skip_invalid);
    let dates = choices.date_order.map(DateOrder::word).unwrap_or_default();
    format!("{columns}\n{words}\n{tasks} {skip_invalid} {dates}")
}
