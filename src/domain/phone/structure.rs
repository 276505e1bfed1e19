//! What stands where a phone is expected: one number or several, an extension, a word on whose it is.
//!
//! Structure first, then separators. Whoever takes the separators out of `22-33-44/55-66-77` or of
//! `8 (495) 123-45-67 (123)` before looking at the whole has one long number that nobody has, and it
//! looks like a good one. So the numbers are told apart first, then each from what stands beside it, and
//! only what is left is a number whose separators mean nothing.

use super::{Country, DIGITS, e164, is_valid};
use crate::domain::Problem;

/// Between two numbers; none of these stands inside one.
const BETWEEN: &[char] = &[',', ';', '|', '\\', '\n', '\r'];
const WORDS_BETWEEN: &[&str] = &["или", "либо", "и", "or", "and", "&"];
/// Before an extension, in small letters. The last two are a Latin and a Cyrillic letter.
#[rustfmt::skip]
const EXTENSION: &[&str] = &[
    "доб", "добавочный", "доп", "вн", "внутр", "внутренний", "ext", "extn", "extension", "#", "*", "x", "х",
];
/// The longest extension, in digits.
const LONGEST: usize = 7;
/// Digits in a word beside a number, such as a house's, that make no number of their own.
const FEW: usize = 4;

/// Takes away what a program has put around a number: the formula by which a spreadsheet keeps it a
/// text, the apostrophe that does so too, and the fraction of what was taken for a sum.
pub fn unwrap(text: &str) -> &str {
    let text = text.trim();
    let quoted = text
        .strip_prefix("=\"")
        .and_then(|text| text.strip_suffix('"'));
    let text = quoted.unwrap_or(text);
    let text = text.strip_prefix('\'').unwrap_or(text).trim();
    let whole = text.trim_end_matches('0').strip_suffix(['.', ',']);
    let is_number = |whole: &&str| {
        let digits = whole.strip_prefix('+').unwrap_or(whole);
        text.ends_with('0')
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && DIGITS.contains(&digits.len())
    };
    whole.filter(is_number).unwrap_or(text)
}

/// The one number in a text, without what stands beside it.
///
/// # Errors
/// The problem of a text that has no number, several, or one of which it isn't clear where it ends.
pub fn only_number(text: &str, country: Country) -> Result<&str, Problem> {
    match *pieces(text, country) {
        [piece] => number(piece, country),
        [] => Err(Problem::PhoneCharacters),
        _ => Err(Problem::PhoneSeveral),
    }
}

/// The pieces of a text that have a number each, with the words that belong to it. What is no number,
/// such as the 45 of `22-33-44, 45`, is a piece of its own.
pub fn pieces(text: &str, country: Country) -> Vec<&str> {
    if is_rounded(text) {
        return vec![text];
    }
    let pieces = between(text).into_iter();
    let pieces = pieces.flat_map(|piece| at_slashes(piece, country));
    let pieces = pieces.flat_map(at_words);
    let pieces = pieces.flat_map(|piece| at_spaces(piece, country));
    let mut found: Vec<&str> = Vec::new();
    let pieces = pieces.map(|piece| piece.trim_matches([' ', '/']));
    for piece in pieces.filter(|piece| !piece.is_empty()) {
        match found.last_mut() {
            // "8 900 000-00-00, жена": what is no number belongs to the one beside it.
            Some(last) if digits(piece) == 0 || digits(last) == 0 || is_extension(piece) => {
                *last = join(text, last, piece);
            }
            _ => found.push(piece),
        }
    }
    found
}

/// From the beginning of one piece of a text to the end of a later one.
fn join<'a>(text: &'a str, first: &str, last: &str) -> &'a str {
    let at = |piece: &str| piece.as_ptr().addr() - text.as_ptr().addr();
    &text[at(first)..at(last) + last.len()]
}

/// Cuts a text at what never stands inside a number, and before each plus. What stands in brackets is a
/// whole, where they are closed.
fn between(text: &str) -> Vec<&str> {
    let closed = text.matches('(').count() == text.matches(')').count();
    let (mut pieces, mut start, mut depth) = (Vec::new(), 0, 0);
    for (at, c) in text.char_indices() {
        match c {
            '(' if closed => depth += 1,
            ')' if closed => depth -= 1,
            _ if depth > 0 || at < start => {}
            _ if BETWEEN.contains(&c) => {
                pieces.push(&text[start..at]);
                start = at + c.len_utf8();
            }
            '+' if digits(&text[start..at]) > 0 => {
                pieces.push(&text[start..at]);
                start = at;
            }
            _ if c.is_whitespace() => {
                let rest = text[at..].trim_start();
                let word = rest.split_whitespace().next().unwrap_or_default();
                if WORDS_BETWEEN.contains(&&*word.to_lowercase()) {
                    pieces.push(&text[start..at]);
                    start = text.len() - rest.len() + word.len();
                }
            }
            _ => {}
        }
    }
    pieces.push(&text[start..]);
    pieces
}

/// Cuts at slashes, unless they stand inside a number: `0171/1234567` is one, and so is whatever a plan
/// knows as a whole.
fn at_slashes(piece: &str, country: Country) -> Vec<&str> {
    if !piece.contains('/') || is_valid(&e164(piece, country)) {
        return vec![piece];
    }
    let (mut pieces, mut start) = (Vec::new(), 0);
    for (at, _) in piece.match_indices('/') {
        let next = piece[at + 1..].split('/').next().unwrap_or_default();
        if digits(&piece[start..at]) >= *DIGITS.start() && digits(next) > 0 {
            pieces.push(&piece[start..at]);
            start = at + 1;
        }
    }
    pieces.push(&piece[start..]);
    pieces
}

/// Cuts before a number that follows another one's word: `8 900 000 00 00 Иван 8 901 000 00 00`.
fn at_words(piece: &str) -> Vec<&str> {
    let Some((_, number, beside)) = cut(piece) else {
        return vec![piece];
    };
    let is_number = |(at, _): &(usize, char)| {
        let rest = &beside[*at..];
        start(rest) == Some(0) && digits(&rest[..length(rest)]) >= *DIGITS.start()
    };
    match beside.char_indices().find(is_number) {
        Some((at, _)) if digits(number) >= *DIGITS.start() && !is_extension(beside) => {
            let (first, rest) = piece.split_at(piece.len() - beside.len() + at);
            [vec![first], at_words(rest)].concat()
        }
        _ => vec![piece],
    }
}

/// Cuts at a space where each side is a number that some plan knows, and both together are none.
fn at_spaces(piece: &str, country: Country) -> Vec<&str> {
    let known = |text: &str| is_valid(&e164(text, country));
    let mut spaces = piece.match_indices(' ').map(|(at, _)| piece.split_at(at));
    match spaces.find(|(first, rest)| known(first) && known(rest)) {
        Some((first, rest)) if !known(piece) => [vec![first], at_spaces(rest, country)].concat(),
        _ => vec![piece],
    }
}

/// The number of a piece. What stands beside it may be words, or an extension.
fn number(piece: &str, country: Country) -> Result<&str, Problem> {
    if is_rounded(piece) {
        return Err(Problem::PhoneRounded);
    }
    let (before, number, after) = cut(piece).ok_or(Problem::PhoneCharacters)?;
    if !before.chars().chain(after.chars()).all(is_of_words) {
        return Err(Problem::PhoneCharacters);
    }
    if digits(after) > FEW && !is_extension(after) {
        return Err(Problem::PhoneUnclear);
    }
    let number = without_extension(number, country)?;
    match DIGITS.contains(&digits(number)) {
        true => Ok(number),
        false => Err(Problem::PhoneLength),
    }
}

/// Takes an extension without a word away, which is the last group of digits behind a number that some
/// plan knows: `8 (4822) 22-33-44-15`.
fn without_extension(number: &str, country: Country) -> Result<&str, Problem> {
    let known = |number: &str| is_valid(&e164(number, country));
    if known(number) {
        return Ok(number);
    }
    let bracketed = number
        .strip_suffix(')')
        .and_then(|rest| rest.rsplit_once('('));
    let behind = || number.rsplit_once([' ', '-', '.']);
    let Some((rest, extension)) = bracketed.or_else(behind) else {
        return Ok(number);
    };
    let rest = rest.trim_end_matches(is_separator);
    let is_short = (1..=LONGEST).contains(&digits(extension)) && digits(rest) >= *DIGITS.start();
    match (is_short, known(rest)) {
        (true, true) => Ok(rest),
        // "223344 (4822)": an extension, or the town's code at the wrong end.
        (true, false) if bracketed.is_some() => Err(Problem::PhoneUnclear),
        _ => Ok(number),
    }
}

/// What stands before a number, the number, and what stands after it.
fn cut(piece: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = piece.split_at(start(piece)?);
    let run = &rest[..length(rest)];
    let is_left_open = |run: &str| run.matches(')').count() > run.matches('(').count();
    let mut number = run.trim_end_matches([' ', '-', '.', '/', '(']);
    while is_left_open(number) && number.ends_with(')') {
        number = number[..number.len() - 1].trim_end_matches([' ', '-', '.', '/', '(']);
    }
    Some((before, number, &rest[number.len()..]))
}

/// Where the number of a text begins: at its first digit, with a plus and a bracket before it.
pub fn start(text: &str) -> Option<usize> {
    let first = text.find(|c: char| c.is_ascii_digit())?;
    let before = text[..first].trim_end_matches(['+', '(', ' ']);
    let between = &text[before.len()..first];
    let opened = between.rfind('+').or_else(|| between.find('('));
    Some(opened.map_or(first, |at| before.len() + at))
}

/// How far digits and their separators go, in bytes.
fn length(text: &str) -> usize {
    let behind = text.strip_prefix('+').unwrap_or(text);
    let end = behind.find(|c: char| !c.is_ascii_digit() && !is_separator(c));
    text.len() - behind.len() + end.unwrap_or(behind.len())
}

fn is_separator(c: char) -> bool {
    matches!(c, ' ' | '(' | ')' | '-' | '.' | '/')
}

/// Whether a character may stand in the words beside a number.
fn is_of_words(c: char) -> bool {
    c.is_alphanumeric() || c.is_whitespace() || ".,:;-()'\"/#*&!?№".contains(c)
}

/// Whether a text is an extension: «доб. 15», "(ext. 15)", "#15".
fn is_extension(text: &str) -> bool {
    let text = text
        .trim_start_matches(|c: char| " (,;.:-".contains(c))
        .to_lowercase();
    let at = text
        .find(|c: char| c.is_ascii_digit())
        .unwrap_or(text.len());
    let (word, number) = text.split_at(at);
    let (word, number) = (
        word.trim_end_matches([' ', '.', ':', '№', '-']),
        number.trim_end_matches([' ', ')', '.']),
    );
    EXTENSION.contains(&word)
        && (1..=LONGEST).contains(&number.len())
        && number.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a spreadsheet has shortened a number to its first digits: `7,9E+10`.
fn is_rounded(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.trim().split_once(['e', 'E', 'е', 'Е']) else {
        return false;
    };
    let all_digits =
        |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, part) = mantissa.split_once([',', '.']).unwrap_or((mantissa, "0"));
    let exponent = exponent.strip_prefix('+').unwrap_or(exponent);
    whole.len() == 1 && [whole, part, exponent].into_iter().all(all_digits)
}

fn digits(text: &str) -> usize {
    text.bytes().filter(u8::is_ascii_digit).count()
}
