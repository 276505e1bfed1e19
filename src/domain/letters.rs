//! Normalisation of characters that look alike or are invisible.
//!
//! Text is normalised before it is compared: pasted text from phones, PDFs and spreadsheets
//! contains bidirectional marks around numbers, spaces of several widths, minus signs in place of
//! hyphens and various apostrophes. Everything that is compared, looked up or indexed passes
//! through one of the functions here, on both sides; no other module maps one letter to another.

use std::borrow::Cow;

use icu_normalizer::ComposingNormalizerBorrowed;
use icu_properties::CodePointSetData;
use icu_properties::props::{Dash, DefaultIgnorableCodePoint};

/// Upper bound of the code points whose shaping a joiner doesn't affect: Latin, Greek and Cyrillic.
const JOINED: char = '\u{590}';
/// The flag that is followed by invisible tag characters naming its region.
const BLACK_FLAG: char = '\u{1f3f4}';

/// Removes invisible characters: bidirectional controls (U+202E), zero-width spaces, soft hyphens.
///
/// Joiners and variation selectors are kept where they affect rendering: inside an emoji, or
/// between letters of scripts that need them. A text of invisible characters only becomes empty.
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

/// Applies [`visible`] to a stored text, for rows written before input was filtered.
pub fn shown(text: String) -> String {
    match visible(&text) {
        Cow::Borrowed(_) => text,
        Cow::Owned(shown) => shown,
    }
}

/// Returns whether a character is visible. A text without any such character looks empty.
pub(super) fn is_visible(c: char) -> bool {
    // Renderers ignore the first kind; the blank Braille pattern and interlinear annotation marks
    // are drawn as nothing.
    let is_ignored = CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
        || matches!(c, '\u{2800}' | '\u{fff9}'..='\u{fffb}');
    !is_ignored && !c.is_control() && !c.is_whitespace()
}

/// Returns the first visible character of a text in its usual width: `=` for a full-width `＝`
/// behind a zero-width space.
pub fn first_seen(text: &str) -> Option<char> {
    let first = text.chars().find(|c| is_visible(*c))?;
    let mut bytes = [0; 4];
    wide(first.encode_utf8(&mut bytes)).chars().next()
}

/// Returns whether an invisible character may begin with this byte. No Russian letter does, so most
/// texts need no further scan.
fn begins_invisible(byte: u8) -> bool {
    matches!(byte, 0xc2 | 0xcd | 0xd8 | 0xe1..=0xe3 | 0xef | 0xf0 | 0xf3)
}

/// Returns whether a character is dropped wherever it stands.
fn is_dropped(c: char) -> bool {
    let shapes = matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}') || is_tag(c);
    !shapes && CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
}

fn is_tag(c: char) -> bool {
    matches!(c, '\u{e0020}'..='\u{e007f}')
}

/// Returns the text in Unicode form NFC, in which a letter and its accents are one character where
/// possible. Keyboards and operating systems differ in what they send.
pub fn nfc(text: &str) -> Cow<'_, str> {
    ComposingNormalizerBorrowed::new_nfc().normalize(text)
}

/// Returns the text in plain characters: one kind of space, hyphen, apostrophe and quotation mark,
/// letters and digits of standard width, nothing invisible. Case and accents stay.
pub fn plain(text: &str) -> String {
    let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    let text = wide(text);
    let characters = text.chars().filter(|c| !ignorable.contains(*c));
    characters.map(plain_character).collect()
}

/// Applies compatibility composition (NFKC, <https://unicode.org/reports/tr15>), except to the
/// numero sign, which would become two letters.
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
        // U+2212 has neither the Hyphen nor the Dash property, but looks like a hyphen.
        '\u{2212}' => '-',
        _ if c.is_whitespace() => ' ',
        _ if CodePointSetData::new::<Dash>().contains(c) => '-',
        _ => c,
    }
}

/// Returns the form used for comparison and search: [`plain`], case-folded, with ё as е.
/// Idempotent.
pub fn fold(text: &str) -> String {
    fold_common(text).unwrap_or_else(|| fold_any(text))
}

/// Folds a text of ASCII and Russian letters, as most are, without looking each character up; `None` for any other.
fn fold_common(text: &str) -> Option<String> {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        folded.push(match c {
            '\0'..='\x7f' => c.to_ascii_lowercase(),
            'а'..='я' => c,
            'А'..='Я' => char::from_u32(u32::from(c) + 0x20)?,
            'Ё' | 'ё' => 'е',
            _ => return None,
        });
    }
    Some(folded)
}

fn fold_any(text: &str) -> String {
    // Letters with several lower- or upper-case forms (ς and σ, ß, ẞ and SS) converge through upper
    // case.
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
        // All alphabets, signs and tags; the rest are ideographs, which no function here changes.
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

        #[test]
        fn common_texts_are_folded_as_any_others(text in "[\\x00-\\x7fА-Яа-яЁё]*") {
            prop_assert_eq!(fold_common(&text), Some(fold_any(&text)));
        }
    }
}
