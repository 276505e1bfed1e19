//! The owner's pages of settings.

mod address;
mod audit;
mod backups;
mod bot;
mod bot_way;
mod channels;
mod max;
mod messenger;
mod offsite;
mod offsite_copies;
mod papers;
mod parts;
mod program;
mod recovery_sheet;
mod texts;
mod webhooks;

use askama::Template;
use warp::http::StatusCode;
use warp::reply::Response;

use super::form::Errors;
use super::text::Texts;
use super::visit::Visit;
use crate::app::settings::{self, Change};
use crate::domain::{Error, Origin, Result, SettingKey, Settings};

use self::address::AddressBox;
pub use self::address::reach;
pub use self::audit::audit;
use self::backups::BackupsBox;
pub use self::backups::{make_backup, take_backup};
pub use self::bot::{
    ask_to_disconnect_bot, bot, bot_poster, check_bot, connect_bot, disconnect_bot, set_bot_mode,
};
pub use self::channels::{change_channel, channels};
pub use self::max::{
    ask_to_disconnect_max, check_max, connect_max, disconnect_max, max, max_poster, set_max,
};
pub use self::offsite::{change_offsite, offsite};
pub use self::offsite_copies::{ask_for_copy, offsite_copies, try_copy};
pub use self::papers::{LOGO, logo_too_large, preview, put_logo, remove_logo};
use self::parts::{ADDRESS, BACKUPS, Field, Input, KEPT, PAPERS};
pub use self::parts::{PARTS, Part};
pub use self::program::program;
pub use self::recovery_sheet::{confirm_recovery_sheet, make_recovery_sheet, recovery_sheet};
pub use self::texts::{
    message_text, message_texts, preview_message_text, reset_message_text, update_message_text,
};
pub use self::webhooks::{
    ask_webhook, change_webhook, create_webhook, update_webhook, webhook, webhooks,
};

#[derive(Template)]
#[template(path = "settings.html")]
struct SettingsPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    part: &'static Part,
    form: SettingsForm<'a>,
    saved: bool,
    /// Of the page of backups.
    backups: Option<BackupsBox>,
    /// Of the page of the public address.
    address: Option<AddressBox>,
}

/// The fields of a page with their values.
struct SettingsForm<'a> {
    visit: &'a Visit,
    part: &'static Part,
    errors: Errors,
    settings: &'a Settings,
    /// The folder that is suggested for backups.
    suggested: &'a str,
}

impl<'a> SettingsForm<'a> {
    fn new(visit: &'a Visit, part: &'static Part, errors: Errors, settings: &'a Settings) -> Self {
        Self {
            visit,
            part,
            errors,
            settings,
            suggested: "",
        }
    }
}

impl SettingsForm<'_> {
    /// Returns the value in use.
    fn stored(&self, key: &SettingKey) -> &str {
        self.settings.value(*key)
    }

    /// Returns what stands in a field: what was typed, if the form was refused.
    fn shown(&self, field: &Field) -> String {
        let key = &field.key;
        let usual = match key {
            SettingKey::BackupDir => self.suggested,
            SettingKey::BackupKeep => KEPT,
            _ => "",
        };
        let shown = Some(self.stored(key)).filter(|value| !value.is_empty());
        let shown = shown.unwrap_or(usual);
        typed(self.visit, field).unwrap_or_else(|| shown.to_owned())
    }

    /// Returns the value in use as the page words it.
    fn in_words(&self, field: &Field) -> String {
        let value = self.stored(&field.key);
        let (Input::Choice(choices) | Input::Several(choices)) = field.input else {
            return value.to_owned();
        };
        let chosen = choices.iter().filter(|(word, _)| has(value, word));
        let labels = chosen.map(|(_, label)| self.visit.texts.s(label));
        labels.collect::<Vec<_>>().join(", ")
    }

    /// Returns whether a list in words has this one.
    fn has(&self, list: &str, word: &str) -> bool {
        has(list, word)
    }

    /// Returns where a value is set that can't be changed here.
    fn fixed(&self, key: &SettingKey) -> Option<String> {
        let given = self.settings.get(*key)?.given.as_ref()?;
        Some(origin(&self.visit.texts, given))
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
pub async fn show(visit: &Visit, word: &str) -> Result<Response> {
    visit.owner()?;
    render(visit, part(word)?, StatusCode::OK, Errors::default()).await
}

/// Saves the fields of a page that were changed.
pub async fn save(visit: &Visit, word: &str) -> Result<Response> {
    let (owner, part, now) = (visit.owner()?, part(word)?, visit.desk.clock.now());
    let mut changes = changes(visit, part);
    // Folder and number without an interval would be an error; the page always has all three.
    if word == BACKUPS
        && !changes
            .iter()
            .any(|(key, _)| *key == SettingKey::BackupEvery)
    {
        let every = visit
            .sent(SettingKey::BackupEvery.word())
            .map(str::to_owned);
        changes.extend(every.map(|every| (SettingKey::BackupEvery, Some(every))));
    }
    let saved = settings::update(&visit.desk, owner, changes, now).await;
    let mut errors = Errors::default();
    match errors.take(saved, &visit.texts)? {
        // A redirect would go to the old address, where nobody is signed in any more.
        Some(()) if word == ADDRESS => render(visit, part, StatusCode::OK, errors).await,
        Some(()) => Ok(visit.go(&format!("/settings/{word}?saved=1"))),
        None => render(visit, part, StatusCode::UNPROCESSABLE_ENTITY, errors).await,
    }
}

fn has(list: &str, word: &str) -> bool {
    list.split(',').any(|one| one.trim() == word)
}

/// Returns what was typed into a field; `None` where the form didn't have it.
fn typed(visit: &Visit, field: &Field) -> Option<String> {
    let name = field.key.word();
    let Input::Several(_) = field.input else {
        return visit.sent(name).map(str::to_owned);
    };
    // Without a tick, nothing is sent.
    was(visit, field.key)?;
    let ticked = visit.form.iter().filter(|(key, _)| key == name);
    let ticked: Vec<&str> = ticked.map(|(_, word)| word.as_str()).collect();
    Some(ticked.join(", "))
}

/// Returns what the page showed when it was loaded.
fn was(visit: &Visit, key: SettingKey) -> Option<&str> {
    visit.sent(&format!("was:{}", key.word()))
}

/// Returns the changes of the fields that don't say any more what the page showed.
fn changes(visit: &Visit, part: &Part) -> Vec<Change> {
    let fields = part.fields.iter();
    fields.filter_map(|field| change(visit, field)).collect()
}

/// Returns the change of a field that doesn't say any more what the page showed.
fn change(visit: &Visit, field: &Field) -> Option<Change> {
    let typed = typed(visit, field)?.replace("\r\n", "\n");
    let was = was(visit, field.key)?.replace("\r\n", "\n");
    (typed.trim() != was.trim()).then(|| (field.key, Some(typed.trim().to_owned())))
}

async fn render(
    visit: &Visit,
    part: &'static Part,
    status: StatusCode,
    errors: Errors,
) -> Result<Response> {
    if part.word == PAPERS {
        let tried = visit.desk.settings.now();
        return papers::render(visit, part, status, errors, &tried).await;
    }
    let settings = visit.desk.settings.now();
    let backups = match part.word {
        BACKUPS => Some(backups::backups_box(visit).await?),
        _ => None,
    };
    let suggested = backups.as_ref().map(|backups| backups.suggested.clone());
    let page = SettingsPage {
        visit,
        current: "settings",
        part,
        address: match part.word {
            ADDRESS => Some(AddressBox::of(visit, errors.any())?),
            _ => None,
        },
        form: SettingsForm {
            visit,
            part,
            errors,
            settings: &settings,
            suggested: suggested.as_deref().unwrap_or_default(),
        },
        saved: visit.parameter("saved").is_some(),
        backups,
    };
    visit.page_as(status, &page)
}

/// Describes where a value is set that can't be changed here.
fn origin(texts: &Texts, given: &Origin) -> String {
    match given {
        Origin::Variable(name) => texts.fill("settings-fixed-variable", "name", name),
        Origin::File(path) => texts.fill("settings-fixed-file", "path", path),
    }
}

fn part(word: &str) -> Result<&'static Part> {
    let part = PARTS.iter().find(|part| part.word == word);
    part.ok_or(Error::NotFound)
}
