//! The counter: what waits for the shop, what is due, what awaits pickup, the cash and the debts.

mod cash;
mod first_day;
mod offsite;
mod rows;

use askama::Template;
use warp::reply::Response;

use self::cash::{Cash, Debts};
use self::first_day::FirstDayList;
pub use self::first_day::{dismiss, print};
use self::offsite::OffsiteLine;
use self::rows::{DueRow, LoadRow, ReadyRow, WaitingRow};
use super::tasks::{Toast, list_address, toast};
use super::visit::Visit;
use crate::app::counter::{self, Counter, Shown};
use crate::app::webhooks;
use crate::domain::{Concern, Hook, Result};

/// Maximum numbers of rows.
const SHOWN: Shown = Shown {
    waiting: 30,
    due: 10,
    ready: 6,
    debts: 4,
};

#[derive(Template)]
#[template(path = "today.html")]
struct TodayPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    /// Whether only the viewer's own tasks are shown as waiting.
    only_mine: bool,
    waits: usize,
    waits_for_me: usize,
    waiting: Vec<WaitingRow>,
    due: Vec<DueRow>,
    due_count: i64,
    /// URL of the list by promised day.
    by_due: String,
    /// Number of stalled tasks, with the URL of their list.
    stuck: Option<(i64, String)>,
    ready: Vec<ReadyRow>,
    ready_count: i64,
    /// What is left to pay for all that awaits pickup.
    ready_sum: String,
    ready_list: String,
    /// Number of tasks that nobody collects, with the URL of their list.
    uncollected: Option<(i64, String)>,
    cash: Cash,
    debts: Debts,
    loads: Vec<LoadRow>,
    toast: Option<Toast>,
    first_day: Option<FirstDayList>,
    /// Webhooks that have failed for three days, with their addresses.
    failing: Vec<(String, String)>,
    /// The last copy on another machine.
    offsite: Option<OffsiteLine>,
}

pub async fn show(visit: &Visit) -> Result<Response> {
    let actor = visit.actor()?;
    let only_mine = visit.parameter("mine").is_some();
    let (now, zone) = (visit.texts.now(), visit.desk.shop().timezone.clone());
    let read = move |c: &_| counter::read(c, &actor, only_mine, now, &zone, SHOWN);
    let counter = visit.desk.db.read(read).await?;
    let page = TodayPage {
        toast: toast(visit).await?,
        first_day: FirstDayList::of(visit).await?,
        failing: failing_webhooks(visit).await?,
        offsite: OffsiteLine::of(visit).await?,
        ..TodayPage::new(visit, &counter, only_mine)?
    };
    visit.page(&page)
}

/// Returns the webhooks to which nothing has arrived for three days; none for employees.
async fn failing_webhooks(visit: &Visit) -> Result<Vec<(String, String)>> {
    let Ok(owner) = visit.owner() else {
        return Ok(Vec::new());
    };
    let now = visit.texts.now();
    let read = move |c: &_| webhooks::failing(c, &owner, now);
    let all = visit.desk.db.read(read).await?.into_iter();
    let line = |hook: Hook| {
        let text = visit.texts.fill("webhook-today", "title", hook.title());
        (text, format!("/settings/webhooks/{}", hook.id))
    };
    Ok(all.map(line).collect())
}

impl<'a> TodayPage<'a> {
    fn new(visit: &'a Visit, counter: &Counter, only_mine: bool) -> Result<Self> {
        let texts = &visit.texts;
        let waiting = counter.waiting.iter();
        let sum = counter.ready_sum;
        let uncollected = || list_address(None, &[Concern::Uncollected], None);
        Ok(Self {
            current: "today",
            only_mine,
            waits: counter.waits,
            waits_for_me: counter.waits_for_me,
            waiting: waiting
                .map(|of| WaitingRow::new(of, counter.working.as_ref(), texts))
                .collect(),
            due: counter
                .due
                .iter()
                .map(|of| DueRow::new(of, texts))
                .collect(),
            due_count: counter.due_count,
            by_due: "/?sort=due".to_owned(),
            stuck: (counter.stuck > 0)
                .then(|| (counter.stuck, list_address(None, &[Concern::Stuck], None))),
            ready: counter
                .ready
                .iter()
                .map(|of| ReadyRow::new(of, texts))
                .collect(),
            ready_count: sum.tasks,
            ready_sum: texts.money(sum.owed),
            ready_list: "/?status=READY&sort=waiting".to_owned(),
            uncollected: (sum.uncollected > 0).then(|| (sum.uncollected, uncollected())),
            cash: Cash::new(counter, &visit.actor()?, texts),
            debts: Debts::new(counter, texts),
            loads: counter
                .loads
                .iter()
                .map(|of| LoadRow::new(of, texts))
                .collect(),
            toast: None,
            first_day: None,
            failing: Vec::new(),
            offsite: None,
            visit,
        })
    }
}
