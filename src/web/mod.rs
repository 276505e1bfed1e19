//! Server-rendered pages for staff and customers. A handler parses the request, calls one use case
//! and renders the result; it contains no rules. Everything works without a script; the script only
//! makes it faster.

mod accounts;
mod address;
mod assets;
pub mod attachments;
mod board;
mod confirm;
mod customers;
mod data;
mod edited;
mod errors;
mod form;
mod months;
pub mod negotiate;
mod qr;
mod staff_bot;
mod stages;
mod status;
mod tasks;
mod text;
mod today;
mod visit;
mod webhooks;

use warp::http::{Method, StatusCode};
use warp::reply::Response;

use crate::domain::{Error, Result};

pub use errors::say_when;
pub use visit::{PageRequest, Viewer, Visit, is_own_origin, parts, viewer};

/// Returns the maximum body size of an upload in bytes, including the form around the file.
pub fn longest_upload(path: &str) -> usize {
    let path: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    data::most(&path) * 1024 * 1024 + 64 * 1024
}

/// Responds with an error page.
pub fn refuse(visit: &Visit, error: &Error) -> Response {
    errors::answer(visit, error)
}

/// Formats a route pattern with the names of its variables: `"s" token "say"` becomes
/// `/s/{token}/say`.
macro_rules! path_of {
    () => { "/" };
    ($($part:tt)+) => { concat!($("/", $crate::web::part_of!($part)),+) };
}

macro_rules! part_of {
    (..) => {
        "…"
    };
    ($text:literal) => {
        $text
    };
    ($name:ident) => {
        concat!("{", stringify!($name), "}")
    };
}

pub(crate) use {part_of, path_of};

/// The route table of pages. Dispatch, logging and metrics use the same list, so that no page can
/// be missing from one of them.
macro_rules! pages {
    ($visit:ident: $($method:ident [$($part:tt),*] $(if $guard:expr)? => $answer:expr;)+) => {
        /// Patterns of all pages.
        pub const PATHS: &[&str] = &[$(path_of!($($part)*)),+];

        /// Dispatches a request; `None` when there is no such page.
        async fn page($visit: &Visit, method: &str) -> Option<Result<Response>> {
            let path: Vec<&str> = $visit.path.iter().map(String::as_str).collect();
            let answered = match path[..] {
                $([$($part),*] if method == stringify!($method) $(&& $guard)? => $answer,)+
                _ => return None,
            };
            Some(answered)
        }
    };
}

pages! { visit:
    GET ["assets", name] => Ok(assets::serve(name, visit.accepts_gzip()));
    GET ["manifest.webmanifest"] => Ok(assets::manifest(visit));
    GET ["s", token] => status::show(visit, token).await;
    POST ["s", token, "say"] => status::say(visit, token).await;
    POST ["s", token, "decide"] => status::decide(visit, token).await;
    GET ["s", ..] => status::nowhere(visit);
    POST ["s", ..] => status::nowhere(visit);

    GET ["login"] => accounts::login(visit).await;
    POST ["login"] => accounts::log_in(visit).await;
    POST ["logout"] => accounts::log_out(visit).await;
    GET ["first-run"] => accounts::first_run(visit).await;
    POST ["first-run"] => accounts::make_first(visit).await;
    GET ["join", token] => accounts::join(visit, token);
    POST ["join", token] => accounts::join_in(visit, token).await;
    GET ["profile"] => accounts::profile(visit).await;
    POST ["profile", what] => accounts::change_profile(visit, what).await;
    GET ["staff"] => accounts::staff(visit).await;
    POST ["staff", "invite"] => accounts::invite(visit).await;
    GET ["staff", "invites", id, "withdraw"] => accounts::ask_invite(visit, id).await;
    POST ["staff", "invites", id, "withdraw"] => accounts::withdraw_invite(visit, id).await;
    POST ["webhooks", id, "retry"] => webhooks::retry(visit, id).await;
    GET ["staff", id, what] => accounts::ask_staff(visit, id, what).await;
    POST ["staff", id, what] => accounts::change_staff(visit, id, what).await;

    GET ["stages"] => stages::list(visit).await;
    GET ["new-stage"] => stages::new(visit);
    POST ["new-stage"] => stages::create(visit).await;
    GET ["stages", id, "edit"] => stages::edit(visit, id).await;
    POST ["stages", id, "edit"] => stages::update(visit, id).await;
    POST ["stages", id, "move"] => stages::put(visit, id).await;
    GET ["stages", id, "delete"] => stages::ask_to_delete(visit, id).await;
    POST ["stages", id, "delete"] => stages::delete(visit, id).await;
    GET ["data"] => data::show(visit).await;
    GET ["data", "tasks.csv"] => data::tasks(visit).await;
    GET ["data", "customers.csv"] => data::customers(visit).await;
    GET ["data", "archive.json"] => data::archive(visit).await;
    POST ["data", "import"] if visit.is_cut_off => data::too_large(visit).await;
    POST ["data", "archive"] if visit.is_cut_off => data::too_large(visit).await;
    POST ["data", "import"] => data::upload(visit).await;
    GET ["data", "import", token] => data::preview(visit, token).await;
    GET ["data", "import", token, "refused.csv"] => data::refused(visit, token).await;
    POST ["data", "import", token] => data::apply(visit, token).await;
    POST ["data", "archive"] => data::put_back(visit).await;

    GET [] => tasks::list(visit).await;
    GET ["new-task"] => tasks::new(visit).await;
    POST ["new-task"] => tasks::create(visit).await;
    GET ["devices", "known"] => tasks::known_device(visit).await;
    GET ["tasks", id] => tasks::show(visit, id).await;
    GET ["tasks", id, "edit"] => tasks::edit(visit, id).await;
    POST ["tasks", id, "edit"] => tasks::update(visit, id).await;
    POST ["tasks", id, "status"] => tasks::set_status(visit, id).await;
    POST ["tasks", id, "assign"] => tasks::assign(visit, id).await;
    POST ["tasks", id, "comments"] => tasks::say(visit, id).await;
    POST ["tasks", id, "settle"] => tasks::settle(visit, id).await;
    POST ["tasks", id, "ask"] => tasks::ask(visit, id).await;
    POST ["tasks", id, "withdraw"] => tasks::withdraw(visit, id).await;
    GET ["tasks", id, "link"] => tasks::ask_for_link(visit, id).await;
    POST ["tasks", id, "link"] => tasks::give_link(visit, id).await;
    POST ["tasks", id, "remind"] => tasks::set_remind(visit, id).await;
    GET ["tasks", id, "receipt"] => tasks::receipt(visit, id).await;
    GET ["tasks", id, "label"] => tasks::label(visit, id).await;
    GET ["tasks", id, "hand-over"] => tasks::hand_over(visit, id).await;
    GET ["tasks", id, "delete"] => tasks::ask_to_delete(visit, id).await;
    POST ["tasks", id, "delete"] => tasks::delete(visit, id).await;
    POST ["notices", id, "retry"] => tasks::retry_notice(visit, id).await;
    GET ["photos", id] => attachments::show(visit, id).await;
    GET ["attachments", id] => attachments::download(visit, id).await;
    GET ["board"] => board::show(visit).await;
    GET ["today"] => today::show(visit).await;
    GET ["months"] => months::show(visit, None).await;
    GET ["months", month] => months::show(visit, Some(month)).await;

    GET ["customers"] => customers::list(visit).await;
    GET ["customers", "known"] => customers::known(visit).await;
    GET ["new-customer"] => customers::new(visit);
    POST ["new-customer"] => customers::create(visit).await;
    GET ["customers", id] => customers::show(visit, id).await;
    GET ["customers", id, "edit"] => customers::edit(visit, id).await;
    POST ["customers", id, "edit"] => customers::update(visit, id).await;
    GET ["customers", id, "delete"] => customers::ask_to_delete(visit, id).await;
    POST ["customers", id, "delete"] => customers::delete(visit, id).await;
    POST ["customers", id, "confirm"] => customers::confirm(visit, id).await;
    POST ["customers", id, "unlink"] => customers::unlink(visit, id).await;
}

/// Handles a page request.
pub async fn answer(visit: Visit) -> Response {
    if visit.method == Method::POST && !visit.is_from_here() {
        return errors::foreign_origin(&visit);
    }
    let method = match visit.method {
        Method::GET | Method::HEAD => "GET",
        Method::POST => "POST",
        _ => return errors::page(&visit, StatusCode::METHOD_NOT_ALLOWED),
    };
    let answered = page(&visit, method).await;
    let answered = answered.unwrap_or(Err(Error::NotFound));
    answered.unwrap_or_else(|error| errors::answer(&visit, &error))
}
