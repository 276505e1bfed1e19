//! Phone numbers: stored as typed, compared by their canonical form.

mod structure;

use rlibphonenumber::{PhoneNumber, PhoneNumberFormat, Region};

use super::letters::{plain, shown, visible};
use super::{Problem, Result};

/// The shop's country, ISO 3166-1 alpha-2. It decides how numbers without a country code, such as
/// "8 900 …", are read.
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

/// Allowed number of digits (at most 15 by ITU-T E.164).
const DIGITS: std::ops::RangeInclusive<usize> = 5..=15;

/// A phone number of 5 to 15 digits, with the words or the extension that were typed beside it.
///
/// Two phones belong to the same customer when [`Phone::e164`] is equal, whatever stands beside the
/// number: an extension reaches another desk of the same customer. Numbers outside every numbering
/// plan are accepted too (the shop may have them on paper): their canonical form is `+`, the
/// country code if one was typed, and the digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phone {
    typed: String,
    e164: String,
}

impl Phone {
    /// In characters, not bytes, including the text beside the number.
    const MAX: usize = 80;

    /// Parses a text with exactly one number.
    ///
    /// # Errors
    /// [`Error::Invalid`](super::Error::Invalid) for a text with no number or with several.
    pub fn parse(field: &'static str, text: &str, country: Country) -> Result<Self> {
        let shown = visible(text);
        let typed = structure::unwrap(&shown);
        if typed.is_empty() {
            return Err(Problem::Required.at(field).into());
        }
        if typed.chars().count() > Self::MAX {
            return Err(Problem::TooLong { max: Self::MAX }.at(field).into());
        }
        let plain = plain(typed);
        let number =
            structure::only_number(&plain, country).map_err(|problem| problem.at(field))?;
        Ok(Self {
            typed: typed.to_owned(),
            e164: e164(number, country),
        })
    }

    /// Parses the number of a contact shared in Telegram: international, often without its `+`.
    ///
    /// # Errors
    /// As for [`Phone::parse`].
    pub fn parse_international(field: &'static str, text: &str, country: Country) -> Result<Self> {
        let bare = text.trim().trim_start_matches('+');
        Self::parse(field, &format!("+{bare}"), country)
    }

    /// Splits a cell with possibly several numbers into texts for [`Phone::parse`], each with the
    /// words beside it. An invalid number is included and fails there, so that nothing is lost.
    pub fn split(text: &str, country: Country) -> Vec<String> {
        let shown = visible(text);
        let plain = plain(structure::unwrap(&shown));
        match *structure::pieces(&plain, country) {
            // A single number is kept as typed.
            [_] => vec![structure::unwrap(&shown).to_owned()],
            ref pieces => pieces.iter().copied().map(str::to_owned).collect(),
        }
    }

    /// Restores a phone from its stored forms.
    pub fn from_row(typed: String, e164: String) -> Self {
        let typed = shown(typed);
        Self { typed, e164 }
    }

    /// Returns the text as typed, without surrounding space and invisible characters.
    pub fn typed(&self) -> &str {
        &self.typed
    }

    /// Returns the number for people, one format for all: the international format of its numbering
    /// plan with the text beside it, «+7 900 000-00-01 доб. 15»; as typed if no plan has it.
    pub fn formatted(&self) -> String {
        let number = PhoneNumber::parse(&self.e164, None).ok();
        let Some(number) = number.filter(PhoneNumber::is_valid) else {
            return self.typed.clone();
        };
        let number = number.format_as(PhoneNumberFormat::International);
        match self.note() {
            Some(note) => format!("{number} {}", note.trim_end_matches(':')),
            None => number.into_owned(),
        }
    }

    /// Returns the number as typed with all but its last two digits masked, and without the text
    /// beside it.
    pub fn masked(&self) -> String {
        let (number, _) = self.parts();
        let digits = number.chars().filter(char::is_ascii_digit).count();
        let mut hidden = digits.saturating_sub(2);
        let mask = |c: char| match c.is_ascii_digit() && hidden > 0 {
            true => {
                hidden -= 1;
                '•'
            }
            false => c,
        };
        number.chars().map(mask).collect()
    }

    /// Returns the text beside the number: an extension, or whose number it is.
    pub fn note(&self) -> Option<String> {
        let (_, note) = self.parts();
        Some(note).filter(|note| note.contains(char::is_alphanumeric))
    }

    /// Splits the text into the number and what was typed beside it, in plain characters. The
    /// number ends with the same digits as the canonical form, after a prefix of up to three digits
    /// that the canonical form may lack.
    fn parts(&self) -> (String, String) {
        let plain = plain(&self.typed);
        let start = structure::start(&plain).unwrap_or_default();
        let mut digits = String::new();
        let mut end = None;
        for (at, c) in plain.char_indices().filter(|(_, c)| c.is_ascii_digit()) {
            digits.push(c);
            let is_whole = |prefix| {
                let rest = digits.get(prefix..).unwrap_or_default();
                rest.len() >= *DIGITS.start() && self.e164.ends_with(rest)
            };
            if (0..=3).any(is_whole) {
                end = Some(at + 1);
            }
        }
        let end = end.unwrap_or(plain.len());
        let note = format!("{} {}", &plain[..start], &plain[end..]);
        let note = note.trim_matches([' ', ',', ';', '/']);
        (plain[start..end].to_owned(), note.to_owned())
    }

    /// Returns the canonical form, `+` and digits (ITU-T E.164).
    pub fn e164(&self) -> &str {
        &self.e164
    }

    /// Returns whether the number fits no numbering plan: a digit may be missing. Such a number is
    /// accepted nevertheless.
    pub fn is_unusual(&self) -> bool {
        !is_valid(&self.e164)
    }
}

/// Returns the canonical form of a number that has nothing beside it.
///
/// `+8 900 …` is a common misspelling of `8 900 …`: if the digits after the plus are not a valid
/// international number but are valid within the shop's country with its trunk prefix, they are
/// read that way.
fn e164(number: &str, country: Country) -> String {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let read = |dialled: &str| {
        let number = PhoneNumber::parse(dialled, Some(country.0)).ok()?;
        Some(number.format_as(PhoneNumberFormat::E164).into_owned())
    };
    let Some(behind) = number.trim_start_matches('(').strip_prefix('+') else {
        return read(&digits).unwrap_or_else(|| format!("+{digits}"));
    };
    let abroad = read(&format!("+{digits}")).unwrap_or_else(|| format!("+{digits}"));
    // 1 and 7 are the only one-digit country codes.
    let is_prefix =
        behind.starts_with(['8', '0']) && !behind[1..].starts_with(|c: char| c.is_ascii_digit());
    if is_valid(&abroad) && !is_prefix {
        return abroad;
    }
    let with_prefix = |national: &String| {
        let rest = digits.get(1..).unwrap_or_default();
        is_valid(national) && national.ends_with(rest) && !national.ends_with(&digits)
    };
    read(&digits).filter(with_prefix).unwrap_or(abroad)
}

/// Returns whether some numbering plan has the number.
fn is_valid(e164: &str) -> bool {
    PhoneNumber::parse(e164, None).is_ok_and(|number| number.is_valid())
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
    fn people_read_every_number_in_one_format() {
        let country = Country::parse("RU").unwrap();
        for (typed, formatted) in [
            ("89000000001", "+7 900 000-00-01"),
            ("+7 (900) 000-00-01", "+7 900 000-00-01"),
            ("8 (4822) 22-33-44, доб.15", "+7 482 222-33-44 доб.15"),
            ("жена: +7 900 000-00-04", "+7 900 000-00-04 жена"),
            ("+375291234567", "+375 29 123-45-67"),
            ("+7(900)-00-02", "+7(900)-00-02"),
            ("12345", "12345"),
        ] {
            let phone = Phone::parse("phone", typed, country).unwrap();
            assert_eq!(phone.formatted(), formatted);
            assert_eq!(phone.typed(), typed);
            // What is read from the page leads to the same customer.
            let again = Phone::parse("phone", formatted, country).unwrap();
            assert_eq!(again.e164(), phone.e164(), "{typed}");
        }
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
            ("8 (495) 123-45-67 (123)", "• (•••) •••-••-67"),
            ("жена +7 900 000-00-04", "+• ••• •••-••-04"),
            ("(4822) 22-33-44", "(••••) ••-••-44"),
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

    fn outcome(text: &str) -> std::result::Result<(String, Option<String>, bool), Problem> {
        match Phone::parse("phone", text, Country::parse("RU").unwrap()) {
            Ok(phone) => Ok((phone.e164().to_owned(), phone.note(), phone.is_unusual())),
            Err(crate::domain::Error::Invalid(invalid)) => Err(invalid.problem),
            Err(error) => panic!("{error}"),
        }
    }

    #[test]
    fn one_number_is_taken_with_what_stands_beside_it() {
        for (text, e164, note) in [
            ("8 (495) 123-45-67 (123)", "+74951234567", Some("(123)")),
            ("8 (4822) 22-33-44 доб. 15", "+74822223344", Some("доб. 15")),
            ("8 (4822) 22-33-44, доб.15", "+74822223344", Some("доб.15")),
            (
                "8 (4822) 22-33-44 (ext. 1234567)",
                "+74822223344",
                Some("(ext. 1234567)"),
            ),
            ("8 (4822) 22-33-44-15", "+74822223344", Some("-15")),
            ("8 (4822) 22-33-44 - 15", "+74822223344", Some("- 15")),
            ("8 (4822) 22-33-44 #15", "+74822223344", Some("#15")),
            ("8 (4822) 22-33-44x15", "+74822223344", Some("x15")),
            ("8 (4822) 22-33-44 х 15", "+74822223344", Some("х 15")),
            ("+7 900 000-00-04 (жена)", "+79000000004", Some("(жена)")),
            ("+7 900 000-00-04, жена", "+79000000004", Some("жена")),
            ("жена: +7 900 000-00-04", "+79000000004", Some("жена:")),
            ("тел. 8-900-000-00-04", "+79000000004", Some("тел.")),
            (
                "+7 900 000-00-04 (жена, после 18)",
                "+79000000004",
                Some("(жена, после 18)"),
            ),
            ("79000000001.0", "+79000000001", None),
            ("79000000001,00", "+79000000001", None),
            ("=\"79000000007\"", "+79000000007", None),
            ("'+79000000007", "+79000000007", None),
            ("+8 900 000 00 02", "+79000000002", None),
            ("+8(900)000-00-02", "+79000000002", None),
            ("+89000000002", "+79000000002", None),
            ("+8 (495) 123-45-67", "+74951234567", None),
            ("+84 24 3825 5993", "+842438255993", None),
            ("\u{202a}+7 900 000-00-03\u{202c}", "+79000000003", None),
            (
                "+7\u{2009}900\u{a0}000\u{2212}00\u{2011}08",
                "+79000000008",
                None,
            ),
            ("＋７ ９００ ０００ ００ ０８", "+79000000008", None),
            ("(8 900 000-00-04)", "+79000000004", None),
            ("(+7) 900 000-00-04", "+79000000004", None),
        ] {
            let taken = Ok((e164.to_owned(), note.map(str::to_owned), false));
            assert_eq!(outcome(text), taken, "{text}");
        }
    }

    #[test]
    fn what_is_not_one_number_is_refused_and_says_why() {
        for (text, problem) in [
            ("22-33-44/55-66-77", Problem::PhoneSeveral),
            ("+7 900 000-00-05 / +7 900 000-00-06", Problem::PhoneSeveral),
            ("+7 900 000-00-05, +7 900 000-00-06", Problem::PhoneSeveral),
            ("8 900 000-00-05 или 8 900 000-00-06", Problem::PhoneSeveral),
            (
                "8 900 000-00-05 Иван 8 900 000-00-06",
                Problem::PhoneSeveral,
            ),
            ("+7 900 000-00-05 +7 900 000-00-06", Problem::PhoneSeveral),
            ("89000000005 89000000006", Problem::PhoneSeveral),
            ("22-33-44, 45", Problem::PhoneSeveral),
            ("22-33-44/45", Problem::PhoneSeveral),
            ("223344 (4822)", Problem::PhoneUnclear),
            ("7,9E+10", Problem::PhoneRounded),
            ("7.9000000001E10", Problem::PhoneRounded),
            ("жена", Problem::PhoneCharacters),
            ("📱12345", Problem::PhoneCharacters),
            ("=12345", Problem::PhoneCharacters),
            ("12345\u{0}", Problem::PhoneCharacters),
            ("+7 900 abc", Problem::PhoneLength),
            ("1234567890123456", Problem::PhoneLength),
            ("\u{200b}\u{202e}", Problem::Required),
        ] {
            assert_eq!(outcome(text), Err(problem), "{text}");
        }
    }

    #[test]
    fn a_number_that_no_plan_has_is_seen_and_kept() {
        for (text, e164) in [
            ("8 900 000 00 2", "+78900000002"),
            ("+7(900)-00-02", "+79000002"),
            ("22-33-44", "+7223344"),
            ("8 900 000 00 022", "+7890000000022"),
        ] {
            assert_eq!(outcome(text), Ok((e164.to_owned(), None, true)), "{text}");
        }
    }

    #[test]
    fn a_cell_is_split_into_its_numbers_and_loses_nothing() {
        let country = Country::parse("RU").unwrap();
        for (text, numbers) in [
            ("22-33-44/55-66-77", &["22-33-44", "55-66-77"][..]),
            (
                "+7 900 000-00-05 / +7 900 000-00-06",
                &["+7 900 000-00-05", "+7 900 000-00-06"],
            ),
            (
                "8 900 000-00-05 (жена), 8 900 000-00-06, муж",
                &["8 900 000-00-05 (жена)", "8 900 000-00-06, муж"],
            ),
            (
                "8 900 000-00-05 Иван 8 900 000-00-06",
                &["8 900 000-00-05 Иван", "8 900 000-00-06"],
            ),
            (
                "моб. 89000000005; раб. 22-33-44 доб. 15",
                &["моб. 89000000005", "раб. 22-33-44 доб. 15"],
            ),
            (
                "89000000005 ИЛИ 89000000006 или 89000000007",
                &["89000000005", "89000000006", "89000000007"],
            ),
            (
                "89000000005\n\n89000000006",
                &["89000000005", "89000000006"],
            ),
            ("22-33-44, 45", &["22-33-44", "45"]),
            ("8/900/000-00-05", &["8/900/000-00-05"]),
            ("8\u{a0}900 000-00-05", &["8\u{a0}900 000-00-05"]),
            (
                "8 900 000 00 05 8 900 000 00 06",
                &["8 900 000 00 05", "8 900 000 00 06"],
            ),
            ("79000000001.0", &["79000000001"]),
            ("нет телефона", &["нет телефона"]),
            (" \u{200b}", &[]),
        ] {
            assert_eq!(Phone::split(text, country), numbers, "{text}");
        }
        let germany = Country::parse("DE").unwrap();
        assert_eq!(Phone::split("06221/123456", germany), ["06221/123456"]);
    }
}
