//! Pages of the cash: the day's sheet on screen, on paper and as a file, the drawers and their
//! shifts.

mod drawers;
mod form;
mod moves;
mod sheet;
mod shifts;

use askama::Template;
use futures_util::StreamExt;
use warp::reply::Response;

use super::data::{CSV, csv, file_called, writing};
use super::text::Texts;
use super::visit::Visit;
use crate::app::day_sheets::{self, DaySheet};
use crate::app::drawers::{DrawerState, may_close};
use crate::app::payments;
use crate::domain::{Actor, Day, Error, Result, ShiftId};
use sheet::SheetView;

/// Typed fields of the forms.
pub const FIELDS: &[&str] = &["counted", "sum", "reason", "note"];

pub use drawers::{create, edit, make, rename};
pub use moves::{ask_to_move, ask_to_reverse, move_cash, reverse};
pub use shifts::{ask_to_close, ask_to_open, close, open};

/// A drawer as the page shows it.
struct DrawerRow {
    id: i64,
    name: String,
    balance: String,
    /// State of its shift, as a sentence.
    state: String,
    /// The open shift, if the reader may close it.
    close: Option<ShiftId>,
    /// Whether a shift can be opened.
    can_open: bool,
    /// Whether it takes cash now.
    is_open: bool,
}

impl DrawerRow {
    fn new(of: &DrawerState, actor: &Actor, texts: &Texts) -> Self {
        let open = of.shift();
        let state = match (&of.last, open) {
            (_, Some(shift)) => texts.fill("cash-shift-open", "when", texts.when(&shift.opened)),
            (Some(_), None) => texts.s("cash-shift-closed"),
            (None, None) => texts.s("cash-shift-none"),
        };
        Self {
            id: of.drawer.id.get(),
            name: texts.drawer(&of.drawer.name),
            balance: texts.money(of.balance),
            state,
            close: open
                .filter(|shift| may_close(actor, shift))
                .map(|shift| shift.id),
            can_open: open.is_none(),
            is_open: of.last.is_none() || open.is_some(),
        }
    }
}

#[derive(Template)]
#[template(path = "cash.html")]
struct CashPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    day: Day,
    previous: Day,
    next: Option<Day>,
    is_today: bool,
    is_owner: bool,
    drawers: Vec<DrawerRow>,
    sheet: SheetView,
}

#[derive(Template)]
#[template(path = "cash-print.html")]
struct PrintPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    day: Day,
    sheet: SheetView,
}

/// Shows a day, by default the current one.
pub async fn show(visit: &Visit) -> Result<Response> {
    match visit.parameter("day") {
        Some(text) => show_day(visit, Day::parse("day", text)?).await,
        None => show_day(visit, visit.texts.today()).await,
    }
}

/// Shows a day, or serves its file.
pub async fn day(visit: &Visit, text: &str) -> Result<Response> {
    match text.strip_suffix(".csv") {
        Some(text) => file(visit, day_of(text)?).await,
        None => show_day(visit, day_of(text)?).await,
    }
}

async fn show_day(visit: &Visit, day: Day) -> Result<Response> {
    let (actor, today) = (visit.actor()?, visit.texts.today());
    let sheet = read(visit, day).await?;
    let row = |of: &DrawerState| DrawerRow::new(of, &actor, &visit.texts);
    let mut view = SheetView::new(&sheet, &visit.texts);
    if let Ok(owner) = actor.require_owner() {
        let rows = sheet.rows.clone();
        let read = move |c: &_| {
            let free = rows.iter().filter(|row| !row.has_task);
            payments::reversible(c, &owner, free.map(|row| &row.payment))
        };
        view.offer_reversals(&visit.desk.db.read(read).await?);
    }
    visit.page(&CashPage {
        visit,
        current: "cash",
        day,
        previous: day.previous(),
        next: (day < today).then(|| day.next()),
        is_today: day == today,
        is_owner: actor.require_owner().is_ok(),
        drawers: sheet.drawers.iter().map(row).collect(),
        sheet: view,
    })
}

/// Shows a day for printing.
pub async fn print(visit: &Visit, text: &str) -> Result<Response> {
    let day = day_of(text)?;
    let sheet = read(visit, day).await?;
    visit.page(&PrintPage {
        visit,
        current: "cash",
        day,
        sheet: SheetView::new(&sheet, &visit.texts),
    })
}

async fn file(visit: &Visit, day: Day) -> Result<Response> {
    let (actor, writing) = (visit.actor()?, writing(visit));
    let head = writing.head_of_day()?;
    let rows = day_sheets::rows(&visit.desk, &actor, day);
    let rows = rows.map(move |rows| writing.day(&rows?));
    let place = visit.desk.memory.file().await?;
    let name = format!("cash-{day}.csv");
    Ok(file_called(&name, CSV, csv(head, rows, place)))
}

async fn read(visit: &Visit, day: Day) -> Result<DaySheet> {
    let (actor, zone) = (visit.actor()?, visit.desk.shop().timezone.clone());
    let work = move |c: &_| day_sheets::get(c, &actor, day, &zone);
    visit.desk.db.read(work).await
}

/// # Errors
/// [`Error::NotFound`] for a text that is no day, so that the page doesn't exist.
fn day_of(text: &str) -> Result<Day> {
    Day::parse("day", text).map_err(|_| Error::NotFound)
}
