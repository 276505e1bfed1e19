//! All user-visible text in every language: `ru.ftl` and `en.ftl` (Fluent,
//! <https://projectfluent.org>), embedded in the binary.

mod attachment;
mod failure;
mod fields;
mod in_words;
mod line;
mod message;
mod sample_message;

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, Loader, langid};
use jiff::Timestamp;

pub use attachment::{attachment, size};

use crate::domain::{
    Category, Conflict, Currency, Day, DrawerName, Invalid, Language, Messenger, Method, Money,
    Observation, PaymentKind, Problem, Stage, Status, TimeZone, USUAL_STAGES,
};

fluent_templates::static_loader! {
    static TEXTS = {
        locales: "./src/i18n",
        fallback_language: "en",
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

pub use failure::{channel_trouble, failure, file_trouble};
pub use fields::{field, invalid_named};
pub use in_words::in_words;
pub use line::{LineWords, line, line_kind, line_name, lines, percent, quantity};
pub use message::{default_message, message, message_preview};
pub use sample_message::sample_facts;

const RUSSIAN: LanguageIdentifier = langid!("ru");
const ENGLISH: LanguageIdentifier = langid!("en");

/// A named argument of a message.
pub type Arg<'a> = (&'static str, FluentValue<'a>);

/// Returns the message with this id.
pub fn text(language: Language, id: &str) -> String {
    text_with(language, id, [])
}

/// Returns the message with this id, with its `{ $variables }` filled in.
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

/// Returns the name of a status.
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

/// Returns the customer's text for a stage: the owner's wording, or that of its status.
pub fn stage(language: Language, stage: &Stage) -> String {
    match stage.wording.as_str() {
        "" => status(language, stage.status),
        words => usual(language, words),
    }
}

/// Returns the name of a stage: in the reader's language if it still has its default name, and as
/// entered otherwise.
pub fn stage_name(language: Language, stage: &Stage) -> String {
    usual(language, stage.name.as_str())
}

/// Returns the name of a drawer: a word for cash drawers if it has no name.
pub fn drawer(language: Language, name: &DrawerName) -> String {
    match name.as_str() {
        "" => text(language, "drawer-default"),
        name => name.to_owned(),
    }
}

/// Returns the name of a method of payment.
pub fn method(language: Language, method: Method) -> String {
    text(
        language,
        match method {
            Method::Cash => "method-cash",
            Method::Card => "method-card",
            Method::Transfer => "method-transfer",
            Method::Instant => "method-instant",
            Method::Other => "method-other",
        },
    )
}

/// Returns the name of a row of the ledger; `reverses` is the kind of the row that a reversal
/// corrects.
pub fn payment_kind(
    language: Language,
    kind: PaymentKind,
    reverses: Option<PaymentKind>,
) -> String {
    let id = match reverses.unwrap_or(kind) {
        PaymentKind::Payment => "payment-kind-payment",
        PaymentKind::Refund => "payment-kind-refund",
        PaymentKind::CashIn => "payment-kind-cash-in",
        PaymentKind::CashOut => "payment-kind-cash-out",
        PaymentKind::Reversal => "payment-kind-reversal",
    };
    let what = text(language, id);
    match reverses {
        Some(_) => text_with(
            language,
            "payment-kind-reversal-of",
            [("what", what.into())],
        ),
        None => what,
    }
}

/// Translates a default text of stages into the reader's language; returns any other text
/// unchanged.
pub fn usual(language: Language, text: &str) -> String {
    static IDS: LazyLock<HashMap<String, &str>> = LazyLock::new(|| {
        let ids = USUAL_STAGES.iter();
        let ids = ids
            .flat_map(|stage| [Some(stage.name), stage.wording])
            .flatten();
        ids.flat_map(|id| Language::ALL.map(|language| (self::text(language, id), id)))
            .collect()
    });
    match IDS.get(text) {
        Some(id) => self::text(language, id),
        None => text.to_owned(),
    }
}

/// Returns the name of a category.
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

/// Formats a day with the name of its month: «21 ноября 2026».
pub fn day(language: Language, day: Day) -> String {
    // Passed as text, since Fluent would add a thousands separator to a number.
    let args = [
        ("day", day.day().to_string().into()),
        ("month", day.month().into()),
        ("year", day.year().to_string().into()),
    ];
    text_with(language, "day-long", args)
}

/// Formats an instant of a time zone, to the minute: «21 ноября 2026, 10:24».
pub fn exact(language: Language, zone: &TimeZone, instant: Timestamp) -> String {
    let zoned = instant.to_zoned(zone.clone());
    let time = format!("{:02}:{:02}", zoned.hour(), zoned.minute());
    let day = day(language, Day::of(instant, zone));
    text_with(
        language,
        "when-exact",
        [("day", day.into()), ("time", time.into())],
    )
}

/// Returns the name of a messenger, which no language translates.
pub const fn messenger_name(messenger: Messenger) -> &'static str {
    match messenger {
        Messenger::Telegram => "Telegram",
        Messenger::Max => "MAX",
    }
}

/// Formats a sum with its currency: «1 500,50 ₽», "£1,500.50", "JPY 1,500". A negative one has a
/// minus sign in front.
pub fn money(language: Language, currency: Currency, sum: Money) -> String {
    if sum < Money::ZERO {
        let opposite = money(language, currency, Money::ZERO.minus(sum));
        return format!("\u{2212}{opposite}");
    }
    let sign = currency.sign();
    match language {
        Language::Russian => format!("{}\u{a0}{sign}", amount(language, currency, sum)),
        Language::English => {
            let amount = figure(language, currency, sum);
            let is_code = sign.chars().all(|c| c.is_ascii_alphabetic());
            let space = if is_code { "\u{a0}" } else { "" };
            format!("{sign}{space}{amount}")
        }
    }
}

/// Formats a sum without its currency, as forms show it: digits grouped by spaces, which can't be
/// mistaken for a decimal point, and no fraction if it is zero.
pub fn amount(language: Language, currency: Currency, sum: Money) -> String {
    grouped(language, currency, sum, '\u{a0}')
}

/// Formats a sum without its currency, to be read.
pub fn figure(language: Language, currency: Currency, sum: Money) -> String {
    let separator = match language {
        Language::Russian => '\u{a0}',
        Language::English => ',',
    };
    grouped(language, currency, sum, separator)
}

fn grouped(language: Language, currency: Currency, sum: Money, separator: char) -> String {
    let digits = currency.digits() as usize;
    let unit = 10_i64.pow(currency.digits());
    let minor = sum.minor().abs();
    let (whole, part) = (minor / unit, minor % unit);
    let mut text = match sum < Money::ZERO {
        true => "-".to_owned(),
        false => String::new(),
    };
    let whole = whole.to_string();
    for (at, digit) in whole.char_indices() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            text.push(separator);
        }
        text.push(digit);
    }
    if part > 0 {
        let point = self::text(language, "decimal-point");
        text += &format!("{point}{part:0digits$}");
    }
    text
}

/// Returns a number with the language's decimal point in place of ".".
fn amount_text(language: Language, number: &str) -> String {
    number.replace('.', &text(language, "decimal-point"))
}

/// Returns the error message for a rejected value.
pub fn invalid(language: Language, invalid: &Invalid) -> String {
    problem(language, &invalid.problem)
}

fn problem(language: Language, problem: &Problem) -> String {
    let args: Vec<Arg<'_>> = match problem {
        Problem::ColumnTwice { first, second } => {
            vec![("first", (&**first).into()), ("second", (&**second).into())]
        }
        Problem::VariableUnknown { name, known } => {
            vec![("name", (&**name).into()), ("known", (&**known).into())]
        }
        Problem::VariableMissing { name } => vec![("name", (&**name).into())],
        Problem::ArchiveRow {
            line,
            table,
            problem: why,
        } => vec![
            ("line", (*line).into()),
            ("table", (*table).into()),
            ("why", self::problem(language, why).into()),
        ],
        Problem::ArchiveValue {
            line,
            table,
            column,
            problem: why,
        } => vec![
            ("line", (*line).into()),
            ("table", (*table).into()),
            ("column", (&**column).into()),
            ("why", self::problem(language, why).into()),
        ],
        _ => {
            let bound = problem.bound().map(|bound| ("bound", bound.into()));
            bound.into_iter().collect()
        }
    };
    text_with(language, problem.key(), args)
}

/// Returns the message for an observation in an imported file.
pub fn observation(language: Language, seen: &Observation) -> String {
    let bound = seen.bound().map(|bound| ("bound", bound.into()));
    text_with(language, seen.key(), bound)
}

/// Returns the message for a conflict.
pub fn conflict(language: Language, conflict: &Conflict) -> String {
    let id = match conflict {
        Conflict::PhoneTaken { customer } => Some(("customer", customer.to_string().into())),
        _ => None,
    };
    text_with(language, conflict.key(), id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_negative_sum_has_its_sign_in_front() {
        let currency = Currency::parse("RUB").unwrap();
        for (minor, russian, english, amount) in [
            (-15_050, "−150,50 ₽", "−₽150.50", "-150,50"),
            (-100_000, "−1 000 ₽", "−₽1,000", "-1 000"),
            (-5, "−0,05 ₽", "−₽0.05", "-0,05"),
        ] {
            let sum = Money::from_row(minor);
            let of = |language| money(language, currency, sum);
            assert_eq!(of(Language::Russian), russian.replace(' ', "\u{a0}"));
            assert_eq!(of(Language::English), english.replace(' ', "\u{a0}"));
            let written = self::amount(Language::Russian, currency, sum);
            assert_eq!(written, amount.replace(' ', "\u{a0}"));
        }
    }

    #[test]
    fn sums_are_written_as_people_read_them() {
        for (code, minor, russian, english) in [
            ("RUB", 150_050, "1 500,50 ₽", "₽1,500.50"),
            ("RUB", 200_000_000, "2 000 000 ₽", "₽2,000,000"),
            ("GBP", 1_320_000, "13 200 £", "£13,200"),
            ("USD", 5, "0,05 $", "$0.05"),
            ("JPY", 1_234_567, "1 234 567 JPY", "JPY 1,234,567"),
            ("KWD", 1_500, "1,500 KWD", "KWD 1.500"),
            ("RUB", 0, "0 ₽", "₽0"),
        ] {
            let currency = Currency::parse(code).unwrap();
            let sum = Money::new("price", minor).unwrap();
            let owed = money(Language::Russian, currency, Money::ZERO.minus(sum));
            let minus = if minor > 0 { "−" } else { "" };
            assert_eq!(owed, format!("{minus}{russian}").replace(' ', "\u{a0}"));
            for (language, expected) in [(Language::Russian, russian), (Language::English, english)]
            {
                let written = money(language, currency, sum);
                assert_eq!(written, expected.replace(' ', "\u{a0}"));
                // Parsing the text of a form yields the same sum.
                let amount = amount(language, currency, sum);
                assert_eq!(Money::parse("price", &amount, currency).unwrap(), sum);
            }
        }
    }
}
