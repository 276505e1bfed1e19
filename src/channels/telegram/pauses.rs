//! The pauses that Telegram asks for with 429 ("Too Many Requests", `retry_after`).
//!
//! Telegram doesn't say whose limit was exceeded: that of a chat, or that of the bot. One chat that is
//! refused is a chat that gets too much, and the others go on. When a second one is refused while the
//! first still waits, it is the bot that sends too much, and everything pauses: each further call
//! would be refused as well, and Telegram may make the wait longer for it.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::domain::TelegramId;

/// What was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    Chat(TelegramId),
    /// The files that people sent.
    Files,
}

/// Until when nothing is sent, by a monotonic clock: a wall clock that is set must neither end nor
/// lengthen a pause.
#[derive(Debug, Default)]
pub struct Pauses(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    all: Duration,
    scopes: HashMap<Scope, Duration>,
}

impl Pauses {
    /// Notes that a call was refused just now, for so long.
    pub fn note(&self, scope: Scope, now: Duration, wait: Duration) {
        let mut inner = self.lock();
        let end = now.saturating_add(wait);
        inner.scopes.retain(|_, end| *end > now);
        inner.scopes.insert(scope, end);
        let chats = inner.scopes.keys();
        if chats
            .filter(|scope| matches!(scope, Scope::Chat(_)))
            .count()
            > 1
        {
            inner.all = inner.all.max(end);
        }
    }

    /// How long everything pauses yet.
    pub fn left(&self, now: Duration) -> Option<Duration> {
        left(self.lock().all, now)
    }

    /// How long this pauses yet, alone or with everything.
    pub fn left_of(&self, scope: Scope, now: Duration) -> Option<Duration> {
        let inner = self.lock();
        let own = inner.scopes.get(&scope).copied().unwrap_or_default();
        left(own.max(inner.all), now)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn left(end: Duration, now: Duration) -> Option<Duration> {
    end.checked_sub(now).filter(|left| !left.is_zero())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_chat_pauses_alone_and_a_second_one_stops_everything() {
        let seconds = Duration::from_secs;
        let chat = |id| Scope::Chat(TelegramId::from_row(id));
        let pauses = Pauses::default();
        pauses.note(chat(1), seconds(10), seconds(60));
        pauses.note(Scope::Files, seconds(10), seconds(60));
        pauses.note(chat(1), seconds(15), seconds(60));
        assert_eq!(pauses.left(seconds(20)), None);
        assert_eq!(pauses.left_of(chat(1), seconds(20)), Some(seconds(55)));
        assert_eq!(pauses.left_of(chat(2), seconds(20)), None);
        pauses.note(chat(2), seconds(20), seconds(5));
        for scope in [chat(2), chat(3), Scope::Files] {
            let left = pauses.left_of(scope, seconds(22));
            assert!(left >= Some(seconds(3)), "{scope:?}: {left:?}");
        }
        assert_eq!(pauses.left(seconds(22)), Some(seconds(3)));
        assert_eq!(pauses.left(seconds(25)), None);
        // What was over long ago has nothing to do with it.
        pauses.note(chat(4), seconds(100), seconds(5));
        assert_eq!(pauses.left_of(chat(5), seconds(101)), None);
    }
}
