//! Shifts of a drawer: opened and closed with what was counted.

use warp::reply::Response;

use super::drawers::{drawer_id, get, texts_about};
use super::form::FormPage;
use crate::app::drawers::{self, Count};
use crate::app::posts;
use crate::domain::{Actor, Conflict, Drawer, Error, Money, Result, Shift, ShiftId, ShiftReason};
use crate::store::Transaction;
use crate::web::visit::Visit;

/// Returns the form that opens a shift.
fn opening<'a>(visit: &'a Visit, drawer: &Drawer) -> FormPage<'a> {
    let title = texts_about(visit, "cash-open-title", drawer);
    let action = format!("/drawers/{}/open", drawer.id);
    let page = FormPage::new(visit, title, action, "cash-open");
    page.field("counted", "cash-counted", true, true)
}

pub async fn ask_to_open(visit: &Visit, id: &str) -> Result<Response> {
    let drawer = get(visit, drawer_id(id)?).await?;
    visit.page(&opening(visit, &drawer))
}

pub async fn open(visit: &Visit, id: &str) -> Result<Response> {
    let actor = visit.actor()?;
    let drawer = get(visit, drawer_id(id)?).await?;
    let mut page = opening(visit, &drawer);
    let Some(counted) = page.sum("counted")? else {
        return page.again();
    };
    let now = visit.desk.clock.now();
    page.send(move |tx| {
        Ok(drawers::open_shift(tx, &actor, drawer.id, counted, now)?
            .id
            .get())
    })
    .await
}

/// Returns the form that closes a shift, with what should be in the drawer.
async fn closing<'a>(visit: &'a Visit, id: ShiftId) -> Result<(FormPage<'a>, Shift, Money)> {
    let actor = visit.actor()?;
    let read = move |c: &_| {
        let shift = drawers::shift(c, &actor, id)?;
        let expected = drawers::expected(c, &shift)?;
        Ok((
            drawers::get(c, &actor, shift.drawer)?.drawer,
            shift,
            expected,
        ))
    };
    let (drawer, shift, expected) = visit.desk.db.read(read).await?;
    expect_closable(&actor, &shift)?;
    let texts = &visit.texts;
    let title = texts_about(visit, "cash-close-title", &drawer);
    let page = FormPage::new(visit, title, format!("/shifts/{id}/close"), "cash-close");
    let mut page = page.field("counted", "cash-counted", true, true).field(
        "reason",
        "cash-reason",
        false,
        false,
    );
    page.facts = vec![
        (texts.s("cash-opened"), texts.exact(&shift.opened)),
        (texts.s("cash-opening"), texts.money(shift.opening)),
        (
            texts.s("cash-moved"),
            texts.money(expected.minus(shift.opening)),
        ),
        (texts.s("cash-expected"), texts.money(expected)),
    ];
    page.hidden = vec![("expected", expected.to_string())];
    Ok((page, shift, expected))
}

fn expect_closable(actor: &Actor, shift: &Shift) -> Result<()> {
    match (&shift.closed, drawers::may_close(actor, shift)) {
        (_, false) => Err(Error::Forbidden),
        (Some(_), true) => Err(Conflict::ShiftOver.into()),
        (None, true) => Ok(()),
    }
}

pub async fn ask_to_close(visit: &Visit, id: &str) -> Result<Response> {
    let (page, ..) = closing(visit, shift_id(id)?).await?;
    visit.page(&page)
}

pub async fn close(visit: &Visit, id: &str) -> Result<Response> {
    let (actor, id) = (visit.actor()?, shift_id(id)?);
    // A repeated submission finds the shift closed by the first one.
    let post = visit.post();
    let made = move |tx: &Transaction<'_>| posts::made(tx, post);
    if visit.desk.db.write(made).await?.is_some() {
        return Ok(visit.go("/cash"));
    }
    let (mut page, shift, expected) = closing(visit, id).await?;
    let reason = ShiftReason::parse("reason", visit.typed("reason"));
    let reason = page.errors.take(reason, &visit.texts)?;
    let (Some(counted), Some(reason)) = (page.sum("counted")?, reason) else {
        return page.again();
    };
    if counted != expected {
        let difference = visit.texts.money(counted.minus(expected));
        let name = visit.texts.s("cash-difference");
        page.facts.push((name, difference));
    }
    let count = Count {
        counted,
        reason,
        expected: visit
            .sent("expected")
            .and_then(|sum| sum.parse().ok())
            .map(Money::from_row),
    };
    let now = visit.desk.clock.now();
    page.send(move |tx| {
        Ok(drawers::close_shift(tx, &actor, shift.id, count, now)?
            .id
            .get())
    })
    .await
}

fn shift_id(text: &str) -> Result<ShiftId> {
    ShiftId::parse("id", text).map_err(|_| Error::NotFound)
}
