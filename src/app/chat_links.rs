//! Links between customers and their accounts on messengers. A sender is identified by the chat; what
//! they may see depends on the customers that it is linked to.

use jiff::Timestamp;

use super::{customers, routes};
use crate::domain::{
    Author, Chat, ChatLink, Customer, CustomerChange, CustomerId, Language, Name, Phone, Result,
    Shop,
};
use crate::store::tasks::TaskRow;
use crate::store::{self, Connection, Transaction};

/// Trust level of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Stranger,
    /// Has typed a phone, without proof.
    Unverified,
    Verified,
}

pub fn standing(connection: &Connection, who: Chat) -> Result<Standing> {
    let cards = store::customers::by_chat(connection, who)?;
    let verified = |card: &Customer| card.link_to(who).is_some_and(|link| link.verified);
    Ok(match (cards.is_empty(), cards.iter().any(verified)) {
        (true, _) => Standing::Stranger,
        (false, false) => Standing::Unverified,
        (false, true) => Standing::Verified,
    })
}

/// Links the customer with a phone that the account has verified, creating the customer if there is
/// none. Replaces any previous link of the customer on that messenger, and removes the account's unverified links.
pub fn link(
    tx: &Transaction,
    who: Chat,
    phone: &Phone,
    name: Option<&Name>,
    language: Language,
    now: Timestamp,
) -> Result<()> {
    for card in store::customers::by_chat(tx, who)? {
        if card.link_to(who).is_some_and(|link| !link.verified) {
            let author = Author::Customer(Some(card.id));
            customers::set_link(tx, author, card.id, who.messenger, None, now)?;
        }
    }
    let id = match store::customers::by_phone(tx, phone)? {
        Some(card) => {
            let former = card.link(who.messenger).filter(|link| link.chat != who);
            if former.is_some() && card.links().count() == 1 {
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
    set_link(tx, id, who, true, language, now)?;
    store::customers::set_heard_on(tx, who)
}

/// Creates a customer for a phone that was only typed, with an unverified link that shows nothing.
/// An existing customer is left alone, and an account creates at most one such customer.
pub fn claim(
    tx: &Transaction,
    who: Chat,
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
    who: Chat,
    verified: bool,
    language: Language,
    now: Timestamp,
) -> Result<()> {
    let link = ChatLink {
        chat: who,
        verified,
        blocked: false,
        language,
    };
    let author = Author::Customer(Some(card));
    customers::set_link(tx, author, card, who.messenger, Some(&link), now)
}

/// Records that the account has blocked or unblocked the bot. What waits for a blocked one goes by another channel, or is
/// dead.
pub fn set_blocked(
    tx: &Transaction,
    shop: &Shop,
    who: Chat,
    blocked: bool,
    now: Timestamp,
) -> Result<()> {
    store::customers::set_blocked(tx, who, blocked)?;
    if blocked {
        store::outbox::set_dead_of_blocked_chat(tx, who, now)?;
        for card in store::customers::by_chat(tx, who)? {
            routes::plan(tx, shop, &card, now)?;
        }
    }
    Ok(())
}

/// Records that the account has sent a message: its language, that it doesn't block the bot, and that its messenger is the
/// one that the customer used last.
pub fn heard_from(tx: &Transaction, who: Chat, language: Language) -> Result<()> {
    store::customers::set_blocked(tx, who, false)?;
    store::customers::set_heard_on(tx, who)?;
    store::customers::set_language(tx, who, language)
}

/// Returns the number of tasks that the account may see.
pub fn count(connection: &Connection, who: Chat) -> Result<usize> {
    store::tasks::count_of_chat(connection, who)
}

/// Returns tasks that the account may see, newest first.
pub fn tasks(
    connection: &Connection,
    who: Chat,
    skip: usize,
    limit: usize,
) -> Result<Vec<TaskRow>> {
    store::tasks::of_chat(connection, who, skip, limit)
}
