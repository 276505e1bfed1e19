//! Sign-in and sign-out, and preservation of a form that was submitted after its session ended.

use askama::Template;
use secrecy::SecretString;
use warp::http::StatusCode;
use warp::reply::Response;

use crate::app::accounts;
use crate::domain::Result;
use crate::store::Transaction;
use crate::web::form::Errors;
use crate::web::visit::Visit;

#[derive(Template)]
#[template(path = "login.html")]
struct LoginPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    errors: Errors,
    next: &'a str,
    /// Form submitted after the session ended, to be restored after the sign-in; empty if none.
    draft: &'a str,
    /// URL where signing in works, if it can't work here.
    secure: Option<String>,
}

impl<'a> LoginPage<'a> {
    fn new(visit: &'a Visit, next: &'a str, draft: &'a str, errors: Errors) -> Self {
        // A visitor without a session who comes from a successful sign-in has a browser that
        // dropped the cookie.
        let forgotten = visit.viewer.is_none() && visit.parameter("kept").is_some();
        let address = || format!("{}{}", visit.desk.public_url(), login_address(next));
        Self {
            visit,
            current: "",
            errors,
            next,
            draft,
            secure: (forgotten || visit.drops_cookies()).then(address),
        }
    }
}

/// Returns the URL of the sign-in page that continues to a page of ours.
fn login_address(next: &str) -> String {
    let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
    format!("/login?next={next}")
}

/// Returns the page to begin with: the counter, unless the person was somewhere.
fn start(next: &str) -> &str {
    match next {
        "/" => "/today",
        next => next,
    }
}

/// A form preserved across a sign-in, ready to be submitted.
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
    let next = start(visit.safe_path(visit.parameter("next")));
    match visit.viewer {
        Some(_) => Ok(visit.go(next)),
        None => visit.page(&LoginPage::new(visit, next, "", Errors::default())),
    }
}

/// Shows the sign-in page in response to a form submission, preserving what was typed.
pub fn log_in_first(visit: &Visit) -> Result<Response> {
    let draft = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(&visit.form)
        .finish();
    let next = visit.safe_path(Some(&visit.here));
    let page = LoginPage::new(visit, next, &draft, Errors::default());
    visit.page_as(StatusCode::UNAUTHORIZED, &page)
}

pub async fn log_in(visit: &Visit) -> Result<Response> {
    let next = start(visit.safe_path(Some(visit.typed("next"))));
    let draft = visit.typed("draft");
    let mut errors = Errors::default();
    let password = SecretString::from(visit.typed("password"));
    let signed_in =
        accounts::login(&visit.desk, &visit.source(), visit.typed("email"), password).await;
    let signed_in = errors.take(signed_in, &visit.texts)?;
    match signed_in {
        // Over plain http the browser may drop the cookie; the next page checks whether it has.
        Some(signed_in) if draft.is_empty() && visit.is_plain() => {
            let check = format!("{}&kept=1", login_address(next));
            visit.with_session(visit.go(&check), &signed_in)
        }
        Some(signed_in) if draft.is_empty() => visit.with_session(visit.go(next), &signed_in),
        Some(signed_in) => {
            let fields = form_urlencoded::parse(draft.as_bytes());
            let page = ResumePage {
                visit,
                current: "",
                to: next,
                fields: fields.into_owned().collect(),
            };
            visit.with_session(visit.page(&page)?, &signed_in)
        }
        None => {
            let page = LoginPage::new(visit, next, draft, errors);
            visit.page_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

/// Ends the session on the server, so that a copy of the cookie becomes useless too.
pub async fn log_out(visit: &Visit) -> Result<Response> {
    if let Some(viewer) = &visit.viewer {
        let (session, now) = (viewer.session, visit.desk.clock.now());
        let end = move |tx: &Transaction<'_>| accounts::logout(tx, session, now);
        visit.desk.db.write(end).await?;
    }
    Ok(forgotten(visit))
}

/// Redirects to the sign-in page and removes the cookie.
pub fn forgotten(visit: &Visit) -> Response {
    visit.go_with_token("/login", "")
}
