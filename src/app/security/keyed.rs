//! A rate limit per key, in bounded memory.

use std::convert::Infallible;
use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::{InMemoryState, NotKeyed, StateStore};
use governor::{Quota, RateLimiter};
use quick_cache::sync::Cache;

use crate::clock::Clock;
use crate::domain::{Error, Result};

/// Maximum number of remembered keys, of at most 100 bytes each.
const KEYS: usize = 32_768;

/// A rate limit for each of many keys.
pub struct Keyed<K: Hash + Eq + Clone>(RateLimiter<K, Recent<K>, Clock, NoOpMiddleware<Duration>>);

/// State of the most recently used keys. A flood of new keys evicts those that were used once, so
/// the memory is bounded; eviction can only let a client in earlier, never lock one out.
struct Recent<K>(Cache<K, Arc<InMemoryState>>);

impl<K: Hash + Eq + Clone> Keyed<K> {
    pub fn new(clock: &Clock, quota: Quota) -> Self {
        let store = Recent(Cache::new(KEYS));
        Self(RateLimiter::new(quota, store, clock.clone()))
    }

    /// Counts one use of a key.
    ///
    /// # Errors
    /// [`Error::RateLimited`] with the time until the next one is allowed.
    pub fn check(&self, key: &K) -> Result<()> {
        self.0.check_key(key).map_err(|until| {
            let now = governor::clock::Clock::now(self.0.clock());
            Error::RateLimited {
                retry_after: until.wait_time_from(now),
            }
        })
    }
}

impl<K: Hash + Eq + Clone> StateStore for Recent<K> {
    type Key = K;

    fn measure_and_replace<T, F, E>(&self, key: &K, measure: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let fresh = || Ok::<_, Infallible>(Arc::default());
        let Ok(state) = self.0.get_or_insert_with(key, fresh);
        state.measure_and_replace(&NotKeyed::NonKey, measure)
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;

    const PERIOD: Duration = Duration::from_secs(30);

    fn ten_at_once() -> (Keyed<usize>, Clock) {
        let clock = Clock::manual("2021-07-25T09:00:00Z".parse().unwrap());
        let quota = Quota::with_period(PERIOD).unwrap();
        let quota = quota.allow_burst(NonZeroU32::new(10).unwrap());
        (Keyed::new(&clock, quota), clock)
    }

    #[test]
    fn a_flood_of_keys_grows_nothing() {
        let (keyed, _) = ten_at_once();
        for key in 0..4 * KEYS {
            assert!(keyed.check(&key).is_ok());
        }
        let kept = keyed.0.into_state_store().0.len();
        // The cache's capacity is approximate.
        assert!(kept > KEYS / 2 && kept < KEYS + KEYS / 8, "{kept}");
    }

    #[test]
    fn a_key_that_is_used_again_and_again_is_not_forgotten_in_a_flood_of_others() {
        let (keyed, clock) = ten_at_once();
        let (used, mut taken) = (usize::MAX, 0);
        for key in 0..4 * KEYS {
            assert!(keyed.check(&key).is_ok());
            if key % 100 == 0 {
                taken += u32::from(keyed.check(&used).is_ok());
            }
        }
        assert_eq!(taken, 10);
        clock.advance(PERIOD);
        assert!(keyed.check(&used).is_ok() && keyed.check(&used).is_err());
    }
}
