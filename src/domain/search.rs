//! What people type into a search box.

/// The words of a search. A task is found when each of them is in its description, its
/// customer's name or phone, or is its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    /// In lower case, none empty.
    words: Vec<String>,
    /// All digits together, where there is nothing else: a phone, or a part of one, or a number.
    digits: Option<String>,
}

impl Search {
    /// More letters than this look for nothing that more words would not find.
    const MAX: usize = 200;

    /// `None` for a text of nothing but space.
    pub fn parse(text: &str) -> Option<Self> {
        let text: String = text
            .chars()
            .filter(|c| !c.is_control())
            .take(Self::MAX)
            .collect();
        let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
        let mut digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let phone = |c: char| c.is_ascii_digit() || c.is_whitespace() || "+()-./№#–—".contains(c);
        let only_digits = !digits.is_empty() && text.chars().all(phone);
        // "8 900 …" and "+7 900 …" are one number: what follows the prefix is in both.
        if digits.len() >= 4 && (digits.starts_with('8') || digits.starts_with('7')) {
            digits.remove(0);
        }
        (!words.is_empty()).then(|| Self {
            words,
            digits: only_digits.then_some(digits),
        })
    }

    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// The digits of a phone or a part of one, without the national or the country's prefix.
    pub fn digits(&self) -> Option<&str> {
        self.digits.as_deref()
    }

    /// The number of a task, where it can be one.
    pub fn number(&self) -> Option<i64> {
        let word = self.words.first()?.trim_start_matches(['№', '#']);
        let word = if word.is_empty() {
            self.words.get(1)?
        } else {
            word
        };
        word.parse()
            .ok()
            .filter(|_| self.words.len() <= 2 && self.digits.is_some())
    }
}
