//! The state of the bot, in words.

use crate::domain::{BotState, BotTrouble, Incident, IncidentKind};
use crate::i18n;
use crate::web::text::Texts;

/// State of the bot, on one line.
pub struct BotLine {
    pub text: String,
    pub well: bool,
}

impl BotLine {
    pub fn new(state: &BotState, incidents: &[Incident], texts: &Texts) -> Self {
        let is_fetched = |incident: &Incident| incident.kind == IncidentKind::OtherFetcher;
        let (text, well) = match state {
            BotState::Unknown | BotState::Seen(_) if incidents.iter().any(is_fetched) => {
                (trouble(&BotTrouble::OtherFetcher, texts), false)
            }
            BotState::Off => (texts.s("bot-off"), true),
            BotState::Unknown => (unknown(texts), true),
            BotState::Seen(health) => {
                let when = texts.when(&health.seen);
                match health.troubles.first() {
                    None => (texts.fill("bot-well", "when", when), true),
                    Some(found) => {
                        let text = trouble(found, texts);
                        (
                            texts.fill2("bot-trouble", "what", text, "when", when),
                            false,
                        )
                    }
                }
            }
        };
        Self { text, well }
    }
}

/// Describes the state of a bot that wasn't checked yet.
pub fn unknown(texts: &Texts) -> String {
    texts.fill("bot-unknown", "messenger", "Telegram")
}

/// Describes a problem of the bot.
pub fn trouble(found: &BotTrouble, texts: &Texts) -> String {
    match found {
        BotTrouble::Unreachable { detail } | BotTrouble::Proxy { detail } => {
            texts.fill("bot-unreachable", "detail", texts.failure(detail))
        }
        BotTrouble::TokenRefused => texts.s("bot-token-refused"),
        BotTrouble::OtherFetcher => texts.s("bot-other-fetcher"),
        BotTrouble::WebhookElsewhere { found } if found.is_empty() => {
            texts.s("bot-webhook-missing")
        }
        BotTrouble::WebhookElsewhere { found } => {
            texts.fill("bot-webhook-elsewhere", "found", found)
        }
        BotTrouble::AddressRefused { said } => texts.fill("bot-address-refused", "detail", said),
        BotTrouble::Certificate { said } => texts.fill("bot-certificate", "detail", said),
        BotTrouble::CutOff { said, at, waiting } => {
            let args = [
                ("count", (*waiting).into()),
                ("at", texts.when(at).into()),
                ("detail", said.as_str().into()),
            ];
            texts.with("bot-cut-off", args)
        }
        BotTrouble::Delivery { said, at } => {
            texts.fill2("bot-delivery", "detail", said, "at", texts.when(at))
        }
        BotTrouble::ManyWaiting { count } => texts.count("bot-many-waiting", &(*count).into()),
        BotTrouble::ForeignCertificate => texts.s("bot-foreign-certificate"),
        BotTrouble::Files { why } => i18n::file_trouble(texts.language, *why),
    }
}
