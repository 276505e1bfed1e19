//! Registration pages: for the first account and for invited people.

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use crate::app::accounts::{self, SignedIn};
use crate::app::settings;
use crate::domain::{
    About, Email, PASSWORD_LENGTH, Password, Problem, Result, SettingKey, ShortText,
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
}

impl<'a> JoinPage<'a> {
    fn new(visit: &'a Visit, first: bool, errors: Errors) -> Self {
        let local = visit.desk.loopback && visit.local;
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
        }
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

pub fn join(visit: &Visit, _: &str) -> Result<Response> {
    visit.page(&JoinPage::new(visit, false, Errors::default()))
}

pub async fn join_in(visit: &Visit, token: &str) -> Result<Response> {
    register(visit, Some(token.to_owned())).await
}

async fn register(visit: &Visit, invite: Option<String>) -> Result<Response> {
    let first = invite.is_none();
    let mut errors = Errors::default();
    let attempt = errors.take(visit.desk.limits.attempt(visit.address), &visit.texts)?;
    let email = errors.take(Email::parse("email", visit.typed("email")), &visit.texts)?;
    let password = match &email {
        Some(email) => errors.take(new_password(visit, email), &visit.texts)?,
        None => None,
    };
    let shop = visit
        .sent(SHOP_NAME.word())
        .filter(|name| first && !name.trim().is_empty());
    let shop = shop.map(|name| ShortText::<{ About::LINE }>::parse(SHOP_NAME.word(), name));
    let shop = errors.take(shop.transpose(), &visit.texts)?;
    if let (Some(attempt), Some(email), Some(password), Some(shop)) =
        (attempt, email, password, shop)
    {
        let made =
            accounts::register(&visit.desk, attempt, visit.local, email, password, invite).await;
        if let Some(made) = errors.take(made, &visit.texts)? {
            name_shop(visit, &made, shop).await?;
            return visit.with_session(visit.go("/today"), &made);
        }
    }
    visit.page_as(
        StatusCode::UNPROCESSABLE_ENTITY,
        &JoinPage::new(visit, first, errors),
    )
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
