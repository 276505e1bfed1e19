//! The price list as a table: its download, and its import in the steps upload, preview, import.

use askama::Template;
use futures_util::StreamExt;
use warp::http::StatusCode;
use warp::reply::Response;

use super::{Errors, show};
use crate::app;
use crate::app::uploads::PendingUpload;
use crate::domain::{Error, JudgedRow, PriceOutcome, PriceReport, Problem, Result};
use crate::i18n;
use crate::sheet::choices::{self, Choices};
use crate::sheet::{self, FIELD, PriceField, PriceReading, PriceTable};
use crate::store::{Connection, Transaction};
use crate::web::data::review::{self, Mapping, PreviewRow, SHOWN, WRONG};
use crate::web::data::{self, TABLE};
use crate::web::text::Texts;
use crate::web::visit::Visit;

#[derive(Template)]
#[template(path = "catalogue-import.html")]
struct ImportPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    errors: Errors,
    token: &'a str,
    mapping: Mapping,
    report: PriceReport,
    skips_invalid: bool,
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
        format!("/catalogue/import/{}", self.token)
    }

    fn problem(&self) -> Option<String> {
        let problem = self.report.problem.as_ref()?;
        Some(i18n::invalid(self.visit.texts.language, problem))
    }

    fn remarks_of_file(&self) -> Vec<String> {
        let remarks = self.report.remarks.iter();
        let text = |seen| i18n::observation(self.visit.texts.language, seen);
        remarks.map(text).collect()
    }
}

/// Returns a row as the page shows it, with the names of the fields that change.
fn preview_row(row: &JudgedRow, texts: &Texts) -> PreviewRow {
    let fields = row.changed.iter().map(|field| {
        texts.s(match *field {
            "name" => "catalogue-name",
            "price" => "catalogue-price",
            "archived" => "catalogue-archived",
            field => i18n::field(field).unwrap_or("catalogue-name"),
        })
    });
    let what = match row.outcome {
        PriceOutcome::New => texts.s("prices-outcome-new"),
        PriceOutcome::Changed(_) => {
            let fields = fields.collect::<Vec<_>>().join(", ");
            texts.fill("prices-outcome-changed", "fields", fields)
        }
        PriceOutcome::Unchanged(_) => texts.s("prices-outcome-unchanged"),
        PriceOutcome::Refused => texts.s("outcome-refused"),
    };
    PreviewRow {
        row: row.row,
        title: row.name.clone(),
        what,
        refused: row.outcome == PriceOutcome::Refused,
        remarks: review::remarks(&row.remarks, texts),
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
    let done = async {
        let pending = pending(visit, token)?;
        Ok((judged(visit, &pending).await?, pending))
    };
    let Some(((table, report), pending)) = errors.take(done.await, &visit.texts)? else {
        return show(visit, StatusCode::UNPROCESSABLE_ENTITY, None, errors).await;
    };
    let counts = [
        ("import-rows-read", report.rows.len()),
        ("prices-new", report.fresh()),
        ("prices-changed", report.changed()),
        ("prices-unchanged", report.unchanged()),
        ("import-refused", report.refused()),
    ];
    let sees_costs = app::catalogue::sees_costs(&visit.actor()?);
    let words = PriceField::ALL.into_iter();
    let words: Vec<_> = words
        .filter(|(field, ..)| field.is_shown(sees_costs))
        .collect();
    let page = ImportPage {
        visit,
        current: "catalogue",
        errors,
        token,
        counts: counts
            .map(|(id, count)| (visit.texts.s(id), count))
            .to_vec(),
        rows: PreviewRow::shown(
            &report.rows,
            |row| row.outcome == PriceOutcome::Refused,
            |row| preview_row(row, &visit.texts),
        ),
        shown: (SHOWN, WRONG),
        mapping: Mapping::new(
            &table.columns,
            &words,
            PriceField::LeftOut,
            report.problem.is_some(),
            &visit.texts,
        ),
        skips_invalid: skips_invalid(&pending),
        anything: report.fresh() + report.changed() > 0,
        report,
    };
    visit.page_as(status, &page)
}

/// Stores the choices and shows the review again, or imports what was reviewed. If the outcome has
/// changed since the review, the new review is shown instead.
pub async fn apply(visit: &Visit, token: &str) -> Result<Response> {
    let (actor, expected) = (visit.actor()?, visit.typed("digest").to_owned());
    let mut errors = Errors::default();
    let chosen = review::choose(visit, &visit.desk.price_lists, token);
    if errors.take(chosen, &visit.texts)?.is_none() {
        return show(visit, StatusCode::UNPROCESSABLE_ENTITY, None, errors).await;
    }
    if visit.sent("look").is_some() {
        return Ok(visit.go(&format!("/catalogue/import/{token}#result")));
    }
    let done = async {
        let pending = pending(visit, token)?;
        let skips_invalid = skips_invalid(&pending);
        // Parsed before the transaction, so that it doesn't block other writers.
        let read = reader(visit, &pending)?;
        let list = visit.desk.db.read(move |_: &Connection| read()).await?.list;
        let work = move |tx: &Transaction<'_>| {
            app::price_lists::apply(tx, &actor, FIELD, &list, &expected, skips_invalid)
        };
        visit.desk.db.write(work).await
    };
    match done.await {
        Ok(report) => {
            let (new, changed) = (report.fresh(), report.changed());
            let done = format!("/catalogue?new={new}&changed={changed}");
            match report.refused() {
                0 => {
                    visit.desk.price_lists.remove(&actor);
                    Ok(visit.go(&done))
                }
                // The skipped rows can be downloaded as long as the file is kept.
                left => Ok(visit.go(&format!("{done}&left={left}&file={token}"))),
            }
        }
        Err(error @ (Error::Invalid(_) | Error::Conflict(_))) => {
            errors.add(error, &visit.texts)?;
            show_preview(visit, token, StatusCode::CONFLICT, errors).await
        }
        Err(error) => Err(error),
    }
}

/// Serves the rows with errors, to be corrected and imported again.
pub async fn refused(visit: &Visit, token: &str) -> Result<Response> {
    let pending = pending(visit, token)?;
    let (table, report) = judged(visit, &pending).await?;
    let rows = data::writing(visit).refused_prices(&table, &report)?;
    Ok(data::file(visit, "errors", "csv", data::CSV, rows))
}

fn pending(visit: &Visit, token: &str) -> Result<PendingUpload> {
    let (actor, now) = (visit.actor()?, visit.desk.clock.now());
    visit.desk.price_lists.get(FIELD, &actor, token, now)
}

/// Returns the file of a token as long as it is kept.
pub(super) fn kept<'a>(visit: &Visit, token: &'a str) -> Option<&'a str> {
    pending(visit, token).is_ok().then_some(token)
}

fn skips_invalid(pending: &PendingUpload) -> bool {
    Choices::from_form(&pending.choices).skip_invalid
}

/// Returns the table of a file, and what would become of its rows now.
async fn judged(visit: &Visit, pending: &PendingUpload) -> Result<(PriceTable, PriceReport)> {
    let (actor, read) = (visit.actor()?, reader(visit, pending)?);
    let work = move |c: &Connection| {
        let table = read()?;
        let report = app::price_lists::preview(c, &actor, &table.list)?;
        Ok((table, report))
    };
    visit.desk.db.read(work).await
}

/// Returns a closure that parses the stored file.
fn reader(
    visit: &Visit,
    pending: &PendingUpload,
) -> Result<impl FnOnce() -> Result<PriceTable> + Send + 'static> {
    let (actor, desk, pending) = (visit.actor()?, visit.desk.clone(), pending.clone());
    Ok(move || {
        let reading = PriceReading {
            shop: &desk.shop(),
            sees_costs: app::catalogue::sees_costs(&actor),
            places: choices::places(&pending.choices, PriceField::from_word),
        };
        sheet::read_prices(&pending.file, &reading)
    })
}
