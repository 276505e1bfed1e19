//! A file becomes a sheet: its letters, its separator, its headings, and its rows one by one.

use std::borrow::Cow;
use std::collections::HashMap;

use csv::{ReaderBuilder, StringRecord};
use encoding_rs::{Encoding, WINDOWS_1251};
use jiff::{Timestamp, ToSpan};

use super::cell;
use super::columns::{self, Column};
use crate::domain::{
    Category, Day, Description, Details, Device, Email, Employee, EmployeeId, Error, ImportRow,
    ImportTask, Line, Name, Observation, Phone, Problem, Remark, Result, Sheet, Shop, Source,
    Status, Sum, Task, moment,
};

/// What is wrong with the file as a whole is reported here.
pub const FIELD: &str = "csv";
/// As many rows as ten years of a small shop; more are several files.
const ROWS: usize = 50_000;

/// What a file is read with.
pub struct Reading<'a> {
    pub shop: &'a Shop,
    /// By whose e-mails it may name the responsible.
    pub staff: &'a [Employee],
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
struct Headings {
    columns: Vec<(Column, String)>,
    source: Source,
    /// Whether the rows are tasks, and not customers alone.
    tasks: bool,
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
                    Column::LeftOut => Column::LeftOut,
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
        let (described, mut left_out) = (of(Column::Described), of(Column::LeftOut));
        // A customer's card has no description.
        let described = match self.tasks {
            true => described,
            false => {
                left_out.extend(described);
                Vec::new()
            }
        };
        Sheet {
            source: self.source,
            rows,
            described,
            left_out,
        }
    }
}

/// One row while it is read.
struct Row<'a> {
    reading: &'a Reading<'a>,
    headings: &'a Headings,
    record: &'a StringRecord,
    remarks: Vec<Remark>,
    /// What stands below the description.
    below: Vec<String>,
}

impl<'a> Row<'a> {
    fn new(reading: &'a Reading<'a>, headings: &'a Headings, record: &'a StringRecord) -> Self {
        Self {
            reading,
            headings,
            record,
            remarks: Vec::new(),
            below: Vec::new(),
        }
    }

    fn read(mut self, row: usize, numbers: &HashMap<String, usize>) -> Result<ImportRow> {
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
        if let Some(first) = numbers.get(&number) {
            let problem = Problem::NumberTwice { row: *first };
            self.note(Column::Number, Observation::Wrong(problem));
        }
        let phone = self.phone()?;
        let name = self.one_line(Column::Name);
        let name = self
            .checked(Column::Name, Name::parse("name", &name))?
            .flatten();
        if phone.is_none() {
            self.keep(Column::Name);
        }
        let task = match self.headings.tasks {
            true => self.task(numbers)?,
            false => None,
        };
        Ok(ImportRow {
            row,
            number,
            cells: self.record.iter().collect::<Vec<_>>().join("\u{1f}"),
            phone,
            name,
            task,
            remarks: self.remarks,
        })
    }

    fn phone(&mut self) -> Result<Option<Phone>> {
        let text = self.cell(Column::Phone).trim();
        if text.is_empty() {
            self.note(
                Column::Phone,
                match self.headings.tasks {
                    true => Observation::NoCustomer,
                    false => Observation::Wrong(Problem::Required),
                },
            );
            return Ok(None);
        }
        let parse = |text: &str| Phone::parse("phone", text, self.reading.shop.country);
        let several = text.split_once([',', ';', '\n']);
        match (parse(text), several.map(|(first, _)| parse(first))) {
            (Err(_), Some(Ok(first))) => {
                self.keep(Column::Phone);
                self.note(Column::Phone, Observation::MorePhones);
                Ok(Some(first))
            }
            (whole, _) => self.checked(Column::Phone, whole),
        }
    }

    fn task(&mut self, numbers: &HashMap<String, usize>) -> Result<Option<ImportTask>> {
        let now = self.reading.now;
        let created = self.moment(Column::Created)?.unwrap_or(now);
        if created > now.saturating_add(24.hours()).unwrap_or(now) {
            let problem = Problem::MomentInFuture;
            self.note(Column::Created, Observation::Wrong(problem));
        }
        let (status, category) = (self.status(), self.category());
        let closed = self.moment(Column::Closed)?;
        let due = self.day(Column::Due)?;
        let employee = self.employee();
        let details = self.details()?;
        let warranty_of = self.warranty_of(numbers);
        let Some(description) = self.description()? else {
            return Ok(None);
        };
        let mut task = Task::new(None, employee, category, status, description, created);
        task.due = due;
        if status == Status::Closed {
            task.closed = Some(closed.unwrap_or(created));
        }
        task.updated = task.closed.unwrap_or(created).max(created);
        Ok(Some(ImportTask {
            task,
            details,
            warranty_of,
        }))
    }

    fn status(&mut self) -> Status {
        let text = self.cell(Column::Status).trim();
        match columns::status(text) {
            Some(status) => status,
            None if text.is_empty() => Status::Accepted,
            None => {
                self.keep(Column::Status);
                self.note(Column::Status, Observation::StatusUnknown);
                Status::Accepted
            }
        }
    }

    fn category(&mut self) -> Category {
        let text = self.cell(Column::Category).trim();
        match columns::category(text) {
            Some(category) => category,
            None if text.is_empty() => Category::Other,
            None => {
                self.keep(Column::Category);
                self.note(Column::Category, Observation::CategoryUnknown);
                Category::Other
            }
        }
    }

    fn employee(&mut self) -> Option<EmployeeId> {
        let text = self.cell(Column::Employee).trim();
        if text.is_empty() {
            return None;
        }
        let email = Email::parse("employee", text).ok();
        let same = |of: &&Employee| email.as_ref().is_some_and(|e| e.key() == of.email.key());
        let found = self.reading.staff.iter().find(same);
        if found.is_none() {
            self.keep(Column::Employee);
            self.note(Column::Employee, Observation::EmployeeUnknown);
        }
        found.map(|employee| employee.id)
    }

    fn details(&mut self) -> Result<Details> {
        Ok(Details {
            device: Device {
                kind: self.line(Column::Kind),
                brand: self.line(Column::Brand),
                model: self.line(Column::Model),
                serial: self.line(Column::Serial),
                accessories: self.line(Column::Accessories),
                appearance: self.line(Column::Appearance),
                place: self.line(Column::Place),
            },
            estimate: self.sum(Column::Estimate)?,
            price: self.sum(Column::Price)?,
            prepayment: self.sum(Column::Prepayment)?,
            warranty_until: self.day(Column::WarrantyUntil)?,
            warranty_of: None,
        })
    }

    fn warranty_of(&mut self, numbers: &HashMap<String, usize>) -> Option<String> {
        let number = self.cell(Column::WarrantyOf).trim().to_owned();
        if number.is_empty() || numbers.contains_key(&number) {
            return Some(number).filter(|number| !number.is_empty());
        }
        self.keep(Column::WarrantyOf);
        self.note(Column::WarrantyOf, Observation::WarrantyUnknown);
        None
    }

    /// With everything below it that has no field.
    fn description(&mut self) -> Result<Option<Description>> {
        for (at, (column, heading)) in self.headings.columns.iter().enumerate() {
            let text = cell::unguard(self.record.get(at).unwrap_or_default()).trim();
            if *column == Column::Described && !text.is_empty() {
                self.below.push(format!("{heading}: {text}"));
            }
        }
        let mut text = self.cell(Column::Description).to_owned();
        if !self.below.is_empty() {
            let gap = if text.is_empty() { "" } else { "\n\n" };
            text = format!("{text}{gap}{}", self.below.join("\n"));
        }
        let parsed = Description::parse("description", &text);
        self.checked(Column::Description, parsed)
    }

    /// What is no line or too long stands in the description instead.
    fn line(&mut self, column: Column) -> Line {
        let text = self.one_line(column);
        Line::parse("line", &text).unwrap_or_else(|_| {
            self.keep(column);
            self.note(column, Observation::Moved);
            Line::default()
        })
    }

    /// RemOnline writes a zero for what isn't known.
    fn sum(&mut self, column: Column) -> Result<Option<Sum>> {
        let text = cell::amount(self.cell(column));
        if text.is_empty() {
            return Ok(None);
        }
        let sum = Sum::parse("sum", text, self.reading.shop.currency);
        let known = |sum: &Sum| self.headings.source != Source::RemOnline || sum.minor() > 0;
        Ok(self.checked(column, sum)?.filter(known))
    }

    fn moment(&mut self, column: Column) -> Result<Option<Timestamp>> {
        match self.cell(column).trim() {
            "" => Ok(None),
            text => {
                let read = moment("moment", text, &self.reading.shop.timezone);
                self.checked(column, read)
            }
        }
    }

    fn day(&mut self, column: Column) -> Result<Option<Day>> {
        let moment = self.moment(column)?;
        Ok(moment.map(|moment| Day::of(moment, &self.reading.shop.timezone)))
    }

    fn cell(&self, column: Column) -> &'a str {
        let at = self
            .headings
            .columns
            .iter()
            .position(|(of, _)| *of == column);
        cell::unguard(at.and_then(|at| self.record.get(at)).unwrap_or_default())
    }

    fn one_line(&self, column: Column) -> String {
        let lines = self.cell(column).lines().map(str::trim);
        lines
            .filter(|line| !line.is_empty())
            .collect::<Vec<_>>()
            .join(", ")
    }

    fn heading(&self, column: Column) -> String {
        let found = self.headings.columns.iter().find(|(of, _)| *of == column);
        found
            .map(|(_, heading)| heading.clone())
            .unwrap_or_default()
    }

    /// Keeps what has no field after all below the description.
    fn keep(&mut self, column: Column) {
        let text = self.cell(column).trim();
        if !text.is_empty() {
            self.below.push(format!("{}: {text}", self.heading(column)));
        }
    }

    fn note(&mut self, column: Column, what: Observation) {
        let column = self.heading(column);
        self.remarks.push(Remark { column, what });
    }

    fn note_row(&mut self, what: Observation) {
        let column = String::new();
        self.remarks.push(Remark { column, what });
    }

    /// The value, or a remark on what is wrong with it.
    fn checked<T>(&mut self, column: Column, parsed: Result<T>) -> Result<Option<T>> {
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
