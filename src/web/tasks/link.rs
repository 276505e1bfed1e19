//! The status link of a task.

use warp::reply::Response;

use super::task_id;
use crate::app::{self, posts, status_links};
use crate::domain::{Result, Task, TaskId};
use crate::store::Transaction;
use crate::web::confirm::Confirm;
use crate::web::visit::Visit;

/// The status link as the task's page and the papers show it.
pub struct CustomerLink {
    /// `None` when it hasn't been created yet or has expired.
    pub url: Option<String>,
    /// Generation of the link, incremented by every renewal. Makes the renewal form idempotent.
    pub generation: Option<i64>,
    /// Whether the task was closed too long ago.
    pub ended: bool,
}

impl CustomerLink {
    pub fn new(visit: &Visit, task: &Task, generation: Option<i64>) -> Self {
        let (links, now) = (&visit.desk.links(), visit.desk.clock.now());
        let url = generation.and_then(|generation| links.url(task, generation, now));
        Self {
            generation: generation.filter(|_| url.is_some()),
            url,
            ended: !links.hold(task, now),
        }
    }

    /// Reads the link of a task without creating one: viewing (or prefetching) a page must not
    /// change anything, so the link is created by a POST.
    pub async fn of(visit: &Visit, id: TaskId) -> Result<Self> {
        let actor = visit.actor()?;
        let work = move |c: &_| {
            let task = app::tasks::get(c, &actor, id)?.task;
            let generation = status_links::of_tasks(c, &actor, &[id])?.remove(&id);
            Ok((task, generation))
        };
        let (task, generation) = visit.desk.db.read(work).await?;
        Ok(Self::new(visit, &task, generation))
    }

    /// Returns whether there is no link yet and one can be created.
    pub fn is_missing(&self) -> bool {
        self.url.is_none() && !self.ended
    }
}

/// Creates or renews the link, and redirects back.
pub async fn give_link(visit: &Visit, id: &str) -> Result<Response> {
    let (actor, id) = (visit.actor()?, task_id(id)?);
    let (links, now) = (visit.desk.links(), visit.desk.clock.now());
    let (renew, post) = (!visit.typed("renew").is_empty(), visit.post());
    let work = move |tx: &Transaction<'_>| match renew {
        true => posts::once(tx, post, now, || {
            status_links::renew(tx, &actor, &links, id, now)
        }),
        false => status_links::make(tx, &actor, &links, id, now),
    };
    visit.desk.db.write(work).await?;
    match visit.sent("back") {
        Some(back) => Ok(visit.go(visit.safe_path(Some(back)))),
        None => Ok(visit.go(&format!("/tasks/{id}"))),
    }
}

/// Asks for confirmation before renewing a link, since the old one may be on a printed receipt.
pub async fn ask_for_link(visit: &Visit, id: &str) -> Result<Response> {
    let id = task_id(id)?;
    let link = CustomerLink::of(visit, id).await?;
    let generation = link.generation.unwrap_or_default();
    let confirm = Confirm {
        visit,
        current: "tasks",
        title: visit.texts.s("link-renew-title"),
        about: visit.texts.number("task-title", &id.get()),
        lead: visit.texts.s("link-renew-lead"),
        action: format!("/tasks/{id}/link"),
        // With equal keys, repeated submissions renew the link only once.
        fields: vec![("renew", "1".to_owned()), ("key", generation.to_string())],
        button: visit.texts.s("link-renew"),
        back: format!("/tasks/{id}"),
    };
    confirm.show()
}
