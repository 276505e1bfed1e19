//! The discount of a whole task.

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use super::line_form::discount;
use crate::app::edits;
use crate::domain::{Discount, Result, TaskId};
use crate::store::Transaction;
use crate::web::edited::{Collision, Edited, Input, Question, encode};
use crate::web::form::Errors;
use crate::web::tasks::{get_whole, task_id};
use crate::web::text::Texts;
use crate::web::visit::Visit;

#[derive(Template)]
#[template(path = "discount.html")]
struct DiscountPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    task: i64,
    /// The value that the form was loaded with.
    was: String,
    errors: Errors,
    discount: String,
}

async fn show(
    visit: &Visit,
    task: TaskId,
    typed: Option<&str>,
    status: StatusCode,
    errors: Errors,
) -> Result<Response> {
    let (_, details) = get_whole(visit, task).await?;
    let stored = words(details.discount, &visit.texts);
    let page = DiscountPage {
        visit,
        current: "tasks",
        task: task.get(),
        was: match visit.sent("was") {
            Some(was) => was.to_owned(),
            None => encode([("discount", &*stored)]),
        },
        errors,
        discount: typed.map_or(stored, str::to_owned),
    };
    visit.page_as(status, &page)
}

/// Formats a discount as the form takes it.
fn words(discount: Option<Discount>, texts: &Texts) -> String {
    match discount {
        None => String::new(),
        Some(Discount::Sum(sum)) => texts.amount(sum),
        Some(Discount::Percent(percent)) => texts.percent(percent),
    }
}

pub async fn ask_for_discount(visit: &Visit, id: &str) -> Result<Response> {
    visit.actor()?;
    show(visit, task_id(id)?, None, StatusCode::OK, Errors::default()).await
}

pub async fn set_discount(visit: &Visit, id: &str) -> Result<Response> {
    let (actor, task) = (visit.actor()?, task_id(id)?);
    let (edited, mut errors) = (Edited::read(visit), Errors::default());
    let parse = |text: &str| discount("discount", text, visit.desk.shop().currency);
    let typed = errors.take_some(edited.typed("discount").map(parse), &visit.texts)?;
    if errors.any() {
        return again(visit, task, &edited, errors).await;
    }
    let shown = edited.shown("discount").and_then(|text| parse(text).ok());
    let edit = edited.edit(typed, shown);
    let now = visit.desk.clock.now();
    let work = move |tx: &Transaction<'_>| edits::discount(tx, &actor, task, edit, now);
    match visit.desk.db.write(work).await {
        Ok(saved) if saved.collided.is_empty() => Ok(visit.go(&format!("/tasks/{task}#lines"))),
        Ok(_) => ask(visit, task, errors).await,
        Err(error) => {
            errors.add(error, &visit.texts)?;
            again(visit, task, &edited, errors).await
        }
    }
}

/// Shows the form again with its errors.
async fn again(
    visit: &Visit,
    task: TaskId,
    edited: &Edited<'_>,
    errors: Errors,
) -> Result<Response> {
    if !edited.in_conflict(&["discount"]).is_empty() {
        return ask(visit, task, errors).await;
    }
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    show(visit, task, Some(visit.typed("discount")), status, errors).await
}

/// Asks about the discount that a colleague has set meanwhile.
async fn ask(visit: &Visit, task: TaskId, errors: Errors) -> Result<Response> {
    let (_, details) = get_whole(visit, task).await?;
    let theirs = words(details.discount, &visit.texts);
    let collision = Collision {
        field: "discount",
        label: visit.texts.s("lines-discount-set"),
        input: Input::Line,
        mine: visit.typed("discount").to_owned(),
        theirs_read: theirs.clone(),
        theirs,
    };
    let question = Question {
        visit,
        current: "tasks",
        title: "conflict-title",
        action: format!("/tasks/{task}/discount"),
        cancel: format!("/tasks/{task}#lines"),
        collisions: vec![collision],
        saved: false,
        errors,
    };
    question.ask()
}
