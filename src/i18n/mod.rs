//! Every sentence that a person reads, in every language: `ru.ftl` and `en.ftl`
//! (Fluent, <https://projectfluent.org>), compiled into the program.

use std::borrow::Cow;
use std::collections::HashMap;

use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, Loader, langid};

use crate::domain::{Category, Conflict, Day, Invalid, Language, Status};

fluent_templates::static_loader! {
    static TEXTS = {
        locales: "./src/i18n",
        fallback_language: "en",
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

const RUSSIAN: LanguageIdentifier = langid!("ru");
const ENGLISH: LanguageIdentifier = langid!("en");

/// A value that a sentence names.
pub type Arg<'a> = (&'static str, FluentValue<'a>);

/// The sentence with that id.
pub fn text(language: Language, id: &str) -> String {
    text_with(language, id, [])
}

/// The sentence with that id, its `{ $variables }` filled in.
pub fn text_with<'a>(
    language: Language,
    id: &str,
    args: impl IntoIterator<Item = Arg<'a>>,
) -> String {
    let language = match language {
        Language::Russian => RUSSIAN,
        Language::English => ENGLISH,
    };
    let args: HashMap<Cow<'static, str>, FluentValue<'a>> = args
        .into_iter()
        .map(|(name, value)| (Cow::Borrowed(name), value))
        .collect();
    TEXTS.lookup_with_args(&language, id, &args)
}

/// What a status is called.
pub fn status(language: Language, status: Status) -> String {
    text(
        language,
        match status {
            Status::Accepted => "status-accepted",
            Status::InProgress => "status-in-progress",
            Status::Ready => "status-ready",
            Status::Closed => "status-closed",
        },
    )
}

/// What a category is called.
pub fn category(language: Language, category: Category) -> String {
    text(
        language,
        match category {
            Category::Consulting => "category-consulting",
            Category::Diagnosis => "category-diagnosis",
            Category::Repair => "category-repair",
            Category::Other => "category-other",
        },
    )
}

/// A day with the month's name: «21 ноября 2026».
pub fn day(language: Language, day: Day) -> String {
    // The year as text: a number would get a thousands separator.
    let args = [
        ("day", day.day().to_string().into()),
        ("month", day.month().into()),
        ("year", day.year().to_string().into()),
    ];
    text_with(language, "day-long", args)
}

/// What is wrong with a value, and what to do.
pub fn invalid(language: Language, invalid: &Invalid) -> String {
    let bound = invalid.problem.bound().map(|bound| ("bound", bound.into()));
    text_with(language, invalid.problem.key(), bound)
}

/// What came between.
pub fn conflict(language: Language, conflict: &Conflict) -> String {
    let id = match conflict {
        Conflict::PhoneTaken { customer } => Some(("customer", customer.to_string().into())),
        _ => None,
    };
    text_with(language, conflict.key(), id)
}
