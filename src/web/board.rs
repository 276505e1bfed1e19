//! The board, with the four statuses as columns.

use askama::Template;
use jiff::ToSpan;
use warp::reply::Response;

use super::tasks::{TaskListItem, Toast, toast};
use super::visit::Visit;
use crate::app;
use crate::domain::{Result, Stage, Status, TaskFilter, TaskOrder};

/// Maximum number of cards in a column; the list shows the rest.
const COLUMN: usize = 200;
/// Number of days for which a closed task stays on the board.
const CLOSED_DAYS: i64 = 7;

struct Column {
    status: Status,
    /// Number of tasks eligible for the board, and in the list.
    count: i64,
    all: i64,
    rows: Vec<TaskListItem>,
    /// Number of stages of the status.
    stages: usize,
}

#[derive(Template)]
#[template(path = "board.html")]
struct BoardPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    columns: Vec<Column>,
    /// Status words as form values, with their names.
    statuses: Vec<(Status, String)>,
    stages: Vec<Stage>,
    most: i64,
    closed_days: i64,
    toast: Option<Toast>,
}

pub async fn show(visit: &Visit) -> Result<Response> {
    let actor = visit.actor()?;
    let now = visit.desk.clock.now();
    let week = (CLOSED_DAYS * 24).hours();
    let closed_since = now.saturating_sub(week).unwrap_or(now);
    let work = move |c: &_| {
        let counts = app::tasks::count_by_status(c, &actor, &TaskFilter::default())?;
        let counts = counts.unwrap_or_default();
        let column = |status: &Status| {
            let is_closed = *status == Status::Closed;
            let filter = TaskFilter {
                statuses: vec![*status],
                closed_since: is_closed.then_some(closed_since),
                ..TaskFilter::default()
            };
            let count = match is_closed {
                true => app::tasks::count(c, &actor, &filter)?,
                false => counts.of(*status),
            };
            let rows = app::tasks::page(c, &actor, &filter, TaskOrder::Newest, None, COLUMN)?;
            let rows = app::details::join(c, &actor, rows)?;
            Ok((*status, count, counts.of(*status), rows))
        };
        let columns = Status::ALL.iter().map(column).collect::<Result<Vec<_>>>()?;
        Ok((columns, app::stages::list(c, &actor)?))
    };
    let (columns, stages) = visit.desk.db.read(work).await?;
    let column = |(status, count, all, rows): (Status, i64, i64, Vec<_>)| Column {
        status,
        count,
        all,
        rows: TaskListItem::all(&rows, &visit.texts),
        stages: stages.iter().filter(|stage| stage.status == status).count(),
    };
    let columns = columns.into_iter().map(column).collect();
    let named = |status: &Status| (*status, visit.texts.status(status));
    let statuses = Status::ALL.iter().map(named).collect();
    let most = i64::try_from(COLUMN).unwrap_or(i64::MAX);
    visit.page(&BoardPage {
        visit,
        current: "board",
        columns,
        statuses,
        stages,
        most,
        closed_days: CLOSED_DAYS,
        toast: toast(visit).await?,
    })
}
