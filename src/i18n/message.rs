//! Messages to customers: the texts that a shop begins with, and their rendering.

use super::sample_message::sample_text;
use super::{Arg, LineWords, day, figure, lines, money, text, text_with};
use crate::domain::{
    Language, MessageFacts, MessageForm, MessagePurpose, MessageTemplate, MessageTextKey,
    MessageVariable, Money, Shop, Stage, Status, is_seven_bit, sms_parts,
};

/// Maximum length of a full message in characters, that of a message in Telegram
/// (<https://core.telegram.org/bots/api#sendmessage>).
const MOST: usize = 4_096;

/// Returns the text that a shop begins with; the stage is that of a message about the status.
pub fn default_message(key: MessageTextKey, stage: Option<&Stage>) -> MessageTemplate {
    let status = stage.map_or(Status::InProgress, |stage| stage.status);
    usual(key.language, key.occasion.purpose(), status, key.form)
}

fn usual(
    language: Language,
    purpose: MessagePurpose,
    status: Status,
    form: MessageForm,
) -> MessageTemplate {
    let [full, short] = match (purpose, status) {
        (MessagePurpose::Status, Status::Ready) => ["message-ready", "message-ready-short"],
        (MessagePurpose::Status, Status::Closed) => ["message-closed", "message-closed-short"],
        (MessagePurpose::Status, Status::Accepted | Status::InProgress) => {
            ["message-stage", "message-stage-short"]
        }
        (MessagePurpose::Comment, _) => ["message-comment", "message-comment-short"],
        (MessagePurpose::Quote, _) => ["message-quote", "message-quote-short"],
        (MessagePurpose::Reminder, _) => ["message-reminder", "message-reminder-short"],
    };
    let id = match form {
        MessageForm::Full => full,
        MessageForm::Short => short,
    };
    let variables = MessageVariable::ALL.iter();
    let names: Vec<Arg<'_>> = variables
        .map(|variable| (variable.word(), variable.written().into()))
        .collect();
    MessageTemplate::from_row(text_with(language, id, names))
}

/// Renders a message as plain text, by the owner's text if there is one. Every channel and the preview use this function.
pub fn message(
    language: Language,
    shop: &Shop,
    form: MessageForm,
    own: Option<&MessageTemplate>,
    facts: &MessageFacts,
) -> String {
    let usual = || usual(language, facts.purpose, facts.status, form);
    let render = |device: &str| {
        let words = Words {
            language,
            shop,
            form,
            facts,
            device,
        };
        let rendered = own.map(|own| words.render(own));
        let rendered = rendered.filter(|text| !text.is_empty());
        rendered.unwrap_or_else(|| words.render(&usual()))
    };
    match form {
        MessageForm::Full => render(&facts.device),
        MessageForm::Short => shortest(facts, render),
    }
}

/// Renders a message for a phone in as few parts as possible: with the longest name of the device for which it takes no
/// more of them. Nothing else is shortened.
fn shortest(facts: &MessageFacts, render: impl Fn(&str) -> String) -> String {
    let whole = render(&facts.device);
    let parts = sms_parts(&whole);
    let shorter = || {
        let named = facts.short_devices.iter().map(String::as_str);
        let last = facts.short_devices.last().unwrap_or(&facts.device);
        named.chain(cuts(last))
    };
    // What no shorter name brings into fewer parts keeps the whole one.
    let fewest = shorter().map(|device| sms_parts(&render(device))).min();
    let fewest = fewest.filter(|fewest| *fewest < parts);
    let fits = |text: &String| Some(sms_parts(text)) == fewest;
    let found = fewest.and_then(|_| shorter().map(&render).find(fits));
    found.unwrap_or(whole)
}

/// Returns the beginnings of a name, the longest first, down to a few letters: those that end with a word, and then the
/// others.
fn cuts(name: &str) -> impl Iterator<Item = &str> {
    const FEWEST: usize = 5;
    let ends = move |is_word: bool| {
        let ends = name.char_indices().skip(FEWEST).map(|(at, _)| at);
        let ends = ends.filter(move |at| name[*at..].starts_with(' ') == is_word);
        let ends: Vec<usize> = ends.collect();
        ends.into_iter().rev().map(move |at| name[..at].trim_end())
    };
    ends(true).chain(ends(false))
}

/// Renders a text before it is used, with words of the language where nobody has written any.
pub fn message_preview(
    key: MessageTextKey,
    shop: &Shop,
    text: &MessageTemplate,
    mut facts: MessageFacts,
) -> String {
    if facts.text.is_empty() {
        facts.text = sample_text(key.language, facts.purpose);
    }
    message(key.language, shop, key.form, Some(text), &facts)
}

/// The values of a message's variables in a language.
struct Words<'a> {
    language: Language,
    shop: &'a Shop,
    form: MessageForm,
    facts: &'a MessageFacts,
    /// Name of the device; empty when none is noted.
    device: &'a str,
}

impl Words<'_> {
    fn render(&self, template: &MessageTemplate) -> String {
        let value = |variable| match variable {
            MessageVariable::Lines => String::new(),
            MessageVariable::Device if self.needs_number(template) => {
                let number = [("number", self.facts.number.to_string().into())];
                text_with(self.language, "message-no-device-number", number)
            }
            variable => self.value(variable),
        };
        let message = match self.form {
            MessageForm::Short => template.fill(value).replace('\u{a0}', " "),
            MessageForm::Full if self.facts.lines.is_empty() => template.fill(value),
            MessageForm::Full => {
                let left = MOST.saturating_sub(template.fill(value).chars().count() + 2);
                let lines = self.lines(left);
                match template.has(MessageVariable::Lines) {
                    true => template.fill(|variable| match variable {
                        MessageVariable::Lines => lines.clone(),
                        variable => self.value(variable),
                    }),
                    // The customer agrees to them, so they are in every quote.
                    false => format!("{}\n\n{lines}", template.fill(value)),
                }
            }
        };
        let message = match &self.facts.link {
            Some(link) if self.facts.has_files && !message.contains(link) => {
                let link = [("link", link.as_str().into())];
                let files = text_with(self.language, "message-files", link);
                let left = MOST.saturating_sub(files.chars().count() + 1);
                let message: String = message.chars().take(left).collect();
                format!("{message}\n{files}")
            }
            _ => message,
        };
        let message: String = message.chars().take(MOST).collect();
        let starts = message.starts_with(&text(self.language, "message-no-device"));
        match starts && self.facts.device.is_empty() {
            true => capitalised(&message),
            false => message,
        }
    }

    /// Returns whether only its number tells the customer which task a message for a phone is about.
    fn needs_number(&self, template: &MessageTemplate) -> bool {
        let is_named = !self.device.is_empty() || template.has(MessageVariable::Number);
        self.form == MessageForm::Short && !is_named
    }

    /// Returns the value of a variable; empty where nothing is known.
    fn value(&self, variable: MessageVariable) -> String {
        let (language, facts, about) = (self.language, self.facts, &self.shop.about);
        let sum = |sum: Option<Money>| {
            let sum = sum.filter(|sum| *sum > Money::ZERO);
            sum.map(|sum| self.money(sum))
        };
        let on = |day: Option<_>| day.map(|day| self::day(language, day));
        let known = match variable {
            MessageVariable::Device if self.device.is_empty() => {
                Some(text(language, "message-no-device"))
            }
            MessageVariable::Device => Some(self.device.to_owned()),
            MessageVariable::Number => Some(facts.number.to_string()),
            MessageVariable::Stage => Some(match &facts.stage {
                Some(stage) => super::stage(language, stage),
                None => super::status(language, facts.status),
            }),
            // A quote may be for nothing.
            MessageVariable::Sum if facts.purpose == MessagePurpose::Quote => {
                let price = facts.sum.unwrap_or_default();
                Some(self.money(price))
            }
            MessageVariable::Sum => sum(facts.sum),
            MessageVariable::Paid => sum(Some(facts.paid)),
            MessageVariable::ToPay => sum(facts.to_pay),
            MessageVariable::Due => on(facts.due),
            MessageVariable::Since => on(facts.since),
            MessageVariable::Warranty => on(facts.warranty),
            MessageVariable::Text => Some(facts.text.clone()),
            MessageVariable::Lines => None,
            MessageVariable::Address => Some(about.address.as_str().to_owned()),
            MessageVariable::Hours => Some(about.hours.as_str().to_owned()),
            MessageVariable::Phone => about.phone.as_ref().map(|phone| phone.typed().to_owned()),
            MessageVariable::Shop => Some(about.name.as_str().to_owned()),
            MessageVariable::Link => facts.link.clone(),
        };
        known.unwrap_or_default()
    }

    /// Formats a sum. In a message for a phone whose other words fit into the 7-bit alphabet, a sign outside it would more
    /// than halve what fits into one part, so the currency has its code there.
    fn money(&self, sum: Money) -> String {
        let (language, currency) = (self.language, self.shop.currency);
        let text = money(language, currency, sum);
        let is_short = self.form == MessageForm::Short && language == Language::English;
        match is_short && !is_seven_bit(&text.replace('\u{a0}', " ")) {
            true => format!("{} {}", currency.code(), figure(language, currency, sum)),
            false => text,
        }
    }

    /// Formats the lines of a quote, as far as they fit into so many characters.
    fn lines(&self, most: usize) -> String {
        let words: Vec<LineWords<'_>> = self.facts.lines.iter().map(LineWords::from).collect();
        let (currency, discount) = (self.shop.currency, self.facts.discount);
        // The number of the lines that don't fit, and the discount, are below them.
        lines(
            self.language,
            currency,
            &words,
            discount,
            most.saturating_sub(BELOW),
        )
    }
}

/// What the discount and the number of further lines take, in characters.
const BELOW: usize = 120;

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().into_iter().flat_map(char::to_uppercase);
    first.chain(chars.as_str().chars()).collect()
}
