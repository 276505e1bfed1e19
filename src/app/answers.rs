//! What customers say and decide about their tasks, from Telegram or from the page of a task. In
//! Telegram the number that it vouches for is the right to that, on the page the link is.

use jiff::Timestamp;

use super::status_links::{self, Links};
use super::{approvals, comments};
use crate::domain::{
    Approval, ApprovalId, Channel, CommentId, Customer, Error, Message, Result, Task, TaskId,
    TelegramId,
};
use crate::store::tasks::TaskRow;
use crate::store::{self, Connection, Transaction};

/// Open tasks that a customer can choose between.
const CHOICES: usize = 6;

/// A message from Telegram.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    pub text: Message,
    /// What Telegram calls a picture that came with it.
    pub picture: Option<String>,
}

/// Where a message from Telegram has landed.
pub struct Landed {
    pub comment: CommentId,
    pub task: TaskId,
    /// The other tasks that it may be about.
    pub others: Vec<TaskRow>,
}

/// Lets a message from Telegram land on the open task of its sender that something happened to last,
/// or on the one that was closed last, as long as its link holds. `None` where there is no such
/// task.
///
/// # Errors
/// [`Error::Invalid`] when very much waits for an answer already.
pub fn take(
    tx: &Transaction,
    links: &Links,
    who: TelegramId,
    said: &Said,
    now: Timestamp,
) -> Result<Option<Landed>> {
    let mut choices = open_tasks(tx, links, who, now)?.into_iter();
    let Some(TaskRow { task, .. }) = choices.next() else {
        return Ok(None);
    };
    let channel = Channel::Telegram;
    let (text, picture) = (&said.text, said.picture.as_deref());
    let comment = comments::answer(tx, &task, channel, text, picture, now)?;
    let (task, others) = (task.id, choices.collect());
    Ok(Some(Landed {
        comment,
        task,
        others,
    }))
}

/// The tasks that a message may be about, the likeliest first.
fn open_tasks(
    connection: &Connection,
    links: &Links,
    who: TelegramId,
    now: Timestamp,
) -> Result<Vec<TaskRow>> {
    let mut tasks = store::tasks::open_of_telegram(connection, who, CHOICES)?;
    if tasks.is_empty() {
        let last = store::tasks::last_closed_of_telegram(connection, who)?;
        tasks.extend(last.filter(|row| links.hold(&row.task, now)));
    }
    Ok(tasks)
}

/// Puts a message that its sender sees on the wrong task to another one of theirs. Once it has been
/// answered it stays where it is. Returns where it is, and where else it might be.
///
/// # Errors
/// [`Error::NotFound`] for messages and tasks that aren't the sender's.
pub fn move_to(
    tx: &Transaction,
    links: &Links,
    who: TelegramId,
    id: CommentId,
    to: TaskId,
    now: Timestamp,
) -> Result<Landed> {
    let comment = store::comments::get(tx, id)?.ok_or(Error::NotFound)?;
    own(tx, who, comment.task)?;
    let target = own(tx, who, to)?;
    let task = match comment.is_open() && comment.task != to {
        true => {
            comments::move_to(tx, &comment, &target, now)?;
            to
        }
        false => comment.task,
    };
    let mut others = open_tasks(tx, links, who, now)?;
    others.retain(|row| row.task.id != task);
    Ok(Landed {
        comment: id,
        task,
        others,
    })
}

/// What a Telegram account answers to a question about one of its tasks; see
/// [`approvals`].
///
/// # Errors
/// [`Error::NotFound`] for a question that isn't theirs.
pub fn decide(
    tx: &Transaction,
    who: TelegramId,
    id: ApprovalId,
    agreed: bool,
    now: Timestamp,
) -> Result<Approval> {
    let asked = store::approvals::get(tx, id)?.ok_or(Error::NotFound)?;
    let task = own(tx, who, asked.task)?;
    approvals::decide(tx, &task, id, agreed, Channel::Telegram, now)
}

/// A task whose customer has proved to have this Telegram account.
fn own(tx: &Transaction, who: TelegramId, task: TaskId) -> Result<Task> {
    let TaskRow { task, customer, .. } = store::tasks::get(tx, task)?.ok_or(Error::NotFound)?;
    let proved = |customer: &Customer| {
        let link = customer.telegram.filter(|link| link.verified);
        link.is_some_and(|link| link.id == who)
    };
    match customer.is_some_and(|customer| proved(&customer)) {
        true => Ok(task),
        false => Err(Error::NotFound),
    }
}

/// What the holder of a link says about its task.
///
/// # Errors
/// [`Error::NotFound`] for a link that leads nowhere, and as for [`take`].
pub fn say(
    tx: &Transaction,
    links: &Links,
    token: &str,
    text: &Message,
    now: Timestamp,
) -> Result<CommentId> {
    let task = status_links::task(tx, links, token, now)?.task;
    comments::answer(tx, &task, Channel::Page, text, None, now)
}

/// What the holder of a link answers to a question about its task.
///
/// # Errors
/// [`Error::NotFound`] for a link that leads nowhere, and for a question about another task.
pub fn decide_on_page(
    tx: &Transaction,
    links: &Links,
    token: &str,
    id: ApprovalId,
    agreed: bool,
    now: Timestamp,
) -> Result<Approval> {
    let task = status_links::task(tx, links, token, now)?.task;
    approvals::decide(tx, &task, id, agreed, Channel::Page, now)
}
