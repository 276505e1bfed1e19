//! One cell: kept from being taken for a formula, and read again.

/// With these a spreadsheet begins what it computes, or looks behind for that
/// (<https://owasp.org/www-community/attacks/CSV_Injection>).
const COMPUTED: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// Whether a spreadsheet may compute the text; apostrophes before it keep it from that.
fn is_computed(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(COMPUTED)
}

/// The text with an apostrophe before what would be computed, or before the apostrophes that are
/// there already: so it is always one that [`unguard`] takes away.
pub fn guard(text: &str) -> String {
    match is_computed(text) {
        true => format!("'{text}"),
        false => text.to_owned(),
    }
}

/// The text as it was before [`guard`].
pub fn unguard(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if is_computed(rest) => rest,
        _ => text,
    }
}

/// The number of a sum, without what stands behind it: "1 500,50 руб." is "1 500,50".
pub fn amount(text: &str) -> &str {
    let text = text.trim();
    let end = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    match end.is_empty() {
        true => text,
        false => end,
    }
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
        ] {
            let guarded = guard(text);
            assert!(!guarded.starts_with(COMPUTED), "{guarded}");
            assert_eq!(unguard(&guarded), text);
        }
    }

    #[test]
    fn a_sum_may_name_its_currency() {
        for (text, number) in [
            ("1 500,50 ₽", "1 500,50"),
            (" 1500 руб. ", "1500"),
            ("1500", "1500"),
            ("даром", "даром"),
        ] {
            assert_eq!(amount(text), number);
        }
    }
}
