//! The monthly report.

mod money;
mod plot;

use askama::Template;
use warp::reply::Response;

use super::data::{CSV, file_called, writing};
use super::text::Texts;
use super::visit::Visit;
use crate::app::reports;
use crate::domain::{Error, Month, MonthReport, Result, Turnover};
use money::MoneyView;
use plot::Plot;

/// A row of a table.
struct MonthRow {
    name: String,
    turnover: Turnover,
    /// Formatted median; a dash if nothing was finished.
    median: String,
}

impl MonthRow {
    fn new(name: String, turnover: &Turnover, texts: &Texts) -> Self {
        let median = turnover.median_tenths();
        Self {
            name,
            turnover: turnover.clone(),
            median: median.map_or_else(|| "—".to_owned(), |tenths| texts.tenths(tenths)),
        }
    }
}

/// A table with the name of its rows.
struct Table {
    name: String,
    lines: Vec<MonthRow>,
}

#[derive(Template)]
#[template(path = "month.html")]
struct MonthPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    title: String,
    here: Month,
    /// Each with its name.
    previous: (Month, String),
    next: Option<(Month, String)>,
    total: MonthRow,
    /// Whether nothing happened.
    none: bool,
    /// URL of the list of registered tasks.
    registered: String,
    tables: Vec<Table>,
    plots: Vec<Plot>,
    /// Labels of the days below a plot.
    axis: Vec<String>,
    days: Table,
    /// `None` when no money went through the shop.
    money: Option<MoneyView>,
}

/// Shows a month, by default the current one, or serves its file.
pub async fn show(visit: &Visit, month: Option<&str>) -> Result<Response> {
    let current = Month::of(visit.texts.today());
    match month.map(|text| (text, text.strip_suffix(".csv"))) {
        Some((_, Some(text))) => file(visit, month_of(text)?).await,
        Some((text, None)) => show_month(visit, month_of(text)?, current).await,
        None => show_month(visit, current, current).await,
    }
}

async fn read(visit: &Visit, month: Month) -> Result<(MonthReport, Vec<reports::Part>)> {
    let (actor, zone) = (visit.actor()?, visit.desk.shop().timezone.clone());
    let work = move |c: &_| reports::month(c, &actor, month, &zone);
    visit.desk.db.read(work).await
}

async fn file(visit: &Visit, month: Month) -> Result<Response> {
    let (report, _) = read(visit, month).await?;
    let file = writing(visit).month(&report)?;
    Ok(file_called(&format!("month-{month}.csv"), CSV, file))
}

/// # Errors
/// [`Error::NotFound`] for a text that is no month, so that the page doesn't exist.
fn month_of(text: &str) -> Result<Month> {
    Month::parse("month", text).map_err(|_| Error::NotFound)
}

async fn show_month(visit: &Visit, month: Month, current: Month) -> Result<Response> {
    let (report, employees) = read(visit, month).await?;
    let texts = &visit.texts;
    let named = |month: Month| (month, texts.month(month));
    visit.page(&MonthPage {
        visit,
        current: "today",
        title: texts.month(month),
        here: month,
        previous: named(month.previous()),
        next: (month < current).then(|| named(month.next())),
        total: MonthRow::new(String::new(), &report.total, texts),
        none: report.is_none(),
        registered: format!("/?from={}&to={}", month.first(), month.last()),
        tables: tables(&report, &employees, texts),
        plots: plots(&report, texts),
        axis: plot::days(month.last().day()),
        days: Table {
            name: texts.s("month-day"),
            lines: report
                .days
                .iter()
                .map(|(day, turnover)| MonthRow::new(texts.date(day), turnover, texts))
                .collect(),
        },
        money: MoneyView::new(&report, texts),
    })
}

fn tables(report: &MonthReport, employees: &[reports::Part], texts: &Texts) -> Vec<Table> {
    let categories = report.categories.iter();
    let categories = categories
        .map(|(category, turnover)| MonthRow::new(texts.category(category), turnover, texts));
    let of_employee = |(employee, turnover): &reports::Part| {
        let name = match employee {
            Some(employee) => employee.shown_name().to_owned(),
            None => texts.s("task-employee-none"),
        };
        MonthRow::new(name, turnover, texts)
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

/// Count of a plot with its message id.
type Counted = (&'static str, fn(&Turnover) -> i64);

/// Returns all plots, on one scale so that they are comparable.
fn plots(report: &MonthReport, texts: &Texts) -> Vec<Plot> {
    let counted: [Counted; 3] = [
        ("month-registered", |of| of.registered),
        ("month-finished", |of| of.finished),
        ("month-closed", |of| of.closed),
    ];
    let most = |(_, count): &Counted| report.days.values().map(count).max().unwrap_or_default();
    let scale = counted.iter().map(most).max().unwrap_or_default();
    let scale = plot::scale(scale);
    let plot = |(id, count): Counted| {
        let about = texts.fill("month-plot", "most", most(&(id, count)));
        let days = report.days.iter();
        let days = days.map(|(day, turnover)| {
            let count = count(turnover);
            (format!("{}: {count}", texts.date(day)), count)
        });
        let label = |mark: i64| mark.to_string();
        Plot::new((id, texts.s(id), about), days.collect(), &scale, label)
    };
    counted.map(plot).into()
}
