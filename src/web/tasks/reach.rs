//! Whether what is written to a customer gets there, in words: on the button before it is pressed, and
//! in the toast afterwards. Both ask the same rule ([`Desk::unreachable`](crate::app::Desk::unreachable)),
//! so that no button promises what the next page takes back.

use super::toast::Toast;
use crate::domain::{Customer, Unreachable};
use crate::web::visit::Visit;

/// Returns the sentence that says why.
pub fn why(unreachable: Unreachable) -> &'static str {
    match unreachable {
        Unreachable::NoBot => "toast-why-bot",
        Unreachable::NoCustomer => "toast-why-deleted",
        Unreachable::NotLinked => "toast-why-none",
        Unreachable::NotVerified => "toast-why-unverified",
        Unreachable::Blocked => "toast-why-blocked",
    }
}

/// Returns why a customer can't be told, with the phone to call instead; `None` for one who can.
pub fn call_instead(visit: &Visit, customer: Option<&Customer>) -> Option<String> {
    let why = visit.texts.s(why(visit.desk.unreachable(customer)?));
    // A number is read as one, so it stays in one line.
    let phone = customer.map(|customer| customer.phone.typed().replace(' ', "\u{a0}"));
    Some(match phone {
        Some(phone) => visit
            .texts
            .fill2("call-instead", "why", why, "phone", phone),
        None => why,
    })
}

/// What became of what was just written, where the address says that something was.
pub fn toast(visit: &Visit, customer: Option<&Customer>) -> Option<Toast> {
    let (sent, saved) = match visit.asked("said")? {
        "message" => ("said-sent", "said-saved"),
        "price" => ("asked-sent", "asked-saved"),
        _ => return None,
    };
    let text = match call_instead(visit, customer) {
        None => visit.texts.s(sent),
        Some(why) => visit.texts.fill(saved, "why", why),
    };
    Some(Toast::plain(text))
}
