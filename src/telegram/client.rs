//! The client, and how it calls.

use std::time::Duration;

use reqwest::header::CONTENT_TYPE;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Value, json};

use super::failure::Failure;
use crate::https;

/// How long one call may take before its outcome counts as unknown.
const TIMEOUT: Duration = Duration::from_secs(5);
/// How long Telegram holds a call for updates open when there are none.
pub const POLL: Duration = Duration::from_secs(25);
/// How long a file may take.
const DOWNLOAD: Duration = Duration::from_secs(30);

/// A bot at Telegram.
#[derive(Clone)]
pub struct Client {
    pub(super) bot: reqwest::Client,
    /// The same, but patient.
    pub(super) poller: reqwest::Client,
    /// For what isn't the API itself.
    pub(super) files: reqwest::Client,
    url: String,
    token: SecretString,
}

/// What Telegram answers (<https://core.telegram.org/bots/api#making-requests>).
#[derive(Deserialize)]
struct Answer<T> {
    result: T,
}

/// What it answers to a call that it doesn't carry out.
#[derive(Deserialize)]
struct Refusal {
    error_code: u16,
    description: String,
    parameters: Option<Parameters>,
}

#[derive(Deserialize)]
struct Parameters {
    /// Seconds.
    retry_after: Option<u64>,
}

impl Client {
    /// # Errors
    /// When the system's TLS certificates can't be read.
    pub fn new(api_url: &str, token: SecretString) -> Result<Self, reqwest::Error> {
        let client = |timeout| {
            https::client()
                .connect_timeout(TIMEOUT)
                .timeout(timeout)
                .build()
        };
        Ok(Self {
            bot: client(TIMEOUT)?,
            poller: client(POLL + TIMEOUT)?,
            files: client(DOWNLOAD)?,
            url: api_url.trim_end_matches('/').to_owned(),
            token,
        })
    }

    /// Calls a method that only asks.
    pub(super) async fn ask<T: DeserializeOwned>(&self, method: &str) -> Result<T, Failure> {
        self.call(&self.bot, method, &json!({})).await
    }

    /// Calls a method whose answer says nothing but that it was done. What else stands in it is
    /// not looked at: a new kind of field there must not make a sent message look unsent.
    pub(super) async fn tell(&self, method: &str, params: &Value) -> Result<(), Failure> {
        let call = self.call::<IgnoredAny>(&self.bot, method, params);
        call.await.map(drop)
    }

    /// Calls a method.
    pub(super) async fn call<T: DeserializeOwned>(
        &self,
        client: &reqwest::Client,
        method: &str,
        params: &Value,
    ) -> Result<T, Failure> {
        let request = client
            .post(self.url_of("bot", method))
            .header(CONTENT_TYPE, "application/json")
            .body(params.to_string());
        let answer = request.send().await.map_err(|error| broken(&error))?;
        let done = answer.status().is_success();
        let answer = answer.bytes().await.map_err(|error| broken(&error))?;
        let foreign = |_| Failure::retry(true, "an answer that isn't Telegram's".to_owned());
        match done {
            true => serde_json::from_slice::<Answer<T>>(&answer)
                .map(|answer| answer.result)
                .map_err(foreign),
            false => Err(serde_json::from_slice(&answer)
                .map_or_else(foreign, |refusal| self.refused(refusal))),
        }
    }

    /// An address with the token in it, which therefore goes nowhere but to Telegram.
    pub(super) fn url_of(&self, what: &str, path: &str) -> String {
        format!("{}/{what}{}/{path}", self.url, self.token.expose_secret())
    }

    /// Says what to do about a refusal.
    fn refused(&self, refusal: Refusal) -> Failure {
        let code = refusal.error_code;
        let detail = self.clean(&format!("{code} {}", refusal.description));
        match code {
            403 => Failure::Blocked(detail),
            429 => Failure::Retry {
                after: refusal
                    .parameters
                    .and_then(|parameters| parameters.retry_after)
                    .map(Duration::from_secs),
                maybe_done: false,
                detail,
            },
            // A wrong token: every message would be refused, none of them is at fault.
            401 | 404 => Failure::retry(false, detail),
            400..=499 => Failure::Refused(detail),
            _ => Failure::retry(true, detail),
        }
    }

    pub(super) fn clean(&self, text: &str) -> String {
        text.replace(self.token.expose_secret(), "***")
            .chars()
            .take(200)
            .collect()
    }
}

/// What became of a call that the network broke. The error's own text is not used: it holds the
/// address, and so the token.
fn broken(error: &reqwest::Error) -> Failure {
    let what = match (error.is_connect(), error.is_timeout()) {
        (true, _) => "no connection",
        (false, true) => "no answer in time",
        (false, false) => "the connection broke",
    };
    Failure::retry(!error.is_connect(), what.to_owned())
}
