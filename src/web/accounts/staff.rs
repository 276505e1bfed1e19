//! The owner's staff page, which also shows the state of the bot and of webhooks.

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use super::Face;
use super::health::clock_incident;
use super::invites::{INVITES, InviteLine};
use super::letters::MadeLink;
use crate::app::{accounts, incidents};
use crate::domain::{Employee, EmployeeId, Error, Result, Role, Span};
use crate::web::bot_line::BotLine;
use crate::web::confirm::Confirm;
use crate::web::form::Errors;
use crate::web::visit::Visit;
use crate::web::webhooks::{self, Hooks};

#[derive(Template)]
#[template(path = "staff.html")]
struct StaffPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    errors: Errors,
    people: Vec<Person>,
    invites: Vec<InviteLine>,
    invited: Option<MadeLink>,
    bot: BotLine,
    /// Recent incidents of the system clock.
    clock: Vec<String>,
    hooks: Hooks,
}

struct Person {
    id: i64,
    email: String,
    face: Face,
    /// Whether they have a name besides the e-mail.
    named: bool,
    owner: bool,
    active: bool,
    me: bool,
}

impl Person {
    fn new(employee: &Employee, me: EmployeeId) -> Self {
        Self {
            id: employee.id.get(),
            email: employee.email.as_str().to_owned(),
            face: Face::of(employee),
            named: !employee.name.as_str().is_empty(),
            owner: employee.role == Role::Owner,
            active: employee.active,
            me: employee.id == me,
        }
    }
}

pub async fn staff(visit: &Visit) -> Result<Response> {
    visit.owner()?;
    show_staff(visit, StatusCode::OK, Errors::default(), None).await
}

pub(super) async fn show_staff(
    visit: &Visit,
    status: StatusCode,
    errors: Errors,
    invited: Option<MadeLink>,
) -> Result<Response> {
    let viewer = visit.viewer()?;
    let (actor, me) = (viewer.actor, viewer.me.id);
    let all = visit
        .desk
        .db
        .read(move |c| accounts::employees(c, &actor))
        .await?;
    let people = all
        .iter()
        .map(|employee| Person::new(employee, me))
        .collect();
    let hooks = webhooks::look(visit).await?;
    let (owner, now) = (visit.owner()?, visit.desk.clock.now());
    let news = move |c: &_| {
        let open = accounts::open_invites(c, &owner, Span::first(None, INVITES), now)?;
        Ok((incidents::news(c, &owner, now)?, open))
    };
    let (incidents, open) = visit.desk.db.read(news).await?;
    let texts = &visit.texts;
    let page = StaffPage {
        visit,
        current: "staff",
        errors,
        people,
        invites: open
            .iter()
            .map(|invite| InviteLine::new(invite, &all, texts))
            .collect(),
        invited,
        bot: BotLine::new(&visit.desk.bot.state(), &incidents, texts),
        clock: incidents
            .iter()
            .filter_map(|incident| clock_incident(incident, texts))
            .collect(),
        hooks,
    };
    visit.page_as(status, &page)
}

/// Asks for confirmation before changing a role or deactivating an account.
pub async fn ask_staff(visit: &Visit, id: &str, what: &str) -> Result<Response> {
    visit.owner()?;
    let actor = visit.actor()?;
    let id = EmployeeId::parse("id", id).map_err(|_| Error::NotFound)?;
    let all = visit.desk.db.read(move |c| accounts::employees(c, &actor));
    let all = all.await?.into_iter();
    let mut found =
        all.filter(|employee| employee.id == id && employee.active == (what != "reactivate"));
    let employee = found.next().ok_or(Error::NotFound)?;
    let role = visit.parameter("role").and_then(Role::from_word);
    let (title, lead, button) = match (what, role) {
        ("role", Some(Role::Owner)) => {
            ("staff-owner-title", "staff-owner-lead", "staff-make-owner")
        }
        ("role", Some(Role::Employee)) => (
            "staff-employee-title",
            "staff-employee-lead",
            "staff-make-employee",
        ),
        ("deactivate", _) => (
            "staff-deactivate-title",
            "staff-deactivate-lead",
            "staff-deactivate",
        ),
        ("reactivate", _) => (
            "staff-reactivate-title",
            "staff-reactivate-lead",
            "staff-reactivate",
        ),
        _ => return Err(Error::NotFound),
    };
    let texts = &visit.texts;
    let confirm = Confirm {
        visit,
        current: "staff",
        title: texts.s(title),
        about: employee.email.as_str().to_owned(),
        lead: texts.s(lead),
        action: format!("/staff/{id}/{what}"),
        fields: role
            .filter(|_| what == "role")
            .map(|role| ("role", role.word().to_owned()))
            .into_iter()
            .collect(),
        button: texts.s(button),
        back: "/staff".to_owned(),
    };
    confirm.show()
}

pub async fn change_staff(visit: &Visit, id: &str, what: &str) -> Result<Response> {
    let owner = visit.owner()?;
    let id = EmployeeId::parse("id", id).map_err(|_| Error::NotFound)?;
    let what = what.to_owned();
    let (role, now) = (Role::from_word(visit.typed("role")), visit.desk.clock.now());
    visit
        .desk
        .db
        .write(move |tx| match (&*what, role) {
            ("deactivate", _) => accounts::deactivate(tx, &owner, id, now),
            ("reactivate", _) => accounts::reactivate(tx, &owner, id, now),
            ("role", Some(role)) => accounts::set_role(tx, &owner, id, role, now),
            _ => Err(Error::NotFound),
        })
        .await?;
    Ok(visit.go("/staff"))
}
