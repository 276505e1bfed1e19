//! Length of an SMS: how many parts a text takes, each of which is paid for.

/// The default alphabet of 7 bits (3GPP TS 23.038 §6.2.1), without the escape.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
                     ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// Its extension (§6.2.1.1): two septets each, since the escape stands before them.
const EXTENDED: &str = "\u{c}^{}\\[~]|€";

/// Capacity of a message that is alone, and of each part of a longer one, whose header takes six bytes.
const SEPTETS: (usize, usize) = (160, 153);
const UNITS: (usize, usize) = (70, 67);

/// Returns the number of parts that a text is sent in; none for an empty one.
///
/// One character outside the 7-bit alphabet, a Cyrillic one for example, makes the whole text one of 16-bit units.
pub fn sms_parts(text: &str) -> usize {
    let septets: Option<Vec<usize>> = text.chars().map(septets).collect();
    match septets {
        Some(septets) => parts(&septets, SEPTETS),
        None => {
            let units: Vec<usize> = text.chars().map(char::len_utf16).collect();
            parts(&units, UNITS)
        }
    }
}

/// Returns whether a text fits into the 7-bit alphabet.
pub fn is_seven_bit(text: &str) -> bool {
    text.chars().all(|c| septets(c).is_some())
}

fn septets(c: char) -> Option<usize> {
    match (BASIC.contains(c), EXTENDED.contains(c)) {
        (true, _) => Some(1),
        (_, true) => Some(2),
        _ => None,
    }
}

/// Counts the parts of a text with characters of those lengths, none of which is cut in two.
fn parts(lengths: &[usize], (alone, each): (usize, usize)) -> usize {
    let whole: usize = lengths.iter().sum();
    if whole <= alone {
        return usize::from(whole > 0);
    }
    let (count, _) = lengths.iter().fold((1, 0), |(count, filled), length| {
        match filled + length <= each {
            true => (count, filled + length),
            false => (count + 1, *length),
        }
    });
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_alphabet_is_whole_and_has_nothing_twice() {
        let mut all: Vec<char> = BASIC.chars().chain(EXTENDED.chars()).collect();
        // 128 codes, one of which is the escape.
        assert_eq!(BASIC.chars().count(), 127);
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }

    #[test]
    fn a_text_takes_as_many_parts_as_a_phone_company_counts() {
        let times = |text: &str, count| text.repeat(count);
        for (text, expected) in [
            (String::new(), 0),
            (times("a", 1), 1),
            (times("a", 160), 1),
            (times("a", 161), 2),
            (times("a", 306), 2),
            (times("a", 307), 3),
            (times("é\n", 80), 1),
            // The extension takes two septets.
            (times("€", 80), 1),
            (times("€", 81), 2),
            // And isn't cut: 76 of them fill 152 of 153.
            (times("€", 152), 2),
            (times("€", 153), 3),
            (times("ж", 70), 1),
            (times("ж", 71), 2),
            (times("ж", 134), 2),
            (times("ж", 135), 3),
            // One Cyrillic letter, and everything is 16 bits.
            (times("a", 69) + "ж", 1),
            (times("a", 70) + "ж", 2),
            // Neither the number sign nor the back quote is in the alphabet.
            (times("a", 70) + "№", 2),
            (times("a", 70) + "`", 2),
            // A pair of surrogates is two units and isn't cut: 33 pairs fill 66 of 67.
            (times("😀", 35), 1),
            (times("😀", 36), 2),
            (times("😀", 66), 2),
            (times("😀", 67), 3),
        ] {
            assert_eq!(sms_parts(&text), expected, "{text}");
        }
    }
}
