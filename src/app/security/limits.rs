//! How often somebody may try a password, look at a customer's page, and ask at all. Limits count by the
//! monotonic clock: one that is set back keeps nobody out, and one that is set forward lets nobody in.
//!
//! A limit that others can use up is a way to keep somebody out. So tries at an account are counted separately for each
//! address and each block of addresses; somebody who is [known](super::known_devices) is counted alone. The one limit
//! that all strangers share at an account is so wide that it takes a flood from a hundred blocks to use it up.

use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::num::NonZeroU32;
use std::time::Duration;

use governor::Quota;

use super::keyed::Keyed;
use super::known_devices::Known;
use crate::clock::Clock;
use crate::domain::{Email, EmployeeId, Result, SessionId};

/// Tries at once for one account by a stranger at one address, or by one known device or session, then one every
/// [`ACCOUNT_PERIOD`].
pub const ACCOUNT_BURST: NonZeroU32 = NonZeroU32::new(10).unwrap();
/// The same for a block of addresses.
pub const BLOCK_BURST: NonZeroU32 = NonZeroU32::new(30).unwrap();
/// The same for all strangers together, which two cores need three minutes for: 7,880 tries on the first day, and 2,880 on
/// each that follows.
pub const STRANGERS_BURST: NonZeroU32 = NonZeroU32::new(5_000).unwrap();
pub const ACCOUNT_PERIOD: Duration = Duration::from_secs(30);
/// Tries at once from one address, then one every [`ADDRESS_PERIOD`].
pub const ADDRESS_BURST: NonZeroU32 = NonZeroU32::new(30).unwrap();
pub const ADDRESS_PERIOD: Duration = Duration::from_secs(10);
/// Looks at customers' pages at once from one address, then one every [`LOOK_PERIOD`].
pub const LOOK_BURST: NonZeroU32 = NonZeroU32::new(60).unwrap();
pub const LOOK_PERIOD: Duration = Duration::from_secs(1);
/// How many times the rate may come at once.
const BURST: NonZeroU32 = NonZeroU32::new(10).unwrap();

/// A try that was counted. A use case that takes a new password of a stranger asks for one.
#[derive(Debug)]
pub struct Attempt {
    pub address: IpAddr,
}

/// Counts tries at passwords, looks at customers' pages, and requests.
pub struct Limits {
    /// Tries by strangers: by account and address, by account and block, and by account.
    here: Keyed<u64>,
    block: Keyed<u64>,
    strangers: Keyed<u64>,
    /// Makes the keys of these three, which nobody can choose to be alike.
    seed: RandomState,
    known: Keyed<(EmployeeId, u128)>,
    sessions: Keyed<SessionId>,
    addresses: Keyed<IpAddr>,
    looks: Keyed<IpAddr>,
    /// `None` without a limit.
    requests: Option<(Keyed<IpAddr>, Keyed<EmployeeId>)>,
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
            here: Keyed::new(clock, every(ACCOUNT_PERIOD, ACCOUNT_BURST)),
            block: Keyed::new(clock, every(ACCOUNT_PERIOD, BLOCK_BURST)),
            strangers: Keyed::new(clock, every(ACCOUNT_PERIOD, STRANGERS_BURST)),
            seed: RandomState::new(),
            known: Keyed::new(clock, every(ACCOUNT_PERIOD, ACCOUNT_BURST)),
            sessions: Keyed::new(clock, every(ACCOUNT_PERIOD, ACCOUNT_BURST)),
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
    /// [`RateLimited`](crate::domain::Error::RateLimited) with the time until the next one is allowed.
    pub fn attempt(&self, address: IpAddr) -> Result<Attempt> {
        self.addresses.check(&network(address))?;
        Ok(Attempt { address })
    }

    /// Counts a look at a customer's page from an address, whether there is such a page or not.
    ///
    /// # Errors
    /// As for [`Limits::attempt`].
    pub fn look(&self, address: IpAddr) -> Result<()> {
        self.looks.check(&network(address))
    }

    /// Counts a stranger's try at the password of an account, whether there is such an account or not.
    ///
    /// # Errors
    /// As for [`Limits::attempt`].
    pub fn guess(&self, email: &Email, address: IpAddr) -> Result<()> {
        let key = email.key();
        self.attempt(address)?;
        // What is narrow comes first: tries that are refused here use up nothing of what many share.
        self.here
            .check(&self.seed.hash_one((&key, network(address))))?;
        self.block
            .check(&self.seed.hash_one((&key, block(address))))?;
        self.strangers.check(&self.seed.hash_one(&key))
    }

    /// Counts a try by somebody who is known, for themselves alone.
    ///
    /// # Errors
    /// As for [`Limits::attempt`].
    pub fn known(&self, known: &Known) -> Result<()> {
        self.known.check(&(known.employee, known.id))
    }

    /// Counts a try at the password of whoever is signed in, for that session alone.
    ///
    /// # Errors
    /// As for [`Limits::attempt`].
    pub fn session(&self, session: SessionId) -> Result<()> {
        self.sessions.check(&session)
    }
}

/// Returns the network that an address counts as: whoever has one IPv6 address has the 2⁶⁴ around it.
pub fn network(address: IpAddr) -> IpAddr {
    masked(address, 32, 64)
}

/// Returns the block that an address is in: what one customer of a provider may have many addresses of.
pub fn block(address: IpAddr) -> IpAddr {
    masked(address, 24, 48)
}

/// Keeps the first bits of an address.
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

    /// The tries that a thousand addresses, each in a block of its own, have at one account in a day.
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
        // And the bound is not far above what can be reached, or this test would say little.
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
