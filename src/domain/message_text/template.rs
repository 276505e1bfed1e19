//! A text with variables, as an owner writes it.

use super::{MessageForm, MessagePurpose};
use crate::domain::letters::{is_visible, shown, visible};
use crate::domain::{Problem, Result, text};

words! {
    /// A variable of a message's text, by its name between braces. The names are the same in all languages, since a text
    /// moves between the languages of the pages, the API and the archive.
    MessageVariable {
        Device = "device", Number = "number", Stage = "stage", Sum = "sum", Paid = "paid", ToPay = "to_pay",
        /// The promised day, until it has passed.
        Due = "due",
        /// The day since which the task is ready.
        Since = "since",
        Warranty = "warranty",
        /// What an employee wrote.
        Text = "text",
        /// The works and parts of a quote.
        Lines = "lines",
        Address = "address", Hours = "hours", Phone = "phone", Shop = "shop",
        /// The status link of the task.
        Link = "link",
    }
}

impl MessageVariable {
    /// Returns whether texts of a purpose may have the variable.
    pub const fn is_of(self, purpose: MessagePurpose) -> bool {
        match self {
            Self::Text => matches!(purpose, MessagePurpose::Comment | MessagePurpose::Quote),
            Self::Lines => matches!(purpose, MessagePurpose::Quote),
            Self::Since => matches!(purpose, MessagePurpose::Reminder),
            _ => true,
        }
    }

    /// Returns the variables of a purpose.
    pub fn of(purpose: MessagePurpose) -> impl Iterator<Item = Self> {
        let all = Self::ALL.iter().copied();
        all.filter(move |variable| variable.is_of(purpose))
    }

    /// Returns the variable as it is written in a text.
    pub fn written(self) -> String {
        format!("{{{}}}", self.word())
    }
}

/// Text of a message with variables, of one or several lines. Everything else in it is plain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageTemplate(String);

/// A part of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    Plain(&'a str),
    Variable(MessageVariable),
}

impl MessageTemplate {
    /// Parses the text of a purpose in a form.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::domain::Error::Invalid) at `field` for an empty or too long text, one with control
    /// characters, an unclosed brace or an unknown variable, and one without the variable that the purpose needs.
    pub fn parse(
        field: &'static str,
        text: &str,
        purpose: MessagePurpose,
        form: MessageForm,
    ) -> Result<Self> {
        let text = visible(text).replace("\r\n", "\n");
        let text = text.trim();
        if !text.chars().any(is_visible) {
            return Err(Problem::Required.at(field).into());
        }
        text::check(field, text, form.max(), |c| c.is_control() && c != '\n')?;
        let template = Self(text.to_owned());
        template
            .check(purpose, form)
            .map_err(|problem| problem.at(field))?;
        Ok(template)
    }

    pub fn from_row(text: String) -> Self {
        Self(shown(text))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether the text has a variable.
    pub fn has(&self, variable: MessageVariable) -> bool {
        self.0.contains(&variable.written())
    }

    fn check(&self, purpose: MessagePurpose, form: MessageForm) -> Result<(), Problem> {
        let mut rest = self.0.as_str();
        while let Some(at) = rest.find(['{', '}']) {
            let behind = rest[at..].strip_prefix('{').ok_or(Problem::BraceUnclosed)?;
            let (name, after) = behind.split_once('}').ok_or(Problem::BraceUnclosed)?;
            if name.contains(['{', '\n']) {
                return Err(Problem::BraceUnclosed);
            }
            let known = MessageVariable::from_word(name);
            if !known.is_some_and(|variable| variable.is_of(purpose)) {
                let all = MessageVariable::of(purpose).map(MessageVariable::written);
                return Err(Problem::VariableUnknown {
                    name: name.to_owned(),
                    known: all.collect::<Vec<_>>().join(", "),
                });
            }
            rest = after;
        }
        match needed(purpose, form) {
            Some(needed) if !self.has(needed) => Err(Problem::VariableMissing {
                name: needed.written(),
            }),
            _ => Ok(()),
        }
    }

    /// Returns the parts of a line of the text. What is no variable is plain.
    pub(super) fn pieces(line: &str) -> Vec<Piece<'_>> {
        let (mut pieces, mut plain, mut from) = (Vec::new(), 0, 0);
        while let Some(open) = line[from..].find('{').map(|at| from + at) {
            let close = line[open..].find('}').map(|at| open + at);
            let name = close.map(|close| &line[open + 1..close]);
            match (name.and_then(MessageVariable::from_word), close) {
                (Some(variable), Some(close)) => {
                    if plain < open {
                        pieces.push(Piece::Plain(&line[plain..open]));
                    }
                    pieces.push(Piece::Variable(variable));
                    (plain, from) = (close + 1, close + 1);
                }
                _ => from = open + 1,
            }
        }
        if plain < line.len() {
            pieces.push(Piece::Plain(&line[plain..]));
        }
        pieces
    }
}

/// Returns the variable without which a text serves no purpose.
const fn needed(purpose: MessagePurpose, form: MessageForm) -> Option<MessageVariable> {
    match (purpose, form) {
        (MessagePurpose::Comment, MessageForm::Full) => Some(MessageVariable::Text),
        (MessagePurpose::Quote, _) => Some(MessageVariable::Sum),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Error;

    fn problem(text: &str, purpose: MessagePurpose, form: MessageForm) -> Option<Problem> {
        match MessageTemplate::parse("text", text, purpose, form) {
            Ok(_) => None,
            Err(Error::Invalid(invalid)) => Some(invalid.problem),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn a_wrong_text_is_refused_with_what_is_wrong_in_it() {
        let (status, full) = (MessagePurpose::Status, MessageForm::Full);
        assert_eq!(problem("{device} № {number}", status, full), None);
        assert_eq!(problem("plain words", status, full), None);
        assert_eq!(
            problem(" \n\u{202e} ", status, full),
            Some(Problem::Required)
        );
        let long = "я".repeat(301);
        assert_eq!(problem(&long, status, full), None);
        let max = 300;
        let too_long = Some(Problem::TooLong { max });
        assert_eq!(problem(&long, status, MessageForm::Short), too_long);
        let control = Some(Problem::ControlCharacters);
        assert_eq!(problem("a\u{7}", status, full), control);
        for unclosed in ["{device", "device}", "{device {number}", "}{", "{de\nvice}"] {
            let found = problem(unclosed, status, full);
            assert_eq!(found, Some(Problem::BraceUnclosed), "{unclosed}");
        }
        for unknown in [
            "{divice}",
            "{}",
            "{ device }",
            "{Device}",
            "{text}",
            "{since}",
        ] {
            let Some(Problem::VariableUnknown { name, known }) = problem(unknown, status, full)
            else {
                panic!("{unknown}");
            };
            assert_eq!(format!("{{{name}}}"), unknown);
            assert!(known.starts_with("{device}, {number}, "), "{known}");
            assert!(!known.contains("{text}"), "{known}");
        }
    }

    #[test]
    fn a_message_has_its_words_and_a_quote_its_sum() {
        let missing = |name: &str| {
            Some(Problem::VariableMissing {
                name: name.to_owned(),
            })
        };
        let (full, short) = (MessageForm::Full, MessageForm::Short);
        assert_eq!(
            problem("{device}", MessagePurpose::Comment, full),
            missing("{text}")
        );
        assert_eq!(problem("{device}", MessagePurpose::Comment, short), None);
        for form in [full, short] {
            let found = problem("{device}", MessagePurpose::Quote, form);
            assert_eq!(found, missing("{sum}"));
        }
    }

    #[test]
    fn line_breaks_of_a_browser_are_one_character() {
        let read = |text| {
            MessageTemplate::parse("text", text, MessagePurpose::Status, MessageForm::Full).unwrap()
        };
        assert_eq!(read("a\r\nb\n"), read("a\nb"));
    }
}
