//! The owner's pages of settings.

mod address;
mod audit;
mod backups;
mod bot;
mod parts;
mod program;

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
use self::parts::{ADDRESS, BACKUPS, Input, KEPT};
pub use self::parts::{PARTS, Part};
pub use self::program::program;

#[derive(Template)]
#[template(path = "settings.html")]
struct SettingsPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    part: &'static Part,
    errors: Errors,
    settings: &'a Settings,
    saved: bool,
    /// Of the page of backups.
    backups: Option<BackupsBox>,
    /// Of the page of the public address.
    address: Option<AddressBox>,
}

impl SettingsPage<'_> {
    /// Returns the value in use.
    fn stored(&self, key: &SettingKey) -> &str {
        self.settings.value(*key)
    }

    /// Returns what stands in a field: what was typed, if the form was refused.
    fn shown(&self, key: &SettingKey) -> &str {
        let usual = match (key, &self.backups) {
            (SettingKey::BackupDir, Some(backups)) => backups.suggested.as_str(),
            (SettingKey::BackupKeep, _) => KEPT,
            _ => "",
        };
        let shown = Some(self.stored(key)).filter(|value| !value.is_empty());
        let shown = shown.unwrap_or(usual);
        self.visit.sent(key.word()).unwrap_or(shown)
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
    let changes = part
        .fields
        .iter()
        .filter_map(|field| change(visit, field.key));
    let mut changes: Vec<Change> = changes.collect();
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

/// Returns the change of a field that doesn't say any more what the page showed.
fn change(visit: &Visit, key: SettingKey) -> Option<Change> {
    let typed = visit.sent(key.word())?.replace("\r\n", "\n");
    let was = visit
        .sent(&format!("was:{}", key.word()))?
        .replace("\r\n", "\n");
    (typed.trim() != was.trim()).then(|| (key, Some(typed.trim().to_owned())))
}

async fn render(
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
        settings: &settings,
        saved: visit.parameter("saved").is_some(),
        address: match part.word {
            ADDRESS => Some(AddressBox::of(visit, errors.any())?),
            _ => None,
        },
        backups: match part.word {
            BACKUPS => Some(backups::backups_box(visit).await?),
            _ => None,
        },
        errors,
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
