//! Import of a table in three steps: upload, review, import. During the review the owner maps
//! columns and status words, and decides whether rows with errors are skipped. The server keeps the
//! file and the choices in between, so that exactly what was reviewed is imported.

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use super::download::{CSV, file, writing};
use super::review::{self, Mapping, PreviewRow, SHOWN, WRONG};
use super::show_with;
use crate::app;
use crate::domain::{DateOrder, Error, ImportLine, Outcome, Report, Result, Stage, Status, Whose};
use crate::i18n;
use crate::sheet::choices::{self, Rows};
use crate::sheet::columns::ALL;
use crate::sheet::{self, Choices, Column, FIELD, Reading, StatusWord, Table};
use crate::store::{Connection, Transaction};
use crate::web::form::Errors;
use crate::web::text::Texts;
use crate::web::visit::Visit;

/// Maximum number of status words that can be changed on the page, and of characters in one, which
/// keeps the form below the body limit; the others stay as guessed.
const WORDS: usize = 100;
const WORD: usize = 100;

#[derive(Template)]
#[template(path = "import.html")]
struct ImportPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    errors: Errors,
    token: &'a str,
    mapping: Mapping,
    table: Table,
    report: Report,
    stages: Vec<(Status, Vec<Stage>)>,
    counts: Vec<(String, usize)>,
    rows: Vec<PreviewRow>,
    /// Maximum number of rows shown, and of further rows with errors.
    shown: (usize, usize),
    /// Whether there is anything to import.
    anything: bool,
}

impl ImportPage<'_> {
    /// Returns the address of the review.
    fn here(&self) -> String {
        format!("/data/import/{}", self.token)
    }

    /// Returns the status words that can be changed.
    fn words(&self) -> impl Iterator<Item = &StatusWord> {
        let words = self.table.statuses.iter();
        words
            .filter(|word| word.key.chars().count() <= WORD)
            .take(WORDS)
    }

    fn words_are_cut(&self) -> bool {
        self.words().count() < self.table.statuses.len()
    }

    /// Returns the remarks on the whole file.
    fn remarks(&self) -> Vec<String> {
        let remarks = self.report.remarks.iter();
        let text = |seen| i18n::observation(self.visit.texts.language, seen);
        remarks.map(text).collect()
    }

    /// Returns the message id for the kind of rows.
    fn rows_word(&self, rows: &Rows) -> &'static str {
        match rows {
            Rows::Tasks => "import-rows-tasks",
            Rows::Customers => "import-rows-customers",
        }
    }

    fn problem(&self) -> Option<String> {
        let problem = self.report.problem.as_ref()?;
        Some(i18n::invalid(self.visit.texts.language, problem))
    }
}

/// Returns a row as the page shows it.
fn preview_row(line: &ImportLine, texts: &Texts) -> PreviewRow {
    let what = match (line.outcome, line.whose) {
        (Outcome::NewTask, Whose::New) => texts.s("outcome-new-task-and-customer"),
        (Outcome::NewTask, _) => texts.s("outcome-new-task"),
        (Outcome::NewCustomer, _) => texts.s("outcome-new-customer"),
        (Outcome::KnownCustomer, _) => texts.s("outcome-known-customer"),
        (Outcome::AlreadyHere(id), _) => texts.number("outcome-already-here", &id.get()),
        (Outcome::Refused, _) => texts.s("outcome-refused"),
    };
    PreviewRow {
        row: line.row,
        title: line.number.clone(),
        what,
        refused: line.outcome == Outcome::Refused,
        remarks: review::remarks(&line.remarks, texts),
    }
}

/// Stores the uploaded file, and redirects to its review.
pub async fn upload(visit: &Visit) -> Result<Response> {
    visit.owner()?;
    let mut errors = Errors::default();
    let Some(file) = errors.take(visit.file(FIELD).await, &visit.texts)? else {
        return show_with(visit, StatusCode::UNPROCESSABLE_ENTITY, errors, None).await;
    };
    let now = visit.desk.clock.now();
    let token = visit.desk.uploads.put(&visit.actor()?, file, now)?;
    Ok(visit.go(&format!("/data/import/{token}")))
}

pub async fn preview(visit: &Visit, token: &str) -> Result<Response> {
    show_preview(visit, token, StatusCode::OK, Errors::default()).await
}

async fn show_preview(
    visit: &Visit,
    token: &str,
    status: StatusCode,
    mut errors: Errors,
) -> Result<Response> {
    let (owner, actor) = (visit.owner()?, visit.actor()?);
    let done = async {
        let read = reader(visit, token)?;
        let work = move |c: &_| {
            let table = read(c)?;
            let report = app::imports::preview(c, &owner, &table.sheet)?;
            Ok((report, table, app::stages::list(c, &actor)?))
        };
        visit.desk.db.read(work).await
    };
    let Some((report, table, stages)) = errors.take(done.await, &visit.texts)? else {
        return show_with(visit, StatusCode::UNPROCESSABLE_ENTITY, errors, None).await;
    };
    let (tasks, customers) = (report.new_tasks(), report.new_customers());
    let counts = [
        ("import-rows-read", report.lines.len()),
        ("import-new-tasks", tasks),
        ("import-new-customers", customers),
        ("import-here", report.already_here()),
        ("import-warned", report.warned()),
        ("import-refused", report.refused()),
    ];
    let of_status = |status: &Status| {
        let all = stages.iter().filter(|stage| stage.status == *status);
        (*status, all.cloned().collect())
    };
    let page = ImportPage {
        visit,
        current: "data",
        errors,
        token,
        counts: counts
            .map(|(id, count)| (visit.texts.s(id), count))
            .to_vec(),
        rows: PreviewRow::shown(
            &report.lines,
            |line| line.outcome == Outcome::Refused,
            |line| preview_row(line, &visit.texts),
        ),
        shown: (SHOWN, WRONG),
        mapping: Mapping::new(
            &table.columns,
            &ALL,
            Column::Described,
            report.problem.is_some(),
            &visit.texts,
        ),
        anything: !report.is_refused() && tasks + customers > 0,
        stages: Status::ALL.iter().map(of_status).collect(),
        table,
        report,
    };
    visit.page_as(status, &page)
}

/// Stores the choices and shows the review again, or imports what was reviewed. If the outcome or
/// the choices have changed since the review, the new review is shown instead.
pub async fn apply(visit: &Visit, token: &str) -> Result<Response> {
    let owner = visit.owner()?;
    let mut errors = Errors::default();
    let chosen = review::choose(visit, &visit.desk.uploads, token);
    if errors.take(chosen, &visit.texts)?.is_none() {
        return show_with(visit, StatusCode::UNPROCESSABLE_ENTITY, errors, None).await;
    }
    if visit.sent("look").is_some() {
        return Ok(visit.go(&format!("/data/import/{token}#result")));
    }
    let (desk, expected) = (&visit.desk, visit.typed("digest").to_owned());
    let now = desk.clock.now();
    let done = async {
        // Parsed before the transaction, so that it doesn't block other writers.
        let table = desk.db.read(reader(visit, token)?).await?;
        let work = move |tx: &Transaction<'_>| {
            app::imports::apply(tx, &owner, FIELD, &table.sheet, Some(&expected), now)
        };
        desk.db.write(work).await
    };
    let report = match done.await {
        Ok(report) => report,
        Err(error @ (Error::Invalid(_) | Error::Conflict(_))) => {
            errors.add(error, &visit.texts)?;
            return show_preview(visit, token, StatusCode::CONFLICT, errors).await;
        }
        Err(error) => return Err(error),
    };
    let (tasks, customers) = (report.new_tasks(), report.new_customers());
    let (here, left) = (report.already_here(), report.refused());
    let done = format!("/data?tasks={tasks}&customers={customers}&here={here}");
    if left == 0 {
        desk.uploads.remove(&visit.actor()?);
        return Ok(visit.go(&done));
    }
    // The skipped rows can be downloaded as long as the file is kept.
    Ok(visit.go(&format!("{done}&left={left}&file={token}")))
}

/// Serves the rows with errors, to be corrected and imported again.
pub async fn refused(visit: &Visit, token: &str) -> Result<Response> {
    let read = reader(visit, token)?;
    let table = visit.desk.db.read(read).await?;
    let rows = writing(visit).refused(&table)?;
    Ok(file(visit, "errors", "csv", CSV, rows))
}

/// Returns a closure that parses the stored file, given a database connection.
fn reader(
    visit: &Visit,
    token: &str,
) -> Result<impl FnOnce(&Connection) -> Result<Table> + Send + 'static> {
    visit.owner()?;
    let actor = visit.actor()?;
    let (desk, now) = (visit.desk.clone(), visit.desk.clock.now());
    let kept = desk.uploads.get(FIELD, &actor, token, now)?;
    Ok(move |connection: &Connection| {
        let staff = app::accounts::employees(connection, &actor)?;
        let stages = app::stages::list(connection, &actor)?;
        let reading = Reading {
            shop: &desk.shop(),
            staff: &staff,
            stages: &stages,
            choices: &Choices::from_form(&kept.choices),
            now,
        };
        sheet::read(&kept.file, &reading)
    })
}
