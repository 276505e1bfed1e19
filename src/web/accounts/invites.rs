//! Invites on the owner's staff page.

use warp::http::StatusCode;
use warp::reply::Response;

use super::letters::{self, MadeLink};
use super::staff::show_staff;
use crate::app::accounts;
use crate::app::channel_accounts::EmployeeLink;
use crate::domain::{Email, Employee, Error, InviteId, Result, Role};
use crate::store::invites::Invite;
use crate::web::confirm::Confirm;
use crate::web::form::Errors;
use crate::web::text::Texts;
use crate::web::visit::Visit;

/// Maximum number of invites shown; further ones appear as these expire.
pub(super) const INVITES: usize = 500;

/// An open invite.
pub(super) struct InviteLine {
    pub(super) id: InviteId,
    pub(super) email: String,
    pub(super) text: String,
}

impl InviteLine {
    pub(super) fn new(invite: &Invite, staff: &[Employee], texts: &Texts) -> Self {
        let maker = staff.iter().find(|employee| Some(employee.id) == invite.by);
        let by = match maker {
            Some(maker) => maker.distinct_name(staff),
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

pub async fn invite(visit: &Visit) -> Result<Response> {
    let owner = visit.owner()?;
    let mut errors = Errors::default();
    let desk = &visit.desk;
    let Some(email) = errors.take(Email::parse("email", visit.typed("email")), &visit.texts)?
    else {
        return show_staff(visit, StatusCode::UNPROCESSABLE_ENTITY, errors, None).await;
    };
    let (policy, now, to) = (
        desk.settings.now().registration,
        desk.clock.now(),
        email.clone(),
    );
    let (role, post) = (Role::Employee, visit.post());
    let work = move |tx: &crate::store::Transaction<'_>| {
        accounts::invite_again(tx, Some(owner), policy, &to, role, post, now)
    };
    let Some(made) = errors.take(desk.db.write(work).await, &visit.texts)? else {
        return show_staff(visit, StatusCode::UNPROCESSABLE_ENTITY, errors, None).await;
    };
    let person = (email.as_str().to_owned(), &made.expires);
    let invited = MadeLink::new(visit, EmployeeLink::Invite, made.token, person);
    show_staff(visit, StatusCode::OK, errors, Some(invited)).await
}

/// Sends an invite by e-mail. The page goes on showing its link, whatever becomes of the letter.
pub async fn send_invite(visit: &Visit) -> Result<Response> {
    match letters::send(visit, visit.owner()?, EmployeeLink::Invite).await? {
        Ok(made) => show_staff(visit, made.status(), Errors::default(), Some(made)).await,
        Err(errors) => show_staff(visit, StatusCode::UNPROCESSABLE_ENTITY, errors, None).await,
    }
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
