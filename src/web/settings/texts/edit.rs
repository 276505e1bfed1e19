//! The texts of an occasion in their edit form.

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use super::conflict::ask;
use super::preview::{Previews, PreviewsPart};
use super::state::{TextState, change, typed};
use super::{FIELDS, form_label, occasion, path, place, title, variable_name};
use crate::app::{edits, message_texts};
use crate::domain::{Language, MessageTexts, MessageVariable, Result};
use crate::store::Transaction;
use crate::web::edited::{Edited, encode};
use crate::web::form::Errors;
use crate::web::settings::part;
use crate::web::settings::parts::{Part, TEXTS};
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
    /// The last part of it.
    place: String,
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
    render(
        visit,
        &state,
        StatusCode::OK,
        Errors::default(),
        (values, was),
        previews,
    )
}

/// Saves the texts that were changed.
pub async fn update_message_text(visit: &Visit, word: &str) -> Result<Response> {
    let owner = visit.owner()?;
    let state = TextState::read(visit, occasion(word)?).await?;
    let (edited, mut errors) = (Edited::read(visit), Errors::default());
    let typed = change(
        &state,
        |field| edited.typed(field),
        &mut errors,
        &visit.texts,
    )?;
    if errors.any() {
        let asked = edited.in_conflict(&FIELDS);
        return match asked.is_empty() {
            true => again(visit, &state, StatusCode::UNPROCESSABLE_ENTITY, errors).await,
            false => ask(visit, &state, &asked, false, errors),
        };
    }
    let shown = |field: &str| edited.shown(field);
    let shown = change(&state, shown, &mut Errors::default(), &visit.texts)?;
    let (edit, now) = (edited.edit(typed, shown), visit.desk.clock.now());
    let (occasion, usual) = (state.occasion, state.usual.clone());
    let work =
        move |tx: &Transaction<'_>| edits::message_texts(tx, &owner, occasion, &usual, edit, now);
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
    let field = FIELDS
        .iter()
        .position(|field| *field == visit.typed("reset"));
    if let Some(field) = field {
        let (key, usual) = (occasion.keys()[field], state.usual[field].clone());
        let work =
            move |tx: &Transaction<'_>| message_texts::set(tx, &owner, key, None, &usual, now);
        visit.desk.db.write(work).await?;
    }
    Ok(visit.go(&format!("{}?saved=1", path(occasion))))
}

/// Shows the form with what was typed.
async fn again(
    visit: &Visit,
    state: &TextState,
    status: StatusCode,
    errors: Errors,
) -> Result<Response> {
    let values = typed(visit);
    let previews = Previews::new(visit, state, &values).await?;
    let was = visit.typed("was").to_owned();
    render(visit, state, status, errors, (values, was), previews)
}

fn render(
    visit: &Visit,
    state: &TextState,
    status: StatusCode,
    errors: Errors,
    (values, was): ([String; MessageTexts::COUNT], String),
    previews: Previews,
) -> Result<Response> {
    let texts = &visit.texts;
    let fields = MessageTexts::ALL.into_iter().zip(values);
    let boxes = fields
        .enumerate()
        .map(|(at, ((language, form, field), value))| TextBox {
            field,
            label: texts.s(form_label(form)),
            language,
            value,
            is_changed: state.texts.0[at].as_ref() != Some(&state.usual[at]),
        });
    let variables = MessageVariable::of(state.occasion.purpose());
    let page = TextPage {
        visit,
        current: "settings",
        part: part(TEXTS)?,
        errors,
        fields: FIELDS,
        title: title(texts, state.occasion, state.stage.as_ref()),
        place: place(state.occasion),
        action: path(state.occasion),
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

impl TextPage<'_> {
    /// Returns the columns of the form: a language with its texts.
    fn columns(&self) -> Vec<(&'static str, Vec<&TextBox>)> {
        let column = |language: Language| {
            let name = match language {
                Language::Russian => "profile-language-ru",
                Language::English => "profile-language-en",
            };
            let boxes = self.boxes.iter();
            (
                name,
                boxes.filter(|text| text.language == language).collect(),
            )
        };
        Language::ALL.map(column).into()
    }
}

/// Shows the messages of what was typed, and stores nothing.
pub async fn preview_message_text(visit: &Visit, word: &str) -> Result<Response> {
    visit.owner()?;
    let state = TextState::read(visit, occasion(word)?).await?;
    let values = typed(visit);
    let mut errors = Errors::default();
    let value = |field: &str| {
        let at = FIELDS.iter().position(|known| *known == field)?;
        visit.sent(field).map(|_| values[at].as_str())
    };
    change(&state, value, &mut errors, &visit.texts)?;
    let status = match errors.any() {
        false => StatusCode::OK,
        true => StatusCode::UNPROCESSABLE_ENTITY,
    };
    if !visit.is_scripted() {
        return again(visit, &state, status, errors).await;
    }
    let previews = Previews::new(visit, &state, &values).await?;
    visit.page_as(status, &PreviewsPart { previews })
}
