//! How often somebody may try a password, and ask at all.

use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::time::Duration;

use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};

use crate::clock::Clock;
use crate::domain::{Email, Error, Result};

type Keyed<K> = RateLimiter<K, DefaultKeyedStateStore<K>, Clock, NoOpMiddleware<Duration>>;

/// Tries at once for one account, then one every [`ACCOUNT_PERIOD`].
const ACCOUNT_BURST: NonZeroU32 = NonZeroU32::new(10).unwrap();
const ACCOUNT_PERIOD: Duration = Duration::from_secs(30);
/// Tries at once from one address, then one every [`ADDRESS_PERIOD`].
const ADDRESS_BURST: NonZeroU32 = NonZeroU32::new(30).unwrap();
const ADDRESS_PERIOD: Duration = Duration::from_secs(10);
/// How many times the rate may come at once.
const BURST: NonZeroU32 = NonZeroU32::new(10).unwrap();
/// Above this many keys, those that have recovered are forgotten.
const KEYS: usize = 10_000;

/// A try that was counted. Use cases that take passwords ask for one.
#[derive(Debug)]
pub struct Attempt(());

/// Counts tries per account and per address.
pub struct Limits {
    clock: Clock,
    accounts: Keyed<String>,
    addresses: Keyed<IpAddr>,
    /// `None` without a limit.
    requests: Option<Keyed<IpAddr>>,
}

impl Limits {
    /// The rate is in requests a second from one address; ten times as many at once.
    pub fn new(clock: &Clock, rate: Option<NonZeroU32>) -> Self {
        let limiter = |burst, period: Duration| {
            // Only a period of nothing has no quota.
            Quota::with_period(period)
                .unwrap_or(Quota::per_second(burst))
                .allow_burst(burst)
        };
        Self {
            clock: clock.clone(),
            accounts: RateLimiter::new(
                limiter(ACCOUNT_BURST, ACCOUNT_PERIOD),
                DefaultKeyedStateStore::default(),
                clock.clone(),
            ),
            addresses: RateLimiter::new(
                limiter(ADDRESS_BURST, ADDRESS_PERIOD),
                DefaultKeyedStateStore::default(),
                clock.clone(),
            ),
            requests: rate.map(|rate| {
                let burst = rate.saturating_mul(BURST);
                RateLimiter::new(
                    Quota::per_second(rate).allow_burst(burst),
                    DefaultKeyedStateStore::default(),
                    clock.clone(),
                )
            }),
        }
    }

    /// Counts a request from an address. This machine itself may ask as often as it likes.
    ///
    /// # Errors
    /// As for [`Limits::attempt`].
    pub fn request(&self, address: IpAddr) -> Result<()> {
        match &self.requests {
            Some(requests) if !address.is_loopback() => self.check(requests, &network(address)),
            _ => Ok(()),
        }
    }

    /// Counts a try from an address. What costs much, reading a password first of all, comes
    /// after it.
    ///
    /// # Errors
    /// [`Error::RateLimited`] with the time until the next one is allowed.
    pub fn attempt(&self, address: IpAddr) -> Result<Attempt> {
        self.check(&self.addresses, &network(address))?;
        Ok(Attempt(()))
    }

    /// Counts a try at an account.
    ///
    /// # Errors
    /// As for [`Limits::attempt`].
    pub fn account(&self, email: &Email) -> Result<()> {
        self.check(&self.accounts, &email.key())
    }

    fn check<K: Hash + Eq + Clone>(&self, limiter: &Keyed<K>, key: &K) -> Result<()> {
        if limiter.len() > KEYS {
            limiter.retain_recent();
        }
        limiter.check_key(key).map_err(|until| Error::RateLimited {
            retry_after: until.wait_time_from(governor::clock::Clock::now(&self.clock)),
        })
    }
}

/// Whoever has one IPv6 address has the 2⁶⁴ around it, so those count as one.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
        v4 => v4,
    }
}
