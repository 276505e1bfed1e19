//! Splits a text into records: separator, quotes and rows.
//!
//! The `csv` crate is used for writing only. It accepts every text as a table: an unclosed quote
//! silently swallows all rows to the end of the file, and empty lines aren't counted. Here an
//! unbalanced quote costs only its own row, and rows are numbered as a spreadsheet shows them.

use csv::StringRecord;

use super::reading::COLUMNS;
use crate::domain::{Observation, Problem};

/// Number of lines from which a record is reported as suspicious.
const LINES: usize = 20;
/// Minimum number of columns for detecting a row by its width: in narrower tables an ordinary
/// sentence has as many commas.
const WIDE: usize = 4;

/// A row of a table, before its columns are known.
pub struct Record {
    /// RowReader number as a spreadsheet counts.
    pub row: usize,
    pub cells: StringRecord,
    pub fault: Option<Observation>,
}

/// Iterator over the records of a text.
pub struct Records<'a> {
    rest: &'a str,
    separator: char,
    row: usize,
    /// Number of columns and the index of the phone column, once the headings are read.
    columns: Option<(usize, Option<usize>)>,
}

impl<'a> Records<'a> {
    /// Starts reading. Honours a first line `sep=;`, an Excel directive that isn't part of the
    /// table.
    pub fn new(text: &'a str) -> Self {
        let (line, after) = cut_line(text);
        let named = line.trim().trim_matches('"');
        let named = named
            .get(..4)
            .filter(|start| start.eq_ignore_ascii_case("sep="))
            .map(|_| {
                let separator = line.trim_start().trim_matches('"').chars().nth(4);
                separator.filter(|c| c.is_ascii() && !matches!(c, '"' | '\r' | '\n'))
            });
        let (rest, separator) = match named {
            Some(separator) => (after, separator),
            None => (text, None),
        };
        Self {
            rest,
            separator: separator.unwrap_or_else(|| self::separator(rest)),
            row: 0,
            columns: None,
        }
    }

    /// Sets the expected number of columns and the phone column, which serve to detect a whole row
    /// swallowed by a cell.
    pub fn expect(&mut self, columns: usize, phone: Option<usize>) {
        self.columns = Some((columns, phone));
    }

    fn cut(&mut self) -> Record {
        let most = self.columns.map_or(usize::MAX, |(columns, _)| columns);
        let mut cut = cut_record(self.rest, self.separator, most);
        let text = &self.rest[..cut.length];
        let lines = lines(text);
        let is_beyond = |cell: &str| !cell.trim().is_empty();
        let is_joined = || cut.cells.iter().skip(most).any(is_beyond) || self.holds_row(text);
        if lines > 1 && !cut.is_quoted && is_joined() {
            // The quote is closed by another row: only the first line belongs to this record.
            cut = plain_line(self.rest, self.separator);
        }
        self.rest = &self.rest[cut.length..];
        self.row += 1;
        let fault = match (cut.is_sound, lines > LINES) {
            (false, _) => Some(Observation::Wrong(Problem::QuoteOpen)),
            (true, true) => Some(Observation::ManyLines(lines)),
            (true, false) => None,
        };
        Record {
            row: self.row,
            cells: cut.cells,
            fault,
        }
    }

    /// Returns whether one of the further lines of a record is a complete row: it has as many cells
    /// as there are columns, and a phone in the phone column.
    fn holds_row(&self, record: &str) -> bool {
        let Some((columns, phone)) = self.columns.filter(|(columns, _)| *columns > 1) else {
            return false;
        };
        let mut rest = cut_line(record).1;
        while !rest.is_empty() {
            let (line, after) = cut_line(rest);
            rest = after;
            let cells: Vec<&str> = line.split(self.separator).take(COLUMNS + 1).collect();
            let is_row = match phone.and_then(|at| cells.get(at)) {
                Some(cell) => {
                    let digits = cell.chars().filter(char::is_ascii_digit).count();
                    let is_phone = digits >= 5 && !cell.contains(char::is_alphabetic);
                    is_phone || (columns >= WIDE && cell.trim().is_empty())
                }
                None => columns >= WIDE && phone.is_none(),
            };
            if cells.len() >= columns && is_row {
                return true;
            }
        }
        false
    }
}

impl Iterator for Records<'_> {
    type Item = Record;

    /// Returns the next non-empty record; empty ones are counted.
    fn next(&mut self) -> Option<Record> {
        while !self.rest.is_empty() {
            let record = self.cut();
            if !record.cells.iter().all(|cell| cell.trim().is_empty()) {
                return Some(record);
            }
        }
        None
    }
}

/// A record cut off the text: its cells, and its length in bytes including the line end.
struct Cut {
    cells: StringRecord,
    length: usize,
    /// Whether every opened quote is closed.
    is_sound: bool,
    /// Whether all cells are quoted. Then an unclosed quote can't be closed by another cell's,
    /// since no separator would follow it.
    is_quoted: bool,
}

/// Cuts off a record. Reading stops at more cells than expected if the record spans several lines,
/// since the rest isn't part of the row. It always stops at the maximum number of columns, so that
/// a million cells cost no more than the first few.
fn cut_record(text: &str, separator: char, most: usize) -> Cut {
    let mut cut = Cut {
        cells: StringRecord::new(),
        length: 0,
        is_sound: true,
        is_quoted: true,
    };
    let mut is_long = false;
    loop {
        let rest = &text[cut.length..];
        let (length, cell) = quoted(rest, separator).unwrap_or_else(|| {
            let (length, cell, is_sound) = plain(rest, separator);
            cut.is_sound &= is_sound;
            cut.is_quoted = false;
            (length, cell)
        });
        cut.cells.push_field(&cell);
        cut.length += length;
        is_long |= rest[..length].contains(['\n', '\r']);
        let rest = &rest[length..];
        let is_beyond = cut.cells.len() > most && !cell.trim().is_empty() && !cut.is_quoted;
        let end = end_of_line(rest);
        let is_end = end > 0 || rest.is_empty();
        if is_end || (is_beyond && is_long) || cut.cells.len() > COLUMNS {
            cut.length += end;
            return cut;
        }
        cut.length += separator.len_utf8();
    }
}

/// Parses a quoted cell, and returns its length; `None` when it isn't closed properly.
fn quoted(text: &str, separator: char) -> Option<(usize, String)> {
    let inside = text.strip_prefix('"')?;
    let mut at = 0;
    let length = loop {
        at += inside[at..].find('"')?;
        match inside[at + 1..].starts_with('"') {
            true => at += 2,
            false => break at,
        }
    };
    let after = &inside[length + 1..];
    let after = after.trim_start_matches(|c| c == ' ' && separator != ' ');
    let is_end = after.is_empty() || after.starts_with([separator, '\r', '\n']);
    is_end.then(|| {
        (
            text.len() - after.len(),
            inside[..length].replace("\"\"", "\""),
        )
    })
}

/// Returns a cell as written, including quotes, and whether its quotes are balanced. Outer quotes
/// around unescaped inner ones are removed.
fn plain(text: &str, separator: char) -> (usize, String, bool) {
    let length = text.find([separator, '\r', '\n']).unwrap_or(text.len());
    let cell = &text[..length];
    let Some(opened) = cell.strip_prefix('"') else {
        return (length, cell.to_owned(), true);
    };
    let inner = opened.trim_end().strip_suffix('"');
    let inner = inner.filter(|inner| inner.contains('"')).unwrap_or(cell);
    (length, inner.to_owned(), opened.contains('"'))
}

/// Cuts off the first line, ignoring quotes.
fn plain_line(text: &str, separator: char) -> Cut {
    let (line, after) = cut_line(text);
    Cut {
        cells: line.split(separator).take(COLUMNS + 1).collect(),
        length: text.len() - after.len(),
        is_sound: false,
        is_quoted: false,
    }
}

/// Splits a text after its first line.
fn cut_line(text: &str) -> (&str, &str) {
    let length = text.find(['\r', '\n']).unwrap_or(text.len());
    let (line, rest) = text.split_at(length);
    (line, &rest[end_of_line(rest)..])
}

/// Returns the length of the line end: CR LF, LF, or the CR of old Macs.
fn end_of_line(text: &str) -> usize {
    match text.as_bytes() {
        [b'\r', b'\n', ..] => 2,
        [b'\r' | b'\n', ..] => 1,
        _ => 0,
    }
}

/// Returns the number of lines of a record.
fn lines(record: &str) -> usize {
    let (mut rest, mut count) = (record, 0);
    while !rest.is_empty() {
        rest = cut_line(rest).1;
        count += 1;
    }
    count
}

/// Detects the separator: the most frequent candidate in the headings, which may be quoted and span
/// several lines.
fn separator(text: &str) -> char {
    let text = text.trim_start_matches(['\r', '\n']);
    let mut counts = [('|', 0), (',', 0), ('\t', 0), (';', 0)];
    let mut quoted = false;
    for c in text.chars() {
        quoted ^= c == '"';
        match counts.iter_mut().find(|(of, _)| *of == c && !quoted) {
            Some((_, count)) => *count += 1,
            None if matches!(c, '\r' | '\n') && !quoted => break,
            None => (),
        }
    }
    let most = counts.into_iter().max_by_key(|(_, count)| *count);
    most.map_or(';', |(separator, _)| separator)
}
