//! The link by which a task's customer sees how far it is.

use warp::reply::Response;

use super::task_id;
use crate::app::{posts, status_links};
use crate::domain::{Result, Task, TaskId};
use crate::store::Transaction;
use crate::web::visit::Visit;

/// What the task's page says of it.
pub struct CustomerLink {
    /// `None` where nobody has made it yet, and where it has ended.
    pub url: Option<String>,
    /// Counts the links that the task has had; with it a page asks once for another one.
    pub generation: Option<i64>,
    /// The task was closed too long ago.
    pub ended: bool,
}

impl CustomerLink {
    pub fn new(visit: &Visit, task: &Task, generation: Option<i64>) -> Self {
        let (links, now) = (&visit.desk.links, visit.desk.clock.now());
        let url = generation.and_then(|generation| links.url(task, generation, now));
        Self {
            generation: generation.filter(|_| url.is_some()),
            url,
            ended: !links.hold(task, now),
        }
    }
}

/// The address of the link, which is made where there is none; `None` where it has ended.
pub async fn made(visit: &Visit, id: TaskId) -> Result<Option<String>> {
    let actor = visit.actor()?;
    let (links, now) = (visit.desk.links.clone(), visit.desk.clock.now());
    let work = move |tx: &Transaction<'_>| {
        let task = crate::app::tasks::get(tx, &actor, id)?.task;
        let generation = status_links::make(tx, &actor, &links, id, now)?;
        Ok(links.url(&task, generation, now))
    };
    visit.desk.db.write(work).await
}

/// Makes the link, or replaces it.
pub async fn give_link(visit: &Visit, id: &str) -> Result<Response> {
    let (actor, id) = (visit.actor()?, task_id(id)?);
    let (links, now) = (visit.desk.links.clone(), visit.desk.clock.now());
    let (renew, post) = (!visit.typed("renew").is_empty(), visit.post());
    let work = move |tx: &Transaction<'_>| match renew {
        true => posts::once(tx, post, now, || {
            status_links::renew(tx, &actor, &links, id, now)
        }),
        false => status_links::make(tx, &actor, &links, id, now),
    };
    visit.desk.db.write(work).await?;
    Ok(visit.go(&format!("/tasks/{id}")))
}
