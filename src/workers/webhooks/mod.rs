//! Delivery of outgoing webhooks. A `Courier` serves one webhook: it claims the next delivery,
//! sends it without an open transaction, and settles it. Deliveries of a webhook keep their order,
//! and a slow receiver delays no other. [`Couriers`] starts and stops them as owners register and
//! delete webhooks.
//!
//! Every event is delivered at least once, and again under the same id if the outcome of an attempt
//! was unknown.

mod address;
mod message;
mod sender;
mod supervisor;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;

use crate::app::Desk;
use crate::app::webhooks::{self, Parcel};
use crate::clock::Clock;
use crate::domain::{Attempt, Result, WebhookId, is_given_up};
use crate::failure::Failure;
use crate::store;
use crate::workers::worker::{self, Claim, Queue, Step, Wake, Worker};

pub use message::{legacy_signature, signature};
pub use sender::{Reach, Sender};
pub use supervisor::Couriers;

/// The worker of one webhook.
struct Courier {
    desk: Arc<Desk>,
    sender: Sender,
    id: WebhookId,
}

impl Courier {
    /// Counts and logs the outcome of an attempt. Only the host is logged: the rest of the URL may be a secret.
    fn report_outcome(&self, parcel: &Parcel, attempt: &Attempt) {
        let delivery = &parcel.delivery;
        let given_up = is_given_up(delivery.queued, self.clock().now());
        self.desk.db.metrics().hooked(match &attempt.failure {
            None => "delivered",
            Some(_) if given_up => "given_up",
            Some(_) => "retry",
        });
        if let Some(why) = &attempt.failure {
            let (host, row) = (parcel.hook.host(), delivery.id.get());
            let attempts = delivery.attempts;
            tracing::warn!(
                host,
                row,
                attempts,
                given_up,
                why,
                "failed to deliver webhook"
            );
        }
    }
}

impl Worker for Courier {
    /// An aborted delivery is repeated after the next start.
    const GRACE: Duration = Duration::ZERO;

    fn clock(&self) -> &Clock {
        &self.desk.clock
    }

    fn report(&self, error: &(dyn std::error::Error + 'static)) {
        tracing::error!(error, "failed to read or write webhook deliveries");
    }

    fn changes(&self) -> Option<watch::Receiver<()>> {
        Some(self.desk.db.delivery_changes())
    }

    async fn recover(&self) -> Result<(), Failure> {
        let id = self.id;
        let recover =
            move |tx: &store::Transaction<'_>| store::webhooks::deliveries::recover(tx, id);
        self.desk.db.write(recover).await?;
        Ok(())
    }

    async fn step(&self) -> Result<Step, Failure> {
        worker::next_job(self).await
    }
}

impl Queue for Courier {
    const NAME: &'static str = "webhooks";
    type Job = Parcel;
    type Outcome = Attempt;

    async fn claim(&self) -> Result<Claim<Parcel>> {
        let (id, now) = (self.id, self.clock().now());
        let hooks = self.desk.hooks.clone();
        let next = move |c: &_| hooks.next(c, id, now);
        let Some(parcel) = self.desk.db.look_up(next).await? else {
            return Ok(Claim::Wait(Wake::OnChange));
        };
        let row = parcel.delivery.id;
        if is_given_up(parcel.delivery.queued, now) {
            self.report_outcome(&parcel, &Attempt::none(now));
            let give_up = move |tx: &store::Transaction<'_>| {
                store::webhooks::deliveries::set_dead(tx, row, None, now)
            };
            self.desk.db.write(give_up).await?;
            return Ok(Claim::Dropped);
        }
        if now < parcel.delivery.next {
            return Ok(Claim::Wait(Wake::At(parcel.delivery.next)));
        }
        let claim =
            move |tx: &store::Transaction<'_>| store::webhooks::deliveries::set_sending(tx, row);
        self.desk.db.write(claim).await?;
        Ok(Claim::Run(parcel))
    }

    async fn run(&self, parcel: &Parcel) -> Attempt {
        let attempt = self.sender.send(parcel).await;
        self.report_outcome(parcel, &attempt);
        attempt
    }

    async fn settle(&self, parcel: &Parcel, attempt: &Attempt) -> Result<()> {
        let (delivery, attempt) = (parcel.delivery.clone(), attempt.clone());
        let now: Timestamp = self.clock().now();
        let settle =
            move |tx: &store::Transaction<'_>| webhooks::settle(tx, &delivery, &attempt, now);
        self.desk.db.write(settle).await
    }

    fn id(parcel: &Parcel) -> i64 {
        parcel.delivery.id.get()
    }
}
