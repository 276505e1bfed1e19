//! Customers' messages and decisions, from a messenger or from the status page. A customer is
//! authorised by the verified phone in the messenger, or by the link of the page.

mod album;
mod edit;

use jiff::{Timestamp, ToSpan};

use super::status_links::{self, Links};
use super::{approvals, comments};
use crate::domain::{
    Approval, ApprovalId, AttachmentKind, Channel, Chat, CommentId, Customer, Enclosure, Error,
    Keeping, Message, MessageKey, Result, Task, TaskId,
};
use crate::store::messages::About;
use crate::store::tasks::TaskRow;
use crate::store::{self, Connection, Transaction};

use album::Album;
pub use album::is_to_be_answered;
pub use edit::{Changed, change};

/// Maximum number of open tasks offered for choosing.
const CHOICES: usize = 6;

/// A message from a messenger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerMessage {
    /// The messenger's name of the message, and of the message it replies to.
    pub message: MessageKey,
    pub answers: Option<MessageKey>,
    /// Shared by all parts of an album.
    pub album: Option<String>,
    pub text: Message,
    /// Attachment, with or without text.
    pub enclosure: Option<Enclosure>,
}

impl CustomerMessage {
    fn is_place(&self) -> bool {
        let enclosure = self.enclosure.as_ref();
        enclosure.is_some_and(|enclosure| enclosure.kind == AttachmentKind::Place)
    }
}

/// Result of storing a message from a messenger.
pub struct Landed {
    pub comment: CommentId,
    pub task: TaskId,
    /// Other tasks that the message may be about.
    pub others: Vec<TaskRow>,
    /// How much of the attachment is kept.
    pub keeping: Keeping,
}

/// Outcome of a message from a messenger.
pub enum Taken {
    Landed(Landed),
    /// Added to an earlier part of its album, which was confirmed.
    Joined(Landed),
    /// No reply is needed.
    Silently,
    /// There is no task that it could be about.
    Nowhere,
}

/// Stores a message from a messenger with the task of the message that it replies to; otherwise with
/// the sender's most recently changed open task, or with the one closed last while its status link
/// is valid.
///
/// # Errors
/// [`Error::Invalid`] when too many messages await a reply already.
pub fn take(
    tx: &Transaction,
    links: &Links,
    who: Chat,
    said: &CustomerMessage,
    now: Timestamp,
) -> Result<Taken> {
    match album::begin(tx, who, said, now)? {
        Album::New => {}
        Album::Refused => return Ok(Taken::Silently),
        Album::Of(comment) => return album::join(tx, who, &comment, said, now),
    }
    let (task, others) = match answered(tx, who, said)? {
        Some(task) => (task, Vec::new()),
        None => {
            let mut choices = open_tasks(tx, links, who, now)?.into_iter();
            match choices.next() {
                Some(TaskRow { task, .. }) => (task, choices.collect()),
                None => return Ok(Taken::Nowhere),
            }
        }
    };
    let (text, enclosure) = (&said.text, said.enclosure.as_ref());
    let comment = comments::answer(tx, &task, who.messenger.channel(), text, now)?;
    let keeping = enclose(tx, who, &task, comment, enclosure, now)?;
    note(tx, who, said, Some(comment), now)?;
    Ok(Taken::Landed(Landed {
        comment,
        task: task.id,
        others,
        keeping,
    }))
}

/// Stores the attachment of a message, and decides whether its file is downloaded.
fn enclose(
    tx: &Transaction,
    who: Chat,
    task: &Task,
    comment: CommentId,
    enclosure: Option<&Enclosure>,
    now: Timestamp,
) -> Result<Keeping> {
    let Some(enclosure) = enclosure else {
        return Ok(Keeping::Whole);
    };
    let within_a_day = match task.customer {
        Some(customer) => store::attachments::count_since(tx, customer, day_before(now), now)?,
        None => 0,
    };
    let keeping = enclosure.keeping(within_a_day);
    store::attachments::insert(tx, who.messenger, comment, enclosure, keeping, now)?;
    Ok(keeping)
}

fn day_before(now: Timestamp) -> Timestamp {
    now.saturating_sub(24.hours()).unwrap_or(Timestamp::MIN)
}

fn note(
    tx: &Transaction,
    who: Chat,
    said: &CustomerMessage,
    comment: Option<CommentId>,
    now: Timestamp,
) -> Result<()> {
    let about = About {
        task: None,
        comment,
        has_words: said.text != Message::wordless(),
    };
    store::messages::note(tx, who, &said.message, &about, said.album.as_deref(), now)
}

/// Returns the task of the message that this one replies to, if it is the sender's.
fn answered(tx: &Transaction, who: Chat, said: &CustomerMessage) -> Result<Option<Task>> {
    let about = match &said.answers {
        Some(message) => store::messages::about(tx, who, message)?,
        None => None,
    };
    let about = about.unwrap_or_default();
    let comment = match about.comment {
        Some(comment) => store::comments::get(tx, comment)?,
        None => None,
    };
    match comment.map(|comment| comment.task).or(about.task) {
        Some(task) => found(own(tx, who, task)),
        None => Ok(None),
    }
}

fn found<T>(result: Result<T>) -> Result<Option<T>> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(Error::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Returns the tasks that a message may be about, most likely first.
fn open_tasks(
    connection: &Connection,
    links: &Links,
    who: Chat,
    now: Timestamp,
) -> Result<Vec<TaskRow>> {
    let mut tasks = store::tasks::open_of_chat(connection, who, CHOICES)?;
    if tasks.is_empty() {
        let last = store::tasks::last_closed_of_chat(connection, who)?;
        tasks.extend(last.filter(|row| links.hold(&row.task, now)));
    }
    Ok(tasks)
}

/// Moves a message to another task of its sender. A message that was answered already stays.
/// Returns where the message is, and the other candidates.
///
/// # Errors
/// [`Error::NotFound`] for messages and tasks that aren't the sender's.
pub fn move_to(
    tx: &Transaction,
    links: &Links,
    who: Chat,
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
        keeping: Keeping::Whole,
    })
}

/// Records the decision of an account on a quote for one of its tasks; see [`approvals`].
///
/// # Errors
/// [`Error::NotFound`] for a quote that isn't the sender's.
pub fn decide(
    tx: &Transaction,
    who: Chat,
    id: ApprovalId,
    agreed: bool,
    now: Timestamp,
) -> Result<Approval> {
    let asked = store::approvals::get(tx, id)?.ok_or(Error::NotFound)?;
    let task = own(tx, who, asked.task)?;
    approvals::decide(tx, &task, id, agreed, who.messenger.channel(), now)
}

/// Returns a task if `who` is a verified account of its customer.
fn own(tx: &Transaction, who: Chat, task: TaskId) -> Result<Task> {
    let TaskRow { task, customer, .. } = store::tasks::get(tx, task)?.ok_or(Error::NotFound)?;
    let proved = |customer: &Customer| customer.link_to(who).is_some_and(|link| link.verified);
    match customer.is_some_and(|customer| proved(&customer)) {
        true => Ok(task),
        false => Err(Error::NotFound),
    }
}

/// Stores a message from the holder of a status link.
///
/// # Errors
/// [`Error::NotFound`] for an invalid link, and as for [`take`].
pub fn post(
    tx: &Transaction,
    links: &Links,
    token: &str,
    text: &Message,
    now: Timestamp,
) -> Result<CommentId> {
    let task = status_links::task(tx, links, token, now)?.task;
    comments::answer(tx, &task, Channel::Page, text, now)
}

/// Records the decision of the holder of a status link on a quote.
///
/// # Errors
/// [`Error::NotFound`] for an invalid link, and for a quote of another task.
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
