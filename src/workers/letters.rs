//! Letters to employees: the links by which they join, and by which they set a new password.

use crate::app::channel_accounts::{EmployeeLink, LinkLetter};
use crate::channels::Letter;
use crate::i18n;

/// Writes a letter with a link.
pub(super) fn employee_letter(letter: LinkLetter) -> Letter {
    let (subject, text, button) = match letter.link {
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
    let (shop, language) = (&letter.shop, letter.language);
    let name = match shop.about.name.as_str() {
        "" => i18n::text(language, "app-name"),
        name => name.to_owned(),
    };
    let until = i18n::exact(language, &shop.timezone, letter.expires);
    let args = || {
        [
            ("shop", name.as_str().into()),
            ("until", until.as_str().into()),
        ]
    };
    Letter {
        id: letter.id,
        to: letter.to,
        subject: i18n::text_with(language, subject, args()),
        text: i18n::text_with(language, text, args()),
        link: Some((letter.url, i18n::text(language, button))),
        // It answers a colleague's request, and is no notice that one could end.
        unsubscribe: None,
    }
}
