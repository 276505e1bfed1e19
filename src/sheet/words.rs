//! Recognition of words for statuses and kinds of work: ours in both languages, and those of other
//! programs.
//!
//! A word matches as a whole, or by its stem with at most an ending. Matching substrings would turn
//! "Приостановлен" into new ("нов") and "Не выдан" into handed over. A negated or ambiguous word is
//! an uncertain guess that leaves the task open: a task closed by mistake is never looked at again,
//! and one that is READY by mistake notifies the customer.

use std::sync::LazyLock;

use super::columns::plain;
use super::vocabulary::{
    BETWEEN, CATEGORIES, DENYING, DOUBTS, NEGATIONS, NOT_COLLECTED, PHRASES, STATUSES,
};
use crate::domain::{Category, Language, Status};
use crate::i18n;

/// Interpretation of a status word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guess {
    Sure(Status),
    /// Ambiguous.
    Unsure(Status),
    Unknown,
}

/// Status for words with several meanings or no certain one.
const IN_DOUBT: Status = Status::InProgress;

/// Maximum length of an ending in letters: "готов" and "готовности".
const ENDING: usize = 6;
/// The same for three-letter stems, with which unrelated words begin: "нов" and "нового".
const SHORT_ENDING: usize = 3;

/// Names of our statuses, in every language and in SQL.
static STATUS_NAMES: LazyLock<Vec<(String, Status)>> =
    LazyLock::new(|| names(Status::ALL, Status::word, i18n::status));
static CATEGORY_NAMES: LazyLock<Vec<(String, Category)>> =
    LazyLock::new(|| names(Category::ALL, Category::word, i18n::category));

pub fn status(text: &str) -> Guess {
    if let Some(ours) = called(text, &STATUS_NAMES) {
        return Guess::Sure(ours);
    }
    let words = words(text);
    let mut seen = StatusEvidence::default();
    let mut rest = &words[..];
    while let Some(word) = rest.first() {
        rest = &rest[seen.take(word, rest)..];
    }
    seen.guess()
}

/// Returns the kind of work; `None` when the words name none, several, or a negated one.
pub fn category(text: &str) -> Option<Category> {
    if let Some(ours) = called(text, &CATEGORY_NAMES) {
        return Some(ours);
    }
    let words = words(text);
    let of_word = |word: &String| CATEGORIES.iter().find(|(stem, _)| is_of(word, stem));
    let mut found = words.iter().filter_map(of_word).map(|(_, of)| *of);
    let first = found.next()?;
    let denied = words.iter().any(|word| NEGATIONS.contains(&&**word));
    let one = !denied && found.all(|other| other == first);
    one.then_some(first)
}

/// Evidence collected from the words of a status.
#[derive(Default)]
struct StatusEvidence {
    affirmed: Vec<Status>,
    /// Something other than collection was negated.
    denied: bool,
    /// Completion was negated.
    not_over: bool,
    doubtful: bool,
}

impl StatusEvidence {
    /// Interprets the first of the words, and returns how many words belong together.
    fn take(&mut self, word: &str, rest: &[String]) -> usize {
        if NEGATIONS.contains(&word) {
            let between = |word: &&String| BETWEEN.contains(&word.as_str());
            let skipped = rest[1..].iter().take_while(between).count();
            let denied = rest.get(1 + skipped);
            self.deny(denied.map(String::as_str).unwrap_or_default());
            return (2 + skipped).min(rest.len());
        }
        if let Some((phrase, status)) = PHRASES.iter().find(|(phrase, _)| begins(rest, phrase)) {
            self.affirm(*status);
            return phrase.len();
        }
        let inside = |start: &&&str| {
            let denied = word.strip_prefix(**start);
            denied.is_some_and(|denied| status_of(denied).is_some())
        };
        if DOUBTS.iter().any(|stem| is_of(word, stem)) {
            self.doubtful = true;
        } else if let Some(status) = status_of(word) {
            self.affirm(status);
        } else if let Some(start) = DENYING.iter().find(inside) {
            self.deny(&word[start.len()..]);
        }
        1
    }

    fn affirm(&mut self, status: Status) {
        if !self.affirmed.contains(&status) {
            self.affirmed.push(status);
        }
    }

    fn deny(&mut self, word: &str) {
        let over = status_of(word) == Some(Status::Closed)
            || NOT_COLLECTED.iter().any(|stem| is_of(word, stem));
        match over {
            true => self.not_over = true,
            false => self.denied = true,
        }
    }

    fn guess(self) -> Guess {
        match self.affirmed[..] {
            [] if self.denied || self.not_over || self.doubtful => Guess::Unsure(IN_DOUBT),
            [] => Guess::Unknown,
            [one] if !self.denied && !self.doubtful && !self.not_over => Guess::Sure(one),
            // "Готово, не выдано" negates only the collection.
            [one] if !self.denied && !self.doubtful && one != Status::Closed => Guess::Unsure(one),
            _ => Guess::Unsure(IN_DOUBT),
        }
    }
}

/// Returns whether the words begin with those of a phrase.
fn begins(words: &[String], phrase: &[&str]) -> bool {
    words.len() >= phrase.len()
        && words
            .iter()
            .zip(phrase)
            .all(|(word, stem)| is_of(word, stem))
}

fn status_of(word: &str) -> Option<Status> {
    let found = STATUSES.iter().find(|(stem, _)| is_of(word, stem));
    found.map(|(_, status)| *status)
}

/// Returns whether a word is a stem with only an ending after it.
fn is_of(word: &str, stem: &str) -> bool {
    let Some(ending) = word.strip_prefix(stem) else {
        return false;
    };
    let letters = stem.chars().count();
    let most = match letters {
        // "в", "up", "for", "new": these take no endings.
        ..=2 => 0,
        3 if stem.is_ascii() => 0,
        3 => SHORT_ENDING,
        _ => ENDING,
    };
    ending.chars().count() <= most
}

/// Splits a text into words, without the apostrophes inside them.
fn words(text: &str) -> Vec<String> {
    let text = plain(text).replace(['\'', '’'], "");
    let words = text.split(|c: char| !c.is_alphanumeric());
    words
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

fn names<T: Copy>(
    all: &[T],
    word: impl Fn(T) -> &'static str,
    name: impl Fn(Language, T) -> String,
) -> Vec<(String, T)> {
    let mut names = Vec::new();
    for of in all {
        names.push((plain(word(*of)), *of));
        names.extend(Language::ALL.map(|language| (plain(&name(language, *of)), *of)));
    }
    names
}

fn called<T: Copy>(text: &str, names: &[(String, T)]) -> Option<T> {
    let text = plain(text);
    let ours = names.iter().find(|(name, _)| *name == text);
    ours.map(|(_, of)| *of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_of_other_programs_become_ours() {
        use Guess::{Sure, Unknown, Unsure};
        for (text, expected) in [
            ("Новый", Sure(Status::Accepted)),
            ("Принято", Sure(Status::Accepted)),
            ("Принят в ремонт", Sure(Status::Accepted)),
            ("Мастер назначен", Sure(Status::Accepted)),
            ("Согласовано, передано в работу", Sure(Status::InProgress)),
            ("Клиент отказался", Sure(Status::Closed)),
            ("На выдачу", Sure(Status::Ready)),
            ("В работе", Sure(Status::InProgress)),
            ("На согласовании", Sure(Status::InProgress)),
            ("Ждёт запчасть", Sure(Status::InProgress)),
            ("Готов", Sure(Status::Ready)),
            ("Готов к выдаче", Sure(Status::Ready)),
            ("Гoтов", Sure(Status::Ready)),
            ("Ожидает выдачи", Sure(Status::Ready)),
            ("Закрыт неуспешно", Sure(Status::Closed)),
            ("Выдан", Sure(Status::Closed)),
            ("Picked up", Sure(Status::Closed)),
            ("in progress", Sure(Status::InProgress)),
            ("IN_PROGRESS", Sure(Status::InProgress)),
            ("On hold", Sure(Status::InProgress)),
            ("New", Sure(Status::Accepted)),
            ("Отремонтировано", Sure(Status::Ready)),
            ("Приостановлен", Sure(Status::InProgress)),
            // Negated, almost, or two meanings at once.
            ("Не готов", Unsure(Status::InProgress)),
            ("Ещё не готов", Unsure(Status::InProgress)),
            ("Неготов", Unsure(Status::InProgress)),
            ("Not yet ready", Unsure(Status::InProgress)),
            ("Isn't ready", Unsure(Status::InProgress)),
            ("Unclosed", Unsure(Status::InProgress)),
            ("un-closed", Unsure(Status::InProgress)),
            ("Готов не полностью", Unsure(Status::InProgress)),
            ("Готово, не выдано", Unsure(Status::Ready)),
            ("Готов, не забрали", Unsure(Status::Ready)),
            ("Выдан без ремонта", Unsure(Status::InProgress)),
            ("Отказ от ремонта", Unsure(Status::InProgress)),
            ("Не был выдан", Unsure(Status::InProgress)),
            ("Not picked up", Unsure(Status::InProgress)),
            ("Almost ready", Unsure(Status::InProgress)),
            ("Частично готов", Unsure(Status::InProgress)),
            ("Ремонт невозможен", Unsure(Status::InProgress)),
            ("Восстановлен", Unsure(Status::InProgress)),
            ("Done", Unsure(Status::InProgress)),
            // Neither a substring nor a name with the same beginning matches.
            ("Где-то", Unknown),
            ("Новосибирск", Unknown),
            ("Renault", Unknown),
            ("Newton", Unknown),
            ("", Unknown),
        ] {
            assert_eq!(status(text), expected, "{text}");
        }
    }

    #[test]
    fn kinds_of_work_are_read_by_whole_words_too() {
        for (text, expected) in [
            ("Ремонт", Some(Category::Repair)),
            ("Гарантийный ремонт", Some(Category::Repair)),
            ("Диагностика", Some(Category::Diagnosis)),
            ("REPAIR", Some(Category::Repair)),
            ("Без ремонта", None),
            ("Диагностика и ремонт", None),
            ("Платный", None),
        ] {
            assert_eq!(category(text), expected, "{text}");
        }
    }
}
