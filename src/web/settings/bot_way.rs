//! How the bot reaches Telegram, in words, and what to do when it doesn't.

use crate::app::bot_report::BotReport;
use crate::domain::{BotTrouble, BotWay, NetworkFailure, Receiving};
use crate::web::text::Texts;

/// Describes the way, and whether it works.
pub(super) fn way(bot: &BotReport, texts: &Texts) -> String {
    let BotWay { server, proxy } = &bot.way;
    let way = match (server, proxy) {
        (None, None) => texts.s("bot-way-direct"),
        (Some(server), None) => texts.fill("bot-way-server", "server", server),
        (None, Some(proxy)) => texts.fill("bot-way-proxy", "proxy", proxy),
        (Some(server), Some(proxy)) => {
            texts.fill2("bot-way-both", "server", server, "proxy", proxy)
        }
    };
    match bot.is_reachable() {
        None => way,
        Some(true) => texts.fill("bot-way-works", "way", way),
        Some(false) => texts.fill("bot-way-fails", "way", way),
    }
}

/// Returns what the owner can do about a problem of the network.
pub(super) fn advice(trouble: &BotTrouble, bot: &BotReport, texts: &Texts) -> Option<String> {
    let id = match trouble {
        BotTrouble::Unreachable { detail } => {
            let why = NetworkFailure::from_word(detail)?;
            match (&bot.way.server, why) {
                (Some(_), _) => "bot-advice-server",
                (None, NetworkFailure::NotTelegram | NetworkFailure::TooLong) => {
                    "bot-advice-foreign"
                }
                (None, _) => "bot-advice-blocked",
            }
        }
        BotTrouble::Proxy { detail } => match NetworkFailure::from_word(detail)? {
            NetworkFailure::ProxyPassword => "bot-advice-proxy-password",
            NetworkFailure::ProxyRefused => "bot-advice-proxy-refused",
            _ => "bot-advice-proxy",
        },
        BotTrouble::CutOff { .. } => "bot-advice-polling",
        BotTrouble::ManyWaiting { .. } if is_webhook(bot) => "bot-advice-polling",
        _ => return None,
    };
    Some(texts.s(id))
}

/// Returns whether another way to receive messages is advised.
pub(super) fn advises_polling(bot: &BotReport) -> bool {
    let is_cut_off = |trouble: &BotTrouble| matches!(trouble, BotTrouble::CutOff { .. });
    is_webhook(bot) && bot.troubles().iter().any(is_cut_off)
}

fn is_webhook(bot: &BotReport) -> bool {
    matches!(bot.common.receiving, Some((Receiving::Webhook, _)))
}
