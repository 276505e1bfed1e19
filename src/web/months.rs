//! What came in and went out in a month.

use askama::Template;
use warp::reply::Response;

use super::text::{Texts, short_name};
use super::visit::Visit;
use crate::app::reports;
use crate::domain::{Error, Month, MonthReport, Result, Turnover};

/// How high a plot is in its own units, and how wide one day of it.
const HEIGHT: i64 = 100;
const DAY: usize = 10;

/// A row of a table.
struct Line {
    name: String,
    turnover: Turnover,
    /// The median as people write it; a dash where nothing was finished.
    median: String,
}

impl Line {
    fn new(name: String, turnover: &Turnover, texts: &Texts) -> Self {
        let median = turnover.median_tenths();
        Self {
            name,
            turnover: turnover.clone(),
            median: median.map_or_else(|| "—".to_owned(), |tenths| texts.tenths(tenths)),
        }
    }
}

/// A table with what its rows are.
struct Table {
    name: String,
    lines: Vec<Line>,
}

/// One day's column of a plot.
struct Bar {
    title: String,
    x: usize,
    y: i64,
    height: i64,
}

/// How many tasks there were on each day.
struct Plot {
    id: &'static str,
    name: String,
    about: String,
    width: usize,
    bars: Vec<Bar>,
}

#[derive(Template)]
#[template(path = "month.html")]
struct MonthPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    title: String,
    /// Each with its name.
    previous: (Month, String),
    next: Option<(Month, String)>,
    total: Line,
    /// Whether nothing happened.
    none: bool,
    /// The list of what came in.
    registered: String,
    tables: Vec<Table>,
    plots: Vec<Plot>,
    /// The first day of the month, one in the middle, and the last one.
    axis: [i8; 3],
    days: Table,
}

/// A month, or the one in which today is.
pub async fn show(visit: &Visit, month: Option<&str>) -> Result<Response> {
    let actor = visit.actor()?;
    let current = Month::of(visit.texts.today());
    let month = match month {
        Some(text) => Month::parse("month", text).map_err(|_| Error::NotFound)?,
        None => current,
    };
    let zone = visit.desk.shop.timezone.clone();
    let work = move |c: &_| reports::month(c, &actor, month, &zone);
    let (report, employees) = visit.desk.db.read(work).await?;
    let texts = &visit.texts;
    let named = |month: Month| (month, texts.month(month));
    visit.page(&MonthPage {
        visit,
        current: "today",
        title: texts.month(month),
        previous: named(month.previous()),
        next: (month < current).then(|| named(month.next())),
        total: Line::new(String::new(), &report.total, texts),
        none: report.total.is_none(),
        registered: format!("/?from={}&to={}", month.first(), month.last()),
        tables: tables(&report, &employees, texts),
        plots: plots(&report, texts),
        axis: [1, 15, month.last().day()],
        days: Table {
            name: texts.s("month-day"),
            lines: report
                .days
                .iter()
                .map(|(day, turnover)| Line::new(texts.date(day), turnover, texts))
                .collect(),
        },
    })
}

fn tables(report: &MonthReport, employees: &[reports::Part], texts: &Texts) -> Vec<Table> {
    let categories = report.categories.iter();
    let categories =
        categories.map(|(category, turnover)| Line::new(texts.category(category), turnover, texts));
    let of_employee = |(employee, turnover): &reports::Part| {
        let name = match employee {
            Some(employee) => short_name(employee.email.as_str()).to_owned(),
            None => texts.s("task-employee-none"),
        };
        Line::new(name, turnover, texts)
    };
    vec![
        Table {
            name: texts.s("tasks-category"),
            lines: categories.collect(),
        },
        Table {
            name: texts.s("tasks-employee"),
            lines: employees.iter().map(of_employee).collect(),
        },
    ]
}

/// What is counted in a plot, by the sentence that names it.
type Counted = (&'static str, fn(&Turnover) -> i64);

/// All of them to one scale, so that they can be compared.
fn plots(report: &MonthReport, texts: &Texts) -> Vec<Plot> {
    let counted: [Counted; 3] = [
        ("month-registered", |of| of.registered),
        ("month-finished", |of| of.finished),
        ("month-closed", |of| of.closed),
    ];
    let most = |(_, count): &Counted| report.days.values().map(count).max().unwrap_or_default();
    let scale = counted.iter().map(most).max().unwrap_or_default().max(1);
    let plot = |(id, count): Counted| Plot {
        id,
        name: texts.s(id),
        about: texts.fill("month-plot", "most", most(&(id, count))),
        width: report.days.len() * DAY,
        bars: report
            .days
            .iter()
            .enumerate()
            .map(|(nth, (day, turnover))| {
                let height = count(turnover) * HEIGHT / scale;
                Bar {
                    title: format!("{}: {}", texts.date(day), count(turnover)),
                    x: nth * DAY,
                    y: HEIGHT - height,
                    height,
                }
            })
            .collect(),
    };
    counted.map(plot).into()
}
