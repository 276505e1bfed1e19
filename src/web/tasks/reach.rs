//! Texts about whether messages reach a customer: on the button before, and in the toast after.
//! Both use the same rule ([`Desk::unreachable`](crate::app::Desk::unreachable)), so that they
//! can't contradict each other.

use super::toast::Toast;
use crate::domain::{Customer, Purpose, Unreachable};
use crate::web::visit::Visit;

/// Returns the message id of a reason.
pub fn why(unreachable: Unreachable) -> &'static str {
    match unreachable {
        Unreachable::NoBot => "toast-why-bot",
        Unreachable::NoCustomer => "toast-why-deleted",
        Unreachable::NotLinked => "toast-why-none",
        Unreachable::NotVerified => "toast-why-unverified",
        Unreachable::Blocked => "toast-why-blocked",
        Unreachable::EmailStopped => "toast-why-email-stopped",
    }
}

/// Returns why a customer can't be told something for a purpose, with the phone to call instead; `None` when they can.
pub fn call_instead(
    visit: &Visit,
    customer: Option<&Customer>,
    purpose: Purpose,
) -> Option<String> {
    let why = visit
        .texts
        .s(why(visit.desk.unreachable(customer, purpose)?));
    // No-break spaces keep the number on one line.
    let phone = customer.map(|customer| customer.phone.formatted().replace(' ', "\u{a0}"));
    Some(match phone {
        Some(phone) => visit
            .texts
            .fill2("call-instead", "why", why, "phone", phone),
        None => why,
    })
}

/// Returns the result of what was just sent, if the URL announces one.
pub fn toast(visit: &Visit, customer: Option<&Customer>) -> Option<Toast> {
    let (sent, saved, purpose) = match visit.parameter("said")? {
        "message" => ("said-sent", "said-saved", Purpose::Message),
        "price" => ("asked-sent", "asked-saved", Purpose::Quote),
        "customer" => {
            let name = super::CustomerLine::new(customer, &visit.texts).name;
            return Some(Toast::plain(visit.texts.fill(
                "said-customer",
                "name",
                name,
            )));
        }
        "paid" => return Some(Toast::plain(visit.texts.s("said-paid"))),
        _ => return None,
    };
    let text = match call_instead(visit, customer, purpose) {
        None => visit.texts.s(sent),
        Some(why) => visit.texts.fill(saved, "why", why),
    };
    Some(Toast::plain(text))
}
