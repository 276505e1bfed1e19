//! Submitted forms of the catalogue.

use warp::http::StatusCode;
use warp::reply::Response;

use super::form::{self, ItemForm};
use super::{address, show};
use crate::app::{self, edits};
use crate::domain::{ItemChange, ItemId, Result};
use crate::store::Transaction;
use crate::web::edited::Edited;
use crate::web::form::Errors;
use crate::web::visit::Visit;

pub async fn create(visit: &Visit) -> Result<Response> {
    let actor = visit.actor()?;
    let mut errors = Errors::default();
    // Somebody who may not set a cost has no field for it.
    let sent = |field: &str| visit.sent(field).filter(|text| !text.is_empty());
    let change = form::change(sent, visit, &mut errors)?;
    if !errors.any() {
        let (post, now) = (visit.post(), visit.desk.clock.now());
        let work = move |tx: &Transaction<'_>| {
            let make = || Ok(app::catalogue::save(tx, &actor, None, change)?.id.get());
            app::posts::once(tx, post, now, make)
        };
        let saved = visit.desk.db.write(work).await;
        if let Some(id) = errors.take(saved, &visit.texts)? {
            return Ok(visit.go(&at(visit, ItemId::from_row(id))));
        }
    }
    let form = ItemForm::read(None, visit);
    show(visit, StatusCode::UNPROCESSABLE_ENTITY, Some(form), errors).await
}

pub async fn update(visit: &Visit, id: &str) -> Result<Response> {
    let (actor, id) = (visit.actor()?, form::id(id)?);
    let (edited, mut errors) = (Edited::read(visit), Errors::default());
    let typed = form::change(|field| edited.typed(field), visit, &mut errors)?;
    let mut form = ItemForm::read(Some(id), visit);
    if errors.any() {
        return show(visit, StatusCode::UNPROCESSABLE_ENTITY, Some(form), errors).await;
    }
    let shown = form::change(|field| edited.shown(field), visit, &mut Errors::default())?;
    let edit = edited.edit(typed, shown);
    let work = move |tx: &Transaction<'_>| edits::item(tx, &actor, id, edit);
    let saved = visit.desk.db.write(work).await;
    let Some(saved) = errors.take(saved, &visit.texts)? else {
        return show(visit, StatusCode::UNPROCESSABLE_ENTITY, Some(form), errors).await;
    };
    if saved.collided.is_empty() {
        return Ok(visit.go(&at(visit, id)));
    }
    // Sent again, the form overwrites what it says now.
    let stored = ItemForm::of(&saved.now, &visit.texts);
    for field in saved.collided {
        let theirs = stored.value(field);
        let text = visit.texts.fill("catalogue-changed", "value", theirs);
        errors.add_text(field, text);
    }
    form.was = stored.was;
    show(visit, StatusCode::CONFLICT, Some(form), errors).await
}

/// Archives an item, or restores it.
pub async fn archive(visit: &Visit, id: &str) -> Result<Response> {
    let (actor, id) = (visit.actor()?, form::id(id)?);
    let change = ItemChange {
        archived: Some(!visit.typed("archived").is_empty()),
        ..ItemChange::default()
    };
    let work = move |tx: &Transaction<'_>| app::catalogue::save(tx, &actor, Some(id), change);
    visit.desk.db.write(work).await?;
    Ok(visit.go(&address(visit, "/catalogue", "")))
}

/// Returns the address of an item's row.
fn at(visit: &Visit, id: ItemId) -> String {
    format!("{}#item-{id}", address(visit, "/catalogue", ""))
}
