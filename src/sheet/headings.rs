//! The headings of a file, and the meaning of its columns: chosen by the owner or guessed.

use csv::StringRecord;

use super::cell;
use super::choices::{Choices, Rows};
use super::columns::{Column, plain};
use super::known::{KnownHeading, known};
use super::reading::FIELD;
use crate::domain::{Invalid, Observation, Problem, Source};

/// The columns of a file, in its order.
pub struct Headings {
    pub columns: Vec<(Column, String)>,
    pub source: Source,
    /// Whether the rows are tasks rather than customers only.
    pub tasks: bool,
    /// Reason why no rows can be read under these headings.
    pub problem: Option<Invalid>,
}

impl Headings {
    pub fn read(record: &StringRecord, choices: &Choices) -> Self {
        let names: Vec<String> = record.iter().map(heading).collect();
        let known: Vec<Option<KnownHeading>> = names.iter().map(|name| known(name)).collect();
        let chosen: Vec<Option<Column>> = names
            .iter()
            .enumerate()
            .map(|(at, name)| choices.column(at, name))
            .collect();
        let mut taken: Vec<Column> = chosen.iter().flatten().copied().collect();
        let guess = |known: &Option<KnownHeading>, taken: &mut Vec<Column>| match known {
            None => Column::Described,
            // "Total" beside "sum": the field is already taken by the first column.
            Some(known) if taken.contains(&known.column) && !known.column.takes_several() => {
                Column::Described
            }
            Some(known) => {
                taken.push(known.column);
                known.column
            }
        };
        let columns: Vec<Column> = chosen
            .iter()
            .zip(&known)
            .map(|(chosen, known)| chosen.unwrap_or_else(|| guess(known, &mut taken)))
            .collect();
        let tasks = match choices.rows {
            Some(rows) => rows == Rows::Tasks,
            None => columns.iter().zip(&known).any(makes_tasks),
        };
        let problem = no_such(choices, &names)
            .or_else(|| twice(&chosen, &names, Column::takes_several))
            .or_else(|| too_few(&columns, tasks));
        let number = columns.iter().position(|of| *of == Column::Number);
        let is_ours = |at: usize| known[at].is_some_and(|known| known.is_ours);
        Self {
            source: match number {
                Some(at) if is_ours(at) => Source::Zayavka,
                Some(_) => Source::RemOnline,
                None => Source::Other,
            },
            columns: columns.into_iter().zip(names).collect(),
            tasks,
            problem,
        }
    }

    /// Returns whether rows can be read under these headings.
    pub fn is_ok(&self) -> bool {
        self.problem.is_none()
    }

    /// Returns whether the fault of a row is reported. Long multi-line records are normal in our
    /// own exports, which quote them correctly.
    pub fn is_worth_saying(&self, fault: &Observation) -> bool {
        fault.is_wrong() || self.source != Source::Zayavka
    }

    /// Returns the index of a column.
    pub fn place(&self, column: Column) -> Option<usize> {
        self.columns.iter().position(|(of, _)| *of == column)
    }

    /// Returns the headings of the columns that go into the description, into a note, or nowhere.
    pub fn unmapped(&self) -> [Vec<String>; 3] {
        let of = |may: &dyn Fn(Column) -> bool| {
            let named = |(of, name): &&(Column, String)| may(*of) && !name.is_empty();
            let found = self.columns.iter().filter(named);
            found.map(|(_, name)| name.clone()).collect::<Vec<_>>()
        };
        // A customer record has a name and a phone, but no description and no notes.
        let kept = |column| {
            use Column::{Name, Patronymic, Phone, Surname};
            self.tasks || matches!(column, Name | Surname | Patronymic | Phone)
        };
        [
            of(&|column| kept(column) && column == Column::Described),
            of(&|column| kept(column) && column == Column::Noted),
            of(&|column| !kept(column) || column == Column::LeftOut),
        ]
    }
}

/// Joins a heading of several lines into one.
fn heading(cell: &str) -> String {
    let words = cell::unguard(cell).split_whitespace();
    words.collect::<Vec<_>>().join(" ")
}

fn makes_tasks((column, known): (&Column, &Option<KnownHeading>)) -> bool {
    match known {
        Some(known) if known.column == *column => known.makes_tasks,
        _ => *column == Column::Number || column.is_of_tasks(),
    }
}

/// Reports a choice for a heading that the file doesn't have.
fn no_such(choices: &Choices, names: &[String]) -> Option<Invalid> {
    let is_there = |heading: &str| names.iter().any(|name| plain(name) == plain(heading));
    let missing = choices.headings.iter().any(|(of, _)| !is_there(of));
    missing.then(|| Problem::NoSuchHeading.at("columns"))
}

/// Reports two columns chosen for one field.
pub(super) fn twice<C: Copy + PartialEq>(
    chosen: &[Option<C>],
    names: &[String],
    takes_several: impl Fn(C) -> bool,
) -> Option<Invalid> {
    let label = |at: usize| match &*names[at] {
        "" => (at + 1).to_string(),
        name => name.to_owned(),
    };
    chosen.iter().enumerate().find_map(|(second, column)| {
        let column = column.filter(|column| !takes_several(*column))?;
        let first = chosen[..second].iter().position(|of| *of == Some(column))?;
        let (first, second) = (label(first), label(second));
        Some(Problem::ColumnTwice { first, second }.at("columns"))
    })
}

/// Reports a file without any column that could identify a task or a customer.
fn too_few(columns: &[Column], tasks: bool) -> Option<Invalid> {
    let needed: &[Column] = match tasks {
        true => &[Column::Phone, Column::Description, Column::Number],
        false => &[Column::Phone],
    };
    let found = columns.iter().any(|column| needed.contains(column));
    (!found).then(|| Problem::HeadingsUnknown.at(FIELD))
}
