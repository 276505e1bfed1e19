//! Sending of the outbox. Each channel has a worker of its own, which takes the rows that are planned for it. A row is
//! claimed, sent without an open transaction, and settled; one that its channel can't deliver goes by the next one.
//!
//! Every message is sent at least once; twice only if the outcome of an attempt was unknown. The
//! messages of a person keep their order, whatever their channels, and a failing chat delays no other.

mod compose;
mod say;
mod settle;
mod staff;

use std::sync::Arc;
use std::time::Duration;

use governor::RateLimiter;
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::state::{InMemoryState, NotKeyed};
use jiff::Timestamp;
use tokio::sync::{Mutex, watch};

use crate::app::{Desk, routes};
use crate::channels::{Failure as Unsent, Outbound, Scope, Sent, Transport};
use crate::clock::Clock;
use crate::domain::{NoticeId, Outgoing, Result};
use crate::failure::Failure;
use crate::store::{self, Db};
use crate::workers::worker::{self, Claim, Queue, Step, Wake, Worker};

pub use staff::{LinksNow, ShopNow, StaffTexts};

/// Number of concurrent sends of a channel, so that a slow chat doesn't delay the rest.
const WORKERS: usize = 8;
/// Number of rows examined to find one whose person is ready.
const LOOK_AHEAD: usize = 64;

/// The worker that sends the messages of one channel.
pub struct Notifier<T: Transport> {
    db: Db,
    clock: Clock,
    client: T,
    words: Arc<StaffTexts>,
    persons: RateLimiter<String, DefaultKeyedStateStore<String>, Clock, NoOpMiddleware<Duration>>,
    /// A permit of the overall limit that was acquired and not used.
    permit: Mutex<bool>,
    overall: RateLimiter<NotKeyed, InMemoryState, Clock, NoOpMiddleware<Duration>>,
}

/// A claimed row with its rendered message.
pub struct Sending {
    row: Outgoing,
    message: Outbound,
}

impl<T: Transport> Notifier<T> {
    /// Creates the worker of a desk; `public_url` stands in its messages, without a trailing slash.
    pub fn of(desk: &Arc<Desk>, client: T, public_url: String) -> Self {
        let (shop, links) = (desk.clone(), desk.clone());
        let words = StaffTexts {
            shop: Arc::new(move || shop.shop()),
            links: Arc::new(move || links.links()),
            key: desk.links.clone(),
            public_url,
        };
        Self::new(desk.db.clone(), desk.clock.clone(), client, words)
    }

    /// Creates the worker. The shop's language is used for chats without one.
    pub fn new(db: Db, clock: Clock, client: T, words: StaffTexts) -> Self {
        let persons = RateLimiter::new(
            T::PER_PERSON,
            DefaultKeyedStateStore::default(),
            clock.clone(),
        );
        let overall = RateLimiter::new(T::OVERALL, InMemoryState::default(), clock.clone());
        Self {
            db,
            clock,
            client,
            words: Arc::new(words),
            persons,
            permit: Mutex::new(false),
            overall,
        }
    }

    /// Takes a permit of a person, or returns the time until there is one.
    fn may_go(&self, person: &str) -> Result<(), Duration> {
        let now = self.clock.elapsed();
        let scope = Scope::Person(person.to_owned());
        if let Some(left) = self.client.pauses().left_of(&scope, now) {
            return Err(left);
        }
        let check = self.persons.check_key(&person.to_owned());
        check.map_err(|until| until.wait_time_from(self.clock.elapsed()))
    }

    /// Claims a row, unless it was cancelled meanwhile.
    async fn take(&self, id: NoticeId, now: Timestamp) -> Result<Claim<Sending>> {
        let (words, shop) = (self.words.clone(), self.words.shop());
        self.db
            .write(move |tx| {
                let ready = store::outbox::ready(tx, T::CHANNEL, now, LOOK_AHEAD)?;
                let Some(row) = ready.into_iter().find(|row| row.id == id) else {
                    return Ok(Claim::Wait(Wake::After(Duration::ZERO)));
                };
                let context = compose::Context {
                    shop: &shop,
                    words: &words,
                    now,
                };
                match compose::message(tx, &context, &row)? {
                    Some(message) => Ok(Claim::Run(Sending { row, message })),
                    None => Ok(Claim::Dropped),
                }
            })
            .await
    }

    /// Passes the rows that wait for a paused channel for too long on to another one.
    async fn pass_on(&self, ready: Vec<Outgoing>, now: Timestamp) -> Result<()> {
        let late: Vec<_> = ready
            .into_iter()
            .filter(|row| routes::is_late(row, now))
            .collect();
        if late.is_empty() {
            return Ok(());
        }
        let shop = self.words.shop();
        let work = move |tx: &store::Transaction<'_>| {
            late.iter().try_for_each(|row| {
                let other = routes::other(tx, &shop, row, &row.refused_by)?;
                match other {
                    Some(other) => {
                        store::outbox::set_channel(tx, row.id, other, &row.refused_by, now)
                    }
                    None => Ok(()),
                }
            })
        };
        self.db.write(work).await
    }
}

impl<T: Transport> Worker for Notifier<T> {
    const AT_ONCE: usize = WORKERS;

    fn clock(&self) -> &Clock {
        &self.clock
    }

    fn report(&self, error: &(dyn std::error::Error + 'static)) {
        tracing::error!(error, "failed to read or write the outbox");
    }

    fn changes(&self) -> Option<watch::Receiver<()>> {
        Some(self.db.outbox_changes())
    }

    async fn recover(&self) -> Result<(), Failure> {
        let recover = |tx: &store::Transaction<'_>| store::outbox::recover(tx, T::CHANNEL);
        let rows = self.db.write(recover).await?;
        if rows > 0 {
            tracing::warn!(
                rows,
                "requeued messages whose outcome was unknown when the program ended"
            );
        }
        Ok(())
    }

    async fn step(&self) -> Result<Step, Failure> {
        worker::next_job(self).await
    }
}

impl<T: Transport> Queue for Notifier<T> {
    const NAME: &'static str = "outbox";
    type Job = Sending;
    type Outcome = Result<Sent, Unsent>;

    /// Finds the next row and claims it. Only one worker at a time does this, so that none takes a
    /// permit for a row that another one gets.
    async fn claim(&self) -> Result<Claim<Sending>> {
        let mut permit = self.permit.lock().await;
        let (now, elapsed) = (self.clock.now(), self.clock.elapsed());
        let work = move |c: &_| {
            let ready = store::outbox::ready(c, T::CHANNEL, now, LOOK_AHEAD)?;
            Ok((ready, store::outbox::next_try(c, T::CHANNEL, now)?))
        };
        let (ready, next) = self.db.read(work).await?;
        let next = next.map(|at| self.clock.until(at));
        if ready.is_empty() {
            return Ok(Claim::Wait(next.map_or(Wake::OnChange, Wake::After)));
        }
        if let Some(left) = self.client.pauses().left(elapsed) {
            self.pass_on(ready, now).await?;
            return Ok(Claim::Wait(Wake::After(left.min(routes::LATE))));
        }
        if !*permit {
            if let Err(until) = self.overall.check() {
                let wait = until.wait_time_from(self.clock.elapsed());
                return Ok(Claim::Wait(Wake::After(wait)));
            }
            *permit = true;
        }
        let mut wake = next;
        for candidate in ready {
            match self.may_go(&candidate.person) {
                Ok(()) => {
                    *permit = false;
                    return self.take(candidate.id, now).await;
                }
                Err(wait) => wake = Some(wake.map_or(wait, |wake| wake.min(wait))),
            }
        }
        Ok(Claim::Wait(wake.map_or(Wake::OnChange, Wake::After)))
    }

    async fn run(&self, Sending { row, message }: &Sending) -> Self::Outcome {
        let sent = self.client.send(message).await;
        let result = match &sent {
            Ok(_) => "delivered",
            Err(Unsent::Blocked(_)) => "blocked",
            Err(Unsent::Refused(_)) => "refused",
            Err(Unsent::Retry { .. }) => "retry",
        };
        self.db.metrics().sent(T::CHANNEL.word(), result);
        if let Err(failure) = &sent {
            if let Some(wait) = failure.after() {
                let scope = match T::PAUSES_PERSONS {
                    true => Scope::Person(row.person.clone()),
                    false => Scope::All,
                };
                let now = self.clock.elapsed();
                self.client.pauses().note(scope, now, wait);
            }
            let (attempt, why) = (row.attempts + 1, failure.detail());
            let channel = T::CHANNEL.word();
            tracing::warn!(attempt, channel, why, "failed to send message");
        }
        sent
    }

    async fn settle(&self, sending: &Sending, sent: &Self::Outcome) -> Result<()> {
        let Sending { row, message } = sending;
        let chat = match message {
            Outbound::Chat(chat, _) => Some(*chat),
            Outbound::Text { .. } | Outbound::Letter(_) => None,
        };
        let (row, sent, now) = (row.clone(), sent.clone(), self.clock.now());
        let shop = self.words.shop();
        let work = move |tx: &store::Transaction<'_>| {
            settle::settle(tx, &shop, &row, chat, sent, T::REPEATS, now)
        };
        self.db.write(work).await
    }

    fn id(sending: &Sending) -> i64 {
        sending.row.id.get()
    }
}
