//! A workbook of Excel becomes records, as its sheet shows them.

use std::borrow::Cow;
use std::io::{Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{Cell, DataRef, ExcelDateTime, Reader, SheetType, SheetVisible, Xlsx};
use csv::StringRecord;
use zip::ZipArchive;

use super::choices::Choices;
use super::headings::Headings;
use super::reading::{COLUMNS, FIELD, ROWS};
use super::records::Record;
use crate::domain::{Error, Problem, Result};

/// A workbook is a ZIP file.
const ZIP: &[u8] = b"PK\x03\x04";
/// The container of the format before 2007, and of encrypted workbooks.
const OLD: &[u8] = b"\xd0\xcf\x11\xe0";
/// 50,000 rows of 40 columns take less.
const UNPACKED_MIB: usize = 100;
/// Files in the file; a workbook of ten sheets has about thirty.
const PARTS: usize = 2_000;
/// With this each of them begins in the list of the file, where nothing is packed.
const PART: &[u8] = b"PK\x01\x02";
/// Sheets, of which some may be read before the one that has a table.
const SHEETS: usize = 100;
/// Texts that cells share: 50,000 rows of 40 columns have no more. An empty one takes five bytes of the file and five
/// times as many in memory.
const TEXTS: usize = 2_000_000;
/// The type that an OpenDocument file names first.
const OPEN_DOCUMENT: &[u8] = b"application/vnd.oasis.opendocument";
/// The attribute by which calamine takes memory before it has read what that is for.
const COUNT: &[u8] = b"uniqueCount";

/// Whether it is a workbook of any kind, and not a text.
pub fn is_workbook(file: &[u8]) -> bool {
    file.starts_with(ZIP) || file.starts_with(OLD)
}

/// Returns the name of a sheet and its records: the first visible one whose first row has headings
/// that are known, else the first visible one.
///
/// # Errors
/// Those [`Problem`]s that begin with `Workbook`, each with what to do about it;
/// [`Problem::TooManyRows`] and [`Problem::TooManyColumns`].
pub fn read(file: &[u8]) -> Result<(String, Vec<Record>)> {
    if file.starts_with(OLD) {
        return Err(Problem::WorkbookOld.at(FIELD).into());
    }
    unpack(file)?;
    // A file that its parts contradict must not take the thread with it.
    let read = catch_unwind(AssertUnwindSafe(|| sheets(file)));
    read.unwrap_or_else(|_| Err(unreadable(())))
}

fn sheets(file: &[u8]) -> Result<(String, Vec<Record>)> {
    let mut workbook = Xlsx::new(Cursor::new(file)).map_err(unreadable)?;
    if workbook.sheets_metadata().len() > SHEETS {
        return Err(Problem::WorkbookSheets { max: SHEETS }.at(FIELD).into());
    }
    let sheets = workbook.sheets_metadata().iter();
    let visible = sheets.filter(|sheet| {
        sheet.visible == SheetVisible::Visible && sheet.typ == SheetType::WorkSheet
    });
    let names: Vec<String> = visible.map(|sheet| sheet.name.clone()).collect();
    let mut first = None;
    for name in names {
        let records = records(&mut workbook, &name)?;
        let guess = |record: &Record| Headings::read(&record.cells, &Choices::default());
        let headings = records.first().map(guess);
        if headings.is_some_and(|headings| headings.is_ok()) {
            return Ok((name, records));
        }
        first.get_or_insert((name, records));
    }
    first.ok_or_else(|| unreadable(()))
}

fn records(workbook: &mut Xlsx<Cursor<&[u8]>>, name: &str) -> Result<Vec<Record>> {
    let mut reader = workbook.worksheet_cells_reader(name).map_err(unreadable)?;
    let mut records: Vec<Record> = Vec::new();
    while let Some(cell) = reader.next_cell().map_err(unreadable)? {
        let text = text(&cell);
        if text.trim().is_empty() {
            continue;
        }
        let (row, column) = cell.get_position();
        let (row, column) = (row as usize + 1, column as usize);
        if column >= COLUMNS {
            return Err(Problem::TooManyColumns { max: COLUMNS }.at(FIELD).into());
        }
        if records.last().is_none_or(|last| last.row < row) {
            // With the headings.
            if records.len() > ROWS {
                return Err(Problem::TooManyRows { max: ROWS }.at(FIELD).into());
            }
            let cells = StringRecord::new();
            records.push(Record {
                row,
                cells,
                fault: None,
            });
        }
        let record = records.last_mut().filter(|record| record.row == row);
        let cells = record.map(|record| &mut record.cells);
        let cells = cells
            .filter(|cells| cells.len() <= column)
            .ok_or_else(|| unreadable(()))?;
        while cells.len() < column {
            cells.push_field("");
        }
        cells.push_field(&text);
    }
    Ok(records)
}

/// What a cell holds, as a table would write it.
fn text(cell: &Cell<DataRef<'_>>) -> String {
    match cell.get_value() {
        DataRef::Empty => String::new(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => decimal(*number),
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(truth) => truth.to_string(),
        DataRef::DateTime(at) => moment(at),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::Error(error) => error.to_string(),
    }
}

/// A number with the 15 digits that Excel has of it, and never with three behind the point alone:
/// those would be taken for thousands.
fn decimal(number: f64) -> String {
    let shown = format!("{number:.14e}").parse().unwrap_or(number);
    let text = f64::to_string(&shown);
    match text.split_once('.') {
        Some((_, part)) if part.len() == 3 => text + "0",
        _ => text,
    }
}

/// A date, and its time unless that is midnight.
fn moment(at: &ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, milli) = at.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    match (hour, minute, second, milli) {
        (0, 0, 0, 0) => date,
        _ => format!("{date} {hour:02}:{minute:02}:{second:02}.{milli:03}"),
    }
}

/// Unpacks all parts, which takes no more memory than the largest, and refuses what no workbook of
/// a shop is: one that is far larger than its file, or asks for memory that it doesn't fill.
fn unpack(file: &[u8]) -> Result<()> {
    let too_large = || Problem::WorkbookTooLarge { mib: UNPACKED_MIB }.at(FIELD);
    // The library takes memory for each before anything can be asked of it.
    if file.windows(PART.len()).filter(|at| *at == PART).count() > PARTS {
        return Err(Problem::WorkbookParts { max: PARTS }.at(FIELD).into());
    }
    let mut zip = ZipArchive::new(Cursor::new(file)).map_err(unreadable)?;
    let mut room = UNPACKED_MIB * 1024 * 1024;
    let mut part = Vec::new();
    for at in 0..zip.len() {
        part.clear();
        let found = zip.by_index(at).map_err(unreadable)?;
        let is_type = found.name().is_ok_and(|name| name == "mimetype");
        found
            .take(room as u64 + 1)
            .read_to_end(&mut part)
            .map_err(unreadable)?;
        room = room.checked_sub(part.len()).ok_or_else(too_large)?;
        if is_type && part.starts_with(OPEN_DOCUMENT) {
            return Err(Problem::WorkbookOpenDocument.at(FIELD).into());
        }
        let letters = letters(&part);
        if promised(&letters) > part.len() {
            return Err(unreadable(()));
        }
        if texts(&letters) > TEXTS {
            return Err(Problem::WorkbookTexts { max: TEXTS }.at(FIELD).into());
        }
    }
    Ok(())
}

/// The letters of a part: in UTF-16 every other byte is a zero.
fn letters(part: &[u8]) -> Cow<'_, [u8]> {
    match part.contains(&0) {
        true => part.iter().copied().filter(|byte| *byte != 0).collect(),
        false => part.into(),
    }
}

/// How many shared texts a part has: elements that are called `si`, with or without a prefix.
fn texts(part: &[u8]) -> usize {
    let is_text = |at: &&[u8]| match at {
        [b'<' | b':', b's', b'i', end] => matches!(end, b'>' | b'/' | b' ' | b'\t' | b'\r' | b'\n'),
        _ => false,
    };
    part.windows(4).filter(is_text).count()
}

/// How many texts a part says it has, at the most.
fn promised(part: &[u8]) -> usize {
    let counts = part
        .windows(COUNT.len())
        .enumerate()
        .filter(|(_, word)| *word == COUNT);
    let number = |(at, _): (usize, _)| {
        let digits = part[at + COUNT.len()..]
            .iter()
            .skip_while(|byte| !byte.is_ascii_digit());
        let digits = digits.take_while(|byte| byte.is_ascii_digit());
        digits.fold(0_usize, |number, digit| {
            number
                .saturating_mul(10)
                .saturating_add(usize::from(digit - b'0'))
        })
    };
    counts.map(number).max().unwrap_or_default()
}

/// The library's own words are for its users, and may quote a cell.
fn unreadable<E>(_: E) -> Error {
    Problem::WorkbookUnreadable.at(FIELD).into()
}
