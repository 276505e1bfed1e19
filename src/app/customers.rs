//! Staff operations on customers.

use jiff::Timestamp;

use super::{Desk, events, routes};
use crate::domain::{
    Actor, AuditAction, Author, Chat, ChatLink, Conflict, Customer, CustomerChange, CustomerId,
    Error, Event, Language, Messenger, Name, Owner, Phone, Problem, Result, Shop, Span, Tracked,
    fold,
};
use crate::store::customers::Search;
use crate::store::tasks::TaskRow;
use crate::store::{self, Connection, Transaction};

/// # Errors
/// [`Error::NotFound`].
pub fn get(connection: &Connection, _: &Actor, id: CustomerId) -> Result<Customer> {
    store::customers::get(connection, id)?.ok_or(Error::NotFound)
}

/// Returns a span of the customers that match a search.
pub fn page(
    connection: &Connection,
    _: &Actor,
    search: &Search,
    span: Span<CustomerId>,
) -> Result<Vec<Customer>> {
    store::customers::page(connection, search, span)
}

/// Returns a span of the customers that match a search, with their places in the order of changes, the longest unchanged
/// first.
pub fn page_by_change(
    connection: &Connection,
    _: &Actor,
    search: &Search,
    span: Span<i64>,
) -> Result<Vec<(Customer, i64)>> {
    store::customers::page_by_change(connection, search, span)
}

pub fn count(connection: &Connection, _: &Actor, search: &Search) -> Result<i64> {
    store::customers::count(connection, search)
}

/// Parses a search query: digits are matched with phones, any text with names.
pub fn search(text: &str) -> Search {
    let text = fold(text);
    let text = text.trim();
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let is_phone = digits.len() >= 2 && !text.chars().any(char::is_alphabetic);
    // "8 900 …" and "+7 900 …" are the same number; what follows the prefix matches both.
    let digits = match digits.strip_prefix('8') {
        Some(rest) if rest.len() >= 3 => rest.to_owned(),
        _ => digits,
    };
    Search {
        updated_since: None,
        text: (!text.is_empty()).then(|| text.to_owned()),
        digits: is_phone.then_some(digits),
    }
}

/// Returns the tasks of these customers, oldest first.
pub fn tasks(connection: &Connection, _: &Actor, ids: &[CustomerId]) -> Result<Vec<TaskRow>> {
    store::tasks::of_customers(connection, ids)
}

/// Returns the customer with that phone, if there is one.
pub fn by_phone(connection: &Connection, _: &Actor, phone: &Phone) -> Result<Option<Customer>> {
    store::customers::by_phone(connection, phone)
}

/// Returns the customer with that phone, created if there is none. The name is set only if the
/// customer has none.
pub(super) fn find_or_create(
    tx: &Transaction,
    author: Author,
    phone: &Phone,
    name: Option<&Name>,
    now: Timestamp,
) -> Result<CustomerId> {
    match store::customers::by_phone(tx, phone)? {
        Some(customer) => {
            if customer.name.is_none() && name.is_some() {
                let change = CustomerChange::named(name);
                store_change(tx, author, customer.id, &change, now)?;
            }
            Ok(customer.id)
        }
        None => insert(tx, author, phone, name, now),
    }
}

/// Creates a customer, and publishes that.
pub(super) fn insert(
    tx: &Transaction,
    author: Author,
    phone: &Phone,
    name: Option<&Name>,
    now: Timestamp,
) -> Result<CustomerId> {
    let id = store::customers::insert(tx, phone, name, now)?;
    events::publish(tx, author, &Event::CustomerCreated { id }, now)?;
    Ok(id)
}

/// Updates the fields that a change has, and publishes the change if there are any.
pub(super) fn store_change(
    tx: &Transaction,
    author: Author,
    id: CustomerId,
    change: &CustomerChange,
    now: Timestamp,
) -> Result<()> {
    let before = stored(tx, id)?;
    store::customers::update(tx, id, change, now)?;
    publish_change(tx, author, &before, now)
}

fn stored(tx: &Transaction, id: CustomerId) -> Result<Customer> {
    store::customers::get(tx, id)?.ok_or(Error::NotFound)
}

/// Publishes what of a card has changed since `before`, if anything has.
fn publish_change(
    tx: &Transaction,
    author: Author,
    before: &Customer,
    now: Timestamp,
) -> Result<()> {
    let id = before.id;
    let changed = stored(tx, id)?.changed_since(before);
    match changed.is_empty() {
        true => Ok(()),
        false => events::publish(tx, author, &Event::CustomerUpdated { id, changed }, now),
    }
}

/// Links a customer to an account on a messenger or removes the link, and publishes that.
pub(super) fn set_link(
    tx: &Transaction,
    author: Author,
    id: CustomerId,
    messenger: Messenger,
    link: Option<&ChatLink>,
    now: Timestamp,
) -> Result<()> {
    let before = stored(tx, id)?;
    replace_link(tx, &before, messenger, link, now)?;
    publish_change(tx, author, &before, now)
}

/// Replaces the link of a customer on a messenger, and keeps the order of the person's messages.
pub(super) fn replace_link(
    tx: &Transaction,
    customer: &Customer,
    messenger: Messenger,
    link: Option<&ChatLink>,
    now: Timestamp,
) -> Result<()> {
    store::customers::set_link(tx, customer.id, messenger, link, now)?;
    let chats = [customer.link(messenger), link];
    for link in chats.into_iter().flatten() {
        store::outbox::regroup_chat(tx, link.chat)?;
    }
    store::outbox::regroup_customer(tx, customer.id)
}

/// Creates a customer.
///
/// # Errors
/// [`Conflict::PhoneTaken`] when a customer has that phone, in whatever spelling.
pub fn create(
    tx: &Transaction,
    shop: &Shop,
    actor: &Actor,
    phone: &Phone,
    change: &CustomerChange,
    now: Timestamp,
) -> Result<Customer> {
    if let Some(taken) = store::customers::by_phone(tx, phone)? {
        return Err(Conflict::PhoneTaken { customer: taken.id }.into());
    }
    insert(tx, Author::Staff(actor.id()), phone, None, now)?;
    update(tx, shop, actor, phone, None, change, now)
}

/// Corrects the phone of a customer who was registered under a wrong one.
///
/// # Errors
/// [`Error::NotFound`]; [`Conflict::PhoneTaken`] when another customer has the phone, and
/// [`Conflict::PhoneCorrected`] when the customer's is no longer the `expected` one.
pub fn correct_phone(
    tx: &Transaction,
    actor: &Actor,
    id: CustomerId,
    phone: &Phone,
    expected: Option<&Phone>,
    now: Timestamp,
) -> Result<Customer> {
    let customer = get(tx, actor, id)?;
    if expected.is_some_and(|expected| expected.e164() != customer.phone.e164()) {
        return Err(Conflict::PhoneCorrected.into());
    }
    set_phone(tx, actor, &customer, phone, now)?;
    get(tx, actor, id)
}

/// Replaces a phone. Another number drops the accounts on messengers: they belong to whoever had the
/// former one. Another spelling of the same number keeps it.
fn set_phone(
    tx: &Transaction,
    actor: &Actor,
    customer: &Customer,
    phone: &Phone,
    now: Timestamp,
) -> Result<()> {
    if *phone == customer.phone {
        return Ok(());
    }
    let known = store::customers::by_phone(tx, phone)?;
    if let Some(taken) = known.filter(|known| known.id != customer.id) {
        return Err(Conflict::PhoneTaken { customer: taken.id }.into());
    }
    let before = stored(tx, customer.id)?;
    store::customers::set_phone(tx, customer.id, phone, now)?;
    if phone.e164() != customer.phone.e164() {
        leave_chats(tx, customer, now)?;
        let (action, subject) = (AuditAction::PhoneCorrected, customer.id.to_string());
        // Without the phones: an erasure must not have to look for them here.
        store::audit::insert(tx, actor.id(), action, &subject, [None, None], now)?;
    }
    publish_change(tx, Author::Staff(actor.id()), &before, now)
}

/// Removes the links of a customer to chats that are somebody else's, with everything that waits to
/// be said about the customer there, the bot's replies included.
pub(super) fn leave_chats(tx: &Transaction, customer: &Customer, now: Timestamp) -> Result<()> {
    for link in customer.links() {
        leave_chat(tx, customer, link.chat, now)?;
    }
    Ok(())
}

/// Removes one of those links.
pub(super) fn leave_chat(
    tx: &Transaction,
    customer: &Customer,
    chat: Chat,
    now: Timestamp,
) -> Result<()> {
    store::outbox::delete_waiting_of_customer(tx, customer.id)?;
    store::outbox::delete_unsent_replies(tx, chat)?;
    replace_link(tx, customer, chat.messenger, None, now)?;
    match store::customers::by_chat(tx, chat)?.is_empty() {
        true => store::messages::delete_of_chat(tx, chat),
        false => Ok(()),
    }
}

/// Changes the customer with that phone. A Telegram account entered by staff receives nothing until
/// it is verified.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] when `id` is given and belongs to another customer.
pub fn update(
    tx: &Transaction,
    shop: &Shop,
    actor: &Actor,
    phone: &Phone,
    id: Option<CustomerId>,
    change: &CustomerChange,
    now: Timestamp,
) -> Result<Customer> {
    let customer = store::customers::by_phone(tx, phone)?.ok_or(Error::NotFound)?;
    if id.is_some_and(|id| id != customer.id) {
        return Err(Problem::CustomerOfAnotherPhone.at("id").into());
    }
    let author = Author::Staff(actor.id());
    store_change(tx, author, customer.id, change, now)?;
    if let Some(phone) = &change.phone {
        set_phone(tx, actor, &customer, phone, now)?;
    }
    if let Some(chat) = change.telegram_id.map(Chat::from)
        && customer.link_to(chat).is_none()
    {
        store::outbox::delete_waiting_of_customer(tx, customer.id)?;
        let link = unverified(chat, shop.language);
        set_link(tx, author, customer.id, chat.messenger, Some(&link), now)?;
    }
    get(tx, actor, customer.id)
}

fn unverified(chat: Chat, language: Language) -> ChatLink {
    ChatLink {
        chat,
        verified: false,
        blocked: false,
        language,
    }
}

/// Deletes a customer: personal data disappears from every table and from the outbox. The tasks
/// stay without a customer, and record that in their history.
///
/// # Errors
/// [`Error::NotFound`].
pub fn delete(tx: &Transaction, actor: &Actor, phone: &Phone, now: Timestamp) -> Result<Customer> {
    let customer = store::customers::by_phone(tx, phone)?.ok_or(Error::NotFound)?;
    remove(tx, Author::Staff(actor.id()), customer, now)
}

/// Erases a person completely: the customer, and the texts of their tasks and histories, which may
/// be about them too. Nothing remains in the database file or its write-ahead log.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn erase(desk: &Desk, owner: Owner, phone: Phone) -> Result<Customer> {
    let now = desk.clock.now();
    let work = move |tx: &Transaction<'_>| {
        let customer = store::customers::by_phone(tx, &phone)?.ok_or(Error::NotFound)?;
        store::history::erase_of_customer(tx, customer.id)?;
        store::tasks::erase_of_customer(tx, customer.id)?;
        store::details::erase_of_customer(tx, customer.id)?;
        store::lines::erase_of_customer(tx, customer.id)?;
        store::payments::erase_of_customer(tx, customer.id)?;
        store::comments::erase_of_customer(tx, customer.id)?;
        store::approvals::erase_of_customer(tx, customer.id)?;
        store::lines::erase_of_customer(tx, customer.id)?;
        store::payments::erase_of_customer(tx, customer.id)?;
        store::attachments::erase_of_customer(tx, customer.id)?;
        remove(tx, Author::Staff(owner.id()), customer, now)
    };
    let customer = desk.db.write(work).await?;
    desk.db.scrub().await?;
    Ok(customer)
}

fn remove(
    tx: &Transaction,
    author: Author,
    customer: Customer,
    now: Timestamp,
) -> Result<Customer> {
    let (id, tasks) = (
        customer.id,
        store::tasks::touch_of_customer(tx, customer.id, now)?,
    );
    events::publish(tx, author, &Event::CustomerDeleted { id, tasks }, now)?;
    store::status_links::end_of(tx, id)?;
    store::outbox::delete_of_customer(tx, id)?;
    store::customers::delete(tx, id)?;
    store::changes::deleted(tx, Tracked::Customer(id), now)?;
    for ChatLink { chat, .. } in customer.links() {
        if store::customers::by_chat(tx, *chat)?.is_empty() {
            store::outbox::delete_of_chat(tx, *chat)?;
            store::messages::delete_of_chat(tx, *chat)?;
        }
    }
    Ok(customer)
}

/// Verifies a customer's account on a messenger, which receives notices from then on.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] when the customer has no account there to verify.
pub fn confirm_account(
    tx: &Transaction,
    actor: &Actor,
    id: CustomerId,
    messenger: Messenger,
    now: Timestamp,
) -> Result<Customer> {
    let customer = get(tx, actor, id)?;
    let link = customer.link(messenger).copied();
    let mut link = link.ok_or(Problem::NothingToConfirm.at("customerId"))?;
    link.verified = true;
    let author = Author::Staff(actor.id());
    set_link(tx, author, id, messenger, Some(&link), now)?;
    get(tx, actor, id)
}

/// Unlinks a customer's account on a messenger. What waits goes by another channel, or is deleted.
///
/// # Errors
/// [`Error::NotFound`].
pub fn unlink_account(
    tx: &Transaction,
    shop: &Shop,
    actor: &Actor,
    id: CustomerId,
    messenger: Messenger,
    now: Timestamp,
) -> Result<Customer> {
    get(tx, actor, id)?;
    set_link(tx, Author::Staff(actor.id()), id, messenger, None, now)?;
    let customer = get(tx, actor, id)?;
    match customer.links().any(ChatLink::reachable) {
        true => routes::plan(tx, shop, &customer, now)?,
        false => store::outbox::delete_waiting_of_customer(tx, id)?,
    }
    Ok(customer)
}
