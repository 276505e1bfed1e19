//! Characters that look alike or can't be seen.
//!
//! Normalise before comparing: people paste what a phone, a PDF or a spreadsheet wrote, and that has
//! marks of direction around a number, spaces of several widths, a minus for a hyphen, or an
//! apostrophe of another shape. Whatever is compared, looked up or indexed goes through one of the
//! functions here, on both sides; nothing else in the program maps one letter to another.

use std::borrow::Cow;

use icu_normalizer::ComposingNormalizerBorrowed;
use icu_properties::CodePointSetData;
use icu_properties::props::{Dash, DefaultIgnorableCodePoint};

/// Numbers that stand before this have letters whose neighbours a joiner doesn't change: Latin, Greek
/// and Cyrillic.
const JOINED: char = '\u{590}';
/// A flag that is followed by invisible letters which say whose it is.
const BLACK_FLAG: char = '\u{1f3f4}';

/// The text without what can't be seen: marks that turn the direction of what follows (U+202E), spaces
/// without a width, soft hyphens.
///
/// Joiners and variation selectors stay where they shape what is seen: inside an emoji, or between the
/// letters of scripts that need them. A text of nothing but invisible characters is empty.
pub fn visible(text: &str) -> Cow<'_, str> {
    let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    if !text.bytes().any(begins_invisible) || !text.chars().any(|c| ignorable.contains(c)) {
        return Cow::Borrowed(text);
    }
    let mut kept = String::with_capacity(text.len());
    let mut characters = text.chars().filter(|c| !is_dropped(*c)).peekable();
    while let Some(c) = characters.next() {
        let stays = match c {
            _ if !ignorable.contains(c) => true,
            '\u{200c}' | '\u{200d}' => {
                let joined = |c: Option<&char>| c.is_some_and(|c| *c >= JOINED);
                joined(kept.chars().next_back().as_ref()) && joined(characters.peek())
            }
            '\u{fe00}'..='\u{fe0f}' => kept.chars().next_back().is_some_and(|c| !c.is_whitespace()),
            _ => kept
                .chars()
                .next_back()
                .is_some_and(|c| c == BLACK_FLAG || is_tag(c)),
        };
        if stays {
            kept.push(c);
        }
    }
    Cow::Owned(kept)
}

/// [`visible`] for what is there already: rows that were written before anybody looked.
pub fn shown(text: String) -> String {
    match visible(&text) {
        Cow::Borrowed(_) => text,
        Cow::Owned(shown) => shown,
    }
}

/// Whether a character is seen, or at least leads to one that is; a text of others alone looks empty.
pub(super) fn is_visible(c: char) -> bool {
    // Renderers ignore the first kind; the blank pattern of Braille and the marks of annotations are
    // drawn as nothing.
    let is_ignored = CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
        || matches!(c, '\u{2800}' | '\u{fff9}'..='\u{fffb}');
    !is_ignored && !c.is_control() && !c.is_whitespace()
}

/// The first character of a text that is seen, in its usual width: `=` for the `＝` of East Asian keyboards
/// behind a space that has no width.
pub fn first_seen(text: &str) -> Option<char> {
    let first = text.chars().find(|c| is_visible(*c))?;
    let mut bytes = [0; 4];
    wide(first.encode_utf8(&mut bytes)).chars().next()
}

/// Whether an invisible character may begin with this byte. No letter of the Russian alphabet does, so most
/// texts are looked at no further.
fn begins_invisible(byte: u8) -> bool {
    matches!(byte, 0xc2 | 0xcd | 0xd8 | 0xe1..=0xe3 | 0xef | 0xf0 | 0xf3)
}

/// Whether a character is invisible wherever it stands.
fn is_dropped(c: char) -> bool {
    let shapes = matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}') || is_tag(c);
    !shapes && CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
}

fn is_tag(c: char) -> bool {
    matches!(c, '\u{e0020}'..='\u{e007f}')
}

/// The text in Unicode's form NFC, in which a letter and its accents are one character where there is
/// such a one. Keyboards and systems differ in what they send.
pub fn nfc(text: &str) -> Cow<'_, str> {
    ComposingNormalizerBorrowed::new_nfc().normalize(text)
}

/// The text in plain characters: one kind of space, hyphen, apostrophe and quotation mark, letters and
/// digits of one width, and nothing invisible. Case and accents stay.
pub fn plain(text: &str) -> String {
    let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    let text = wide(text);
    let characters = text.chars().filter(|c| !ignorable.contains(*c));
    characters.map(plain_character).collect()
}

/// Compatibility composition (NFKC, <https://unicode.org/reports/tr15>), but for the sign of a number,
/// which would become two letters.
fn wide(text: &str) -> Cow<'_, str> {
    let nfkc = ComposingNormalizerBorrowed::new_nfkc();
    match text.contains('№') {
        false => nfkc.normalize(text),
        true => {
            let parts = text.split('№').map(|part| nfkc.normalize(part));
            parts.collect::<Vec<_>>().join("№").into()
        }
    }
}

fn plain_character(c: char) -> char {
    match c {
        _ if c.is_ascii() => c,
        '‘' | '’' | '‚' | '‛' | 'ʹ' | 'ʼ' | 'ʻ' | '′' => '\'',
        '«' | '»' | '“' | '”' | '„' | '‟' | '″' => '"',
        // The sign of subtraction is none of Unicode's hyphens and dashes, and looks like one.
        '\u{2212}' => '-',
        _ if c.is_whitespace() => ' ',
        _ if CodePointSetData::new::<Dash>().contains(c) => '-',
        _ => c,
    }
}

/// The text as it is compared and searched: [`plain`], without case, and with ё as е. Folding twice
/// changes nothing more.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    // Letters with several small or large forms (ς and σ, ß, ẞ and SS) meet by way of the large one.
    let caseless = |c: char| {
        let large = c.to_lowercase().flat_map(char::to_uppercase);
        large.flat_map(char::to_lowercase)
    };
    let folded: String = plain(text).chars().flat_map(caseless).collect();
    let folded = plain(&folded);
    match folded.contains('ё') {
        true => folded.replace('ё', "е"),
        false => folded,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_turns_or_hides_text_goes_and_what_shapes_an_emoji_stays() {
        for (text, seen) in [
            ("Иван\u{202e}вонавИ\u{202c}", "ИванвонавИ"),
            ("\u{2066}+7 900\u{2069}", "+7 900"),
            ("\u{feff}а\u{200b}б\u{ad}в\u{2060}", "абв"),
            ("\u{200b}\u{200d}\u{fe0f}\u{2060}\u{e0041}\u{3164}", ""),
            ("Ёл\u{200d}кин", "Ёлкин"),
            ("a\u{200c}b", "ab"),
            (
                "👨\u{200d}👩\u{200d}👧 и ❤\u{fe0f}\u{200d}🔥",
                "👨\u{200d}👩\u{200d}👧 и ❤\u{fe0f}\u{200d}🔥",
            ),
            (
                "👩🏽\u{200d}🔧1\u{fe0f}\u{20e3}",
                "👩🏽\u{200d}🔧1\u{fe0f}\u{20e3}",
            ),
            ("می\u{200c}خواهم", "می\u{200c}خواهم"),
            ("👨\u{200d}", "👨"),
            (" \u{200d}👨", " 👨"),
            (
                "🏴\u{e0067}\u{e0062}\u{e007f}",
                "🏴\u{e0067}\u{e0062}\u{e007f}",
            ),
            ("тонкий\u{2009}пробел", "тонкий\u{2009}пробел"),
            ("plain", "plain"),
        ] {
            assert_eq!(visible(text), seen, "{text:?}");
        }
    }

    #[test]
    fn spellings_of_one_text_are_folded_to_one() {
        for (texts, folded) in [
            (
                &["Ёлкин", "ЕЛКИН", "е\u{308}лкин", "Ёл\u{ad}кин"][..],
                "елкин",
            ),
            (&["O’Brien", "O'BRIEN", "Oʼbrien", "Ｏ＇Brien"], "o'brien"),
            (
                &["ＩＰｈｏｎｅ　１２", "iPhone 12", "iphone\u{a0}12"],
                "iphone 12",
            ),
            (&["«Ромашка»", "“ромашка”", "\"РОМАШКА\""], "\"ромашка\""),
            (
                &["а\u{2011}б", "а—б", "а\u{2212}б", "А-Б", "а\u{2010}б"],
                "а-б",
            ),
            (&["№ 12", "№\u{2009}１２"], "№ 12"),
            (&["Straße", "STRASSE", "STRAẞE", "ﬆraße"], "strasse"),
            (&["ΟΔΟΣ", "οδος"], "οδοσ"),
            (&["Чай", "чаи\u{306}"], "чай"),
        ] {
            for text in texts {
                assert_eq!(fold(text), folded, "{text:?}");
            }
        }
        assert_ne!(fold("чаи"), fold("чай"));
    }

    #[test]
    fn folding_twice_changes_nothing_more() {
        // All alphabets, signs and tags; behind these are ideographs, which no function here changes.
        for c in ('\u{0}'..='\u{1ffff}').chain('\u{e0000}'..='\u{e0fff}') {
            let (shown, once) = (
                visible(c.encode_utf8(&mut [0; 4])).into_owned(),
                fold(&c.to_string()),
            );
            assert_eq!(visible(&shown), shown, "{c:?}");
            assert_eq!(fold(&once), once, "{c:?}");
            assert_eq!(plain(&plain(&shown)), plain(&shown), "{c:?}");
            let is_ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c);
            assert!(
                !is_ignorable || begins_invisible(c.to_string().as_bytes()[0]),
                "{c:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn texts_of_any_characters_are_folded_once(text in any::<String>()) {
            let shown = visible(&text);
            prop_assert_eq!(visible(&shown), shown.clone());
            prop_assert_eq!(fold(&fold(&text)), fold(&text));
            prop_assert_eq!(fold(&shown), fold(&text));
        }
    }
}
