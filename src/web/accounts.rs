//! Getting in, getting out, one's own profile, and the owner's page of the staff.

use askama::Template;
use secrecy::SecretString;
use warp::http::StatusCode;
use warp::reply::Response;

use super::form::Errors;
use super::staff_bot::{self, Telegram};
use super::text::{Texts, initials, short_name};
use super::visit::{Visit, safe_path};
use super::webhooks::{self, Hooks};
use crate::app::accounts;
use crate::domain::{
    BotState, BotTrouble, Email, Employee, EmployeeId, Error, Language, PASSWORD_LENGTH, Password,
    Problem, Result, Role,
};

#[derive(Template)]
#[template(path = "login.html")]
struct LoginPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    errors: Errors,
    next: &'a str,
    /// A form that came after the end of a session, for after the login; empty without one.
    draft: &'a str,
}

/// A form that was kept over a login, to be sent now.
#[derive(Template)]
#[template(path = "resume.html")]
struct ResumePage<'a> {
    visit: &'a Visit,
    current: &'a str,
    to: &'a str,
    fields: Vec<(String, String)>,
}

pub async fn login(visit: &Visit) -> Result<Response> {
    if !visit.desk.db.read(accounts::any).await? {
        return Ok(visit.go("/first-run"));
    }
    let next = safe_path(visit.asked("next"));
    match visit.viewer {
        Some(_) => Ok(visit.go(next)),
        None => visit.page(&LoginPage {
            visit,
            current: "",
            errors: Errors::default(),
            next,
            draft: "",
        }),
    }
}

/// The login in the place of what a form was to do, with what was typed into it.
pub fn log_in_first(visit: &Visit) -> Result<Response> {
    let draft = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(&visit.form)
        .finish();
    let page = LoginPage {
        visit,
        current: "",
        errors: Errors::default(),
        next: safe_path(Some(&visit.here)),
        draft: &draft,
    };
    visit.page_as(StatusCode::UNAUTHORIZED, &page)
}

pub async fn log_in(visit: &Visit) -> Result<Response> {
    let next = safe_path(Some(visit.typed("next")));
    let draft = visit.typed("draft");
    let mut errors = Errors::default();
    let signed_in = errors.take(try_to_log_in(visit).await, &visit.texts)?;
    match signed_in {
        Some(token) if draft.is_empty() => Ok(visit.go_with_token(next, &token)),
        Some(token) => {
            let fields = form_urlencoded::parse(draft.as_bytes());
            let page = ResumePage {
                visit,
                current: "",
                to: next,
                fields: fields.into_owned().collect(),
            };
            Ok(visit.with_token(visit.page(&page)?, &token))
        }
        None => {
            let page = LoginPage {
                visit,
                current: "",
                errors,
                next,
                draft,
            };
            visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

async fn try_to_log_in(visit: &Visit) -> Result<String> {
    let attempt = visit.desk.limits.attempt(visit.address)?;
    let wrong = |_| Problem::Credentials.at(accounts::WHOLE_FORM);
    let email = Email::parse("email", visit.typed("email")).map_err(wrong)?;
    let password = SecretString::from(visit.typed("password"));
    Ok(accounts::login(&visit.desk, attempt, email, password)
        .await?
        .token)
}

pub fn log_out(visit: &Visit) -> Response {
    visit.go_with_token("/login", "")
}

/// A form that makes an account: the first one, or an invited one.
#[derive(Template)]
#[template(path = "join.html")]
struct JoinPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    errors: Errors,
    first: bool,
    /// Where the file is, for who is on this machine.
    database: Option<String>,
    /// False where the first account is made elsewhere.
    open: bool,
    min: usize,
}

impl<'a> JoinPage<'a> {
    fn new(visit: &'a Visit, first: bool, errors: Errors) -> Self {
        let loopback = visit.desk.loopback;
        let database = (first && loopback).then(|| visit.desk.db.path().display().to_string());
        Self {
            visit,
            current: "",
            errors,
            first,
            database,
            open: !first || loopback,
            min: *PASSWORD_LENGTH.start(),
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

pub fn join(visit: &Visit, _: &str) -> Response {
    let page = JoinPage::new(visit, false, Errors::default());
    visit
        .page(&page)
        .unwrap_or_else(|error| super::errors::answer(visit, &error))
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
    if let (Some(attempt), Some(email), Some(password)) = (attempt, email, password) {
        let made = accounts::register(&visit.desk, attempt, email, password, invite).await;
        if let Some(made) = errors.take(made, &visit.texts)? {
            return Ok(visit.go_with_token("/", &made.token));
        }
    }
    visit.page_as(
        StatusCode::UNPROCESSABLE_ENTITY,
        &JoinPage::new(visit, first, errors),
    )
}

fn new_password(visit: &Visit, email: &Email) -> Result<Password> {
    let password = Password::parse("password1", visit.typed("password1"), email)?;
    match visit.typed("password1") == visit.typed("password2") {
        true => Ok(password),
        false => Err(Problem::PasswordMismatch.at("password2").into()),
    }
}

#[derive(Template)]
#[template(path = "profile.html")]
struct ProfilePage<'a> {
    visit: &'a Visit,
    current: &'a str,
    errors: Errors,
    email: &'a str,
    saved: bool,
    min: usize,
    telegram: Telegram,
}

impl<'a> ProfilePage<'a> {
    fn new(visit: &'a Visit, email: &'a str, errors: Errors) -> Result<Self> {
        let saved = visit.asked("saved").is_some();
        let min = *PASSWORD_LENGTH.start();
        Ok(Self {
            visit,
            current: "profile",
            errors,
            email,
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
            return Ok(log_out(visit));
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
            let page = ProfilePage::new(visit, email, errors)?;
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
    let actor = visit.actor()?;
    let attempt = visit.desk.limits.attempt(visit.address)?;
    let old = SecretString::from(visit.typed("oldPassword"));
    let new = |email: &Email| new_password(visit, email);
    let changed = accounts::change_password(&visit.desk, actor, attempt, old, new).await?;
    Ok(visit.go_with_token("/profile?saved=1", &changed.token))
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

#[derive(Template)]
#[template(path = "staff.html")]
struct StaffPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    errors: Errors,
    people: Vec<Person>,
    invited: Option<Invited>,
    bot: BotLine,
    hooks: Hooks,
}

/// How the bot stands, in one line.
struct BotLine {
    text: String,
    well: bool,
}

impl BotLine {
    fn new(state: &BotState, texts: &Texts) -> Self {
        let (text, well) = match state {
            BotState::Off => (texts.s("bot-off"), true),
            BotState::Unknown => (texts.s("bot-unknown"), true),
            BotState::Seen(health) => {
                let when = texts.when(&health.seen);
                match health.troubles.first() {
                    None => (texts.fill("bot-well", "when", when), true),
                    Some(trouble) => {
                        let text = say_trouble(trouble, texts);
                        (
                            texts.fill2("bot-trouble", "what", text, "when", when),
                            false,
                        )
                    }
                }
            }
        };
        Self { text, well }
    }
}

fn say_trouble(trouble: &BotTrouble, texts: &Texts) -> String {
    match trouble {
        BotTrouble::Unreachable { detail } => texts.fill("bot-unreachable", "detail", detail),
        BotTrouble::TokenRefused => texts.s("bot-token-refused"),
        BotTrouble::WebhookElsewhere { found } if found.is_empty() => {
            texts.s("bot-webhook-missing")
        }
        BotTrouble::WebhookElsewhere { found } => {
            texts.fill("bot-webhook-elsewhere", "found", found)
        }
        BotTrouble::Certificate { said } => texts.fill("bot-certificate", "detail", said),
        BotTrouble::Delivery { said, at } => {
            texts.fill2("bot-delivery", "detail", said, "at", texts.when(at))
        }
        BotTrouble::ManyWaiting { count } => texts.count("bot-many-waiting", &(*count).into()),
        BotTrouble::ForeignCertificate => texts.s("bot-foreign-certificate"),
    }
}

struct Person {
    id: i64,
    email: String,
    initials: String,
    owner: bool,
    active: bool,
    me: bool,
}

struct Invited {
    email: String,
    url: String,
    until: String,
}

impl Person {
    fn new(employee: &Employee, me: EmployeeId) -> Self {
        Self {
            id: employee.id.get(),
            email: employee.email.as_str().to_owned(),
            initials: initials(employee.email.as_str()),
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

async fn show_staff(
    visit: &Visit,
    status: StatusCode,
    errors: Errors,
    invited: Option<Invited>,
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
    let page = StaffPage {
        visit,
        current: "staff",
        errors,
        people,
        invited,
        bot: BotLine::new(&visit.desk.bot.borrow(), &visit.texts),
        hooks,
    };
    visit.page_as(status, &page)
}

pub async fn invite(visit: &Visit) -> Result<Response> {
    let owner = visit.owner()?;
    let mut errors = Errors::default();
    let desk = &visit.desk;
    let Some(email) = errors.take(Email::parse("email", visit.typed("email")), &visit.texts)?
    else {
        return show_staff(visit, StatusCode::UNPROCESSABLE_ENTITY, errors, None).await;
    };
    let (policy, now, to) = (desk.registration, desk.clock.now(), email.clone());
    let role = Role::Employee;
    let work = move |tx: &crate::store::Transaction<'_>| {
        accounts::invite(tx, Some(owner), policy, &to, role, now)
    };
    let Some(made) = errors.take(desk.db.write(work).await, &visit.texts)? else {
        return show_staff(visit, StatusCode::UNPROCESSABLE_ENTITY, errors, None).await;
    };
    let invited = Invited {
        email: email.as_str().to_owned(),
        url: desk.invite_url(&made.token),
        until: visit.texts.exact(&made.expires),
    };
    show_staff(visit, StatusCode::OK, errors, Some(invited)).await
}

pub async fn change_staff(visit: &Visit, id: &str, what: &str) -> Result<Response> {
    let owner = visit.owner()?;
    let id = EmployeeId::parse("id", id).map_err(|_| Error::NotFound)?;
    let what = what.to_owned();
    let role = Role::from_word(visit.typed("role"));
    visit
        .desk
        .db
        .write(move |tx| match (&*what, role) {
            ("deactivate", _) => accounts::deactivate(tx, &owner, id),
            ("role", Some(role)) => accounts::set_role(tx, &owner, id, role),
            _ => Err(Error::NotFound),
        })
        .await?;
    Ok(visit.go("/staff"))
}

/// How colleagues are shown.
pub struct Face {
    pub name: String,
    pub initials: String,
}

impl Face {
    pub fn of(employee: &Employee) -> Self {
        let email = employee.email.as_str();
        Self {
            name: short_name(email).to_owned(),
            initials: initials(email),
        }
    }
}
