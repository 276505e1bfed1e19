//! The texts of an occasion in their edit form.

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use super::preview::Previews;
use super::{FIELDS, form_label, occasion, path, title, usual, variable_name};
use crate::app::{edits, message_texts};
use crate::domain::{
    Language, MessageOccasion, MessageTemplate, MessageTexts, MessageVariable, Result, Stage,
};
use crate::store::Transaction;
use crate::web::edited::{Collision, Edited, Input, Question, encode};
use crate::web::form::Errors;
use crate::web::settings::part;
use crate::web::settings::parts::{Part, TEXTS};
use crate::web::text::Texts;
use crate::web::visit::Visit;

#[derive(Template)]
#[template(path = "settings-text.html")]
struct TextPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    part: &'static Part,
    errors: Errors,
    fields: [&'static str; MessageTexts::COUNT],
    title: String,
    action: String,
    /// Values that the form was loaded with.
    was: String,
    boxes: Vec<TextBox>,
    /// Variables of the texts: as they are written, and their names.
    variables: Vec<(&'static str, String, String)>,
    previews: Previews,
}

/// A text in the form.
struct TextBox {
    field: &'static str,
    label: String,
    language: Language,
    value: String,
    is_changed: bool,
}

/// Shows the texts of an occasion.
pub async fn message_text(visit: &Visit, word: &str) -> Result<Response> {
    let state = TextState::read(visit, occasion(word)?).await?;
    let values = state.stored();
    let was = encode(FIELDS.into_iter().zip(values.iter().map(String::as_str)));
    let previews = Previews::new(visit, &state, &values).await?;
    state.render(visit, StatusCode::OK, Errors::default(), (values, was), previews)
}

/// Saves the texts that were changed.
pub async fn update_message_text(visit: &Visit, word: &str) -> Result<Response> {
    let owner = visit.owner()?;
    let state = TextState::read(visit, occasion(word)?).await?;
    let (edited, mut errors) = (Edited::read(visit), errors());
    let typed = change(&state, |field| edited.typed(field), &mut errors, &visit.texts)?;
    if errors.any() {
        let asked = edited.in_conflict(&FIELDS);
        return match asked.is_empty() {
            true => state.again(visit, StatusCode::UNPROCESSABLE_ENTITY, errors).await,
            false => ask(visit, &state, &asked, false, errors),
        };
    }
    let shown = |field: &str| edited.shown(field);
    let shown = change(&state, shown, &mut Errors::default(), &visit.texts)?;
    let (edit, now) = (edited.edit(typed, shown), visit.desk.clock.now());
    let (occasion, usual) = (state.occasion, state.usual.clone());
    let work = move |tx: &Transaction<'_>| {
        edits::message_texts(tx, &owner, occasion, &usual, edit, now)
    };
    let saved = visit.desk.db.write(work).await?;
    match saved.collided.is_empty() {
        true => Ok(visit.go(&format!("{}?saved=1", path(occasion)))),
        false => {
            let state = TextState::read(visit, occasion).await?;
            ask(visit, &state, &saved.collided, saved.changed, errors)
        }
    }
}

/// Restores the text of a field that a shop begins with.
pub async fn reset_message_text(visit: &Visit, word: &str) -> Result<Response> {
    let owner = visit.owner()?;
    let state = TextState::read(visit, occasion(word)?).await?;
    let (occasion, now) = (state.occasion, visit.desk.clock.now());
    let field = FIELDS.iter().position(|field| *field == visit.typed("reset"));
    if let Some(field) = field {
        let (key, usual) = (occasion.keys()[field], state.usual[field].clone());
        let work = move |tx: &Transaction<'_>| {
            message_texts::set(tx, &owner, key, None, &usual, now)
        };
        visit.desk.db.write(work).await?;
    }
    Ok(visit.go(&format!("{}?saved=1", path(occasion))))
}

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

    fn stored(&self) -> [String; MessageTexts::COUNT] {
        let text = |text: &MessageTemplate| text.as_str().to_owned();
        let stored = &self.texts.0;
        std::array::from_fn(|at| stored[at].as_ref().map_or_else(String::new, text))
    }

    /// Shows the form with what was typed.
    pub(super) async fn again(
        &self,
        visit: &Visit,
        status: StatusCode,
        errors: Errors,
    ) -> Result<Response> {
        let values = super::preview::typed(visit);
        let previews = Previews::new(visit, self, &values).await?;
        let was = visit.typed("was").to_owned();
        self.render(visit, status, errors, (values, was), previews)
    }

    fn render(
        &self,
        visit: &Visit,
        status: StatusCode,
        errors: Errors,
        (values, was): ([String; MessageTexts::COUNT], String),
        previews: Previews,
    ) -> Result<Response> {
        let texts = &visit.texts;
        let fields = MessageTexts::ALL.into_iter().zip(values);
        let boxes = fields.enumerate().map(|(at, ((language, form, field), value))| TextBox {
            field,
            label: texts.s(form_label(form)),
            language,
            value,
            is_changed: self.texts.0[at].as_ref() != Some(&self.usual[at]),
        });
        let variables = MessageVariable::of(self.occasion.purpose());
        let page = TextPage {
            visit,
            current: "settings",
            part: part(TEXTS)?,
            errors,
            fields: FIELDS,
            title: title(texts, self.occasion, self.stage.as_ref()),
            action: path(self.occasion),
            was,
            boxes: boxes.collect(),
            variables: variables
                .map(|variable| {
                    let name = texts.s(variable_name(variable));
                    (variable.word(), variable.written(), name)
                })
                .collect(),
            previews,
        };
        visit.page_as(status, &page)
    }
}

impl TextPage<'_> {
    /// Returns the columns of the form: a language with its texts.
    fn columns(&self) -> Vec<(&'static str, Vec<&TextBox>)> {
        let column = |language: Language| {
            let name = match language {
                Language::Russian => "profile-language-ru",
                Language::English => "profile-language-en",
            };
            let boxes = self.boxes.iter();
            (name, boxes.filter(|text| text.language == language).collect())
        };
        Language::ALL.map(column).into()
    }
}

pub(super) fn errors() -> Errors {
    Errors::default()
        .calling("fullRu", "texts-full-ru")
        .calling("fullEn", "texts-full-en")
        .calling("shortRu", "texts-short-ru")
        .calling("shortEn", "texts-short-en")
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

/// Asks about the texts that somebody else has changed meanwhile.
fn ask(
    visit: &Visit,
    state: &TextState,
    fields: &[&'static str],
    saved: bool,
    errors: Errors,
) -> Result<Response> {
    let stored = FIELDS.into_iter().zip(state.stored());
    let labels = ["texts-full-ru", "texts-full-en", "texts-short-ru", "texts-short-en"];
    let stored = stored.zip(labels).filter(|((field, _), _)| fields.contains(field));
    let collision = |((field, theirs), label): ((&'static str, String), &str)| Collision {
        field,
        label: visit.texts.s(label),
        input: Input::Text,
        mine: visit.typed(field).to_owned(),
        theirs_read: theirs.clone(),
        theirs,
    };
    let question = Question {
        visit,
        current: "settings",
        title: "conflict-title-texts",
        action: path(state.occasion),
        cancel: path(state.occasion),
        collisions: stored.map(collision).collect(),
        saved,
        errors,
    };
    question.ask()
}
