//! The stages of a shop: listing, administration, and the choice of a task's stage.

use jiff::Timestamp;

use super::events;
use crate::domain::{
    Actor, AuditAction, Author, Conflict, Error, Event, MOST_STAGES, NewStage, Owner, Problem,
    Result, Stage, StageChange, StageId, StageName, Status, USUAL_STAGES, Wording,
};
use crate::store::{self, Connection, Transaction};

/// Returns all stages, ordered by status, then in the owner's order.
pub fn list(connection: &Connection, _: &Actor) -> Result<Vec<Stage>> {
    store::stages::all(connection)
}

/// # Errors
/// [`Error::NotFound`].
pub fn get(connection: &Connection, _: &Actor, id: StageId) -> Result<Stage> {
    store::stages::get(connection, id)?.ok_or(Error::NotFound)
}

/// Creates the default stages of a new shop; `say` returns the text of a message id. A shop whose
/// stages are named keeps them.
pub fn set_up(tx: &Transaction, say: impl Fn(&str) -> String) -> Result<()> {
    let mut unnamed = store::stages::all(tx)?;
    if unnamed
        .iter()
        .any(|stage| stage.name.as_str() != stage.status.word())
    {
        return Ok(());
    }
    for usual in USUAL_STAGES {
        let name = StageName::parse("name", &say(usual.name))?;
        let first = unnamed
            .iter()
            .position(|stage| stage.status == usual.status);
        match first.map(|at| unnamed.swap_remove(at)) {
            Some(stage) => {
                let colour = usual.colour;
                let named = Stage {
                    name,
                    colour,
                    ..stage
                };
                store::stages::update(tx, &named)?;
            }
            None => {
                let wording = usual.wording.map(&say).unwrap_or_default();
                let new = NewStage {
                    status: usual.status,
                    name,
                    colour: usual.colour,
                    wording: Wording::parse("wording", &wording)?,
                    told: usual.told,
                    stuck: usual.stuck,
                };
                append(tx, &new)?;
            }
        }
    }
    Ok(())
}

/// Creates a stage at the end of its status.
///
/// # Errors
/// [`Error::Conflict`] when the name is taken, [`Error::Invalid`] when there are too many stages.
pub fn create(tx: &Transaction, owner: &Owner, new: &NewStage, now: Timestamp) -> Result<Stage> {
    if store::stages::all(tx)?.len() >= MOST_STAGES {
        return Err(Problem::TooManyStages { max: MOST_STAGES }
            .at("name")
            .into());
    }
    expect_free(tx, &new.name, None)?;
    let id = append(tx, new)?;
    record(
        tx,
        owner,
        AuditAction::StageCreated,
        new.name.as_str(),
        None,
        now,
    )?;
    store::stages::get(tx, id)?.ok_or(Error::NotFound)
}

/// Writes an entry of the audit list about a stage; `renamed` is its new name, if it has another one.
fn record(
    tx: &Transaction,
    owner: &Owner,
    action: AuditAction,
    name: &str,
    renamed: Option<&str>,
    now: Timestamp,
) -> Result<()> {
    let names = [renamed.map(|_| name), renamed];
    store::audit::insert(tx, owner.id(), action, name, names, now)
}

fn append(tx: &Transaction, new: &NewStage) -> Result<StageId> {
    let position = of_status(tx, new.status)?.len() + 1;
    store::stages::insert(tx, new, position)
}

/// Changes a stage.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Conflict`] when the name is taken, and [`Error::Invalid`] for
/// another status.
pub fn update(
    tx: &Transaction,
    owner: &Owner,
    id: StageId,
    change: &StageChange,
    now: Timestamp,
) -> Result<Stage> {
    let before = store::stages::get(tx, id)?.ok_or(Error::NotFound)?;
    if change.status.is_some_and(|status| status != before.status) {
        return Err(Problem::StageKeepsStatus.at("status").into());
    }
    if let Some(name) = &change.name {
        expect_free(tx, name, Some(id))?;
    }
    let mut order = of_status(tx, before.status)?;
    store::stages::update(tx, &change.apply(before.clone()))?;
    if let Some(position) = change.position {
        order.retain(|other| *other != id);
        let at = position.saturating_sub(1).min(order.len());
        order.insert(at, id);
        store::stages::set_order(tx, &order)?;
    }
    let after = store::stages::get(tx, id)?.ok_or(Error::NotFound)?;
    if after != before {
        let renamed = Some(after.name.as_str()).filter(|name| *name != before.name.as_str());
        let action = AuditAction::StageChanged;
        record(tx, owner, action, before.name.as_str(), renamed, now)?;
    }
    Ok(after)
}

/// Deletes a stage. Its tasks move to `tasks_to`, another stage of the same status, without
/// notices.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Conflict`] for the last stage of its status, and
/// [`Error::Invalid`] when tasks remain and `tasks_to` is not such a stage.
pub fn delete(
    tx: &Transaction,
    owner: &Owner,
    id: StageId,
    tasks_to: Option<StageId>,
    now: Timestamp,
) -> Result<()> {
    const FIELD: &str = "replacementId";
    let stage = store::stages::get(tx, id)?.ok_or(Error::NotFound)?;
    let mut left = of_status(tx, stage.status)?;
    left.retain(|other| *other != id);
    if left.is_empty() {
        return Err(Conflict::LastStage.into());
    }
    if let Some(to) = tasks_to {
        let to = store::stages::get(tx, to)?.ok_or(Problem::NoSuchStage.at(FIELD))?;
        if !left.contains(&to.id) {
            return Err(Problem::StageOfAnotherStatus.at(FIELD).into());
        }
        let (author, from, to) = (Author::Staff(owner.id()), &stage, &to);
        events::publish(tx, author, &Event::StageMerged { from, to }, now)?;
        store::tasks::move_to_stage(tx, from.id, to.id, now)?;
        store::outbox::move_to_stage(tx, from.id, to.id)?;
    } else if store::stages::has_tasks(tx, id)? {
        return Err(Problem::StageHasTasks.at(FIELD).into());
    }
    store::stages::delete(tx, id)?;
    record(
        tx,
        owner,
        AuditAction::StageDeleted,
        stage.name.as_str(),
        None,
        now,
    )?;
    store::stages::set_order(tx, &left)
}

/// Resolves a stage, a status or both to a stage: a status alone means its first stage. `None` when
/// neither is given.
///
/// # Errors
/// [`Error::Invalid`] for an unknown stage, or one of another status.
pub(super) fn meant(
    tx: &Transaction,
    stage: Option<StageId>,
    status: Option<Status>,
) -> Result<Option<Stage>> {
    let Some(id) = stage else {
        return match status {
            Some(status) => store::stages::first_of(tx, status),
            None => Ok(None),
        };
    };
    let stage = store::stages::get(tx, id)?.ok_or(Problem::NoSuchStage.at("stageId"))?;
    match status {
        Some(status) if status != stage.status => {
            Err(Problem::StageOfAnotherStatus.at("stageId").into())
        }
        _ => Ok(Some(stage)),
    }
}

/// Returns the stages of a status, in order.
fn of_status(tx: &Transaction, status: Status) -> Result<Vec<StageId>> {
    let all = store::stages::all(tx)?.into_iter();
    let of_status = all.filter(|stage| stage.status == status);
    Ok(of_status.map(|stage| stage.id).collect())
}

/// # Errors
/// [`Conflict::StageNameTaken`] when another stage has the name, in whatever spelling.
fn expect_free(tx: &Transaction, name: &StageName, to: Option<StageId>) -> Result<()> {
    let all = store::stages::all(tx)?;
    let taken = |stage: &Stage| stage.name.key() == name.key() && Some(stage.id) != to;
    match all.iter().any(taken) {
        true => Err(Conflict::StageNameTaken.into()),
        false => Ok(()),
    }
}
