//! A file becomes a sheet: its letters, its separator, its headings, and its rows one by one.

use std::borrow::Cow;
use std::collections::HashMap;

use csv::{ReaderBuilder, StringRecord};
use encoding_rs::{Encoding, WINDOWS_1251};
use jiff::Timestamp;

use super::choices::{Choices, Rows};
use super::columns::Column;
use super::headings::Headings;
use super::row::Row;
use super::table::{Statuses, Table, TableColumn, decided};
use crate::domain::{Employee, Error, ImportRow, Observation, Problem, Result, Sheet, Shop, Stage};

/// What is wrong with the file as a whole is reported here.
pub const FIELD: &str = "csv";
/// As many rows as ten years of a small shop; more are several files.
const ROWS: usize = 50_000;

/// What a file is read with.
pub struct Reading<'a> {
    pub shop: &'a Shop,
    /// By whose e-mails it may name the responsible.
    pub staff: &'a [Employee],
    /// The shop's, by status and in their order.
    pub stages: &'a [Stage],
    /// What the owner has decided about the file.
    pub choices: &'a Choices,
    pub now: Timestamp,
}

/// Reads a file. What is wrong with a row stands in that row; where the headings are not enough, or
/// what was decided can't be, it stands in the sheet, and no row is read.
///
/// # Errors
/// [`Error::Invalid`] for a file that is no table or is empty.
pub fn read(file: &[u8], reading: &Reading<'_>) -> Result<Table> {
    let text = decode(file).ok_or(Problem::NotCsv.at(FIELD))?;
    if text.trim().is_empty() {
        return Err(Problem::Required.at(FIELD).into());
    }
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator(&text))
        .from_reader(text.as_bytes());
    let mut records = reader.records();
    let headings = match records.next() {
        Some(headings) => headings.map_err(Error::internal)?,
        None => return Err(Problem::Required.at(FIELD).into()),
    };
    let mut rows: Vec<(usize, StringRecord)> = Vec::new();
    for (index, record) in records.enumerate() {
        let record = record.map_err(Error::internal)?;
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if rows.len() == ROWS {
            return Err(Problem::TooManyRows { max: ROWS }.at(FIELD).into());
        }
        rows.push((index + 2, record));
    }
    if rows.is_empty() {
        return Err(Problem::Required.at(FIELD).into());
    }
    table(Headings::read(&headings, reading.choices), &rows, reading)
}

/// What the rows under these headings say.
fn table(
    mut headings: Headings,
    records: &[(usize, StringRecord)],
    reading: &Reading<'_>,
) -> Result<Table> {
    let statuses = Statuses::read(&headings, records, reading);
    let (statuses, unreadable) = match statuses {
        Ok(statuses) => (statuses, None),
        Err(problem) => (Statuses::default(), Some(problem)),
    };
    headings.problem = headings.problem.or(unreadable);
    let skip = reading.choices.skip_invalid;
    let mut rows: Vec<ImportRow> = Vec::new();
    // The numbers of the rows before, and whether these are taken.
    let mut numbers = HashMap::new();
    for (at, record) in records.iter().filter(|_| headings.problem.is_none()) {
        let row = Row::new(reading, &headings, &statuses, record).read(*at, &numbers)?;
        if !row.number.is_empty() {
            let taken = !(skip && row.is_refused());
            let number = row.number.clone();
            numbers.entry(number).or_insert((row.row, taken));
        }
        rows.push(row);
    }
    let columns = TableColumn::all(&headings, records);
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
            remarks: remarks.into_iter().collect(),
            skips_invalid: skip,
            choices: decided(&headings, &statuses, skip),
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

/// Excel writes Windows-1251 in Russia, and says so nowhere; everybody else writes UTF-8.
fn decode(file: &[u8]) -> Option<Cow<'_, str>> {
    let text = match (Encoding::for_bom(file), std::str::from_utf8(file)) {
        (Some((encoding, mark)), _) => encoding.decode_without_bom_handling(&file[mark..]).0,
        (None, Ok(text)) => text.into(),
        (None, Err(_)) => WINDOWS_1251.decode_without_bom_handling(file).0,
    };
    // A workbook of Excel is a ZIP file.
    let is_text = !text.starts_with("PK\u{3}\u{4}") && !text.contains(['\0', '\u{fffd}']);
    is_text.then_some(text)
}

/// The one that stands most often between the headings, which may have several lines.
fn separator(text: &str) -> u8 {
    let mut quoted = false;
    let mut counts = [(b',', 0), (b'\t', 0), (b';', 0)];
    for byte in text.bytes() {
        quoted ^= byte == b'"';
        if byte == b'\n' && !quoted {
            break;
        }
        let found = counts.iter_mut().find(|(of, _)| *of == byte && !quoted);
        if let Some((_, count)) = found {
            *count += 1;
        }
    }
    let most = counts.into_iter().max_by_key(|(_, count)| *count);
    most.map_or(b';', |(separator, _)| separator)
}
