//! The page of the bot at MAX: connecting it by its token, its state, its settings, and its QR code.

use askama::Template;
use secrecy::SecretString;
use warp::http::StatusCode;
use warp::reply::Response;

use super::messenger::{self, BotLink, Facts, Standing};
use super::parts::{Input, MAX, MAX_AUTHORITIES, MAX_MODE, MAX_SETTINGS, Part};
use super::{SettingsForm, changes, part};
use crate::app::max_connection::{self, MaxReport, NewMaxBot};
use crate::domain::{BotState, Error, MaxTrouble, Messenger, Result};
use crate::web::confirm::Confirm;
use crate::web::form::Errors;
use crate::web::text::Texts;
use crate::web::visit::Visit;

const PAGE: &str = "/settings/max";

#[derive(Template)]
#[template(path = "settings-max.html")]
struct MaxPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    part: &'static Part,
    /// Problems of the token.
    errors: Errors,
    facts: Facts,
    standing: Standing,
    link: Option<BotLink>,
    /// The file with the certificate authorities in words.
    authorities: String,
    /// The fields beside the token, as long as there is none.
    beside: SettingsForm<'a>,
    settings: SettingsForm<'a>,
}

/// Problems of a submitted form, by the form.
#[derive(Default)]
struct Refused {
    token: Errors,
    settings: Errors,
}

/// Shows the page.
pub async fn max(visit: &Visit) -> Result<Response> {
    render(visit, StatusCode::OK, Refused::default()).await
}

/// Connects the bot of a pasted token.
pub async fn connect_max(visit: &Visit) -> Result<Response> {
    let (owner, now) = (visit.owner()?, visit.desk.clock.now());
    let new = NewMaxBot {
        token: SecretString::from(visit.typed("token")),
        settings: changes(visit, &MAX_AUTHORITIES),
        is_other: visit.sent("otherBot").is_some(),
    };
    let connected = max_connection::connect(&visit.desk, owner, new, now).await;
    let mut refused = Refused::default();
    match refused.token.take(connected, &visit.texts)? {
        Some(()) => Ok(visit.go(&format!("{PAGE}?connected=1"))),
        None => render(visit, StatusCode::UNPROCESSABLE_ENTITY, refused).await,
    }
}

/// Changes the settings of the bot.
pub async fn set_max(visit: &Visit) -> Result<Response> {
    let (owner, now) = (visit.owner()?, visit.desk.clock.now());
    let changes = changes(visit, &MAX_SETTINGS);
    let saved = max_connection::update(&visit.desk, owner, changes, now).await;
    let mut refused = Refused::default();
    match refused.settings.take(saved, &visit.texts)? {
        Some(()) => Ok(visit.go(&format!("{PAGE}?saved=1"))),
        None => render(visit, StatusCode::UNPROCESSABLE_ENTITY, refused).await,
    }
}

/// Checks the bot now.
pub async fn check_max(visit: &Visit) -> Result<Response> {
    max_connection::check(&visit.desk, visit.owner()?).await;
    Ok(visit.go(PAGE))
}

/// Asks before the bot is disconnected.
pub async fn ask_to_disconnect_max(visit: &Visit) -> Result<Response> {
    let (owner, texts) = (visit.owner()?, &visit.texts);
    let report = max_connection::report(&visit.desk, owner, visit.desk.clock.now()).await?;
    if !report.common.has_token || report.common.given.is_some() {
        return Err(Error::NotFound);
    }
    let confirm = Confirm {
        visit,
        current: "settings",
        title: texts.s("max-disconnect-title"),
        about: String::new(),
        lead: texts.s("bot-disconnect-lead"),
        action: format!("{PAGE}/disconnect"),
        fields: Vec::new(),
        button: texts.s("bot-disconnect"),
        back: PAGE.to_owned(),
    };
    confirm.show()
}

/// Disconnects the bot.
pub async fn disconnect_max(visit: &Visit) -> Result<Response> {
    let (owner, now) = (visit.owner()?, visit.desk.clock.now());
    max_connection::disconnect(&visit.desk, owner, now).await?;
    Ok(visit.go(&format!("{PAGE}?disconnected=1")))
}

/// Shows the QR code of the bot to be printed.
pub fn max_poster(visit: &Visit) -> Result<Response> {
    messenger::poster(visit, Messenger::Max, PAGE)
}

fn standing(texts: &Texts, report: &MaxReport) -> Standing {
    let health = match &report.common.state {
        BotState::Off if report.common.has_token => {
            return Standing::quiet(texts.s("bot-turned-off"));
        }
        BotState::Off => return Standing::quiet(texts.s("max-off")),
        BotState::Unknown => {
            return Standing::quiet(texts.fill("bot-unknown", "messenger", "MAX"));
        }
        BotState::Seen(health) => health,
    };
    let trouble = health.trouble.as_ref();
    let advice = trouble.and_then(|trouble| advice(trouble, texts));
    let name = health.username.as_deref().unwrap_or_default();
    Standing::seen(
        texts.fill("bot-answers", "name", name),
        texts.fill("bot-checked", "when", texts.when(&health.seen)),
        trouble
            .map(|trouble| in_words(trouble, texts))
            .into_iter()
            .collect(),
        advice.into_iter().collect(),
    )
}

fn in_words(trouble: &MaxTrouble, texts: &Texts) -> String {
    match trouble {
        MaxTrouble::Authorities { why } => texts.fill("max-authorities-unusable", "detail", why),
        MaxTrouble::Untrusted => texts.s("max-untrusted"),
        MaxTrouble::TokenRefused => texts.s("max-token-refused"),
        MaxTrouble::Forbidden { detail } => texts.fill("max-forbidden", "detail", detail),
        MaxTrouble::Unreachable { detail } => {
            texts.fill("max-unreachable", "detail", texts.failure(detail))
        }
    }
}

fn advice(trouble: &MaxTrouble, texts: &Texts) -> Option<String> {
    let id = match trouble {
        MaxTrouble::Authorities { .. } | MaxTrouble::Untrusted => "max-advice-authorities",
        MaxTrouble::Forbidden { .. } => "max-advice-moderation",
        MaxTrouble::TokenRefused | MaxTrouble::Unreachable { .. } => return None,
    };
    Some(texts.s(id))
}

async fn render(visit: &Visit, status: StatusCode, refused: Refused) -> Result<Response> {
    let (owner, now) = (visit.owner()?, visit.desk.clock.now());
    let report = max_connection::report(&visit.desk, owner, now).await?;
    let (texts, settings) = (&visit.texts, visit.desk.settings.now());
    let authorities = match &report.ca_file {
        Some(file) => file.display().to_string(),
        None => texts.s("max-authorities-of-system"),
    };
    let (beside, others) = match report.common.has_token {
        true => (&MAX_MODE, &MAX_SETTINGS),
        false => (&MAX_AUTHORITIES, &MAX_MODE),
    };
    let page = MaxPage {
        visit,
        current: "settings",
        part: part(MAX)?,
        facts: Facts::of(&report.common, Messenger::Max, texts),
        standing: standing(texts, &report),
        link: BotLink::of(visit, Messenger::Max)?,
        authorities,
        beside: SettingsForm::new(visit, beside, refused.token.clone(), &settings),
        errors: refused.token,
        settings: SettingsForm::new(visit, others, refused.settings, &settings),
    };
    visit.page_as(status, &page)
}
