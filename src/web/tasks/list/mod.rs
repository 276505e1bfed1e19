//! The list of tasks, with its tabs, filters and orders.

mod query;
mod rows;
mod tabs;

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use super::toast::{Toast, toast};
use super::{EmployeeOption, choices};
use crate::app::{self, paging};
use crate::domain::{
    Actor, Day, Details, Employee, Result, Search, Span, Stage, TaskFilter, TaskId, TaskOrder,
};
use crate::store::Connection;
use crate::store::tasks::{After, Counts, TaskRow};
use crate::web::form::Errors;
use crate::web::visit::Visit;

pub use query::list_address;
use query::{ListQuery, ORDERS};
use rows::Row;
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
    /// Number of active filters that a phone folds away.
    folded: usize,
    tabs: Vec<Tab>,
    /// The stages of the chosen status.
    stages: Vec<Tab>,
    employees: Vec<EmployeeOption>,
    orders: Vec<Order>,
    rows: Vec<Row>,
    /// The search as it was meant, if it was typed with another keyboard layout.
    meant: Option<String>,
    count: Option<i64>,
    next: Option<String>,
    first: bool,
    toast: Option<Toast>,
}

/// An order of the list.
struct Order {
    word: &'static str,
    name: String,
    address: String,
    is_current: bool,
}

/// What the page reads in one snapshot.
struct Read {
    rows: Vec<(TaskRow, Details)>,
    meant: Option<String>,
    by_status: Option<Counts>,
    late: Option<Counts>,
    stages: Vec<Stage>,
    employees: Vec<Employee>,
    waiting: Vec<(&'static str, std::collections::HashSet<TaskId>)>,
}

pub async fn list(visit: &Visit) -> Result<Response> {
    if visit.viewer.is_none() && !visit.desk.db.read(app::accounts::any).await? {
        return Ok(visit.go("/first-run"));
    }
    let actor = visit.actor()?;
    let asked = ListQuery::read(visit);
    let mut errors = Errors::default();
    let filter = errors.take(asked.filter(visit), &visit.texts)?;
    let status = if errors.any() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let filter = filter.unwrap_or_default();
    let (today, order) = (visit.texts.today(), asked.order());
    let after = visit
        .parameter("after")
        .map(|after| paging::read_task_cursor("after", after, order))
        .transpose()?;
    let exact = filter.search.as_ref().and_then(Search::number);
    let work = move |c: &_| read(c, &actor, filter, order, after, today);
    let read = visit.desk.db.read(work).await?;
    if visit.parameter("go").is_some() {
        return Ok(visit.go(&opened(&read.rows, exact).unwrap_or_else(|| asked.here())));
    }
    let toast = toast(visit).await?;
    let mut page = ListPage::new(visit, asked, read, after.is_none(), errors)?;
    for row in &mut page.rows {
        row.is_exact = exact == Some(row.id);
    }
    page.toast = toast;
    visit.page_as(status, &page)
}

/// Returns the URL of the only task found, if it was searched for by its number and Enter. Digits that are in something
/// else too, such as the end of a phone, lead to the list, in which that task comes first.
fn opened(rows: &[(TaskRow, Details)], exact: Option<i64>) -> Option<String> {
    match rows {
        [(row, _)] if Some(row.task.id.get()) == exact => Some(format!("/tasks/{}", row.task.id)),
        _ => None,
    }
}

fn read(
    connection: &Connection,
    actor: &Actor,
    filter: TaskFilter,
    order: TaskOrder,
    after: Option<After>,
    today: Day,
) -> Result<Read> {
    let meant = app::tasks::in_other_layout(connection, actor, &filter)?;
    let text = |filter: &TaskFilter| filter.search.as_ref().map(Search::text);
    let meant_text = meant.as_ref().and_then(text);
    let filter = meant.unwrap_or(filter);
    let rows = app::tasks::page(
        connection,
        actor,
        &filter,
        order,
        Span::first(after, PAGE + 1),
    )?;
    let rows = app::details::join(connection, actor, rows)?;
    let mut all = TaskFilter {
        statuses: Vec::new(),
        ..filter
    };
    let by_status = app::tasks::count_by_status(connection, actor, &all)?;
    all.overdue = Some(today);
    // A search has scanned the tasks once already; counting would scan them again.
    let late = match all.search {
        None => app::tasks::count_by_status(connection, actor, &all)?,
        Some(_) => None,
    };
    let ids: Vec<TaskId> = rows.iter().map(|(row, _)| row.task.id).collect();
    let unanswered = app::comments::unanswered(connection, actor, &ids)?;
    let declined = app::approvals::declined(connection, actor, &ids)?;
    Ok(Read {
        rows,
        meant: meant_text,
        by_status,
        late,
        stages: app::stages::list(connection, actor)?,
        employees: app::accounts::employees(connection, actor)?,
        waiting: vec![("row-unanswered", unanswered), ("row-declined", declined)],
    })
}

impl<'a> ListPage<'a> {
    fn new(
        visit: &'a Visit,
        asked: ListQuery,
        mut read: Read,
        first: bool,
        errors: Errors,
    ) -> Result<Self> {
        let (texts, me, order) = (&visit.texts, visit.viewer()?.me.id, asked.order());
        let more = read.rows.len() > PAGE;
        read.rows.truncate(PAGE);
        let last = read.rows.last().filter(|_| more);
        let last = last.map(|(row, _)| After::of(row, order));
        let counts = read.by_status.as_ref();
        let statuses = asked.effective();
        let rows = read.rows.iter();
        Ok(Self {
            current: "tasks",
            errors,
            folded: asked.folded(me),
            tabs: tabs(&asked, texts, counts, read.late.as_ref(), me),
            stages: stage_tabs(&asked, texts, &read.stages),
            employees: choices(&read.employees, asked.employee),
            orders: orders(&asked, visit),
            count: counts.map(|counts| chosen(&statuses, |status| counts.of(status))),
            rows: rows
                .map(|row| Row::new(row, &read.waiting, texts))
                .collect(),
            meant: read.meant,
            next: last.map(|last| with_cursor(&asked, &paging::task_cursor(last, order))),
            first,
            toast: None,
            asked,
            visit,
        })
    }

    /// Returns the order with this word in URLs.
    fn order(&self, word: &str) -> Option<&Order> {
        self.orders.iter().find(|order| order.word == word)
    }
}

fn orders(asked: &ListQuery, visit: &Visit) -> Vec<Order> {
    let order = |(order, word, name): &(TaskOrder, &'static str, &str)| Order {
        word,
        name: visit.texts.s(name),
        address: asked.with(|asked| {
            asked.sort = None;
            asked.sort = Some(*order).filter(|order| asked.order() != *order);
        }),
        is_current: asked.order() == *order,
    };
    ORDERS.iter().map(order).collect()
}

fn with_cursor(asked: &ListQuery, cursor: &str) -> String {
    let address = asked.here();
    let joint = if address.contains('?') { '&' } else { '?' };
    format!("{address}{joint}after={cursor}")
}
