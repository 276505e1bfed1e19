//! The task of a row.

use std::collections::HashMap;

use jiff::{Timestamp, ToSpan};

use super::cell;
use super::columns::Column;
use super::row::RowReader;
use super::words::{self, Guess};
use crate::domain::{
    Category, Day, Description, Details, Device, DeviceChange, DeviceField, Email, Employee,
    EmployeeId, Error, ImportTask, Message, Observation, Problem, Result, Source, Stage, Status,
    Task, fold, is_none, moment,
};

impl RowReader<'_> {
    pub(super) fn task(
        &mut self,
        numbers: &HashMap<String, (usize, bool)>,
    ) -> Result<Option<ImportTask>> {
        let now = self.reading.now;
        let said = self.remarks.len();
        let created = self.moment(Column::Created)?;
        // If no row has a date, a single remark about the whole file is made instead.
        let has_dates = self.headings.place(Column::Created).is_some();
        if created.is_none() && has_dates && self.remarks.len() == said {
            self.note(Column::Created, Observation::NoDate);
        }
        let created = created.unwrap_or(now);
        if created > now.saturating_add(24.hours()).unwrap_or(now) {
            let problem = Problem::MomentInFuture;
            self.note(Column::Created, Observation::Wrong(problem));
        }
        let (stage, category) = (self.status()?, self.category());
        let status = stage.status;
        let closed = self.moment(Column::Closed)?;
        let due = self.day(Column::Due)?;
        let employee = self.employee();
        let mut details = self.details()?;
        let lines = self.lines(&mut details)?;
        let paid = self.paid()?;
        let warranty_of = self.warranty_of(numbers);
        let ready = self.ready(status)?;
        let note = self.comment();
        let Some(description) = self.description()? else {
            return Ok(None);
        };
        let mut task = Task::new(None, employee, category, &stage, description, created);
        task.due = due;
        if status == Status::Closed {
            task.closed = Some(task.not_before_creation(closed.unwrap_or(created)));
        }
        task.ready = (status == Status::Ready).then(|| ready.unwrap_or(created));
        task.stage_since = task.closed.or(task.ready).unwrap_or(created);
        task.updated = task.stage_since.max(created);
        Ok(Some(ImportTask {
            task,
            details,
            lines,
            paid,
            warranty_of,
            note,
        }))
    }

    /// Returns the time of completion. Only a READY task has a field for it.
    fn ready(&mut self, status: Status) -> Result<Option<Timestamp>> {
        if status != Status::Ready {
            if !is_none(self.cell(Column::Ready)) {
                self.keep(Column::Ready);
            }
            return Ok(None);
        }
        self.moment(Column::Ready)
    }

    /// Returns the stage for the row's status word, or the stage named in its own column.
    fn status(&mut self) -> Result<Stage> {
        let text = self.cell(Column::Status).trim();
        let Some(word) = self.statuses.get(text) else {
            return self.stage(Status::Accepted, None);
        };
        let said = word.doubt.map(|guess| match guess {
            Guess::Unknown => Observation::StatusUnknown,
            _ => Observation::StatusUnsure,
        });
        if let Some(said) = said {
            self.keep(Column::Status);
            self.note(Column::Status, said);
        }
        self.stage(word.stage.status, Some(&word.stage))
    }

    /// Returns the stage with the given name, if the status has one; else `usual`, or the first.
    fn stage(&mut self, status: Status, usual: Option<&Stage>) -> Result<Stage> {
        let name = fold(self.cell(Column::Stage).trim());
        let mut of_status = self.reading.stages.iter().filter(|of| of.status == status);
        let named = of_status.clone().find(|stage| stage.name.key() == name);
        if named.is_none() && !name.is_empty() {
            self.keep(Column::Stage);
            self.note(Column::Stage, Observation::StageUnknown);
        }
        let stage = named.or(usual).or_else(|| of_status.next());
        Ok(stage.ok_or(Error::NotFound)?.clone())
    }

    fn category(&mut self) -> Category {
        let text = self.cell(Column::Category).trim();
        match words::category(text) {
            Some(category) => category,
            None if text.is_empty() => Category::Other,
            None => {
                self.keep(Column::Category);
                // RemOnline's type column has other uses, such as the way of payment, and is filled
                // in every row.
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
            device: self.device(),
            estimate: self.sum(Column::Estimate)?,
            price: self.sum(Column::Price)?,
            warranty_until: self.day(Column::WarrantyUntil)?,
            ..Details::default()
        })
    }

    fn warranty_of(&mut self, numbers: &HashMap<String, (usize, bool)>) -> Option<String> {
        let number = self.cell(Column::WarrantyOf).trim().to_owned();
        if number.is_empty() {
            return None;
        }
        if numbers.get(&number).is_some_and(|(_, taken)| *taken) {
            return Some(number);
        }
        self.keep(Column::WarrantyOf);
        self.note(Column::WarrantyOf, Observation::WarrantyUnknown);
        None
    }

    /// Returns the description followed by all lines without a field of their own.
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

    /// Returns the internal note. One that is too long goes into the description instead.
    fn comment(&mut self) -> Option<Message> {
        let mut lines = std::mem::take(&mut self.noted);
        lines.extend(self.under_headings(Column::Noted));
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

    /// Lists all columns of a kind with their headings. For checkbox columns only the heading is
    /// imported.
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

    /// Returns a one-line value. One that is too long or has several lines goes into the
    /// description instead.
    fn device(&mut self) -> Device {
        let mut change = DeviceChange::default();
        for field in DeviceField::ALL {
            let column = Column::Device(*field);
            if matches!(field, DeviceField::Serial | DeviceField::Place) {
                self.doubt(column);
            }
            if change.set(*field, &self.one_line(column)).is_err() {
                self.keep(column);
                self.note(column, Observation::Moved);
            }
        }
        change.apply(Device::default())
    }

    /// Adds remarks about text that a spreadsheet has probably altered.
    fn doubt(&mut self, column: Column) {
        let text = self.cell(column);
        if cell::is_shortened(text) {
            self.note(column, Observation::DigitsLost);
        } else if cell::is_shown_date(text) {
            self.note(column, Observation::LikeDate);
        }
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
}
