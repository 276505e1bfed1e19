//! The owner's pages of settings.

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use super::form::Errors;
use super::visit::Visit;
use crate::app::accounts;
use crate::app::settings::{self, Change};
use crate::domain::{
    AuditAction, AuditEvent, AuditEventId, Employee, Error, Origin, Result, SettingKey, Settings,
};

/// A page of settings.
pub struct Part {
    pub word: &'static str,
    pub title: &'static str,
    fields: &'static [Field],
}

/// A field of a page.
struct Field {
    key: SettingKey,
    label: &'static str,
    input: Input,
    /// What to write, for those who don't know; empty for none.
    hint: &'static str,
}

/// How a value is typed.
enum Input {
    Line,
    Number,
    Phone,
    Text,
    /// One of the time zones, found while typing.
    Timezone,
    /// A value, and the sentence of its name.
    Choice(&'static [(&'static str, &'static str)]),
}

const fn field(key: SettingKey, label: &'static str, input: Input, hint: &'static str) -> Field {
    Field {
        key,
        label,
        input,
        hint,
    }
}

/// The pages, in the order of their tabs.
pub const PARTS: &[Part] = &[
    Part {
        word: "shop",
        title: "settings-shop",
        fields: &[
            field(SettingKey::ShopName, "setting-shop-name", Input::Line, ""),
            field(
                SettingKey::ShopLegalName,
                "setting-legal-name",
                Input::Line,
                "setting-legal-name-hint",
            ),
            field(SettingKey::ShopTaxId, "setting-tax-id", Input::Line, ""),
            field(
                SettingKey::ShopRegistrationId,
                "setting-registration-id",
                Input::Line,
                "",
            ),
            field(SettingKey::ShopAddress, "setting-address", Input::Line, ""),
            field(SettingKey::ShopHours, "setting-hours", Input::Line, ""),
            field(SettingKey::ShopPhone, "setting-phone", Input::Phone, ""),
            field(
                SettingKey::ShopTerms,
                "setting-terms",
                Input::Text,
                "setting-terms-hint",
            ),
        ],
    },
    Part {
        word: "region",
        title: "settings-region",
        fields: &[
            field(
                SettingKey::Language,
                "setting-language",
                Input::Choice(LANGUAGES),
                "setting-language-hint",
            ),
            field(
                SettingKey::Country,
                "setting-country",
                Input::Line,
                "setting-country-hint",
            ),
            field(
                SettingKey::Timezone,
                "setting-timezone",
                Input::Timezone,
                "setting-timezone-hint",
            ),
            field(
                SettingKey::ShopCurrency,
                "setting-currency",
                Input::Line,
                "setting-currency-hint",
            ),
        ],
    },
    Part {
        word: "notices",
        title: "settings-notices",
        fields: &[
            field(
                SettingKey::NotifyDelay,
                "setting-notify-delay",
                Input::Line,
                "setting-notify-delay-hint",
            ),
            field(
                SettingKey::ReminderDays,
                "setting-reminder-days",
                Input::Line,
                "setting-reminder-days-hint",
            ),
            field(
                SettingKey::ReminderHour,
                "setting-reminder-hour",
                Input::Number,
                "setting-reminder-hour-hint",
            ),
            field(
                SettingKey::ShopStatusDays,
                "setting-status-days",
                Input::Number,
                "setting-status-days-hint",
            ),
        ],
    },
    Part {
        word: "access",
        title: "settings-access",
        fields: &[field(
            SettingKey::Registration,
            "setting-registration",
            Input::Choice(REGISTRATIONS),
            "",
        )],
    },
];

const LANGUAGES: &[(&str, &str)] = &[("ru", "profile-language-ru"), ("en", "profile-language-en")];
const REGISTRATIONS: &[(&str, &str)] = &[
    ("invite", "setting-registration-invite"),
    ("open", "setting-registration-open"),
    ("closed", "setting-registration-closed"),
];

#[derive(Template)]
#[template(path = "settings.html")]
struct SettingsPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    part: &'static Part,
    errors: Errors,
    settings: &'a Settings,
    saved: bool,
}

impl SettingsPage<'_> {
    /// Returns the value in use.
    fn stored(&self, key: &SettingKey) -> &str {
        self.settings.value(*key)
    }

    /// Returns what stands in a field: what was typed, if the form was refused.
    fn shown(&self, key: &SettingKey) -> &str {
        self.visit
            .sent(key.word())
            .unwrap_or_else(|| self.stored(key))
    }

    /// Returns where a value is set that can't be changed here.
    fn fixed(&self, key: &SettingKey) -> Option<String> {
        let given = self.settings.get(*key)?.given.as_ref()?;
        let texts = &self.visit.texts;
        Some(match given {
            Origin::Variable(name) => texts.fill("settings-fixed-variable", "name", name),
            Origin::File(path) => texts.fill("settings-fixed-file", "path", path),
        })
    }

    fn fields(&self) -> Vec<&'static str> {
        self.part
            .fields
            .iter()
            .map(|field| field.key.word())
            .collect()
    }
}

/// Shows a page of settings.
pub fn show(visit: &Visit, word: &str) -> Result<Response> {
    visit.owner()?;
    render(visit, part(word)?, StatusCode::OK, Errors::default())
}

/// Saves the fields of a page that were changed.
pub async fn save(visit: &Visit, word: &str) -> Result<Response> {
    let (owner, part, now) = (visit.owner()?, part(word)?, visit.desk.clock.now());
    let changes = part
        .fields
        .iter()
        .filter_map(|field| change(visit, field.key));
    let saved = settings::update(&visit.desk, owner, changes.collect(), now).await;
    let mut errors = Errors::default();
    for field in part.fields {
        errors = errors.calling(field.key.word(), field.label);
    }
    match errors.take(saved, &visit.texts)? {
        Some(()) => Ok(visit.go(&format!("/settings/{word}?saved=1"))),
        None => render(visit, part, StatusCode::UNPROCESSABLE_ENTITY, errors),
    }
}

/// Events on a page of the audit list.
const AUDIT: usize = 50;
/// The tab of the audit list.
const OF_AUDIT: Part = Part {
    word: "audit",
    title: "settings-audit",
    fields: &[],
};

/// A row of the audit list.
struct AuditRow {
    at: String,
    by: String,
    what: String,
    old: String,
    new: String,
}

#[derive(Template)]
#[template(path = "settings-audit.html")]
struct AuditPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    part: &'a Part,
    rows: Vec<AuditRow>,
    /// The last event of the page, if there are older ones.
    next: Option<i64>,
}

/// Shows who changed what.
pub async fn audit(visit: &Visit) -> Result<Response> {
    let owner = visit.owner()?;
    let before = visit.parameter("before");
    let before = before
        .map(|id| AuditEventId::parse("before", id))
        .transpose()?;
    let actor = visit.actor()?;
    let work = move |c: &_| {
        let events = settings::audit(c, &owner, before, AUDIT + 1)?;
        Ok((events, accounts::employees(c, &actor)?))
    };
    let (mut events, staff) = visit.desk.db.read(work).await?;
    let more = events.len() > AUDIT;
    events.truncate(AUDIT);
    let page = AuditPage {
        visit,
        current: "settings",
        part: &OF_AUDIT,
        next: events.last().filter(|_| more).map(|event| event.id.get()),
        rows: events
            .iter()
            .map(|event| row(visit, event, &staff))
            .collect(),
    };
    visit.page(&page)
}

fn row(visit: &Visit, event: &AuditEvent, staff: &[Employee]) -> AuditRow {
    let texts = &visit.texts;
    let by = staff.iter().find(|one| Some(one.id) == event.employee);
    let fields = PARTS.iter().flat_map(|part| part.fields);
    let label = fields.filter(|field| field.key.word() == event.subject);
    let label = label.map(|field| texts.s(field.label)).next();
    let what = match event.action {
        AuditAction::SettingChanged => label.unwrap_or_else(|| event.subject.clone()),
        AuditAction::CustomersMerged => texts.fill("audit-customers-merged", "id", &event.subject),
        AuditAction::MergeUndone => texts.fill("audit-merge-undone", "id", &event.subject),
        AuditAction::PhoneCorrected => texts.fill("audit-phone-corrected", "id", &event.subject),
    };
    AuditRow {
        at: texts.exact(&event.at),
        by: by.map_or_else(String::new, |one| one.email.as_str().to_owned()),
        what,
        old: event.old.clone().unwrap_or_default(),
        new: event.new.clone().unwrap_or_default(),
    }
}

/// Returns the change of a field that doesn't say any more what the page showed.
fn change(visit: &Visit, key: SettingKey) -> Option<Change> {
    let typed = visit.sent(key.word())?.replace("\r\n", "\n");
    let was = visit
        .sent(&format!("was:{}", key.word()))?
        .replace("\r\n", "\n");
    (typed.trim() != was.trim()).then(|| (key, Some(typed.trim().to_owned())))
}

fn render(
    visit: &Visit,
    part: &'static Part,
    status: StatusCode,
    errors: Errors,
) -> Result<Response> {
    let settings = visit.desk.settings.now();
    let page = SettingsPage {
        visit,
        current: "settings",
        part,
        errors,
        settings: &settings,
        saved: visit.parameter("saved").is_some(),
    };
    visit.page_as(status, &page)
}

fn part(word: &str) -> Result<&'static Part> {
    let part = PARTS.iter().find(|part| part.word == word);
    part.ok_or(Error::NotFound)
}
