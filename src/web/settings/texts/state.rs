//! The texts of an occasion, as they are stored and as they are typed.

use super::{FIELDS, usual};
use crate::app::message_texts;
use crate::domain::{
    MessageOccasion, MessageTemplate, MessageTexts, MessageVariable, Result, Stage,
};
use crate::web::form::Errors;
use crate::web::text::Texts;
use crate::web::visit::Visit;

/// The texts of an occasion as they are stored.
pub(super) struct TextState {
    pub(super) occasion: MessageOccasion,
    pub(super) stage: Option<Stage>,
    pub(super) usual: [MessageTemplate; MessageTexts::COUNT],
    pub(super) texts: MessageTexts,
}

impl TextState {
    pub(super) async fn read(visit: &Visit, occasion: MessageOccasion) -> Result<Self> {
        let owner = visit.owner()?;
        let read = move |c: &_| {
            let stage = message_texts::stage_of(c, &owner, occasion)?;
            let usual = usual(occasion, stage.as_ref());
            Ok(Self {
                texts: message_texts::texts(c, &owner, occasion, &usual)?,
                occasion,
                stage,
                usual,
            })
        };
        visit.desk.db.read(read).await
    }

    pub(super) fn stored(&self) -> [String; MessageTexts::COUNT] {
        let text = |text: &MessageTemplate| text.as_str().to_owned();
        let stored = &self.texts.0;
        std::array::from_fn(|at| stored[at].as_ref().map_or_else(String::new, text))
    }
}

/// Parses the submitted texts.
pub(super) fn change<'f>(
    state: &TextState,
    sent: impl Fn(&str) -> Option<&'f str>,
    errors: &mut Errors,
    texts: &Texts,
) -> Result<MessageTexts> {
    let purpose = state.occasion.purpose();
    let mut change = MessageTexts::default();
    for (text, (_, form, field)) in change.0.iter_mut().zip(MessageTexts::ALL) {
        let read = sent(field).map(|typed| MessageTemplate::parse(field, typed, purpose, form));
        *text = errors.take_some(read, texts)?;
    }
    Ok(change)
}

/// Returns what stands in the form, with the variable that a button inserts.
pub(super) fn typed(visit: &Visit) -> [String; MessageTexts::COUNT] {
    let inserted = visit.typed("insert").split_once(' ');
    FIELDS.map(|field| {
        let text = visit.typed(field).to_owned();
        let variable = inserted.filter(|(into, _)| *into == field);
        match variable.and_then(|(_, word)| MessageVariable::from_word(word)) {
            Some(variable) => text + &variable.written(),
            None => text,
        }
    })
}
