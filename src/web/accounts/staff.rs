//! The owner's staff page, which also shows the state of the bot and of webhooks.

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use crate::app::{accounts, incidents};
use crate::domain::{
    BotState, BotTrouble, Email, Employee, EmployeeId, Error, Incident, IncidentKind, InviteId,
    Result, Role,
};
use crate::store::invites::Invite;
use crate::web::confirm::Confirm;
use crate::web::form::Errors;
use crate::web::text::{Texts, initials};
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
    invited: Option<Invited>,
    bot: BotLine,
    /// Recent incidents of the system clock.
    clock: Vec<String>,
    hooks: Hooks,
}

struct Person {
    id: i64,
    email: String,
    initials: String,
    owner: bool,
    active: bool,
    me: bool,
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

/// Maximum number of invites shown; further ones appear as these expire.
const INVITES: usize = 500;

/// An open invite.
struct InviteLine {
    id: InviteId,
    email: String,
    text: String,
}

impl InviteLine {
    fn new(invite: &Invite, staff: &[Employee], texts: &Texts) -> Self {
        let maker = staff.iter().find(|employee| Some(employee.id) == invite.by);
        let by = match maker {
            Some(maker) => maker.email.as_str().to_owned(),
            None => texts.s("staff-invite-by-command"),
        };
        let role = match invite.role {
            Role::Owner => "staff-owner",
            Role::Employee => "staff-employee",
        };
        let args = [
            ("role", texts.s(role).into()),
            ("by", by.into()),
            ("until", texts.exact(&invite.expires).into()),
        ];
        Self {
            id: invite.id,
            email: invited_email(invite),
            text: texts.with("staff-invite-line", args),
        }
    }
}

fn invited_email(invite: &Invite) -> String {
    let email = invite.email.as_ref();
    email.map_or_else(String::new, |email| email.as_str().to_owned())
}

struct Invited {
    email: String,
    url: String,
    until: String,
}

/// State of the bot, on one line.
struct BotLine {
    text: String,
    well: bool,
}

impl BotLine {
    fn new(state: &BotState, incidents: &[Incident], texts: &Texts) -> Self {
        let is_fetched = |incident: &&Incident| incident.kind == IncidentKind::OtherFetcher;
        let (text, well) = match state {
            BotState::Unknown | BotState::Seen(_) if incidents.iter().any(|i| is_fetched(&i)) => {
                (say_trouble(&BotTrouble::OtherFetcher, texts), false)
            }
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
        BotTrouble::OtherFetcher => texts.s("bot-other-fetcher"),
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

/// Describes an incident of the system clock.
fn say_clock(incident: &Incident, texts: &Texts) -> Option<String> {
    let when = ("when", texts.when(&incident.at).into());
    match incident.kind {
        IncidentKind::ClockSetBack => {
            let (unit, count) = match incident.amount {
                seconds @ ..120 => ("seconds", seconds),
                seconds @ 120..7_200 => ("minutes", seconds / 60),
                seconds @ 7_200..172_800 => ("hours", seconds / 3_600),
                seconds => ("days", seconds / 86_400),
            };
            let args = [("unit", unit.into()), ("count", count.into()), when];
            Some(texts.with("clock-set-back", args))
        }
        IncidentKind::RowsAhead => {
            let args = [("count", incident.amount.into()), when];
            Some(texts.with("clock-rows-ahead", args))
        }
        IncidentKind::OtherFetcher => None,
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
    let (owner, now) = (visit.owner()?, visit.desk.clock.now());
    let news = move |c: &_| {
        let open = accounts::open_invites(c, &owner, None, INVITES, now)?;
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
        bot: BotLine::new(&visit.desk.bot.borrow(), &incidents, texts),
        clock: incidents
            .iter()
            .filter_map(|incident| say_clock(incident, texts))
            .collect(),
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
    let (role, post) = (Role::Employee, visit.post());
    let work = move |tx: &crate::store::Transaction<'_>| {
        accounts::invite_again(tx, Some(owner), policy, &to, role, post, now)
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

/// Asks for confirmation before withdrawing an invite.
pub async fn ask_invite(visit: &Visit, id: &str) -> Result<Response> {
    let (owner, now) = (visit.owner()?, visit.desk.clock.now());
    let id = InviteId::parse("id", id).map_err(|_| Error::NotFound)?;
    let look = move |c: &_| accounts::open_invite(c, &owner, id, now);
    let invite = visit.desk.db.read(look).await?;
    let texts = &visit.texts;
    let confirm = Confirm {
        visit,
        current: "staff",
        title: texts.s("staff-withdraw-title"),
        about: invited_email(&invite),
        lead: texts.s("staff-withdraw-lead"),
        action: format!("/staff/invites/{id}/withdraw"),
        fields: Vec::new(),
        button: texts.s("staff-withdraw"),
        back: "/staff".to_owned(),
    };
    confirm.show()
}

/// Withdraws an invite. An invite that has ended meanwhile counts as success.
pub async fn withdraw_invite(visit: &Visit, id: &str) -> Result<Response> {
    let (owner, now) = (visit.owner()?, visit.desk.clock.now());
    let id = InviteId::parse("id", id).map_err(|_| Error::NotFound)?;
    let work =
        move |tx: &crate::store::Transaction<'_>| accounts::withdraw_invite(tx, &owner, id, now);
    match visit.desk.db.write(work).await {
        Ok(()) | Err(Error::NotFound) => Ok(visit.go("/staff")),
        Err(error) => Err(error),
    }
}

/// Asks for confirmation before changing a role or deactivating an account.
pub async fn ask_staff(visit: &Visit, id: &str, what: &str) -> Result<Response> {
    visit.owner()?;
    let actor = visit.actor()?;
    let id = EmployeeId::parse("id", id).map_err(|_| Error::NotFound)?;
    let all = visit.desk.db.read(move |c| accounts::employees(c, &actor));
    let all = all.await?.into_iter();
    let mut found = all.filter(|employee| employee.id == id && employee.active);
    let employee = found.next().ok_or(Error::NotFound)?;
    let role = visit.asked("role").and_then(Role::from_word);
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
