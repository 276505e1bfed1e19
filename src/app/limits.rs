//! How often somebody may try a password, look at a customer's page, and ask at all. Limits count by the
//! monotonic clock: one that is set back keeps nobody out, and one that is set forward lets nobody in.

use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};

use crate::clock::Clock;
use crate::domain::{Email, EmployeeId, Error, Result};

type Limiter<K> = RateLimiter<K, DefaultKeyedStateStore<K>, Clock, NoOpMiddleware<Duration>>;

/// Tries at once for one account, then one every [`ACCOUNT_PERIOD`].
pub const ACCOUNT_BURST: NonZeroU32 = NonZeroU32::new(10).unwrap();
pub const ACCOUNT_PERIOD: Duration = Duration::from_secs(30);
/// Tries at once from one address, then one every [`ADDRESS_PERIOD`].
pub const ADDRESS_BURST: NonZeroU32 = NonZeroU32::new(30).unwrap();
pub const ADDRESS_PERIOD: Duration = Duration::from_secs(10);
/// Looks at customers' pages at once from one address, then one every [`LOOK_PERIOD`].
pub const LOOK_BURST: NonZeroU32 = NonZeroU32::new(60).unwrap();
pub const LOOK_PERIOD: Duration = Duration::from_secs(1);
/// How many times the rate may come at once.
const BURST: NonZeroU32 = NonZeroU32::new(10).unwrap();
/// Above this many keys, those that have recovered are forgotten, once a second at the most.
const KEYS: usize = 10_000;

/// A try that was counted. Use cases that take passwords ask for one.
#[derive(Debug)]
pub struct Attempt(());

/// Counts tries per account and per address, and looks at customers' pages.
pub struct Limits {
    accounts: Keyed<String>,
    addresses: Keyed<IpAddr>,
    looks: Keyed<IpAddr>,
    /// `None` without a limit.
    requests: Option<(Keyed<IpAddr>, Keyed<EmployeeId>)>,
}

/// A limit of each of many.
struct Keyed<K: Hash + Eq + Clone> {
    limiter: Limiter<K>,
    /// When the recovered ones were last forgotten, in seconds of the monotonic clock.
    forgotten: AtomicU64,
}

impl Limits {
    /// The rate is in requests a second from one address, and by one account; ten times as many
    /// at once.
    pub fn new(clock: &Clock, rate: Option<NonZeroU32>) -> Self {
        let every = |period: Duration, burst| {
            // Only a period of nothing has no quota.
            let quota = Quota::with_period(period).unwrap_or(Quota::per_second(burst));
            quota.allow_burst(burst)
        };
        Self {
            accounts: Keyed::new(clock, every(ACCOUNT_PERIOD, ACCOUNT_BURST)),
            addresses: Keyed::new(clock, every(ADDRESS_PERIOD, ADDRESS_BURST)),
            looks: Keyed::new(clock, every(LOOK_PERIOD, LOOK_BURST)),
            requests: rate.map(|rate| {
                let quota = Quota::per_second(rate).allow_burst(rate.saturating_mul(BURST));
                (Keyed::new(clock, quota), Keyed::new(clock, quota))
            }),
        }
    }

    /// Counts a request from an address. This machine itself may ask as often as it likes.
    ///
    /// # Errors
    /// As for [`Limits::attempt`].
    pub fn request(&self, address: IpAddr) -> Result<()> {
        match self.requests_from(address) {
            Some((addresses, _)) => addresses.check(&network(address)),
            None => Ok(()),
        }
    }

    /// Counts a request by an account, from wherever it comes: a stolen token is no way around
    /// the limit of an address.
    ///
    /// # Errors
    /// As for [`Limits::attempt`].
    pub fn request_by(&self, employee: EmployeeId, address: IpAddr) -> Result<()> {
        match self.requests_from(address) {
            Some((_, employees)) => employees.check(&employee),
            None => Ok(()),
        }
    }

    /// What limits requests from there, if anything does.
    fn requests_from(&self, address: IpAddr) -> Option<&(Keyed<IpAddr>, Keyed<EmployeeId>)> {
        let limited = !address.is_loopback();
        self.requests.as_ref().filter(|_| limited)
    }

    /// Counts a try from an address. What costs much, reading a password first of all, comes
    /// after it.
    ///
    /// # Errors
    /// [`Error::RateLimited`] with the time until the next one is allowed.
    pub fn attempt(&self, address: IpAddr) -> Result<Attempt> {
        self.addresses.check(&network(address))?;
        Ok(Attempt(()))
    }

    /// Counts a look at a customer's page from an address, whether there is such a page or not.
    ///
    /// # Errors
    /// As for [`Limits::attempt`].
    pub fn look(&self, address: IpAddr) -> Result<()> {
        self.looks.check(&network(address))
    }

    /// Counts a try at an account.
    ///
    /// # Errors
    /// As for [`Limits::attempt`].
    pub fn account(&self, email: &Email) -> Result<()> {
        self.accounts.check(&email.key())
    }
}

impl<K: Hash + Eq + Clone> Keyed<K> {
    fn new(clock: &Clock, quota: Quota) -> Self {
        let store = DefaultKeyedStateStore::default();
        Self {
            limiter: RateLimiter::new(quota, store, clock.clone()),
            forgotten: AtomicU64::new(0),
        }
    }

    fn check(&self, key: &K) -> Result<()> {
        if self.limiter.len() > KEYS {
            self.forget();
        }
        self.limiter.check_key(key).map_err(|until| {
            let now = governor::clock::Clock::now(self.limiter.clock());
            Error::RateLimited {
                retry_after: until.wait_time_from(now),
            }
        })
    }

    /// Going through all keys with every request would help a flood from many addresses.
    fn forget(&self) {
        let second = self.limiter.clock().elapsed().as_secs();
        if self.forgotten.swap(second, Ordering::Relaxed) != second {
            self.limiter.retain_recent();
            self.limiter.shrink_to_fit();
        }
    }
}

/// Returns the network that an address counts as: whoever has one IPv6 address has the 2⁶⁴ around it.
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
        v4 => v4,
    }
}
