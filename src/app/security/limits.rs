//! Rate limits for password attempts, views of status pages, letters with links, and requests. They use the monotonic
//! clock: setting the wall clock neither locks anybody out nor lifts a limit.
//!
//! A limit that others can use up is a means to lock somebody out. Attempts on an account are
//! therefore counted separately per address and per block of addresses; a [known
//! device](super::known_devices) is counted on its own. The one limit shared by all strangers on an
//! account is so wide that only a flood from a hundred blocks can use it up.

use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::num::NonZeroU32;
use std::time::Duration;

use governor::Quota;

use super::keyed::Keyed;
use super::known_devices::KnownDevice;
use crate::clock::Clock;
use crate::domain::{Email, EmployeeId, Result, SessionId};

/// Burst of attempts on one account by a stranger at one address, or by one known device or
/// session; then one every [`ACCOUNT_PERIOD`].
pub const ACCOUNT_BURST: NonZeroU32 = NonZeroU32::new(10).unwrap();
/// The same for a block of addresses.
pub const BLOCK_BURST: NonZeroU32 = NonZeroU32::new(30).unwrap();
/// The same for all strangers together; hashing that many takes two cores three minutes. Allows
/// 7,880 attempts on the first day and 2,880 on each following one.
pub const STRANGERS_BURST: NonZeroU32 = NonZeroU32::new(5_000).unwrap();
pub const ACCOUNT_PERIOD: Duration = Duration::from_secs(30);
/// Burst of attempts from one address; then one every [`ADDRESS_PERIOD`].
pub const ADDRESS_BURST: NonZeroU32 = NonZeroU32::new(30).unwrap();
pub const ADDRESS_PERIOD: Duration = Duration::from_secs(10);
/// Burst of status page views from one address; then one every [`LOOK_PERIOD`].
pub const LOOK_BURST: NonZeroU32 = NonZeroU32::new(60).unwrap();
pub const LOOK_PERIOD: Duration = Duration::from_secs(1);
/// Burst of letters with links that an owner sends; then one every [`LETTER_PERIOD`].
pub const LETTER_BURST: NonZeroU32 = NonZeroU32::new(10).unwrap();
pub const LETTER_PERIOD: Duration = Duration::from_secs(60);
/// Burst of requests, as a multiple of the rate per second.
const BURST: NonZeroU32 = NonZeroU32::new(10).unwrap();

/// Proof of a counted attempt. Use cases that hash a stranger's new password require it.
#[derive(Debug)]
pub struct Attempt {
    pub address: IpAddr,
}

/// Rate limits for password attempts, views of status pages, letters with links, and requests.
pub struct Limits {
    /// Attempts by strangers: by account and address, by account and block, and by account.
    here: Keyed<u64>,
    block: Keyed<u64>,
    strangers: Keyed<u64>,
    /// Random seed of the hashed keys of these three limits, so that nobody can construct
    /// collisions.
    seed: RandomState,
    known: Keyed<(EmployeeId, u128)>,
    sessions: Keyed<SessionId>,
    addresses: Keyed<IpAddr>,
    looks: Keyed<IpAddr>,
    letters: Keyed<EmployeeId>,
    /// `None` for no limit.
    requests: Option<(Keyed<IpAddr>, Keyed<EmployeeId>)>,
}

impl Limits {
    /// Creates the limits. `rate` is in requests per second, per address and per account, with a
    /// burst of ten times that.
    pub fn new(clock: &Clock, rate: Option<NonZeroU32>) -> Self {
        let every = |period: Duration, burst| {
            // Only a zero period has no quota.
            let quota = Quota::with_period(period).unwrap_or(Quota::per_second(burst));
            quota.allow_burst(burst)
        };
        Self {
            here: Keyed::new(clock, every(ACCOUNT_PERIOD, ACCOUNT_BURST)),
            block: Keyed::new(clock, every(ACCOUNT_PERIOD, BLOCK_BURST)),
            strangers: Keyed::new(clock, every(ACCOUNT_PERIOD, STRANGERS_BURST)),
            seed: RandomState::new(),
            known: Keyed::new(clock, every(ACCOUNT_PERIOD, ACCOUNT_BURST)),
            sessions: Keyed::new(clock, every(ACCOUNT_PERIOD, ACCOUNT_BURST)),
            addresses: Keyed::new(clock, every(ADDRESS_PERIOD, ADDRESS_BURST)),
            looks: Keyed::new(clock, every(LOOK_PERIOD, LOOK_BURST)),
            letters: Keyed::new(clock, every(LETTER_PERIOD, LETTER_BURST)),
            requests: rate.map(|rate| {
                let quota = Quota::per_second(rate).allow_burst(rate.saturating_mul(BURST));
                (Keyed::new(clock, quota), Keyed::new(clock, quota))
            }),
        }
    }

    /// Counts a request from an address. Loopback is not limited.
    ///
    /// # Errors
    /// As for [`Limits::attempt`].
    pub fn request(&self, address: IpAddr) -> Result<()> {
        match self.requests_from(address) {
            Some((addresses, _)) => addresses.check(&network(address)),
            None => Ok(()),
        }
    }

    /// Counts a request by an account from any address, so that a stolen token can't be used from
    /// many addresses to evade the limit.
    ///
    /// # Errors
    /// As for [`Limits::attempt`].
    pub fn request_by(&self, employee: EmployeeId, address: IpAddr) -> Result<()> {
        match self.requests_from(address) {
            Some((_, employees)) => employees.check(&employee),
            None => Ok(()),
        }
    }

    /// Returns the limits that apply to requests from an address, if any.
    fn requests_from(&self, address: IpAddr) -> Option<&(Keyed<IpAddr>, Keyed<EmployeeId>)> {
        let limited = !address.is_loopback();
        self.requests.as_ref().filter(|_| limited)
    }

    /// Counts an attempt from an address. It precedes all expensive work, such as hashing a
    /// password.
    ///
    /// # Errors
    /// [`RateLimited`](crate::domain::Error::RateLimited) with the time until the next attempt is
    /// allowed.
    pub fn attempt(&self, address: IpAddr) -> Result<Attempt> {
        self.addresses.check(&network(address))?;
        Ok(Attempt { address })
    }

    /// Counts a view of a status page, whether the page exists or not.
    ///
    /// # Errors
    /// As for [`Limits::attempt`].
    pub fn look(&self, address: IpAddr) -> Result<()> {
        self.looks.check(&network(address))
    }

    /// Counts a letter with a link that an owner sends.
    ///
    /// # Errors
    /// As for [`Limits::attempt`].
    pub fn letter(&self, owner: EmployeeId) -> Result<()> {
        self.letters.check(&owner)
    }

    /// Counts a stranger's password attempt on an account, whether the account exists or not.
    ///
    /// # Errors
    /// As for [`Limits::attempt`].
    pub fn guess(&self, email: &Email, address: IpAddr) -> Result<()> {
        let key = email.key();
        self.attempt(address)?;
        // The narrowest limit comes first, so that attempts rejected by it don't use up the shared
        // ones.
        self.here
            .check(&self.seed.hash_one((&key, network(address))))?;
        self.block
            .check(&self.seed.hash_one((&key, block(address))))?;
        self.strangers.check(&self.seed.hash_one(&key))
    }

    /// Counts an attempt by a known device, on its own limit.
    ///
    /// # Errors
    /// As for [`Limits::attempt`].
    pub fn known(&self, known: &KnownDevice) -> Result<()> {
        self.known.check(&(known.employee, known.id))
    }

    /// Counts a password attempt within a session, on its own limit.
    ///
    /// # Errors
    /// As for [`Limits::attempt`].
    pub fn session(&self, session: SessionId) -> Result<()> {
        self.sessions.check(&session)
    }
}

/// Returns the network that an address counts as: one IPv6 client usually controls a /64.
pub fn network(address: IpAddr) -> IpAddr {
    masked(address, 32, 64)
}

/// Returns the block that an address belongs to: the range that one customer of a provider may
/// control.
pub fn block(address: IpAddr) -> IpAddr {
    masked(address, 24, 48)
}

/// Masks an address to its prefix.
fn masked(address: IpAddr, v4: u32, v6: u32) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let rest = u32::MAX.checked_shr(v4).unwrap_or(0);
            Ipv4Addr::from_bits(address.to_bits() & !rest).into()
        }
        IpAddr::V6(address) => {
            let rest = u128::MAX.checked_shr(v6).unwrap_or(0);
            Ipv6Addr::from_bits(address.to_bits() & !rest).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_secs(24 * 60 * 60);

    fn limits() -> (Limits, Clock) {
        let clock = Clock::manual("2021-07-25T09:00:00Z".parse().unwrap());
        (Limits::new(&clock, None), clock)
    }

    fn email(name: &str) -> Email {
        Email::parse("email", name).unwrap()
    }

    /// Counts the attempts that a thousand addresses in separate blocks have on one account in a
    /// day.
    fn tries_in_a_day(limits: &Limits, clock: &Clock) -> u32 {
        let owner = email("owner@example.com");
        let addresses: Vec<IpAddr> = (0..1_000_u32)
            .map(|n| Ipv4Addr::from_bits(0x0b00_0000 | n << 8 | 7).into())
            .collect();
        let quarter = Duration::from_secs(15 * 60);
        let mut tries = 0;
        for _ in 0..DAY.as_secs() / quarter.as_secs() {
            for address in &addresses {
                while limits.guess(&owner, *address).is_ok() {
                    tries += 1;
                }
            }
            clock.advance(quarter);
        }
        tries
    }

    #[test]
    fn guesses_from_a_thousand_addresses_are_bounded() {
        let (limits, clock) = limits();
        let bound = u32::try_from(DAY.as_secs() / ACCOUNT_PERIOD.as_secs()).unwrap();
        let first = tries_in_a_day(&limits, &clock);
        let later = tries_in_a_day(&limits, &clock);
        assert!(first <= STRANGERS_BURST.get() + bound, "{first}");
        assert!(later <= bound, "{later}");
        // The bound is close to what is reachable, or else this test would prove little.
        assert!(first + 50 > STRANGERS_BURST.get() + bound, "{first}");
        assert!(later + 50 > bound, "{later}");
    }

    #[test]
    fn what_one_block_tries_leaves_the_account_to_the_others() {
        let (limits, clock) = limits();
        let owner = email("owner@example.com");
        let mut taken = 0;
        for hour in 0..24 {
            for subnet in 0..1_000 {
                let address = 0x2001_0db8_0007 << 80 | subnet << 64 | hour;
                let address = Ipv6Addr::from_bits(address).into();
                taken += u32::from(limits.guess(&owner, address).is_ok());
            }
            clock.advance(DAY / 24);
        }
        assert!(taken < STRANGERS_BURST.get(), "{taken}");
        let elsewhere = "2001:db8:8::1".parse().unwrap();
        assert!(limits.guess(&owner, elsewhere).is_ok());
    }

    #[test]
    fn addresses_count_by_what_one_person_can_have() {
        let of = |address: &str| {
            let address: IpAddr = address.parse().unwrap();
            (network(address).to_string(), block(address).to_string())
        };
        for (address, network, block) in [
            ("203.0.113.7", "203.0.113.7", "203.0.113.0"),
            ("::ffff:203.0.113.7", "203.0.113.7", "203.0.113.0"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::", "2001:db8:1::"),
        ] {
            assert_eq!(of(address), (network.to_owned(), block.to_owned()));
        }
    }
}
