//! Phone numbers: kept as they were typed, compared by their canonical form.

use rlibphonenumber::{PhoneNumber, PhoneNumberFormat, Region};

use super::{Problem, Result};

/// The shop's country, ISO 3166-1 alpha-2: decides what "8 900 …" without a country code means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Country(Region);

impl Country {
    pub fn parse(text: &str) -> Option<Self> {
        text.to_ascii_uppercase().parse().ok().map(Self)
    }

    pub fn code(self) -> String {
        self.0.to_string()
    }
}

/// A phone number of 5 to 15 digits.
///
/// Two phones are the same customer's when [`Phone::e164`] is equal. Numbers that no numbering
/// plan knows are kept too (the shop may have them on paper): their canonical form is `+`, the
/// country's code where none was typed, and the digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phone {
    typed: String,
    e164: String,
}

impl Phone {
    const DIGITS: std::ops::RangeInclusive<usize> = 5..=15;

    pub fn parse(field: &'static str, text: &str, country: Country) -> Result<Self> {
        let typed = text.trim();
        if typed.is_empty() {
            return Err(Problem::Required.at(field).into());
        }
        let plus = typed.starts_with('+');
        if !typed
            .chars()
            .skip(usize::from(plus))
            .all(is_phone_character)
        {
            return Err(Problem::PhoneCharacters.at(field).into());
        }
        let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
        if !Self::DIGITS.contains(&digits.len()) || typed.chars().count() > 40 {
            return Err(Problem::PhoneLength.at(field).into());
        }
        let dialled = if plus {
            format!("+{digits}")
        } else {
            digits.clone()
        };
        let e164 = match PhoneNumber::parse(&dialled, Some(country.0)) {
            Ok(number) => number.format_as(PhoneNumberFormat::E164).into_owned(),
            Err(_) => format!("+{digits}"),
        };
        Ok(Self {
            typed: typed.to_owned(),
            e164,
        })
    }

    /// Reads the number of a contact that Telegram shares: international, often without its `+`.
    pub fn parse_international(field: &'static str, text: &str, country: Country) -> Result<Self> {
        let bare = text.trim().trim_start_matches('+');
        Self::parse(field, &format!("+{bare}"), country)
    }

    /// For the store, which has both forms from the database.
    pub fn from_row(typed: String, e164: String) -> Self {
        Self { typed, e164 }
    }

    /// As the person wrote it, without surrounding space.
    pub fn typed(&self) -> &str {
        &self.typed
    }

    /// As it was written, with nothing but the last two digits to be read.
    pub fn masked(&self) -> String {
        let digits = self.typed.chars().filter(char::is_ascii_digit).count();
        let mut hidden = digits.saturating_sub(2);
        let mask = |c: char| match c.is_ascii_digit() && hidden > 0 {
            true => {
                hidden -= 1;
                '•'
            }
            false => c,
        };
        self.typed.chars().map(mask).collect()
    }

    /// The canonical form, `+` and digits (ITU-T E.164).
    pub fn e164(&self) -> &str {
        &self.e164
    }
}

fn is_phone_character(c: char) -> bool {
    c.is_ascii_digit()
        || matches!(
            c,
            ' ' | '\u{a0}' | '\u{202f}' | '(' | ')' | '-' | '.' | '/' | '\u{2010}'..='\u{2014}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn e164(text: &str, country: &str) -> String {
        let country = Country::parse(country).unwrap();
        Phone::parse("phone", text, country).unwrap().e164
    }

    #[test]
    fn spellings_of_one_number_are_one_customer() {
        for text in [
            "+7 (900) 000-00-00",
            "8 900 000 00 00",
            "79000000000",
            "8(900)000-00-00",
            "+7 8 900 000 00 00",
            "9000000000",
            "8‑900‑000—00–00",
        ] {
            assert_eq!(e164(text, "RU"), "+79000000000", "{text}");
        }
        assert_eq!(e164("80291234567", "BY"), e164("+375 29 123-45-67", "RU"));
        assert_eq!(e164("8 701 000 00 00", "KZ"), "+77010000000");
        assert_eq!(e164("0800 123 45 67", "UA"), "+3808001234567");
    }

    #[test]
    fn numbers_of_the_original_examples_are_kept_as_typed() {
        let country = Country::parse("RU").unwrap();
        for (typed, canonical) in [
            ("+7(800)-000-00-00", "+78000000000"),
            ("+7(900)-00-02", "+79000002"),
        ] {
            let phone = Phone::parse("phone", typed, country).unwrap();
            assert_eq!((phone.typed(), phone.e164()), (typed, canonical));
        }
    }

    #[test]
    fn a_masked_number_shows_its_owner_which_one_it_is_and_others_nothing() {
        let country = Country::parse("RU").unwrap();
        for (typed, masked) in [
            ("+7 (900) 000-00-01", "+• (•••) •••-••-01"),
            ("89000000012", "•••••••••12"),
            ("12345", "•••45"),
        ] {
            let phone = Phone::parse("phone", typed, country).unwrap();
            assert_eq!(phone.masked(), masked);
        }
    }

    #[test]
    fn a_number_of_no_plan_still_has_one_canonical_form() {
        assert_eq!(e164("+999 12-34-56", "RU"), "+999123456");
        assert_eq!(e164("12345", "RU"), "+712345");
    }
}
