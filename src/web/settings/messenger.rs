//! What the pages of the bots share: the state at a glance, the figures, and the QR code.

use askama::Template;
use warp::reply::Response;

use crate::app::messenger_bot::MessengerReport;
use crate::domain::{BotMode, Error, Messenger, Origin, Receiving, ReceivingReason, Result};
use crate::i18n::messenger_name as name;
use crate::web::qr::Qr;
use crate::web::text::Texts;
use crate::web::visit::Visit;

use super::origin;

/// The state of a bot at a glance.
pub(super) struct Standing {
    /// Class of the sign, and its icon.
    pub sign: &'static str,
    pub icon: &'static str,
    pub title: String,
    pub checked: String,
    /// What else is wrong.
    pub more: Vec<String>,
    /// What to do about it.
    pub advice: Vec<String>,
}

impl Standing {
    /// The state of a bot of which nothing is known.
    pub fn quiet(title: String) -> Self {
        Self {
            sign: "sign",
            icon: "bot",
            title,
            checked: String::new(),
            more: Vec::new(),
            advice: Vec::new(),
        }
    }

    /// The state of a bot that was checked, with its problems, the most severe one first.
    pub fn seen(
        well: String,
        checked: String,
        troubles: Vec<String>,
        mut advice: Vec<String>,
    ) -> Self {
        advice.dedup();
        let mut troubles = troubles.into_iter();
        let first = troubles.next();
        let (sign, icon) = match first {
            Some(_) => ("sign bad", "alert"),
            None => ("sign ok", "check"),
        };
        Self {
            sign,
            icon,
            title: first.unwrap_or(well),
            checked,
            more: troubles.collect(),
            advice,
        }
    }
}

/// The figures and facts of a bot in words.
pub(super) struct Facts {
    pub has_token: bool,
    /// The last characters of the token, where it has some to show.
    pub token_end: String,
    /// Where the token is set, if not here.
    pub token_given: Option<String>,
    /// Where the way to receive updates is set, if not here.
    pub mode_given: Option<String>,
    /// How updates arrive, and why so; `None` when no bot runs.
    pub receiving: Option<String>,
    /// Whether a token can be pasted here.
    pub is_open: bool,
    /// How many customers the bot can write to.
    pub reachable: i64,
    pub customers: String,
    pub delivered: String,
    /// How many notices failed; `None` when none did.
    pub failed: Option<String>,
}

impl Facts {
    pub fn of<H>(report: &MessengerReport<H>, messenger: Messenger, texts: &Texts) -> Self {
        let given = |given: &Option<Origin>| given.as_ref().map(|given| origin(texts, given));
        let figures = &report.figures;
        let is_off = report.mode == BotMode::Off && report.mode_given.is_some();
        let failed =
            (figures.failed > 0).then(|| texts.fill("bot-failed", "count", figures.failed));
        Self {
            has_token: report.has_token,
            token_end: String::new(),
            token_given: given(&report.given),
            mode_given: given(&report.mode_given),
            receiving: receiving(report, messenger, texts),
            is_open: report.given.is_none() && !is_off,
            reachable: figures.reachable,
            customers: texts.fill2(
                "bot-customers-of",
                "count",
                figures.reachable,
                "all",
                figures.customers,
            ),
            delivered: texts.fill("bot-delivered", "count", figures.delivered),
            failed,
        }
    }
}

/// Describes how updates arrive, and why so.
fn receiving<H>(
    report: &MessengerReport<H>,
    messenger: Messenger,
    texts: &Texts,
) -> Option<String> {
    let (receiving, reason) = report.receiving?;
    let of = |id| texts.fill(id, "messenger", name(messenger));
    let how = of(match receiving {
        Receiving::Webhook => "bot-by-webhook",
        Receiving::Polling => "bot-by-polling",
    });
    let why = match reason {
        ReceivingReason::Chosen if report.mode_given.is_some() => texts.s("bot-why-given"),
        ReceivingReason::Chosen => texts.s("bot-why-chosen"),
        ReceivingReason::Deliverable => texts.s("bot-why-deliverable"),
        ReceivingReason::LocalAddress => of("bot-why-local"),
        ReceivingReason::PlainAddress => match messenger {
            Messenger::Telegram => of("bot-why-plain"),
            Messenger::Max => texts.s("max-why-plain"),
        },
    };
    Some(texts.fill2("bot-receiving", "how", how, "why", why))
}

/// The address that opens a bot, as a QR code and as text.
pub(super) struct BotLink {
    pub url: String,
    pub qr: Qr,
    /// What it is for.
    pub lead: String,
    /// The page with the QR code to be printed.
    pub poster: &'static str,
}

impl BotLink {
    pub fn of(visit: &Visit, messenger: Messenger) -> Result<Option<Self>> {
        let (url, poster) = match messenger {
            Messenger::Telegram => (visit.desk.bot_link(), "/settings/bot/qr"),
            Messenger::Max => (visit.desk.max_link(), "/settings/max/qr"),
        };
        let link = |url: String| {
            Ok(Self {
                qr: Qr::of(&url)?,
                url,
                lead: visit
                    .texts
                    .fill("bot-qr-lead", "messenger", name(messenger)),
                poster,
            })
        };
        url.map(link).transpose()
    }
}

#[derive(Template)]
#[template(path = "bot-poster.html")]
struct Poster<'a> {
    visit: &'a Visit,
    current: &'a str,
    link: BotLink,
    title: String,
    back: &'a str,
}

/// Shows the QR code of a bot to be printed.
pub(super) fn poster(visit: &Visit, messenger: Messenger, back: &str) -> Result<Response> {
    visit.owner()?;
    let page = Poster {
        visit,
        current: "settings",
        link: BotLink::of(visit, messenger)?.ok_or(Error::NotFound)?,
        title: visit
            .texts
            .fill("bot-poster-title", "messenger", name(messenger)),
        back,
    };
    visit.page(&page)
}
