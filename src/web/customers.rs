//! Pages of customers.

use std::collections::BTreeMap;

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use super::edited::{Collision, Edited, Input, Question, encode};
use super::form::Errors;
use super::tasks::{CustomerLine, PhoneLookup, TaskListItem, look_up, of_customer};
use super::text::Texts;
use super::visit::Visit;
use crate::app::{self, edits, paging};
use crate::domain::{
    CardField, Conflict, Customer, CustomerChange, CustomerId, Error, Phone, Result, TaskOrder,
    TelegramLink,
};
use crate::store::Transaction;

const PAGE: usize = 50;
/// Maximum number of tasks on a customer's page; the list shows the rest.
const TASKS: usize = 50;

/// A customer as the list shows it.
struct CustomerRow {
    customer: CustomerLine,
    telegram: Option<TelegramLink>,
}

#[derive(Template)]
#[template(path = "customers.html")]
struct ListPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    search: &'a str,
    lines: Vec<CustomerRow>,
    count: i64,
    next: Option<String>,
    first: bool,
}

pub async fn list(visit: &Visit) -> Result<Response> {
    let actor = visit.actor()?;
    let text = visit.asked("q").unwrap_or_default();
    let search = app::customers::search(text);
    let after = visit
        .asked("after")
        .map(paging::read_customer_cursor)
        .transpose()?;
    let work = move |c: &_| {
        let all = app::customers::page(c, &actor, &search, after, PAGE + 1)?;
        Ok((all, app::customers::count(c, &actor, &search)?))
    };
    let (mut all, count) = visit.desk.db.read(work).await?;
    let more = all.len() > PAGE;
    all.truncate(PAGE);
    let last = all.last().filter(|_| more).map(|customer| customer.id);
    let line = |customer: &Customer| CustomerRow {
        customer: CustomerLine::new(Some(customer), &visit.texts),
        telegram: customer.telegram,
    };
    let page = ListPage {
        visit,
        current: "customers",
        search: text,
        lines: all.iter().map(line).collect(),
        count,
        next: last.map(|last| next(text, last)),
        first: after.is_none(),
    };
    visit.page(&page)
}

fn next(search: &str, last: CustomerId) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    if !search.is_empty() {
        query.append_pair("q", search);
    }
    query.append_pair("after", &paging::customer_cursor(last));
    format!("/customers?{}", query.finish())
}

/// Returns the known facts about a phone, for the script on the form of a new task.
#[derive(Template)]
#[template(path = "known.html")]
struct KnownPart<'a> {
    visit: &'a Visit,
    known: PhoneLookup,
}

pub async fn known(visit: &Visit) -> Result<Response> {
    visit.actor()?;
    let known = look_up(visit, visit.asked("phone").unwrap_or_default()).await;
    let known = match known {
        Err(Error::Invalid(_)) => PhoneLookup::default(),
        other => other?,
    };
    visit.page(&KnownPart { visit, known })
}

/// Contents of a customer form.
#[derive(Default)]
struct CustomerForm {
    phone: String,
    /// The other fields, by name.
    fields: BTreeMap<&'static str, String>,
}

impl CustomerForm {
    /// Reads a new card from the submitted fields.
    fn read<'f>(typed: impl Fn(&str) -> &'f str) -> Self {
        Self {
            phone: typed("phone").to_owned(),
            fields: by_name(|field| typed(field.name())),
        }
    }

    fn of(card: &Customer) -> Self {
        Self {
            phone: card.phone.typed().to_owned(),
            fields: by_name(|field| card.get(field)),
        }
    }

    fn get(&self, field: &str) -> &str {
        self.fields.get(field).map_or("", String::as_str)
    }

    /// Encodes all fields in one value, by which an edit form records what it was loaded with.
    fn encode(&self) -> String {
        encode(
            CardField::ALL
                .iter()
                .map(|field| (field.name(), self.get(field.name()))),
        )
    }
}

fn by_name<'f>(text: impl Fn(CardField) -> &'f str) -> BTreeMap<&'static str, String> {
    let all = CardField::ALL.iter();
    all.map(|field| (field.name(), text(*field).to_owned()))
        .collect()
}

/// Returns the names of the fields that people edit.
fn names() -> Vec<&'static str> {
    CardField::ALL.iter().map(|field| field.name()).collect()
}

/// Parses the fields of a form, and collects their errors. Fields that were not submitted are kept.
fn change<'f>(
    sent: impl Fn(&str) -> Option<&'f str>,
    errors: &mut Errors,
    texts: &Texts,
) -> Result<CustomerChange> {
    let mut change = CustomerChange::default();
    for field in CardField::ALL {
        if let Some(text) = sent(field.name()) {
            errors.take(change.set(*field, text), texts)?;
        }
    }
    Ok(change)
}

#[derive(Template)]
#[template(path = "edit-customer.html")]
struct EditPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    errors: Errors,
    /// `None` for a new customer.
    id: Option<i64>,
    /// Values that the form was loaded with.
    was: String,
    draft: CustomerForm,
    /// The existing customer with that phone.
    taken: Option<i64>,
}

impl<'a> EditPage<'a> {
    /// Returns the typed fields, each of which shows its own error.
    fn fields(&self) -> Vec<&'static str> {
        [vec!["phone"], names()].concat()
    }

    fn new(visit: &'a Visit, id: Option<CustomerId>, draft: CustomerForm) -> Self {
        let id = id.map(CustomerId::get);
        Self {
            visit,
            current: "customers",
            errors: Errors::default(),
            id,
            was: draft.encode(),
            draft,
            taken: None,
        }
    }
}

pub fn new(visit: &Visit) -> Result<Response> {
    visit.actor()?;
    visit.page(&EditPage::new(visit, None, CustomerForm::default()))
}

pub async fn create(visit: &Visit) -> Result<Response> {
    let actor = visit.actor()?;
    let draft = CustomerForm::read(|field| visit.typed(field));
    let mut page = EditPage::new(visit, None, draft);
    let (texts, desk) = (&visit.texts, &visit.desk);
    let phone = Phone::parse("phone", &page.draft.phone, desk.shop.country);
    let phone = page.errors.take(phone, texts)?;
    let change = change(|field| Some(visit.typed(field)), &mut page.errors, texts)?;
    if let Some(phone) = phone.filter(|_| !page.errors.any()) {
        let (shop, now) = (desk.shop.clone(), desk.clock.now());
        let post = visit.post();
        let work = move |tx: &Transaction<'_>| {
            let create = || {
                let made = app::customers::create(tx, &shop, &actor, &phone, &change, now)?;
                Ok(made.id.get())
            };
            app::posts::once(tx, post, now, create)
        };
        match desk.db.write(work).await {
            Ok(id) => return Ok(visit.go(&format!("/customers/{id}"))),
            Err(error) => {
                if let Error::Conflict(Conflict::PhoneTaken { customer }) = &error {
                    page.taken = Some(customer.get());
                }
                page.errors.add(error, texts)?;
            }
        }
    }
    visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

#[derive(Template)]
#[template(path = "customer.html")]
struct CustomerPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    customer: CustomerLine,
    id: i64,
    telegram: Option<TelegramLink>,
    rows: Vec<TaskListItem>,
    count: i64,
    /// URL of the list of all the customer's tasks.
    all: String,
}

pub async fn show(visit: &Visit, id: &str) -> Result<Response> {
    let actor = visit.actor()?;
    let id = customer_id(id)?;
    let work = move |c: &_| {
        let customer = app::customers::get(c, &actor, id)?;
        let filter = of_customer(&customer);
        let rows = app::tasks::page(c, &actor, &filter, TaskOrder::Newest, None, TASKS)?;
        let rows = app::details::join(c, &actor, rows)?;
        Ok((customer, rows, app::tasks::count(c, &actor, &filter)?))
    };
    let (customer, rows, count) = visit.desk.db.read(work).await?;
    let phone: String = form_urlencoded::byte_serialize(customer.phone.e164().as_bytes()).collect();
    visit.page(&CustomerPage {
        visit,
        current: "customers",
        customer: CustomerLine::new(Some(&customer), &visit.texts),
        id: id.get(),
        telegram: customer.telegram,
        rows: TaskListItem::all(&rows, &visit.texts),
        count,
        all: format!("/?q={phone}"),
    })
}

pub async fn edit(visit: &Visit, id: &str) -> Result<Response> {
    let customer = get(visit, customer_id(id)?).await?;
    let draft = CustomerForm::of(&customer);
    visit.page(&EditPage::new(visit, Some(customer.id), draft))
}

async fn get(visit: &Visit, id: CustomerId) -> Result<Customer> {
    let actor = visit.actor()?;
    visit
        .desk
        .db
        .read(move |c| app::customers::get(c, &actor, id))
        .await
}

pub async fn update(visit: &Visit, id: &str) -> Result<Response> {
    let actor = visit.actor()?;
    let card = get(visit, customer_id(id)?).await?;
    let (edited, texts) = (Edited::read(visit), &visit.texts);
    let mut errors = Errors::default();
    let typed = change(|field| edited.typed(field), &mut errors, texts)?;
    if errors.any() {
        return again(visit, &edited, &card, errors);
    }
    let shown = change(|field| edited.shown(field), &mut Errors::default(), texts)?;
    let edit = edited.edit(typed, shown);
    let (shop, now, id) = (visit.desk.shop.clone(), visit.desk.clock.now(), card.id);
    let work = move |tx: &Transaction<'_>| edits::customer(tx, &shop, &actor, id, edit, now);
    let saved = visit.desk.db.write(work).await?;
    match saved.collided.is_empty() {
        true => Ok(visit.go(&format!("/customers/{id}"))),
        false => ask(visit, &saved.collided, &saved.now, saved.changed, errors),
    }
}

/// Shows the form again with its errors.
fn again(visit: &Visit, edited: &Edited<'_>, card: &Customer, errors: Errors) -> Result<Response> {
    let asked = edited.asked(&names());
    if !asked.is_empty() {
        return ask(visit, &asked, card, false, errors);
    }
    let mut page = EditPage::new(visit, Some(card.id), CustomerForm::of(card));
    page.draft.fields = by_name(|field| visit.typed(field.name()));
    visit.typed("was").clone_into(&mut page.was);
    page.errors = errors;
    visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// Asks about the fields that a colleague has changed meanwhile.
fn ask(
    visit: &Visit,
    fields: &[&'static str],
    card: &Customer,
    saved: bool,
    errors: Errors,
) -> Result<Response> {
    let theirs = CustomerForm::of(card);
    let collided = CardField::ALL
        .iter()
        .filter(|field| fields.contains(&field.name()));
    let collision = |field: &CardField| Collision {
        field: field.name(),
        label: visit.texts.s(field.label()),
        input: Input::Line,
        mine: visit.typed(field.name()).to_owned(),
        theirs_read: theirs.get(field.name()).to_owned(),
        theirs: theirs.get(field.name()).to_owned(),
    };
    let question = Question {
        visit,
        current: "customers",
        title: "conflict-title-customer",
        action: format!("/customers/{}/edit", card.id),
        cancel: format!("/customers/{}", card.id),
        collisions: collided.map(collision).collect(),
        saved,
        errors,
    };
    question.ask()
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
    visit
        .desk
        .db
        .write(move |tx| app::customers::confirm_telegram(tx, &actor, id, now))
        .await?;
    Ok(visit.go(&format!("/customers/{id}")))
}

pub async fn unlink(visit: &Visit, id: &str) -> Result<Response> {
    let actor = visit.actor()?;
    let (id, now) = (customer_id(id)?, visit.desk.clock.now());
    visit
        .desk
        .db
        .write(move |tx| app::customers::unlink_telegram(tx, &actor, id, now))
        .await?;
    Ok(visit.go(&format!("/customers/{id}")))
}

fn customer_id(text: &str) -> Result<CustomerId> {
    CustomerId::parse("id", text).map_err(|_| Error::NotFound)
}
