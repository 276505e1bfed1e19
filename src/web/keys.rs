//! The page about the keyboard, which the script shows as a dialog.

use askama::Template;
use warp::reply::Response;

use super::visit::Visit;
use crate::domain::Result;

/// The keys with the message ids of their effects. `assets/keys.js` and `assets/board.js` handle them.
const KEYS: &[(&[&str], &str)] = &[
    (&["/"], "keys-find"),
    (&["N"], "keys-new"),
    (&["↑", "↓"], "keys-choose"),
    (&["Enter"], "keys-open"),
    (&["Ctrl", "Enter"], "keys-send"),
    (&["←", "→", "↑", "↓"], "keys-card"),
    (&["Enter"], "keys-next"),
    (&["Shift", "←", "→"], "keys-move"),
    (&["?"], "keys-help"),
];

#[derive(Template)]
#[template(path = "keys.html")]
struct KeysPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    keys: &'a [(&'a [&'a str], &'a str)],
}

pub fn show(visit: &Visit) -> Result<Response> {
    visit.actor()?;
    visit.page(&KeysPage {
        visit,
        current: "",
        keys: KEYS,
    })
}
