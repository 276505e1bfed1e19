//! The page on which a customer sees how far a task is, by its link and without signing in.

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use super::visit::Visit;
use crate::app::status_links::{self, Followed};
use crate::domain::{Error, Result, Status, Sum};

#[derive(Template)]
#[template(path = "status.html")]
struct StatusPage<'a> {
    visit: &'a Visit,
    number: i64,
    status: Status,
    facts: Vec<(String, String)>,
    /// Each with its time, the newest first.
    statuses: Vec<(String, String)>,
    /// Where the bot is, if it is known.
    telegram: Option<String>,
}

/// One page for every link that leads nowhere: it doesn't say why.
#[derive(Template)]
#[template(path = "no-status.html")]
struct NoStatusPage<'a> {
    visit: &'a Visit,
}

pub async fn show(visit: &Visit, link: &[&str]) -> Result<Response> {
    let (desk, now) = (&visit.desk, visit.desk.clock.now());
    desk.limits.look(visit.address)?;
    let (links, token) = (desk.links.clone(), link.join("/"));
    let telegram = desk.bot_url(&token);
    let follow = move |c: &_| status_links::follow(c, &links, &token, now);
    match desk.db.read(follow).await {
        Ok(followed) => visit.page(&StatusPage::new(visit, &followed, telegram)),
        Err(Error::NotFound) => visit.page_as(StatusCode::NOT_FOUND, &NoStatusPage { visit }),
        Err(error) => Err(error),
    }
}

impl<'a> StatusPage<'a> {
    fn new(visit: &'a Visit, task: &Followed, telegram: Option<String>) -> Self {
        let texts = &visit.texts;
        let sum = |sum: Option<Sum>| sum.map(|sum| texts.money(sum));
        Self {
            visit,
            number: task.id.get(),
            status: task.status,
            facts: texts.known([
                ("task-device", Some(task.device.clone())),
                ("task-due", task.due.map(|day| texts.date(&day))),
                ("task-estimate", sum(task.estimate)),
                ("task-price", sum(task.price)),
                ("task-prepayment", sum(task.prepayment)),
                ("status-phone", task.masked_phone.clone()),
            ]),
            statuses: task
                .statuses
                .iter()
                .map(|(status, at)| (texts.status(status), texts.when(at)))
                .collect(),
            telegram,
        }
    }
}
