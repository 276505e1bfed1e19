//! The `customers` table.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, named_params};

use super::{Connection, Transaction};
use crate::domain::{
    Customer, CustomerId, Language, Name, Phone, Result, TelegramId, TelegramLink,
};
use crate::store::engine::columns::Columns;
use crate::store::engine::types::{Millis, literal};

pub(super) const COLUMNS: &str = "id, phone, phone_e164, name, telegram_id, telegram_verified, \
                                  telegram_blocked, telegram_language";

pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<Customer> {
    read(&mut Columns::of("customers", row))
}

pub(super) fn read(row: &mut Columns<'_>) -> rusqlite::Result<Customer> {
    Ok(Customer {
        id: row.take("id")?,
        phone: Phone::from_row(row.take("phone")?, row.take("phone_e164")?),
        name: row.take::<Option<String>>("name")?.map(Name::from_row),
        telegram: {
            let id: Option<TelegramId> = row.take("telegram_id")?;
            let verified = row.take("telegram_verified")?;
            let blocked = row.take("telegram_blocked")?;
            let language = row.take("telegram_language")?;
            id.map(|id| TelegramLink {
                id,
                verified,
                blocked,
                language,
            })
        },
    })
}

pub fn get(connection: &Connection, id: CustomerId) -> Result<Option<Customer>> {
    let sql = format!("SELECT {COLUMNS} FROM customers WHERE id = ?1");
    let mut statement = connection.prepare_cached(&sql)?;
    Ok(statement.query_row([id], from_row).optional()?)
}

pub fn by_phone(connection: &Connection, phone: &Phone) -> Result<Option<Customer>> {
    let sql = format!("SELECT {COLUMNS} FROM customers WHERE phone_e164 = ?1");
    let mut statement = connection.prepare_cached(&sql)?;
    Ok(statement.query_row([phone.e164()], from_row).optional()?)
}

/// The cards that a Telegram account is linked to, verified or not.
pub fn by_telegram(connection: &Connection, id: TelegramId) -> Result<Vec<Customer>> {
    let sql = format!("SELECT {COLUMNS} FROM customers WHERE telegram_id = ?1 ORDER BY id");
    let mut statement = connection.prepare_cached(&sql)?;
    Ok(statement
        .query_map([id], from_row)?
        .collect::<Result<_, _>>()?)
}

pub fn all(connection: &Connection) -> Result<Vec<Customer>> {
    let sql = format!("SELECT {COLUMNS} FROM customers ORDER BY id");
    let mut statement = connection.prepare_cached(&sql)?;
    Ok(statement
        .query_map([], from_row)?
        .collect::<Result<_, _>>()?)
}

/// What a search asks of a card: a part of the name, or of the digits of the phone.
#[derive(Debug, Clone, Default)]
pub struct Search {
    pub name: Option<String>,
    pub digits: Option<String>,
}

impl Search {
    const CONDITION: &str = "(:name IS NULL AND :digits IS NULL
         OR name_key LIKE :name ESCAPE '\\' OR phone_e164 LIKE :digits)";

    /// `name`, which is folded, for LIKE, with its wildcards taken literally.
    fn patterns(&self) -> (Option<String>, Option<String>) {
        // By all its names, so that none is forgotten: pages and their count go by these alone.
        let Self { name, digits } = self;
        let part = |text: &String| format!("%{}%", literal(text));
        (
            name.as_ref().map(part),
            digits.as_ref().map(|digits| format!("%{digits}%")),
        )
    }
}

/// A page of cards, oldest first, that come after `after`.
pub fn page(
    connection: &Connection,
    search: &Search,
    after: Option<CustomerId>,
    limit: usize,
) -> Result<Vec<Customer>> {
    let condition = Search::CONDITION;
    let sql = format!(
        "SELECT {COLUMNS} FROM customers WHERE id > :after AND {condition} ORDER BY id LIMIT :limit"
    );
    let (name, digits) = search.patterns();
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(
        named_params! {
            ":after": after.map_or(0, CustomerId::get), ":name": name, ":digits": digits,
            ":limit": limit,
        },
        from_row,
    )?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub fn count(connection: &Connection, search: &Search) -> Result<i64> {
    let condition = Search::CONDITION;
    let (name, digits) = search.patterns();
    let mut statement =
        connection.prepare_cached(&format!("SELECT count(*) FROM customers WHERE {condition}"))?;
    Ok(
        statement.query_row(named_params! { ":name": name, ":digits": digits }, |row| {
            row.get(0)
        })?,
    )
}

pub fn insert(
    tx: &Transaction,
    phone: &Phone,
    name: Option<&Name>,
    now: Timestamp,
) -> Result<CustomerId> {
    tx.prepare_cached(
        "INSERT INTO customers (phone, phone_e164, name, name_key, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?5)",
    )?
    .execute((
        phone.typed(),
        phone.e164(),
        name.map(Name::as_str),
        name_key(name),
        Millis(now),
    ))?;
    Ok(CustomerId::from_row(tx.last_insert_rowid()))
}

pub fn set_name(
    tx: &Transaction,
    id: CustomerId,
    name: Option<&Name>,
    now: Timestamp,
) -> Result<()> {
    tx.execute(
        "UPDATE customers SET name = ?2, name_key = ?3, updated_at = ?4 WHERE id = ?1",
        (id, name.map(Name::as_str), name_key(name), Millis(now)),
    )?;
    Ok(())
}

/// Links a card to a Telegram account, or to none.
pub fn set_telegram(
    tx: &Transaction,
    id: CustomerId,
    link: Option<&TelegramLink>,
    now: Timestamp,
) -> Result<()> {
    tx.execute(
        "UPDATE customers SET telegram_id = :telegram, telegram_verified = :verified,
             telegram_blocked = :blocked, telegram_language = :language, updated_at = :now
         WHERE id = :id",
        named_params! {
            ":id": id,
            ":telegram": link.map(|link| link.id),
            ":verified": link.is_some_and(|link| link.verified),
            ":blocked": link.is_some_and(|link| link.blocked),
            ":language": link.map_or(Language::Russian, |link| link.language),
            ":now": Millis(now),
        },
    )?;
    Ok(())
}

/// Notes on every card of a Telegram account whether it has blocked the bot.
pub fn set_blocked(tx: &Transaction, id: TelegramId, blocked: bool) -> Result<()> {
    tx.execute(
        "UPDATE customers SET telegram_blocked = ?2 WHERE telegram_id = ?1 AND telegram_blocked <> ?2",
        (id, blocked),
    )?;
    Ok(())
}

/// Notes on every card of a Telegram account which language it speaks.
pub fn set_language(tx: &Transaction, id: TelegramId, language: Language) -> Result<()> {
    tx.execute(
        "UPDATE customers SET telegram_language = ?2
         WHERE telegram_id = ?1 AND telegram_language <> ?2",
        (id, language),
    )?;
    Ok(())
}

/// Removes the card; the tasks stay and lose their customer.
pub fn delete(tx: &Transaction, id: CustomerId) -> Result<()> {
    tx.execute("DELETE FROM customers WHERE id = ?1", [id])?;
    Ok(())
}

fn name_key(name: Option<&Name>) -> String {
    name.map(Name::key).unwrap_or_default()
}
