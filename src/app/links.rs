//! What customers do from Telegram. Whoever writes is known by the number that Telegram vouches
//! for; what they may see hangs on the cards that this number is linked to.

use jiff::Timestamp;

use super::customers;
use crate::domain::{
    Author, Customer, CustomerId, Language, Name, Phone, Result, TelegramId, TelegramLink,
};
use crate::store::tasks::TaskRow;
use crate::store::{self, Connection, Transaction};

/// How well we know a Telegram account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Stranger,
    /// Has typed a phone, and proved nothing.
    Unverified,
    Verified,
}

pub fn standing(connection: &Connection, who: TelegramId) -> Result<Standing> {
    let cards = store::customers::by_telegram(connection, who)?;
    let verified = |card: &Customer| card.telegram.is_some_and(|link| link.verified);
    Ok(match (cards.is_empty(), cards.iter().any(verified)) {
        (true, _) => Standing::Stranger,
        (false, false) => Standing::Unverified,
        (false, true) => Standing::Verified,
    })
}

/// Links the card with a phone that the account has proved to own; makes the card if there is
/// none. Whoever was linked to it before loses it, and the account loses what it only claimed.
pub fn link(
    tx: &Transaction,
    who: TelegramId,
    phone: &Phone,
    name: Option<&Name>,
    language: Language,
    now: Timestamp,
) -> Result<()> {
    for card in store::customers::by_telegram(tx, who)? {
        if card.telegram.is_some_and(|link| !link.verified) {
            let author = Author::Customer(Some(card.id));
            customers::set_telegram(tx, author, card.id, None, now)?;
        }
    }
    let id = match store::customers::by_phone(tx, phone)? {
        Some(card) => {
            if card.telegram.is_some_and(|link| link.id != who) {
                store::outbox::delete_waiting_of_customer(tx, card.id)?;
            }
            if card.name.is_none() {
                let author = Author::Customer(Some(card.id));
                customers::set_name(tx, author, card.id, name, now)?;
            }
            card.id
        }
        None => customers::insert(tx, Author::Customer(None), phone, name, now)?,
    };
    set_link(tx, id, who, true, language, now)
}

/// Makes a card for a phone that was only typed, with a link that shows nothing until it is
/// proved. A card that exists is left alone, and an account makes one such card at most.
pub fn claim(
    tx: &Transaction,
    who: TelegramId,
    phone: &Phone,
    name: Option<&Name>,
    language: Language,
    now: Timestamp,
) -> Result<()> {
    let known = store::customers::by_phone(tx, phone)?.is_some();
    if known || standing(tx, who)? != Standing::Stranger {
        return Ok(());
    }
    let id = customers::insert(tx, Author::Customer(None), phone, name, now)?;
    set_link(tx, id, who, false, language, now)
}

fn set_link(
    tx: &Transaction,
    card: CustomerId,
    who: TelegramId,
    verified: bool,
    language: Language,
    now: Timestamp,
) -> Result<()> {
    let link = TelegramLink {
        id: who,
        verified,
        blocked: false,
        language,
    };
    let author = Author::Customer(Some(card));
    customers::set_telegram(tx, author, card, Some(&link), now)
}

/// The account has blocked the bot, or lets it in again.
pub fn set_blocked(tx: &Transaction, who: TelegramId, blocked: bool, now: Timestamp) -> Result<()> {
    store::customers::set_blocked(tx, who, blocked)?;
    match blocked {
        true => store::outbox::set_dead_of_blocked_chat(tx, who, now),
        false => Ok(()),
    }
}

/// Notes that the account wrote to us: it speaks this language, and doesn't block the bot.
pub fn heard_from(tx: &Transaction, who: TelegramId, language: Language) -> Result<()> {
    store::customers::set_blocked(tx, who, false)?;
    store::customers::set_language(tx, who, language)
}

/// How many tasks the account may see.
pub fn count(connection: &Connection, who: TelegramId) -> Result<usize> {
    store::tasks::count_of_telegram(connection, who)
}

/// Some of the tasks that the account may see, newest first.
pub fn tasks(
    connection: &Connection,
    who: TelegramId,
    skip: usize,
    limit: usize,
) -> Result<Vec<TaskRow>> {
    store::tasks::of_telegram(connection, who, skip, limit)
}
