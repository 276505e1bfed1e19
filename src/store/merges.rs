//! The `customer_merges` table, and what moves from one card to another.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, named_params};
use serde_json::{Map, Value};

use super::{Connection, Transaction};
use crate::domain::{CustomerId, Error, MergeId, Merged, MergedCards, Result};
use crate::store::engine::columns::Columns;
use crate::store::engine::types::Millis;

pub(super) const COLUMNS: &str = "id, kept_id, merged_at, snapshot";

/// The columns of a card, all of them; a test compares them with the table.
const CARD: &str = "id, phone, phone_e164, name, name_key, telegram_id, telegram_verified, telegram_blocked, \
    telegram_language, created_at, updated_at, second_phone, second_phone_key, email, company, company_key, tax_number, note, \
    max_id, max_verified, max_blocked, max_language, heard_on";

/// The tables whose rows name a card, besides the tasks.
const TABLES: [&str; 4] = ["comments", "approvals", "task_events", "outbox"];

pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<Merged> {
    let row = &mut Columns::of("customer_merges", row);
    let (id, kept, at) = (
        row.take("id")?,
        row.take("kept_id")?,
        row.take::<Millis>("merged_at")?.0,
    );
    let snapshot: String = row.take("snapshot")?;
    let cards = serde_json::from_str(&snapshot).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(3, rusqlite::types::Type::Text, error.into())
    })?;
    Ok(Merged {
        id,
        kept,
        at,
        cards,
    })
}

pub fn get(connection: &Connection, id: MergeId) -> Result<Option<Merged>> {
    let sql = format!("SELECT {COLUMNS} FROM customer_merges WHERE id = ?1");
    let mut statement = connection.prepare_cached(&sql)?;
    Ok(statement.query_row([id], from_row).optional()?)
}

/// Returns the merges into a card since an instant, newest first.
pub fn of_customer(
    connection: &Connection,
    kept: CustomerId,
    since: Timestamp,
) -> Result<Vec<Merged>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM customer_merges WHERE kept_id = ?1 AND merged_at > ?2 ORDER BY id DESC"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map((kept, Millis(since)), from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub fn insert(
    tx: &Transaction,
    kept: CustomerId,
    cards: &MergedCards,
    now: Timestamp,
) -> Result<MergeId> {
    let snapshot = serde_json::to_string(cards).map_err(Error::internal)?;
    tx.execute(
        "INSERT INTO customer_merges (kept_id, merged_at, snapshot) VALUES (?1, ?2, ?3)",
        (kept, Millis(now), snapshot),
    )?;
    Ok(MergeId::from_row(tx.last_insert_rowid()))
}

pub fn delete(tx: &Transaction, id: MergeId) -> Result<()> {
    tx.execute("DELETE FROM customer_merges WHERE id = ?1", [id])?;
    Ok(())
}

/// Returns whether there is a merge up to an instant.
pub fn any_until(connection: &Connection, until: Timestamp) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM customer_merges WHERE merged_at <= ?1)";
    Ok(connection.query_row(sql, [Millis(until)], |row| row.get(0))?)
}

/// Forgets the merges up to an instant.
pub fn delete_until(tx: &Transaction, until: Timestamp) -> Result<()> {
    let sql = "DELETE FROM customer_merges WHERE merged_at <= ?1";
    tx.execute(sql, [Millis(until)])?;
    Ok(())
}

/// Returns the whole row of a card as JSON.
pub fn card(connection: &Connection, id: CustomerId) -> Result<String> {
    let pairs = CARD
        .split(", ")
        .map(|column| format!("'{column}', {column}"));
    let pairs = pairs.collect::<Vec<_>>().join(", ");
    let sql = format!("SELECT json_object({pairs}) FROM customers WHERE id = ?1");
    Ok(connection.query_row(&sql, [id], |row| row.get(0))?)
}

/// Inserts a card from its row, with its old number. Columns of later versions get their defaults.
pub fn insert_card(tx: &Transaction, row: &str) -> Result<()> {
    let known: Map<String, Value> = serde_json::from_str(row).map_err(Error::internal)?;
    let columns = CARD
        .split(", ")
        .filter(|column| known.contains_key(*column));
    let columns: Vec<&str> = columns.collect();
    let values = columns.iter();
    let values = values.map(|column| format!("json_extract(?1, '$.{column}')"));
    let (columns, values) = (columns.join(", "), values.collect::<Vec<_>>().join(", "));
    tx.execute(
        &format!("INSERT INTO customers ({columns}) SELECT {values}"),
        [row],
    )?;
    Ok(())
}

/// Returns the numbers of the rows that name a card, by table, as JSON.
pub fn rows_of(connection: &Connection, id: CustomerId) -> Result<String> {
    let lists = TABLES.map(|table| {
        format!("'{table}', (SELECT json_group_array(id) FROM {table} WHERE customer_id = ?1)")
    });
    let sql = format!("SELECT json_object({})", lists.join(", "));
    Ok(connection.query_row(&sql, [id], |row| row.get(0))?)
}

/// Makes those of the rows another card's that are one card's.
pub fn move_rows(tx: &Transaction, rows: &str, from: CustomerId, to: CustomerId) -> Result<()> {
    for table in TABLES {
        let sql = format!(
            "UPDATE {table} SET customer_id = :to WHERE customer_id = :from
                 AND id IN (SELECT value FROM json_each(:rows, '$.{table}'))"
        );
        tx.execute(
            &sql,
            named_params! { ":to": to, ":from": from, ":rows": rows },
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{embedded_migrations, upkeep::migrate};

    #[test]
    fn a_card_is_kept_with_every_column() {
        let mut memory = Connection::open_in_memory().unwrap();
        migrate::run(&mut memory, &embedded_migrations()).unwrap();
        let sql = "SELECT group_concat(name, ', ') FROM pragma_table_info('customers')";
        let columns: String = memory.query_row(sql, [], |row| row.get(0)).unwrap();
        assert_eq!(columns, CARD);
        let sql = "SELECT m.name FROM sqlite_schema AS m JOIN pragma_foreign_key_list(m.name) AS f
                   WHERE f.\"table\" = 'customers' AND f.\"from\" = 'customer_id' AND m.name <> 'tasks' ORDER BY 1";
        let mut statement = memory.prepare(sql).unwrap();
        let named = statement.query_map([], |row| row.get(0)).unwrap();
        let named: Vec<String> = named.map(Result::unwrap).collect();
        let mut known = TABLES.to_vec();
        known.sort_unstable();
        assert_eq!(named, known);
    }
}
