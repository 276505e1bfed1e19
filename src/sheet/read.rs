//! A file becomes a sheet: its headings, and its rows one by one.

use std::collections::HashMap;

use csv::StringRecord;
use jiff::Timestamp;

use super::cell;
use super::columns::{self, Column};
use super::decode::decode;
use super::habits::Habits;
use super::records::{Record, Records};
use super::row::Row;
use super::workbook;
use crate::domain::{
    DateOrder, DateOrders, Employee, ImportRow, Observation, Problem, Remark, Result, Sheet, Shop,
    Source, Stage,
};

/// What is wrong with the file as a whole is reported here.
pub const FIELD: &str = "csv";
/// As many rows as ten years of a small shop; more are several files.
pub const ROWS: usize = 50_000;
/// As many as Excel's old format had; RemOnline writes 33.
pub const COLUMNS: usize = 256;

/// What a file is read with.
pub struct Reading<'a> {
    pub shop: &'a Shop,
    /// By whose e-mails it may name the responsible.
    pub staff: &'a [Employee],
    /// The shop's, by status and in their order.
    pub stages: &'a [Stage],
    pub now: Timestamp,
    /// Holds for the columns of dates that don't tell their order.
    pub date_order: Option<DateOrder>,
}

/// Reads a file. What is wrong with a row stands in that row.
///
/// # Errors
/// [`Error::Invalid`](crate::domain::Error) for a file that is no table, is empty, or has headings
/// that nobody knows.
pub fn read(file: &[u8], reading: &Reading<'_>) -> Result<Sheet> {
    let (worksheet, headings, records) = match workbook::is_workbook(file) {
        true => {
            let (name, records) = workbook::read(file)?;
            let mut records = records.into_iter();
            let headings = Headings::first(&mut records)?;
            (Some(name), headings, take(records)?)
        }
        false => {
            let text = decode(file)?;
            let mut records = Records::new(&text);
            let headings = Headings::first(&mut records)?;
            let phone = headings.at(Column::Phone);
            records.expect(headings.columns.len(), phone);
            (None, headings, take(records)?)
        }
    };
    let habits = Habits::of(&headings, &records, reading.date_order);
    let mut rows: Vec<ImportRow> = Vec::new();
    let mut numbers = HashMap::new();
    for record in &records {
        let mut row =
            Row::new(reading, &headings, &habits, &record.cells).read(record.row, &numbers)?;
        let fault = record
            .fault
            .clone()
            .filter(|fault| headings.is_worth_saying(fault));
        row.remarks.splice(0..0, fault.map(Remark::of_row));
        if !row.number.is_empty() {
            numbers.entry(row.number.clone()).or_insert(row.row);
        }
        rows.push(row);
    }
    Ok(headings.sheet(rows, worksheet, habits.dates))
}

/// All rows after the headings.
fn take(records: impl Iterator<Item = Record>) -> Result<Vec<Record>> {
    let records: Vec<Record> = records.take(ROWS + 1).collect();
    match records.len() {
        0 => Err(Problem::Required.at(FIELD).into()),
        1..=ROWS => Ok(records),
        _ => Err(Problem::TooManyRows { max: ROWS }.at(FIELD).into()),
    }
}

/// The columns of a file, in its order.
pub struct Headings {
    pub columns: Vec<(Column, String)>,
    pub source: Source,
    /// Whether the rows are tasks, and not customers alone.
    pub tasks: bool,
}

impl Headings {
    /// Reads the first record that isn't empty.
    fn first(records: &mut impl Iterator<Item = Record>) -> Result<Self> {
        let record = records.next().ok_or(Problem::Required.at(FIELD))?;
        match record.fault {
            Some(Observation::Wrong(problem)) => Err(problem.at(FIELD).into()),
            _ if record.cells.len() > COLUMNS => {
                Err(Problem::TooManyColumns { max: COLUMNS }.at(FIELD).into())
            }
            _ => Self::read(&record.cells),
        }
    }

    /// Where a column is.
    pub fn at(&self, column: Column) -> Option<usize> {
        self.columns.iter().position(|(of, _)| *of == column)
    }

    /// Our own descriptions may be long, and are quoted as they should be.
    fn is_worth_saying(&self, fault: &Observation) -> bool {
        fault.is_wrong() || self.source != Source::Zayavka
    }

    pub fn read(record: &StringRecord) -> Result<Self> {
        let mut columns: Vec<(Column, String)> = Vec::new();
        let mut source = Source::Other;
        for cell in record {
            let heading = cell::unguard(cell).trim().to_owned();
            let known = columns::known(&heading);
            let column = match known {
                None => Column::Described,
                // "Total" beside "sum": the second one has no field any more.
                Some((column, _)) if columns.iter().any(|(of, _)| *of == column) => match column {
                    Column::LeftOut | Column::Noted => column,
                    _ => Column::Described,
                },
                Some((column, ours)) => {
                    if column == Column::Number {
                        source = if ours {
                            Source::Zayavka
                        } else {
                            Source::RemOnline
                        };
                    }
                    column
                }
            };
            columns.push((column, heading));
        }
        let no_task = [
            Column::Name,
            Column::Phone,
            Column::Described,
            Column::Noted,
            Column::LeftOut,
        ];
        let has = |column| columns.iter().any(|(of, _)| *of == column);
        if !has(Column::Phone) && !has(Column::Description) && !has(Column::Number) {
            return Err(Problem::HeadingsUnknown.at(FIELD).into());
        }
        let tasks = columns.iter().any(|(column, _)| !no_task.contains(column));
        Ok(Self {
            columns,
            source,
            tasks,
        })
    }

    fn sheet(self, rows: Vec<ImportRow>, worksheet: Option<String>, dates: DateOrders) -> Sheet {
        let of = |column: Column| {
            let all = self
                .columns
                .iter()
                .filter(|(of, name)| *of == column && !name.is_empty());
            all.map(|(_, name)| name.clone()).collect::<Vec<_>>()
        };
        let (mut described, mut noted) = (of(Column::Described), of(Column::Noted));
        let mut left_out = of(Column::LeftOut);
        // A customer's card has neither a description nor comments.
        if !self.tasks {
            left_out.append(&mut described);
            left_out.append(&mut noted);
        }
        Sheet {
            source: self.source,
            rows,
            described,
            noted,
            left_out,
            worksheet,
            dates,
        }
    }
}
