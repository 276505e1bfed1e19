//! A text becomes records: its separator, its quotes, and the rows of the table.
//!
//! The `csv` crate writes our files and doesn't read others', since it takes every text for a table:
//! a quote that nobody closes swallows all rows to the end of the file without a word, and empty
//! lines aren't counted. Here a broken quote costs its own row, and the rows have the numbers that
//! a spreadsheet shows.

use csv::StringRecord;

use super::reading::COLUMNS;
use crate::domain::{Observation, Problem};

/// A record over so many lines is worth a look.
const LINES: usize = 20;
/// In narrower tables any sentence has as many commas as a row.
const WIDE: usize = 4;

/// A row of a table, before anything is known of its columns.
pub struct Record {
    /// Counted as a spreadsheet does.
    pub row: usize,
    pub cells: StringRecord,
    pub fault: Option<Observation>,
}

/// The records of a text, one after another.
pub struct Records<'a> {
    rest: &'a str,
    separator: char,
    row: usize,
    /// How many columns there are, once the headings are read, and which of them has the phone.
    columns: Option<(usize, Option<usize>)>,
}

impl<'a> Records<'a> {
    /// Begins to read. A first line `sep=;`, which Excel obeys and doesn't show, is obeyed.
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

    /// Sets how many columns the records after the headings should have, and which has the phone:
    /// by these a whole row inside of a cell is known.
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
            // A quote that another row closes: only the first line is this row's.
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

    /// Whether one of the further lines of a record is a row by itself: it has as many cells as
    /// there are columns, and a phone where that should be.
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

    /// The next record that isn't empty; the others are counted.
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

/// What was cut off a text: the cells, and how many bytes they were with the end of their line.
struct Cut {
    cells: StringRecord,
    length: usize,
    /// Whether every quote that was opened is closed.
    is_sound: bool,
    /// Whether all cells are in quotes. Then none that was forgotten can find another one that
    /// closes it: what follows that wouldn't be a separator.
    is_quoted: bool,
}

/// Cuts off a record. Reading ends after more cells than there should be, when these go over several
/// lines: whatever comes then is no part of the row. It ends in any case after more cells than any
/// table has, so that a million of them cost no more than the first few.
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

/// A cell in quotes, with its length; `None` where no quote is closed as it should be.
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

/// A cell as it stands there, quotes and all, and whether none was opened in vain. Of a cell that
/// somebody put in quotes without doubling those in it, the outer ones go.
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

/// The first line alone, without regard to quotes.
fn plain_line(text: &str, separator: char) -> Cut {
    let (line, after) = cut_line(text);
    Cut {
        cells: line.split(separator).take(COLUMNS + 1).collect(),
        length: text.len() - after.len(),
        is_sound: false,
        is_quoted: false,
    }
}

/// The first line, and what comes after its end.
fn cut_line(text: &str) -> (&str, &str) {
    let length = text.find(['\r', '\n']).unwrap_or(text.len());
    let (line, rest) = text.split_at(length);
    (line, &rest[end_of_line(rest)..])
}

/// How long the end of a line is that stands there: CR LF, LF, or the CR of old Macs.
fn end_of_line(text: &str) -> usize {
    match text.as_bytes() {
        [b'\r', b'\n', ..] => 2,
        [b'\r' | b'\n', ..] => 1,
        _ => 0,
    }
}

/// How many lines a record goes over.
fn lines(record: &str) -> usize {
    let (mut rest, mut count) = (record, 0);
    while !rest.is_empty() {
        rest = cut_line(rest).1;
        count += 1;
    }
    count
}

/// The sign that stands most often between the headings, which may be quoted and of several lines.
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
