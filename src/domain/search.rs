//! Parsing of search queries.

use super::letters::fold;
use super::{AliasId, Problem, Result, ShortText};

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

/// Maximum number of aliases.
pub const MOST_ALIASES: usize = 500;

/// A word that the search takes for another one, and the other way round: «айфон» and iPhone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alias {
    pub id: AliasId,
    pub words: AliasWords,
}

/// The two sides of an alias.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AliasWords {
    /// A single word.
    pub word: ShortText<60>,
    pub meaning: ShortText<60>,
}

impl AliasWords {
    /// The longest ending that a word may have in a query: «айфоном».
    const ENDING: usize = 2;
    /// The shortest word that may have an ending, in characters.
    const STEM: usize = 4;

    /// Parses both sides.
    ///
    /// # Errors
    /// [`Problem::Required`], [`Problem::AliasSeveralWords`], and [`Problem::AliasSame`], besides those of a text.
    pub fn parse(word: &str, meaning: &str) -> Result<Self> {
        let required = |field, text| {
            let text = ShortText::parse(field, text)?;
            match fold(text.as_str()).chars().any(char::is_alphanumeric) {
                true => Ok(text),
                false => Err(super::Error::from(Problem::Required.at(field))),
            }
        };
        let words = Self {
            word: required("word", word)?,
            meaning: required("meaning", meaning)?,
        };
        if words.word.as_str().contains(char::is_whitespace) {
            return Err(Problem::AliasSeveralWords.at("word").into());
        }
        match fold(words.word.as_str()) == fold(words.meaning.as_str()) {
            true => Err(Problem::AliasSame.at("meaning").into()),
            false => Ok(words),
        }
    }

    /// Returns both sides as they are compared.
    pub fn key(&self) -> [String; 2] {
        [fold(self.word.as_str()), fold(self.meaning.as_str())]
    }

    /// Returns what else a folded word of a query finds: the other side if it is one of the two, and both if it is one
    /// with a short ending.
    fn others(&self, typed: &str) -> Vec<String> {
        let sides = self.key();
        let is = |side: &String| {
            let ending = typed.strip_prefix(side.as_str());
            let ending = ending.map(|ending| ending.chars().count());
            ending.is_some_and(|ending| {
                ending == 0 || (ending <= Self::ENDING && side.chars().count() >= Self::STEM)
            })
        };
        match sides.iter().any(is) {
            true => sides.into_iter().filter(|side| side != typed).collect(),
            false => Vec::new(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchTerm {
    /// Folded, like the indexed texts.
    pub text: String,
    /// The digits of a word that may be part of a phone number, without the national or country
    /// prefix.
    pub digits: Option<String>,
}

impl SearchTerm {
    /// Returns what is found in the place of the word as well.
    pub fn aliases(&self, all: &[Alias]) -> Vec<String> {
        let mut others: Vec<String> = all
            .iter()
            .flat_map(|alias| alias.words.others(&self.text))
            .collect();
        others.sort_unstable();
        others.dedup();
        others
    }
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
            None => phones_in(words).into_iter().map(SearchTerm::from).collect(),
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

    /// Returns the query as it was understood.
    pub fn text(&self) -> String {
        self.plain.join(" ")
    }

    /// Returns the query as it would be if it had been typed with the other keyboard layout, Russian or English; `None`
    /// when it has no letters, or letters of both.
    pub fn in_other_layout(&self) -> Option<Self> {
        Self::parse(&other_layout(&self.text())?)
    }

    /// Returns the task number, if the query can be one. That task comes first in a list.
    pub fn number(&self) -> Option<i64> {
        self.number
    }
}

/// The number of digits from which neighbouring numbers are taken for a phone.
const PHONE: usize = 7;

/// The letters of a Russian keyboard and what an English one types with the same keys, row by row.
const LAYOUTS: [&str; 2] = [
    "йцукенгшщзхъфывапролджэячсмитьбю",
    "qwertyuiop[]asdfghjkl;'zxcvbnm,.",
];

/// Returns a folded text as the same keys type it in the other layout.
fn other_layout(text: &str) -> Option<String> {
    let is_latin = |c: char| c.is_ascii_alphabetic();
    let is_russian = |c: char| LAYOUTS[0].contains(c);
    let [from, to] = match (text.contains(is_latin), text.contains(is_russian)) {
        (true, false) => [LAYOUTS[1], LAYOUTS[0]],
        (false, true) => LAYOUTS,
        _ => return None,
    };
    let typed = |c: char| {
        let at = from.chars().position(|key| key == c);
        at.and_then(|at| to.chars().nth(at)).unwrap_or(c)
    };
    Some(text.chars().map(typed).collect())
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

/// Joins neighbouring words that are one phone together: "anna +7 900 123-45-67" has two words.
fn phones_in(words: Vec<String>) -> Vec<String> {
    let mut joined = Vec::new();
    for run in words.chunk_by(|one, two| digits(one).is_some() && digits(two).is_some()) {
        let long = run.concat().bytes().filter(u8::is_ascii_digit).count() >= PHONE;
        match long {
            true => joined.push(run.join(" ")),
            false => joined.extend_from_slice(run),
        }
    }
    joined
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
    fn a_query_of_the_wrong_layout_is_read_as_its_keys() {
        for (typed, meant) in [
            ("ьфсищщл", Some("macbook")),
            ("ntktajy", Some("телефон")),
            ("Ghbynth HP", Some("принтер рз")),
            (",fnfhtz", Some("батарея")),
            ("телефон iphone", None),
            ("12-34", None),
        ] {
            let search = Search::parse(typed).unwrap().in_other_layout();
            assert_eq!(
                search.map(|search| search.text()).as_deref(),
                meant,
                "{typed}"
            );
        }
    }

    #[test]
    fn an_alias_means_its_other_side_with_a_short_ending_too() {
        let alias = |word, meaning| Alias {
            id: AliasId::from_row(1),
            words: AliasWords::parse(word, meaning).unwrap(),
        };
        let all = [
            alias("айфон", "iPhone"),
            alias("бош", "Bosch"),
            alias("Айфон", "Apple"),
        ];
        for (word, expected) in [
            ("айфон", &["apple", "iphone"][..]),
            ("айфоном", &["apple", "iphone", "айфон"]),
            ("айфончик", &[]),
            ("iphone", &["айфон"]),
            ("бош", &["bosch"]),
            ("боша", &[]),
            ("телефон", &[]),
        ] {
            let term = SearchTerm::from(word.to_owned());
            assert_eq!(term.aliases(&all), expected, "{word}");
        }
        for (word, meaning) in [
            ("", "x"),
            ("x", " "),
            ("two words", "x"),
            ("Ёж", "еж"),
            ("-", "x"),
        ] {
            assert!(
                AliasWords::parse(word, meaning).is_err(),
                "{word} {meaning}"
            );
        }
    }

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
