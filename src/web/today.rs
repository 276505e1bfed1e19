//! The page of current work.

use askama::Template;
use warp::reply::Response;

use super::tasks::{TaskListItem, list_address};
use super::text::{Texts, short_name};
use super::visit::Visit;
use crate::app;
use crate::domain::{
    Concern, Employee, EmployeeId, Money, Result, Stage, Status, TaskFilter, TaskOrder, Workload,
};

/// Maximum number of uncollected tasks shown.
const SHOWN: usize = 10;

/// A number of tasks, with the URL of their list.
struct Figure {
    name: String,
    count: i64,
    address: String,
    /// Whether the number should be zero.
    bad: bool,
}

/// The work of one employee, or unassigned work.
struct WorkloadRow {
    name: String,
    figures: Vec<Figure>,
}

#[derive(Template)]
#[template(path = "today.html")]
struct TodayPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    total: Vec<Figure>,
    lines: Vec<WorkloadRow>,
    /// Number and sum of the debts, if there are any.
    debts: Option<String>,
    uncollected: Vec<TaskListItem>,
    /// URL of the full list, if there are more.
    more: Option<String>,
}

pub async fn show(visit: &Visit) -> Result<Response> {
    let actor = visit.actor()?;
    let (now, zone) = (visit.texts.now(), visit.desk.shop.timezone.clone());
    let work = move |c: &_| {
        let work = app::reports::today(c, &actor, now, &zone)?;
        let mut filter = TaskFilter::default();
        filter.only(Concern::Uncollected, now, &zone);
        let order = TaskOrder::LongestReady;
        let rows = app::tasks::page(c, &actor, &filter, order, None, SHOWN + 1)?;
        Ok((work, app::details::join(c, &actor, rows)?))
    };
    let (work, mut rows) = visit.desk.db.read(work).await?;
    let more = rows.len() > SHOWN;
    rows.truncate(SHOWN);
    let texts = &visit.texts;
    let line = |(employee, workload): &(Option<Employee>, Workload)| WorkloadRow {
        name: match employee {
            Some(employee) => short_name(employee.email.as_str()).to_owned(),
            None => texts.s("task-employee-none"),
        },
        figures: figures(
            workload,
            &work.stages,
            Some(employee.as_ref().map(|of| of.id)),
            texts,
        ),
    };
    visit.page(&TodayPage {
        visit,
        current: "today",
        total: figures(&work.total, &work.stages, None, texts),
        lines: work.employees.iter().map(line).collect(),
        debts: debts(work.debts, texts),
        uncollected: TaskListItem::all(&rows, texts),
        more: more.then(|| list_address(None, &[Concern::Uncollected], None)),
    })
}

fn debts((count, sum): (i64, Money), texts: &Texts) -> Option<String> {
    let args = [("count", count.into()), ("sum", texts.money(sum).into())];
    (count > 0).then(|| texts.with("today-debts", args))
}

/// Returns the numbers of open tasks by stage and by reason for attention: of all, of one employee,
/// or unassigned.
fn figures(
    workload: &Workload,
    stages: &[Stage],
    of: Option<Option<EmployeeId>>,
    texts: &Texts,
) -> Vec<Figure> {
    let open = stages.iter().filter(|stage| stage.status != Status::Closed);
    let far = open.map(|stage| Figure {
        name: texts.stage(stage),
        count: workload.in_stage(stage.id),
        address: list_address(Some(stage), &[], of),
        bad: false,
    });
    let needing = Concern::ALL.iter().map(|concern| Figure {
        name: texts.concern(*concern),
        count: workload.needing(*concern),
        address: list_address(None, &[*concern], of),
        bad: workload.needing(*concern) > 0,
    });
    far.chain(needing).collect()
}
