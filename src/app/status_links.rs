//! The links by which customers see how far their tasks are, without signing in. Whoever has a
//! link sees what is in [`Followed`], and nothing else; there is no other way to it.

use std::collections::HashMap;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::Sha256;

use super::{secrets, tasks};
use crate::domain::{
    Actor, Day, Details, Error, EventKind, Result, Status, Sum, Task, TaskEvent, TaskId,
};
use crate::store::tasks::TaskRow;
use crate::store::{self, Connection, Transaction};

/// The bytes of a link's token: 144 bits that nobody can guess.
const TOKEN: usize = 18;

/// How links are made, and for how long they hold.
#[derive(Clone)]
pub struct Links {
    key: Hmac<Sha256>,
    /// How long after its end a task may still be seen.
    after_end: Duration,
    public_url: String,
}

/// What the holder of a link sees of the task.
pub struct Followed {
    pub id: TaskId,
    pub status: Status,
    /// The statuses that it has had, each with its time, the newest first.
    pub statuses: Vec<(Status, Timestamp)>,
    pub device: String,
    pub due: Option<Day>,
    pub estimate: Option<Sum>,
    pub price: Option<Sum>,
    pub prepayment: Option<Sum>,
    /// Enough for the customer to know it.
    pub masked_phone: Option<String>,
}

impl Links {
    /// # Errors
    /// [`Error::Internal`], which a key of any length has never.
    pub fn new(key: &[u8], after_end: Duration, public_url: &str) -> Result<Self> {
        Ok(Self {
            key: Hmac::new_from_slice(key).map_err(Error::internal)?,
            after_end,
            public_url: public_url.to_owned(),
        })
    }

    /// Whether the link of a task, if it has one, leads anywhere.
    pub fn hold(&self, task: &Task, now: Timestamp) -> bool {
        let end = task
            .closed
            .map(|closed| closed.saturating_add(self.after_end));
        end.is_none_or(|end| end.is_ok_and(|end| now < end))
    }

    /// The address of a task's link of that generation; `None` where it leads nowhere any more.
    pub fn url(&self, task: &Task, generation: i64, now: Timestamp) -> Option<String> {
        let token = || self.token(task.id, generation);
        self.hold(task, now)
            .then(|| format!("{}/s/{}", self.public_url, token()))
    }

    fn token(&self, task: TaskId, generation: i64) -> String {
        let mut mac = self.key.clone();
        for number in [task.get(), generation] {
            mac.update(&number.to_be_bytes());
        }
        URL_SAFE_NO_PAD.encode(&mac.finalize().into_bytes()[..TOKEN])
    }
}

/// The generations of the links of those tasks that have one.
pub fn of_tasks(
    connection: &Connection,
    _: &Actor,
    ids: &[TaskId],
) -> Result<HashMap<TaskId, i64>> {
    store::status_links::generations(connection, ids)
}

/// Makes a task's link where there is none yet, and returns its generation.
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

/// Gives a task another link, and returns its generation. The one before is dead from then on.
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
    let generation = store::status_links::next_generation(tx, id, now)?;
    let hash = secrets::fingerprint(&links.token(id, generation));
    store::status_links::put(tx, id, generation, &hash)?;
    Ok(generation)
}

/// What the holder of a link sees. Nobody has to be signed in: the token is the right to it.
///
/// # Errors
/// [`Error::NotFound`] for whatever is not the link of a task that may still be seen.
pub fn follow(
    connection: &Connection,
    links: &Links,
    token: &str,
    now: Timestamp,
) -> Result<Followed> {
    let hash = secrets::fingerprint(token);
    let id = store::status_links::task_of(connection, &hash)?.ok_or(Error::NotFound)?;
    let found = store::tasks::get(connection, id)?;
    let TaskRow { task, customer, .. } = found
        .filter(|row| links.hold(&row.task, now))
        .ok_or(Error::NotFound)?;
    let events = store::history::of_tasks(connection, &[id])?;
    let details = store::details::of_tasks(connection, &[id])?.remove(&id);
    let Details {
        device,
        estimate,
        price,
        prepayment,
        ..
    } = details.unwrap_or_default();
    Ok(Followed {
        id,
        status: task.status,
        statuses: events.iter().rev().filter_map(status_set).collect(),
        device: device.title(),
        due: task.due,
        estimate,
        price,
        prepayment,
        masked_phone: customer.map(|customer| customer.phone.masked()),
    })
}

fn status_set(event: &TaskEvent) -> Option<(Status, Timestamp)> {
    let tells = matches!(
        event.kind,
        EventKind::Created | EventKind::Imported | EventKind::Status
    );
    let status = event.to.as_deref().filter(|_| tells)?;
    Some((Status::from_word(status)?, event.at))
}
