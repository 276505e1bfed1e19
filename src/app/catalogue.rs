//! The catalogue: works and parts with their prices. All staff keep it; only owners see and change
//! costs.

use crate::domain::{
    Actor, CatalogueItem, Conflict, Error, ItemChange, ItemContent, ItemId, Result, Span, TaskId,
};
use crate::store::catalogue::ItemFilter;
use crate::store::{self, Connection, Transaction};

/// Returns a span of the items, ordered by name.
pub fn page(
    connection: &Connection,
    _: &Actor,
    filter: &ItemFilter,
    span: Span<ItemId>,
) -> Result<Vec<CatalogueItem>> {
    store::catalogue::page(connection, filter, span)
}

pub fn count(connection: &Connection, _: &Actor, filter: &ItemFilter) -> Result<i64> {
    store::catalogue::count(connection, filter)
}

/// Returns the items that the lines of these tasks are copied from.
pub fn of_tasks(connection: &Connection, _: &Actor, ids: &[TaskId]) -> Result<Vec<CatalogueItem>> {
    store::catalogue::of_tasks(connection, ids)
}

/// # Errors
/// [`Error::NotFound`].
pub fn get(connection: &Connection, _: &Actor, id: ItemId) -> Result<CatalogueItem> {
    store::catalogue::get(connection, id)?.ok_or(Error::NotFound)
}

/// Changes an item, or creates one without an id.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`] for an employee who sets a cost, [`Error::Conflict`]
/// when the article number is taken, and [`Error::Invalid`] for a missing name, kind or price.
pub fn save(
    tx: &Transaction,
    actor: &Actor,
    id: Option<ItemId>,
    change: ItemChange,
) -> Result<CatalogueItem> {
    if change.cost.is_some() {
        actor.require_owner()?;
    }
    let content = match id {
        Some(id) => change.apply(get(tx, actor, id)?.content)?,
        None => change.into_new()?,
    };
    expect_free(tx, &content, id)?;
    let id = match id {
        Some(id) => {
            store::catalogue::update(tx, id, &content)?;
            id
        }
        None => store::catalogue::insert(tx, &content)?,
    };
    Ok(CatalogueItem { id, content })
}

fn expect_free(tx: &Transaction, content: &ItemContent, id: Option<ItemId>) -> Result<()> {
    let key = content.article_key();
    if key.is_empty() {
        return Ok(());
    }
    match store::catalogue::by_article(tx, &key)? {
        Some(other) if Some(other.id) != id => Err(Conflict::ArticleTaken.into()),
        _ => Ok(()),
    }
}

/// Returns whether the actor may see costs.
pub fn sees_costs(actor: &Actor) -> bool {
    actor.require_owner().is_ok()
}
