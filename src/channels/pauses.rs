//! Pauses that a messenger asks for with 429 ("Too Many Requests", `retry_after`).
//!
//! Neither says whether the limit of a chat or that of the bot was exceeded. A single
//! rejected person is assumed to receive too much, and the others continue. When a second one is
//! rejected while the first is still paused, the bot as a whole sends too much, and everything
//! pauses: further calls would be rejected as well, and might lengthen the wait.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Scope of a rejection.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Scope {
    /// One person's messages.
    Person(String),
    /// Downloads of files.
    Files,
    /// All calls.
    All,
}

/// Ends of pauses by the monotonic clock: setting the wall clock must neither end nor extend a
/// pause.
#[derive(Debug, Default)]
pub struct Pauses(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    all: Duration,
    scopes: HashMap<Scope, Duration>,
}

impl Pauses {
    /// Records that a call was rejected just now, for this long.
    pub fn note(&self, scope: Scope, now: Duration, wait: Duration) {
        let mut inner = self.lock();
        let end = now.saturating_add(wait);
        inner.scopes.retain(|_, end| *end > now);
        let is_all = scope == Scope::All;
        inner.scopes.insert(scope, end);
        let persons = inner.scopes.keys();
        let persons = persons.filter(|scope| matches!(scope, Scope::Person(_)));
        if is_all || persons.count() > 1 {
            inner.all = inner.all.max(end);
        }
    }

    /// Returns the remaining pause of all calls.
    pub fn left(&self, now: Duration) -> Option<Duration> {
        left(self.lock().all, now)
    }

    /// Returns the remaining pause of a scope, its own or that of all calls.
    pub fn left_of(&self, scope: &Scope, now: Duration) -> Option<Duration> {
        let inner = self.lock();
        let own = inner.scopes.get(scope).copied().unwrap_or_default();
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
    fn one_person_pauses_alone_and_a_second_one_stops_everything() {
        let seconds = Duration::from_secs;
        let person = |id: i64| Scope::Person(id.to_string());
        let pauses = Pauses::default();
        pauses.note(person(1), seconds(10), seconds(60));
        pauses.note(Scope::Files, seconds(10), seconds(60));
        pauses.note(person(1), seconds(15), seconds(60));
        assert_eq!(pauses.left(seconds(20)), None);
        assert_eq!(pauses.left_of(&person(1), seconds(20)), Some(seconds(55)));
        assert_eq!(pauses.left_of(&person(2), seconds(20)), None);
        pauses.note(person(2), seconds(20), seconds(5));
        for scope in [person(2), person(3), Scope::Files] {
            let left = pauses.left_of(&scope, seconds(22));
            assert!(left >= Some(seconds(3)), "{scope:?}: {left:?}");
        }
        assert_eq!(pauses.left(seconds(22)), Some(seconds(3)));
        assert_eq!(pauses.left(seconds(25)), None);
        // A pause that ended long ago is unrelated.
        pauses.note(person(4), seconds(100), seconds(5));
        assert_eq!(pauses.left_of(&person(5), seconds(101)), None);
        pauses.note(Scope::All, seconds(200), seconds(5));
        assert_eq!(pauses.left(seconds(201)), Some(seconds(4)));
    }
}
