//! The API client.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::Method;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use reqwest::redirect::Policy;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::refusal::{self, Refusal};
use crate::channels::{Failure, Pauses};
use crate::https::{self, Authorities, PublicOnly, Unread};

/// Time-out of a call, after which its outcome counts as unknown.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Duration of a long poll for updates. MAX allows at most 30 s.
pub(super) const POLL: Duration = Duration::from_secs(25);
/// Maximum size of a response: the longest one to a single call is a message of a few KiB.
const ANSWER: usize = 1024 * 1024;
/// Time-out of a file download.
pub(super) const DOWNLOAD: Duration = Duration::from_secs(30);

/// A bot at MAX.
#[derive(Clone)]
pub struct Client {
    pub(super) bot: reqwest::Client,
    /// The same with a longer time-out.
    poller: reqwest::Client,
    /// For files at other servers than the API's. It connects to public addresses only.
    pub(super) files: reqwest::Client,
    pub(super) url: String,
    pub(super) token: SecretString,
    /// Shared by all callers.
    pauses: Arc<Pauses>,
    /// What MAX said when it didn't let the bot send the last message.
    forbidden: Arc<Mutex<Option<String>>>,
}

/// A call of the API.
pub(super) struct Call<'a> {
    pub method: Method,
    pub path: &'static str,
    pub query: Vec<(&'static str, &'a str)>,
    pub body: Option<Value>,
}

impl<'a> Call<'a> {
    pub fn new(method: Method, path: &'static str) -> Self {
        Self {
            method,
            path,
            query: Vec::new(),
            body: None,
        }
    }

    pub fn with(mut self, name: &'static str, value: &'a str) -> Self {
        self.query.push((name, value));
        self
    }

    pub fn body(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }
}

impl Client {
    /// Creates a client. Where `authorities` are given, it trusts no others: the certificate of MAX's API is issued by
    /// an authority that no system knows.
    ///
    /// # Errors
    /// When the system's TLS certificates can't be read, or an authority is none.
    pub fn new(
        api_url: &str,
        token: SecretString,
        authorities: Option<&Authorities>,
    ) -> Result<Self, reqwest::Error> {
        let builder = || authorities.map_or_else(https::client, Authorities::alone);
        // The token must not follow a redirect.
        let client = |timeout| {
            builder()
                .redirect(Policy::none())
                .connect_timeout(TIMEOUT)
                .timeout(timeout)
                .build()
        };
        // Files come from servers that may have a certificate of either kind.
        let files = authorities.map_or_else(https::client, Authorities::besides);
        Ok(Self {
            bot: client(TIMEOUT)?,
            poller: client(POLL + TIMEOUT)?,
            files: files
                .redirect(Policy::none())
                .dns_resolver(Arc::new(PublicOnly))
                .connect_timeout(TIMEOUT)
                .timeout(DOWNLOAD)
                .build()?,
            url: api_url.trim_end_matches('/').to_owned(),
            token,
            pauses: Arc::default(),
            forbidden: Arc::default(),
        })
    }

    /// Returns the pauses that MAX has asked for. Callers check them before a call, and record what a call to a chat
    /// was rejected for.
    pub fn pauses(&self) -> &Pauses {
        &self.pauses
    }

    /// Returns what MAX said when it didn't let the bot send the last message.
    pub fn forbidden(&self) -> Option<String> {
        let forbidden = self.forbidden.lock();
        forbidden.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Notes whether MAX lets the bot send messages, by the outcome of one.
    pub(super) fn note<T>(&self, outcome: &Result<T, Failure>) {
        let forbidden = match outcome {
            Ok(_) | Err(Failure::Blocked(_) | Failure::Refused(_)) => None,
            Err(failure) if Self::is_forbidden(failure) => Some(failure.detail().to_owned()),
            // It tells nothing of the bot.
            Err(Failure::Retry { .. }) => return,
        };
        *self
            .forbidden
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = forbidden;
    }

    /// Returns the token, by which MAX signs contacts.
    pub fn token(&self) -> &SecretString {
        &self.token
    }

    /// Makes a call, and returns the body of a response that confirms success.
    pub(super) async fn call(&self, call: Call<'_>) -> Result<Vec<u8>, Failure> {
        self.call_by(&self.bot, call, ANSWER).await
    }

    /// Makes a call that waits for updates.
    pub(super) async fn wait(&self, call: Call<'_>, most: usize) -> Result<Vec<u8>, Failure> {
        self.call_by(&self.poller, call, most).await
    }

    async fn call_by(
        &self,
        client: &reqwest::Client,
        call: Call<'_>,
        most: usize,
    ) -> Result<Vec<u8>, Failure> {
        let unusable = |_| Failure::retry(false, "the token isn't MAX's".to_owned());
        let mut token = HeaderValue::from_str(self.token.expose_secret()).map_err(unusable)?;
        token.set_sensitive(true);
        let mut url = format!("{}{}", self.url, call.path);
        if !call.query.is_empty() {
            let mut query = form_urlencoded::Serializer::new(String::new());
            url = format!("{url}?{}", query.extend_pairs(call.query).finish());
        }
        let mut request = client
            .request(call.method, url)
            .header(AUTHORIZATION, token);
        if let Some(body) = call.body {
            request = request.header(CONTENT_TYPE, "application/json");
            request = request.body(body.to_string());
        }
        let answer = request.send().await.map_err(|error| broken(&error))?;
        let status = answer.status().as_u16();
        let after = answer.headers().get(RETRY_AFTER).cloned();
        let answer = https::read(answer, most)
            .await
            .map_err(|unread| match unread {
                Unread::Broken(error) => broken(&error),
                Unread::TooLong => Failure::retry(true, "an answer that is too long".to_owned()),
            })?;
        match refusal::read(status, &answer, self.token.expose_secret()) {
            Ok(()) => Ok(answer),
            Err(Refusal::Foreign) => Err(foreign()),
            Err(Refusal::Of(error)) => Err(error.failure(after.as_ref())),
        }
    }
}

/// Returns the failure of a call whose answer isn't MAX's: nobody knows whether it was made.
pub(super) fn foreign() -> Failure {
    Failure::retry(true, "an answer that isn't MAX's".to_owned())
}

/// Classifies a network error. Its own text isn't used: it contains the URL, which names people and files.
pub(super) fn broken(error: &reqwest::Error) -> Failure {
    let what = match https::is_untrusted(error) {
        true => refusal::UNTRUSTED,
        false => https::reason(error).word(),
    };
    Failure::retry(!error.is_connect(), what.to_owned())
}
