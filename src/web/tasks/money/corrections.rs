//! The owner's corrections of the ledger: refunds and reversals.

use warp::http::StatusCode;
use warp::reply::Response;

use super::note_error;
use super::payment_form::{PaymentForm, PaymentPage};
use crate::app::payments::{LedgerRow, NewRefund};
use crate::app::{self, posts};
use crate::domain::{Error, PaymentId, Result, TaskId};
use crate::store::Transaction;
use crate::web::tasks::task_id;
use crate::web::visit::Visit;

/// Creates the page about a row of a task's ledger.
async fn page<'a>(
    visit: &'a Visit,
    task: TaskId,
    id: PaymentId,
    button: &'a str,
) -> Result<(PaymentPage<'a>, LedgerRow)> {
    let actor = visit.actor()?;
    let read = move |c: &_| app::payments::row(c, &actor, task, id);
    let row = visit.desk.db.read(read).await?;
    let (page, _) = PaymentPage::of_task(visit, task, button).await?;
    let (texts, entry) = (&visit.texts, &row.payment.entry);
    let facts = texts.known([
        ("payment-sum", Some(texts.money(entry.amount))),
        ("payment-method", Some(texts.method(&entry.method))),
        ("paper-date", Some(texts.exact(&row.payment.at))),
        (
            "payment-left",
            row.is_refundable().then(|| texts.money(row.left)),
        ),
    ]);
    let page = PaymentPage {
        facts,
        asks_fiscal: false,
        is_danger: true,
        ..page
    };
    Ok((page, row))
}

async fn refund_page(
    visit: &Visit,
    task: TaskId,
    id: PaymentId,
) -> Result<(PaymentPage<'_>, LedgerRow)> {
    let (mut page, row) = page(visit, task, id, "payment-refund").await?;
    let entry = &row.payment.entry;
    page.action = format!("/tasks/{task}/payments/{id}/refund");
    page.form = PaymentForm {
        method: Some(entry.method),
        drawer: entry.drawer.map(|id| id.to_string()).unwrap_or_default(),
        ..PaymentForm::of_sum(row.left, &visit.texts)
    };
    Ok((page, row))
}

pub async fn ask_to_refund(visit: &Visit, id: &str, payment: &str) -> Result<Response> {
    visit.owner()?;
    let (page, _) = refund_page(visit, task_id(id)?, payment_id(payment)?).await?;
    page.show(StatusCode::OK)
}

/// Gives a payment back, or a part of it.
pub async fn refund(visit: &Visit, id: &str, payment: &str) -> Result<Response> {
    let (owner, task, id) = (visit.owner()?, task_id(id)?, payment_id(payment)?);
    let (mut page, _) = refund_page(visit, task, id).await?;
    page.form = PaymentForm::read(visit);
    let sum = page.form.sum(visit, &mut page.errors)?;
    let note = page.form.note(visit, &mut page.errors)?;
    let drawer = page.form.drawer(visit, &mut page.errors)?;
    let (Some(sum), Some(note), false) = (sum, note, page.errors.any()) else {
        return page.show(StatusCode::UNPROCESSABLE_ENTITY);
    };
    let new = NewRefund {
        sum,
        method: Some(page.form.method()),
        drawer,
        note,
        key: None,
    };
    let (post, now) = (visit.post(), visit.desk.clock.now());
    let work = move |tx: &Transaction<'_>| {
        let refund = || {
            let row = app::payments::refund(tx, &owner, id, &new, now)?;
            Ok(row.id.get())
        };
        posts::once(tx, post, now, refund)
    };
    done(visit, task, page, visit.desk.db.write(work).await)
}

async fn reversal_page(
    visit: &Visit,
    task: TaskId,
    id: PaymentId,
) -> Result<(PaymentPage<'_>, LedgerRow)> {
    let (page, row) = page(visit, task, id, "payment-reverse").await?;
    let page = PaymentPage {
        action: format!("/tasks/{task}/payments/{id}/reverse"),
        form: PaymentForm::default(),
        asks_sum: false,
        ..page
    };
    Ok((page, row))
}

pub async fn ask_to_reverse(visit: &Visit, id: &str, payment: &str) -> Result<Response> {
    visit.owner()?;
    let (page, _) = reversal_page(visit, task_id(id)?, payment_id(payment)?).await?;
    page.show(StatusCode::OK)
}

/// Corrects a row by its opposite.
pub async fn reverse(visit: &Visit, id: &str, payment: &str) -> Result<Response> {
    let (owner, task, id) = (visit.owner()?, task_id(id)?, payment_id(payment)?);
    let (mut page, _) = reversal_page(visit, task, id).await?;
    page.form = PaymentForm::read(visit);
    let Some(note) = page.form.note(visit, &mut page.errors)? else {
        return page.show(StatusCode::UNPROCESSABLE_ENTITY);
    };
    let (post, now) = (visit.post(), visit.desk.clock.now());
    let work = move |tx: &Transaction<'_>| {
        let reverse = || {
            let row = app::payments::reverse(tx, &owner, id, note, now)?;
            Ok(row.id.get())
        };
        posts::once(tx, post, now, reverse)
    };
    done(visit, task, page, visit.desk.db.write(work).await)
}

fn done(
    visit: &Visit,
    task: TaskId,
    mut page: PaymentPage<'_>,
    done: Result<i64>,
) -> Result<Response> {
    match done {
        Ok(_) => Ok(visit.go(&format!("/tasks/{task}#payments"))),
        Err(error) => {
            let status = note_error(&mut page.errors, error, &visit.texts)?;
            page.show(status)
        }
    }
}

fn payment_id(text: &str) -> Result<PaymentId> {
    PaymentId::parse("id", text).map_err(|_| Error::NotFound)
}
