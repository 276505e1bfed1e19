//! The client of a gateway.

use std::time::Duration;

use form_urlencoded::Serializer;
use reqwest::header::CONTENT_TYPE;
use reqwest::redirect::Policy;
use secrecy::ExposeSecret;

use super::answer::{Answer, foreign};
use super::gateway::{Call, Gateway, Sent, Signing, SmsState, Text, gateway};
use crate::channels::Failure;
use crate::channels::refusal::Refusal;
use crate::domain::{ChannelTrouble, Money, SmsAccount};
use crate::https::{self, Unread};

/// Time-out of a call, after which its outcome counts as unknown.
pub const TIMEOUT: Duration = Duration::from_secs(15);
/// Maximum size of an answer, whose messages are a few hundred bytes.
const ANSWER: usize = 64 * 1024;
const FORM: &str = "application/x-www-form-urlencoded";

/// An account at a gateway, with the connections to it.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    gateway: &'static dyn Gateway,
    url: String,
    account: SmsAccount,
}

impl Client {
    /// Builds a client; `url` in place of the gateway's usual address.
    ///
    /// # Errors
    /// When the system's TLS certificates can't be read.
    pub fn new(
        account: SmsAccount,
        url: Option<&str>,
        timeout: Duration,
    ) -> Result<Self, reqwest::Error> {
        let gateway = gateway(account.provider);
        let url = url.unwrap_or_else(|| gateway.address());
        Ok(Self {
            // A redirect would take key and phone to another place.
            http: https::client()
                .connect_timeout(timeout)
                .timeout(timeout)
                .redirect(Policy::none())
                .build()?,
            gateway,
            url: url.trim_end_matches('/').to_owned(),
            account,
        })
    }

    /// Sends a message once.
    ///
    /// # Errors
    /// With `maybe_done` the gateway may have taken the message: it must not be sent again.
    pub async fn send(&self, message: &Text<'_>) -> Result<Sent, Failure> {
        self.attempt(message).await.map_err(Failure::from)
    }

    /// As [`Client::send`], with the trouble in the terms of an owner who tries the account.
    pub async fn attempt(&self, message: &Text<'_>) -> Result<Sent, Refusal> {
        let answer = self.call(self.gateway.send(&self.account, message)).await?;
        self.gateway.sent(&answer, message, self.account.currency)
    }

    /// Asks for the money that is left.
    pub async fn balance(&self) -> Result<Money, Refusal> {
        let answer = self.call(self.gateway.balance()).await?;
        self.gateway.left(&answer, self.account.currency)
    }

    /// Asks where a message to that number is, by the id that the gateway gave it; SMSC knows ours as well.
    pub async fn state(&self, phone: &str, id: &str) -> Result<SmsState, Refusal> {
        let answer = self.call(self.gateway.ask(phone, id)).await?;
        self.gateway.state(&answer, id, self.account.currency)
    }

    async fn call(&self, Call { path, mut fields }: Call) -> Result<Answer, Refusal> {
        let mut request = self.http.post(format!("{}/{path}", self.url));
        match self.gateway.sign(&self.account) {
            Signing::Fields(more) => fields.extend(more),
            Signing::Basic => {
                let key = self.account.key.expose_secret();
                request = request.basic_auth(&self.account.login, Some(key));
            }
        }
        let form = Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = request.header(CONTENT_TYPE, FORM).body(form);
        let answer = request.send().await.map_err(|error| broken(&error))?;
        let status = answer.status().as_u16();
        let read = https::read(answer, ANSWER).await;
        let body = read.map_err(|unread| match unread {
            Unread::Broken(error) => broken(&error),
            Unread::TooLong => foreign(),
        })?;
        Answer::read(status, &body)
    }
}

/// Classifies a network error. Its own text isn't used, since it may contain what was sent.
fn broken(error: &reqwest::Error) -> Refusal {
    match (error.is_connect(), error.is_timeout()) {
        (true, _) => Refusal::new(ChannelTrouble::Unreachable, "no connection"),
        (false, true) => Refusal::new(ChannelTrouble::Unclear, "no answer in time"),
        (false, false) => Refusal::new(ChannelTrouble::Unclear, "the connection broke"),
    }
}
