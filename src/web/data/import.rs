//! A table that comes in: sent, looked at row by row, and then taken whole or not at all. Between
//! the look and the yes the server keeps the file, so it is the same one.

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use super::show_with;
use crate::app;
use crate::domain::{DateOrder, Error, ImportLine, Outcome, Report, Result, Sheet, Whose};
use crate::i18n;
use crate::sheet::{self, FIELD, Reading};
use crate::store::{Connection, Transaction};
use crate::web::form::Errors;
use crate::web::text::Texts;
use crate::web::visit::Visit;

/// Rows that are shown even when there is nothing wrong with them, and others at the most.
const SHOWN: usize = 100;
const WRONG: usize = 1_000;
/// The order of dates that somebody has chosen, in addresses and forms.
const DATES: &str = "dates";

#[derive(Template)]
#[template(path = "import.html")]
struct ImportPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    errors: Errors,
    token: &'a str,
    report: Report,
    counts: Vec<(String, usize)>,
    rows: Vec<Row>,
    /// How many are shown at the most, and of those with errors behind them.
    shown: (usize, usize),
    /// Whether there is anything to say yes to.
    anything: bool,
}

/// A row as the page shows it.
struct Row {
    row: usize,
    number: String,
    what: String,
    refused: bool,
    remarks: Vec<(String, String)>,
}

impl Row {
    fn new(line: &ImportLine, texts: &Texts) -> Self {
        let what = match (line.outcome, line.whose) {
            (Outcome::NewTask, Whose::New) => texts.s("outcome-new-task-and-customer"),
            (Outcome::NewTask, _) => texts.s("outcome-new-task"),
            (Outcome::NewCustomer, _) => texts.s("outcome-new-customer"),
            (Outcome::KnownCustomer, _) => texts.s("outcome-known-customer"),
            (Outcome::AlreadyHere(id), _) => texts.number("outcome-already-here", &id.get()),
            (Outcome::Refused, _) => texts.s("outcome-refused"),
        };
        let remarks = line.remarks.iter().map(|remark| {
            let text = i18n::observation(texts.language, &remark.what);
            (remark.column.clone(), text)
        });
        Self {
            row: line.row,
            number: line.number.clone(),
            what,
            refused: line.outcome == Outcome::Refused,
            remarks: remarks.collect(),
        }
    }

    /// The first ones, and those with errors.
    fn all(report: &Report, texts: &Texts) -> Vec<Self> {
        let (first, others) = report.lines.split_at(SHOWN.min(report.lines.len()));
        let wrong = others
            .iter()
            .filter(|line| line.outcome == Outcome::Refused);
        let shown = first.iter().chain(wrong.take(WRONG));
        shown.map(|line| Self::new(line, texts)).collect()
    }
}

/// Takes the file, and leads to the look at it.
pub async fn upload(visit: &Visit) -> Result<Response> {
    let owner = visit.owner()?;
    let mut errors = Errors::default();
    let Some(file) = errors.take(visit.file(FIELD).await, &visit.texts)? else {
        return show_with(visit, StatusCode::UNPROCESSABLE_ENTITY, errors, None).await;
    };
    let now = visit.desk.clock.now();
    let token = visit.desk.uploads.put(&owner, file, now)?;
    Ok(visit.go(&format!("/data/import/{token}")))
}

pub async fn preview(visit: &Visit, token: &str) -> Result<Response> {
    let dates = visit.asked(DATES).and_then(DateOrder::from_word);
    show_preview(visit, token, dates, StatusCode::OK, Errors::default()).await
}

async fn show_preview(
    visit: &Visit,
    token: &str,
    dates: Option<DateOrder>,
    status: StatusCode,
    mut errors: Errors,
) -> Result<Response> {
    let owner = visit.owner()?;
    let done = async {
        let read = reader(visit, token, dates)?;
        let work = move |c: &_| app::imports::preview(c, &owner, &read(c)?);
        visit.desk.db.read(work).await
    };
    let Some(report) = errors.take(done.await, &visit.texts)? else {
        return show_with(visit, StatusCode::UNPROCESSABLE_ENTITY, errors, None).await;
    };
    let (tasks, customers) = (report.new_tasks(), report.new_customers());
    let counts = [
        ("import-rows", report.lines.len()),
        ("import-new-tasks", tasks),
        ("import-new-customers", customers),
        ("import-here", report.already_here()),
        ("import-warned", report.warned()),
        ("import-refused", report.refused()),
    ];
    let page = ImportPage {
        visit,
        current: "data",
        errors,
        token,
        counts: counts
            .map(|(id, count)| (visit.texts.s(id), count))
            .to_vec(),
        rows: Row::all(&report, &visit.texts),
        shown: (SHOWN, WRONG),
        anything: report.refused() == 0 && tasks + customers > 0,
        report,
    };
    visit.page_as(status, &page)
}

/// Does what the look showed, or shows what would happen now.
pub async fn apply(visit: &Visit, token: &str) -> Result<Response> {
    let owner = visit.owner()?;
    let (desk, expected) = (&visit.desk, visit.typed("digest").to_owned());
    let now = desk.clock.now();
    let dates = DateOrder::from_word(visit.typed(DATES));
    let done = async {
        // Reading takes longer than others should wait for the one who writes.
        let sheet = desk.db.read(reader(visit, token, dates)?).await?;
        let work = move |tx: &Transaction<'_>| {
            app::imports::apply(tx, &owner, FIELD, &sheet, Some(&expected), now)
        };
        desk.db.write(work).await
    };
    let report = match done.await {
        Ok(report) => report,
        Err(error @ (Error::Invalid(_) | Error::Conflict(_))) => {
            let mut errors = Errors::default();
            errors.add(error, &visit.texts)?;
            return show_preview(visit, token, dates, StatusCode::CONFLICT, errors).await;
        }
        Err(error) => return Err(error),
    };
    desk.uploads.remove(&owner);
    let (tasks, customers) = (report.new_tasks(), report.new_customers());
    let here = report.already_here();
    Ok(visit.go(&format!(
        "/data?tasks={tasks}&customers={customers}&here={here}"
    )))
}

/// What reads the kept file, where the database is at hand.
fn reader(
    visit: &Visit,
    token: &str,
    date_order: Option<DateOrder>,
) -> Result<impl FnOnce(&Connection) -> Result<Sheet> + Send + 'static> {
    let (owner, actor) = (visit.owner()?, visit.actor()?);
    let (desk, now) = (visit.desk.clone(), visit.desk.clock.now());
    let file = desk.uploads.get(FIELD, &owner, token, now)?;
    Ok(move |connection: &Connection| {
        let staff = app::accounts::employees(connection, &actor)?;
        let stages = app::stages::list(connection, &actor)?;
        let reading = Reading {
            shop: &desk.shop,
            staff: &staff,
            stages: &stages,
            now,
            date_order,
        };
        sheet::read(&file, &reading)
    })
}
