//! The pages of the texts of messages to customers: their list, and those of one occasion.

mod conflict;
mod edit;
mod list;
mod preview;
mod state;

use crate::domain::{
    Error, MessageForm, MessageOccasion, MessageTemplate, MessageTexts, MessageVariable, Result,
    Stage, StageId,
};
use crate::i18n;
use crate::web::text::Texts;

pub use edit::{message_text, preview_message_text, reset_message_text, update_message_text};
pub use list::message_texts;

const PAGE: &str = "/settings/texts";
/// Fields of the form.
const FIELDS: [&str; MessageTexts::COUNT] = {
    let [full_ru, full_en, short_ru, short_en] = MessageTexts::ALL;
    [full_ru.2, full_en.2, short_ru.2, short_en.2]
};

/// Reads the occasion of a page's path: a stage by its number, the others by a word.
fn occasion(word: &str) -> Result<MessageOccasion> {
    Ok(match word {
        "comment" => MessageOccasion::Comment,
        "quote" => MessageOccasion::Quote,
        "reminder" => MessageOccasion::Reminder,
        id => MessageOccasion::Stage(StageId::parse("id", id).map_err(|_| Error::NotFound)?),
    })
}

/// Returns the path of an occasion's page.
fn path(occasion: MessageOccasion) -> String {
    format!("{PAGE}/{}", place(occasion))
}

/// Returns the last part of that path.
fn place(occasion: MessageOccasion) -> String {
    match occasion {
        MessageOccasion::Stage(stage) => stage.to_string(),
        MessageOccasion::Comment => "comment".to_owned(),
        MessageOccasion::Quote => "quote".to_owned(),
        MessageOccasion::Reminder => "reminder".to_owned(),
    }
}

/// Returns the name of an occasion.
fn title(texts: &Texts, occasion: MessageOccasion, stage: Option<&Stage>) -> String {
    match (occasion, stage) {
        (MessageOccasion::Stage(_), Some(stage)) => texts.stage(stage),
        (MessageOccasion::Stage(_), None) => String::new(),
        (MessageOccasion::Comment, _) => texts.s("notice-of-comment"),
        (MessageOccasion::Quote, _) => texts.s("notice-of-approval"),
        (MessageOccasion::Reminder, _) => texts.s("notice-of-reminder"),
    }
}

/// Returns the texts that count for an occasion without an owner's.
fn usual(
    occasion: MessageOccasion,
    stage: Option<&Stage>,
) -> [MessageTemplate; MessageTexts::COUNT] {
    occasion.keys().map(|key| i18n::default_message(key, stage))
}

/// Returns the label of a form of messages.
fn form_label(form: MessageForm) -> &'static str {
    match form {
        MessageForm::Full => "texts-full",
        MessageForm::Short => "texts-short",
    }
}

/// Returns the name of a variable.
fn variable_name(variable: MessageVariable) -> &'static str {
    match variable {
        MessageVariable::Device => "texts-device",
        MessageVariable::Number => "texts-number",
        MessageVariable::Stage => "texts-stage",
        MessageVariable::Sum => "texts-sum",
        MessageVariable::Paid => "texts-paid",
        MessageVariable::ToPay => "texts-to-pay",
        MessageVariable::Due => "texts-due",
        MessageVariable::Since => "texts-since",
        MessageVariable::Warranty => "texts-warranty",
        MessageVariable::Text => "texts-text",
        MessageVariable::Lines => "texts-lines",
        MessageVariable::Address => "texts-address",
        MessageVariable::Hours => "texts-hours",
        MessageVariable::Phone => "texts-phone",
        MessageVariable::Shop => "texts-shop",
        MessageVariable::Link => "texts-link",
    }
}
