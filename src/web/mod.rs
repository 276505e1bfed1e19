//! The staff's pages and the one of customers, rendered on the server. A page reads what was sent,
//! calls one use case, and shows what came of it; no rule lives here. Everything works with forms
//! alone; the script only makes it quicker.

mod accounts;
mod assets;
mod board;
mod customers;
mod data;
mod errors;
mod form;
mod months;
mod photos;
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

use crate::domain::Error;

pub use errors::say_when;
pub use visit::{Asked, Viewer, Visit, is_own_origin, viewer};

/// The longest files that an owner may send, in bytes with the form around them.
pub fn longest_upload(path: &str) -> usize {
    let path: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    data::most(&path) * 1024 * 1024 + 64 * 1024
}

/// Answers a visit that goes no further than this.
pub fn refuse(visit: &Visit, error: &Error) -> Response {
    errors::answer(visit, error)
}

/// Answers a visit: the whole table of pages.
pub async fn answer(visit: Visit) -> Response {
    if visit.method == Method::POST && !visit.is_from_here() {
        return errors::foreign_origin(&visit);
    }
    let path: Vec<&str> = visit.path.iter().map(String::as_str).collect();
    let get = matches!(visit.method, Method::GET | Method::HEAD);
    let post = visit.method == Method::POST;
    let answered = match path[..] {
        ["assets", name] if get => return assets::serve(name, visit.accepts_gzip()),
        ["manifest.webmanifest"] if get => return assets::manifest(&visit),
        ["s", token] if get => status::show(&visit, token).await,
        ["s", token, "say"] if post => status::say(&visit, token).await,
        ["s", token, "decide"] if post => status::decide(&visit, token).await,
        ["s", ..] if get || post => status::nowhere(&visit),

        ["login"] if get => accounts::login(&visit).await,
        ["login"] if post => accounts::log_in(&visit).await,
        ["logout"] if post => Ok(accounts::log_out(&visit)),
        ["first-run"] if get => accounts::first_run(&visit).await,
        ["first-run"] if post => accounts::make_first(&visit).await,
        ["join", token] if get => Ok(accounts::join(&visit, token)),
        ["join", token] if post => accounts::join_in(&visit, token).await,
        ["profile"] if get => accounts::profile(&visit).await,
        ["profile", what] if post => accounts::change_profile(&visit, what).await,
        ["staff"] if get => accounts::staff(&visit).await,
        ["staff", "invite"] if post => accounts::invite(&visit).await,
        ["webhooks", id, "retry"] if post => webhooks::retry(&visit, id).await,
        ["staff", id, what] if post => accounts::change_staff(&visit, id, what).await,

        ["stages"] if get => stages::list(&visit).await,
        ["new-stage"] if get => stages::new(&visit),
        ["new-stage"] if post => stages::create(&visit).await,
        ["stages", id, "edit"] if get => stages::edit(&visit, id).await,
        ["stages", id, "edit"] if post => stages::update(&visit, id).await,
        ["stages", id, "move"] if post => stages::put(&visit, id).await,
        ["stages", id, "delete"] if get => stages::ask_to_delete(&visit, id).await,
        ["stages", id, "delete"] if post => stages::delete(&visit, id).await,
        ["data"] if get => data::show(&visit).await,
        ["data", "tasks.csv"] if get => data::tasks(&visit).await,
        ["data", "customers.csv"] if get => data::customers(&visit).await,
        ["data", "archive.json"] if get => data::archive(&visit).await,
        ["data", "import" | "archive"] if post && visit.is_cut_off => data::too_large(&visit).await,
        ["data", "import"] if post => data::upload(&visit).await,
        ["data", "import", token] if get => data::preview(&visit, token).await,
        ["data", "import", token, "refused.csv"] if get => data::refused(&visit, token).await,
        ["data", "import", token] if post => data::apply(&visit, token).await,
        ["data", "archive"] if post => data::put_back(&visit).await,

        [] if get => tasks::list(&visit).await,
        ["new-task"] if get => tasks::new(&visit).await,
        ["new-task"] if post => tasks::create(&visit).await,
        ["devices", "known"] if get => tasks::known_device(&visit).await,
        ["tasks", id] if get => tasks::show(&visit, id).await,
        ["tasks", id, "edit"] if get => tasks::edit(&visit, id).await,
        ["tasks", id, "edit"] if post => tasks::update(&visit, id).await,
        ["tasks", id, "status"] if post => tasks::set_status(&visit, id).await,
        ["tasks", id, "assign"] if post => tasks::assign(&visit, id).await,
        ["tasks", id, "comments"] if post => tasks::say(&visit, id).await,
        ["tasks", id, "settle"] if post => tasks::settle(&visit, id).await,
        ["tasks", id, "ask"] if post => tasks::ask(&visit, id).await,
        ["tasks", id, "withdraw"] if post => tasks::withdraw(&visit, id).await,
        ["tasks", id, "link"] if post => tasks::give_link(&visit, id).await,
        ["tasks", id, "remind"] if post => tasks::set_remind(&visit, id).await,
        ["tasks", id, "receipt"] if get => tasks::receipt(&visit, id).await,
        ["tasks", id, "label"] if get => tasks::label(&visit, id).await,
        ["tasks", id, "hand-over"] if get => tasks::hand_over(&visit, id).await,
        ["tasks", id, "delete"] if get => tasks::ask_to_delete(&visit, id).await,
        ["tasks", id, "delete"] if post => tasks::delete(&visit, id).await,
        ["notices", id, "retry"] if post => tasks::retry_notice(&visit, id).await,
        ["photos", id] if get => photos::show(&visit, id).await,
        ["board"] if get => board::show(&visit).await,
        ["today"] if get => today::show(&visit).await,
        ["months"] if get => months::show(&visit, None).await,
        ["months", month] if get => months::show(&visit, Some(month)).await,

        ["customers"] if get => customers::list(&visit).await,
        ["customers", "known"] if get => customers::known(&visit).await,
        ["new-customer"] if get => customers::new(&visit),
        ["new-customer"] if post => customers::create(&visit).await,
        ["customers", id] if get => customers::show(&visit, id).await,
        ["customers", id, "edit"] if get => customers::edit(&visit, id).await,
        ["customers", id, "edit"] if post => customers::update(&visit, id).await,
        ["customers", id, "delete"] if get => customers::ask_to_delete(&visit, id).await,
        ["customers", id, "delete"] if post => customers::delete(&visit, id).await,
        ["customers", id, "confirm"] if post => customers::confirm(&visit, id).await,
        ["customers", id, "unlink"] if post => customers::unlink(&visit, id).await,
        _ if get || post => Err(Error::NotFound),
        _ => return errors::page(&visit, StatusCode::METHOD_NOT_ALLOWED),
    };
    answered.unwrap_or_else(|error| errors::answer(&visit, &error))
}
