//! All routes, with their labels in logs and metrics.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use warp::filters::BoxedFilter;
use warp::path::FullPath;
use warp::reply::Response;
use warp::{Filter, Rejection, Reply};

use super::asker::Asker;
use super::connection::Connection;
use super::{Site, body, events, files, graphql, pages, ready, refuse, socket, telegram_updates};
use crate::web::{self, path_of};

/// Opens a customer's page.
type Token = String;
/// Number of an attachment.
type Id = String;

/// Declares the routes. As with pages, this list also yields their labels in logs and metrics.
///
/// Each route is boxed: all of them in one type took the compiler 8 seconds longer, and `me` had
/// 8 % fewer responses per second.
macro_rules! routes {
    ($site:ident, or else $nowhere:ident, $pages:ident, with { $($shared:tt)* }
     $($name:ident: $first:tt $(/ $rest:tt)* { $($chain:tt)+ })+) => {
        /// Patterns of the routes that are not pages.
        pub const PATHS: &[&str] = &[$(path_of!($first $($rest)*)),+];

        /// Every route.
        pub fn routes($site: Arc<Site>) -> BoxedFilter<(Response,)> {
            $($shared)*
            $(let $name = warp::path!($first $(/ $rest)*) $($chain)+
                .map(Reply::into_response)
                .boxed();)+
            first_of!($($name)+ $nowhere $pages)
                .recover(refuse)
                .map(Reply::into_response)
                .boxed()
        }
    };
}

/// Chains alternatives; the first that accepts the request responds.
macro_rules! first_of {
    ($first:ident $($next:ident)+) => { $first$(.or($next).unify())+ };
}

routes! { site, or else nowhere, pages, with {
        let site = warp::any().map(move || site.clone());
        let asked = site
            .clone()
            .and(warp::ext::get::<Asker>())
            .and(warp::header::headers_cloned());
        let streamed = asked.clone().and(warp::ext::get::<Connection>());
        let get = warp::get().or(warp::head()).unify();
        let query = warp::query::raw().or(warp::any().map(String::new)).unify();
        let file = warp::post()
            .and(warp::path::full())
            .and(asked.clone())
            .and(warp::body::stream())
            .then(pages::take_file);
        let nowhere = unknown()
            .and(asked.clone())
            .and(warp::method())
            .and(body())
            .then(pages::nowhere)
            .boxed();
        let pages = warp::path::full()
            .and(asked.clone())
            .and(warp::method())
            .and(query)
            .and(body())
            .then(pages::answer)
            .boxed();
    }
    socket: "graphql" { .and(socket::handshake()).and(asked.clone()).map(socket::open) }
    upload: "graphql" {
        .and(warp::post())
        .and(graphql::upload::is_upload())
        .and(streamed.clone())
        .and(warp::body::stream())
        .then(graphql::upload::answer)
    }
    graphql: "graphql" {
        .and(streamed.clone())
        .and(warp::method())
        .and(query)
        .and(body())
        .then(graphql::answer)
    }
    schema: "graphql" / "schema" { .and(get).and(asked.clone()).then(graphql::schema) }
    events: "events" { .and(get).and(streamed.clone()).then(events::open) }
    webhook: "telegram" / "webhook" {
        .and(warp::post()).and(asked.clone()).and(body()).then(telegram_updates::answer)
    }
    live: "live" { .and(get).and(streamed.clone()).and(query).then(events::open_for_page) }
    followed: "s" / Token / "live" {
        .and(get).and(streamed).and(query).then(events::open_for_customer)
    }
    photo: "photos" / Id { .and(get).and(files::by_token()).and(asked.clone()).then(files::photo) }
    attachment: "attachments" / Id {
        .and(get).and(files::by_token()).and(asked.clone()).then(files::attachment)
    }
    script: "graphiql.js" { .and(get).map(graphql::script) }
    alive: "healthz" { .and(get).map(|| "ok\n") }
    ready: "readyz" { .and(get).and(site).then(ready::answer) }
    table: "data" / "import" { .and(file.clone()) }
    archive: "data" / "archive" { .and(file) }
}

/// First segments of all routes, with their labels, for a look-up by each request.
static LABELS: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
    let labels = paths().map(label_of);
    labels.map(|label| (&label[1..], label)).collect()
});

/// Label of requests without a route.
const UNKNOWN: &str = "/…";

/// Returns the patterns of all routes.
pub fn paths() -> impl Iterator<Item = &'static str> {
    PATHS.iter().chain(web::PATHS).copied()
}

/// Accepts a path at which there is no route, for any method.
fn unknown() -> impl Filter<Extract = (FullPath,), Error = Rejection> + Copy + Send + Sync {
    warp::path::full().and_then(|path: FullPath| async move {
        match is_known(path.as_str()) {
            true => Err(warp::reject()),
            false => Ok(path),
        }
    })
}

fn is_known(path: &str) -> bool {
    let parts = web::parts(path);
    paths().any(|pattern| fits(pattern, &parts))
}

fn fits(pattern: &str, parts: &[String]) -> bool {
    let mut steps = pattern.split('/').filter(|step| !step.is_empty());
    let mut parts = parts.iter();
    loop {
        match (steps.next(), parts.next()) {
            (Some("…"), _) | (None, None) => return true,
            (Some(step), Some(part)) if step.starts_with('{') || step == part => {}
            _ => return false,
        }
    }
}

/// Returns the label of a path: its first segment, if a route begins with it. The rest may contain
/// an invite's or a link's token, or a customer's id.
pub fn label(path: &str) -> &'static str {
    let first = path.trim_start_matches('/');
    let first = first.split_once('/').map_or(first, |(first, _)| first);
    // Pages are matched after decoding.
    let is_encoded = first.contains('%');
    let decoded = is_encoded.then(|| web::parts(first).pop().unwrap_or_default());
    let first = decoded.as_deref().unwrap_or(first);
    LABELS.get(first).copied().unwrap_or(UNKNOWN)
}

/// Returns the first segment of a route's pattern, with its slash.
pub fn label_of(route: &'static str) -> &'static str {
    match route[1..].find('/') {
        Some(end) => &route[..=end],
        None => route,
    }
}
