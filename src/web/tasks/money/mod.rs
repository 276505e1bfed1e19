//! Works, parts and payments on the page of a task, and their forms.

mod checkout;
mod corrections;
mod discount;
mod line_edit;
mod line_form;
mod lines;
mod part;
mod payment_form;

pub use checkout::{ask_for_payment, ask_to_hand_over, hand_over, take};
pub use corrections::{ask_to_refund, ask_to_reverse, refund, reverse};
pub use discount::{ask_for_discount, set_discount};
pub use line_edit::{edit, update};
pub use line_form::LINE_FIELDS;
pub use lines::{add, known, new, put, remove};
pub use part::{MoneyPart, Read};
pub use payment_form::PAYMENT_FIELDS;

use warp::http::StatusCode;

use crate::domain::{Error, Result};
use crate::i18n;
use crate::web::form::Errors;
use crate::web::text::Texts;

/// Typed fields that a session which has ended must not lose.
pub const MONEY_FIELDS: &[&str] = &["name", "unitPrice", "discount", "sum", "note"];

/// Records an error that the person can correct, or a change by a colleague; returns the status of
/// the form that is shown again.
///
/// # Errors
/// As for [`Errors::add`].
fn note_error(errors: &mut Errors, error: Error, texts: &Texts) -> Result<StatusCode> {
    match error {
        Error::Conflict(conflict) => {
            errors.add_text("nonFieldErrors", i18n::conflict(texts.language, &conflict));
            Ok(StatusCode::CONFLICT)
        }
        error => {
            errors.add(error, texts)?;
            Ok(StatusCode::UNPROCESSABLE_ENTITY)
        }
    }
}
