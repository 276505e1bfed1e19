//! How the bot stands with Telegram.

use jiff::{Timestamp, ToSpan};

/// So many messages of customers waiting at Telegram mean that they don't arrive.
const MANY_WAITING: u32 = 100;
/// A failed delivery that is older, and after which nothing waits, was got over.
const RECENT_HOURS: i64 = 1;

/// What is known of the bot at the moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BotState {
    /// There is none in this shop.
    Off,
    /// Nobody has looked yet.
    Unknown,
    Seen(BotHealth),
}

/// What Telegram said when it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BotHealth {
    pub seen: Timestamp,
    /// The bot's name at Telegram; `None` when Telegram didn't say.
    pub name: Option<String>,
    /// The worst one first.
    pub troubles: Vec<BotTrouble>,
}

/// Something to be put right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BotTrouble {
    /// Telegram can't be asked, and why.
    Unreachable { detail: String },
    /// Telegram knows no bot with this token.
    TokenRefused,
    /// Another program fetches the messages with this token.
    OtherFetcher,
    /// Messages go to another address than ours, or (with an empty one) nowhere.
    WebhookElsewhere { found: String },
    /// Telegram doesn't trust our certificate.
    Certificate { said: String },
    /// Telegram could not deliver to us.
    Delivery { said: String, at: Timestamp },
    /// Messages pile up there.
    ManyWaiting { count: u32 },
    /// Somebody gave Telegram a certificate of their own, which we never do.
    ForeignCertificate,
}

impl BotTrouble {
    /// Whether customers notice it: they get no answers or no notices.
    pub fn stops_the_bot(&self) -> bool {
        match self {
            Self::Unreachable { .. }
            | Self::TokenRefused
            | Self::OtherFetcher
            | Self::WebhookElsewhere { .. }
            | Self::Certificate { .. } => true,
            Self::Delivery { .. } | Self::ManyWaiting { .. } | Self::ForeignCertificate => false,
        }
    }
}

/// What Telegram knows of the way to us (<https://core.telegram.org/bots/api#webhookinfo>).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Webhook {
    /// Empty when updates are to be polled.
    pub url: String,
    pub waiting: u32,
    pub last_error: Option<(Timestamp, String)>,
    pub own_certificate: bool,
}

impl Webhook {
    /// What is wrong with it when `wanted` is the right address; an empty one when we poll.
    pub fn troubles(&self, wanted: &str, now: Timestamp) -> Vec<BotTrouble> {
        let mut found = Vec::new();
        if self.url != wanted {
            let found_url = self.url.clone();
            found.push(BotTrouble::WebhookElsewhere { found: found_url });
        }
        found.extend(self.delivery(now));
        if self.waiting > MANY_WAITING {
            let count = self.waiting;
            found.push(BotTrouble::ManyWaiting { count });
        }
        if self.own_certificate {
            found.push(BotTrouble::ForeignCertificate);
        }
        found
    }

    fn delivery(&self, now: Timestamp) -> Option<BotTrouble> {
        let (at, said) = self.last_error.clone()?;
        let over = at.saturating_add(RECENT_HOURS.hours()).unwrap_or(at);
        if over < now && self.waiting == 0 {
            return None;
        }
        let lower = said.to_lowercase();
        Some(
            match lower.contains("ssl") || lower.contains("certificate") {
                true => BotTrouble::Certificate { said },
                false => BotTrouble::Delivery { said, at },
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn an_error_that_was_got_over_is_no_trouble() {
        let mut webhook = Webhook {
            last_error: Some((at("2026-01-02T03:00:00Z"), "Connection refused".into())),
            ..Webhook::default()
        };
        assert_eq!(webhook.troubles("", at("2026-01-02T05:00:00Z")), []);
        assert_eq!(webhook.troubles("", at("2026-01-02T03:30:00Z")).len(), 1);
        webhook.waiting = 1;
        assert_eq!(webhook.troubles("", at("2026-01-02T05:00:00Z")).len(), 1);
    }
}
