//! The known columns, and those of our own files.

use std::sync::LazyLock;

use crate::domain::{CardField, DeviceField, fold};

/// Meaning of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    Number,
    Status,
    Stage,
    Category,
    Created,
    Closed,
    Due,
    /// The full name, or the given name beside a surname.
    Name,
    Surname,
    Patronymic,
    /// Written by our export of customers and never read.
    Card(CardField),
    /// Several columns are allowed: the first valid phone identifies the customer.
    Phone,
    Device(DeviceField),
    Description,
    Estimate,
    /// Price of the works, and of the parts; together they make lines of the task.
    Works,
    Parts,
    Discount,
    Price,
    Prepayment,
    /// What was paid in all, the prepayment included.
    Paid,
    /// Written by our export and never read: the price less what was paid.
    ToPay,
    WarrantyUntil,
    WarrantyOf,
    Employee,
    /// Written by our export: identifies a task in a later import, whatever happened to the rest.
    Key,
    /// Time of becoming READY.
    Ready,
    /// Goes into the description, under its heading.
    Described,
    /// Goes into an internal note, under its heading: unlike the description, it isn't for the
    /// customer.
    Noted,
    /// Not imported.
    LeftOut,
}

/// Columns that the file of refused rows has in addition to those of the original file.
pub const REFUSED: &[(Column, &str)] = &[(Column::LeftOut, "import-why")];

/// Every column that the owner can choose, with its form word and the message id of its name, in
/// the order of the selector.
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
        (Column::Works, "works", "column-works"),
        (Column::Parts, "parts", "column-parts"),
        (Column::Discount, "discount", "column-discount"),
        (Column::Price, "price", "task-price"),
        (Column::Prepayment, "prepayment", "task-prepayment"),
        (Column::Paid, "paid", "task-paid"),
        (Column::WarrantyUntil, "warranty-until", "task-warranty"),
        (Column::WarrantyOf, "warranty-of", "task-warranty-of"),
        (Column::Key, "key", "tasks-key"),
    ];
    let device = of_device().map(|(column, field)| (column, field.column(), heading(field)));
    before.into_iter().chain(device).chain(after).collect()
});

/// Returns the columns of a device, in the order of its table.
fn of_device() -> impl Iterator<Item = (Column, DeviceField)> {
    let fields = DeviceField::ALL.iter();
    fields.map(|field| (Column::Device(*field), *field))
}

/// Returns the message id of the heading of a device's field.
fn heading(field: DeviceField) -> &'static str {
    match field {
        DeviceField::Kind => "column-kind",
        other => other.label(),
    }
}

impl Column {
    /// Returns the column with that form word.
    pub fn from_word(word: &str) -> Option<Self> {
        let found = ALL.iter().find(|(_, of, _)| *of == word);
        found.map(|(column, ..)| *column)
    }

    /// Returns the form word of the column.
    pub fn word(self) -> &'static str {
        let found = ALL.iter().find(|(column, ..)| *column == self);
        found.map_or("", |(_, word, _)| word)
    }

    /// Returns whether several columns of a file may have this meaning.
    pub fn takes_several(self) -> bool {
        matches!(
            self,
            Self::Phone | Self::Described | Self::Noted | Self::LeftOut
        )
    }

    /// Returns whether a table with such a column contains tasks. Columns that a table of customers
    /// may have too (a number, a day, a status, a sum, an employee) prove nothing.
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
                | Self::Works
                | Self::Parts
                | Self::Prepayment
                | Self::WarrantyUntil
                | Self::WarrantyOf
                | Self::Key
        )
    }
}

/// Columns of the task export, with the message ids of their headings.
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
        (Column::Paid, "task-paid"),
        (Column::ToPay, "column-to-pay"),
        (Column::WarrantyUntil, "task-warranty"),
        (Column::WarrantyOf, "task-warranty-of"),
        (Column::Employee, "tasks-employee"),
        (Column::Key, "tasks-key"),
    ];
    let device = of_device().map(|(column, field)| (column, heading(field)));
    before.into_iter().chain(device).chain(after).collect()
});

/// Columns of the customer export.
pub const CUSTOMERS: &[(Column, &str)] = &[
    (Column::Name, "customers-name"),
    (Column::Phone, "customers-phone"),
    (
        Column::Card(CardField::SecondPhone),
        "customer-second-phone",
    ),
    (Column::Card(CardField::Email), "customer-email"),
    (Column::Card(CardField::Company), "customer-company"),
    (Column::Card(CardField::TaxNumber), "customer-tax-number"),
    (Column::Card(CardField::Note), "customer-note"),
];

/// Normalises a heading or a word for comparison: spelling, whitespace, look-alike letters, and
/// trailing punctuation.
pub fn plain(heading: &str) -> String {
    let text = fold(heading);
    let text = one_script(text.trim().trim_end_matches([':', '*', ' ']));
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Latin letters with their Cyrillic look-alikes.
const ALIKE: &[(char, char)] = &[
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

/// Converts every word to one script: "заказчикa" may end with a Latin letter.
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
