//! Registration pages: for the first account and for invited people.

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use crate::app::accounts::{self, Invitation, SignedIn};
use crate::app::settings;
use crate::domain::{
    About, Email, EmployeeName, PASSWORD_LENGTH, Password, Problem, Result, SettingKey, ShortText,
};
use crate::web::form::Errors;
use crate::web::visit::Visit;

const SHOP_NAME: SettingKey = SettingKey::ShopName;

/// The registration form for the first account or an invited one.
#[derive(Template)]
#[template(path = "join.html")]
struct JoinPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    errors: Errors,
    first: bool,
    /// Path of the database file, shown to a local user only.
    database: Option<String>,
    /// False when the first account can't be created from this client.
    open: bool,
    min: usize,
    /// Whether the form asks for the shop's name.
    asks_name: bool,
    /// The invite; `None` for the first account, and for an invite that can't be used.
    invitation: Option<Invitation>,
}

impl<'a> JoinPage<'a> {
    fn new(visit: &'a Visit, first: bool, errors: Errors) -> Self {
        let local = visit.desk.is_loopback() && visit.local;
        let database = (first && local).then(|| visit.desk.db.path().display().to_string());
        Self {
            visit,
            current: "",
            errors,
            first,
            database,
            open: !first || local,
            min: *PASSWORD_LENGTH.start(),
            asks_name: first && visit.desk.settings.now().is_open(SHOP_NAME),
            invitation: None,
        }
    }

    /// Creates the page of an invite.
    async fn invited(visit: &'a Visit, token: &str, errors: Errors) -> Result<Self> {
        let (token, now) = (token.to_owned(), visit.desk.clock.now());
        let registration = visit.desk.settings.now().registration;
        let find = move |c: &_| accounts::invitation(c, &token, registration, now);
        Ok(Self {
            invitation: visit.desk.db.read(find).await?,
            ..Self::new(visit, false, errors)
        })
    }

    /// Returns the e-mail that is invited.
    fn email(&self) -> Option<&str> {
        let invited = self.invitation.as_ref()?.email.as_ref();
        invited.map(Email::as_str)
    }
}

pub async fn first_run(visit: &Visit) -> Result<Response> {
    match visit.desk.db.read(accounts::any).await? {
        true => Ok(visit.go("/")),
        false => visit.page(&JoinPage::new(visit, true, Errors::default())),
    }
}

pub async fn make_first(visit: &Visit) -> Result<Response> {
    register(visit, None).await
}

pub async fn join(visit: &Visit, token: &str) -> Result<Response> {
    visit.page(&JoinPage::invited(visit, token, Errors::default()).await?)
}

pub async fn join_in(visit: &Visit, token: &str) -> Result<Response> {
    register(visit, Some(token.to_owned())).await
}

async fn register(visit: &Visit, invite: Option<String>) -> Result<Response> {
    let mut errors = Errors::default().calling("name", "staff-name");
    let token = invite.clone();
    let attempt = errors.take(visit.desk.limits.attempt(visit.address), &visit.texts)?;
    let email = errors.take(Email::parse("email", visit.typed("email")), &visit.texts)?;
    let name = errors.take(
        EmployeeName::parse("name", visit.typed("name")),
        &visit.texts,
    )?;
    let password = match &email {
        Some(email) => errors.take(new_password(visit, email), &visit.texts)?,
        None => None,
    };
    let shop = visit
        .sent(SHOP_NAME.word())
        .filter(|name| token.is_none() && !name.trim().is_empty());
    let shop = shop.map(|name| ShortText::<{ About::LINE }>::parse(SHOP_NAME.word(), name));
    let shop = errors.take(shop.transpose(), &visit.texts)?;
    if let (Some(attempt), Some(person), Some(password), Some(shop)) =
        (attempt, email.zip(name), password, shop)
    {
        let made =
            accounts::register(&visit.desk, attempt, visit.local, person, password, invite).await;
        if let Some(made) = errors.take(made, &visit.texts)? {
            name_shop(visit, &made, shop).await?;
            return visit.with_session(visit.go("/today"), &made);
        }
    }
    let page = match token {
        Some(token) => JoinPage::invited(visit, &token, errors).await?,
        None => JoinPage::new(visit, true, errors),
    };
    visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// Stores the shop's name that came with the first account.
async fn name_shop(
    visit: &Visit,
    made: &SignedIn,
    name: Option<ShortText<{ About::LINE }>>,
) -> Result<()> {
    let Some(name) = name else { return Ok(()) };
    let (owner, now) = (
        made.employee.sign_in()?.require_owner()?,
        visit.desk.clock.now(),
    );
    let change = (SHOP_NAME, Some(String::from(name)));
    settings::update(&visit.desk, owner, vec![change], now).await
}

pub fn new_password(visit: &Visit, email: &Email) -> Result<Password> {
    let about = &visit.desk.shop().about;
    let password = Password::parse("password1", visit.typed("password1"), email, about)?;
    match password.is(visit.typed("password2")) {
        true => Ok(password),
        false => Err(Problem::PasswordMismatch.at("password2").into()),
    }
}
