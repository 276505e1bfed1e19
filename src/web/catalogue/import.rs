//! The price list as a table: its download, and its import in the steps upload, preview, import.

use askama::Template;
use futures_util::StreamExt;
use warp::http::StatusCode;
use warp::reply::Response;

use super::{Errors, show};
use crate::app;
use crate::domain::{Error, JudgedRow, PriceOutcome, PriceReport, Problem, Result};
use crate::i18n;
use crate::sheet::{self, FIELD, PriceReading};
use crate::store::{Connection, Transaction};
use crate::web::data::{self, TABLE};
use crate::web::visit::Visit;

/// Number of rows shown in any case, and maximum number of further rows with errors.
const SHOWN: usize = 100;
const WRONG: usize = 1_000;

#[derive(Template)]
#[template(path = "catalogue-import.html")]
struct ImportPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    errors: Errors,
    token: &'a str,
    report: PriceReport,
    counts: Vec<(String, usize)>,
    shown: (usize, usize),
    anything: bool,
}

impl ImportPage<'_> {
    fn rows(&self) -> Vec<&JudgedRow> {
        let rows = &self.report.rows;
        let (first, others) = rows.split_at(SHOWN.min(rows.len()));
        let wrong = others
            .iter()
            .filter(|row| row.outcome == PriceOutcome::Refused);
        first.iter().chain(wrong.take(WRONG)).collect()
    }

    /// Returns what happens to a row, with the names of the fields that change.
    fn what(&self, row: &JudgedRow) -> String {
        let texts = &self.visit.texts;
        let fields = row.changed.iter().map(|field| {
            texts.s(match *field {
                "name" => "catalogue-name",
                "price" => "catalogue-price",
                "archived" => "catalogue-archived",
                field => i18n::field(field).unwrap_or("catalogue-name"),
            })
        });
        match row.outcome {
            PriceOutcome::New => texts.s("prices-outcome-new"),
            PriceOutcome::Changed(_) => {
                let fields = fields.collect::<Vec<_>>().join(", ");
                texts.fill("prices-outcome-changed", "fields", fields)
            }
            PriceOutcome::Unchanged(_) => texts.s("prices-outcome-unchanged"),
            PriceOutcome::Refused => texts.s("outcome-refused"),
        }
    }

    fn is_refused(&self, row: &JudgedRow) -> bool {
        row.outcome == PriceOutcome::Refused
    }

    fn remarks(&self, row: &JudgedRow) -> Vec<(String, String)> {
        let text = |remark: &crate::domain::Remark| {
            let text = i18n::observation(self.visit.texts.language, &remark.what);
            (remark.column.clone(), text)
        };
        row.remarks.iter().map(text).collect()
    }

    fn remarks_of_file(&self) -> Vec<String> {
        let problem = self.report.problem.as_ref();
        let problem = problem.map(|problem| i18n::invalid(self.visit.texts.language, problem));
        let remarks = self.report.remarks.iter();
        let remarks = remarks.map(|seen| i18n::observation(self.visit.texts.language, seen));
        problem.into_iter().chain(remarks).collect()
    }
}

/// Serves the price list, without costs to everybody but owners.
pub async fn download(visit: &Visit) -> Result<Response> {
    let actor = visit.actor()?;
    let (writing, sees_costs) = (data::writing(visit), app::catalogue::sees_costs(&actor));
    let head = writing.head_of_prices(sees_costs)?;
    let items = app::exports::items(&visit.desk, actor);
    let items = items.map(move |items| writing.prices(&items?, sees_costs));
    let place = visit.desk.memory.file().await?;
    let body = data::csv(head, items, place);
    Ok(data::file(visit, "prices", "csv", data::CSV, body))
}

/// Stores the uploaded file, and redirects to its preview.
pub async fn upload(visit: &Visit) -> Result<Response> {
    let actor = visit.actor()?;
    let mut errors = Errors::default();
    let Some(file) = errors.take(visit.file(FIELD).await, &visit.texts)? else {
        return show(visit, StatusCode::UNPROCESSABLE_ENTITY, None, errors).await;
    };
    let now = visit.desk.clock.now();
    let token = visit.desk.price_lists.put(&actor, file, now)?;
    Ok(visit.go(&format!("/catalogue/import/{token}")))
}

/// Responds to a file that is too large.
pub async fn too_large(visit: &Visit) -> Result<Response> {
    let mut errors = Errors::default();
    let problem = Problem::FileTooLarge { mib: TABLE };
    errors.add(problem.at(FIELD).into(), &visit.texts)?;
    show(visit, StatusCode::PAYLOAD_TOO_LARGE, None, errors).await
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
    let actor = visit.actor()?;
    let done = async {
        let read = reader(visit, token)?;
        let work = move |c: &Connection| app::price_lists::preview(c, &actor, &read()?);
        visit.desk.db.read(work).await
    };
    let Some(report) = errors.take(done.await, &visit.texts)? else {
        return show(visit, StatusCode::UNPROCESSABLE_ENTITY, None, errors).await;
    };
    let counts = [
        ("import-rows-read", report.rows.len()),
        ("prices-new", report.fresh()),
        ("prices-changed", report.changed()),
        ("prices-unchanged", report.unchanged()),
        ("import-refused", report.refused()),
    ];
    let page = ImportPage {
        visit,
        current: "catalogue",
        errors,
        token,
        counts: counts
            .map(|(id, count)| (visit.texts.s(id), count))
            .to_vec(),
        shown: (SHOWN, WRONG),
        anything: report.fresh() + report.changed() > 0,
        report,
    };
    visit.page_as(status, &page)
}

/// Imports what was previewed. If the outcome has changed since, the new preview is shown instead.
pub async fn apply(visit: &Visit, token: &str) -> Result<Response> {
    let (actor, expected) = (visit.actor()?, visit.typed("digest").to_owned());
    let skips_invalid = visit.sent("skip").is_some();
    let mut errors = Errors::default();
    let done = async {
        // Parsed before the transaction, so that it doesn't block other writers.
        let read = reader(visit, token)?;
        let list = visit.desk.db.read(move |_: &Connection| read()).await?;
        let work = move |tx: &Transaction<'_>| {
            app::price_lists::apply(tx, &actor, FIELD, &list, &expected, skips_invalid)
        };
        visit.desk.db.write(work).await
    };
    match done.await {
        Ok(report) => {
            visit.desk.price_lists.remove(&actor);
            let (new, changed) = (report.fresh(), report.changed());
            Ok(visit.go(&format!("/catalogue?new={new}&changed={changed}")))
        }
        Err(error @ (Error::Invalid(_) | Error::Conflict(_))) => {
            errors.add(error, &visit.texts)?;
            show_preview(visit, token, StatusCode::CONFLICT, errors).await
        }
        Err(error) => Err(error),
    }
}

/// Returns a closure that parses the stored file.
fn reader(
    visit: &Visit,
    token: &str,
) -> Result<impl FnOnce() -> Result<crate::domain::PriceList> + Send + 'static> {
    let (actor, desk) = (visit.actor()?, visit.desk.clone());
    let kept = desk
        .price_lists
        .get(FIELD, &actor, token, desk.clock.now())?;
    Ok(move || {
        let reading = PriceReading {
            shop: &desk.shop,
            sees_costs: app::catalogue::sees_costs(&actor),
        };
        sheet::read_prices(&kept.file, &reading)
    })
}
