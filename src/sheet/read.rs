//! A file becomes a sheet: its letters, its separator, its headings, and its rows one by one.

use std::borrow::Cow;
use std::collections::HashMap;

use csv::{ReaderBuilder, StringRecord};
use encoding_rs::{Encoding, WINDOWS_1251};
use jiff::Timestamp;

use super::cell;
use super::columns::{self, Column};
use super::row::Row;
use crate::domain::{Employee, Error, ImportRow, Problem, Result, Sheet, Shop, Source, Stage};

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
    pub now: Timestamp,
}

/// Reads a file. What is wrong with a row stands in that row.
///
/// # Errors
/// [`Error::Invalid`] for a file that is no table, is empty, or has headings that nobody knows.
pub fn read(file: &[u8], reading: &Reading<'_>) -> Result<Sheet> {
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
    let headings = Headings::read(&headings)?;
    let mut rows: Vec<ImportRow> = Vec::new();
    let mut numbers = HashMap::new();
    for (index, record) in records.enumerate() {
        let record = record.map_err(Error::internal)?;
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if rows.len() == ROWS {
            return Err(Problem::TooManyRows { max: ROWS }.at(FIELD).into());
        }
        let row = Row::new(reading, &headings, &record).read(index + 2, &numbers)?;
        if !row.number.is_empty() {
            numbers.entry(row.number.clone()).or_insert(row.row);
        }
        rows.push(row);
    }
    if rows.is_empty() {
        return Err(Problem::Required.at(FIELD).into());
    }
    Ok(headings.sheet(rows))
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

/// The one that stands most often between the headings.
fn separator(text: &str) -> u8 {
    let line = text.lines().next().unwrap_or_default();
    let mut quoted = false;
    let mut counts = [(b',', 0), (b'\t', 0), (b';', 0)];
    for byte in line.bytes() {
        quoted ^= byte == b'"';
        let found = counts.iter_mut().find(|(of, _)| *of == byte && !quoted);
        if let Some((_, count)) = found {
            *count += 1;
        }
    }
    let most = counts.into_iter().max_by_key(|(_, count)| *count);
    most.map_or(b';', |(separator, _)| separator)
}

/// The columns of a file, in its order.
pub struct Headings {
    pub columns: Vec<(Column, String)>,
    pub source: Source,
    /// Whether the rows are tasks, and not customers alone.
    pub tasks: bool,
}

impl Headings {
    fn read(record: &StringRecord) -> Result<Self> {
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

    fn sheet(self, rows: Vec<ImportRow>) -> Sheet {
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
        }
    }
}
