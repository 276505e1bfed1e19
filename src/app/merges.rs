//! Two cards of one person become one, which can be undone for a day. Every employee may do both, as they edit cards.
//!
//! The tasks of the other card move as they do to another customer ([`task_customers`](super::task_customers)), but for
//! their status links: the papers are in the same hands.

use jiff::Timestamp;

use super::{customers, events, tasks};
use crate::domain::{
    Actor, AuditAction, Author, CardField, Conflict, Customer, CustomerId, Error, Event, MergeId,
    Merged, MergedCards, Messenger, Notes, Phone, Problem, Result, TaskId, Tracked, UNDO_MERGE,
    taken_over,
};
use crate::store::{self, Connection, Transaction};

/// Returns the merges into a card that can be undone, newest first.
pub fn of_customer(
    connection: &Connection,
    _: &Actor,
    kept: CustomerId,
    now: Timestamp,
) -> Result<Vec<Merged>> {
    store::merges::of_customer(connection, kept, earliest(now))
}

/// Merges a card into another one: tasks, conversations and the Telegram account move, unless the kept card has an account
/// of its own; nothing more goes to the other chat then. `label` names the fields that go into the note.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] for a card and itself.
pub fn merge(
    tx: &Transaction,
    actor: &Actor,
    keep: CustomerId,
    other: CustomerId,
    label: impl Fn(&'static str) -> String,
    now: Timestamp,
) -> Result<(Customer, Merged)> {
    if keep == other {
        return Err(Problem::SameCustomer.at("otherId").into());
    }
    let kept = customers::get(tx, actor, keep)?;
    let gone = customers::get(tx, actor, other)?;
    let moved = store::tasks::of_customers(tx, &[other])?;
    let moved: Vec<TaskId> = moved.iter().map(|row| row.task.id).collect();
    let change = taken_over(&kept, &gone, label)?;
    let gives = |messenger| kept.link(messenger).is_none() && gone.link(messenger).is_some();
    let mut cards = MergedCards {
        other: other.get(),
        phone: gone.phone.e164().to_owned(),
        name: gone.get(CardField::Name).to_owned(),
        card: store::merges::card(tx, other)?,
        tasks: moved.iter().map(|id| id.get()).collect(),
        rows: store::merges::rows_of(tx, other)?,
        gave_telegram: gives(Messenger::Telegram),
        gave_max: gives(Messenger::Max),
        fields: Vec::new(),
    };
    for link in gone.links() {
        let messenger = link.chat.messenger;
        match gives(messenger) {
            true => customers::replace_link(tx, &kept, messenger, Some(link), now)?,
            false => customers::leave_chat(tx, &gone, link.chat, now)?,
        }
    }
    for id in moved {
        give(tx, actor, id, keep, now)?;
    }
    store::merges::move_rows(tx, &cards.rows, other, keep)?;
    let author = Author::Staff(actor.id());
    let event = Event::CustomerDeleted {
        id: other,
        tasks: Vec::new(),
    };
    events::publish(tx, author, &event, now)?;
    store::customers::delete(tx, other)?;
    store::changes::deleted(tx, Tracked::Customer(other), now)?;
    store::customers::update(tx, keep, &change, now)?;
    let after = customers::get(tx, actor, keep)?;
    let event = Event::CustomerUpdated {
        id: keep,
        changed: after.changed_since(&kept),
    };
    events::publish(tx, author, &event, now)?;
    let changed = CardField::ALL
        .iter()
        .filter(|field| kept.get(**field) != after.get(**field));
    cards.fields = changed
        .map(|field| {
            let [before, after] = [&kept, &after].map(|card| card.get(*field).to_owned());
            (field.name().to_owned(), before, after)
        })
        .collect();
    let id = store::merges::insert(tx, keep, &cards, now)?;
    audit(tx, actor, AuditAction::CustomersMerged, keep, other, now)?;
    let merged = store::merges::get(tx, id)?.ok_or(Error::NotFound)?;
    Ok((after, merged))
}

/// Undoes a merge: the other card is back with its number, its phone and its Telegram account, and with those of its tasks
/// that are still the kept card's. Returns the kept card and the other one.
///
/// # Errors
/// [`Error::NotFound`] after a day or when it was undone; [`Conflict::PhoneTaken`] when another card has the phone now.
pub fn undo(
    tx: &Transaction,
    actor: &Actor,
    id: MergeId,
    now: Timestamp,
) -> Result<(Customer, Customer)> {
    let merged = store::merges::get(tx, id)?.ok_or(Error::NotFound)?;
    if merged.at <= earliest(now) {
        return Err(Error::NotFound);
    }
    let (keep, cards) = (merged.kept, &merged.cards);
    let other = CustomerId::from_row(cards.other);
    let kept = customers::get(tx, actor, keep)?;
    let phone = Phone::from_row(cards.phone.clone(), cards.phone.clone());
    if let Some(taken) = store::customers::by_phone(tx, &phone)? {
        return Err(Conflict::PhoneTaken { customer: taken.id }.into());
    }
    store::merges::insert_card(tx, &cards.card)?;
    let back = customers::get(tx, actor, other)?;
    for link in back.links() {
        if cards.gave(link.chat.messenger) && kept.link_to(link.chat).is_some() {
            store::outbox::delete_waiting_of_customer(tx, keep)?;
            customers::replace_link(tx, &kept, link.chat.messenger, None, now)?;
        }
    }
    for task in cards.tasks.iter().copied().map(TaskId::from_row) {
        let row = store::tasks::get(tx, task)?;
        if row.is_some_and(|row| row.task.customer == Some(keep)) {
            store::outbox::delete_unsent_of_task(tx, task)?;
            give(tx, actor, task, other, now)?;
        }
    }
    store::merges::move_rows(tx, &cards.rows, keep, other)?;
    store::customers::update(tx, keep, &cards.taken_back(&kept)?, now)?;
    let after = customers::get(tx, actor, keep)?;
    let author = Author::Staff(actor.id());
    let changed = after.changed_since(&kept);
    for event in [
        Event::CustomerCreated { id: other },
        Event::CustomerUpdated { id: keep, changed },
    ] {
        events::publish(tx, author, &event, now)?;
    }
    store::merges::delete(tx, id)?;
    audit(tx, actor, AuditAction::MergeUndone, keep, other, now)?;
    Ok((after, back))
}

/// Gives a task to a customer, with its history row and the new version.
fn give(tx: &Transaction, actor: &Actor, id: TaskId, to: CustomerId, now: Timestamp) -> Result<()> {
    let before = tasks::get(tx, actor, id)?.task;
    let mut after = before.clone();
    after.customer = Some(to);
    store::tasks::update(tx, &before, &mut after, now)?;
    let event = Event::TaskCustomerChanged {
        before: &before,
        after: &after,
        notes: Notes::default(),
    };
    events::publish(tx, Author::Staff(actor.id()), &event, now)
}

fn audit(
    tx: &Transaction,
    actor: &Actor,
    action: AuditAction,
    keep: CustomerId,
    other: CustomerId,
    now: Timestamp,
) -> Result<()> {
    let (keep, other) = (keep.to_string(), other.to_string());
    store::audit::insert(tx, actor.id(), action, &keep, [Some(&other), None], now)
}

/// Returns the instant after which a merge can be undone.
/// Returns whether there is a merge that can't be undone any more.
pub fn has_ended(connection: &Connection, now: Timestamp) -> Result<bool> {
    store::merges::any_until(connection, earliest(now))
}

/// Forgets the merges that can't be undone any more, with the copies of the cards.
pub fn forget(tx: &Transaction, now: Timestamp) -> Result<()> {
    store::merges::delete_until(tx, earliest(now))
}

fn earliest(now: Timestamp) -> Timestamp {
    now.saturating_sub(UNDO_MERGE).unwrap_or(now)
}
