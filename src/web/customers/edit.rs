//! The pages on which a customer's card is created and edited.

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use super::form::{CustomerForm, change, names};
use super::{customer_id, get};
use crate::app::{self, edits};
use crate::domain::{CardField, Conflict, Customer, CustomerId, Error, Phone, Result};
use crate::store::Transaction;
use crate::web::edited::{Collision, Edited, Input, Question};
use crate::web::form::Errors;
use crate::web::visit::Visit;

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
    /// Whether another phone would unlink a Telegram account.
    linked: bool,
}

impl<'a> EditPage<'a> {
    /// Returns the typed fields, each of which shows its own error.
    fn fields(&self) -> Vec<&'static str> {
        names()
    }

    /// Records why the card wasn't saved.
    fn refused(&mut self, error: Error) -> Result<()> {
        if let Error::Conflict(Conflict::PhoneTaken { customer }) = &error {
            self.taken = Some(customer.get());
        }
        self.errors.add(error, &self.visit.texts)
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
            linked: false,
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
    let phone = Phone::parse("phone", &page.draft.phone, desk.shop().country);
    let phone = page.errors.take(phone, texts)?;
    let change = change(|field| Some(visit.typed(field)), &mut page.errors, texts)?;
    if let Some(phone) = phone.filter(|_| !page.errors.any()) {
        let (shop, now) = (desk.shop(), desk.clock.now());
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
            Err(error) => page.refused(error)?,
        }
    }
    visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

pub async fn edit(visit: &Visit, id: &str) -> Result<Response> {
    let customer = get(visit, customer_id(id)?).await?;
    let draft = CustomerForm::of(&customer);
    let mut page = EditPage::new(visit, Some(customer.id), draft);
    page.linked = customer.links().next().is_some();
    visit.page(&page)
}

pub async fn update(visit: &Visit, id: &str) -> Result<Response> {
    let actor = visit.actor()?;
    let card = get(visit, customer_id(id)?).await?;
    let (edited, texts) = (Edited::read(visit), &visit.texts);
    let mut errors = Errors::default();
    let mut typed = change(|field| edited.typed(field), &mut errors, texts)?;
    // One that nobody touched is left alone, though it may not be accepted any more.
    let phone = edited
        .typed("phone")
        .filter(|typed| Some(*typed) != edited.shown("phone"));
    let phone = phone.map(|phone| Phone::parse("phone", phone, visit.desk.shop().country));
    typed.phone = errors.take_some(phone, texts)?;
    if errors.any() {
        return again(visit, &edited, &card, errors, None);
    }
    let mut shown = change(|field| edited.shown(field), &mut Errors::default(), texts)?;
    shown.phone = edited
        .shown("phone")
        .filter(|shown| *shown == card.phone.typed())
        .map(|_| card.phone.clone());
    let edit = edited.edit(typed, shown);
    let (shop, now, id) = (visit.desk.shop(), visit.desk.clock.now(), card.id);
    let work = move |tx: &Transaction<'_>| edits::customer(tx, &shop, &actor, id, edit, now);
    let saved = match visit.desk.db.write(work).await {
        Err(Error::Conflict(taken @ Conflict::PhoneTaken { customer })) => {
            errors.add(taken.into(), texts)?;
            return again(visit, &edited, &card, errors, Some(customer));
        }
        saved => saved?,
    };
    match saved.collided.is_empty() {
        true => Ok(visit.go(&format!("/customers/{id}"))),
        false => ask(visit, &saved.collided, &saved.now, saved.changed, errors),
    }
}

/// Shows the form again with its errors.
fn again(
    visit: &Visit,
    edited: &Edited<'_>,
    card: &Customer,
    errors: Errors,
    taken: Option<CustomerId>,
) -> Result<Response> {
    let asked = edited.in_conflict(&names());
    if !asked.is_empty() {
        return ask(visit, &asked, card, false, errors);
    }
    let mut page = EditPage::new(visit, Some(card.id), CustomerForm::of(card));
    page.draft = CustomerForm::read(|field| visit.typed(field));
    (page.taken, page.linked) = (taken.map(CustomerId::get), card.links().next().is_some());
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
    let all = CardField::ALL.iter();
    let all = all.map(|field| (field.name(), field.label()));
    let all = [("phone", "customers-phone")].into_iter().chain(all);
    let collided = all.filter(|(field, _)| fields.contains(field));
    let collision = |(field, label): (&'static str, &str)| Collision {
        field,
        label: visit.texts.s(label),
        input: match field {
            "note" => Input::Text,
            _ => Input::Line,
        },
        mine: visit.typed(field).to_owned(),
        theirs_read: theirs.get(field).to_owned(),
        theirs: theirs.get(field).to_owned(),
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
