//! Health of the bot's connection with Telegram.

use jiff::{Timestamp, ToSpan};

use super::FileTrouble;

/// Number of pending updates at Telegram above which delivery counts as broken.
const MANY_WAITING: u32 = 100;
/// Age in hours after which a delivery error with nothing pending counts as resolved.
const RECENT_HOURS: i64 = 1;
/// Age in minutes from which a connection that the server refused is no restart of it.
const RESTART_MINUTES: i64 = 10;
/// What Telegram says in lower case when our address leads nowhere; and when nothing listens there, as during a restart.
/// A response of a proxy may have such words as well.
const UNREACHED: [&str; 4] = ["timed out", "unreachable", "no route", "failed to resolve"];
const REFUSED: [&str; 2] = ["refused", "reset"];
const ANSWERED: &str = "wrong response";

/// Known state of a bot: Telegram's, unless another health is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BotState<H = BotHealth> {
    /// No bot is configured.
    Off,
    /// Not checked yet.
    Unknown,
    Seen(H),
}

/// Result of a check against Telegram.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BotHealth {
    pub seen: Timestamp,
    /// Username of the bot; `None` when Telegram didn't return it.
    pub name: Option<String>,
    /// Problems, most severe first.
    pub troubles: Vec<BotTrouble>,
}

/// A problem that needs attention.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BotTrouble {
    /// Telegram can't be reached, with the reason.
    Unreachable { detail: String },
    /// The proxy that leads to Telegram fails, with the reason.
    Proxy { detail: String },
    /// Telegram rejects the bot token.
    TokenRefused,
    /// Another program receives updates with the same token.
    OtherFetcher,
    /// The registered update address is not ours, or is empty.
    WebhookElsewhere { found: String },
    /// Telegram refuses to deliver to our address.
    AddressRefused { said: String },
    /// Telegram rejects our TLS certificate.
    Certificate { said: String },
    /// Telegram's servers don't reach ours at all, and updates wait.
    CutOff {
        said: String,
        at: Timestamp,
        waiting: u32,
    },
    /// Telegram failed to deliver an update to us.
    Delivery { said: String, at: Timestamp },
    /// Updates pile up at Telegram.
    ManyWaiting { count: u32 },
    /// A self-signed certificate is registered at Telegram, which this program never does.
    ForeignCertificate,
    /// Files of customers can't be taken from a Bot API server of one's own.
    Files { why: FileTrouble },
}

impl BotTrouble {
    /// Returns whether customers notice the problem: they get no responses or no notices.
    pub fn stops_the_bot(&self) -> bool {
        match self {
            Self::Unreachable { .. }
            | Self::Proxy { .. }
            | Self::TokenRefused
            | Self::OtherFetcher
            | Self::WebhookElsewhere { .. }
            | Self::AddressRefused { .. }
            | Self::Certificate { .. }
            | Self::CutOff { .. } => true,
            Self::Delivery { .. }
            | Self::ManyWaiting { .. }
            | Self::ForeignCertificate
            | Self::Files { .. } => false,
        }
    }
}

/// Telegram's record of our update route (<https://core.telegram.org/bots/api#webhookinfo>).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Webhook {
    /// Registered address; empty when updates are polled.
    pub url: String,
    pub waiting: u32,
    pub last_error: Option<(Timestamp, String)>,
    pub own_certificate: bool,
}

impl Webhook {
    /// Returns the problems of the registration, given that `wanted` is the right address (empty
    /// when updates are polled).
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
        if lower.contains("ssl") || lower.contains("certificate") {
            return Some(BotTrouble::Certificate { said });
        }
        let waiting = self.waiting;
        Some(match self.is_cut_off(at, &lower, now) {
            true => BotTrouble::CutOff { said, at, waiting },
            false => BotTrouble::Delivery { said, at },
        })
    }

    /// Returns whether Telegram's servers don't reach ours, by the last error in lower case.
    fn is_cut_off(&self, at: Timestamp, said: &str, now: Timestamp) -> bool {
        let has = |words: &[&str]| words.iter().any(|word| said.contains(word));
        let restart = at.saturating_add(RESTART_MINUTES.minutes()).unwrap_or(at);
        let lasts = restart < now || self.waiting > MANY_WAITING;
        let is_unreached = has(&UNREACHED) || (has(&REFUSED) && lasts);
        self.waiting > 0 && is_unreached && !said.contains(ANSWERED)
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

    #[test]
    fn a_server_that_is_cut_off_is_told_from_one_that_restarts() {
        let now = at("2026-01-02T03:20:00Z");
        for (said, minutes, waiting, expected) in [
            ("Connection timed out", 1, 1, true),
            ("Read timeout expired", 11, 3, false),
            ("Network is unreachable", 1, 1, true),
            ("Connection timed out", 1, 0, false),
            ("Connection refused", 5, 1, false),
            ("Connection refused", 11, 1, true),
            ("Connection reset by peer", 5, 101, true),
            (
                "Wrong response from the webhook: 504 Gateway Timeout",
                11,
                9,
                false,
            ),
        ] {
            let failed = now.saturating_sub(minutes.minutes()).unwrap();
            let webhook = Webhook {
                waiting,
                last_error: Some((failed, said.to_owned())),
                ..Webhook::default()
            };
            let first = webhook.troubles("", now).into_iter().next();
            let is_cut_off = matches!(first, Some(BotTrouble::CutOff { .. }));
            assert_eq!(is_cut_off, expected, "{said} {minutes} {waiting}");
        }
    }
}
