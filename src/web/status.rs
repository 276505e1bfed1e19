//! The page on which a customer sees how far a task is, by its link and without signing in.

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use super::text::Texts;
use super::visit::Visit;
use crate::app::status_links::{self, Followed};
use crate::domain::{BotState, Error, Result, Status, Sum};

#[derive(Template)]
#[template(path = "status.html")]
struct StatusPage<'a> {
    visit: &'a Visit,
    number: i64,
    status: Status,
    wording: String,
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
    let telegram = bot(visit, &token);
    let follow = move |c: &_| status_links::follow(c, &links, &token, now);
    match desk.db.read(follow).await {
        Ok(followed) => visit.page(&StatusPage::new(visit, &followed, telegram)),
        Err(Error::NotFound) => visit.page_as(StatusCode::NOT_FOUND, &NoStatusPage { visit }),
        Err(error) => Err(error),
    }
}

/// Opens the bot and hands it the token (<https://core.telegram.org/bots/features#deep-linking>).
fn bot(visit: &Visit, token: &str) -> Option<String> {
    let BotState::Seen(health) = &*visit.desk.bot.borrow() else {
        return None;
    };
    let name = health.name.as_deref().filter(|name| !name.is_empty())?;
    Some(format!("https://t.me/{name}?start={token}"))
}

impl<'a> StatusPage<'a> {
    fn new(visit: &'a Visit, task: &Followed, telegram: Option<String>) -> Self {
        let texts = &visit.texts;
        let sum = |sum: Option<Sum>| sum.map(|sum| texts.money(sum));
        Self {
            visit,
            number: task.id.get(),
            status: task.stage.status,
            wording: texts.wording(&task.stage),
            facts: texts.known([
                ("task-device", Some(task.device.clone())),
                ("task-due", task.due.map(|day| texts.date(&day))),
                ("task-estimate", sum(task.estimate)),
                ("task-price", sum(task.price)),
                ("task-prepayment", sum(task.prepayment)),
                ("status-phone", task.masked_phone.clone()),
            ]),
            statuses: statuses(task, texts),
            telegram,
        }
    }
}

/// What the task has been through, the newest first; what is said of its stage is the newest of all.
fn statuses(task: &Followed, texts: &Texts) -> Vec<(String, String)> {
    let mut all = task.statuses.clone();
    let (now, wording) = (texts.when(&task.since), texts.wording(&task.stage));
    let said = texts.status(&task.stage.status) == wording;
    all.retain(|(_, at)| said || *at != task.since);
    let lines = all.iter();
    let lines = lines.map(|(status, at)| (texts.status(status), texts.when(at)));
    let newest = (!said).then_some((wording, now));
    newest.into_iter().chain(lines).collect()
}
