//! Links between Telegram accounts and customers. A sender is identified by the Telegram id; what
//! they may see depends on the customers that this id is linked to.

use jiff::Timestamp;

use super::customers;
use crate::domain::{
    Author, Customer, CustomerChange, CustomerId, Language, Name, Phone, Result, TelegramId,
    TelegramLink,
};
use crate::store::tasks::TaskRow;
use crate::store::{self, Connection, Transaction};

/// Trust level of a Telegram account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Stranger,
    /// Has typed a phone, without proof.
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

/// Links the customer with a phone that the account has verified, creating the customer if there is
/// none. Replaces any previous link of the customer, and removes the account's unverified links.
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
                let (author, change) =
                    (Author::Customer(Some(card.id)), CustomerChange::named(name));
                customers::store_change(tx, author, card.id, &change, now)?;
            }
            card.id
        }
        None => customers::insert(tx, Author::Customer(None), phone, name, now)?,
    };
    set_link(tx, id, who, true, language, now)
}

/// Creates a customer for a phone that was only typed, with an unverified link that shows nothing.
/// An existing customer is left alone, and an account creates at most one such customer.
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

/// Records that the account has blocked or unblocked the bot.
pub fn set_blocked(tx: &Transaction, who: TelegramId, blocked: bool, now: Timestamp) -> Result<()> {
    store::customers::set_blocked(tx, who, blocked)?;
    match blocked {
        true => store::outbox::set_dead_of_blocked_chat(tx, who, now),
        false => Ok(()),
    }
}

/// Records that the account has sent a message: its language, and that it doesn't block the bot.
pub fn heard_from(tx: &Transaction, who: TelegramId, language: Language) -> Result<()> {
    store::customers::set_blocked(tx, who, false)?;
    store::customers::set_language(tx, who, language)
}

/// Returns the number of tasks that the account may see.
pub fn count(connection: &Connection, who: TelegramId) -> Result<usize> {
    store::tasks::count_of_telegram(connection, who)
}

/// Returns tasks that the account may see, newest first.
pub fn tasks(
    connection: &Connection,
    who: TelegramId,
    skip: usize,
    limit: usize,
) -> Result<Vec<TaskRow>> {
    store::tasks::of_telegram(connection, who, skip, limit)
}
