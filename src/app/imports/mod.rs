//! Import of files whose rows become customers and tasks: all rows, all but those with errors, or
//! none. Owners only, since a file can fill the whole database.

mod repeated;

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use super::{customers, details, events, payments, security::secrets, tasks};
use crate::domain::{
    Author, CommentKind, Conflict, Customer, CustomerId, Details, Event, ImportLine, ImportRow,
    ImportTask, Money, Observation, Outcome, Owner, Phone, Problem, Remark, Report, Result, Sheet,
    Source, Status, Task, TaskId, Whose,
};
use crate::store::{self, Connection, Transaction};

pub use repeated::apply_once;

/// Returns row by row what [`apply`] would do now.
pub fn preview(connection: &Connection, _: &Owner, sheet: &Sheet) -> Result<Report> {
    Ok(judge(connection, sheet)?.0)
}

/// Imports a file. `expected` is the digest of the confirmed preview. Customers are not notified.
///
/// # Errors
/// Problems of the file as a whole; [`Conflict::Import`] when the outcome would differ from the
/// preview, or [`Conflict::ImportChoices`] when the choices do; and [`Problem::RowsWrong`] at
/// `field` when a row has errors and such rows aren't skipped.
pub fn apply(
    tx: &Transaction,
    owner: &Owner,
    field: &'static str,
    sheet: &Sheet,
    expected: Option<&str>,
    now: Timestamp,
) -> Result<Report> {
    let (report, keys) = judge(tx, sheet)?;
    if let Some(problem) = report.problem {
        return Err(problem.into());
    }
    if let Some(expected) = expected.filter(|expected| *expected != report.digest) {
        return Err(overtaken(expected, &report.digest).into());
    }
    if report.is_refused() {
        let count = report.refused();
        return Err(Problem::RowsWrong { count }.at(field).into());
    }
    let mut numbers = HashMap::new();
    for ((row, line), key) in sheet.rows.iter().zip(&report.lines).zip(&keys) {
        let task = match (line.outcome, &row.task) {
            (Outcome::Refused, _) => continue,
            (Outcome::AlreadyHere(task), _) => Some(task),
            (_, Some(task)) => {
                let id = insert(tx, owner, row, task, &numbers, now)?;
                store::imports::put(tx, sheet.source, key, id)?;
                Some(id)
            }
            (_, None) => {
                card(tx, Author::Staff(owner.id()), row, now)?;
                None
            }
        };
        if let Some(task) = task {
            numbers.insert(row.number.as_str(), task);
        }
    }
    Ok(report)
}

fn card(
    tx: &Transaction,
    author: Author,
    row: &ImportRow,
    now: Timestamp,
) -> Result<Option<CustomerId>> {
    let name = row.name.as_ref();
    let card = |phone| customers::find_or_create(tx, author, phone, name, now);
    let first = row.phone.as_ref().map(card).transpose()?;
    for phone in &row.other_phones {
        card(phone)?;
    }
    Ok(first)
}

fn insert(
    tx: &Transaction,
    owner: &Owner,
    row: &ImportRow,
    new: &ImportTask,
    numbers: &HashMap<&str, TaskId>,
    now: Timestamp,
) -> Result<TaskId> {
    let author = Author::Staff(owner.id());
    let customer = card(tx, author, row, now)?;
    let mut task = Task {
        customer,
        ..new.task.clone()
    };
    task.id = store::tasks::insert_imported(tx, &task)?;
    let id = task.id;
    let of = new.warranty_of.as_deref();
    let details = Details {
        warranty_of: of.and_then(|of| numbers.get(of)).copied(),
        ..new.details.clone()
    };
    if details != Details::default() {
        store::details::put(tx, id, &details)?;
    }
    for (position, line) in (1..).zip(&new.lines) {
        store::lines::insert(tx, id, position, line)?;
    }
    if let Some(paid) = new.paid.filter(|paid| *paid > Money::ZERO) {
        payments::carry_over(tx, &task, paid)?;
    }
    if task.status == Status::Closed {
        details::record_handover(tx, &task)?;
    }
    let card = customer
        .map(|id| store::customers::get(tx, id))
        .transpose()?
        .flatten();
    let phones = row.phone.as_ref().zip(card.as_ref());
    let beside = phones.and_then(|(phone, card)| tasks::beside(phone, &card.phone));
    let mut comments = Vec::new();
    for note in new.note.iter().chain(&beside) {
        let (kind, by) = (CommentKind::Internal, owner.id());
        comments.push(store::comments::insert_of_staff(
            tx, id, kind, by, note, now,
        )?);
    }
    let event = Event::TaskImported {
        task: &task,
        number: &row.number,
        comments,
    };
    events::publish(tx, author, &event, now)?;
    Ok(id)
}

/// Returns the outcome of each row, and the key by which it is recognised in a later import.
fn judge(connection: &Connection, sheet: &Sheet) -> Result<(Report, Vec<String>)> {
    let mut judge = Judge {
        connection,
        source: sheet.source,
        phones: HashSet::new(),
        alike: HashMap::new(),
    };
    let mut lines = Vec::with_capacity(sheet.rows.len());
    let mut keys = Vec::with_capacity(sheet.rows.len());
    // The chosen date order changes the meaning of the same cells.
    let mut said = format!("{:?}\n", sheet.dates);
    for row in &sheet.rows {
        let key = judge.key(row);
        let line = judge.line(row, &key)?;
        let stage = row.task.as_ref().map(|new| new.task.stage);
        let (cells, outcome) = (&row.cells, line.outcome);
        said += &format!("{key} {cells} {outcome:?} {:?} {stage:?}\n", line.whose);
        lines.push(line);
        keys.push(key);
    }
    let report = Report {
        lines,
        described: sheet.described.clone(),
        noted: sheet.noted.clone(),
        left_out: sheet.left_out.clone(),
        worksheet: sheet.worksheet.clone(),
        dates: sheet.dates.clone(),
        problem: sheet.problem.clone(),
        remarks: sheet.remarks.clone(),
        skips_invalid: sheet.skips_invalid,
        digest: format!("{}.{}", secrets::mark(&sheet.choices), secrets::mark(&said)),
    };
    Ok((report, keys))
}

/// A digest consists of the digest of the choices and that of the outcome, separated by a point.
fn overtaken(expected: &str, digest: &str) -> Conflict {
    match (expected.split_once('.'), digest.split_once('.')) {
        (Some((expected, _)), Some((decided, _))) if expected != decided => Conflict::ImportChoices,
        _ => Conflict::Import,
    }
}

struct Judge<'a> {
    connection: &'a Connection,
    source: Source,
    /// Phones of the customers created by earlier rows.
    phones: HashSet<&'a str>,
    /// Occurrences so far of each row without a number.
    alike: HashMap<&'a str, usize>,
}

impl<'a> Judge<'a> {
    /// Returns the key of a row. Task numbers alone are the same in every shop; together with the
    /// creation time in the export key they identify a task. Exports of earlier versions have no
    /// key, so a spreadsheet that rewrites their times makes their tasks look new.
    fn key(&mut self, row: &'a ImportRow) -> String {
        match (&row.task, &*row.number, self.source) {
            (_, "", _) | (None, ..) => {
                let nth = self.alike.entry(&row.cells).or_default();
                *nth += 1;
                secrets::mark(&format!("{nth} {}", row.cells))
            }
            (Some(new), number, Source::Zayavka) if row.key.is_empty() => by_time(number, new),
            (Some(_), number, Source::Zayavka) => format!("{number} {}", row.key),
            (Some(_), number, _) => number.to_owned(),
        }
    }

    fn line(&mut self, row: &'a ImportRow, key: &str) -> Result<ImportLine> {
        let mut remarks = row.remarks.clone();
        let (mut whose, mut more_cards) = (Whose::Nobody, 0);
        let here = match &row.task {
            Some(new) => self.here(row, new, key)?,
            None => None,
        };
        let refused = row.is_refused();
        if let Some(phone) = row.phone.as_ref().filter(|_| here.is_none() && !refused) {
            let card = store::customers::by_phone(self.connection, phone)?;
            if let Some(remark) = card.as_ref().and_then(|card| other_name(card, row)) {
                remarks.push(remark);
            }
            let fresh = card.is_none() && self.phones.insert(phone.e164());
            whose = if fresh { Whose::New } else { Whose::Known };
            for other in &row.other_phones {
                let card = store::customers::by_phone(self.connection, other)?;
                let fresh = card.is_none() && self.phones.insert(other.e164());
                more_cards += usize::from(fresh);
            }
        }
        let outcome = match (refused, here, &row.task, whose) {
            (true, ..) => Outcome::Refused,
            (_, Some(task), ..) => Outcome::AlreadyHere(task),
            (_, _, Some(_), _) => Outcome::NewTask,
            (_, _, None, Whose::New) => Outcome::NewCustomer,
            (_, _, None, _) => Outcome::KnownCustomer,
        };
        Ok(ImportLine {
            row: row.row,
            number: row.number.clone(),
            outcome,
            whose,
            more_cards,
            remarks,
        })
    }

    /// Returns the existing task for a row: imported before, or exported from this database and
    /// still here.
    fn here(&self, row: &ImportRow, new: &ImportTask, key: &str) -> Result<Option<TaskId>> {
        // It may have been imported before from a file without keys.
        let by_time = by_time(&row.number, new);
        for key in [key, &by_time] {
            if let Some(task) = store::imports::task_of(self.connection, self.source, key)? {
                return Ok(Some(task));
            }
        }
        let number = TaskId::parse("number", &row.number).ok();
        let Some(number) = number.filter(|_| self.source == Source::Zayavka) else {
            return Ok(None);
        };
        let found = store::tasks::get(self.connection, number)?;
        // Spreadsheets display and keep only minutes.
        let minute = |at: Timestamp| at.as_second().div_euclid(60);
        let same = found.filter(|found| match &*row.key {
            "" => {
                let card = found.customer.as_ref().map(|card| card.phone.e164());
                minute(found.task.created) == minute(new.task.created)
                    && card == row.phone.as_ref().map(Phone::e164)
            }
            key => found.task.export_key() == key,
        });
        Ok(same.map(|found| found.task.id))
    }
}

/// Returns the key of a task by its number and creation time.
fn by_time(number: &str, new: &ImportTask) -> String {
    format!("{number} {}", new.task.created)
}

fn other_name(card: &Customer, row: &ImportRow) -> Option<Remark> {
    let (kept, other) = (card.name.as_ref()?, row.name.as_ref()?);
    (kept.key() != other.key()).then(|| Remark {
        column: String::new(),
        what: Observation::NameKept,
    })
}
