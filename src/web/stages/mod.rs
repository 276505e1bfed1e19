//! The owner's pages of stages.

mod edit;
mod form;

pub use edit::{colour_name, create, edit, new, update};

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use super::form::Errors;
use super::text::Texts;
use super::visit::Visit;
use crate::app;
use crate::domain::{Error, Result, Stage, StageChange, StageId, Status};
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
    let now = visit.desk.clock.now();
    let work = move |tx: &Transaction<'_>| app::stages::update(tx, &owner, id, &change, now);
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
    let to = match visit.typed("replacementId") {
        "" => None,
        to => Some(StageId::parse("replacementId", to)?),
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
