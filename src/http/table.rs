//! All routes, and as what a request is logged and counted.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::own::PATHS;
use crate::web;

/// The first parts of all routes, each with its label: every request looks its own up.
static LABELS: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
    let labels = paths().map(label_of);
    labels.map(|label| (&label[1..], label)).collect()
});

/// As what a request is logged and counted that no route is for.
const UNKNOWN: &str = "/…";

/// The paths of all routes, with the names of what varies in them.
pub fn paths() -> impl Iterator<Item = &'static str> {
    PATHS.iter().chain(web::PATHS).copied()
}

/// The first part of a path, where a route begins so: what follows may be an invite's or a link's token, or a
/// customer's number.
pub fn label(path: &str) -> &'static str {
    let first = path.trim_start_matches('/');
    let first = first.split_once('/').map_or(first, |(first, _)| first);
    // Pages are found whatever is encoded.
    let is_encoded = first.contains('%');
    let decoded = is_encoded.then(|| web::parts(first).pop().unwrap_or_default());
    let first = decoded.as_deref().unwrap_or(first);
    LABELS.get(first).copied().unwrap_or(UNKNOWN)
}

/// The first part of a route's path, with its slash.
pub fn label_of(route: &'static str) -> &'static str {
    match route[1..].find('/') {
        Some(end) => &route[..=end],
        None => route,
    }
}
