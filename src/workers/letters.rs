//! Letters to employees: the links by which they join, and by which they set a new password.

use crate::channels::Letter;
use crate::domain::{Email, Language, Shop};
use crate::i18n;

/// A link that works once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmployeeLink {
    /// To create an account.
    Invite,
    /// To set a new password.
    Password,
}

/// Writes a letter with a link. `id` names the letter, and is the same when it is sent again; `until` is when the link
/// ends, in words.
pub fn employee_letter(
    link: EmployeeLink,
    to: Email,
    (url, until): (String, &str),
    id: String,
    (shop, language): (&Shop, Language),
) -> Letter {
    let (subject, text, button) = match link {
        EmployeeLink::Invite => (
            "letter-invite-subject",
            "letter-invite-text",
            "letter-invite-button",
        ),
        EmployeeLink::Password => (
            "letter-password-subject",
            "letter-password-text",
            "letter-password-button",
        ),
    };
    let name = match shop.about.name.as_str() {
        "" => i18n::text(language, "app-name"),
        name => name.to_owned(),
    };
    let args = || [("shop", name.as_str().into()), ("until", until.into())];
    Letter {
        id,
        to,
        subject: i18n::text_with(language, subject, args()),
        text: i18n::text_with(language, text, args()),
        link: Some((url, i18n::text(language, button))),
        // It answers a colleague's request, and is no notice that one could end.
        unsubscribe: None,
    }
}
