//! The client, and how it calls.

use std::time::Duration;

use frankenstein::AsyncTelegramApi;
use frankenstein::client_reqwest::Bot;
use frankenstein::response::MethodResponse;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::json;

use super::failure::Failure;

/// How long one call may take before its outcome counts as unknown.
const TIMEOUT: Duration = Duration::from_secs(5);
/// How long Telegram holds a call for updates open when there are none.
pub const POLL: Duration = Duration::from_secs(25);
/// How long a file may take.
const DOWNLOAD: Duration = Duration::from_secs(30);

/// A bot at Telegram.
#[derive(Clone)]
pub struct Client {
    pub(super) bot: Bot,
    /// The same, but patient.
    pub(super) poller: Bot,
    /// For what isn't the API itself.
    pub(super) files: reqwest::Client,
    pub(super) file_url: String,
    token: SecretString,
}

impl Client {
    /// # Errors
    /// When the system's TLS certificates can't be read.
    pub fn new(api_url: &str, token: SecretString) -> Result<Self, reqwest::Error> {
        let url = format!(
            "{}/bot{}",
            api_url.trim_end_matches('/'),
            token.expose_secret()
        );
        let client = |timeout| {
            reqwest::Client::builder()
                .connect_timeout(TIMEOUT)
                .timeout(timeout)
                .build()
        };
        let bot = |client| Bot::builder().api_url(url.as_str()).client(client).build();
        Ok(Self {
            bot: bot(client(TIMEOUT)?),
            poller: bot(client(POLL + TIMEOUT)?),
            files: client(DOWNLOAD)?,
            file_url: format!(
                "{}/file/bot{}",
                api_url.trim_end_matches('/'),
                token.expose_secret()
            ),
            token,
        })
    }

    /// Calls a method that only asks.
    pub(super) async fn ask<T: DeserializeOwned>(&self, method: &str) -> Result<T, Failure> {
        let call = self
            .bot
            .request::<_, MethodResponse<T>>(method, Some(json!({})));
        self.call(call).await.map(|response| response.result)
    }

    /// Calls a method whose answer says nothing but that it was done. What else stands in it is
    /// not looked at: a new kind of field there must not make a sent message look unsent.
    pub(super) async fn tell(
        &self,
        method: &str,
        params: impl Serialize + std::fmt::Debug + Send,
    ) -> Result<(), Failure> {
        let call = self
            .bot
            .request::<_, MethodResponse<IgnoredAny>>(method, Some(params));
        self.call(call).await.map(drop)
    }

    pub(super) async fn call<T>(
        &self,
        call: impl Future<Output = Result<T, frankenstein::Error>>,
    ) -> Result<T, Failure> {
        call.await.map_err(|error| self.failure(error))
    }

    /// Says what to do about an error of the library. Its own text is never used whole: it may
    /// hold what we sent.
    fn failure(&self, error: frankenstein::Error) -> Failure {
        use frankenstein::Error;
        match error {
            Error::Api(response) => {
                let code = response.error_code;
                let detail = self.clean(&format!("{code} {}", response.description));
                match code {
                    403 => Failure::Blocked(detail),
                    429 => Failure::Retry {
                        after: response
                            .parameters
                            .and_then(|parameters| parameters.retry_after)
                            .map(|seconds| Duration::from_secs(seconds.into())),
                        maybe_done: false,
                        detail,
                    },
                    // A wrong token: every message would be refused, none of them is at fault.
                    401 | 404 => Failure::retry(false, detail),
                    400..=499 => Failure::Refused(detail),
                    _ => Failure::retry(true, detail),
                }
            }
            Error::HttpReqwest(error) => {
                let what = match (error.is_connect(), error.is_timeout()) {
                    (true, _) => "no connection",
                    (false, true) => "no answer in time",
                    (false, false) => "the connection broke",
                };
                Failure::retry(!error.is_connect(), what.to_owned())
            }
            Error::JsonDecode { .. } => {
                Failure::retry(true, "an answer that isn't Telegram's".to_owned())
            }
            _ => Failure::Refused("the message could not be written".to_owned()),
        }
    }

    pub(super) fn clean(&self, text: &str) -> String {
        text.replace(self.token.expose_secret(), "***")
            .chars()
            .take(200)
            .collect()
    }
}
