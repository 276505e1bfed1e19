//! The board: the four statuses as columns.

use askama::Template;
use serde_json::json;
use warp::Reply;
use warp::reply::Response;

use super::tasks::Row;
use super::visit::Visit;
use crate::app;
use crate::domain::{Result, Stage, Status, TaskFilter, TaskOrder};
use crate::store::tasks::TaskRow;

/// Cards in a column at the most; the list has the rest.
const COLUMN: usize = 1_000;

struct Column {
    status: Status,
    count: i64,
    rows: Vec<Row>,
    /// How many stages the status has.
    stages: usize,
}

#[derive(Template)]
#[template(path = "board.html")]
struct BoardPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    columns: Vec<Column>,
    /// The words for a form, and their names.
    statuses: Vec<(Status, String)>,
    stages: Vec<Stage>,
    most: i64,
}

pub async fn show(visit: &Visit) -> Result<Response> {
    let actor = visit.actor()?;
    let work = move |c: &_| {
        let counts = app::tasks::count_by_status(c, &actor, &TaskFilter::default())?;
        let counts = counts.unwrap_or_default();
        let column = |status: &Status| {
            let filter = TaskFilter {
                statuses: vec![*status],
                ..TaskFilter::default()
            };
            let rows = app::tasks::page(c, &actor, &filter, TaskOrder::Newest, None, COLUMN)?;
            let rows = app::details::join(c, &actor, rows)?;
            Ok((*status, counts.of(*status), rows))
        };
        let columns = Status::ALL.iter().map(column).collect::<Result<Vec<_>>>()?;
        Ok((columns, app::stages::list(c, &actor)?))
    };
    let (columns, stages) = visit.desk.db.read(work).await?;
    let column = |(status, count, rows): (Status, i64, Vec<_>)| Column {
        status,
        count,
        rows: Row::all(&rows, &visit.texts),
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
    })
}

/// Tells the script what a move came to.
pub fn moved(visit: &Visit, before: &Stage, row: &TaskRow) -> Result<Response> {
    let args = [
        ("number", row.task.id.to_string().into()),
        ("status", row.stage.name.as_str().to_owned().into()),
    ];
    let answer = json!({
        "text": visit.texts.with("board-moved", args),
        "version": row.task.version,
        "was": before.status.word(),
    });
    Ok(warp::reply::json(&answer).into_response())
}
