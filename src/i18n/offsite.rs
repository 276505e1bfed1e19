//! Why a copy on another machine wasn't made or can't be read, for people.

use super::{text, text_with};
use crate::domain::{Language, OffsiteFault, OffsiteTrouble};

/// Returns the sentence of a trouble, with what names it.
pub fn offsite(language: Language, trouble: &OffsiteTrouble) -> String {
    let id = id(trouble.fault);
    match &*trouble.detail {
        "" => text_with(
            language,
            id,
            [("detail", text(language, "offsite-unknown").into())],
        ),
        detail => text_with(language, id, [("detail", detail.into())]),
    }
}

fn id(fault: OffsiteFault) -> &'static str {
    match fault {
        OffsiteFault::Unreachable => "offsite-unreachable",
        OffsiteFault::Cut => "offsite-cut",
        OffsiteFault::Certificate => "offsite-certificate",
        OffsiteFault::Password => "offsite-password",
        OffsiteFault::Clock => "offsite-clock",
        OffsiteFault::Full => "offsite-full",
        OffsiteFault::FullHere => "offsite-full-here",
        OffsiteFault::NoPlace => "offsite-no-place",
        OffsiteFault::Redirect => "offsite-redirect",
        OffsiteFault::WebPage => "offsite-web-page",
        OffsiteFault::Refused => "offsite-refused",
        OffsiteFault::Different => "offsite-different",
        OffsiteFault::Source => "offsite-source",
        OffsiteFault::OtherServer => "offsite-other-server",
        OffsiteFault::NoKey => "offsite-no-key",
        OffsiteFault::NoPassword => "offsite-no-password",
        OffsiteFault::NoCopies => "offsite-no-copies",
        OffsiteFault::NoSuchCopy => "offsite-no-such-copy",
        OffsiteFault::SeveralShops => "offsite-several-shops",
        OffsiteFault::KeyTypo => "offsite-key-typo",
        OffsiteFault::KeyWord => "offsite-key-word",
        OffsiteFault::KeyMalformed => "offsite-key-malformed",
        OffsiteFault::WrongKey => "offsite-wrong-key",
        OffsiteFault::NoCopy => "offsite-no-copy",
        OffsiteFault::Short => "offsite-short",
        OffsiteFault::UploadCut => "offsite-upload-cut",
        OffsiteFault::Changed => "offsite-changed",
        OffsiteFault::OtherShop => "offsite-other-shop",
        OffsiteFault::Newer => "offsite-newer",
        OffsiteFault::Damaged => "offsite-damaged",
    }
}
