//! The API client.

use std::sync::Arc;
use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::CONTENT_TYPE;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Value, json};

use super::local::LocalFiles;
use super::receive::GET_UPDATES;
use crate::channels::{Failure, Pauses};
use crate::domain::{BotServer, LONGEST_WAIT, NetworkFailure};
use crate::https::{self, Unread};

/// Time-out of a call, after which its outcome counts as unknown.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Time-out of connecting, a proxy included. It is shorter, since without a connection nothing was sent.
const CONNECT: Duration = Duration::from_secs(4);
/// Duration of a long poll for updates.
pub const POLL: Duration = Duration::from_secs(25);
/// Maximum size of a response: Telegram's longest response to one call is a message of a few KiB.
const ANSWER: usize = 1024 * 1024;
/// Maximum size of a response with updates, each of which may be a message with another one that it
/// replies to, with every letter escaped (`\u0444`) and a hundred links.
const UPDATES: usize = 16 * 1024 * 1024;
/// Time-out of a file download.
const DOWNLOAD: Duration = Duration::from_secs(30);

/// A bot at Telegram.
#[derive(Clone)]
pub struct Client {
    pub(super) bot: reqwest::Client,
    /// The same with a longer time-out.
    pub(super) poller: reqwest::Client,
    /// For requests outside the API itself.
    pub(super) files: reqwest::Client,
    server: Arc<BotServer>,
    token: SecretString,
    /// Shared by all callers.
    pauses: Arc<Pauses>,
    /// Files of a server of one's own, shared as well.
    pub(super) local: Arc<LocalFiles>,
}

/// A response of Telegram (<https://core.telegram.org/bots/api#making-requests>). The presence of
/// `ok` distinguishes it from responses of proxies.
#[derive(Deserialize)]
struct Answer<T> {
    #[serde(rename = "ok")]
    _ok: bool,
    result: T,
}

/// The response to a call that failed.
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

/// A number of seconds. A wait longer than any message is retried is rejected, so that no message
/// waits for years.
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

/// Telegram's lower-case descriptions, also with status 400, of unreachable chats. There is no
/// official list; they occur in <https://github.com/tdlib/telegram-bot-api> and
/// <https://core.telegram.org/api/errors>.
const GONE: &[&str] = &[
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
    /// Creates the client of a server that is reached directly.
    ///
    /// # Errors
    /// When the system's TLS certificates can't be read.
    pub fn new(api_url: &str, token: SecretString) -> Result<Self, reqwest::Error> {
        Self::of(BotServer::direct(api_url), token)
    }

    /// Creates the client of a server. Its proxy is used for nothing else.
    ///
    /// # Errors
    /// When the system's TLS certificates can't be read.
    pub fn of(server: BotServer, token: SecretString) -> Result<Self, reqwest::Error> {
        let client = |timeout| {
            let client = https::client().connect_timeout(CONNECT).timeout(timeout);
            match &server.proxy {
                None => client.build(),
                Some(proxy) => {
                    let proxy = reqwest::Proxy::all(proxy.url().expose_secret())?;
                    client.proxy(proxy).build()
                }
            }
        };
        Ok(Self {
            bot: client(TIMEOUT)?,
            poller: client(POLL + TIMEOUT)?,
            files: client(DOWNLOAD)?,
            local: Arc::new(LocalFiles::new(server.folder.clone())),
            server: Arc::new(server),
            token,
            pauses: Arc::default(),
        })
    }

    /// Returns the pauses that Telegram has asked for. Callers check them before a call, and record
    /// what a call to a chat was rejected for.
    pub fn pauses(&self) -> &Pauses {
        &self.pauses
    }

    /// Calls a method without parameters.
    pub(super) async fn ask<T: DeserializeOwned>(&self, method: &str) -> Result<T, Failure> {
        self.call(&self.bot, method, &json!({})).await
    }

    /// Calls a method whose result only confirms success. The result isn't parsed: a new kind of
    /// field in it must not make a sent message look unsent.
    pub(super) async fn execute(&self, method: &str, params: &Value) -> Result<(), Failure> {
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
        let answer = self.answered(request).await?;
        let done = answer.status().is_success();
        let most = match method {
            GET_UPDATES => UPDATES,
            _ => ANSWER,
        };
        let answer = https::read(answer, most)
            .await
            .map_err(|unread| match unread {
                Unread::Broken(error) => self.broken(&error),
                Unread::TooLong => failed(true, NetworkFailure::TooLong),
            })?;
        let foreign = |_| failed(true, NetworkFailure::NotTelegram);
        match done {
            true => serde_json::from_slice::<Answer<T>>(&answer)
                .map(|answer| answer.result)
                .map_err(foreign),
            false => Err(serde_json::from_slice(&answer)
                .map_or_else(foreign, |refusal| self.refused(refusal))),
        }
    }

    /// Sends a request, and returns the server's response, whatever its status.
    pub(super) async fn answered(
        &self,
        request: reqwest::RequestBuilder,
    ) -> Result<reqwest::Response, Failure> {
        let answer = request.send().await.map_err(|error| self.broken(&error))?;
        let is_of_proxy = answer.status() == StatusCode::PROXY_AUTHENTICATION_REQUIRED;
        match is_of_proxy && self.server.proxy.is_some() {
            true => Err(failed(false, NetworkFailure::ProxyPassword)),
            false => Ok(answer),
        }
    }

    /// Builds a URL that contains the token, and must therefore be sent to Telegram only.
    pub(super) fn url_of(&self, what: &str, path: &str) -> String {
        let token = self.token.expose_secret();
        format!("{}/{what}{token}/{path}", self.server.url)
    }

    /// Classifies a network error. A message can't have arrived without a connection.
    pub(super) fn broken(&self, error: &reqwest::Error) -> Failure {
        use NetworkFailure as Why;
        let why = https::reason(error);
        let why = match (&self.server.proxy, why) {
            (Some(_), Why::ConnectTimeout) => Why::ProxyTimeout,
            // Such a proxy passes plain requests on, so all connections are its own.
            (Some(proxy), Why::NoConnection | Why::NameUnknown)
                if proxy.is_http() && self.server.url.starts_with("http://") =>
            {
                Why::ProxyUnreachable
            }
            (_, why) => why,
        };
        failed(!error.is_connect(), why)
    }

    /// Classifies a failed call.
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
            // A wrong token: every message would be rejected, and none of them is the cause.
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

fn failed(maybe_done: bool, why: NetworkFailure) -> Failure {
    Failure::retry(maybe_done, why.word().to_owned())
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
