//! The question about the texts that two owners have changed.

use warp::reply::Response;

use super::state::TextState;
use super::{FIELDS, path};
use crate::domain::Result;
use crate::i18n;
use crate::web::edited::{Collision, Input, Question};
use crate::web::form::Errors;
use crate::web::visit::Visit;

/// Asks about the texts that somebody else has changed meanwhile.
pub(super) fn ask(
    visit: &Visit,
    state: &TextState,
    fields: &[&'static str],
    saved: bool,
    errors: Errors,
) -> Result<Response> {
    let stored = FIELDS.into_iter().zip(state.stored());
    let stored = stored.filter(|(field, _)| fields.contains(field));
    let collision = |(field, theirs): (&'static str, String)| Collision {
        field,
        label: visit.texts.s(i18n::field(field).unwrap_or(field)),
        input: Input::Text,
        mine: visit.typed(field).to_owned(),
        theirs_read: theirs.clone(),
        theirs,
    };
    let question = Question {
        visit,
        current: "settings",
        title: "conflict-title-texts",
        action: path(state.occasion),
        cancel: path(state.occasion),
        collisions: stored.map(collision).collect(),
        saved,
        errors,
    };
    question.ask()
}
