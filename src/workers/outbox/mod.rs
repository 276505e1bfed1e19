//! From the outbox to Telegram. [`Notifier::step`] takes one row through: claim it, send it with
//! no transaction open, settle it. [`Notifier::run`] does that until it is told to stop.
//!
//! Every message goes out at least once; twice only where the outcome of a try was unknown. The
//! rows of a chat keep their order, and one chat's trouble is no other's.

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
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use crate::channels::telegram::{Client, Failure, Scope};
use crate::clock::Clock;
use crate::domain::{
    Content, Error, NoticeId, Outgoing, Reason, Reply, Result, TelegramId, backoff, is_given_up,
};
use crate::store::{self, Db};

pub use staff::Words;

/// Sends that may be under way at once: one slow chat must not hold up the rest.
const WORKERS: usize = 8;
/// Rows that a worker looks at to find one whose chat may be written to now.
const LOOK_AHEAD: usize = 64;
/// Telegram's limits (<https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this>).
const PER_CHAT: Quota = Quota::per_second(NonZeroU32::MIN);
/// 30 in any second: 5 at once, 24 more at even distances, and one permit that was kept for later.
/// A longer burst would come on top of what a second lets through anyway.
const OVERALL: Quota =
    Quota::per_second(NonZeroU32::new(25).unwrap()).allow_burst(NonZeroU32::new(5).unwrap());
/// How long a stop waits for a send that is under way, before its outcome stays unknown.
const STOP_GRACE: Duration = Duration::from_secs(6);

/// The worker that sends.
pub struct Notifier {
    db: Db,
    clock: Clock,
    client: Client,
    words: Arc<Words>,
    chats: RateLimiter<
        TelegramId,
        DefaultKeyedStateStore<TelegramId>,
        Clock,
        NoOpMiddleware<Duration>,
    >,
    /// A permit of the overall limit that was taken and not used.
    permit: Mutex<bool>,
    overall: RateLimiter<NotKeyed, InMemoryState, Clock, NoOpMiddleware<Duration>>,
}

/// What one step did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Took a row through, whatever became of it.
    Worked,
    /// There is nothing to do before so much time has passed, unless the outbox changes.
    Idle(Option<Duration>),
}

/// What a look at the queue found.
enum Claim {
    Send(Box<Outgoing>, Reply),
    /// The row was given up, or there is nothing to say any more.
    Dropped,
    Wait(Option<Duration>),
}

impl Notifier {
    /// The shop's language is for chats whose own one isn't known.
    pub fn new(db: Db, clock: Clock, client: Client, words: Words) -> Self {
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

    /// Sends until `stop`, then lets what is under way come to its end.
    pub async fn run(&self, stop: &CancellationToken) {
        tokio::select! {
            () = stop.cancelled() => return,
            () = self.recover() => {}
        }
        let workers = (0..WORKERS).map(|_| self.work(stop));
        futures_util::future::join_all(workers).await;
    }

    /// Takes up what was being sent when the program ended, as soon as the database lets it.
    async fn recover(&self) {
        loop {
            match self.db.write(store::outbox::recover).await {
                Ok(0) => return,
                Ok(rows) => {
                    tracing::warn!(rows, "sends had no known outcome when the program ended");
                    return;
                }
                Err(error) => self.pause_after(&error).await,
            }
        }
    }

    /// The database fails: says so, and waits a moment for it.
    async fn pause_after(&self, error: &Error) {
        tracing::error!(
            error = error as &dyn std::error::Error,
            "the outbox can't be read or written"
        );
        self.clock.sleep(Duration::from_secs(1)).await;
    }

    async fn work(&self, stop: &CancellationToken) {
        let mut changes = self.db.outbox_changes();
        while !stop.is_cancelled() {
            changes.mark_unchanged();
            let step = tokio::select! {
                step = self.step() => step,
                () = grace(stop) => return,
            };
            let wait = match step {
                Ok(Step::Worked) => continue,
                Ok(Step::Idle(wait)) => wait,
                Err(error) => {
                    tokio::select! {
                        () = stop.cancelled() => return,
                        () = self.pause_after(&error) => continue,
                    }
                }
            };
            let alarm = async {
                match wait {
                    Some(wait) => self.clock.sleep(wait).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = stop.cancelled() => return,
                _ = changes.changed() => {}
                () = alarm => {}
            }
        }
    }

    /// Takes the next row through, if there is one that may go now.
    ///
    /// # Errors
    /// When the database fails before the row is claimed.
    pub async fn step(&self) -> Result<Step> {
        let (outgoing, message) = match self.claim().await? {
            Claim::Send(outgoing, message) => (outgoing, message),
            Claim::Dropped => return Ok(Step::Worked),
            Claim::Wait(wait) => return Ok(Step::Idle(wait)),
        };
        let sent = self.client.send_reply(outgoing.chat, &message).await;
        self.db.metrics().sent(match &sent {
            Ok(_) => "delivered",
            Err(Failure::Blocked(_)) => "blocked",
            Err(Failure::Refused(_)) => "refused",
            Err(Failure::Retry { .. }) => "retry",
        });
        if let Some(wait) = sent.as_ref().err().and_then(Failure::after) {
            let (chat, now) = (Scope::Chat(outgoing.chat), self.clock.elapsed());
            self.client.pauses().note(chat, now, wait);
        }
        self.settle(&outgoing, sent).await;
        Ok(Step::Worked)
    }

    /// Finds the row to send next and claims it. One worker at a time looks, so that none takes a
    /// permit for a row that another one gets.
    async fn claim(&self) -> Result<Claim> {
        let mut permit = self.permit.lock().await;
        let (now, elapsed) = (self.clock.now(), self.clock.elapsed());
        let work = move |c: &_| {
            let ready = store::outbox::ready(c, now, LOOK_AHEAD)?;
            Ok((ready, store::outbox::next_try(c, now)?))
        };
        let (ready, next) = self.db.read(work).await?;
        let next = next.map(|at| self.clock.until(at));
        if ready.is_empty() {
            return Ok(Claim::Wait(next));
        }
        if let Some(left) = self.client.pauses().left(elapsed) {
            return Ok(Claim::Wait(Some(left)));
        }
        if !*permit {
            if let Err(until) = self.overall.check() {
                let wait = until.wait_time_from(self.clock.elapsed());
                return Ok(Claim::Wait(Some(wait)));
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
        Ok(Claim::Wait(wake))
    }

    /// Takes a permit of a chat, or says how long there is none.
    fn may_go(&self, chat: TelegramId) -> Result<(), Duration> {
        let now = self.clock.elapsed();
        if let Some(left) = self.client.pauses().left_of(Scope::Chat(chat), now) {
            return Err(left);
        }
        let check = self.chats.check_key(&chat);
        check.map_err(|until| until.wait_time_from(self.clock.elapsed()))
    }

    /// Claims a row, unless it was taken back meanwhile.
    async fn take(&self, id: NoticeId, now: Timestamp) -> Result<Claim> {
        let words = self.words.clone();
        self.db
            .write(move |tx| {
                let ready = store::outbox::ready(tx, now, LOOK_AHEAD)?;
                let Some(outgoing) = ready.into_iter().find(|row| row.id == id) else {
                    return Ok(Claim::Wait(Some(Duration::ZERO)));
                };
                let chat = outgoing.chat;
                let message = match &outgoing.content {
                    Content::Reply(reply) => Some(reply.clone()),
                    Content::Staff(news) => words.find(tx, chat, *news, now)?,
                    Content::Notice(notice) => say::notice(tx, chat, *notice, &words.shop)?,
                    Content::Unreadable => {
                        store::outbox::set_dead(tx, id, Reason::Refused, "unreadable", now)?;
                        return Ok(Claim::Dropped);
                    }
                };
                let Some(mut message) = message else {
                    store::outbox::delete(tx, id)?;
                    return Ok(Claim::Dropped);
                };
                if is_given_up(outgoing.created, now) {
                    store::outbox::set_dead(tx, id, Reason::Expired, "", now)?;
                    return Ok(Claim::Dropped);
                }
                message.no_preview = words.name_the_desk(&message.text);
                store::outbox::set_sending(tx, id)?;
                Ok(Claim::Send(Box::new(outgoing), message))
            })
            .await
    }

    /// Writes down what became of a row. It must not be lost, so a failing database is tried
    /// until it works or the program ends.
    async fn settle(&self, outgoing: &Outgoing, sent: Result<Option<i32>, Failure>) {
        if let Err(failure) = &sent {
            let row = outgoing.id.get();
            tracing::warn!(
                row,
                attempt = outgoing.attempts + 1,
                why = failure.detail(),
                "not sent"
            );
        }
        loop {
            let now = self.clock.now();
            let (row, sent) = (outgoing.clone(), sent.clone());
            match self.db.write(move |tx| settle(tx, &row, sent, now)).await {
                Ok(()) => return,
                Err(error) => self.pause_after(&error).await,
            }
        }
    }
}

fn settle(
    tx: &store::Transaction,
    row: &Outgoing,
    sent: Result<Option<i32>, Failure>,
    now: Timestamp,
) -> Result<()> {
    match sent {
        Ok(message) => {
            store::customers::set_blocked(tx, row.chat, false)?;
            note_sent(tx, row, message, now)?;
            store::outbox::set_delivered(tx, row.id, now)
        }
        Err(Failure::Blocked(detail)) => {
            store::customers::set_blocked(tx, row.chat, true)?;
            store::employees::forget_telegram(tx, row.chat)?;
            store::outbox::set_dead_of_blocked_chat(tx, row.chat, now)?;
            store::outbox::set_dead(tx, row.id, Reason::Blocked, &detail, now)
        }
        Err(Failure::Refused(detail)) => {
            store::outbox::set_dead(tx, row.id, Reason::Refused, &detail, now)
        }
        Err(Failure::Retry { detail, .. }) if is_given_up(row.created, now) => {
            store::outbox::set_dead(tx, row.id, Reason::Expired, &detail, now)
        }
        Err(Failure::Retry {
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

/// Notes what a message is about that has arrived, so that a reply to it finds its task.
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

async fn grace(stop: &CancellationToken) {
    stop.cancelled().await;
    tokio::time::sleep(STOP_GRACE).await;
}
