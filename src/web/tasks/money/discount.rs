//! The discount of a whole task.

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use super::line_form::discount;
use super::note_error;
use crate::app::{self, posts};
use crate::domain::{Discount, Result, TaskId};
use crate::store::Transaction;
use crate::web::form::Errors;
use crate::web::tasks::{get_whole, task_id};
use crate::web::visit::Visit;

#[derive(Template)]
#[template(path = "discount.html")]
struct DiscountPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    task: i64,
    version: i64,
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
    let (row, details) = get_whole(visit, task).await?;
    let texts = &visit.texts;
    let stored = match details.discount {
        None => String::new(),
        Some(Discount::Sum(sum)) => texts.amount(sum),
        Some(Discount::Percent(percent)) => texts.percent(percent),
    };
    let page = DiscountPage {
        visit,
        current: "tasks",
        task: task.get(),
        version: row.task.version,
        errors,
        discount: typed.map_or(stored, str::to_owned),
    };
    visit.page_as(status, &page)
}

pub async fn ask_for_discount(visit: &Visit, id: &str) -> Result<Response> {
    visit.actor()?;
    show(visit, task_id(id)?, None, StatusCode::OK, Errors::default()).await
}

pub async fn set_discount(visit: &Visit, id: &str) -> Result<Response> {
    let (actor, task) = (visit.actor()?, task_id(id)?);
    let (typed, mut errors) = (visit.typed("discount"), Errors::default());
    let parsed = discount("discount", typed, visit.desk.shop.currency);
    let Some(new) = errors.take(parsed, &visit.texts)? else {
        let again = StatusCode::UNPROCESSABLE_ENTITY;
        return show(visit, task, Some(typed), again, errors).await;
    };
    let version = visit.typed("version").parse().ok();
    let (post, now) = (visit.post(), visit.desk.clock.now());
    let work = move |tx: &Transaction<'_>| {
        let set = || {
            let row = app::lines::set_discount(tx, &actor, task, new, version, now)?;
            Ok(row.task.id.get())
        };
        posts::once(tx, post, now, set)
    };
    match visit.desk.db.write(work).await {
        Ok(_) => Ok(visit.go(&format!("/tasks/{task}#lines"))),
        Err(error) => {
            let status = note_error(&mut errors, error, &visit.texts)?;
            show(visit, task, Some(typed), status, errors).await
        }
    }
}
