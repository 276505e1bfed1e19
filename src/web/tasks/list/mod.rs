//! The list of tasks, with its tabs and filters.

mod query;
mod tabs;

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use super::toast::{Toast, toast};
use super::{EmployeeOption, TaskListItem, choices};
use crate::app::{self, paging};
use crate::domain::{Result, TaskFilter, TaskId};
use crate::store::tasks::After;
use crate::web::form::Errors;
use crate::web::visit::Visit;

use query::ListQuery;
pub use query::list_address;
use tabs::{Tab, chosen, stage_tabs, tabs};

/// Tasks per page.
const PAGE: usize = 50;

#[derive(Template)]
#[template(path = "tasks.html")]
struct ListPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    errors: Errors,
    asked: ListQuery,
    /// Whether filters are unfolded on a phone.
    unfolded: bool,
    tabs: Vec<Tab>,
    /// The stages of the chosen status.
    stages: Vec<Tab>,
    employees: Vec<EmployeeOption>,
    rows: Vec<TaskListItem>,
    count: Option<i64>,
    next: Option<String>,
    first: bool,
    toast: Option<Toast>,
}

pub async fn list(visit: &Visit) -> Result<Response> {
    if visit.viewer.is_none() && !visit.desk.db.read(app::accounts::any).await? {
        return Ok(visit.go("/first-run"));
    }
    let viewer = visit.viewer()?;
    let (actor, me) = (viewer.actor, viewer.me.id);
    let asked = ListQuery::read(visit);
    let mut errors = Errors::default();
    let filter = errors.take(asked.filter(visit), &visit.texts)?;
    let status = if errors.any() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let filter = filter.unwrap_or_default();
    let today = visit.texts.today();
    let order = asked.order();
    let after = visit
        .parameter("after")
        .map(|after| paging::read_task_cursor(after, order))
        .transpose()?;
    let work = move |c: &_| {
        let rows = app::tasks::page(c, &actor, &filter, order, after, PAGE + 1)?;
        let rows = app::details::join(c, &actor, rows)?;
        let mut all = TaskFilter {
            statuses: Vec::new(),
            ..filter
        };
        let stages = app::stages::list(c, &actor)?;
        let by_status = app::tasks::count_by_status(c, &actor, &all)?;
        all.overdue = Some(today);
        // A search has scanned the tasks once already; counting would scan them again.
        let late = match all.search {
            None => app::tasks::count_by_status(c, &actor, &all)?,
            Some(_) => None,
        };
        let employees = app::accounts::employees(c, &actor)?;
        let ids: Vec<TaskId> = rows.iter().map(|(row, _)| row.task.id).collect();
        let unanswered = app::comments::unanswered(c, &actor, &ids)?;
        let waiting = [
            ("row-unanswered", unanswered),
            ("row-declined", app::approvals::declined(c, &actor, &ids)?),
        ];
        Ok((rows, by_status, late, stages, employees, waiting))
    };
    let read = visit.desk.db.read(work).await?;
    let (mut rows, by_status, late, stages, employees, waiting) = read;
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let last = rows
        .last()
        .filter(|_| more)
        .map(|(row, _)| After::of(row, order));
    let page = ListPage {
        current: "tasks",
        errors,
        tabs: tabs(&asked, &visit.texts, by_status.as_ref(), late.as_ref(), me),
        stages: stage_tabs(&asked, &visit.texts, &stages),
        employees: choices(&employees, asked.employee),
        count: by_status.map(|counts| chosen(&asked.statuses, |status| counts.of(status))),
        rows: TaskListItem::waiting(&rows, &waiting, &visit.texts),
        next: last.map(|last| with_cursor(&asked, &paging::task_cursor(last, order))),
        first: after.is_none(),
        unfolded: asked.any_folded(me),
        toast: toast(visit).await?,
        asked,
        visit,
    };
    visit.page_as(status, &page)
}

fn with_cursor(asked: &ListQuery, cursor: &str) -> String {
    let address = asked.here();
    let joint = if address.contains('?') { '&' } else { '?' };
    format!("{address}{joint}after={cursor}")
}
