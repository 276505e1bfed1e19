//! Structure of a phone field: one number or several, an extension, words beside the number.
//!
//! Structure is analysed before separators are removed. Stripping `22-33-44/55-66-77` or `8 (495)
//! 123-45-67 (123)` first would yield one long number that looks valid but belongs to nobody. The
//! numbers are therefore separated first, then each is cut off from the text beside it, and only in
//! the rest are separators meaningless.

use super::{Country, DIGITS, e164, is_valid};
use crate::domain::Problem;

/// Separators between two numbers; none of them occurs inside one.
const BETWEEN: &[char] = &[',', ';', '|', '\\', '\n', '\r'];
const WORDS_BETWEEN: &[&str] = &["или", "либо", "и", "or", "and", "&"];
/// Words and signs before an extension, in lower case. The last two are a Latin and a Cyrillic
/// letter.
#[rustfmt::skip]
const EXTENSION: &[&str] = &[
    "доб", "добавочный", "доп", "вн", "внутр", "внутренний", "ext", "extn", "extension", "#", "*", "x", "х",
];
/// Longest extension, in digits.
const LONGEST: usize = 7;
/// Maximum number of digits in a word beside a number, such as a house number.
const FEW: usize = 4;

/// Removes a spreadsheet's wrapping of a number: the formula or the apostrophe that marks it as
/// text, and the decimals of a number formatted as a sum.
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

/// Returns the one number in a text, without the text beside it.
///
/// # Errors
/// The problem of a text with no number, several numbers, or a number whose end is ambiguous.
pub fn only_number(text: &str, country: Country) -> Result<&str, Problem> {
    match *pieces(text, country) {
        [piece] => number(piece, country),
        [] => Err(Problem::PhoneCharacters),
        _ => Err(Problem::PhoneSeveral),
    }
}

/// Splits a text into pieces with one number each and the words that belong to it. A fragment that
/// isn't a number, such as the 45 of `22-33-44, 45`, is a piece of its own.
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
            // "8 900 000-00-00, жена": text without a number belongs to the number beside it.
            Some(last) if digits(piece) == 0 || digits(last) == 0 || is_extension(piece) => {
                *last = join(text, last, piece);
            }
            _ => found.push(piece),
        }
    }
    found
}

/// Returns the slice from the beginning of one piece to the end of a later one.
fn join<'a>(text: &'a str, first: &str, last: &str) -> &'a str {
    let at = |piece: &str| piece.as_ptr().addr() - text.as_ptr().addr();
    &text[at(first)..at(last) + last.len()]
}

/// Splits a text at separators and before each plus. Balanced brackets are kept whole.
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

/// Splits at slashes, unless they are part of a number: `0171/1234567` is one number, and so is
/// anything valid as a whole.
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

/// Splits before a number that follows a word after another number: `8 900 000 00 00 Иван 8 901 000
/// 00 00`.
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

/// Splits at a space where both sides are valid numbers and the whole is not.
fn at_spaces(piece: &str, country: Country) -> Vec<&str> {
    let known = |text: &str| is_valid(&e164(text, country));
    let mut spaces = piece.match_indices(' ').map(|(at, _)| piece.split_at(at));
    match spaces.find(|(first, rest)| known(first) && known(rest)) {
        Some((first, rest)) if !known(piece) => [vec![first], at_spaces(rest, country)].concat(),
        _ => vec![piece],
    }
}

/// Extracts the number of a piece. The text beside it may be words or an extension.
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

/// Removes an unlabelled extension, the last group of digits after a valid number: `8 (4822)
/// 22-33-44-15`.
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
        // "223344 (4822)": either an extension, or an area code at the wrong end.
        (true, false) if bracketed.is_some() => Err(Problem::PhoneUnclear),
        _ => Ok(number),
    }
}

/// Splits a piece into the text before the number, the number, and the text after it.
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

/// Returns the byte offset at which the number begins: its first digit, or a plus or bracket before
/// that.
pub fn start(text: &str) -> Option<usize> {
    let first = text.find(|c: char| c.is_ascii_digit())?;
    let before = text[..first].trim_end_matches(['+', '(', ' ']);
    let between = &text[before.len()..first];
    let opened = between.rfind('+').or_else(|| between.find('('));
    Some(opened.map_or(first, |at| before.len() + at))
}

/// Returns the length of the run of digits and separators, in bytes.
fn length(text: &str) -> usize {
    let behind = text.strip_prefix('+').unwrap_or(text);
    let end = behind.find(|c: char| !c.is_ascii_digit() && !is_separator(c));
    text.len() - behind.len() + end.unwrap_or(behind.len())
}

fn is_separator(c: char) -> bool {
    matches!(c, ' ' | '(' | ')' | '-' | '.' | '/')
}

/// Returns whether a character may occur in the words beside a number.
fn is_of_words(c: char) -> bool {
    c.is_alphanumeric() || c.is_whitespace() || ".,:;-()'\"/#*&!?№".contains(c)
}

/// Returns whether a text is an extension: «доб. 15», "(ext. 15)", "#15".
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

/// Returns whether a spreadsheet has shortened the number to scientific notation: `7,9E+10`.
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
