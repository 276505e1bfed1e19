//! The `search_aliases` table: words that the search takes for one another.

use rusqlite::{OptionalExtension, Row};

use super::{Connection, Transaction};
use crate::domain::{Alias, AliasId, AliasWords, Result, ShortText};
use crate::store::engine::columns::Columns;

pub(super) const COLUMNS: &str = "id, word, meaning";

pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<Alias> {
    let row = &mut Columns::of("search_aliases", row);
    let id = row.take("id")?;
    let words = AliasWords {
        word: ShortText::from_row(row.take("word")?),
        meaning: ShortText::from_row(row.take("meaning")?),
    };
    Ok(Alias { id, words })
}

pub fn all(connection: &Connection) -> Result<Vec<Alias>> {
    let sql = format!("SELECT {COLUMNS} FROM search_aliases ORDER BY id");
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([], from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub fn get(connection: &Connection, id: AliasId) -> Result<Option<Alias>> {
    let sql = format!("SELECT {COLUMNS} FROM search_aliases WHERE id = ?1");
    let mut statement = connection.prepare_cached(&sql)?;
    Ok(statement.query_row([id], from_row).optional()?)
}

pub fn insert(tx: &Transaction, words: &AliasWords) -> Result<AliasId> {
    let sql = "INSERT INTO search_aliases (word, meaning) VALUES (?1, ?2)";
    tx.execute(sql, (words.word.as_str(), words.meaning.as_str()))?;
    Ok(AliasId::from_row(tx.last_insert_rowid()))
}

pub fn update(tx: &Transaction, id: AliasId, words: &AliasWords) -> Result<()> {
    let sql = "UPDATE search_aliases SET word = ?2, meaning = ?3 WHERE id = ?1";
    tx.execute(sql, (id, words.word.as_str(), words.meaning.as_str()))?;
    Ok(())
}

pub fn delete(tx: &Transaction, id: AliasId) -> Result<()> {
    tx.execute("DELETE FROM search_aliases WHERE id = ?1", [id])?;
    Ok(())
}
