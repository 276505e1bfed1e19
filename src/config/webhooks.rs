//! Settings of outgoing webhooks, with the events that each subscribes to.

use secrecy::ExposeSecret;

use super::Result;
use super::raw::RawWebhook;
use super::values::{SHORTEST_KEY, on_this_machine, secret, wrong};
use crate::domain::{HookEvent, HookEvents, HookSecret};

const MOST_WEBHOOKS: usize = 5;

/// An outgoing webhook.
#[derive(Debug)]
pub struct Webhook {
    pub url: String,
    /// Key that signs its deliveries.
    pub secret: HookSecret,
    pub events: HookEvents,
}

impl Webhook {
    pub(super) fn check_all(all: Vec<RawWebhook>) -> Result<Vec<Self>> {
        if all.len() > MOST_WEBHOOKS {
            return Err(wrong("webhooks", format!("at most {MOST_WEBHOOKS}")));
        }
        let mut checked: Vec<Self> = Vec::new();
        for raw in all {
            let webhook = Self::check(raw)?;
            if checked.iter().any(|other| other.url == webhook.url) {
                let why = "an address stands here once, with all its events";
                return Err(wrong("webhooks.url", why));
            }
            checked.push(webhook);
        }
        Ok(checked)
    }

    /// Validates a webhook: its URL must be https (or loopback), so that nobody can listen, and a
    /// signing secret lets the receiver verify the sender.
    fn check(raw: RawWebhook) -> Result<Self> {
        let missing = |key| move || wrong(key, "every webhook needs a url, a secret and events");
        let url = raw.url.ok_or_else(missing("webhooks.url"))?;
        let right = reqwest::Url::parse(&url).is_ok_and(|parsed| {
            let secure = parsed.scheme() == "https";
            let here = parsed.scheme() == "http" && on_this_machine(&url);
            let open = parsed.username().is_empty() && parsed.password().is_none();
            (secure || here) && open && parsed.fragment().is_none()
        });
        if !right {
            let why =
                "write an https address, without a password; plain http is for this machine only";
            return Err(wrong("webhooks.url", why));
        }
        let keys = ["webhooks.secret", "webhooks.secret_file"];
        let secret =
            secret(keys, raw.secret, raw.secret_file)?.ok_or_else(missing("webhooks.secret"))?;
        let secret = HookSecret::trusted(secret);
        if !secret.is_well_formed() {
            let why = "behind whsec_, write 24 to 64 bytes in Base64";
            return Err(wrong("webhooks.secret", why));
        }
        let is_prefixed = secret.is_prefixed();
        if !is_prefixed && secret.text().expose_secret().len() < SHORTEST_KEY {
            return Err(wrong("webhooks.secret", "use at least 32 bytes"));
        }
        let words = raw.events.texts();
        if words.is_empty() {
            return Err(missing("webhooks.events")());
        }
        let known: Vec<_> = HookEvent::subscribable().map(HookEvent::word).collect();
        let unknown = |word: &&&str| **word != HookEvents::ALL && !known.contains(*word);
        if let Some(word) = words.iter().find(unknown) {
            let why = format!(
                "there is no {word:?}; write \"all\" or some of {}",
                known.join(", ")
            );
            return Err(wrong("webhooks.events", why));
        }
        let events = HookEvents::from_words(words);
        let why = "write \"all\" alone";
        Ok(Self {
            url,
            secret,
            events: events.ok_or_else(|| wrong("webhooks.events", why))?,
        })
    }
}
