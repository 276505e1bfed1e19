//! The list of tasks, with its tabs and filters.

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use super::toast::{Toast, toast};
use super::{Choice, Row, choices};
use crate::app::{self, paging};
use crate::domain::{
    Category, Concern, Day, Days, EmployeeId, Result, Search, Stage, StageId, Status, TaskFilter,
    TaskOrder,
};
use crate::store::tasks::{After, Counts};
use crate::web::form::Errors;
use crate::web::text::Texts;
use crate::web::visit::Visit;

/// Tasks on a page of the list.
const PAGE: usize = 50;
/// Whose tasks they are that have nobody, in the address.
const NOBODY: &str = "none";

/// What the address asks of the list.
#[derive(Default, Clone)]
struct Asked {
    search: String,
    statuses: Vec<Status>,
    stage: Option<StageId>,
    category: Option<Category>,
    employee: Option<EmployeeId>,
    /// Only what is nobody's.
    unassigned: bool,
    /// Only what needs somebody for all of these reasons.
    concerns: Vec<Concern>,
    from: String,
    to: String,
}

impl Asked {
    fn read(visit: &Visit) -> Self {
        let text = |name| visit.asked(name).unwrap_or_default().to_owned();
        let statuses = visit.query.iter().filter(|(name, _)| name == "status");
        Self {
            search: text("q"),
            statuses: statuses
                .filter_map(|(_, word)| Status::from_word(word))
                .collect(),
            stage: visit
                .asked("stage")
                .and_then(|id| StageId::parse("stage", id).ok()),
            category: visit.asked("category").and_then(Category::from_word),
            employee: visit
                .asked("employee")
                .and_then(|id| EmployeeId::parse("employee", id).ok()),
            unassigned: visit.asked("employee") == Some(NOBODY),
            concerns: Concern::ALL
                .iter()
                .copied()
                .filter(|concern| visit.asked(concern.word()).is_some())
                .collect(),
            from: text("from"),
            to: text("to"),
        }
    }

    fn filter(&self, visit: &Visit) -> Result<TaskFilter> {
        let day = |field, text: &str| match text {
            "" => Ok(None),
            text => Day::parse(field, text).map(Some),
        };
        let zone = &visit.desk.shop.timezone;
        let created = Days::between("to", day("from", &self.from)?, day("to", &self.to)?, zone)?;
        let mut filter = TaskFilter {
            statuses: self.statuses.clone(),
            stage: self.stage,
            category: self.category,
            employee: self.employee,
            unassigned: self.unassigned,
            created,
            search: Search::parse(&self.search),
            ..TaskFilter::default()
        };
        for concern in &self.concerns {
            filter.only(*concern, visit.texts.now(), zone);
        }
        Ok(filter)
    }

    /// What has waited longest comes first where that is what was asked for.
    fn order(&self) -> TaskOrder {
        match self.needs(Concern::Uncollected) {
            true => TaskOrder::LongestReady,
            false => TaskOrder::Newest,
        }
    }

    fn needs(&self, concern: Concern) -> bool {
        self.concerns.contains(&concern)
    }

    fn any(&self) -> bool {
        !(self.search.is_empty() && self.from.is_empty() && self.to.is_empty())
            || self.category.is_some()
            || self.employee.is_some()
            || self.stage.is_some()
            || self.unassigned
            || !self.concerns.is_empty()
            || !self.statuses.is_empty()
    }

    /// The address of the list when something else is chosen.
    fn with(&self, choose: impl FnOnce(&mut Self)) -> String {
        let mut other = self.clone();
        choose(&mut other);
        other.here()
    }

    /// The address of the first page with these filters.
    fn here(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in [("q", &self.search), ("from", &self.from), ("to", &self.to)] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        if let Some(category) = self.category {
            query.append_pair("category", category.word());
        }
        if let Some(employee) = self.employee {
            query.append_pair("employee", &employee.to_string());
        } else if self.unassigned {
            query.append_pair("employee", NOBODY);
        }
        for concern in &self.concerns {
            query.append_pair(concern.word(), "1");
        }
        for status in &self.statuses {
            query.append_pair("status", status.word());
        }
        if let Some(stage) = self.stage {
            query.append_pair("stage", &stage.to_string());
        }
        let query = query.finish();
        if query.is_empty() {
            "/".to_owned()
        } else {
            format!("/?{query}")
        }
    }
}

/// The address of the list of what is in that stage and needs somebody for these reasons: everybody's,
/// an employee's, or nobody's.
pub fn list_address(
    stage: Option<&Stage>,
    concerns: &[Concern],
    of: Option<Option<EmployeeId>>,
) -> String {
    let asked = Asked {
        statuses: stage.iter().map(|stage| stage.status).collect(),
        stage: stage.map(|stage| stage.id),
        employee: of.flatten(),
        unassigned: of == Some(None),
        concerns: concerns.to_vec(),
        ..Asked::default()
    };
    asked.here()
}

/// A tab over the list, with how many tasks are behind it.
struct Tab {
    name: String,
    address: String,
    /// `None` where there are too many to count.
    count: Option<i64>,
    current: bool,
}

#[derive(Template)]
#[template(path = "tasks.html")]
struct ListPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    errors: Errors,
    asked: Asked,
    tabs: Vec<Tab>,
    /// The stages of the chosen status.
    stages: Vec<Tab>,
    employees: Vec<Choice>,
    rows: Vec<Row>,
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
    let asked = Asked::read(visit);
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
        .asked("after")
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
        // Whatever else was searched for has been looked through once already.
        let late = match all.search {
            None => app::tasks::count_by_status(c, &actor, &all)?,
            Some(_) => None,
        };
        let employees = app::accounts::employees(c, &actor)?;
        Ok((rows, by_status, late, stages, employees))
    };
    let (mut rows, by_status, late, stages, employees) = visit.desk.db.read(work).await?;
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let last = rows
        .last()
        .filter(|_| more)
        .map(|(row, _)| After::of(&row.task, order));
    let page = ListPage {
        current: "tasks",
        errors,
        tabs: tabs(&asked, &visit.texts, by_status.as_ref(), late.as_ref(), me),
        stages: stage_tabs(&asked, &stages),
        employees: choices(&employees, asked.employee),
        count: by_status.map(|counts| chosen(&asked.statuses, |status| counts.of(status))),
        rows: Row::all(&rows, &visit.texts),
        next: last.map(|last| with_cursor(&asked, &paging::task_cursor(last, order))),
        first: after.is_none(),
        toast: toast(visit).await?,
        asked,
        visit,
    };
    visit.page_as(status, &page)
}

fn with_cursor(asked: &Asked, cursor: &str) -> String {
    let address = asked.here();
    let joint = if address.contains('?') { '&' } else { '?' };
    format!("{address}{joint}after={cursor}")
}

/// The sum over the chosen statuses; over all of them when none is chosen.
fn chosen(statuses: &[Status], count: impl Fn(Status) -> i64) -> i64 {
    let all = Status::ALL.iter();
    let chosen = all.filter(|status| statuses.is_empty() || statuses.contains(status));
    chosen.map(|status| count(*status)).sum()
}

/// With a choice that was not there, or without it.
fn toggled<T: Copy + PartialEq>(chosen: &[T], choice: T) -> Vec<T> {
    let mut all: Vec<T> = chosen.iter().copied().filter(|of| *of != choice).collect();
    if all.len() == chosen.len() {
        all.push(choice);
    }
    all
}

fn tabs(
    asked: &Asked,
    texts: &Texts,
    counts: Option<&Counts>,
    late: Option<&Counts>,
    me: EmployeeId,
) -> Vec<Tab> {
    let all = Tab {
        name: texts.s("tasks-all"),
        address: asked.with(|asked| {
            asked.statuses.clear();
            asked.concerns.clear();
            asked.stage = None;
        }),
        count: counts
            .filter(|_| asked.concerns.is_empty() && asked.stage.is_none())
            .map(Counts::total),
        current: asked.statuses.is_empty() && asked.concerns.is_empty(),
    };
    let of_status = Status::ALL.iter().map(|status| {
        // A tab adds its status to the chosen ones, or takes it away again.
        let statuses = toggled(&asked.statuses, *status);
        Tab {
            name: texts.status(status),
            address: asked.with(|asked| (asked.statuses, asked.stage) = (statuses, None)),
            // With one stage in the list there are no others among them.
            count: counts
                .filter(|_| asked.stage.is_none() || asked.statuses.contains(status))
                .map(|counts| counts.of(*status)),
            current: asked.statuses.contains(status),
        }
    });
    let overdue = Tab {
        name: texts.concern(Concern::Overdue),
        address: asked.with(|asked| asked.concerns = toggled(&asked.concerns, Concern::Overdue)),
        count: late.map(|counts| chosen(&asked.statuses, |status| counts.of(status))),
        current: asked.needs(Concern::Overdue),
    };
    // The other reasons are chosen on the page of what there is to do.
    let others = asked.concerns.iter();
    let others = others.filter(|concern| **concern != Concern::Overdue);
    let others = others.map(|concern| Tab {
        name: texts.concern(*concern),
        address: asked.with(|asked| asked.concerns = toggled(&asked.concerns, *concern)),
        count: None,
        current: true,
    });
    let is_mine = asked.employee == Some(me);
    let mine = Tab {
        name: texts.s("tasks-mine"),
        address: asked
            .with(|asked| (asked.employee, asked.unassigned) = ((!is_mine).then_some(me), false)),
        // With a colleague's tasks in the list there are none of one's own among them.
        count: counts
            .filter(|_| is_mine || (asked.employee.is_none() && !asked.unassigned))
            .map(|counts| chosen(&asked.statuses, |status| counts.own_of(status))),
        current: is_mine,
    };
    std::iter::once(all)
        .chain(of_status)
        .chain([overdue])
        .chain(others)
        .chain([mine])
        .collect()
}

/// The stages of the one status that is chosen, where it has several.
fn stage_tabs(asked: &Asked, stages: &[Stage]) -> Vec<Tab> {
    let [status] = asked.statuses[..] else {
        return Vec::new();
    };
    let tab = |stage: &Stage| {
        let current = asked.stage == Some(stage.id);
        Tab {
            name: stage.name.as_str().to_owned(),
            address: asked.with(|asked| asked.stage = (!current).then_some(stage.id)),
            count: None,
            current,
        }
    };
    let of_status = stages.iter().filter(|stage| stage.status == status);
    let tabs: Vec<Tab> = of_status.map(tab).collect();
    if tabs.len() > 1 { tabs } else { Vec::new() }
}
