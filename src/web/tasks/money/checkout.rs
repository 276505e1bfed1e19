//! Payments that are taken, and the hand-over of a task with what is due.

use warp::http::StatusCode;
use warp::reply::Response;

use super::note_error;
use super::payment_form::{PaymentForm, PaymentPage, Whole};
use crate::app::{self, handovers::HandOver, posts};
use crate::domain::{Conflict, Error, Money, NewPayment, Problem, Result, StageId, Status, TaskId};
use crate::store::Transaction;
use crate::web::edited::Edited;
use crate::web::tasks::change::way_back;
use crate::web::tasks::task_id;
use crate::web::visit::Visit;

async fn payment_page(visit: &Visit, task: TaskId) -> Result<(PaymentPage<'_>, Whole)> {
    let (mut page, whole) = PaymentPage::of_task(visit, task, "payment-take").await?;
    page.action = format!("/tasks/{task}/pay");
    if !visit.typed("overpayment").is_empty() {
        ask_about_overpayment(&mut page);
    }
    Ok((page, whole))
}

fn ask_about_overpayment(page: &mut PaymentPage<'_>) {
    let text = page.visit.texts.s("payment-overpayment");
    page.confirming("overpayment", text);
}

pub async fn ask_for_payment(visit: &Visit, id: &str) -> Result<Response> {
    visit.actor()?;
    let (page, _) = payment_page(visit, task_id(id)?).await?;
    page.show(StatusCode::OK)
}

/// Takes a payment.
pub async fn take(visit: &Visit, id: &str) -> Result<Response> {
    let (actor, task) = (visit.actor()?, task_id(id)?);
    let (mut page, _) = payment_page(visit, task).await?;
    page.form = PaymentForm::read(visit);
    let Some(new) = page.form.payment(visit, &mut page.errors)? else {
        return page.show(StatusCode::UNPROCESSABLE_ENTITY);
    };
    let (post, now) = (visit.post(), visit.desk.clock.now());
    let work = move |tx: &Transaction<'_>| {
        let take = || {
            let payment = app::payments::take(tx, &actor, task, &new, now)?;
            Ok(payment.id.get())
        };
        posts::once(tx, post, now, take)
    };
    match visit.desk.db.write(work).await {
        Ok(_) => Ok(visit.go(&format!("/tasks/{task}?said=paid#payments"))),
        Err(error) => refused(page, error),
    }
}

/// Shows the form again, with a question where more than what is due was typed.
fn refused(mut page: PaymentPage<'_>, error: Error) -> Result<Response> {
    if matches!(&error, Error::Invalid(invalid) if invalid.problem == Problem::Overpayment) {
        ask_about_overpayment(&mut page);
    }
    let status = note_error(&mut page.errors, error, &page.visit.texts)?;
    page.show(status)
}

async fn checkout_page(visit: &Visit, task: TaskId) -> Result<(PaymentPage<'_>, Whole)> {
    let actor = visit.actor()?;
    let (mut page, whole) = PaymentPage::of_task(visit, task, "checkout").await?;
    page.action = format!("/tasks/{task}/checkout");
    let list = move |c: &_| app::stages::list(c, &actor);
    let mut stages = visit.desk.db.look_up(list).await?;
    stages.retain(|stage| stage.status == Status::Closed);
    if stages.len() > 1 {
        page.stages = stages;
    }
    if !visit.typed("overpayment").is_empty() {
        ask_about_overpayment(&mut page);
    }
    Ok((page, whole))
}

pub async fn ask_to_hand_over(visit: &Visit, id: &str) -> Result<Response> {
    visit.actor()?;
    let task = task_id(id)?;
    let (page, whole) = checkout_page(visit, task).await?;
    match whole.task.status {
        Status::Closed => Ok(visit.go(&format!("/tasks/{task}"))),
        _ => page.show(StatusCode::OK),
    }
}

/// Takes what is due, if anything, and hands the task over.
pub async fn hand_over(visit: &Visit, id: &str) -> Result<Response> {
    let (actor, task) = (visit.actor()?, task_id(id)?);
    let (mut page, whole) = checkout_page(visit, task).await?;
    page.form = PaymentForm::read(visit);
    let Some(payments) = payments(visit, &mut page)? else {
        return page.show(StatusCode::UNPROCESSABLE_ENTITY);
    };
    let stage = match &*page.form.stage {
        "" => None,
        id => Some(StageId::parse("stageId", id).map_err(|_| Error::NotFound)?),
    };
    if let Some(debt) = unconfirmed_debt(visit, &whole, &payments) {
        let text = visit
            .texts
            .fill("checkout-debt", "sum", visit.texts.money(debt));
        page.confirming("debt", text);
        page.errors
            .add_text("nonFieldErrors", visit.texts.s("checkout-debt-asked"));
        return page.show(StatusCode::UNPROCESSABLE_ENTITY);
    }
    // A hand-over collides with another stage, not with a change of something else: what is due is
    // compared by the payment.
    let shown = Edited::read(visit).shown("stage").map(str::to_owned);
    let version = visit.typed("version").parse().ok();
    let new = HandOver {
        payments,
        stage,
        expected_version: version.filter(|_| shown.is_none()),
    };
    let (shop, post, now) = (visit.desk.shop(), visit.post(), visit.desk.clock.now());
    let work = move |tx: &Transaction<'_>| {
        let hand_over = || {
            let task_now = app::tasks::get(tx, &actor, task)?.task;
            if shown.is_some_and(|shown| shown != task_now.stage.to_string()) {
                let current = task_now.version;
                return Err(Conflict::Version { current }.into());
            }
            let row = app::handovers::hand_over(tx, &shop, &actor, task, &new, now)?;
            Ok(row.task.id.get())
        };
        posts::once(tx, post, now, hand_over)
    };
    match visit.desk.db.write(work).await {
        Ok(_) => {
            let was = way_back(&whole.stage);
            let to = format!("/tasks/{task}?handed=1&changed={task}&was={was}");
            Ok(visit.go(&to))
        }
        Err(error) => refused(page, error),
    }
}

/// Parses the payment of a hand-over: none where nothing was typed. `None` when it has errors.
fn payments(visit: &Visit, page: &mut PaymentPage<'_>) -> Result<Option<Vec<NewPayment>>> {
    if page.form.sum.is_empty() {
        return Ok(Some(Vec::new()));
    }
    let payment = page.form.payment(visit, &mut page.errors)?;
    Ok(payment.map(|payment| vec![payment]))
}

/// Returns the debt that would remain, unless the employee has confirmed it.
fn unconfirmed_debt(visit: &Visit, whole: &Whole, payments: &[NewPayment]) -> Option<Money> {
    let paid = payments.iter().map(|payment| payment.sum);
    let debt = paid.fold(whole.details.balance(), Money::minus);
    let is_new = whole.task.status != Status::Closed;
    let asks = debt > Money::ZERO && is_new && visit.typed("debt").is_empty();
    asks.then_some(debt)
}
