//! Pages of customers.

mod edit;
mod form;
mod list;
mod merge;

pub use edit::{create, edit, new, update};
pub use list::{known, list};
pub use merge::{ask_to_merge, merge, undo_merge};

use askama::Template;
use warp::reply::Response;

use super::tasks::{CustomerLine, TaskListItem, of_customer};
use super::text::Texts;
use super::visit::Visit;
use crate::app;
use crate::domain::{
    CardField, ChatLink, Customer, CustomerId, Error, Messenger, Result, Span, TaskOrder,
};
use crate::store::Transaction;

/// Maximum number of tasks on a customer's page; the list shows the rest.
const TASKS: usize = 50;

/// A known field of a card, beside the name.
struct Fact {
    label: String,
    text: String,
    /// Target of its link; empty for none.
    link: String,
    is_long: bool,
}

#[derive(Template)]
#[template(path = "customer.html")]
struct CustomerPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    customer: CustomerLine,
    id: i64,
    links: Vec<ChatLink>,
    facts: Vec<Fact>,
    /// The merges that can be undone.
    merges: Vec<merge::MergeLine>,
    /// Whether they have asked for no e-mail.
    is_email_stopped: bool,
    /// What they owe, as a sentence.
    debt: Option<String>,
    rows: Vec<TaskListItem>,
    count: i64,
    /// URL of the list of all the customer's tasks.
    all: String,
}

pub async fn show(visit: &Visit, id: &str) -> Result<Response> {
    let actor = visit.actor()?;
    let (id, now) = (customer_id(id)?, visit.desk.clock.now());
    let key = visit.desk.links.clone();
    let work = move |c: &_| {
        let customer = app::customers::get(c, &actor, id)?;
        let stopped = app::email_stops::of_customer(c, &actor, &key, &customer)?;
        let merges = app::merges::of_customer(c, &actor, id, now)?;
        let filter = of_customer(&customer);
        let rows = app::tasks::page(
            c,
            &actor,
            &filter,
            TaskOrder::Newest,
            Span::first(None, TASKS),
        )?;
        let rows = app::details::join(c, &actor, rows)?;
        let count = app::tasks::count(c, &actor, &filter)?;
        let debt = app::handovers::debts_of_customers(c, &actor, &[id])?;
        let debt = debt.get(&id).copied();
        Ok((customer, stopped, merges, rows, count, debt))
    };
    let (customer, is_email_stopped, merges, rows, count, debt) = visit.desk.db.read(work).await?;
    let phone: String = form_urlencoded::byte_serialize(customer.phone.e164().as_bytes()).collect();
    visit.page(&CustomerPage {
        visit,
        current: "customers",
        customer: CustomerLine::new(Some(&customer), &visit.texts),
        id: id.get(),
        links: customer.links().copied().collect(),
        facts: facts(&customer, &visit.texts),
        merges: merge::lines(&merges, &visit.texts),
        is_email_stopped,
        debt: debt.map(|sum| {
            visit
                .texts
                .fill("customer-debt", "sum", visit.texts.money(sum))
        }),
        rows: TaskListItem::all(&rows, &visit.texts),
        count,
        all: format!("/?q={phone}"),
    })
}

fn facts(customer: &Customer, texts: &Texts) -> Vec<Fact> {
    let fields = CardField::ALL.iter().copied();
    let known =
        fields.filter(|field| *field != CardField::Name && !customer.get(*field).is_empty());
    known
        .map(|field| Fact {
            label: texts.s(field.label()),
            text: customer.get(field).to_owned(),
            link: link(field, customer.get(field)),
            is_long: field.is_long(),
        })
        .collect()
}

fn link(field: CardField, text: &str) -> String {
    let dialled = |c: &char| c.is_ascii_digit() || *c == '+';
    match field {
        CardField::SecondPhone => {
            format!("tel:{}", text.chars().filter(dialled).collect::<String>())
        }
        CardField::Email => format!("mailto:{text}"),
        _ => String::new(),
    }
}

async fn get(visit: &Visit, id: CustomerId) -> Result<Customer> {
    let actor = visit.actor()?;
    visit
        .desk
        .db
        .read(move |c| app::customers::get(c, &actor, id))
        .await
}

#[derive(Template)]
#[template(path = "delete-customer.html")]
struct DeletePage<'a> {
    visit: &'a Visit,
    current: &'a str,
    customer: CustomerLine,
    id: i64,
    count: i64,
}

pub async fn ask_to_delete(visit: &Visit, id: &str) -> Result<Response> {
    let actor = visit.actor()?;
    let id = customer_id(id)?;
    let work = move |c: &_| {
        let customer = app::customers::get(c, &actor, id)?;
        let count = app::tasks::count(c, &actor, &of_customer(&customer))?;
        Ok((customer, count))
    };
    let (customer, count) = visit.desk.db.read(work).await?;
    let customer = CustomerLine::new(Some(&customer), &visit.texts);
    visit.page(&DeletePage {
        visit,
        current: "customers",
        customer,
        id: id.get(),
        count,
    })
}

pub async fn delete(visit: &Visit, id: &str) -> Result<Response> {
    let actor = visit.actor()?;
    let (id, now) = (customer_id(id)?, visit.desk.clock.now());
    if visit.typed("erase") == "1" {
        let owner = visit.owner()?;
        let read = move |c: &_| app::customers::get(c, &actor, id);
        let phone = visit.desk.db.read(read).await?.phone;
        app::customers::erase(&visit.desk, owner, phone).await?;
        return Ok(visit.go("/customers"));
    }
    let work = move |tx: &Transaction<'_>| {
        let phone = app::customers::get(tx, &actor, id)?.phone;
        app::customers::delete(tx, &actor, &phone, now)
    };
    visit.desk.db.write(work).await?;
    Ok(visit.go("/customers"))
}

pub async fn confirm(visit: &Visit, id: &str) -> Result<Response> {
    let actor = visit.actor()?;
    let (id, now) = (customer_id(id)?, visit.desk.clock.now());
    let messenger = messenger(visit)?;
    let work =
        move |tx: &Transaction<'_>| app::customers::confirm_account(tx, &actor, id, messenger, now);
    visit.desk.db.write(work).await?;
    Ok(visit.go(&format!("/customers/{id}")))
}

/// Lets a customer get e-mail again who has asked for none.
pub async fn resume_email(visit: &Visit, id: &str) -> Result<Response> {
    let (actor, id) = (visit.actor()?, customer_id(id)?);
    app::email_stops::resume(&visit.desk, actor, id).await?;
    Ok(visit.go(&format!("/customers/{id}")))
}

pub async fn unlink(visit: &Visit, id: &str) -> Result<Response> {
    let actor = visit.actor()?;
    let (id, now) = (customer_id(id)?, visit.desk.clock.now());
    let (messenger, shop) = (messenger(visit)?, visit.desk.shop());
    let work = move |tx: &Transaction<'_>| {
        app::customers::unlink_account(tx, &shop, &actor, id, messenger, now)
    };
    visit.desk.db.write(work).await?;
    Ok(visit.go(&format!("/customers/{id}")))
}

/// Returns the messenger of a form about an account; a form from before there were several names none.
fn messenger(visit: &Visit) -> Result<Messenger> {
    match visit.typed("messenger") {
        "" => Ok(Messenger::Telegram),
        word => Messenger::from_word(word).ok_or(Error::NotFound),
    }
}

fn customer_id(text: &str) -> Result<CustomerId> {
    CustomerId::parse("id", text).map_err(|_| Error::NotFound)
}
