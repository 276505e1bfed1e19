//! The messages that the texts of a form would make.

use askama::Template;

use super::FIELDS;
use super::state::{TextState, change};
use crate::app::message_texts;
use crate::domain::{
    MessageFacts, MessageForm, MessageTemplate, MessageTexts, Result, TaskId, sms_parts,
};
use crate::i18n;
use crate::web::form::Errors;
use crate::web::visit::Visit;

/// Previews of the texts of a form.
pub(super) struct Previews {
    pub(super) of_texts: Vec<TextPreview>,
}

/// Previews of a text: about an invented task, and about the newest one.
pub(super) struct TextPreview {
    pub(super) field: &'static str,
    pub(super) problem: Option<String>,
    pub(super) messages: Vec<MessagePreview>,
}

/// A message that a text would make.
pub(super) struct MessagePreview {
    /// What it is about.
    pub(super) about: String,
    pub(super) message: String,
    /// In how many parts it is sent, for an SMS.
    pub(super) parts: Option<String>,
}

/// The previews alone, for the script.
#[derive(Template)]
#[template(path = "settings-text-previews.html")]
pub(super) struct PreviewsPart {
    pub(super) previews: Previews,
}

impl Previews {
    /// Renders what stands in the form.
    pub(super) async fn new(
        visit: &Visit,
        state: &TextState,
        values: &[String; MessageTexts::COUNT],
    ) -> Result<Self> {
        let newest = newest(visit, state).await?;
        let mut errors = Errors::default();
        let value = |field: &str| {
            let at = FIELDS.iter().position(|known| *known == field)?;
            Some(values[at].as_str())
        };
        let parsed = change(state, value, &mut errors, &visit.texts)?;
        let texts = FIELDS.into_iter().zip(parsed.0).enumerate();
        let preview = |(at, (field, text)): (usize, (&'static str, Option<MessageTemplate>))| {
            let messages = text.map(|text| messages(visit, state, at, &text, newest.as_ref()));
            TextPreview {
                field,
                problem: errors.of(field).map(str::to_owned),
                messages: messages.unwrap_or_default(),
            }
        };
        Ok(Self {
            of_texts: texts.map(preview).collect(),
        })
    }

    pub(super) fn of(&self, field: &str) -> Option<&TextPreview> {
        self.of_texts.iter().find(|preview| preview.field == field)
    }
}

/// Renders a text about the invented task and about the newest one.
fn messages(
    visit: &Visit,
    state: &TextState,
    at: usize,
    text: &MessageTemplate,
    newest: Option<&(TaskId, MessageFacts)>,
) -> Vec<MessagePreview> {
    let (desk, texts) = (&visit.desk, &visit.texts);
    let (key, shop) = (state.occasion.keys()[at], desk.shop());
    let of = (state.occasion.purpose(), state.stage.clone());
    let link = desk.links().sample();
    let sample = i18n::sample_facts(key.language, &shop, of, texts.today(), link);
    let preview = |about, facts| {
        let message = i18n::message_preview(key, &shop, text, facts);
        let parts = (key.form == MessageForm::Short).then(|| sms_parts(&message));
        MessagePreview {
            about,
            message,
            parts: parts.map(|count| texts.with("texts-parts", [("count", count.into())])),
        }
    };
    let invented = preview(texts.s("texts-sample"), sample);
    let real = newest.map(|(task, facts)| {
        let mut facts = facts.clone();
        // A task gets its link when the message is sent.
        facts.link.get_or_insert_with(|| desk.links().sample());
        let about = texts.number("texts-newest", &task.get());
        preview(about, facts)
    });
    std::iter::once(invented).chain(real).collect()
}

/// Returns the newest task with what is known of it.
async fn newest(visit: &Visit, state: &TextState) -> Result<Option<(TaskId, MessageFacts)>> {
    let (owner, actor, occasion) = (visit.owner()?, visit.actor()?, state.occasion);
    let (shop, links) = (visit.desk.shop(), visit.desk.links());
    let now = visit.desk.clock.now();
    let read = move |c: &_| {
        let Some(task) = message_texts::newest_task(c, &actor)? else {
            return Ok(None);
        };
        let of = (occasion, task);
        let facts = message_texts::preview(c, &owner, &links, &shop, of, now)?;
        Ok(Some((task, facts)))
    };
    visit.desk.db.read(read).await
}
