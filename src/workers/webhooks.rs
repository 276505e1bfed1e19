//! Delivery of outgoing webhooks. A [`Courier`] serves one webhook: it claims the next delivery,
//! sends it without an open transaction, and settles it. Deliveries of a webhook keep their order,
//! and a slow receiver delays no other.
//!
//! Every event is delivered at least once, and again under the same id if the outcome of an attempt
//! was unknown.

use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::{Map, Value};
use sha2::Sha256;
use tokio::sync::watch;

use crate::clock::Clock;
use crate::config::{Webhook, host};
use crate::domain::{Delivery, Result, WebhookId, backoff, is_given_up};
use crate::failure::Failure;
use crate::https;
use crate::store::{self, Db};
use crate::workers::worker::{self, Claim, Queue, Step, Wake, Worker};

/// Time-outs for connecting to a receiver, and for its response.
const CONNECT: Duration = Duration::from_secs(5);
const TIMEOUT: Duration = Duration::from_secs(10);

/// The worker of one webhook.
pub struct Courier {
    db: Db,
    clock: Clock,
    client: reqwest::Client,
    id: WebhookId,
    url: String,
    /// Host for log lines: the rest of the URL may be a secret.
    host: String,
    secret: SecretString,
}

/// Outcome of an attempt, with the reason of a failure.
#[derive(Clone)]
pub enum Delivered {
    Delivered,
    Later(String),
    GivenUp(String),
}

/// Body of a delivery.
#[derive(Serialize)]
struct Body<'a> {
    id: String,
    event: &'a str,
    time: String,
    #[serde(flatten)]
    subject: Map<String, Value>,
}

impl Courier {
    /// Creates the client of a webhook.
    ///
    /// # Errors
    /// When the system's TLS certificates can't be read.
    pub fn new(
        db: Db,
        clock: Clock,
        id: WebhookId,
        settings: Webhook,
    ) -> Result<Self, reqwest::Error> {
        // A redirect would send a body signed for one receiver to another.
        let client = https::client()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT)
            .timeout(TIMEOUT)
            .user_agent(concat!("zayavka/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self {
            host: host(&settings.url).unwrap_or_default(),
            url: settings.url,
            secret: settings.secret,
            db,
            clock,
            client,
            id,
        })
    }

    /// Sends a delivery. Only the status of the response counts; its body is not read.
    async fn send(&self, delivery: &Delivery, now: Timestamp) -> Result<(), String> {
        let body = body(delivery).map_err(|_| "it could not be written".to_owned())?;
        let signature = signature(&self.secret, now, &body);
        let request = self
            .client
            .post(&self.url)
            .header("content-type", "application/json")
            .header("x-zayavka-delivery", delivery.id.to_string())
            .header("x-zayavka-event", delivery.event.word())
            .header("x-zayavka-signature", signature)
            .body(body);
        match request.send().await {
            Ok(answer) if answer.status().is_success() => Ok(()),
            Ok(answer) => Err(format!("it answered {}", answer.status().as_u16())),
            // The library's own text may contain the URL.
            Err(error) if error.is_connect() => Err("no connection".to_owned()),
            Err(error) if error.is_timeout() => Err("no answer in time".to_owned()),
            Err(_) => Err("the connection broke".to_owned()),
        }
    }

    /// Counts and logs the outcome of an attempt.
    fn outcome_of(&self, delivery: &Delivery, sent: Result<(), String>) -> Delivered {
        let given_up = is_given_up(delivery.queued, self.clock.now());
        self.db.metrics().hooked(match &sent {
            Ok(()) => "delivered",
            Err(_) if given_up => "given_up",
            Err(_) => "retry",
        });
        if let Err(why) = &sent {
            let (host, row, attempts) = (&self.host, delivery.id.get(), delivery.attempts);
            tracing::warn!(
                host,
                row,
                attempts,
                given_up,
                why,
                "failed to deliver webhook"
            );
        }
        match sent {
            Ok(()) => Delivered::Delivered,
            Err(why) if given_up => Delivered::GivenUp(why),
            Err(why) => Delivered::Later(why),
        }
    }
}

impl Worker for Courier {
    /// An aborted delivery is repeated after the next start.
    const GRACE: Duration = Duration::ZERO;

    fn clock(&self) -> &Clock {
        &self.clock
    }

    fn report(&self, error: &(dyn std::error::Error + 'static)) {
        tracing::error!(error, "failed to read or write webhook deliveries");
    }

    fn changes(&self) -> Option<watch::Receiver<()>> {
        Some(self.db.delivery_changes())
    }

    async fn recover(&self) -> Result<(), Failure> {
        let id = self.id;
        let recover = move |tx: &store::Transaction<'_>| store::webhooks::recover(tx, id);
        self.db.write(recover).await?;
        Ok(())
    }

    async fn step(&self) -> Result<Step, Failure> {
        worker::next_job(self).await
    }
}

impl Queue for Courier {
    const NAME: &'static str = "webhooks";
    type Job = Delivery;
    type Outcome = Delivered;

    async fn claim(&self) -> Result<Claim<Delivery>> {
        let id = self.id;
        let head = move |c: &_| store::webhooks::head(c, id);
        let Some(delivery) = self.db.look_up(head).await? else {
            return Ok(Claim::Wait(Wake::OnChange));
        };
        let now = self.clock.now();
        if is_given_up(delivery.queued, now) {
            let told = self.outcome_of(&delivery, Err(String::new()));
            self.settle(&delivery, &told).await?;
            return Ok(Claim::Dropped);
        }
        if now < delivery.next {
            return Ok(Claim::Wait(Wake::At(delivery.next)));
        }
        let row = delivery.id;
        let set_sending = move |tx: &store::Transaction<'_>| store::webhooks::set_sending(tx, row);
        self.db.write(set_sending).await?;
        Ok(Claim::Run(delivery))
    }

    async fn run(&self, delivery: &Delivery) -> Delivered {
        let sent = self.send(delivery, self.clock.now()).await;
        self.outcome_of(delivery, sent)
    }

    async fn settle(&self, delivery: &Delivery, told: &Delivered) -> Result<()> {
        let (id, attempts, now) = (delivery.id, delivery.attempts, self.clock.now());
        let told = told.clone();
        let work = move |tx: &store::Transaction<'_>| match told {
            Delivered::Delivered => store::webhooks::set_delivered(tx, id, now),
            Delivered::GivenUp(detail) => store::webhooks::set_dead(tx, id, &detail, now),
            Delivered::Later(detail) => {
                let next = now.saturating_add(backoff(attempts));
                let next = next.unwrap_or(Timestamp::MAX);
                store::webhooks::set_retry(tx, id, next, &detail)
            }
        };
        self.db.write(work).await
    }

    fn id(delivery: &Delivery) -> i64 {
        delivery.id.get()
    }
}

/// Serialises a delivery, identically for every attempt.
fn body(delivery: &Delivery) -> Result<String, serde_json::Error> {
    serde_json::to_string(&Body {
        id: delivery.id.to_string(),
        event: delivery.event.word(),
        time: delivery.happened.to_string(),
        subject: serde_json::from_str(&delivery.payload)?,
    })
}

/// Returns the signature by which a receiver verifies origin and age: the time of the attempt in
/// seconds, and HMAC-SHA256 over that time, a point, and the body.
pub fn signature(secret: &SecretString, at: Timestamp, body: &str) -> String {
    let at = at.as_second();
    let mut signed = format!("t={at},v1=");
    // Any key length is valid.
    if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes()) {
        mac.update(format!("{at}.{body}").as_bytes());
        let hex = mac.finalize().into_bytes();
        signed.extend(hex.iter().map(|byte| format!("{byte:02x}")));
    }
    signed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{DeliveryId, HookEvent, Status, Subject, TaskId};

    /// The example of docs/api/webhooks.md in both languages, computed by Python's `hmac`.
    #[test]
    fn a_body_and_its_signature_are_as_documented() {
        let happened = "2021-07-25T09:00:00Z".parse().unwrap();
        let subject = Subject::task(TaskId::from_row(1), Status::Ready, 2);
        let delivery = Delivery {
            id: DeliveryId::from_row(17),
            event: HookEvent::TaskStatusChanged,
            payload: serde_json::to_string(&subject).unwrap(),
            attempts: 0,
            happened,
            queued: happened,
            next: happened,
        };
        let body = body(&delivery).unwrap();
        let secret = SecretString::from("0123456789abcdef0123456789abcdef");
        let signature = signature(&secret, happened, &body);
        assert_eq!(
            body,
            r#"{"id":"17","event":"task.status_changed","time":"2021-07-25T09:00:00Z","task":{"id":"1","status":"READY","version":2}}"#
        );
        assert_eq!(
            signature,
            "t=1627203600,v1=0b6188fc8a0435f63e60f3b659cc83db293ea4b2437f7515ec1ca6c26477ca2e"
        );
        for page in [
            include_str!("../../docs/api/webhooks.md"),
            include_str!("../../docs/ru/api/webhooks.md"),
        ] {
            assert!(page.contains(&format!("\n{body}\n")));
            assert!(page.contains(&signature));
        }
    }
}
