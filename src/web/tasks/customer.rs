//! Another customer for a task: a search by name or phone, or a new card; then the question what that means.

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use super::{CustomerLine, TaskListItem, get_whole, task_id};
use crate::app;
use crate::domain::{Actor, Customer, CustomerId, Error, Name, Phone, Result, Span};
use crate::store::{Connection, Transaction};
use crate::web::confirm::Confirm;
use crate::web::form::Errors;
use crate::web::visit::Visit;

/// Maximum number of found customers.
const FOUND: usize = 20;

#[derive(Template)]
#[template(path = "other-customer.html")]
struct Page<'a> {
    visit: &'a Visit,
    current: &'a str,
    row: TaskListItem,
    search: &'a str,
    found: Vec<CustomerLine>,
    phone: String,
    name: String,
    errors: Errors,
}

pub async fn choose_customer(visit: &Visit, id: &str) -> Result<Response> {
    match visit.parameter("to") {
        Some(to) => {
            let to = CustomerId::parse("to", to).map_err(|_| Error::NotFound)?;
            let actor = visit.actor()?;
            let read = move |c: &Connection| app::customers::get(c, &actor, to);
            let card = visit.desk.db.read(read).await?;
            let fields = vec![("to", to.to_string())];
            ask(
                visit,
                id,
                CustomerLine::new(Some(&card), &visit.texts),
                fields,
            )
            .await
        }
        None => form(visit, id, StatusCode::OK, Errors::default()).await,
    }
}

async fn form(visit: &Visit, id: &str, status: StatusCode, errors: Errors) -> Result<Response> {
    let actor = visit.actor()?;
    let row = get_whole(visit, task_id(id)?).await?;
    let text = visit.parameter("q").unwrap_or_default();
    let mut found = match text {
        "" => Vec::new(),
        text => {
            let search = app::customers::search(text);
            let read = move |c: &Connection| {
                app::customers::page(c, &actor, &search, Span::first(None, FOUND))
            };
            visit.desk.db.read(read).await?
        }
    };
    found.retain(|card: &Customer| Some(card.id) != row.0.task.customer);
    let found = found.iter();
    let page = Page {
        visit,
        current: "tasks",
        row: TaskListItem::new(&row, &visit.texts),
        search: text,
        found: found
            .map(|card| CustomerLine::new(Some(card), &visit.texts))
            .collect(),
        phone: visit.typed("phone").to_owned(),
        name: visit.typed("name").to_owned(),
        errors,
    };
    visit.page_as(status, &page)
}

/// Says what happens, and asks.
async fn ask(
    visit: &Visit,
    id: &str,
    to: CustomerLine,
    mut fields: Vec<(&'static str, String)>,
) -> Result<Response> {
    let row = get_whole(visit, task_id(id)?).await?;
    let from = CustomerLine::new(row.0.customer.as_deref(), &visit.texts);
    let (id, version) = (row.0.task.id, row.0.task.version);
    fields.extend([("sure", "1".to_owned()), ("version", version.to_string())]);
    let of = |line: &CustomerLine| match line.phone.as_str() {
        "" => line.name.clone(),
        phone => format!("{}, {phone}", line.name),
    };
    let confirm = Confirm {
        visit,
        current: "tasks",
        title: visit.texts.number("other-customer-title", &id.get()),
        about: format!("{} → {}", of(&from), of(&to)),
        lead: visit.texts.s("other-customer-lead"),
        action: format!("/tasks/{id}/customer"),
        fields,
        button: visit.texts.s("other-customer-set"),
        back: format!("/tasks/{id}"),
    };
    confirm.show()
}

/// Gives the task to a customer, after the question.
pub async fn set_customer(visit: &Visit, id: &str) -> Result<Response> {
    let (actor, task) = (visit.actor()?, task_id(id)?);
    let (mut errors, texts) = (Errors::default(), &visit.texts);
    let to = visit.sent("to").map(|to| CustomerId::parse("to", to));
    let to = to.transpose().map_err(|_| Error::NotFound)?;
    let phone = to
        .is_none()
        .then(|| Phone::parse("phone", visit.typed("phone"), visit.desk.shop().country));
    let phone = errors.take_some(phone, texts)?;
    let name = errors.take(Name::parse("name", visit.typed("name")), texts)?;
    if errors.any() {
        return form(visit, id, StatusCode::UNPROCESSABLE_ENTITY, errors).await;
    }
    let name = name.flatten();
    if visit.typed("sure").is_empty() {
        let phone = phone.ok_or(Error::NotFound)?;
        let line = known_or_new(visit, actor, &phone, name.as_ref()).await?;
        let fields = ["phone", "name"].map(|field| (field, visit.typed(field).to_owned()));
        return ask(visit, id, line, fields.to_vec()).await;
    }
    let (now, version) = (visit.desk.clock.now(), visit.typed("version").parse().ok());
    let set = move |tx: &Transaction<'_>| {
        let phone = match (phone, to) {
            (_, Some(to)) => app::customers::get(tx, &actor, to)?.phone,
            (phone, None) => phone.ok_or(Error::NotFound)?,
        };
        app::task_customers::set(tx, &actor, task, &phone, name.as_ref(), version, now)
    };
    visit.desk.db.write(set).await?;
    Ok(visit.go(&format!("/tasks/{task}?said=customer")))
}

/// Returns the card with that phone as it is, or as it would be made.
async fn known_or_new(
    visit: &Visit,
    actor: Actor,
    phone: &Phone,
    name: Option<&Name>,
) -> Result<CustomerLine> {
    let asked = phone.clone();
    let read = move |c: &Connection| app::customers::by_phone(c, &actor, &asked);
    let known = visit.desk.db.read(read).await?;
    let mut line = CustomerLine::new(known.as_ref(), &visit.texts);
    if known.is_none() {
        line.name = name.map_or_else(
            || visit.texts.s("customer-unnamed"),
            |name| name.as_str().to_owned(),
        );
        line.phone = phone.formatted();
    }
    Ok(line)
}
