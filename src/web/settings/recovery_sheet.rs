//! The recovery sheet: shown to be printed, and counted once three of its words were typed back.

use askama::Template;
use secrecy::ExposeSecret;
use warp::http::StatusCode;
use warp::reply::Response;

use crate::app::recovery_sheets::{self, FIELDS, RecoverySheet};
use crate::domain::{Error, Result};
use crate::web::form::Errors;
use crate::web::qr::Qr;
use crate::web::visit::Visit;

const PAGE: &str = "/settings/offsite";

#[derive(Template)]
#[template(path = "recovery-sheet.html")]
struct SheetPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    errors: Errors,
    words: Vec<String>,
    /// The key as the program age writes it.
    text: &'a str,
    qr: Qr,
    fingerprint: String,
    /// Where the copies are.
    place: String,
    command: String,
    made: String,
    /// Fields of the words to type back, with the words' numbers.
    asked: Vec<(&'static str, u8)>,
}

/// Shows the sheet that the owner is printing.
pub fn recovery_sheet(visit: &Visit) -> Result<Response> {
    let (owner, now) = (visit.owner()?, visit.desk.clock.now());
    match recovery_sheets::shown(&visit.desk, &owner, now) {
        Some(sheet) => render(visit, StatusCode::OK, &sheet, Errors::default()),
        None => Ok(visit.go(PAGE)),
    }
}

/// Makes a new key to be printed.
pub fn make_recovery_sheet(visit: &Visit) -> Result<Response> {
    recovery_sheets::make(&visit.desk, &visit.owner()?, visit.desk.clock.now())?;
    Ok(visit.go(&format!("{PAGE}/sheet")))
}

/// Compares the words that were typed back, and has copies encrypted for the key.
pub async fn confirm_recovery_sheet(visit: &Visit) -> Result<Response> {
    let (owner, now) = (visit.owner()?, visit.desk.clock.now());
    let Some(sheet) = recovery_sheets::shown(&visit.desk, &owner, now) else {
        return Ok(visit.go(&format!("{PAGE}?forgotten=1")));
    };
    let typed = FIELDS.map(|field| visit.typed(field));
    let mut errors = Errors::default();
    let confirmed = recovery_sheets::confirm(&visit.desk, owner, typed, now).await;
    match errors.take(confirmed, &visit.texts)? {
        Some(()) => Ok(visit.go(&format!("{PAGE}?asked=1"))),
        None => render(visit, StatusCode::UNPROCESSABLE_ENTITY, &sheet, errors),
    }
}

fn render(
    visit: &Visit,
    status: StatusCode,
    sheet: &RecoverySheet,
    errors: Errors,
) -> Result<Response> {
    let text = sheet.key.text.expose_secret();
    let settings = visit.desk.settings.now();
    let offsite = settings.offsite.as_ref().ok_or(Error::NotFound)?;
    let page = SheetPage {
        visit,
        current: "settings",
        errors,
        words: sheet.words(),
        text,
        qr: Qr::of(text)?,
        fingerprint: sheet.key.recipient.fingerprint(),
        place: offsite.address.clone(),
        command: offsite.restore_command(),
        made: visit.texts.exact(&visit.desk.clock.now()),
        asked: FIELDS.into_iter().zip(sheet.asked).collect(),
    };
    visit.page_as(status, &page)
}
