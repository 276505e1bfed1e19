//! The employee's own profile page.

use askama::Template;
use secrecy::SecretString;
use warp::http::StatusCode;
use warp::reply::Response;

use super::join::new_password;
use super::login::forgotten;
use super::person::{self, PersonFields};
use crate::app::accounts;
use crate::domain::{Email, Error, Language, PASSWORD_LENGTH, Result};
use crate::web::form::Errors;
use crate::web::staff_bot::{self, Telegram};
use crate::web::visit::Visit;

#[derive(Template)]
#[template(path = "profile.html")]
struct ProfilePage<'a> {
    visit: &'a Visit,
    current: &'a str,
    errors: Errors,
    email: &'a str,
    person: PersonFields,
    saved: bool,
    min: usize,
    telegram: Telegram,
}

impl<'a> ProfilePage<'a> {
    fn new(visit: &'a Visit, email: &'a str, errors: Errors) -> Result<Self> {
        let saved = visit.parameter("saved").is_some();
        let min = *PASSWORD_LENGTH.start();
        Ok(Self {
            visit,
            current: "profile",
            errors: errors.calling("name", "staff-name"),
            email,
            person: PersonFields::of(visit, &visit.viewer()?.me),
            saved,
            min,
            telegram: Telegram::new(visit, None)?,
        })
    }
}

pub async fn profile(visit: &Visit) -> Result<Response> {
    let email = visit.viewer()?.me.email.as_str();
    visit.page(&ProfilePage::new(visit, email, Errors::default())?)
}

pub async fn change_profile(visit: &Visit, what: &str) -> Result<Response> {
    let viewer = visit.viewer()?;
    let done = match what {
        "name" => {
            let saved = person::save(visit, viewer.actor.id()).await;
            saved.map(|_| visit.go("/profile?saved=1"))
        }
        "email" => change_email(visit).await,
        "password" => change_password(visit).await,
        "language" => change_language(visit).await,
        "telegram-unlink" => staff_bot::unlink(visit).await,
        "morning" => staff_bot::set_morning(visit).await,
        "telegram-code" => {
            let email = viewer.me.email.as_str();
            let mut page = ProfilePage::new(visit, email, Errors::default())?;
            page.telegram.code = Some(staff_bot::create_code(visit).await?);
            return visit.page(&page);
        }
        "everywhere" => {
            let actor = viewer.actor;
            visit
                .desk
                .db
                .write(move |tx| accounts::logout_everywhere(tx, &actor))
                .await?;
            return Ok(forgotten(visit));
        }
        _ => return Err(Error::NotFound),
    };
    let mut errors = Errors::default();
    match errors.take(done, &visit.texts)? {
        Some(response) => Ok(response),
        None => {
            let email = match what {
                "email" => visit.typed("email"),
                _ => viewer.me.email.as_str(),
            };
            let mut page = ProfilePage::new(visit, email, errors)?;
            if what == "name" {
                page.person = PersonFields::typed(visit);
            }
            visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

async fn change_email(visit: &Visit) -> Result<Response> {
    let actor = visit.actor()?;
    let email = Email::parse("email", visit.typed("email"))?;
    visit
        .desk
        .db
        .write(move |tx| accounts::update_me(tx, &actor, &email))
        .await?;
    Ok(visit.go("/profile?saved=1"))
}

async fn change_password(visit: &Visit) -> Result<Response> {
    let viewer = visit.viewer()?;
    let viewer = (viewer.actor, viewer.session);
    let old = SecretString::from(visit.typed("oldPassword"));
    let new = |email: &Email| new_password(visit, email);
    let changed = accounts::change_password(&visit.desk, viewer, old, new).await?;
    visit.with_session(visit.go("/profile?saved=1"), &changed)
}

async fn change_language(visit: &Visit) -> Result<Response> {
    let actor = visit.actor()?;
    let language = Language::parse(visit.typed("language")).ok_or(Error::NotFound)?;
    visit
        .desk
        .db
        .write(move |tx| accounts::set_language(tx, &actor, language))
        .await?;
    Ok(visit.go("/profile?saved=1"))
}
