//! Numbers as people write sums of money: with signs, words, groups of digits and a decimal point.

use super::Currency;

/// What is doubtful about a sum that was read all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SumDoubt {
    /// "1,500" was taken as a thousand and a half, since its currency has no third digit.
    Thousands,
    /// It has more digits behind the point than its currency.
    Rounded,
    /// Beside the number stands another currency, or what isn't a currency.
    OtherWords,
}

/// What people write for the currencies of this part of the world, in lower case; every currency
/// is known by its code and its sign as well.
const NAMES: &[(&str, &[&str])] = &[
    ("RUB", &["р", "руб", "rur", "рублей", "рубля", "рубль"]),
    ("USD", &["us$", "долл", "долларов"]),
    ("EUR", &["евро"]),
    ("KZT", &["тг", "тенге"]),
    ("UAH", &["грн"]),
    ("BYN", &["br", "бел.руб"]),
    ("KGS", &["сом", "с"]),
    ("UZS", &["сум", "soʻm", "so'm"]),
    ("AMD", &["֏", "др", "драм"]),
    ("GEL", &["₾", "лари"]),
    ("JPY", &["¥", "円"]),
    ("VND", &["₫", "đ"]),
];

/// A number with what stands around it.
pub(super) struct Amount {
    /// Digits, points and commas; it begins with a digit.
    number: String,
    pub negative: bool,
    /// The words and signs around it, without minus and brackets.
    words: Vec<String>,
}

/// A number that is cut into its whole and its part.
pub(super) enum Split {
    Clear(String, String),
    /// The mark before the last three digits may be a decimal point, or stand between groups.
    Open(char, String, String),
}

const MINUS: &[char] = &['-', '‐', '‑', '–', '−'];

fn is_mark(c: char) -> bool {
    matches!(c, '.' | ',')
}

impl Amount {
    /// `None` for what has no number, or more than one.
    pub fn cut(text: &str) -> Option<Self> {
        let text = text.trim();
        let begin = text.find(|c: char| c.is_ascii_digit())?;
        let end = text.rfind(|c: char| c.is_ascii_digit())? + 1;
        let (before, mut after) = (&text[..begin], &text[end..]);
        // ",5" is half of something; "Rs.5" is five.
        let lone = |rest: &str| !rest.ends_with(char::is_alphabetic);
        if before.strip_suffix(is_mark).is_some_and(lone) {
            return None;
        }
        after = after.strip_prefix(is_mark).unwrap_or(after);
        let number = without_gaps(&text[begin..end])?;
        let around = [before, after];
        let minus = around.iter().any(|part| part.contains(MINUS));
        let bracketed = before.contains('(') && after.contains(')');
        let word = |part: &&str| {
            let part = part.replace(MINUS, "").replace(['(', ')'], "");
            let part = part.trim().trim_end_matches('.').to_lowercase();
            (!part.is_empty()).then_some(part)
        };
        Some(Self {
            number,
            negative: minus || bracketed,
            words: around.iter().filter_map(word).collect(),
        })
    }

    /// `None` where the groups don't have three digits each.
    pub fn split(&self) -> Option<Split> {
        let number = &*self.number;
        let marks: Vec<(usize, char)> = number
            .match_indices(is_mark)
            .filter_map(|(at, mark)| Some((at, mark.chars().next()?)))
            .collect();
        let Some(&(last, mark)) = marks.last() else {
            return Some(Split::Clear(number.to_owned(), String::new()));
        };
        let of_kind = marks.iter().filter(|(_, kind)| *kind == mark).count();
        let (whole, part) = (&number[..last], &number[last + 1..]);
        if of_kind > 1 {
            // One kind alone stands between the groups of a whole number.
            let whole = (of_kind == marks.len())
                .then(|| ungrouped(number))
                .flatten()?;
            return Some(Split::Clear(whole, String::new()));
        }
        let bare = ungrouped(whole)?;
        let open = marks.len() == 1 && part.len() == 3 && whole.len() <= 3;
        Some(match open && !whole.starts_with('0') {
            true => Split::Open(mark, bare, part.to_owned()),
            false => Split::Clear(bare, part.to_owned()),
        })
    }

    /// Whether what stands around the number is anything but a name of this currency.
    pub fn names_another(&self, currency: Currency) -> bool {
        let code = currency.code();
        let names = NAMES.iter().filter(|(of, _)| *of == code);
        let names: Vec<&str> = names.flat_map(|(_, names)| names.iter().copied()).collect();
        self.words.iter().any(|word| {
            let same = |name: &str| *word == name.to_lowercase();
            !same(code) && !same(currency.sign()) && !names.contains(&&**word)
        })
    }
}

/// What all sums of a column show of their decimal point, where they agree on one.
pub fn decimal_point<'a>(texts: impl Iterator<Item = &'a str>) -> Option<char> {
    let (mut point, mut comma) = (false, false);
    for text in texts {
        let Some(amount) = Amount::cut(text) else {
            continue;
        };
        let marks: Vec<char> = amount.number.chars().filter(|c| is_mark(*c)).collect();
        let other = |mark| if mark == '.' { ',' } else { '.' };
        let shown = match (marks.last(), amount.split()) {
            (Some(mark), Some(Split::Clear(_, part))) if part.is_empty() => Some(other(*mark)),
            (Some(mark), Some(Split::Clear(..))) => Some(*mark),
            _ => None,
        };
        point |= shown == Some('.');
        comma |= shown == Some(',');
    }
    match (point, comma) {
        (true, false) => Some('.'),
        (false, true) => Some(','),
        _ => None,
    }
}

/// The point of a sum in a currency with three digits behind it, when nothing else is known: its
/// last mark, since "1.500" is how such sums are usually written.
pub fn three_digit_point(text: &str, currency: Currency) -> Option<char> {
    let last = || text.chars().rfind(|c| is_mark(*c));
    (currency.digits() == 3).then(last).flatten()
}

/// The part as a number of smallest units, and whether it had to be rounded, half away from zero.
/// `None` for a part that a person has written with a digit too many.
pub(super) fn rounded(part: String, digits: usize) -> Option<(i64, bool)> {
    let kept = part.get(..digits).unwrap_or(&part);
    let minor: i64 = format!("{kept:0<digits$}")
        .parse()
        .ok()
        .or((digits == 0).then_some(0))?;
    let rest = part.get(digits..).unwrap_or_default();
    if rest.bytes().all(|digit| digit == b'0') {
        return Some((minor, false));
    }
    // Programs that compute write many digits; people write one that is wrong.
    (part.len() > 3).then(|| (minor + i64::from(rest.as_bytes()[0] >= b'5'), true))
}

/// Without spaces, and without apostrophes between groups of three digits.
fn without_gaps(number: &str) -> Option<String> {
    let bare: String = number.chars().filter(|c| !c.is_whitespace()).collect();
    let mut groups = bare.split(['\'', '’', 'ʼ']);
    let mut text = groups.next()?.to_owned();
    for group in groups {
        let digits = group.find(is_mark).unwrap_or(group.len());
        if digits != 3 {
            return None;
        }
        text += group;
    }
    let is_number = |c: char| c.is_ascii_digit() || is_mark(c);
    text.chars().all(is_number).then_some(text)
}

/// A whole number without the marks between its groups of three digits.
fn ungrouped(number: &str) -> Option<String> {
    let groups: Vec<&str> = number.split(is_mark).collect();
    let (first, others) = groups.split_first()?;
    let is_grouped = (1..=3).contains(&first.len()) && others.iter().all(|group| group.len() == 3);
    (others.is_empty() || is_grouped).then(|| groups.concat())
}
