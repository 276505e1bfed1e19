//! The form that sends an employee's link by e-mail, beside the link that was just made.

use warp::http::StatusCode;

use crate::app::accounts::{SEND_TO, UsableLink, allow_letter, send_letter, usable_link};
use crate::app::channel_accounts::{EmployeeLink, Tried};
use crate::domain::{ChannelFault, ChannelTrouble, Owner, Result};
use crate::i18n;
use crate::web::form::Errors;
use crate::web::visit::Visit;

/// A link that was just made, and the form of its letter.
pub(super) struct MadeLink {
    pub(super) url: String,
    pub(super) until: String,
    /// E-mail of the person whom the link is for.
    pub(super) email: String,
    token: String,
    /// Whether e-mail is set up.
    pub(super) has_mail: bool,
    /// Problems of the form.
    pub(super) errors: Errors,
    /// What became of the letter.
    pub(super) outcome: Option<Outcome>,
}

/// What became of a letter.
pub(super) struct Outcome {
    pub(super) is_well: bool,
    pub(super) text: String,
    pub(super) detail: String,
}

impl MadeLink {
    pub(super) fn new(
        visit: &Visit,
        link: EmployeeLink,
        token: String,
        (email, expires): (String, &jiff::Timestamp),
    ) -> Self {
        let desk = &visit.desk;
        Self {
            url: match link {
                EmployeeLink::Invite => desk.invite_url(&token),
                EmployeeLink::Password => desk.password_url(&token),
            },
            until: visit.texts.exact(expires),
            email,
            token,
            has_mail: desk.mail_account().is_some(),
            errors: Errors::default(),
            outcome: None,
        }
    }

    /// Returns what the field of the address contains: what was typed, or else the person's.
    pub(super) fn address<'a>(&'a self, visit: &'a Visit) -> &'a str {
        visit.sent(SEND_TO).unwrap_or(&self.email)
    }

    /// Returns the status of the page that shows the form.
    pub(super) fn status(&self) -> StatusCode {
        match self.errors.any() {
            true => StatusCode::UNPROCESSABLE_ENTITY,
            false => StatusCode::OK,
        }
    }

    /// Returns the token, which the form sends back.
    pub(super) fn token(&self) -> &str {
        &self.token
    }
}

/// Sends the letter with a link whose token the form sent back.
///
/// # Errors
/// The problem of a link that can't be used any more, for the form that makes another one.
pub(super) async fn send(
    visit: &Visit,
    owner: Owner,
    link: EmployeeLink,
) -> Result<Result<MadeLink, Errors>> {
    let (desk, mut errors) = (&visit.desk, Errors::default());
    let token = visit.typed("token").to_owned();
    let (registration, now) = (desk.settings.now().registration, desk.clock.now());
    let asked = token.clone();
    let find = move |c: &_| usable_link(c, &owner, registration, (link, &*asked), now);
    let found = desk.db.read(find).await;
    let Some(UsableLink { email, expires, .. }) = errors.take(found, &visit.texts)? else {
        return Ok(Err(errors));
    };
    let person = (email.as_str().to_owned(), &expires);
    let mut made = MadeLink::new(visit, link, token.clone(), person);
    let allowed = allow_letter(desk, owner, visit.typed(SEND_TO));
    if let Some(letter) = errors.take(allowed, &visit.texts)? {
        let tried = send_letter(desk, letter, link, token).await;
        made.outcome = errors
            .take(tried, &visit.texts)?
            .map(|tried| outcome(visit, tried));
    }
    made.errors = errors;
    Ok(Ok(made))
}

fn outcome(visit: &Visit, tried: Tried<()>) -> Outcome {
    let texts = &visit.texts;
    match tried {
        Ok(()) => Outcome {
            is_well: true,
            text: texts.fill("staff-letter-sent", "email", visit.typed(SEND_TO)),
            detail: String::new(),
        },
        Err(ChannelFault { trouble, detail }) => Outcome {
            is_well: false,
            text: match trouble {
                // Nothing waits: the letter must be sent again.
                ChannelTrouble::Unreachable => texts.s("staff-letter-unreachable"),
                other => i18n::channel_trouble(texts.language, other),
            },
            detail,
        },
    }
}
