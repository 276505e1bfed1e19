//! Messages to customers: the texts that a shop begins with, and their rendering.

use super::sample_message::sample_text;
use super::{Arg, LineWords, day, lines, money, text, text_with};
use crate::domain::{
    Language, MessageFacts, MessageForm, MessagePurpose, MessageTemplate, MessageTextKey,
    MessageVariable, Money, Shop, Stage, Status,
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
    let words = Words {
        language,
        shop,
        form,
        facts,
    };
    let rendered = own.map(|own| words.render(own));
    let rendered = rendered.filter(|text| !text.is_empty());
    rendered.unwrap_or_else(|| words.render(&usual()))
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
}

impl Words<'_> {
    fn render(&self, template: &MessageTemplate) -> String {
        let value = |variable| match variable {
            MessageVariable::Lines => String::new(),
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
        let message: String = message.chars().take(MOST).collect();
        let starts = message.starts_with(&text(self.language, "message-no-device"));
        match starts && self.facts.device.is_empty() {
            true => capitalised(&message),
            false => message,
        }
    }

    /// Returns the value of a variable; empty where nothing is known.
    fn value(&self, variable: MessageVariable) -> String {
        let (language, facts, about) = (self.language, self.facts, &self.shop.about);
        let sum = |sum: Option<Money>| {
            let sum = sum.filter(|sum| *sum > Money::ZERO);
            sum.map(|sum| money(language, self.shop.currency, sum))
        };
        let on = |day: Option<_>| day.map(|day| self::day(language, day));
        let known = match variable {
            MessageVariable::Device if facts.device.is_empty() => {
                Some(text(language, "message-no-device"))
            }
            MessageVariable::Device => Some(facts.device.clone()),
            MessageVariable::Number => Some(facts.number.to_string()),
            MessageVariable::Stage => Some(match &facts.stage {
                Some(stage) => super::stage(language, stage),
                None => super::status(language, facts.status),
            }),
            // A quote may be for nothing.
            MessageVariable::Sum if facts.purpose == MessagePurpose::Quote => {
                let price = facts.sum.unwrap_or_default();
                Some(money(language, self.shop.currency, price))
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
