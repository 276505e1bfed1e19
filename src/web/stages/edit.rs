//! The pages on which a stage is created and edited.

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use super::form::{StageForm, change};
use super::{get, stage_id};
use crate::app::{self, edits};
use crate::domain::{Colour, Error, NewStage, Result, Stage, StageChange, StageId};
use crate::store::Transaction;
use crate::web::edited::{Collision, Edited, Input, Question, encode};
use crate::web::form::Errors;
use crate::web::text::Texts;
use crate::web::visit::Visit;

#[derive(Template)]
#[template(path = "edit-stage.html")]
struct EditPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    errors: Errors,
    title: &'a str,
    action: String,
    is_new: bool,
    /// Values that the form was loaded with.
    was: String,
    draft: StageForm,
    colours: Vec<(Colour, String)>,
}

impl<'a> EditPage<'a> {
    /// Creates the page for a new stage, or for the stage with that id.
    fn new(visit: &'a Visit, id: Option<StageId>, draft: StageForm) -> Self {
        let named = |colour: &Colour| (*colour, colour_name(*colour, &visit.texts));
        Self {
            visit,
            current: "stages",
            errors: Errors::default().calling("name", "stage-name"),
            title: match id {
                Some(_) => "stage-edit-title",
                None => "stage-new-title",
            },
            action: match id {
                Some(id) => format!("/stages/{id}/edit"),
                None => "/new-stage".to_owned(),
            },
            is_new: id.is_none(),
            was: encode(draft.values()),
            draft,
            colours: Colour::ALL.iter().map(named).collect(),
        }
    }

    fn again(&self) -> Result<Response> {
        self.visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, self)
    }
}

pub fn new(visit: &Visit) -> Result<Response> {
    visit.owner()?;
    visit.page(&EditPage::new(visit, None, StageForm::new()))
}

pub async fn create(visit: &Visit) -> Result<Response> {
    let owner = visit.owner()?;
    let mut page = EditPage::new(visit, None, StageForm::read(visit));
    let Some(parsed) = page.draft.parse(&mut page.errors, &visit.texts)? else {
        return page.again();
    };
    let new = NewStage {
        status: page.draft.status.ok_or(Error::NotFound)?,
        name: parsed.name,
        colour: page.draft.colour,
        wording: parsed.wording,
        told: page.draft.told,
        stuck: parsed.stuck,
    };
    let (post, now) = (visit.post(), visit.desk.clock.now());
    let work = move |tx: &Transaction<'_>| {
        let create = || Ok(app::stages::create(tx, &owner, &new, now)?.id.get());
        app::posts::once(tx, post, now, create)
    };
    let made = page
        .errors
        .take(visit.desk.db.write(work).await, &visit.texts)?;
    match made {
        Some(_) => Ok(visit.go("/stages")),
        None => page.again(),
    }
}

pub async fn edit(visit: &Visit, id: &str) -> Result<Response> {
    visit.owner()?;
    let stage = get(visit, stage_id(id)?).await?;
    visit.page(&EditPage::new(visit, Some(stage.id), StageForm::of(&stage)))
}

pub async fn update(visit: &Visit, id: &str) -> Result<Response> {
    let owner = visit.owner()?;
    let id = stage_id(id)?;
    let (edited, mut errors) = (Edited::read(visit), Errors::default());
    let typed = change(|field| edited.typed(field), &mut errors, &visit.texts)?;
    if errors.any() {
        return again(visit, id, &edited, errors).await;
    }
    let shown = change(
        |field| edited.shown(field),
        &mut Errors::default(),
        &visit.texts,
    )?;
    let typed = StageChange {
        told: edited.ticked("told"),
        ..typed
    };
    let edit = edited.edit(typed, shown);
    let now = visit.desk.clock.now();
    let work = move |tx: &Transaction<'_>| edits::stage(tx, &owner, id, edit, now);
    let saved = visit.desk.db.write(work).await;
    match errors.take(saved, &visit.texts)? {
        Some(saved) if saved.collided.is_empty() => Ok(visit.go("/stages")),
        Some(saved) => ask(visit, &saved.now, &saved.collided, saved.changed, errors),
        None => again(visit, id, &edited, errors).await,
    }
}

/// Shows the form again with its errors.
async fn again(
    visit: &Visit,
    id: StageId,
    edited: &Edited<'_>,
    errors: Errors,
) -> Result<Response> {
    let asked = edited.in_conflict(&["name", "colour", "wording", "stuckDays"]);
    if !asked.is_empty() {
        return ask(visit, &get(visit, id).await?, &asked, false, errors);
    }
    let mut page = EditPage::new(visit, Some(id), StageForm::read(visit));
    visit.typed("was").clone_into(&mut page.was);
    page.errors = errors;
    page.again()
}

/// Asks about the fields that somebody else has changed meanwhile.
fn ask(
    visit: &Visit,
    stage: &Stage,
    fields: &[&'static str],
    saved: bool,
    errors: Errors,
) -> Result<Response> {
    let (texts, draft) = (&visit.texts, StageForm::of(stage));
    let collision = |(field, theirs): (&'static str, &str)| {
        let (label, input) = match field {
            "name" => ("stage-name", Input::Line),
            "wording" => ("stage-wording", Input::Line),
            "stuckDays" => ("stage-stuck-days", Input::Line),
            _ => {
                let choice = |c: &Colour| (c.word().to_owned(), colour_name(*c, texts));
                (
                    "stage-colour",
                    Input::Choice(Colour::ALL.iter().map(choice).collect()),
                )
            }
        };
        let theirs_read = match input {
            Input::Choice(_) => colour_name(stage.colour, texts),
            _ => theirs.to_owned(),
        };
        Collision {
            field,
            label: texts.s(label),
            input,
            mine: visit.typed(field).to_owned(),
            theirs: theirs.to_owned(),
            theirs_read,
        }
    };
    let values = draft.values().into_iter();
    let asked = values.filter(|(field, _)| fields.contains(field));
    let question = Question {
        visit,
        current: "stages",
        title: "conflict-title-stage",
        action: format!("/stages/{}/edit", stage.id),
        cancel: "/stages".to_owned(),
        collisions: asked.map(collision).collect(),
        saved,
        errors,
    };
    question.ask()
}

/// Returns the name of a colour.
pub fn colour_name(colour: Colour, texts: &Texts) -> String {
    texts.s(match colour {
        Colour::Grey => "colour-grey",
        Colour::Blue => "colour-blue",
        Colour::Green => "colour-green",
        Colour::Orange => "colour-orange",
        Colour::Red => "colour-red",
        Colour::Violet => "colour-violet",
        Colour::Teal => "colour-teal",
        Colour::Pink => "colour-pink",
    })
}
