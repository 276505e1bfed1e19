//! The customer of a row: name and phones, which may be spread over several columns.

use super::cell;
use super::columns::Column;
use super::row::{RowReader, one_line};
use crate::domain::{Error, Name, Observation, Phone, Problem, Remark, Result};

/// The phones of a cell.
struct Phones {
    phones: Vec<Phone>,
    /// Problem of the remaining text, if there is any.
    rest: Option<Problem>,
}

impl RowReader<'_> {
    /// Returns the customer's phones, of which the first identifies the customer. Any other content
    /// of the phone cells is kept.
    pub(super) fn phones(&mut self) -> Vec<Phone> {
        let cells: Vec<_> = self.filled(&[Column::Phone]);
        let read: Vec<_> = cells
            .iter()
            .map(|(_, text)| self.read_phones(text))
            .collect();
        let mut phones: Vec<Phone> = Vec::new();
        for phone in read.iter().flat_map(|cell| &cell.phones) {
            if phones.iter().all(|other| other.e164() != phone.e164()) {
                phones.push(phone.clone());
            }
        }
        if phones.first().is_some_and(Phone::is_unusual) {
            self.note(Column::Phone, Observation::PhoneUnusual);
        }
        let is_shortened = cells.iter().any(|(_, text)| cell::is_shortened(text));
        let is_whole = read.iter().all(|cell| cell.rest.is_none());
        let (at, what) = match (cells.first(), phones.len(), self.headings.tasks) {
            (None, _, true) => (None, Observation::NoCustomer),
            (None, _, false) => (None, Observation::Wrong(Problem::Required)),
            // The task is imported nevertheless; only its phone is lost.
            (Some((at, _)), 0, true) if is_shortened => {
                self.keep(Column::Phone);
                (Some(*at), Observation::DigitsLost)
            }
            (Some((at, _)), 0, _) => {
                let wrong = read.into_iter().find_map(|cell| cell.rest);
                (
                    Some(*at),
                    Observation::Wrong(wrong.unwrap_or(Problem::PhoneCharacters)),
                )
            }
            (Some(_), 1, _) if is_whole => return phones,
            (Some((at, _)), _, true) => {
                self.note_phones(&cells, &read, &phones[0]);
                let what = match phones.len() {
                    1 => Observation::PartsNoted,
                    _ => Observation::MorePhones,
                };
                (Some(*at), what)
            }
            (Some((at, _)), _, false) if is_whole => (Some(*at), Observation::MoreCards),
            (Some((at, _)), _, false) => (Some(*at), Observation::PartsLeftOut),
        };
        let column = at.map_or_else(|| self.heading(Column::Phone), |at| self.heading_at(at));
        self.remarks.push(Remark { column, what });
        phones
    }

    /// Parses the phones of a cell, and reports the problem of any other text in it.
    fn read_phones(&self, text: &str) -> Phones {
        let country = self.reading.shop.country;
        let (mut phones, mut rest) = (Vec::new(), None);
        if cell::is_shortened(text) {
            rest = Some(Problem::DigitsLost);
            return Phones { phones, rest };
        }
        for part in Phone::split(text, country) {
            match Phone::parse("phone", &part, country) {
                Ok(phone) => phones.push(phone),
                Err(Error::Invalid(invalid)) => rest = rest.or(Some(invalid.problem)),
                Err(_) => rest = rest.or(Some(Problem::PhoneCharacters)),
            }
        }
        Phones { phones, rest }
    }

    /// Keeps the text of every phone cell in the note, except for a cell with only the customer's
    /// phone.
    fn note_phones(&mut self, cells: &[(usize, &str)], read: &[Phones], card: &Phone) {
        for ((at, text), cell) in cells.iter().zip(read) {
            let is_card = |phone: &Phone| phone.e164() == card.e164();
            let says_more = cell.rest.is_some() || !cell.phones.iter().all(is_card);
            if says_more {
                self.noted.push(format!("{}: {text}", self.heading_at(*at)));
            }
        }
    }

    /// Returns the name, joined from its columns in their order. Without a customer it goes into
    /// the description.
    pub(super) fn name(&mut self, has_card: bool) -> Result<Option<Name>> {
        let cells = self.filled(&[Column::Surname, Column::Name, Column::Patronymic]);
        let whole = self.one_line(Column::Name);
        let words: Vec<_> = whole.split_whitespace().collect();
        // A full name beside its surname.
        let stands_there = |text: &str| words.len() > 1 && words.contains(&text);
        let parts = cells.iter().map(|(_, text)| one_line(text));
        let parts = parts.filter(|text| !stands_there(text));
        let name = parts.collect::<Vec<_>>().join(" ");
        if !has_card {
            for (at, text) in &cells {
                self.below.push(format!("{}: {text}", self.heading_at(*at)));
            }
        }
        let first = cells
            .first()
            .map_or(Column::Name, |(at, _)| self.headings.columns[*at].0);
        Ok(self.checked(first, Name::parse("name", &name))?.flatten())
    }
}
