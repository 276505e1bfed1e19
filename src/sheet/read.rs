//! Reads a file into a table: its headings, then row by row.

use std::collections::HashMap;

use super::choices::Rows;
use super::columns::Column;
use super::decode::decode;
use super::habits::Habits;
use super::headings::Headings;
use super::reading::{COLUMNS, FIELD, ROWS, Reading};
use super::records::{Record, Records};
use super::row::RowReader;
use super::table::{Statuses, Table, TableColumn, decided};
use super::workbook;
use crate::domain::{ImportRow, Observation, Problem, Remark, Result, Sheet};

/// Reads a file. A problem of a row is reported with the row; insufficient headings or invalid
/// choices are reported with the sheet, and no row is read.
///
/// # Errors
/// [`Error::Invalid`](crate::domain::Error) for a file that is no table or is empty.
pub fn read(file: &[u8], reading: &Reading<'_>) -> Result<Table> {
    let (worksheet, headings, records) = match workbook::is_workbook(file) {
        true => {
            let (name, records) = workbook::read(file)?;
            let mut records = records.into_iter();
            let headings = first(&mut records, reading)?;
            (Some(name), headings, take(records)?)
        }
        false => {
            let text = decode(file)?;
            let mut records = Records::new(&text);
            let headings = first(&mut records, reading)?;
            let phone = headings.place(Column::Phone);
            records.expect(headings.columns.len(), phone);
            (None, headings, take(records)?)
        }
    };
    table(headings, worksheet, &records, reading)
}

/// Reads the headings: the first non-empty record.
fn first(records: &mut impl Iterator<Item = Record>, reading: &Reading<'_>) -> Result<Headings> {
    let record = records.next().ok_or(Problem::Required.at(FIELD))?;
    let record = narrow(record)?;
    match record.fault {
        Some(Observation::Wrong(problem)) => Err(problem.at(FIELD).into()),
        _ => Ok(Headings::read(&record.cells, reading.choices)),
    }
}

/// Rejects the whole file for a row that is too wide, since a row cut off at the limit would be
/// wrong.
fn narrow(record: Record) -> Result<Record> {
    match record.cells.len() > COLUMNS {
        true => Err(Problem::TooManyColumns { max: COLUMNS }.at(FIELD).into()),
        false => Ok(record),
    }
}

/// Reads all rows after the headings.
fn take(records: impl Iterator<Item = Record>) -> Result<Vec<Record>> {
    let records = records.take(ROWS + 1).map(narrow);
    let records: Vec<Record> = records.collect::<Result<_>>()?;
    match records.len() {
        0 => Err(Problem::Required.at(FIELD).into()),
        1..=ROWS => Ok(records),
        _ => Err(Problem::TooManyRows { max: ROWS }.at(FIELD).into()),
    }
}

/// Reads the rows under these headings.
fn table(
    mut headings: Headings,
    worksheet: Option<String>,
    records: &[Record],
    reading: &Reading<'_>,
) -> Result<Table> {
    let statuses = Statuses::read(&headings, records, reading);
    let (statuses, unreadable) = match statuses {
        Ok(statuses) => (statuses, None),
        Err(problem) => (Statuses::default(), Some(problem)),
    };
    headings.problem = headings.problem.or(unreadable);
    let habits = Habits::of(&headings, records, reading.choices.date_order);
    let skip = reading.choices.skip_invalid;
    let mut rows: Vec<ImportRow> = Vec::new();
    // Numbers of the earlier rows, and whether those are imported.
    let mut numbers = HashMap::new();
    for record in records.iter().filter(|_| headings.problem.is_none()) {
        let row = RowReader::new(reading, &headings, &habits, &statuses, &record.cells);
        let mut row = row.read(record.row, &numbers)?;
        let fault = record.fault.clone();
        let fault = fault.filter(|fault| headings.is_worth_saying(fault));
        row.remarks.splice(0..0, fault.map(Remark::of_row));
        if !row.number.is_empty() {
            let taken = !(skip && row.is_refused());
            let number = row.number.clone();
            numbers.entry(number).or_insert((row.row, taken));
        }
        rows.push(row);
    }
    let columns = TableColumn::all(&headings.columns, records);
    let statuses = statuses.into_words();
    let no_date = headings.tasks && headings.place(Column::Created).is_none();
    let remarks = (no_date && headings.problem.is_none()).then_some(Observation::NoDateColumn);
    let [described, noted, left_out] = headings.unmapped();
    Ok(Table {
        sheet: Sheet {
            source: headings.source,
            rows,
            described,
            noted,
            left_out,
            worksheet,
            dates: habits.dates,
            remarks: remarks.into_iter().collect(),
            skips_invalid: skip,
            choices: decided(&headings, &statuses, reading.choices),
            problem: headings.problem,
        },
        columns,
        statuses,
        rows: match headings.tasks {
            true => Rows::Tasks,
            false => Rows::Customers,
        },
        rows_are_chosen: reading.choices.rows.is_some(),
    })
}
