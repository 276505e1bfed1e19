//! Writing a new task down, phone first.

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use super::{CustomerLine, Draft, Row, of_customer};
use crate::app;
use crate::domain::{Category, Description, Name, NewTask, Phone, Result, Status, TaskOrder};
use crate::web::form::Errors;
use crate::web::visit::Visit;

/// Tasks of a customer that are shown beside a form.
const LAST: usize = 5;

#[derive(Template)]
#[template(path = "new-task.html")]
struct NewPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    errors: Errors,
    draft: Draft,
    known: Known,
}

/// What is known of a phone while a task is written down.
#[derive(Default)]
pub struct Known {
    /// The phone was looked for.
    pub looked: bool,
    pub customer: Option<CustomerLine>,
    pub last: Vec<Row>,
}

/// Looks for the customer with a phone, and their last tasks.
///
/// # Errors
/// [`Error::Invalid`] for what is no phone.
pub async fn look_up(visit: &Visit, phone: &str) -> Result<Known> {
    let actor = visit.actor()?;
    let phone = Phone::parse("phone", phone, visit.desk.shop.country)?;
    let work = move |c: &_| {
        let customer = app::customers::by_phone(c, &actor, &phone)?;
        let last = match &customer {
            Some(customer) => {
                let filter = of_customer(customer);
                app::tasks::page(c, &actor, &filter, TaskOrder::Newest, None, LAST)?
            }
            None => Vec::new(),
        };
        Ok((customer, last))
    };
    let (customer, last) = visit.desk.db.read(work).await?;
    Ok(Known {
        looked: true,
        customer: customer.map(|customer| CustomerLine::new(Some(&customer), &visit.texts)),
        last: last.iter().map(|row| Row::new(row, &visit.texts)).collect(),
    })
}

pub async fn new(visit: &Visit) -> Result<Response> {
    visit.actor()?;
    let draft = Draft {
        phone: visit.asked("phone").unwrap_or_default().to_owned(),
        ..Draft::default()
    };
    show_new(visit, StatusCode::OK, Errors::default(), draft).await
}

async fn show_new(
    visit: &Visit,
    status: StatusCode,
    mut errors: Errors,
    draft: Draft,
) -> Result<Response> {
    let known = match draft.phone.is_empty() {
        true => None,
        false => errors.take(look_up(visit, &draft.phone).await, &visit.texts)?,
    };
    let known = known.unwrap_or_default();
    visit.page_as(
        status,
        &NewPage {
            visit,
            current: "tasks",
            errors,
            draft,
            known,
        },
    )
}

pub async fn create(visit: &Visit) -> Result<Response> {
    let actor = visit.actor()?;
    let draft = Draft::read(visit);
    let mut errors = Errors::default();
    // The button beside the phone, for whoever has no script.
    if !visit.typed("check").is_empty() {
        return show_new(visit, StatusCode::OK, errors, draft).await;
    }
    let texts = &visit.texts;
    let country = visit.desk.shop.country;
    let phone = errors.take(Phone::parse("phone", &draft.phone, country), texts)?;
    let name = errors.take(Name::parse("name", &draft.name), texts)?;
    let description = errors.take(Description::parse("description", &draft.description), texts)?;
    let (Some(customer_phone), Some(customer_name), Some(description)) = (phone, name, description)
    else {
        return show_new(visit, StatusCode::UNPROCESSABLE_ENTITY, errors, draft).await;
    };
    let new = NewTask {
        customer_phone,
        customer_name,
        category: draft.category.unwrap_or(Category::Other),
        status: draft.status.unwrap_or(Status::Accepted),
        description,
    };
    let now = visit.desk.clock.now();
    let row = visit
        .desk
        .db
        .write(move |tx| app::tasks::create(tx, &actor, &new, now))
        .await?;
    Ok(visit.go(&format!("/tasks/{}", row.task.id)))
}
