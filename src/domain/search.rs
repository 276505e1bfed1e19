//! Parsing of search queries.

use super::letters::fold;

/// The words of a search. A task matches when each of them is in its description, its customer's
/// name or phone, or is its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    /// Not empty, and without empty words. A query of digits only is one word.
    words: Vec<SearchTerm>,
    /// The words as typed, folded; not taken for a phone.
    plain: Vec<String>,
    number: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchTerm {
    /// Folded, like the indexed texts.
    pub text: String,
    /// The digits of a word that may be part of a phone number, without the national or country
    /// prefix.
    pub digits: Option<String>,
}

impl Search {
    /// Maximum length of a query, in characters; more words would not narrow the result.
    const MAX: usize = 200;

    /// Parses a query; `None` when it is blank.
    pub fn parse(text: &str) -> Option<Self> {
        let text: String = text
            .chars()
            .filter(|c| !c.is_control())
            .take(Self::MAX)
            .collect();
        let text = fold(&text);
        let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        let number = number(&words);
        let plain = words.clone();
        let words = match digits(&text) {
            Some(all) => vec![SearchTerm {
                text: all.clone(),
                digits: Some(all),
            }],
            None => words.into_iter().map(SearchTerm::from).collect(),
        };
        (!words.is_empty()).then_some(Self {
            words,
            plain,
            number,
        })
    }

    pub fn words(&self) -> &[SearchTerm] {
        &self.words
    }

    /// Returns the folded words as typed, for codes: in "12-34" the hyphen is a part of it.
    pub fn plain_words(&self) -> &[String] {
        &self.plain
    }

    /// Returns the task number, if the query can be one. That task comes first in a list.
    pub fn number(&self) -> Option<i64> {
        self.number
    }
}

impl From<String> for SearchTerm {
    fn from(text: String) -> Self {
        let digits = digits(&text);
        Self { text, digits }
    }
}

/// Returns the digits of a text that consists only of characters used in phone and task numbers.
fn digits(text: &str) -> Option<String> {
    let phone = |c: char| c.is_ascii_digit() || c.is_whitespace() || "+()-./№#".contains(c);
    let mut digits: String = text.chars().filter(char::is_ascii_digit).collect();
    if digits.is_empty() || !text.chars().all(phone) {
        return None;
    }
    // "8 900 …" and "+7 900 …" are the same number; what follows the prefix matches both.
    if digits.len() >= 4 && (digits.starts_with('8') || digits.starts_with('7')) {
        digits.remove(0);
    }
    Some(digits)
}

/// Parses "12", "№12" or "№ 12".
fn number(words: &[String]) -> Option<i64> {
    let sign = ['№', '#'];
    match words {
        [word] => word.trim_start_matches(sign).parse().ok(),
        [first, word] if first.chars().all(|c| sign.contains(&c)) => word.parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_is_folded_and_a_number_is_one_however_it_is_typed() {
        let words = |text: &str| -> Vec<String> {
            let search = Search::parse(text);
            let words = search.iter().flat_map(Search::words);
            words.map(|word| word.text.clone()).collect()
        };
        assert_eq!(words("Ёлкин\u{200b} O’Brien"), ["елкин", "o'brien"]);
        assert_eq!(words("\u{202e}\u{200b} "), [""; 0]);
        assert_eq!(words("+7\u{2011}900 １２３"), ["900123"]);
        for text in ["123", "№123", "# 123", "№\u{2009}１２３", "\u{feff}123"] {
            let search = Search::parse(text).unwrap();
            assert_eq!(search.number(), Some(123), "{text}");
        }
    }
}
