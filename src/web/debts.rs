//! The list of debts: closed tasks that aren't paid in full.

use askama::Template;
use warp::reply::Response;

use super::tasks::CustomerLine;
use super::text::Texts;
use super::visit::Visit;
use crate::app::handovers::{self, Debt};
use crate::app::paging;
use crate::domain::{Result, Span};

const PAGE: usize = 50;

/// A debt as the list shows it.
struct DebtRow {
    task: i64,
    customer: CustomerLine,
    handed: String,
    total: String,
    paid: String,
    owed: String,
}

impl DebtRow {
    fn new((row, owed): &Debt, texts: &Texts) -> Self {
        Self {
            task: row.task.id.get(),
            customer: CustomerLine::new(row.customer.as_deref(), texts),
            handed: texts.date_of(&owed.at),
            total: texts.money(owed.total),
            paid: texts.money(owed.paid),
            owed: texts.money(owed.total.minus(owed.paid)),
        }
    }
}

#[derive(Template)]
#[template(path = "debts.html")]
struct DebtsPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    rows: Vec<DebtRow>,
    count: i64,
    sum: String,
    next: Option<String>,
    first: bool,
}

pub async fn show(visit: &Visit) -> Result<Response> {
    let actor = visit.actor()?;
    let after = visit
        .parameter("after")
        .map(|after| paging::read_debt_cursor("after", after));
    let after = after.transpose()?;
    let work = move |c: &_| {
        let rows = handovers::debts(c, &actor, Span::first(after, PAGE + 1))?;
        Ok((rows, handovers::debt(c, &actor)?))
    };
    let (mut rows, (count, sum)) = visit.desk.db.read(work).await?;
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let last = rows.last().filter(|_| more);
    let next = last.map(|(_, owed)| paging::debt_cursor(owed.at, owed.task));
    let row = |debt: &Debt| DebtRow::new(debt, &visit.texts);
    visit.page(&DebtsPage {
        visit,
        current: "cash",
        rows: rows.iter().map(row).collect(),
        count,
        sum: visit.texts.money(sum),
        next: next.map(|cursor| format!("/debts?after={cursor}")),
        first: after.is_none(),
    })
}
