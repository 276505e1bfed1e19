//! Cash that is put into a drawer or taken out, and the reversal of a row that belongs to no task.

use warp::reply::Response;

use super::drawers::{drawer_id, get, texts_about};
use super::form::FormPage;
use crate::app::payments::{self, LedgerRow};
use crate::domain::{Conflict, Drawer, Error, Money, PaymentId, PaymentKind, PaymentNote, Result};
use crate::i18n;
use crate::web::visit::Visit;

/// Returns the form that puts cash into a drawer or takes it out.
fn moving<'a>(visit: &'a Visit, drawer: &Drawer, kind: PaymentKind) -> FormPage<'a> {
    let (title, button) = match kind {
        PaymentKind::CashOut => ("cash-out-title", "cash-take-out"),
        _ => ("cash-in-title", "cash-put-in"),
    };
    let title = texts_about(visit, title, drawer);
    let page = FormPage::new(visit, title, format!("/drawers/{}/move", drawer.id), button);
    let mut page =
        page.field("sum", "cash-sum", true, true)
            .field("note", "cash-note", false, false);
    page.hidden = vec![("kind", kind.word().to_owned())];
    page
}

pub async fn ask_to_move(visit: &Visit, id: &str) -> Result<Response> {
    let drawer = get(visit, drawer_id(id)?).await?;
    let kind = kind(visit.parameter("kind"))?;
    visit.page(&moving(visit, &drawer, kind))
}

pub async fn move_cash(visit: &Visit, id: &str) -> Result<Response> {
    let actor = visit.actor()?;
    let drawer = get(visit, drawer_id(id)?).await?;
    let kind = kind(visit.sent("kind"))?;
    let mut page = moving(visit, &drawer, kind);
    let note = PaymentNote::parse("note", visit.typed("note"));
    let note = page.errors.take(note, &visit.texts)?;
    let sum = page
        .sum("sum")?
        .map(|sum| Money::positive("sum", sum.minor()));
    let sum = page.errors.take_some(sum, &visit.texts)?;
    let (Some(sum), Some(note)) = (sum, note) else {
        return page.again();
    };
    let now = visit.desk.clock.now();
    page.send(move |tx| {
        let moved = payments::move_cash(tx, &actor, drawer.id, kind, sum, note, now)?;
        Ok(moved.id.get())
    })
    .await
}

/// # Errors
/// [`Error::NotFound`] for what isn't a direction of cash.
fn kind(word: Option<&str>) -> Result<PaymentKind> {
    let kinds = [PaymentKind::CashIn, PaymentKind::CashOut];
    let asked = word.and_then(PaymentKind::from_word);
    asked
        .filter(|kind| kinds.contains(kind))
        .ok_or(Error::NotFound)
}

/// Returns the form that reverses a row of the ledger. A row of a task is corrected on the task's
/// page, as long as the task is there.
async fn reversing<'a>(visit: &'a Visit, id: PaymentId) -> Result<(FormPage<'a>, LedgerRow)> {
    let (actor, texts) = (visit.actor()?, &visit.texts);
    let read = move |c: &_| payments::without_task(c, &actor, id);
    let row = visit.desk.db.look_up(read).await?;
    let entry = &row.payment.entry;
    let title = texts.number("cash-reverse-title", &id.get());
    let action = format!("/cash-moves/{id}/reverse");
    let page = FormPage::new(visit, title, action, "payment-reverse");
    let mut page = page.field("note", "cash-note", false, false);
    page.facts = vec![
        (
            texts.s("ledger-kind"),
            i18n::payment_kind(texts.language, entry.kind, None),
        ),
        (texts.s("cash-sum"), texts.money(entry.amount)),
        (texts.s("ledger-time"), texts.exact(&row.payment.at)),
        (texts.s("cash-note"), entry.note.as_str().to_owned()),
    ];
    page.facts.retain(|(_, value)| !value.is_empty());
    Ok((page, row))
}

pub async fn ask_to_reverse(visit: &Visit, id: &str) -> Result<Response> {
    visit.owner()?;
    let (page, row) = reversing(visit, payment_id(id)?).await?;
    match row.is_reversed {
        true => Err(Conflict::AlreadyReversed.into()),
        false => visit.page(&page),
    }
}

/// Corrects a row by its opposite.
pub async fn reverse(visit: &Visit, id: &str) -> Result<Response> {
    let (owner, id) = (visit.owner()?, payment_id(id)?);
    let (mut page, _) = reversing(visit, id).await?;
    let note = PaymentNote::parse("note", visit.typed("note"));
    let Some(note) = page.errors.take(note, &visit.texts)? else {
        return page.again();
    };
    let now = visit.desk.clock.now();
    page.send(move |tx| Ok(payments::reverse(tx, &owner, id, note, now)?.id.get()))
        .await
}

fn payment_id(text: &str) -> Result<PaymentId> {
    PaymentId::parse("id", text).map_err(|_| Error::NotFound)
}
