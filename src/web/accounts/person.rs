//! The fields of an employee's name and colour, and the owner's page of an employee.

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use super::Face;
use super::letters::{self, MadeLink};
use crate::app::accounts;
use crate::app::channel_accounts::EmployeeLink;
use crate::domain::{Colour, Employee, EmployeeChange, EmployeeId, EmployeeName, Error, Result};
use crate::store::Transaction;
use crate::web::form::Errors;
use crate::web::stages::colour_name;
use crate::web::visit::Visit;

/// The fields of a name and a colour, as stored or typed.
pub(super) struct PersonFields {
    pub(super) name: String,
    /// Word of the chosen colour; empty for the usual one.
    pub(super) colour: String,
    /// Words of the colours and their names.
    pub(super) colours: Vec<(&'static str, String)>,
}

impl PersonFields {
    pub(super) fn of(visit: &Visit, employee: &Employee) -> Self {
        let colour = employee.colour.map_or("", Colour::word);
        Self::new(visit, employee.name.as_str(), colour)
    }

    pub(super) fn typed(visit: &Visit) -> Self {
        Self::new(visit, visit.typed("name"), visit.typed("colour"))
    }

    fn new(visit: &Visit, name: &str, colour: &str) -> Self {
        let texts = &visit.texts;
        let usual = ("", texts.s("staff-colour-usual"));
        let named = |colour: &Colour| (colour.word(), colour_name(*colour, texts));
        Self {
            name: name.to_owned(),
            colour: colour.to_owned(),
            colours: [usual]
                .into_iter()
                .chain(Colour::ALL.iter().map(named))
                .collect(),
        }
    }
}

/// Saves the submitted name and colour of an employee.
pub(super) async fn save(visit: &Visit, id: EmployeeId) -> Result<Employee> {
    let actor = visit.actor()?;
    let change = EmployeeChange {
        name: Some(EmployeeName::parse("name", visit.typed("name"))?),
        colour: Some(Colour::from_word(visit.typed("colour"))),
    };
    let work = move |tx: &Transaction<'_>| accounts::update_employee(tx, &actor, id, &change);
    visit.desk.db.write(work).await
}

/// The owner's page of an employee.
#[derive(Template)]
#[template(path = "edit-employee.html")]
struct EditPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    errors: Errors,
    employee: &'a Employee,
    face: Face,
    person: PersonFields,
    /// The link for a new password that was just made.
    link: Option<MadeLink>,
}

impl<'a> EditPage<'a> {
    fn new(visit: &'a Visit, employee: &'a Employee, person: PersonFields) -> Self {
        Self {
            visit,
            current: "staff",
            errors: Errors::default().calling("name", "staff-name"),
            employee,
            face: Face::of(employee),
            person,
            link: None,
        }
    }

    /// Returns the path to which the letter's form is posted.
    fn letter_path(&self) -> String {
        format!("/staff/{}/password-link/send", self.employee.id)
    }
}

pub async fn edit_employee(visit: &Visit, id: &str) -> Result<Response> {
    let employee = find(visit, id).await?;
    let person = PersonFields::of(visit, &employee);
    visit.page(&EditPage::new(visit, &employee, person))
}

pub async fn update_employee(visit: &Visit, id: &str) -> Result<Response> {
    let employee = find(visit, id).await?;
    let mut page = EditPage::new(visit, &employee, PersonFields::typed(visit));
    let saved = save(visit, employee.id).await;
    match page.errors.take(saved, &visit.texts)? {
        Some(_) => Ok(visit.go("/staff")),
        None => visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page),
    }
}

/// Makes a link for a new password, and shows it once.
pub async fn make_password_link(visit: &Visit, id: &str) -> Result<Response> {
    let (owner, employee) = (visit.owner()?, find(visit, id).await?);
    let (desk, id, now) = (&visit.desk, employee.id, visit.desk.clock.now());
    let work = move |tx: &Transaction<'_>| accounts::create_password_link(tx, &owner, id, now);
    let made = desk.db.write(work).await;
    let mut page = EditPage::new(visit, &employee, PersonFields::of(visit, &employee));
    let Some(made) = page.errors.take(made, &visit.texts)? else {
        return visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page);
    };
    let person = (employee.email.as_str().to_owned(), &made.expires);
    page.link = Some(MadeLink::new(
        visit,
        EmployeeLink::Password,
        made.token,
        person,
    ));
    visit.page(&page)
}

/// Sends a link for a new password by e-mail. The page goes on showing the link, whatever becomes of the letter.
pub async fn send_password_link(visit: &Visit, id: &str) -> Result<Response> {
    let (owner, employee) = (visit.owner()?, find(visit, id).await?);
    let mut page = EditPage::new(visit, &employee, PersonFields::of(visit, &employee));
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    match letters::send(visit, owner, EmployeeLink::Password).await? {
        Ok(made) => {
            status = made.status();
            page.link = Some(made);
        }
        Err(errors) => page.errors = errors,
    }
    visit.page_as(status, &page)
}

/// Returns an employee for an owner.
///
/// # Errors
/// [`Error::Forbidden`] for anybody else; [`Error::NotFound`].
pub(super) async fn find(visit: &Visit, id: &str) -> Result<Employee> {
    visit.owner()?;
    let id = EmployeeId::parse("id", id).map_err(|_| Error::NotFound)?;
    let employee = accounts::employee(&visit.desk, &visit.actor()?, id).await?;
    let employee = employee.ok_or(Error::NotFound)?;
    Ok(Employee::clone(&employee))
}
