//! The page of the bot: connecting it by its token, its state, and its QR code.

use askama::Template;
use secrecy::SecretString;
use warp::http::StatusCode;
use warp::reply::Response;

use super::parts::{BOT, Part};
use super::{bot_way, origin, part};
use crate::app::bot_connection::{self, NewBot};
use crate::app::bot_report::{self, BotReport};
use crate::domain::{
    BotMode, BotState, Error, Problem, Receiving, ReceivingReason, Result, SettingKey,
};
use crate::web::bot_line::trouble;
use crate::web::confirm::Confirm;
use crate::web::form::Errors;
use crate::web::qr::Qr;
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
    standing: Standing,
    link: Option<BotLink>,
}

/// The state of the bot at a glance.
struct Standing {
    /// Class of the sign, and its icon.
    sign: &'static str,
    icon: &'static str,
    title: String,
    checked: String,
    /// What else is wrong.
    more: Vec<String>,
    /// What to do about it.
    advice: Vec<String>,
}

/// The address that opens the bot, as a QR code and as text.
struct BotLink {
    url: String,
    qr: Qr,
}

#[derive(Template)]
#[template(path = "bot-poster.html")]
struct Poster<'a> {
    visit: &'a Visit,
    current: &'a str,
    link: BotLink,
}

impl BotPage<'_> {
    /// Returns the modes to choose from: turned off only where it is already, since a bot can be disconnected.
    fn modes(&self) -> Vec<(&'static str, &'static str)> {
        let modes = BotMode::ALL.iter().copied();
        let modes = modes.filter(|mode| *mode != BotMode::Off || self.bot.mode == BotMode::Off);
        let name = |mode| match mode {
            BotMode::Auto => "bot-mode-auto",
            BotMode::Webhook => "bot-mode-webhook",
            BotMode::Polling => "bot-mode-polling",
            BotMode::Off => "bot-mode-off",
        };
        modes.map(|mode| (mode.word(), name(mode))).collect()
    }

    /// Returns whether a token can be pasted here.
    fn is_open(&self) -> bool {
        let is_off = self.bot.mode == BotMode::Off && self.bot.mode_given.is_some();
        self.bot.given.is_none() && !is_off
    }

    fn mode(&self) -> &str {
        self.visit.sent(MODE).unwrap_or(self.bot.mode.word())
    }

    /// Describes how Telegram is reached.
    fn way(&self) -> String {
        bot_way::way(&self.bot, &self.visit.texts)
    }

    /// Returns whether to choose another way to receive messages is what to do now.
    fn advises_polling(&self) -> bool {
        bot_way::advises_polling(&self.bot)
    }

    /// Describes how updates arrive, and why so.
    fn receiving(&self) -> Option<String> {
        let (receiving, reason) = self.bot.receiving?;
        let texts = &self.visit.texts;
        let how = texts.s(match receiving {
            Receiving::Webhook => "bot-by-webhook",
            Receiving::Polling => "bot-by-polling",
        });
        let why = texts.s(match reason {
            ReceivingReason::Chosen if self.bot.mode_given.is_some() => "bot-why-given",
            ReceivingReason::Chosen => "bot-why-chosen",
            ReceivingReason::Deliverable => "bot-why-deliverable",
            ReceivingReason::LocalAddress => "bot-why-local",
            ReceivingReason::PlainAddress => "bot-why-plain",
        });
        Some(texts.fill2("bot-receiving", "how", how, "why", why))
    }

    fn token_given(&self) -> Option<String> {
        let given = self.bot.given.as_ref()?;
        Some(origin(&self.visit.texts, given))
    }

    fn mode_given(&self) -> Option<String> {
        let given = self.bot.mode_given.as_ref()?;
        Some(origin(&self.visit.texts, given))
    }
}

impl Standing {
    fn of(visit: &Visit, bot: &BotReport) -> Self {
        let texts = &visit.texts;
        let quiet = |title: &str| Self {
            sign: "sign",
            icon: "bot",
            title: texts.s(title),
            checked: String::new(),
            more: Vec::new(),
            advice: Vec::new(),
        };
        let health = match &bot.state {
            BotState::Off if bot.has_token => return quiet("bot-turned-off"),
            BotState::Off => return quiet("bot-off"),
            BotState::Unknown => return quiet("bot-unknown"),
            BotState::Seen(health) => health,
        };
        let troubles = bot.troubles();
        let mut advice: Vec<_> = troubles
            .iter()
            .filter_map(|found| bot_way::advice(found, bot, texts))
            .collect();
        advice.dedup();
        let mut troubles = troubles.iter().map(|found| trouble(found, texts));
        let name = health.name.as_deref().unwrap_or_default();
        let first = troubles.next();
        Self {
            sign: if first.is_some() {
                "sign bad"
            } else {
                "sign ok"
            },
            icon: if first.is_some() { "alert" } else { "check" },
            title: first.unwrap_or_else(|| texts.fill("bot-answers", "name", name)),
            checked: texts.fill("bot-checked", "when", texts.when(&health.seen)),
            more: troubles.collect(),
            advice,
        }
    }
}

impl BotLink {
    fn of(visit: &Visit) -> Result<Option<Self>> {
        let link = |url: String| {
            Ok(Self {
                qr: Qr::of(&url)?,
                url,
            })
        };
        visit.desk.bot_link().map(link).transpose()
    }
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
    if !bot.has_token || bot.given.is_some() {
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
    visit.owner()?;
    let page = Poster {
        visit,
        current: "settings",
        link: BotLink::of(visit)?.ok_or(Error::NotFound)?,
    };
    visit.page(&page)
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
        standing: Standing::of(visit, &bot),
        link: BotLink::of(visit)?,
        bot,
    };
    visit.page_as(status, &page)
}
