//! Comments on tasks: internal notes, messages to the customer, and the customer's messages.

use std::collections::HashSet;

use jiff::Timestamp;

use super::events;
use crate::domain::{
    Actor, Addressee, AttachmentId, Author, Channel, Comment, CommentId, CommentKind, Error, Event,
    EventKind, Message, NewFile, Problem, Purpose, Result, Routing, Task, TaskId,
};
use crate::store::attachments::Stored;
use crate::store::tasks::TaskRow;
use crate::store::{self, Connection, Transaction};

/// Maximum number of a customer's messages awaiting a reply, per task.
const OPEN: usize = 50;

/// Returns the comments on these tasks, oldest first.
pub fn of_tasks(connection: &Connection, _: &Actor, ids: &[TaskId]) -> Result<Vec<Comment>> {
    store::comments::of_tasks(connection, ids)
}

/// Returns those of these tasks in which a customer awaits a reply.
pub fn unanswered(connection: &Connection, _: &Actor, ids: &[TaskId]) -> Result<HashSet<TaskId>> {
    store::comments::open_of(connection, ids)
}

/// Adds an internal note, or a message to the customer, who is notified. A message to the customer
/// also settles their open messages and a declined quote.
///
/// # Errors
/// [`Error::NotFound`].
pub fn add(
    tx: &Transaction,
    actor: &Actor,
    task: TaskId,
    shared: Option<&Routing>,
    text: &Message,
    now: Timestamp,
) -> Result<Comment> {
    let TaskRow {
        task: about,
        customer,
        ..
    } = about(tx, task)?;
    let kind = match shared {
        Some(_) => CommentKind::ToCustomer,
        None => CommentKind::Internal,
    };
    let comment = store::comments::insert_of_staff(tx, task, kind, actor.id(), text, now)?;
    if shared.is_some() {
        store::comments::settle_of_task(tx, task, actor.id(), now)?;
        store::approvals::settle_of_task(tx, task)?;
        store::outbox::notice_of_task(tx, task)?;
    }
    store::tasks::touch(tx, task, now)?;
    let to = |routing| Addressee::of(customer.as_deref(), Purpose::Message, routing);
    let event = Event::CommentAdded {
        task: &about,
        comment,
        to: shared.and_then(to),
    };
    events::publish(tx, Author::Staff(actor.id()), &event, now)?;
    stored(tx, comment)
}

/// Adds an internal note with files, or a message to the customer, who sees them on the status page.
///
/// # Errors
/// As for [`add`].
pub fn add_files(
    tx: &Transaction,
    actor: &Actor,
    task: TaskId,
    shared: Option<&Routing>,
    (text, files): (&Message, &[NewFile]),
    now: Timestamp,
) -> Result<Comment> {
    let comment = add(tx, actor, task, shared, text, now)?;
    for file in files {
        store::attachments::insert_here(tx, comment.id, file, now)?;
    }
    stored(tx, comment.id)
}

/// Marks a customer's open messages, their decision on a quote, and messages that didn't reach them as needing no answer.
///
/// # Errors
/// [`Error::NotFound`].
pub fn settle(tx: &Transaction, actor: &Actor, task: TaskId, now: Timestamp) -> Result<TaskRow> {
    about(tx, task)?;
    let said = store::comments::settle_of_task(tx, task, actor.id(), now)? > 0;
    let decided = store::approvals::settle_of_task(tx, task)?;
    if store::outbox::notice_of_task(tx, task)? || decided || said {
        let (author, event) = (Author::Staff(actor.id()), Event::CommentsSettled { task });
        events::publish(tx, author, &event, now)?;
        store::tasks::touch(tx, task, now)?;
    }
    about(tx, task)
}

/// Stores a customer's message; the caller has verified that the task is theirs.
///
/// # Errors
/// [`Error::Invalid`] when too many messages await a reply already.
pub(super) fn answer(
    tx: &Transaction,
    about: &Task,
    channel: Channel,
    text: &Message,
    now: Timestamp,
) -> Result<CommentId> {
    let (task, customer) = (about.id, about.customer);
    if store::comments::count_open(tx, task)? >= OPEN {
        return Err(Problem::TooManyAnswers { max: OPEN }.at("text").into());
    }
    let comment = store::comments::insert_of_customer(tx, task, customer, channel, text, now)?;
    store::tasks::touch(tx, task, now)?;
    let (author, task) = (Author::Customer(customer), about);
    events::publish(tx, author, &Event::AnswerReceived { task, comment }, now)?;
    Ok(comment)
}

/// Updates a customer's message, which then awaits a reply again, since a reply to the old text may
/// not fit. The old text stays in the history.
///
/// # Errors
/// [`Error::Invalid`] when messages were edited too often since `since`.
pub(super) fn change(
    tx: &Transaction,
    about: &Task,
    comment: &Comment,
    text: &Message,
    since: Timestamp,
    now: Timestamp,
) -> Result<()> {
    let kind = EventKind::Edited;
    if store::history::count_since(tx, about.id, kind, since, now)? >= OPEN {
        return Err(Problem::TooManyAnswers { max: OPEN }.at("text").into());
    }
    store::comments::set_text(tx, comment.id, text)?;
    store::tasks::touch(tx, about.id, now)?;
    let event = Event::AnswerChanged {
        task: about,
        comment: comment.id,
        before: &comment.text,
        after: text,
    };
    events::publish(tx, Author::Customer(about.customer), &event, now)
}

/// Moves a customer's message to another of their tasks.
pub(super) fn move_to(
    tx: &Transaction,
    comment: &Comment,
    about: &Task,
    now: Timestamp,
) -> Result<()> {
    store::comments::set_task(tx, comment.id, about.id)?;
    store::tasks::touch(tx, comment.task, now)?;
    store::tasks::touch(tx, about.id, now)?;
    let event = Event::AnswerMoved {
        from: comment.task,
        task: about,
        comment: comment.id,
    };
    events::publish(tx, Author::Customer(about.customer), &event, now)
}

/// Returns the file of an attachment.
///
/// # Errors
/// [`Error::NotFound`], also while it isn't downloaded.
pub fn file(connection: &Connection, _: &Actor, id: AttachmentId) -> Result<Stored> {
    store::attachments::stored(connection, id)?.ok_or(Error::NotFound)
}

fn about(tx: &Transaction, task: TaskId) -> Result<TaskRow> {
    store::tasks::get(tx, task)?.ok_or(Error::NotFound)
}

/// # Errors
/// [`Error::NotFound`].
pub fn get(connection: &Connection, _: &Actor, id: CommentId) -> Result<Comment> {
    stored(connection, id)
}

fn stored(connection: &Connection, id: CommentId) -> Result<Comment> {
    store::comments::get(connection, id)?.ok_or(Error::NotFound)
}
