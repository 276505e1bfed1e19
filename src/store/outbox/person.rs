//! Whose messages keep their order: all that go to one person, by whatever channel.

use rusqlite::OptionalExtension;

use crate::domain::{Chat, CustomerId, Result};
use crate::store::customers::link_columns;
use crate::store::{Connection, Transaction};

/// Returns the person of a customer: cards with the same account are one person's.
pub(super) fn of_customer(connection: &Connection, customer: CustomerId) -> Result<String> {
    let mut statement = connection.prepare_cached(
        "SELECT 'C' || min(other.id) FROM customers AS c JOIN customers AS other
             ON other.id = c.id OR other.telegram_id = c.telegram_id OR other.max_id = c.max_id
         WHERE c.id = ?1",
    )?;
    Ok(statement.query_row([customer], |row| row.get(0))?)
}

/// Returns the person of a chat, with or without a card.
pub(super) fn of_chat(connection: &Connection, chat: Chat) -> Result<String> {
    let [id, ..] = link_columns(chat.messenger);
    let sql = format!("SELECT id FROM customers WHERE {id} = ?1 ORDER BY id LIMIT 1");
    let mut statement = connection.prepare_cached(&sql)?;
    let card = statement
        .query_row([chat.id], |row| row.get(0))
        .optional()?;
    match card {
        Some(card) => of_customer(connection, card),
        None => Ok(format!("{}{}", chat.messenger.word(), chat.id)),
    }
}

/// Groups the waiting messages of a chat anew, after it was linked to a card or left one.
pub fn regroup_chat(tx: &Transaction, chat: Chat) -> Result<()> {
    let person = of_chat(tx, chat)?;
    tx.prepare_cached(
        "UPDATE outbox SET person = ?3
         WHERE chat_id = ?1 AND channel = ?2 AND state IN ('WAITING', 'SENDING') AND person <> ?3",
    )?
    .execute((chat.id, chat.messenger.channel(), person))?;
    Ok(())
}

/// Groups the waiting messages of a customer anew, after an account was linked to the card or left it.
pub fn regroup_customer(tx: &Transaction, customer: CustomerId) -> Result<()> {
    let person = of_customer(tx, customer)?;
    tx.prepare_cached(
        "UPDATE outbox SET person = ?2
         WHERE customer_id = ?1 AND state IN ('WAITING', 'SENDING') AND person <> ?2",
    )?
    .execute((customer, person))?;
    Ok(())
}
