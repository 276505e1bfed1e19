//! Receiving updates, by subscription or polling.

use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use super::Client;
use super::client::{Call, POLL, foreign};
use crate::channels::Failure;

/// Relevant kinds of updates (<https://dev.max.ru/docs-api/objects/Update>).
const KINDS: &[&str] = &[
    "message_created",
    "message_edited",
    "message_callback",
    "bot_started",
    "bot_stopped",
    "dialog_removed",
];
const SUBSCRIPTIONS: &str = "/subscriptions";
/// Updates per poll, at most 100 by MAX's rules.
const UPDATES: &str = "100";
/// Maximum size of a response with updates, each of which may be a message with another one that it replies to, with
/// every letter escaped (`\u0444`) and a dozen attachments.
const PAGE: usize = 16 * 1024 * 1024;

/// A registered address.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Subscription {
    #[serde(default)]
    pub url: String,
    /// The kinds of updates that it receives; `None` for all.
    #[serde(default)]
    pub update_types: Option<Vec<String>>,
}

impl Subscription {
    /// Returns whether this address receives all relevant kinds of updates.
    pub fn is_whole(&self) -> bool {
        let known = self.update_types.as_ref().filter(|all| !all.is_empty());
        known.is_none_or(|all| KINDS.iter().all(|kind| all.iter().any(|one| one == kind)))
    }
}

/// A batch of updates.
#[derive(Debug)]
pub struct Page {
    /// Unparsed, each for itself: an update of unknown shape must not hide the others.
    pub updates: Vec<Box<RawValue>>,
    /// Position behind them, from which the next poll continues; `None` where MAX gives none.
    pub marker: Option<i64>,
}

/// Returns the address of the max update route of a server with this `public_url`.
pub fn webhook_url(public_url: &str) -> String {
    format!("{public_url}/max/webhook")
}

impl Client {
    /// Registers `url` for updates, with `secret` in their header. Registering it again changes nothing.
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn subscribe(&self, url: &str, secret: &SecretString) -> Result<(), Failure> {
        let body = json!({
            "url": url,
            "update_types": KINDS,
            "secret": secret.expose_secret(),
        });
        let call = Call::new(Method::POST, SUBSCRIPTIONS).body(body);
        self.call(call).await.map(drop)
    }

    /// Removes the registration of `url`. While there is any, updates can't be polled.
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn unsubscribe(&self, url: &str) -> Result<(), Failure> {
        let call = Call::new(Method::DELETE, SUBSCRIPTIONS).with("url", url);
        self.call(call).await.map(drop)
    }

    /// Returns the registered addresses. MAX removes one that has failed for 8 hours.
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn subscriptions(&self) -> Result<Vec<Subscription>, Failure> {
        #[derive(Deserialize)]
        struct Answer {
            subscriptions: Vec<Subscription>,
        }
        let answer = self.call(Call::new(Method::GET, SUBSCRIPTIONS)).await?;
        let answer: Answer = serde_json::from_slice(&answer).map_err(|_| foreign())?;
        Ok(answer.subscriptions)
    }

    /// Polls updates from `marker` on, which confirms those before it. Without one MAX returns only the last update.
    /// Waits for the first one when `long`.
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn updates(&self, marker: Option<i64>, long: bool) -> Result<Page, Failure> {
        #[derive(Deserialize)]
        struct Answer {
            updates: Vec<Box<RawValue>>,
            #[serde(default)]
            marker: Option<i64>,
        }
        let wait = if long { POLL.as_secs() } else { 0 }.to_string();
        let (kinds, marker) = (KINDS.join(","), marker.map(|marker| marker.to_string()));
        let mut call = Call::new(Method::GET, "/updates")
            .with("limit", UPDATES)
            .with("timeout", &wait)
            .with("types", &kinds);
        if let Some(marker) = &marker {
            call = call.with("marker", marker);
        }
        let answer = self.wait(call, PAGE).await?;
        let answer: Answer = serde_json::from_slice(&answer).map_err(|_| foreign())?;
        Ok(Page {
            updates: answer.updates,
            marker: answer.marker,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subscription_is_whole_when_no_relevant_kind_is_missing() {
        let with = |kinds: Option<Vec<&str>>| Subscription {
            url: String::new(),
            update_types: kinds.map(|kinds| kinds.into_iter().map(str::to_owned).collect()),
        };
        assert!(with(None).is_whole());
        assert!(with(Some(Vec::new())).is_whole());
        assert!(with(Some(KINDS.to_vec())).is_whole());
        assert!(!with(Some(KINDS[1..].to_vec())).is_whole());
    }
}
