//! Two cards of one person that were merged.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    CardField, CardNote, Customer, CustomerChange, CustomerId, MergeId, Messenger, Name, Phone,
    Result, SecondPhone,
};

/// The time for which a merge can be undone.
pub const UNDO_MERGE: SignedDuration = SignedDuration::from_hours(24);

/// A merge that can be undone.
#[derive(Debug, Clone)]
pub struct Merged {
    pub id: MergeId,
    pub kept: CustomerId,
    pub at: Timestamp,
    pub cards: MergedCards,
}

impl Merged {
    /// Returns the last instant at which it can be undone.
    pub fn until(&self) -> Timestamp {
        self.at.saturating_add(UNDO_MERGE).unwrap_or(self.at)
    }
}

/// The cards as they were, and what moved.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MergedCards {
    pub other: i64,
    /// The other card's phone and name, for people.
    pub phone: String,
    pub name: String,
    /// The row of the other card.
    pub card: String,
    pub tasks: Vec<i64>,
    /// The numbers of its other rows.
    pub rows: String,
    /// Whether its Telegram account follows the kept card now.
    pub gave_telegram: bool,
    /// Whether its MAX account follows the kept card now.
    #[serde(default)]
    pub gave_max: bool,
    /// The fields of the kept card that the merge has changed, by name: before and after.
    pub fields: Vec<(String, String, String)>,
}

/// Returns what the kept card takes of the other one. Nothing typed is lost: the other's phone becomes the second phone
/// where that is free, empty fields are filled, and everything else goes into the note under its label.
///
/// # Errors
/// None in practice: both cards were accepted before.
pub fn taken_over(
    kept: &Customer,
    other: &Customer,
    label: impl Fn(&'static str) -> String,
) -> Result<CustomerChange> {
    let mut change = CustomerChange::default();
    let mut lines = Vec::new();
    let mut add = |title: &'static str, text: &str| lines.push(format!("{}: {text}", label(title)));
    let phone = other.phone.typed();
    match kept.second_phone.is_none() {
        true => change.second_phone = Some(Some(SecondPhone::from_row(phone.to_owned()))),
        false => add("customers-phone", phone),
    }
    for field in CardField::ALL.iter().copied() {
        let (own, theirs) = (kept.get(field), other.get(field));
        if theirs.is_empty() || own == theirs || field == CardField::Note {
            continue;
        }
        match own.is_empty() && field != CardField::SecondPhone {
            true => change.set(field, theirs)?,
            false => add(field.label(), theirs),
        }
    }
    let notes = [kept.get(CardField::Note), other.get(CardField::Note)];
    let notes = notes.into_iter().filter(|note| !note.is_empty());
    let note = notes.map(str::to_owned).chain(lines).collect::<Vec<_>>();
    let note = note.join("\n");
    if note != kept.get(CardField::Note) {
        // It may be longer than what is typed at once, which is better than less of it.
        change.note = Some(Some(CardNote::from_row(note)));
    }
    Ok(change)
}

impl MergedCards {
    /// Returns whether the other card's account on a messenger follows the kept card now.
    pub fn gave(&self, messenger: Messenger) -> bool {
        match messenger {
            Messenger::Telegram => self.gave_telegram,
            Messenger::Max => self.gave_max,
        }
    }

    /// Returns the change that takes back what the merge did to the kept card, but for what was changed since.
    ///
    /// # Errors
    /// None in practice: the values were accepted before.
    pub fn taken_back(&self, kept: &Customer) -> Result<CustomerChange> {
        let mut change = CustomerChange::default();
        for field in CardField::ALL.iter().copied() {
            let known = self.fields.iter().find(|(name, ..)| name == field.name());
            if let Some((_, before, after)) = known
                && kept.get(field) == after
            {
                match field {
                    CardField::Note => {
                        let before = Some(before.clone()).filter(|before| !before.is_empty());
                        change.note = Some(before.map(CardNote::from_row));
                    }
                    field => change.set(field, before)?,
                }
            }
        }
        Ok(change)
    }

    /// Returns the other card's name, and its phone as it is shown.
    pub fn title(&self) -> (Option<Name>, Phone) {
        let name = (!self.name.is_empty()).then(|| Name::from_row(self.name.clone()));
        (
            name,
            Phone::from_row(self.phone.clone(), self.phone.clone()),
        )
    }
}
