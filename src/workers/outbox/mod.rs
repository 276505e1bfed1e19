//! Sending of the outbox to Telegram. Each row is claimed, sent without an open transaction, and
//! settled.
//!
//! Every message is sent at least once; twice only if the outcome of an attempt was unknown. The
//! messages of a chat keep their order, and a failing chat delays no other.

mod say;
mod staff;

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use jiff::Timestamp;
use tokio::sync::{Mutex, watch};

use crate::channels::telegram::{self, Client, Scope};
use crate::clock::Clock;
use crate::domain::{
    Content, NoticeId, Outgoing, Reason, Reply, Result, TelegramId, backoff, is_given_up,
};
use crate::failure::Failure;
use crate::store::{self, Db};
use crate::workers::worker::{self, Claim, Queue, Step, Wake, Worker};

pub use staff::StaffTexts;

/// Number of concurrent sends, so that a slow chat doesn't delay the rest.
const WORKERS: usize = 8;
/// Number of rows examined to find one whose chat is ready.
const LOOK_AHEAD: usize = 64;
/// Telegram's limits
/// (<https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this>).
const PER_CHAT: Quota = Quota::per_second(NonZeroU32::MIN);
/// At most 30 in any second: a burst of 5, 24 more evenly spaced, and one unused permit. A longer
/// burst would add to what a second admits anyway.
const OVERALL: Quota =
    Quota::per_second(NonZeroU32::new(25).unwrap()).allow_burst(NonZeroU32::new(5).unwrap());

/// The worker that sends messages.
pub struct Notifier {
    db: Db,
    clock: Clock,
    client: Client,
    words: Arc<StaffTexts>,
    chats: RateLimiter<
        TelegramId,
        DefaultKeyedStateStore<TelegramId>,
        Clock,
        NoOpMiddleware<Duration>,
    >,
    /// A permit of the overall limit that was acquired and not used.
    permit: Mutex<bool>,
    overall: RateLimiter<NotKeyed, InMemoryState, Clock, NoOpMiddleware<Duration>>,
}

/// A claimed row with its rendered message.
pub struct Sending {
    row: Outgoing,
    message: Reply,
}

impl Notifier {
    /// Creates the worker. The shop's language is used for chats without one.
    pub fn new(db: Db, clock: Clock, client: Client, words: StaffTexts) -> Self {
        let chats = RateLimiter::new(PER_CHAT, DefaultKeyedStateStore::default(), clock.clone());
        let overall = RateLimiter::new(OVERALL, InMemoryState::default(), clock.clone());
        Self {
            db,
            clock,
            client,
            words: Arc::new(words),
            chats,
            permit: Mutex::new(false),
            overall,
        }
    }

    /// Takes a permit of a chat, or returns the time until there is one.
    fn may_go(&self, chat: TelegramId) -> Result<(), Duration> {
        let now = self.clock.elapsed();
        if let Some(left) = self.client.pauses().left_of(Scope::Chat(chat), now) {
            return Err(left);
        }
        let check = self.chats.check_key(&chat);
        check.map_err(|until| until.wait_time_from(self.clock.elapsed()))
    }

    /// Claims a row, unless it was cancelled meanwhile.
    async fn take(&self, id: NoticeId, now: Timestamp) -> Result<Claim<Sending>> {
        let words = self.words.clone();
        self.db
            .write(move |tx| {
                let ready = store::outbox::ready(tx, now, LOOK_AHEAD)?;
                let Some(row) = ready.into_iter().find(|row| row.id == id) else {
                    return Ok(Claim::Wait(Wake::After(Duration::ZERO)));
                };
                let chat = row.chat;
                let message = match &row.content {
                    Content::Reply(reply) => Some(reply.clone()),
                    Content::Staff(news) => words.find(tx, chat, *news, now)?,
                    Content::Notice(notice) => say::notice(tx, chat, *notice, &words, now)?,
                    Content::Unreadable => {
                        store::outbox::set_dead(tx, id, Reason::Refused, "unreadable", now)?;
                        return Ok(Claim::Dropped);
                    }
                };
                let Some(mut message) = message else {
                    store::outbox::delete(tx, id)?;
                    return Ok(Claim::Dropped);
                };
                if is_given_up(row.created, now) {
                    store::outbox::set_dead(tx, id, Reason::Expired, "", now)?;
                    return Ok(Claim::Dropped);
                }
                message.no_preview = words.name_the_desk(&message.text);
                store::outbox::set_sending(tx, id)?;
                Ok(Claim::Run(Sending { row, message }))
            })
            .await
    }
}

impl Worker for Notifier {
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
        let rows = self.db.write(store::outbox::recover).await?;
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

impl Queue for Notifier {
    const NAME: &'static str = "outbox";
    type Job = Sending;
    type Outcome = Result<Option<i32>, telegram::Failure>;

    /// Finds the next row and claims it. Only one worker at a time does this, so that none takes a
    /// permit for a row that another one gets.
    async fn claim(&self) -> Result<Claim<Sending>> {
        let mut permit = self.permit.lock().await;
        let (now, elapsed) = (self.clock.now(), self.clock.elapsed());
        let work = move |c: &_| {
            let ready = store::outbox::ready(c, now, LOOK_AHEAD)?;
            Ok((ready, store::outbox::next_try(c, now)?))
        };
        let (ready, next) = self.db.read(work).await?;
        let next = next.map(|at| self.clock.until(at));
        if ready.is_empty() {
            return Ok(Claim::Wait(next.map_or(Wake::OnChange, Wake::After)));
        }
        if let Some(left) = self.client.pauses().left(elapsed) {
            return Ok(Claim::Wait(Wake::After(left)));
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
            match self.may_go(candidate.chat) {
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
        let sent = self.client.send_reply(row.chat, message).await;
        self.db.metrics().sent(match &sent {
            Ok(_) => "delivered",
            Err(telegram::Failure::Blocked(_)) => "blocked",
            Err(telegram::Failure::Refused(_)) => "refused",
            Err(telegram::Failure::Retry { .. }) => "retry",
        });
        if let Err(failure) = &sent {
            if let Some(wait) = failure.after() {
                let (chat, now) = (Scope::Chat(row.chat), self.clock.elapsed());
                self.client.pauses().note(chat, now, wait);
            }
            let (attempt, why) = (row.attempts + 1, failure.detail());
            tracing::warn!(attempt, why, "failed to send message");
        }
        sent
    }

    async fn settle(&self, sending: &Sending, sent: &Self::Outcome) -> Result<()> {
        let (row, sent, now) = (sending.row.clone(), sent.clone(), self.clock.now());
        let work = move |tx: &store::Transaction<'_>| settle(tx, &row, sent, now);
        self.db.write(work).await
    }

    fn id(sending: &Sending) -> i64 {
        sending.row.id.get()
    }
}

fn settle(
    tx: &store::Transaction,
    row: &Outgoing,
    sent: Result<Option<i32>, telegram::Failure>,
    now: Timestamp,
) -> Result<()> {
    match sent {
        Ok(message) => {
            store::customers::set_blocked(tx, row.chat, false)?;
            note_sent(tx, row, message, now)?;
            store::outbox::set_delivered(tx, row.id, now)
        }
        Err(telegram::Failure::Blocked(detail)) => {
            store::customers::set_blocked(tx, row.chat, true)?;
            store::employees::forget_telegram(tx, row.chat)?;
            store::outbox::set_dead_of_blocked_chat(tx, row.chat, now)?;
            store::outbox::set_dead(tx, row.id, Reason::Blocked, &detail, now)
        }
        Err(telegram::Failure::Refused(detail)) => {
            store::outbox::set_dead(tx, row.id, Reason::Refused, &detail, now)
        }
        Err(telegram::Failure::Retry { detail, .. }) if is_given_up(row.created, now) => {
            store::outbox::set_dead(tx, row.id, Reason::Expired, &detail, now)
        }
        Err(telegram::Failure::Retry {
            after,
            maybe_done,
            detail,
        }) => {
            let wait = after.unwrap_or_else(|| backoff(row.attempts));
            let at = now.saturating_add(wait).unwrap_or(Timestamp::MAX);
            store::outbox::set_retry(tx, row.id, now, at, maybe_done, &detail)
        }
    }
}

/// Records the task of a delivered message, so that a reply to it finds the task.
fn note_sent(
    tx: &store::Transaction,
    row: &Outgoing,
    message: Option<i32>,
    now: Timestamp,
) -> Result<()> {
    let (Some(task), Some(message)) = (row.content.task(), message) else {
        return Ok(());
    };
    let about = store::messages::About {
        task: Some(task),
        ..store::messages::About::default()
    };
    store::messages::note(tx, row.chat, message, &about, None, now)
}
