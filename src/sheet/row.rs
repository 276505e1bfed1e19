//! A row becomes a task or a customer; what can't is remarked, and what has no field goes into the
//! description, or into a note for colleagues.

use std::collections::HashMap;

use csv::StringRecord;
use jiff::{Timestamp, ToSpan};

use super::cell;
use super::columns::Column;
use super::habits::Habits;
use super::read::{Headings, Reading};
use super::words;
use crate::domain::{
    Category, Day, Description, Details, Device, Email, Employee, EmployeeId, Error, ImportRow,
    ImportTask, Line, Message, Name, Observation, Phone, Problem, Remark, Result, Source, Stage,
    Status, Sum, SumDoubt, Task, fold, is_none, moment, three_digit_point,
};

/// One row while it is read.
pub struct Row<'a> {
    reading: &'a Reading<'a>,
    headings: &'a Headings,
    habits: &'a Habits,
    record: &'a StringRecord,
    remarks: Vec<Remark>,
    /// What stands below the description.
    below: Vec<String>,
}

impl<'a> Row<'a> {
    pub fn new(
        reading: &'a Reading<'a>,
        headings: &'a Headings,
        habits: &'a Habits,
        record: &'a StringRecord,
    ) -> Self {
        Self {
            reading,
            headings,
            habits,
            record,
            remarks: Vec::new(),
            below: Vec::new(),
        }
    }

    pub fn read(mut self, row: usize, numbers: &HashMap<String, usize>) -> Result<ImportRow> {
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
            key: self.cell(Column::Key).trim().to_owned(),
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
        if cell::is_shortened(text) {
            self.keep(Column::Phone);
            self.note(
                Column::Phone,
                match self.headings.tasks {
                    true => Observation::DigitsLost,
                    false => Observation::Wrong(Problem::DigitsLost),
                },
            );
            return Ok(None);
        }
        let country = self.reading.shop.country;
        let all = Phone::split(text, country);
        let first = all.first().map_or(text, String::as_str);
        let parsed = Phone::parse("phone", first, country);
        if all.len() > 1 && parsed.is_ok() {
            self.keep(Column::Phone);
            self.note(Column::Phone, Observation::MorePhones);
        }
        let phone = self.checked(Column::Phone, parsed)?;
        if phone.as_ref().is_some_and(Phone::is_unusual) {
            self.note(Column::Phone, Observation::PhoneUnusual);
        }
        Ok(phone)
    }

    fn task(&mut self, numbers: &HashMap<String, usize>) -> Result<Option<ImportTask>> {
        let now = self.reading.now;
        let created = self.moment(Column::Created)?.unwrap_or(now);
        if created > now.saturating_add(24.hours()).unwrap_or(now) {
            let problem = Problem::MomentInFuture;
            self.note(Column::Created, Observation::Wrong(problem));
        }
        let (status, category) = (self.status(), self.category());
        let stage = self.stage(status)?;
        let closed = self.moment(Column::Closed)?;
        let due = self.day(Column::Due)?;
        let employee = self.employee();
        let details = self.details()?;
        let warranty_of = self.warranty_of(numbers);
        let ready = self.ready(status)?;
        let note = self.comment();
        let Some(description) = self.description()? else {
            return Ok(None);
        };
        let mut task = Task::new(None, employee, category, &stage, description, created);
        task.due = due;
        if status == Status::Closed {
            task.closed = Some(closed.unwrap_or(created));
        }
        task.ready = (status == Status::Ready).then(|| ready.unwrap_or(created));
        task.stage_since = task.closed.or(task.ready).unwrap_or(created);
        task.updated = task.stage_since.max(created);
        Ok(Some(ImportTask {
            task,
            details,
            warranty_of,
            note,
        }))
    }

    /// When the work was done. What is READY has a field for that.
    fn ready(&mut self, status: Status) -> Result<Option<Timestamp>> {
        if status != Status::Ready {
            if !is_none(self.cell(Column::Ready)) {
                self.keep(Column::Ready);
            }
            return Ok(None);
        }
        self.moment(Column::Ready)
    }

    fn status(&mut self) -> Status {
        let text = self.cell(Column::Status).trim();
        match words::status(text) {
            Some(status) => status,
            None if text.is_empty() => Status::Accepted,
            None => {
                self.keep(Column::Status);
                self.note(Column::Status, Observation::StatusUnknown);
                Status::Accepted
            }
        }
    }

    /// The stage that is named, where the status has one of that name; else its first.
    fn stage(&mut self, status: Status) -> Result<Stage> {
        let name = fold(self.cell(Column::Stage).trim());
        let mut of_status = self.reading.stages.iter().filter(|of| of.status == status);
        let named = of_status.clone().find(|stage| stage.name.key() == name);
        if named.is_none() && !name.is_empty() {
            self.keep(Column::Stage);
            self.note(Column::Stage, Observation::StageUnknown);
        }
        let stage = named.or_else(|| of_status.next());
        Ok(stage.ok_or(Error::NotFound)?.clone())
    }

    fn category(&mut self) -> Category {
        let text = self.cell(Column::Category).trim();
        match words::category(text) {
            Some(category) => category,
            None if text.is_empty() => Category::Other,
            None => {
                self.keep(Column::Category);
                // There a type says how it is paid, for instance, and every row has one.
                if self.headings.source != Source::RemOnline {
                    self.note(Column::Category, Observation::CategoryUnknown);
                }
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
                serial: self.mark(Column::Serial),
                accessories: self.line(Column::Accessories),
                appearance: self.line(Column::Appearance),
                place: self.mark(Column::Place),
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
        let below = self.under_headings(Column::Described);
        self.below.extend(below);
        let mut text = self.cell(Column::Description).to_owned();
        if !self.below.is_empty() {
            let gap = if text.is_empty() { "" } else { "\n\n" };
            text = format!("{text}{gap}{}", self.below.join("\n"));
        }
        let parsed = Description::parse("description", &text);
        self.checked(Column::Description, parsed)
    }

    /// What is too long for a comment stands in the description instead.
    fn comment(&mut self) -> Option<Message> {
        let lines = self.under_headings(Column::Noted);
        if lines.is_empty() {
            return None;
        }
        let note = Message::parse("text", &lines.join("\n")).ok();
        if note.is_none() {
            self.below.extend(lines);
            self.note(Column::Noted, Observation::Moved);
        }
        note
    }

    /// All columns of a kind, each with its heading. Of what is ticked the heading says enough.
    fn under_headings(&self, kind: Column) -> Vec<String> {
        let columns = self.headings.columns.iter().enumerate();
        let of_kind = columns.filter(|(_, (column, _))| *column == kind);
        let line = |(at, (_, heading)): (usize, &(Column, String))| match cell::unguard(
            self.record.get(at).unwrap_or_default(),
        )
        .trim()
        {
            "" | "false" => None,
            "true" => Some(heading.clone()),
            text => Some(format!("{heading}: {text}")),
        };
        of_kind.filter_map(line).collect()
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

    /// A line of signs that a spreadsheet likes to rewrite.
    fn mark(&mut self, column: Column) -> Line {
        let text = self.cell(column);
        if cell::is_shortened(text) {
            self.note(column, Observation::DigitsLost);
        } else if cell::is_shown_date(text) {
            self.note(column, Observation::LikeDate);
        }
        self.line(column)
    }

    /// RemOnline writes a zero for what isn't known.
    fn sum(&mut self, column: Column) -> Result<Option<Sum>> {
        let text = self.cell(column).trim();
        if is_none(text) {
            return Ok(None);
        }
        let currency = self.reading.shop.currency;
        let ours = self.headings.source == Source::Zayavka;
        // We write no groups.
        let own = three_digit_point(text, currency).filter(|_| ours);
        let point = own.or_else(|| self.habits.point(column));
        let read = Sum::read("sum", text, currency, point);
        let Some((sum, doubt)) = self.checked(column, read)? else {
            return Ok(None);
        };
        if doubt == Some(SumDoubt::OtherWords) {
            self.keep(column);
        }
        if let Some(doubt) = doubt {
            self.note(column, Observation::Sum(doubt));
        }
        let is_known = self.headings.source != Source::RemOnline || sum.minor() > 0;
        Ok(is_known.then_some(sum))
    }

    fn moment(&mut self, column: Column) -> Result<Option<Timestamp>> {
        let text = self.cell(column);
        if is_none(text) {
            return Ok(None);
        }
        let (order, timezone) = (self.habits.order(column), &self.reading.shop.timezone);
        let read = moment("moment", text, order, timezone);
        self.checked(column, read)
    }

    fn day(&mut self, column: Column) -> Result<Option<Day>> {
        let moment = self.moment(column)?;
        Ok(moment.map(|moment| Day::of(moment, &self.reading.shop.timezone)))
    }

    fn cell(&self, column: Column) -> &'a str {
        let at = self.headings.at(column);
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
        self.remarks.push(Remark::of_row(what));
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
