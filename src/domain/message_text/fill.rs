//! Replacement of a text's variables by their values. What a message doesn't know isn't mentioned in it.

use super::template::Piece;
use super::{MessageTemplate, MessageVariable};

/// Characters that stand between two variables and belong to neither.
const SEPARATORS: &[char] = &[',', ';', ':', '·', '|', '/', '–', '—', '-'];

/// Maximum length of an abbreviation, in letters.
const ABBREVIATION: usize = 3;

/// A sentence of a line: its pieces, the last of which ends with the space behind it.
type Sentence<'a> = Vec<Piece<'a>>;

impl MessageTemplate {
    /// Returns the text with its variables filled in; an unknown value is empty. A sentence is left out when all its
    /// variables are empty, and so is a line of nothing else; a separator stands only between two values. The values are
    /// not searched for variables.
    pub fn fill(&self, value: impl Fn(MessageVariable) -> String) -> String {
        let mut lines: Vec<String> = Vec::new();
        for line in self.as_str().lines() {
            let is_break = line.trim().is_empty();
            let filled = fill_line(line, &value);
            let after_break = lines.last().is_none_or(String::is_empty);
            if !filled.is_empty() || (is_break && !after_break) {
                lines.push(filled);
            }
        }
        lines.join("\n").trim_end().to_owned()
    }
}

fn fill_line(line: &str, value: &impl Fn(MessageVariable) -> String) -> String {
    let mut filled = String::new();
    for sentence in sentences(line) {
        filled += &fill_sentence(&sentence, value);
    }
    filled.trim().to_owned()
}

/// Splits a line behind each mark that ends a sentence and is followed by a space.
fn sentences(line: &str) -> Vec<Sentence<'_>> {
    let mut all = vec![Sentence::new()];
    let mut add = |piece, is_end| {
        if let Some(last) = all.last_mut() {
            last.push(piece);
        }
        if is_end {
            all.push(Sentence::new());
        }
    };
    for piece in MessageTemplate::pieces(line) {
        let Piece::Plain(mut rest) = piece else {
            add(piece, false);
            continue;
        };
        while let Some(end) = end_of_sentence(rest) {
            add(Piece::Plain(&rest[..end]), true);
            rest = &rest[end..];
        }
        if !rest.is_empty() {
            add(Piece::Plain(rest), false);
        }
    }
    all
}

/// Returns where the first sentence of a text ends, behind its space. The mark of an abbreviation, such as «ул. » or
/// "No. ", ends none.
fn end_of_sentence(text: &str) -> Option<usize> {
    let marks = text.match_indices(". ");
    let marks = marks
        .chain(text.match_indices("! "))
        .chain(text.match_indices("? "));
    let ends = marks.filter_map(|(at, mark)| {
        let word = text[..at].chars().rev().take_while(|c| c.is_alphanumeric());
        let is_abbreviation = mark == ". " && matches!(word.count(), 1..=ABBREVIATION);
        (!is_abbreviation).then_some(at + mark.len())
    });
    ends.min()
}

fn fill_sentence(sentence: &[Piece<'_>], value: &impl Fn(MessageVariable) -> String) -> String {
    let read = |piece: &Piece<'_>| match piece {
        Piece::Plain(_) => None,
        Piece::Variable(variable) => Some(value(*variable)),
    };
    let values: Vec<Option<String>> = sentence.iter().map(read).collect();
    let mut known = values.iter().flatten();
    let is_plain = known.clone().next().is_none();
    if !is_plain && known.all(String::is_empty) {
        return String::new();
    }
    let (mut text, mut between, mut has_value) = (String::new(), None, false);
    let mut has_gap = false;
    for (at, piece) in sentence.iter().enumerate() {
        match (piece, &values[at]) {
            (Piece::Plain(plain), _) if is_separator(plain, sentence, at) => {
                between = between.or(has_value.then_some(*plain));
            }
            (Piece::Plain(plain), _) => {
                text += plain;
                (between, has_value) = (None, false);
            }
            (Piece::Variable(_), Some(value)) if !value.is_empty() => {
                text += between.take().unwrap_or_default();
                text += value;
                has_value = true;
            }
            (Piece::Variable(_), _) => has_gap = true,
        }
    }
    match has_gap {
        true => tidy(&text),
        false => text,
    }
}

/// Returns whether a plain piece does nothing but separate two variables.
fn is_separator(plain: &str, sentence: &[Piece<'_>], at: usize) -> bool {
    let is_variable = |at: Option<usize>| {
        let piece = at.and_then(|at| sentence.get(at));
        matches!(piece, Some(Piece::Variable(_)))
    };
    let separates = |c: char| c.is_whitespace() || SEPARATORS.contains(&c);
    plain.chars().all(separates) && is_variable(at.checked_sub(1)) && is_variable(Some(at + 1))
}

/// Removes what an empty value leaves behind: empty brackets, doubled spaces, and a space before a mark.
fn tidy(text: &str) -> String {
    let text = text.replace("()", "").replace("«»", "");
    let mut tidied = String::with_capacity(text.len());
    for c in text.chars() {
        let is_behind_space = tidied.ends_with(' ');
        if is_behind_space && matches!(c, ' ' | '.' | ',' | ';' | ':' | '!' | '?' | ')') {
            tidied.pop();
        }
        tidied.push(c);
    }
    tidied
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fills a text with values by name.
    fn fill(text: &str, values: &[(&str, &str)]) -> String {
        let template = MessageTemplate::from_row(text.to_owned());
        template.fill(|variable| {
            let value = values.iter().find(|(name, _)| *name == variable.word());
            value.map_or_else(String::new, |(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn what_is_unknown_is_not_mentioned() {
        let text = "{stage}: {device} (№ {number}). К оплате {to_pay}. {address}, {hours}.";
        let all = [
            ("stage", "Готово"),
            ("device", "iPhone 12"),
            ("number", "3"),
            ("to_pay", "3 500 ₽"),
            ("address", "Ленина 1"),
            ("hours", "до 19:00"),
        ];
        let without = |left: &[&str]| {
            let known = all.iter().filter(|(name, _)| !left.contains(name)).copied();
            fill(text, &known.collect::<Vec<_>>())
        };
        let whole = "Готово: iPhone 12 (№ 3). К оплате 3 500 ₽. Ленина 1, до 19:00.";
        assert_eq!(without(&[]), whole);
        let unpaid = "Готово: iPhone 12 (№ 3). Ленина 1, до 19:00.";
        assert_eq!(without(&["to_pay"]), unpaid);
        let placed = "Готово: iPhone 12 (№ 3). К оплате 3 500 ₽. Ленина 1.";
        assert_eq!(without(&["hours"]), placed);
        let timed = "Готово: iPhone 12 (№ 3). К оплате 3 500 ₽. до 19:00.";
        assert_eq!(without(&["address"]), timed);
        let bare = "Готово: iPhone 12 (№ 3).";
        assert_eq!(without(&["to_pay", "address", "hours"]), bare);
    }

    #[test]
    fn lines_without_values_are_left_out_and_paragraphs_stay() {
        let text = "№ {number}\nК оплате: {to_pay}.\n\n{lines}\n\n{text}\n\nPlain.";
        let filled = fill(text, &[("number", "3")]);
        assert_eq!(filled, "№ 3\n\nPlain.");
        let filled = fill(text, &[("number", "3"), ("text", "a\n\nb")]);
        assert_eq!(filled, "№ 3\n\na\n\nb\n\nPlain.");
        assert_eq!(fill("{address}", &[]), "");
    }

    #[test]
    fn one_separator_stands_between_two_values() {
        let text = "Адрес: {address}, {hours}; {phone}!";
        let filled = |values| fill(text, values);
        assert_eq!(filled(&[("address", "A"), ("phone", "P")]), "Адрес: A, P!");
        assert_eq!(filled(&[("hours", "H"), ("phone", "P")]), "Адрес: H; P!");
        assert_eq!(filled(&[("phone", "P")]), "Адрес: P!");
    }

    #[test]
    fn empty_brackets_and_spaces_go_with_their_value() {
        let filled = fill("№ {number} ({due}) {device}, ждём.", &[("number", "3")]);
        assert_eq!(filled, "№ 3, ждём.");
        // What the owner wrote stays as it is written.
        assert_eq!(fill("a  b () {number}", &[("number", "3")]), "a  b () 3");
    }

    #[test]
    fn an_abbreviation_ends_no_sentence() {
        assert_eq!(
            fill("№ {number}. Наш адрес: ул. {address}.", &[("number", "3")]),
            "№ 3."
        );
        assert_eq!(
            fill("Repair No. {number}. Tel. {phone}", &[("number", "3")]),
            "Repair No. 3."
        );
    }

    #[test]
    fn values_are_not_searched_for_variables() {
        let filled = fill(
            "{device} {number}",
            &[("device", "{number}"), ("number", "3")],
        );
        assert_eq!(filled, "{number} 3");
    }
}
