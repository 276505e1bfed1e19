//! Converts a row to a task or a customer. Invalid values become remarks, and values without a
//! field go into the description or into an internal note.

use std::collections::HashMap;

use super::cell;
use super::columns::Column;
use super::habits::Habits;
use super::headings::Headings;
use super::reading::Reading;
use super::table::Statuses;
use crate::domain::{Error, ImportRow, Observation, Problem, Remark, Result};
use csv::StringRecord;

/// A row being read.
pub struct RowReader<'a> {
    pub(super) reading: &'a Reading<'a>,
    pub(super) headings: &'a Headings,
    pub(super) habits: &'a Habits,
    pub(super) statuses: &'a Statuses,
    pub(super) record: &'a StringRecord,
    pub(super) remarks: Vec<Remark>,
    /// Lines appended to the description.
    pub(super) below: Vec<String>,
    /// Lines of the internal note, in addition to the columns mapped to it.
    pub(super) noted: Vec<String>,
}

impl<'a> RowReader<'a> {
    pub fn new(
        reading: &'a Reading<'a>,
        headings: &'a Headings,
        habits: &'a Habits,
        statuses: &'a Statuses,
        record: &'a StringRecord,
    ) -> Self {
        Self {
            reading,
            headings,
            habits,
            statuses,
            record,
            remarks: Vec::new(),
            below: Vec::new(),
            noted: Vec::new(),
        }
    }

    /// Reads the row. `numbers` are those of the earlier rows, with whether these are imported.
    pub fn read(
        mut self,
        row: usize,
        numbers: &HashMap<String, (usize, bool)>,
    ) -> Result<ImportRow> {
        let width = self.headings.columns.len();
        if self
            .record
            .iter()
            .skip(width)
            .any(|cell| !cell.trim().is_empty())
        {
            self.note_row(Observation::Wrong(Problem::MoreCells));
        }
        let number = self.cell(Column::Number).trim().to_owned();
        if cell::is_shortened(&number) {
            self.note(Column::Number, Observation::DigitsLost);
        }
        if let Some((first, _)) = numbers.get(&number) {
            let problem = Problem::NumberTwice { row: *first };
            self.note(Column::Number, Observation::Wrong(problem));
        }
        let mut phones = self.phones().into_iter();
        let phone = phones.next();
        let name = self.name(phone.is_some())?;
        let task = match self.headings.tasks {
            true => self.task(numbers)?,
            false => None,
        };
        Ok(ImportRow {
            row,
            number,
            key: self.cell(Column::Key).trim().to_owned(),
            cells: self.cells(),
            phone,
            other_phones: phones.filter(|_| !self.headings.tasks).collect(),
            name,
            task,
            remarks: self.remarks,
        })
    }

    fn cells(&self) -> String {
        let cells = self
            .record
            .iter()
            .map(|cell| cell.replace(ImportRow::BETWEEN, " "));
        let between = ImportRow::BETWEEN.to_string();
        cells.collect::<Vec<_>>().join(&between)
    }

    pub(super) fn cell(&self, column: Column) -> &'a str {
        let at = self.headings.place(column);
        cell::unguard(at.and_then(|at| self.record.get(at)).unwrap_or_default())
    }

    pub(super) fn one_line(&self, column: Column) -> String {
        one_line(self.cell(column))
    }

    /// Returns the non-empty cells of these columns in order, with their indexes.
    pub(super) fn filled(&self, of: &[Column]) -> Vec<(usize, &'a str)> {
        let columns = self.headings.columns.iter().enumerate();
        let chosen = columns.filter(|(_, (column, _))| of.contains(column));
        let cell = |(at, _)| {
            (
                at,
                cell::unguard(self.record.get(at).unwrap_or_default()).trim(),
            )
        };
        chosen
            .map(cell)
            .filter(|(_, text)| !text.is_empty())
            .collect()
    }

    pub(super) fn heading_at(&self, at: usize) -> String {
        self.headings.columns[at].1.clone()
    }

    pub(super) fn heading(&self, column: Column) -> String {
        let found = self.headings.columns.iter().find(|(of, _)| *of == column);
        found
            .map(|(_, heading)| heading.clone())
            .unwrap_or_default()
    }

    /// Appends a value without a field to the description.
    pub(super) fn keep(&mut self, column: Column) {
        let text = self.cell(column).trim();
        if !text.is_empty() {
            self.below.push(format!("{}: {text}", self.heading(column)));
        }
    }

    pub(super) fn note(&mut self, column: Column, what: Observation) {
        let column = self.heading(column);
        self.remarks.push(Remark { column, what });
    }

    fn note_row(&mut self, what: Observation) {
        self.remarks.push(Remark::of_row(what));
    }

    /// Returns the value, or records a remark on its problem.
    pub(super) fn checked<T>(&mut self, column: Column, parsed: Result<T>) -> Result<Option<T>> {
        match parsed {
            Ok(value) => Ok(Some(value)),
            Err(Error::Invalid(invalid)) => {
                self.note(column, Observation::Wrong(invalid.problem));
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

pub(super) fn one_line(text: &str) -> String {
    let lines = text.lines().map(str::trim);
    let lines = lines.filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join(", ")
}
