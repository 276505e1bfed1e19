//! The owner's page of stages.

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use super::edited::{Collision, Edited, Input, Question, encode};
use super::form::Errors;
use super::text::Texts;
use super::visit::Visit;
use crate::app::{self, edits};
use crate::domain::{
    Colour, Error, NewStage, Result, Stage, StageChange, StageId, StageName, Status, StuckDays,
    Wording,
};
use crate::store::Transaction;

/// A stage as the page shows it.
struct StageRow {
    stage: Stage,
    /// Text for customers, notification setting, and days until stalled.
    facts: String,
    /// Positions to move it up or down to, if any.
    above: Option<usize>,
    below: Option<usize>,
}

impl StageRow {
    fn new(stage: &Stage, last: usize, texts: &Texts) -> Self {
        let told = match stage.told {
            true => texts.fill("stages-told", "words", texts.wording(stage)),
            false => texts.fill("stages-untold", "words", texts.wording(stage)),
        };
        let stuck = stage
            .stuck
            .map(|days| texts.count("stages-stuck", &days.get()));
        let facts = [Some(told), stuck].into_iter().flatten();
        Self {
            stage: stage.clone(),
            facts: facts.collect::<Vec<_>>().join(" · "),
            above: stage.position.checked_sub(1).filter(|place| *place > 0),
            below: Some(stage.position + 1).filter(|place| *place <= last),
        }
    }
}

#[derive(Template)]
#[template(path = "stages.html")]
struct ListPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    groups: Vec<(Status, Vec<StageRow>)>,
}

pub async fn list(visit: &Visit) -> Result<Response> {
    visit.owner()?;
    let all = all(visit).await?;
    let group = |status: &Status| {
        let stages = of_status(&all, *status);
        let lines = stages.iter();
        let lines = lines.map(|stage| StageRow::new(stage, stages.len(), &visit.texts));
        (*status, lines.collect())
    };
    visit.page(&ListPage {
        visit,
        current: "stages",
        groups: Status::ALL.iter().map(group).collect(),
    })
}

async fn all(visit: &Visit) -> Result<Vec<Stage>> {
    let actor = visit.actor()?;
    let list = move |c: &_| app::stages::list(c, &actor);
    visit.desk.db.look_up(list).await
}

fn of_status(all: &[Stage], status: Status) -> Vec<&Stage> {
    all.iter().filter(|stage| stage.status == status).collect()
}

/// Contents of a stage form, as typed.
struct StageForm {
    status: Option<Status>,
    name: String,
    colour: Colour,
    wording: String,
    told: bool,
    stuck: String,
}

/// Parsed contents of a stage form.
struct ParsedStage {
    name: StageName,
    wording: Wording,
    stuck: Option<StuckDays>,
}

impl StageForm {
    fn new() -> Self {
        Self {
            status: Some(Status::InProgress),
            name: String::new(),
            colour: Colour::Grey,
            wording: String::new(),
            told: true,
            stuck: String::new(),
        }
    }

    fn of(stage: &Stage) -> Self {
        let days = stage.stuck.map(|days| days.get().to_string());
        Self {
            status: Some(stage.status),
            name: stage.name.as_str().to_owned(),
            colour: stage.colour,
            wording: stage.wording.as_str().to_owned(),
            told: stage.told,
            stuck: days.unwrap_or_default(),
        }
    }

    fn read(visit: &Visit) -> Self {
        Self {
            status: Status::from_word(visit.typed("status")),
            name: visit.typed("name").to_owned(),
            colour: Colour::from_word(visit.typed("colour")).unwrap_or(Colour::Grey),
            wording: visit.typed("wording").to_owned(),
            told: !visit.typed("told").is_empty(),
            stuck: visit.typed("stuckDays").trim().to_owned(),
        }
    }

    /// Returns the values of all fields of the edit form.
    fn values(&self) -> [(&'static str, &str); 5] {
        [
            ("name", &self.name),
            ("colour", self.colour.word()),
            ("wording", &self.wording),
            ("told", if self.told { "1" } else { "" }),
            ("stuckDays", &self.stuck),
        ]
    }

    /// Parses the form; `None` when it has errors.
    fn said(&self, errors: &mut Errors, texts: &Texts) -> Result<Option<ParsedStage>> {
        let stuck = match &*self.stuck {
            "" => Ok(None),
            days => StuckDays::parse("stuckDays", days).map(Some),
        };
        let name = errors.take(StageName::parse("name", &self.name), texts)?;
        let wording = errors.take(Wording::parse("wording", &self.wording), texts)?;
        let stuck = errors.take(stuck, texts)?;
        Ok(match (name, wording, stuck) {
            (Some(name), Some(wording), Some(stuck)) => Some(ParsedStage {
                name,
                wording,
                stuck,
            }),
            _ => None,
        })
    }
}

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

fn colour_name(colour: Colour, texts: &Texts) -> String {
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

pub fn new(visit: &Visit) -> Result<Response> {
    visit.owner()?;
    visit.page(&EditPage::new(visit, None, StageForm::new()))
}

pub async fn create(visit: &Visit) -> Result<Response> {
    let owner = visit.owner()?;
    let mut page = EditPage::new(visit, None, StageForm::read(visit));
    let Some(said) = page.draft.said(&mut page.errors, &visit.texts)? else {
        return page.again();
    };
    let new = NewStage {
        status: page.draft.status.ok_or(Error::NotFound)?,
        name: said.name,
        colour: page.draft.colour,
        wording: said.wording,
        told: page.draft.told,
        stuck: said.stuck,
    };
    let (post, now) = (visit.post(), visit.desk.clock.now());
    let work = move |tx: &Transaction<'_>| {
        let create = || Ok(app::stages::create(tx, &owner, &new)?.id.get());
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
    let work = move |tx: &Transaction<'_>| edits::stage(tx, &owner, id, edit);
    let saved = visit.desk.db.write(work).await;
    match errors.take(saved, &visit.texts)? {
        Some(saved) if saved.collided.is_empty() => Ok(visit.go("/stages")),
        Some(saved) => ask(visit, &saved.now, &saved.collided, saved.changed, errors),
        None => again(visit, id, &edited, errors).await,
    }
}

/// Parses the submitted fields of an edit form.
fn change<'f>(
    sent: impl Fn(&str) -> Option<&'f str>,
    errors: &mut Errors,
    texts: &Texts,
) -> Result<StageChange> {
    let stuck = |days: &str| match days.trim() {
        "" => Ok(None),
        days => StuckDays::parse("stuckDays", days).map(Some),
    };
    let name = sent("name").map(|name| StageName::parse("name", name));
    let wording = sent("wording").map(|wording| Wording::parse("wording", wording));
    let stuck = sent("stuckDays").map(stuck);
    Ok(StageChange {
        name: errors.take_some(name, texts)?,
        colour: sent("colour").and_then(Colour::from_word),
        wording: errors.take_some(wording, texts)?,
        told: sent("told").map(|told| !told.is_empty()),
        stuck: errors.take_some(stuck, texts)?,
        ..StageChange::default()
    })
}

/// Shows the form again with its errors.
async fn again(
    visit: &Visit,
    id: StageId,
    edited: &Edited<'_>,
    errors: Errors,
) -> Result<Response> {
    let asked = edited.asked(&["name", "colour", "wording", "stuckDays"]);
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

/// Moves a stage to another position in its status.
pub async fn put(visit: &Visit, id: &str) -> Result<Response> {
    let owner = visit.owner()?;
    let id = stage_id(id)?;
    let position = visit
        .typed("position")
        .parse()
        .map_err(|_| Error::NotFound)?;
    let change = StageChange {
        position: Some(position),
        ..StageChange::default()
    };
    let work = move |tx: &Transaction<'_>| app::stages::update(tx, &owner, id, &change);
    visit.desk.db.write(work).await?;
    Ok(visit.go("/stages"))
}

#[derive(Template)]
#[template(path = "delete-stage.html")]
struct DeletePage<'a> {
    visit: &'a Visit,
    current: &'a str,
    errors: Errors,
    stage: Stage,
    /// Stages that can take over its tasks.
    others: Vec<Stage>,
}

impl<'a> DeletePage<'a> {
    async fn new(visit: &'a Visit, id: StageId) -> Result<Self> {
        let stage = get(visit, id).await?;
        let mut others = all(visit).await?;
        others.retain(|other| other.status == stage.status && other.id != id);
        Ok(Self {
            visit,
            current: "stages",
            errors: Errors::default().calling("name", "stage-name"),
            stage,
            others,
        })
    }
}

pub async fn ask_to_delete(visit: &Visit, id: &str) -> Result<Response> {
    visit.owner()?;
    visit.page(&DeletePage::new(visit, stage_id(id)?).await?)
}

pub async fn delete(visit: &Visit, id: &str) -> Result<Response> {
    let owner = visit.owner()?;
    let (id, now) = (stage_id(id)?, visit.desk.clock.now());
    let to = match visit.typed("tasksTo") {
        "" => None,
        to => Some(StageId::parse("tasksTo", to)?),
    };
    let work = move |tx: &Transaction<'_>| app::stages::delete(tx, &owner, id, to, now);
    match visit.desk.db.write(work).await {
        Ok(()) => Ok(visit.go("/stages")),
        Err(error @ Error::Invalid(_)) => {
            let mut page = DeletePage::new(visit, id).await?;
            page.errors.add(error, &visit.texts)?;
            visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(error) => Err(error),
    }
}

async fn get(visit: &Visit, id: StageId) -> Result<Stage> {
    let actor = visit.actor()?;
    let get = move |c: &_| app::stages::get(c, &actor, id);
    visit.desk.db.look_up(get).await
}

fn stage_id(text: &str) -> Result<StageId> {
    StageId::parse("id", text).map_err(|_| Error::NotFound)
}
