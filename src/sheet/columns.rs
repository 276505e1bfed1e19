//! What columns there are, and which of them our own files have.

use std::sync::LazyLock;

use crate::domain::{DeviceField, fold};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    Number,
    Status,
    Stage,
    Category,
    Created,
    Closed,
    Due,
    /// The whole name, or what a person is called by besides a surname.
    Name,
    Surname,
    Patronymic,
    /// There may be several: the first that is a phone becomes the card's.
    Phone,
    Device(DeviceField),
    Description,
    Estimate,
    Price,
    Prepayment,
    WarrantyUntil,
    WarrantyOf,
    Employee,
    /// Written by our export: by it a task is known again, whatever became of the rest.
    Key,
    /// Since when it was ready to be collected.
    Ready,
    /// Without a field of ours: it goes into the description, under its heading.
    Described,
    /// Not for the customer, who reads the description: it goes into a note for colleagues.
    Noted,
    /// Not taken at all.
    LeftOut,
}

/// What the file of rows that were left out has besides the columns of the file that they are from.
pub const REFUSED: [(Column, &str); 1] = [(Column::LeftOut, "import-why")];

/// Every column that the owner can choose, with its word in forms and the sentence that names it, in
/// the order in which they are offered.
pub static ALL: LazyLock<Vec<(Column, &str, &str)>> = LazyLock::new(|| {
    let before = [
        (Column::Described, "described", "column-described"),
        (Column::Noted, "noted", "column-noted"),
        (Column::LeftOut, "left-out", "column-left-out"),
        (Column::Name, "name", "column-name"),
        (Column::Surname, "surname", "column-surname"),
        (Column::Patronymic, "patronymic", "column-patronymic"),
        (Column::Phone, "phone", "customers-phone"),
        (Column::Number, "number", "column-number"),
        (Column::Description, "description", "column-description"),
        (Column::Status, "status", "tasks-status"),
        (Column::Stage, "stage", "task-stage"),
        (Column::Category, "category", "tasks-category"),
        (Column::Created, "created", "column-created"),
        (Column::Due, "due", "task-due"),
        (Column::Ready, "ready", "column-ready"),
        (Column::Closed, "closed", "column-closed"),
        (Column::Employee, "employee", "column-employee"),
    ];
    let after = [
        (Column::Estimate, "estimate", "task-estimate"),
        (Column::Price, "price", "task-price"),
        (Column::Prepayment, "prepayment", "task-prepayment"),
        (Column::WarrantyUntil, "warranty-until", "task-warranty"),
        (Column::WarrantyOf, "warranty-of", "task-warranty-of"),
        (Column::Key, "key", "tasks-key"),
    ];
    let device = of_device().map(|(column, field)| (column, field.column(), heading(field)));
    before.into_iter().chain(device).chain(after).collect()
});

/// The columns of a device, in the order of its table.
fn of_device() -> impl Iterator<Item = (Column, DeviceField)> {
    let fields = DeviceField::ALL.iter();
    fields.map(|field| (Column::Device(*field), *field))
}

/// The sentence that names the column of a field of a device.
fn heading(field: DeviceField) -> &'static str {
    match field {
        DeviceField::Kind => "column-kind",
        other => other.label(),
    }
}

impl Column {
    /// The column with that word in a form.
    pub fn from_word(word: &str) -> Option<Self> {
        let found = ALL.iter().find(|(_, of, _)| *of == word);
        found.map(|(column, ..)| *column)
    }

    /// Its word in forms.
    pub fn word(self) -> &'static str {
        let found = ALL.iter().find(|(column, ..)| *column == self);
        found.map_or("", |(_, word, _)| word)
    }

    /// Whether several columns of a file may be this one.
    pub fn takes_several(self) -> bool {
        matches!(
            self,
            Self::Phone | Self::Described | Self::Noted | Self::LeftOut
        )
    }

    /// Whether a table with such a column is one of tasks. What a table of customers may have as
    /// well (a number, a day, a status, a sum, somebody responsible) doesn't say so.
    pub fn is_of_tasks(self) -> bool {
        if let Self::Device(field) = self {
            return !matches!(field, DeviceField::Brand | DeviceField::Place);
        }
        matches!(
            self,
            Self::Description
                | Self::Stage
                | Self::Category
                | Self::Due
                | Self::Ready
                | Self::Closed
                | Self::Estimate
                | Self::Prepayment
                | Self::WarrantyUntil
                | Self::WarrantyOf
                | Self::Key
        )
    }
}

/// The columns of our export of tasks, with the sentences that are their headings.
pub static TASKS: LazyLock<Vec<(Column, &str)>> = LazyLock::new(|| {
    let before = [
        (Column::Number, "tasks-number"),
        (Column::Status, "tasks-status"),
        (Column::Stage, "task-stage"),
        (Column::Category, "tasks-category"),
        (Column::Created, "tasks-created"),
        (Column::Ready, "status-ready"),
        (Column::Closed, "status-closed"),
        (Column::Due, "task-due"),
        (Column::Name, "tasks-customer"),
        (Column::Phone, "customers-phone"),
    ];
    let after = [
        (Column::Description, "tasks-description"),
        (Column::Estimate, "task-estimate"),
        (Column::Price, "task-price"),
        (Column::Prepayment, "task-prepayment"),
        (Column::WarrantyUntil, "task-warranty"),
        (Column::WarrantyOf, "task-warranty-of"),
        (Column::Employee, "tasks-employee"),
        (Column::Key, "tasks-key"),
    ];
    let device = of_device().map(|(column, field)| (column, heading(field)));
    before.into_iter().chain(device).chain(after).collect()
});

/// The same for the export of customers.
pub const CUSTOMERS: &[(Column, &str)] = &[
    (Column::Name, "customers-name"),
    (Column::Phone, "customers-phone"),
];

/// A heading or a word without what people change in it: spelling, space, letters that only look as
/// the others do, and signs at its end.
pub fn plain(heading: &str) -> String {
    let text = fold(heading);
    let text = one_script(text.trim().trim_end_matches([':', '*', ' ']));
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Letters of Latin script, and those of Cyrillic script that look as they do.
const ALIKE: [(char, char); 12] = [
    ('a', 'а'),
    ('b', 'в'),
    ('c', 'с'),
    ('e', 'е'),
    ('h', 'н'),
    ('k', 'к'),
    ('m', 'м'),
    ('o', 'о'),
    ('p', 'р'),
    ('t', 'т'),
    ('x', 'х'),
    ('y', 'у'),
];

/// The text with every word in one script: "заказчикa" may end with a Latin letter.
fn one_script(text: &str) -> String {
    let mut whole = String::with_capacity(text.len());
    let mut word = String::new();
    for c in text.chars().chain(['\0']) {
        if c.is_alphabetic() {
            word.push(c);
            continue;
        }
        let latin = word.chars().filter(char::is_ascii_alphabetic).count();
        let to_latin = latin * 2 > word.chars().count();
        let mixed = latin > 0 && !word.is_ascii();
        let letter = |letter: char| {
            let pair = ALIKE.iter().find(|(latin, other)| match to_latin {
                true => *other == letter,
                false => *latin == letter,
            });
            match pair.filter(|_| mixed) {
                Some((latin, _)) if to_latin => *latin,
                Some((_, other)) => *other,
                None => letter,
            }
        };
        whole.extend(word.drain(..).map(letter));
        if c != '\0' {
            whole.push(c);
        }
    }
    whole
}
