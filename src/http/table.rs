//! All routes, with their labels in logs and metrics.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::own::PATHS;
use crate::web;

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
