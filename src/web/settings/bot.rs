//! The page of the bot: connecting it by its token, its state, and its QR code.

use askama::Template;
use secrecy::SecretString;
use warp::http::StatusCode;
use warp::reply::Response;

use super::messenger::{self, BotLink, Facts, Standing};
use super::parts::{BOT, Part};
use super::{bot_way, part};
use crate::app::bot_connection::{self, NewBot};
use crate::app::bot_report::{self, BotReport};
use crate::domain::{BotMode, BotState, Error, Messenger, Problem, Result, SettingKey};
use crate::web::bot_line::{trouble, unknown};
use crate::web::confirm::Confirm;
use crate::web::form::Errors;
use crate::web::visit::Visit;

const PAGE: &str = "/settings/bot";
/// The field of the mode, which a problem with its setting names.
const MODE: &str = SettingKey::BotMode.word();

#[derive(Template)]
#[template(path = "settings-bot.html")]
struct BotPage<'a> {
    visit: &'a Visit,
    current: &'a str,
    part: &'static Part,
    errors: Errors,
    bot: BotReport,
    facts: Facts,
    standing: Standing,
    link: Option<BotLink>,
}

impl BotPage<'_> {
    /// Returns the modes to choose from: turned off only where it is already, since a bot can be disconnected.
    fn modes(&self) -> Vec<(&'static str, &'static str)> {
        let modes = BotMode::ALL.iter().copied();
        let modes =
            modes.filter(|mode| *mode != BotMode::Off || self.bot.common.mode == BotMode::Off);
        let name = |mode| match mode {
            BotMode::Auto => "bot-mode-auto",
            BotMode::Webhook => "bot-mode-webhook",
            BotMode::Polling => "bot-mode-polling",
            BotMode::Off => "bot-mode-off",
        };
        modes.map(|mode| (mode.word(), name(mode))).collect()
    }

    fn mode(&self) -> &str {
        self.visit.sent(MODE).unwrap_or(self.bot.common.mode.word())
    }

    /// Describes how Telegram is reached.
    fn way(&self) -> String {
        bot_way::way(&self.bot, &self.visit.texts)
    }

    /// Returns whether to choose another way to receive messages is what to do now.
    fn advises_polling(&self) -> bool {
        bot_way::advises_polling(&self.bot)
    }
}

fn standing(visit: &Visit, bot: &BotReport) -> Standing {
    let texts = &visit.texts;
    let health = match &bot.common.state {
        BotState::Off if bot.common.has_token => {
            return Standing::quiet(texts.s("bot-turned-off"));
        }
        BotState::Off => return Standing::quiet(texts.s("bot-off")),
        BotState::Unknown => return Standing::quiet(unknown(texts)),
        BotState::Seen(health) => health,
    };
    let troubles = bot.troubles();
    let advice = troubles.iter();
    let advice = advice.filter_map(|found| bot_way::advice(found, bot, texts));
    let name = health.name.as_deref().unwrap_or_default();
    Standing::seen(
        texts.fill("bot-answers", "name", name),
        texts.fill("bot-checked", "when", texts.when(&health.seen)),
        troubles.iter().map(|found| trouble(found, texts)).collect(),
        advice.collect(),
    )
}

/// Shows the page.
pub async fn bot(visit: &Visit) -> Result<Response> {
    render(visit, StatusCode::OK, Errors::default()).await
}

/// Connects the bot of a pasted token.
pub async fn connect_bot(visit: &Visit) -> Result<Response> {
    let (owner, now) = (visit.owner()?, visit.desk.clock.now());
    let new = NewBot {
        token: SecretString::from(visit.typed("token")),
        mode: visit.sent(MODE).map(mode).transpose()?,
        is_other: visit.sent("otherBot").is_some(),
    };
    let connected = bot_connection::connect(&visit.desk, owner, new, now).await;
    answer(visit, connected, "connected").await
}

/// Changes how the bot receives updates.
pub async fn set_bot_mode(visit: &Visit) -> Result<Response> {
    let (owner, now) = (visit.owner()?, visit.desk.clock.now());
    let mode = mode(visit.typed(MODE))?;
    let set = bot_connection::set_mode(&visit.desk, owner, mode, now).await;
    answer(visit, set, "saved").await
}

/// Checks the bot now.
pub async fn check_bot(visit: &Visit) -> Result<Response> {
    bot_connection::check(&visit.desk, visit.owner()?).await;
    Ok(visit.go(PAGE))
}

/// Asks before the bot is disconnected.
pub async fn ask_to_disconnect_bot(visit: &Visit) -> Result<Response> {
    let (owner, texts) = (visit.owner()?, &visit.texts);
    let bot = bot_report::report(&visit.desk, owner, visit.desk.clock.now()).await?;
    if !bot.common.has_token || bot.common.given.is_some() {
        return Err(Error::NotFound);
    }
    let confirm = Confirm {
        visit,
        current: "settings",
        title: texts.s("bot-disconnect-title"),
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
pub async fn disconnect_bot(visit: &Visit) -> Result<Response> {
    let (owner, now) = (visit.owner()?, visit.desk.clock.now());
    bot_connection::disconnect(&visit.desk, owner, now).await?;
    Ok(visit.go(&format!("{PAGE}?disconnected=1")))
}

/// Shows the QR code of the bot to be printed.
pub fn bot_poster(visit: &Visit) -> Result<Response> {
    messenger::poster(visit, Messenger::Telegram, PAGE)
}

fn mode(word: &str) -> Result<BotMode> {
    BotMode::from_word(word).ok_or_else(|| Problem::ChoiceUnknown.at(MODE).into())
}

async fn answer(visit: &Visit, done: Result<()>, notice: &str) -> Result<Response> {
    let mut errors = Errors::default();
    match errors.take(done, &visit.texts)? {
        Some(()) => Ok(visit.go(&format!("{PAGE}?{notice}=1"))),
        None => render(visit, StatusCode::UNPROCESSABLE_ENTITY, errors).await,
    }
}

async fn render(visit: &Visit, status: StatusCode, errors: Errors) -> Result<Response> {
    let (owner, now) = (visit.owner()?, visit.desk.clock.now());
    let bot = bot_report::report(&visit.desk, owner, now).await?;
    let page = BotPage {
        visit,
        current: "settings",
        part: part(BOT)?,
        errors,
        facts: Facts {
            token_end: bot.token_end.clone().unwrap_or_default(),
            ..Facts::of(&bot.common, Messenger::Telegram, &visit.texts)
        },
        standing: standing(visit, &bot),
        link: BotLink::of(visit, Messenger::Telegram)?,
        bot,
    };
    visit.page_as(status, &page)
}
