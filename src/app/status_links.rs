//! Status links, by which customers follow their tasks without signing in. The holder of a link
//! sees exactly what is in [`Followed`].

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::stream::{self, Stream, StreamExt};
use hmac::{Hmac, Mac};
use jiff::Timestamp;
use sha2::Sha256;
use tokio::sync::broadcast;

use super::security::{link_key::LinkKey, secrets};
use super::{Desk, tasks};
use crate::domain::{
    Actor, Approval, AttachmentId, Comment, CommentKind, Day, Error, EventKind, Line, Money,
    PublicUrl, Result, Stage, Status, Task, TaskEvent, TaskId, keep_shared,
};
use crate::store::attachments::Stored;
use crate::store::tasks::TaskRow;
use crate::store::{self, Connection, TaskChanged, Transaction};

/// Length of a link's token in bytes: 144 unguessable bits.
const TOKEN: usize = 18;
/// What stands in place of a token in a preview: as long as one, and none.
const SAMPLE: &str = "only-a-preview-no-repair";

/// Creates links, and decides about their validity.
#[derive(Clone)]
pub struct Links {
    key: Hmac<Sha256>,
    /// Validity of a link after the task is closed.
    after_end: Duration,
    public_url: PublicUrl,
}

/// The part of a task that the holder of a link sees.
pub struct Followed {
    pub id: TaskId,
    pub stage: Arc<Stage>,
    /// Time of entering the stage.
    pub since: Timestamp,
    /// Past statuses with their times, newest first.
    pub statuses: Vec<(Status, Timestamp)>,
    pub device: String,
    pub due: Option<Day>,
    pub estimate: Option<Money>,
    pub price: Option<Money>,
    pub paid: Option<Money>,
    pub to_pay: Option<Money>,
    pub lines: Vec<Line>,
    pub discount: Money,
    /// Enough for the customer to recognise it.
    pub masked_phone: Option<String>,
    /// Messages between the shop and the customer, oldest first.
    pub comments: Vec<Comment>,
    /// Id of the task's newest history row; a different value means that something has changed.
    pub seen: i64,
    /// The newest quote, unless it was withdrawn.
    pub approval: Option<Approval>,
}

impl Links {
    /// Creates links that are valid for so long after the end of a task.
    pub fn new(key: &LinkKey, after_end: Duration, public_url: PublicUrl) -> Self {
        Self {
            key: key.mac(),
            after_end,
            public_url,
        }
    }

    /// Returns whether a task's link, if there is one, is still valid.
    pub fn hold(&self, task: &Task, now: Timestamp) -> bool {
        self.end(task.closed).is_none_or(|end| now < end)
    }

    /// Returns when a task's link expires; `None` while the task isn't closed.
    fn end(&self, closed: Option<Timestamp>) -> Option<Timestamp> {
        let after = |closed: Timestamp| closed.saturating_add(self.after_end);
        closed.map(|closed| after(closed).unwrap_or(closed))
    }

    /// Returns the URL of a task's link of that generation; `None` when it has expired.
    pub fn url(&self, task: &Task, generation: i64, now: Timestamp) -> Option<String> {
        self.url_of(task.id, task.closed, generation, now)
    }

    /// [`Links::url`] of a task of which only that much is known.
    pub fn url_of(
        &self,
        task: TaskId,
        closed: Option<Timestamp>,
        generation: i64,
        now: Timestamp,
    ) -> Option<String> {
        let holds = self.end(closed).is_none_or(|end| now < end);
        holds.then(|| format!("{}/s/{}", self.public_url, self.token(task, generation)))
    }

    /// Returns a URL as long as those of tasks, which leads to none.
    pub fn sample(&self) -> String {
        format!("{}/s/{SAMPLE}", self.public_url)
    }

    fn token(&self, task: TaskId, generation: i64) -> String {
        let mut mac = self.key.clone();
        for number in [task.get(), generation] {
            mac.update(&number.to_be_bytes());
        }
        URL_SAFE_NO_PAD.encode(&mac.finalize().into_bytes()[..TOKEN])
    }
}

/// Returns the link generations of those tasks that have a link.
pub fn of_tasks(
    connection: &Connection,
    _: &Actor,
    ids: &[TaskId],
) -> Result<HashMap<TaskId, i64>> {
    store::status_links::generations(connection, ids)
}

/// Creates a task's link unless it has one, and returns its generation.
///
/// # Errors
/// [`Error::NotFound`].
pub fn make(
    tx: &Transaction,
    actor: &Actor,
    links: &Links,
    id: TaskId,
    now: Timestamp,
) -> Result<i64> {
    match of_tasks(tx, actor, &[id])?.remove(&id) {
        Some(generation) => Ok(generation),
        None => renew(tx, actor, links, id, now),
    }
}

/// Creates a task's link unless it has one, and returns its URL for a message to the customer; `None` when it has expired.
///
/// # Errors
/// [`Error::Internal`] when the database fails.
pub(super) fn make_for_message(
    tx: &Transaction,
    links: &Links,
    task: &Task,
    now: Timestamp,
) -> Result<Option<String>> {
    if !links.hold(task, now) {
        return Ok(None);
    }
    let known = store::status_links::generations(tx, &[task.id])?.remove(&task.id);
    let generation = match known {
        Some(generation) => generation,
        None => put_new(tx, links, task.id, now)?,
    };
    Ok(links.url(task, generation, now))
}

/// Renews a task's link, and returns its generation. The previous one is revoked.
///
/// # Errors
/// [`Error::NotFound`].
pub fn renew(
    tx: &Transaction,
    actor: &Actor,
    links: &Links,
    id: TaskId,
    now: Timestamp,
) -> Result<i64> {
    tasks::get(tx, actor, id)?;
    put_new(tx, links, id, now)
}

fn put_new(tx: &Transaction, links: &Links, id: TaskId, now: Timestamp) -> Result<i64> {
    let generation = store::status_links::next_generation(tx, id, now)?;
    let hash = secrets::fingerprint(&links.token(id, generation));
    store::status_links::put(tx, id, generation, &hash)?;
    Ok(generation)
}

/// Returns the task of a link. The token itself is the permission.
///
/// # Errors
/// [`Error::NotFound`] for an invalid or expired link.
pub(super) fn task(
    connection: &Connection,
    links: &Links,
    token: &str,
    now: Timestamp,
) -> Result<TaskRow> {
    let hash = secrets::fingerprint(token);
    let id = store::status_links::task_of(connection, &hash)?.ok_or(Error::NotFound)?;
    let found = store::tasks::get(connection, id)?;
    let seen = found.filter(|row| links.hold(&row.task, now));
    seen.ok_or(Error::NotFound)
}

/// Returns what the holder of a link sees of its task.
///
/// # Errors
/// [`Error::NotFound`] for an invalid or expired link.
pub fn follow(
    connection: &Connection,
    links: &Links,
    token: &str,
    now: Timestamp,
) -> Result<Followed> {
    let TaskRow {
        task,
        stage,
        customer,
        ..
    } = task(connection, links, token, now)?;
    let id = task.id;
    let events = store::history::of_tasks(connection, &[id])?;
    let details = store::details::of_tasks(connection, &[id])?.remove(&id);
    let details = details.unwrap_or_default();
    let lines = store::lines::of_tasks(connection, &[id])?;
    let mut comments = store::comments::of_tasks(connection, &[id])?;
    keep_shared(&mut comments, &events);
    let approval = store::approvals::of_tasks(connection, &[id])?.pop();
    Ok(Followed {
        id,
        stage,
        since: task.stage_since,
        statuses: events.iter().rev().filter_map(status_set).collect(),
        device: details.device.title(),
        due: task.due,
        estimate: details.estimate,
        price: details.price(),
        paid: details.account.paid,
        to_pay: details.to_pay(),
        lines,
        discount: details.totals().discount,
        masked_phone: customer.map(|customer| customer.phone.masked()),
        comments,
        seen: events.last().map_or(0, |event| event.id.get()),
        approval: approval.filter(|approval| approval.is_shown_to(task.customer)),
    })
}

/// Returns a file that the shop has sent to the holder of a link. What a customer sent is for the shop alone: the link may
/// have been passed on.
///
/// # Errors
/// As for [`follow`], and for every other file.
pub fn file(
    connection: &Connection,
    links: &Links,
    token: &str,
    id: AttachmentId,
    now: Timestamp,
) -> Result<Stored> {
    let followed = follow(connection, links, token, now)?;
    let sent = followed.comments.iter();
    let sent = sent.filter(|comment| comment.kind == CommentKind::ToCustomer);
    let mut sent = sent.flat_map(|comment| &comment.attachments);
    match sent.any(|attachment| attachment.id == id) {
        true => store::attachments::stored(connection, id)?.ok_or(Error::NotFound),
        false => Err(Error::NotFound),
    }
}

/// Streams an item for every change of the link's task while the link is valid; immediately, if
/// something changed since `seen`. The stream ends with the link.
///
/// # Errors
/// As for [`follow`].
pub async fn watch(
    desk: Arc<Desk>,
    token: String,
    seen: i64,
) -> Result<(TaskId, impl Stream<Item = ()> + Send + Sync)> {
    let changes = desk.db.changes();
    let asked = token.clone();
    let followed = read(&desk, move |c, links, now| follow(c, links, &asked, now)).await?;
    let missed = (followed.seen != seen).then_some(());
    let task = followed.id;
    let end = ended(desk, token, task);
    let later = stream::unfold(changes, move |mut changes| async move {
        while let Ok(TaskChanged { task: changed, .. }) = changes.recv().await {
            if changed == task {
                return Some(((), changes));
            }
        }
        None
    });
    Ok((task, stream::iter(missed).chain(later).take_until(end)))
}

/// Completes when a link is no longer valid for that task: it was renewed or revoked, or has
/// expired.
pub async fn ended(desk: Arc<Desk>, token: String, task: TaskId) {
    let (mut links, mut tasks) = (desk.db.link_changes(), desk.db.changes());
    loop {
        let asked = token.clone();
        let Ok(row) = read(&desk, move |c, l, now| self::task(c, l, &asked, now)).await else {
            return;
        };
        let over = async {
            match desk.links().end(row.task.closed) {
                Some(end) => desk.clock.sleep_until(end).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = over => {}
            () = next(&mut links, |changed| *changed == task) => {}
            () = next(&mut tasks, |changed| changed.task == task) => {}
        }
    }
}

/// Waits for an event that concerns the caller, or for lost events that might.
async fn next<T: Clone>(events: &mut broadcast::Receiver<T>, concerns: impl Fn(&T) -> bool) {
    while let Ok(event) = events.recv().await {
        if concerns(&event) {
            return;
        }
    }
}

async fn read<T: Send + 'static>(
    desk: &Desk,
    work: impl FnOnce(&Connection, &Links, Timestamp) -> Result<T> + Send + 'static,
) -> Result<T> {
    let (links, now) = (desk.links(), desk.clock.now());
    desk.db.read(move |c| work(c, &links, now)).await
}

fn status_set(event: &TaskEvent) -> Option<(Status, Timestamp)> {
    let tells = matches!(
        event.kind,
        EventKind::Created | EventKind::Imported | EventKind::Status
    );
    let status = event.to.as_deref().filter(|_| tells)?;
    Some((Status::from_word(status)?, event.at))
}
