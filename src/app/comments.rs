//! What is said about tasks: by staff to each other or to the customer, and by the customer to
//! them.

use std::collections::HashSet;

use jiff::Timestamp;

use super::events;
use crate::domain::{
    Actor, Addressee, AttachmentId, Author, Channel, Comment, CommentId, CommentKind, Error, Event,
    EventKind, Message, Problem, Result, Task, TaskId,
};
use crate::store::attachments::Stored;
use crate::store::tasks::TaskRow;
use crate::store::{self, Connection, Transaction};

/// As much of a customer's words may wait for an answer, for each task.
const OPEN: usize = 50;

/// What was said about these tasks, oldest first.
pub fn of_tasks(connection: &Connection, _: &Actor, ids: &[TaskId]) -> Result<Vec<Comment>> {
    store::comments::of_tasks(connection, ids)
}

/// Those of these tasks in which a customer waits for an answer.
pub fn unanswered(connection: &Connection, _: &Actor, ids: &[TaskId]) -> Result<HashSet<TaskId>> {
    store::comments::open_of(connection, ids)
}

/// Says something about a task: to colleagues, or to the customer, who is told of it and whose own
/// words, or refusal of a price, are answered with it.
///
/// # Errors
/// [`Error::NotFound`].
pub fn add(
    tx: &Transaction,
    actor: &Actor,
    task: TaskId,
    to_customer: bool,
    text: &Message,
    now: Timestamp,
) -> Result<Comment> {
    let TaskRow {
        task: about,
        customer,
        ..
    } = about(tx, task)?;
    let kind = match to_customer {
        true => CommentKind::ToCustomer,
        false => CommentKind::Internal,
    };
    let comment = store::comments::insert_of_staff(tx, task, kind, actor.id(), text, now)?;
    if to_customer {
        store::comments::settle_of_task(tx, task, actor.id(), now)?;
        store::approvals::settle_of_task(tx, task)?;
    }
    store::tasks::touch(tx, task, now)?;
    let event = Event::CommentAdded {
        task: &about,
        comment,
        to: Addressee::of(customer.as_deref()).filter(|_| to_customer),
    };
    events::publish(tx, Author::Staff(actor.id()), &event, now)?;
    get(tx, comment)
}

/// Notes that what a task's customer said, or the price that they declined, needs no answer.
///
/// # Errors
/// [`Error::NotFound`].
pub fn settle(tx: &Transaction, actor: &Actor, task: TaskId, now: Timestamp) -> Result<TaskRow> {
    about(tx, task)?;
    let said = store::comments::settle_of_task(tx, task, actor.id(), now)? > 0;
    if store::approvals::settle_of_task(tx, task)? || said {
        let (author, event) = (Author::Staff(actor.id()), Event::CommentsSettled { task });
        events::publish(tx, author, &event, now)?;
        store::tasks::touch(tx, task, now)?;
    }
    about(tx, task)
}

/// Takes in what a customer says about a task that is theirs: whoever calls this has made sure.
///
/// # Errors
/// [`Error::Invalid`] when very much waits for an answer already.
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

/// Changes what a customer said, which waits for an answer from then on: what was answered is another
/// now. What it was stays in the history.
///
/// # Errors
/// [`Error::Invalid`] when it was changed very often since that instant.
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
        before: &comment.text,
        after: text,
    };
    events::publish(tx, Author::Customer(about.customer), &event, now)
}

/// Puts what a customer said to another task of theirs, as if they had said it there.
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

/// A file that a customer sent.
///
/// # Errors
/// [`Error::NotFound`], also as long as it isn't here.
pub fn file(connection: &Connection, _: &Actor, id: AttachmentId) -> Result<Stored> {
    store::attachments::stored(connection, id)?.ok_or(Error::NotFound)
}

fn about(tx: &Transaction, task: TaskId) -> Result<TaskRow> {
    store::tasks::get(tx, task)?.ok_or(Error::NotFound)
}

fn get(tx: &Transaction, id: CommentId) -> Result<Comment> {
    store::comments::get(tx, id)?.ok_or(Error::NotFound)
}
