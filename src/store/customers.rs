//! The `customers` table.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, ToSql, named_params, params_from_iter};

use super::{Connection, Transaction};
use crate::domain::{
    CardEmail, CardField, CardNote, Chat, ChatLink, Company, Customer, CustomerChange, CustomerId,
    Language, Messenger, Name, Phone, Result, SecondPhone, Span, TaxNumber, card_fields, fold,
    second_phone_key,
};
use crate::store::engine::columns::{self, Columns};
use crate::store::engine::parts::parts;
use crate::store::engine::types::{Millis, direction, literal, numbers};

macro_rules! define {
    ($($(#[$doc:meta])* $field:ident ($variant:ident, $Type:ident, $($rest:tt)*))*) => {
        parts! {
            "customers" as "c", Customer;
            /// The parts of a card that were read.
            CustomerParts;
            /// The requested parts of a card.
            Wanted;
            id: CustomerId = "id";
            phone: Phone = ["phone", "phone_e164"],
                |row| Phone::from_row(row.take("phone")?, row.take("phone_e164")?);
            telegram: Option<ChatLink> =
                ["telegram_id", "telegram_verified", "telegram_blocked", "telegram_language"],
                |row| link(row, Messenger::Telegram)?;
            max: Option<ChatLink> = ["max_id", "max_verified", "max_blocked", "max_language"],
                |row| link(row, Messenger::Max)?;
            heard_on: Option<Messenger> = ["heard_on"], |row| row.take("heard_on")?;
            $($field: Option<$Type> = [stringify!($field)],
                |row| row.take::<Option<String>>(stringify!($field))?.map($Type::from_row);)*
        }
    };
}
card_fields!(define);

/// A field with a comparison key: its column, and what makes it.
type Key = (CardField, &'static str, fn(&str) -> String);

const KEYS: [Key; 3] = [
    (CardField::Name, "name_key", fold),
    (CardField::Company, "company_key", fold),
    (CardField::SecondPhone, "second_phone_key", second_phone_key),
];

/// The columns in which a search looks for a text.
const SEARCHED: [&str; 4] = ["name_key", "company_key", "email", "tax_number"];

pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<Customer> {
    read(&mut Columns::of("customers", row))
}

pub(super) fn read(row: &mut Columns<'_>) -> rusqlite::Result<Customer> {
    whole(row)
}

/// The columns of the account on a messenger.
pub(super) const fn link_columns(messenger: Messenger) -> [&'static str; 4] {
    match messenger {
        Messenger::Telegram => [
            "telegram_id",
            "telegram_verified",
            "telegram_blocked",
            "telegram_language",
        ],
        Messenger::Max => ["max_id", "max_verified", "max_blocked", "max_language"],
    }
}

fn link(row: &mut Columns<'_>, messenger: Messenger) -> rusqlite::Result<Option<ChatLink>> {
    let [id, verified, blocked, language] = link_columns(messenger);
    let id: Option<i64> = row.take(id)?;
    let (verified, blocked) = (row.take(verified)?, row.take(blocked)?);
    let language = row.take(language)?;
    Ok(id.map(|id| ChatLink {
        chat: Chat::new(messenger, id),
        verified,
        blocked,
        language,
    }))
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

/// Lists those of these cards that are there.
pub fn by_ids(connection: &Connection, ids: &[CustomerId]) -> Result<Vec<Customer>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM customers WHERE id IN (SELECT value FROM json_each(?1)) ORDER BY id"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map([numbers(ids.iter().map(|id| id.get()))], from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The cards that an account is linked to, verified or not.
pub fn by_chat(connection: &Connection, chat: Chat) -> Result<Vec<Customer>> {
    let [id, ..] = link_columns(chat.messenger);
    let sql = format!("SELECT {COLUMNS} FROM customers WHERE {id} = ?1 ORDER BY id");
    let mut statement = connection.prepare_cached(&sql)?;
    Ok(statement
        .query_map([chat.id], from_row)?
        .collect::<Result<_, _>>()?)
}

pub fn all(connection: &Connection) -> Result<Vec<Customer>> {
    let sql = format!("SELECT {COLUMNS} FROM customers ORDER BY id");
    let mut statement = connection.prepare_cached(&sql)?;
    Ok(statement
        .query_map([], from_row)?
        .collect::<Result<_, _>>()?)
}

/// A search for cards: a part of a field, or digits of the phone.
#[derive(Debug, Clone, Default)]
pub struct Search {
    pub text: Option<String>,
    pub digits: Option<String>,
    /// Customers that changed at or after this instant (see [`super::changes`]).
    pub updated_since: Option<Timestamp>,
}

impl Search {
    fn condition() -> String {
        let in_texts = SEARCHED.map(|column| format!("{column} LIKE :text ESCAPE '\\'"));
        format!(
            "(:text IS NULL AND :digits IS NULL OR {} OR phone_e164 LIKE :digits
                 OR second_phone_key LIKE :digits)
             AND (:since IS NULL OR id IN (SELECT subject_id FROM changes
                 WHERE kind = 'CUSTOMER' AND seq >= :since AND at >= :since))",
            in_texts.join(" OR ")
        )
    }

    /// Returns the patterns for LIKE from the folded `text`, with escaped wildcards, and the instant.
    fn values(&self) -> (Option<String>, Option<String>, Option<Millis>) {
        // By all its names, so that none is forgotten: pages and their count go by these alone.
        let Self {
            text,
            digits,
            updated_since,
        } = self;
        let part = |text: &String| format!("%{}%", literal(text));
        (
            text.as_ref().map(part),
            digits.as_ref().map(|digits| format!("%{digits}%")),
            updated_since.map(Millis),
        )
    }
}

/// A page of cards, oldest first, that come after `after`.
pub fn page(
    connection: &Connection,
    search: &Search,
    span: Span<CustomerId>,
) -> Result<Vec<Customer>> {
    let (condition, limit) = (Search::condition(), span.limit);
    let direction = direction(span.from_end);
    let sql = format!(
        "SELECT {COLUMNS} FROM customers WHERE id > :after AND id < :before AND {condition}
         ORDER BY id {direction} LIMIT {limit}"
    );
    let (text, digits, since) = search.values();
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(
        named_params! {
            ":after": span.after.map_or(0, CustomerId::get),
            ":before": span.before.map_or(i64::MAX, CustomerId::get), ":text": text, ":digits": digits,
            ":since": since,
        },
        from_row,
    )?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A page of cards with their places in the order of changes, the longest unchanged first.
pub fn page_by_change(
    connection: &Connection,
    search: &Search,
    span: Span<i64>,
) -> Result<Vec<(Customer, i64)>> {
    let columns = columns::of("c", COLUMNS);
    let condition = Search::condition().replace("OR id IN", "OR c.id IN");
    let (direction, limit) = (direction(span.from_end), span.limit);
    let sql = format!(
        "SELECT {columns}, g.seq FROM changes AS g CROSS JOIN customers AS c ON c.id = g.subject_id
         WHERE g.kind = 'CUSTOMER' AND g.seq > max(:after, coalesce(:since, 0) - 1) AND g.seq < :before
             AND {condition}
         ORDER BY g.seq {direction} LIMIT {limit}"
    );
    let (text, digits, since) = search.values();
    let mut statement = connection.prepare_cached(&sql)?;
    let values = named_params! {
        ":after": span.after.unwrap_or_default(), ":before": span.before.unwrap_or(i64::MAX),
        ":text": text, ":digits": digits, ":since": since,
    };
    let rows = statement.query_map(values, |row| {
        let row = &mut Columns::of("customers", row);
        Ok((read(row)?, row.take("seq")?))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Counts the customers, and those among them whom a bot can write to.
pub fn count_reachable(connection: &Connection, messenger: Messenger) -> Result<(i64, i64)> {
    let [id, verified, blocked, _] = link_columns(messenger);
    let mut statement = connection.prepare_cached(&format!(
        "SELECT (SELECT count(*) FROM customers),
             (SELECT count(*) FROM customers WHERE {id} IS NOT NULL AND {verified} = 1 AND {blocked} = 0)"
    ))?;
    Ok(statement.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?)
}

pub fn count(connection: &Connection, search: &Search) -> Result<i64> {
    let condition = Search::condition();
    let (text, digits, since) = search.values();
    let mut statement =
        connection.prepare_cached(&format!("SELECT count(*) FROM customers WHERE {condition}"))?;
    let values = named_params! { ":text": text, ":digits": digits, ":since": since };
    Ok(statement.query_row(values, |row| row.get(0))?)
}

/// Inserts a card, with a name if one is known; [`update`] writes the other fields.
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

/// Writes the fields of a change, if it has any.
pub fn update(
    tx: &Transaction,
    id: CustomerId,
    change: &CustomerChange,
    now: Timestamp,
) -> Result<bool> {
    let mut columns = Vec::new();
    let mut values: Vec<Box<dyn ToSql>> = Vec::new();
    for field in CardField::ALL {
        let Some(text) = change.get(*field) else {
            continue;
        };
        columns.push(field.column());
        values.push(Box::new(text.map(str::to_owned)));
        for (_, key, make) in KEYS.iter().filter(|(of, ..)| of == field) {
            columns.push(key);
            values.push(Box::new(make(text.unwrap_or_default())));
        }
    }
    if columns.is_empty() {
        return Ok(false);
    }
    let set: Vec<_> = columns
        .iter()
        .map(|column| format!("{column} = ?"))
        .collect();
    let sql = format!(
        "UPDATE customers SET {}, updated_at = ? WHERE id = ?",
        set.join(", ")
    );
    values.extend([Box::new(Millis(now)) as Box<dyn ToSql>, Box::new(id)]);
    tx.execute(&sql, params_from_iter(values))?;
    Ok(true)
}

/// Replaces the phone of a card; the triggers index it anew.
pub fn set_phone(tx: &Transaction, id: CustomerId, phone: &Phone, now: Timestamp) -> Result<()> {
    tx.execute(
        "UPDATE customers SET phone = ?2, phone_e164 = ?3, updated_at = ?4 WHERE id = ?1",
        (id, phone.typed(), phone.e164(), Millis(now)),
    )?;
    Ok(())
}

/// Links a card to an account on a messenger, or to none.
pub fn set_link(
    tx: &Transaction,
    id: CustomerId,
    messenger: Messenger,
    link: Option<&ChatLink>,
    now: Timestamp,
) -> Result<()> {
    let [chat, verified, blocked, language] = link_columns(messenger);
    let sql = format!(
        "UPDATE customers SET {chat} = :chat, {verified} = :verified, {blocked} = :blocked,
             {language} = :language, updated_at = :now
         WHERE id = :id"
    );
    tx.execute(
        &sql,
        named_params! {
            ":id": id,
            ":chat": link.map(|link| link.chat.id),
            ":verified": link.is_some_and(|link| link.verified),
            ":blocked": link.is_some_and(|link| link.blocked),
            ":language": link.map_or(Language::Russian, |link| link.language),
            ":now": Millis(now),
        },
    )?;
    Ok(())
}

/// Notes on every card of an account whether it has blocked the bot.
pub fn set_blocked(tx: &Transaction, chat: Chat, is_blocked: bool) -> Result<()> {
    let [id, _, blocked, _] = link_columns(chat.messenger);
    let sql = format!("UPDATE customers SET {blocked} = ?2 WHERE {id} = ?1 AND {blocked} <> ?2");
    tx.execute(&sql, (chat.id, is_blocked))?;
    Ok(())
}

/// Notes on every card of an account which language it speaks.
pub fn set_language(tx: &Transaction, chat: Chat, spoken: Language) -> Result<()> {
    let [id, _, _, language] = link_columns(chat.messenger);
    let sql = format!("UPDATE customers SET {language} = ?2 WHERE {id} = ?1 AND {language} <> ?2");
    tx.execute(&sql, (chat.id, spoken))?;
    Ok(())
}

/// Notes on every card of an account that its messenger is the one that was used last.
pub fn set_heard_on(tx: &Transaction, chat: Chat) -> Result<()> {
    let [id, ..] = link_columns(chat.messenger);
    let sql = format!("UPDATE customers SET heard_on = ?2 WHERE {id} = ?1 AND heard_on IS NOT ?2");
    tx.execute(&sql, (chat.id, chat.messenger))?;
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
