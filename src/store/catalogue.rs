//! The `catalogue_items` table: works and parts with their prices.

use rusqlite::{OptionalExtension, Row, named_params};

use super::{Connection, Transaction};
use crate::domain::{
    CatalogueItem, ItemCode, ItemContent, ItemId, LineKind, LineName, Result, Search, Span, TaskId,
    WarrantyDays,
};
use crate::store::engine::columns::Columns;
use crate::store::engine::types::{direction, literal, numbers};

pub(super) const COLUMNS: &str =
    "id, kind, name, article, barcode, price, cost, warranty_days, archived";

pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<CatalogueItem> {
    let row = &mut Columns::of("catalogue_items", row);
    let (id, kind) = (row.take("id")?, row.take("kind")?);
    let days: fn(i64) -> WarrantyDays = WarrantyDays::from_row;
    Ok(CatalogueItem {
        id,
        content: ItemContent {
            kind,
            name: LineName::from_row(row.take("name")?),
            article: ItemCode::from_row(row.take("article")?),
            barcode: ItemCode::from_row(row.take("barcode")?),
            price: row.take("price")?,
            cost: row.take("cost")?,
            warranty: row.take::<Option<i64>>("warranty_days")?.map(days),
            archived: row.take("archived")?,
        },
    })
}

pub fn get(connection: &Connection, id: ItemId) -> Result<Option<CatalogueItem>> {
    let sql = format!("SELECT {COLUMNS} FROM catalogue_items WHERE id = ?1");
    let mut statement = connection.prepare_cached(&sql)?;
    Ok(statement.query_row([id], from_row).optional()?)
}

/// Returns the items that the lines of these tasks are copied from.
pub fn of_tasks(connection: &Connection, ids: &[TaskId]) -> Result<Vec<CatalogueItem>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM catalogue_items WHERE id IN (SELECT item_id FROM task_lines
             WHERE task_id IN (SELECT value FROM json_each(?1)))"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([numbers(ids.iter().map(|id| id.get()))], from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns the item with an article number, by its comparison key.
pub fn by_article(connection: &Connection, key: &str) -> Result<Option<CatalogueItem>> {
    let sql = format!("SELECT {COLUMNS} FROM catalogue_items WHERE article_key = ?1");
    let mut statement = connection.prepare_cached(&sql)?;
    Ok(statement.query_row([key], from_row).optional()?)
}

/// Conditions on a list of items.
#[derive(Debug, Clone, Default)]
pub struct ItemFilter {
    /// Each word occurs in the name, the article number or the barcode.
    pub search: Option<Search>,
    pub kind: Option<LineKind>,
    /// Only archived items, or only those that aren't.
    pub archived: Option<bool>,
}

impl ItemFilter {
    /// Returns the condition, and the patterns for its parameters from ?1 on.
    fn sql(&self) -> (String, Vec<String>) {
        let words = self.search.iter().flat_map(Search::plain_words);
        let patterns: Vec<String> = words.map(|word| format!("%{}%", literal(word))).collect();
        let likes = (1..=patterns.len()).map(|n| format!(r"search_key LIKE ?{n} ESCAPE '\'"));
        let kind = self.kind.map(|kind| format!("kind = '{}'", kind.word()));
        let archived = self
            .archived
            .map(|archived| format!("archived = {}", u8::from(archived)));
        let all: Vec<String> = likes.chain(kind).chain(archived).collect();
        match all.is_empty() {
            true => ("1".to_owned(), patterns),
            false => (all.join(" AND "), patterns),
        }
    }
}

/// Returns at most `limit` items after `after`, ordered by name.
pub fn page(
    connection: &Connection,
    filter: &ItemFilter,
    span: Span<ItemId>,
) -> Result<Vec<CatalogueItem>> {
    let (condition, patterns) = filter.sql();
    let than = |operator: &str, place: Option<ItemId>| {
        place.map_or_else(String::new, |id| {
            format!(
                "AND (search_key, id) {operator} (SELECT search_key, id FROM catalogue_items WHERE id = {id})"
            )
        })
    };
    let (after, before) = (than(">", span.after), than("<", span.before));
    let (direction, limit) = (direction(span.from_end), span.limit);
    let sql = format!(
        "SELECT {COLUMNS} FROM catalogue_items WHERE {condition} {after} {before}
         ORDER BY search_key {direction}, id {direction} LIMIT {limit}"
    );
    let mut statement = connection.prepare(&sql)?;
    let rows = statement.query_map(rusqlite::params_from_iter(patterns), from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub fn count(connection: &Connection, filter: &ItemFilter) -> Result<i64> {
    let (condition, patterns) = filter.sql();
    let sql = format!("SELECT count(*) FROM catalogue_items WHERE {condition}");
    let mut statement = connection.prepare(&sql)?;
    Ok(statement.query_row(rusqlite::params_from_iter(patterns), |row| row.get(0))?)
}

pub fn insert(tx: &Transaction, item: &ItemContent) -> Result<ItemId> {
    tx.prepare_cached(
        "INSERT INTO catalogue_items
             (kind, name, article, article_key, barcode, price, cost, warranty_days, archived, search_key)
         VALUES (:kind, :name, :article, :key, :barcode, :price, :cost, :days, :archived, :search)",
    )?
    .execute(named_params! {
        ":kind": item.kind, ":name": item.name.as_str(), ":article": item.article.as_str(),
        ":key": item.article_key(), ":barcode": item.barcode.as_str(), ":price": item.price,
        ":cost": item.cost, ":days": item.warranty.map(WarrantyDays::get), ":archived": item.archived,
        ":search": item.search_key(),
    })?;
    Ok(ItemId::from_row(tx.last_insert_rowid()))
}

pub fn update(tx: &Transaction, id: ItemId, item: &ItemContent) -> Result<()> {
    tx.prepare_cached(
        "UPDATE catalogue_items SET kind = :kind, name = :name, article = :article, article_key = :key,
             barcode = :barcode, price = :price, cost = :cost, warranty_days = :days, archived = :archived,
             search_key = :search
         WHERE id = :id",
    )?
    .execute(named_params! {
        ":id": id, ":kind": item.kind, ":name": item.name.as_str(), ":article": item.article.as_str(),
        ":key": item.article_key(), ":barcode": item.barcode.as_str(), ":price": item.price,
        ":cost": item.cost, ":days": item.warranty.map(WarrantyDays::get), ":archived": item.archived,
        ":search": item.search_key(),
    })?;
    Ok(())
}
