//! The client, and how it calls.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::CONTENT_TYPE;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Value, json};

use super::Pauses;
use super::failure::Failure;
use super::receive::GET_UPDATES;
use crate::domain::LONGEST_WAIT;
use crate::https::{self, Unread};

/// How long one call may take before its outcome counts as unknown.
const TIMEOUT: Duration = Duration::from_secs(5);
/// How long Telegram holds a call for updates open when there are none.
pub const POLL: Duration = Duration::from_secs(25);
/// The longest answer that is read: Telegram's longest to one call is a message, of a few KiB.
const ANSWER: usize = 1024 * 1024;
/// The longest one to a call for updates, of which each may be a message with another one that it answers, every letter
/// written as six (`\u0444`), with a hundred links.
const UPDATES: usize = 16 * 1024 * 1024;
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
    /// Shared by all who call.
    pauses: Arc<Pauses>,
}

/// What Telegram answers (<https://core.telegram.org/bots/api#making-requests>). That `ok` is there tells its answers
/// from those of others on the way.
#[derive(Deserialize)]
struct Answer<T> {
    #[serde(rename = "ok")]
    _ok: bool,
    result: T,
}

/// What it answers to a call that it doesn't carry out.
#[derive(Deserialize)]
struct Refusal {
    #[serde(rename = "ok")]
    _ok: bool,
    error_code: u64,
    description: String,
    parameters: Option<Parameters>,
}

#[derive(Deserialize)]
struct Parameters {
    retry_after: Option<Wait>,
}

/// A number of seconds. More than any message is tried for is none of Telegram's: no message shall
/// wait for years.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "u64")]
struct Wait(Duration);

impl TryFrom<u64> for Wait {
    type Error = &'static str;

    fn try_from(seconds: u64) -> Result<Self, Self::Error> {
        let wait = Duration::from_secs(seconds);
        let fits = wait <= LONGEST_WAIT;
        fits.then_some(Self(wait)).ok_or("too long a wait")
    }
}

/// How Telegram says, with 400 as well, that somebody can't be reached, in lower case. There is no
/// list of these; they are in <https://github.com/tdlib/telegram-bot-api> and
/// <https://core.telegram.org/api/errors>.
const GONE: [&str; 9] = [
    "chat not found",
    "user not found",
    "peer_id_invalid",
    "user_id_invalid",
    "user is deactivated",
    "input_user_deactivated",
    "bot can't initiate conversation",
    "bot was blocked by the user",
    "user_is_blocked",
];

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
            pauses: Arc::default(),
        })
    }

    /// What Telegram asked all who call to wait for. Whoever calls looks here before, and notes here
    /// what a call to a chat was refused for.
    pub fn pauses(&self) -> &Pauses {
        &self.pauses
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
        let most = match method {
            GET_UPDATES => UPDATES,
            _ => ANSWER,
        };
        let answer = https::read(answer, most)
            .await
            .map_err(|unread| match unread {
                Unread::Broken(error) => broken(&error),
                Unread::TooLong => Failure::retry(true, "an answer that is too long".to_owned()),
            })?;
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
                    .map(|Wait(wait)| wait),
                maybe_done: false,
                detail,
            },
            // A wrong token: every message would be refused, none of them is at fault.
            401 | 404 => Failure::retry(false, detail),
            400 if is_gone(&detail) => Failure::Blocked(detail),
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

fn is_gone(detail: &str) -> bool {
    let detail = detail.to_lowercase();
    GONE.iter().any(|gone| detail.contains(gone))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_refusal_of_telegrams_is_not_read_as_one() {
        let refusal = |ok: &str, wait: u64| {
            let text = format!(
                r#"{{{ok} "error_code": 429, "description": "", "parameters": {{"retry_after": {wait}}}}}"#
            );
            serde_json::from_str::<Refusal>(&text)
        };
        let wait = |refusal: Refusal| refusal.parameters.and_then(|all| all.retry_after);
        for seconds in [0, 3, 65_535, 65_536, 259_200] {
            let expected = Wait(Duration::from_secs(seconds));
            let read = refusal(r#""ok": false,"#, seconds).map(wait).ok();
            assert_eq!(read, Some(Some(expected)));
        }
        assert!(refusal("", 3).is_err());
        assert!(refusal(r#""ok": false,"#, 259_201).is_err());
        assert!(refusal(r#""ok": false,"#, 4_000_000_000).is_err());
    }
}
