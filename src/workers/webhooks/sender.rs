//! The request of a delivery.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::redirect::Policy;

use super::address;
use super::message::{body, headers};
use crate::app::settings::Live;
use crate::app::webhooks::{self, Check, Parcel};
use crate::clock::{Clock, Stopwatch};
use crate::domain::{Attempt, HookSource, LONGEST_BACKOFF, PublicUrl};
use crate::https::{self, PublicOnly, Refused};

/// Time-outs for connecting to a receiver, and for its response.
const CONNECT: Duration = Duration::from_secs(5);
const TIMEOUT: Duration = Duration::from_secs(10);

/// Where owners' webhooks may lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// To public addresses, over https.
    Public,
    /// To this machine and its networks too.
    Everywhere,
}

/// Sends deliveries. A clone shares its clients.
#[derive(Clone)]
pub struct Sender {
    clock: Clock,
    reach: Reach,
    /// For the configuration's webhooks, and for all where owners may reach everything.
    open: reqwest::Client,
    /// For owners' webhooks: it connects to public addresses only.
    public: reqwest::Client,
}

impl Sender {
    /// Creates the clients.
    ///
    /// # Errors
    /// When the system's TLS certificates can't be read.
    pub fn new(clock: Clock, reach: Reach) -> Result<Self, reqwest::Error> {
        // A redirect would send a body signed for one receiver to another.
        let client = || {
            https::client()
                .redirect(Policy::none())
                .connect_timeout(CONNECT)
                .timeout(TIMEOUT)
                .user_agent(concat!("zayavka/", env!("CARGO_PKG_VERSION")))
        };
        Ok(Self {
            clock,
            reach,
            open: client().build()?,
            // A proxy would resolve names by itself.
            public: client()
                .no_proxy()
                .dns_resolver(Arc::new(PublicOnly))
                .build()?,
        })
    }

    /// Returns what checks the URL of an owner's webhook: it isn't the server's own.
    pub fn checking(&self, settings: Arc<Live>, own: PublicUrl) -> Box<Check> {
        let reach = self.reach;
        Box::new(move |url| {
            let public = settings.now().public_url.clone();
            let own = public.unwrap_or_else(|| own.clone());
            async move { address::check(&url, reach, own.host()).await }.boxed()
        })
    }

    /// Returns what sends a single delivery.
    pub fn sending(&self) -> Box<webhooks::Transmit> {
        let sender = self.clone();
        Box::new(move |parcel| {
            let sender = sender.clone();
            async move { sender.send(&parcel).await }.boxed()
        })
    }

    /// Sends a delivery. Only the status of the response counts; its body is not read.
    pub async fn send(&self, parcel: &Parcel) -> Attempt {
        let (at, start) = (self.clock.now(), Stopwatch::start());
        let sent = self.request(parcel, at).await;
        let took = start.elapsed();
        let (status, failure, retry_after) = match sent {
            Ok((status, _)) if (200..300).contains(&status) => (Some(status), None, None),
            Ok((status, retry)) => (
                Some(status),
                Some(format!("{}{status}", HookFailure::ANSWERED)),
                retry,
            ),
            Err(failure) => (None, Some(failure), None),
        };
        Attempt {
            at,
            status,
            took,
            failure,
            retry_after,
        }
    }

    /// Returns the status, and when the receiver wants another attempt.
    async fn request(
        &self,
        parcel: &Parcel,
        at: jiff::Timestamp,
    ) -> Result<(u16, Option<Duration>), String> {
        let body = body(&parcel.delivery).map_err(|_| HookFailure::Unwritable.word().to_owned())?;
        let is_open = parcel.hook.source == HookSource::File || self.reach == Reach::Everywhere;
        let client = match is_open {
            true => &self.open,
            false => {
                // An address instead of a name isn't resolved.
                address::check_literal(&parcel.hook.url).map_err(|_| Refused.to_string())?;
                &self.public
            }
        };
        if parcel.secrets.is_empty() {
            return Err(HookFailure::NoSecret.word().to_owned());
        }
        let mut request = client
            .post(&parcel.hook.url)
            .header(CONTENT_TYPE, "application/json");
        for (name, value) in headers(parcel, at, &body) {
            request = request.header(name, value);
        }
        let answer = request.body(body).send().await.map_err(|e| reason(&e))?;
        let after = answer.headers().get(RETRY_AFTER);
        let after = after.and_then(|value| value.to_str().ok()?.parse().ok());
        let after = after.map(|seconds| Duration::from_secs(seconds).min(LONGEST_BACKOFF));
        Ok((answer.status().as_u16(), after))
    }
}

/// Returns the reason of a failure. The library's own text may contain the URL.
fn reason(error: &reqwest::Error) -> String {
    if Refused::is_cause_of(error) {
        return Refused.to_string();
    }
    https::reason(error).word().to_owned()
}
