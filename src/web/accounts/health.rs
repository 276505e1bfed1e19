//! The state of the bot and the incidents of the clock, in words.

use crate::domain::{BotState, BotTrouble, Incident, IncidentKind};
use crate::web::text::Texts;

/// State of the bot, on one line.
pub(super) struct BotLine {
    pub(super) text: String,
    pub(super) well: bool,
}

impl BotLine {
    pub(super) fn new(state: &BotState, incidents: &[Incident], texts: &Texts) -> Self {
        let is_fetched = |incident: &&Incident| incident.kind == IncidentKind::OtherFetcher;
        let (text, well) = match state {
            BotState::Unknown | BotState::Seen(_) if incidents.iter().any(|i| is_fetched(&i)) => {
                (bot_trouble(&BotTrouble::OtherFetcher, texts), false)
            }
            BotState::Off => (texts.s("bot-off"), true),
            BotState::Unknown => (texts.s("bot-unknown"), true),
            BotState::Seen(health) => {
                let when = texts.when(&health.seen);
                match health.troubles.first() {
                    None => (texts.fill("bot-well", "when", when), true),
                    Some(trouble) => {
                        let text = bot_trouble(trouble, texts);
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

fn bot_trouble(trouble: &BotTrouble, texts: &Texts) -> String {
    match trouble {
        BotTrouble::Unreachable { detail } => texts.fill("bot-unreachable", "detail", detail),
        BotTrouble::TokenRefused => texts.s("bot-token-refused"),
        BotTrouble::OtherFetcher => texts.s("bot-other-fetcher"),
        BotTrouble::WebhookElsewhere { found } if found.is_empty() => {
            texts.s("bot-webhook-missing")
        }
        BotTrouble::WebhookElsewhere { found } => {
            texts.fill("bot-webhook-elsewhere", "found", found)
        }
        BotTrouble::Certificate { said } => texts.fill("bot-certificate", "detail", said),
        BotTrouble::Delivery { said, at } => {
            texts.fill2("bot-delivery", "detail", said, "at", texts.when(at))
        }
        BotTrouble::ManyWaiting { count } => texts.count("bot-many-waiting", &(*count).into()),
        BotTrouble::ForeignCertificate => texts.s("bot-foreign-certificate"),
    }
}

/// Describes an incident of the system clock.
pub(super) fn clock_incident(incident: &Incident, texts: &Texts) -> Option<String> {
    let when = ("when", texts.when(&incident.at).into());
    match incident.kind {
        IncidentKind::ClockSetBack => {
            let (unit, count) = match incident.amount {
                seconds @ ..120 => ("seconds", seconds),
                seconds @ 120..7_200 => ("minutes", seconds / 60),
                seconds @ 7_200..172_800 => ("hours", seconds / 3_600),
                seconds => ("days", seconds / 86_400),
            };
            let args = [("unit", unit.into()), ("count", count.into()), when];
            Some(texts.with("clock-set-back", args))
        }
        IncidentKind::RowsAhead => {
            let args = [("count", incident.amount.into()), when];
            Some(texts.with("clock-rows-ahead", args))
        }
        IncidentKind::OtherFetcher => None,
    }
}
