//! Asks the SMS gateway whether messages arrived, since it takes them before it knows: for as long as it doesn't report that
//! by itself.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::ToSpan;
use tokio::sync::watch;

use crate::app::{Desk, arrivals};
use crate::channels::sms::{Client, SmsState};
use crate::clock::Clock;
use crate::domain::NoticeId;
use crate::failure::Failure;
use crate::store::outbox::Arriving;
use crate::store::{self, Transaction};
use crate::workers::worker::{Step, Wake, Worker};

/// Interval between two questions about the messages on their way.
const ASK: Duration = Duration::from_secs(60);
/// How many are asked about at a time.
const MOST: usize = 20;
/// After so many hours a message that the gateway says nothing new of is left alone.
const LONGEST: i64 = 72;

/// The worker that asks.
pub struct Arrivals {
    desk: Arc<Desk>,
    client: Client,
    /// The last message that was asked about, so that all have their turn.
    last: Mutex<Option<NoticeId>>,
}

impl Arrivals {
    pub fn new(desk: Arc<Desk>, client: Client) -> Self {
        Self {
            desk,
            client,
            last: Mutex::default(),
        }
    }

    async fn ask(&self, message: Arriving) -> Result<(), Failure> {
        let asked = self.client.state(&message.phone, &message.external_id);
        let state = match asked.await {
            Ok(state) => state,
            Err(refusal) => {
                let why = refusal.fault.detail;
                tracing::warn!(why, "failed to ask whether an SMS arrived");
                return Ok(());
            }
        };
        let now = self.desk.clock.now();
        let settle = move |tx: &Transaction<'_>| {
            let SmsState { delivery, cost } = state;
            arrivals::settle(tx, &message.external_id, &delivery, cost, now)
        };
        Ok(self.desk.db.write(settle).await?)
    }
}

impl Worker for Arrivals {
    const GRACE: Duration = Duration::ZERO;

    fn clock(&self) -> &Clock {
        &self.desk.clock
    }

    fn report(&self, error: &(dyn std::error::Error + 'static)) {
        tracing::error!(error, "failed to read or write the outbox");
    }

    fn changes(&self) -> Option<watch::Receiver<()>> {
        None
    }

    async fn step(&self) -> Result<Step, Failure> {
        let since = self.desk.clock.now().saturating_sub(LONGEST.hours())?;
        let last = *self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let read = move |c: &store::Connection| store::outbox::arriving(c, since, last, MOST);
        let messages = self.desk.db.read(read).await?;
        // After the newest one, the oldest is next.
        let last = messages.last().filter(|_| messages.len() == MOST);
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = last.map(|last| last.id);
        for message in messages {
            self.ask(message).await?;
        }
        Ok(Step::Idle(Wake::After(ASK)))
    }
}
