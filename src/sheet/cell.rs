//! One cell: kept from being computed or rewritten by a spreadsheet, and read again.

use crate::domain::first_seen;

/// With these a spreadsheet begins what it computes
/// (<https://owasp.org/www-community/attacks/CSV_Injection>). They count as what they are to a person: some
/// programs drop blanks, invisible characters and control characters before them, or fold their width.
const COMPUTED: &[char] = &['=', '+', '-', '@'];
/// Behind these at the beginning of a cell a spreadsheet looks on, or begins a cell of its own.
const SEPARATORS: &[char] = &['\t', '\r', '\n'];
/// Excel shows a longer number as a power of ten, and saves it so.
const DIGITS_SHOWN: usize = 11;
const TRUTHS: &[&str] = &["true", "false", "истина", "ложь"];
/// Months as spreadsheets know them, in full or by their first letters.
const MONTHS: &[&str] = &[
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "январь",
    "февраль",
    "март",
    "апрель",
    "май",
    "июнь",
    "июль",
    "август",
    "сентябрь",
    "октябрь",
    "ноябрь",
    "декабрь",
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
];

/// Whether a spreadsheet computes the text, or saves another one in its place.
fn is_touched(text: &str) -> bool {
    let text = text.trim_start_matches('\'');
    is_computed(text) || is_rewritten_number(text) || is_date(text) || is_truth(text)
}

/// Whether a spreadsheet, or a program that reads its files, may compute the text.
fn is_computed(text: &str) -> bool {
    let first = first_seen(text);
    text.starts_with(SEPARATORS) || first.is_some_and(|first| COMPUTED.contains(&first))
}

/// Returns the text with an apostrophe before what a spreadsheet would touch, or before the
/// apostrophes that are there already: so it is always one that [`unguard`] takes away. It is for
/// what people type; sums, days and numbers of tasks should be that to a spreadsheet, too.
pub fn guard(text: &str) -> String {
    match is_touched(text) {
        true => format!("'{text}"),
        false => text.to_owned(),
    }
}

/// Returns the text as it was before [`guard`], or before another program kept it from a
/// spreadsheet by writing `="text"`.
pub fn unguard(text: &str) -> &str {
    let quoted = text
        .strip_prefix("=\"")
        .and_then(|rest| rest.strip_suffix('"'));
    match text.strip_prefix('\'') {
        Some(rest) if is_touched(rest) => rest,
        _ => quoted.unwrap_or(text),
    }
}

/// Whether it is a long number that a spreadsheet has shortened to a power of ten, "4,90154E+14":
/// the other digits are lost.
pub fn is_shortened(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.trim().split_once(['E', 'e']) else {
        return false;
    };
    let (whole, part) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, "0"));
    let exponent = exponent.strip_prefix('+').unwrap_or(exponent);
    whole.len() == 1 && [whole, part, exponent].into_iter().all(is_digits)
}

/// Whether it looks like what a spreadsheet shows for a date, such as the "01.фев" that it makes of
/// "1-2".
pub fn is_shown_date(text: &str) -> bool {
    let parts = parts(text);
    let year = |part: &str| part.len() == 4 && (part.starts_with("19") || part.starts_with("20"));
    let dated = parts.len() == 3 && parts.iter().any(|part| year(part));
    is_date(text) && (dated || parts.iter().any(|part| is_month(part)))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether it is a number that comes back in another spelling: with zeros before it, too long to be
/// shown, or with a part, groups, a percent sign or a power of ten.
fn is_rewritten_number(text: &str) -> bool {
    let text = text.trim();
    if is_digits(text) {
        return text.len() > DIGITS_SHOWN || (text.len() > 1 && text.starts_with('0'));
    }
    let (mantissa, exponent) = text.split_once(['E', 'e']).unwrap_or((text, "0"));
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let mantissa = mantissa.trim_end_matches('%');
    let (first, others) = mantissa
        .split_once([' ', '\u{a0}'])
        .unwrap_or((mantissa, ""));
    let is_marked = |text: &str| text.split(['.', ',']).all(is_digits);
    let in_groups = |text: &str| {
        let digits = text.split(['.', ',']).next().unwrap_or_default();
        let mut groups = digits.split([' ', '\u{a0}']);
        groups.all(|group| group.len() == 3 && is_digits(group))
            && is_marked(&text.replace([' ', '\u{a0}'], ""))
    };
    is_digits(exponent) && is_marked(first) && (others.is_empty() || in_groups(others))
}

/// Whether a spreadsheet takes it for a day or a time: "1-2", "3/4", "01.02", "1:30", "5 мая".
fn is_date(text: &str) -> bool {
    let parts = parts(text);
    let is_number = |part: &str| part.len() <= 4 && is_digits(part);
    let is_half = |part: &str| part.eq_ignore_ascii_case("am") || part.eq_ignore_ascii_case("pm");
    let has_month = parts.iter().any(|part| is_month(part));
    let spaced = text.trim().contains([' ', '\u{a0}', ',']);
    (2..=7).contains(&parts.len())
        && parts.iter().any(|part| is_number(part))
        && parts
            .iter()
            .all(|part| is_number(part) || is_month(part) || is_half(part))
        && (has_month || !spaced || text.contains(':'))
}

fn parts(text: &str) -> Vec<&str> {
    let between = ['-', '.', '/', ':', ',', ' ', '\u{a0}'];
    text.split(between)
        .filter(|part| !part.is_empty())
        .collect()
}

fn is_month(part: &str) -> bool {
    let part = part.to_lowercase();
    part.chars().count() >= 3 && MONTHS.iter().any(|month| month.starts_with(&part))
}

fn is_truth(text: &str) -> bool {
    TRUTHS.contains(&&*text.trim().to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_computed_and_everything_comes_back() {
        for text in [
            "",
            "=1+1",
            "+7 900",
            "-1",
            "@cmd",
            "\t=1",
            "'",
            "'=1",
            "''=1",
            "'hello",
            "a=1",
            " =1",
            "лампа",
            "=\"0501\"",
            "'0501",
            "''0501",
            "0501234567",
            "490154203237518",
            "1-2",
            "5 мая",
            "true",
        ] {
            let guarded = guard(text);
            assert!(!is_computed(&guarded), "{guarded}");
            assert_eq!(unguard(&guarded), text);
        }
        assert_eq!(unguard("=\"79000000007\""), "79000000007");
    }

    #[test]
    fn the_first_sign_that_is_seen_decides_and_a_dash_is_none() {
        for text in [
            "\u{a0}=1",
            "\u{feff}\u{200b}@A1",
            "\u{1}+1",
            "＝1",
            "\u{3000}－1",
            "﹢1",
            "\n=1",
        ] {
            assert_eq!(guard(text), format!("'{text}"));
        }
        for text in [
            "— нет",
            "– нет",
            "\u{2212}1 деталь",
            "\u{a0}лампа",
            "№ 1",
            "•=1",
        ] {
            assert_eq!(guard(text), text);
        }
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_typed_is_harmless_and_comes_back(
            before in "['\\s\u{0}-\u{1f}\u{a0}\u{200b}\u{2800}\u{feff}\u{3000}]{0,4}",
            sign in "[=+@＝＋－＠﹢﹣﹦﹫'\"-]{0,3}",
            rest in proptest::prelude::any::<String>(),
        ) {
            let text = format!("{before}{sign}{rest}");
            let guarded = guard(&text);
            proptest::prop_assert!(!is_computed(&guarded), "{guarded:?}");
            proptest::prop_assert_eq!(unguard(&guarded), &*text);
            let twice = guard(&guarded);
            proptest::prop_assert_eq!(unguard(unguard(&twice)), &*text);
        }
    }

    #[test]
    fn what_a_spreadsheet_leaves_alone_has_no_guard() {
        for text in [
            "89000000001",
            "8 900 000 00 02",
            "8 900 000-00-02",
            "49-015420-323751-8",
            "12",
            "0",
            "SN-4711",
            "полка 2",
            "iPhone 12",
            "Марка 5",
            "K1T1627203600000",
        ] {
            assert_eq!(guard(text), text);
        }
        for text in [
            "007",
            "123456789012",
            "12.50",
            "12,5",
            "1 500",
            "1E5",
            "12e-5",
            "50%",
            "1-2",
            "1/2/24",
            "01.02",
            "1:30",
            "1:30 PM",
            "5 мая",
            "Feb-24",
            "мар 5",
            "ИСТИНА",
            " 007",
        ] {
            assert_eq!(guard(text), format!("'{text}"));
        }
    }

    #[test]
    fn what_a_spreadsheet_has_spoilt_is_seen() {
        for text in ["4,90154E+14", "4.9E14", "8,9E+10", "4e+14"] {
            assert!(is_shortened(text), "{text}");
        }
        for text in ["45E6-X1", "E14", "4E", "12E5", "SNE+1", "4,9E+14 и ещё"] {
            assert!(!is_shortened(text), "{text}");
        }
        for text in [
            "01.фев",
            "1-Feb",
            "Feb-24",
            "фев.24",
            "01.02.2024",
            "2024-02-01",
            "2/1/2024",
        ] {
            assert!(is_shown_date(text), "{text}");
        }
        for text in [
            "1-2",
            "3/4",
            "12",
            "фев",
            "SN-2024",
            "2024",
            "12-34-5678",
            "полка 2",
        ] {
            assert!(!is_shown_date(text), "{text}");
        }
    }
}
