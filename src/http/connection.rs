//! A client's connection, for what outlives a request on it, and limits on connections of
//! strangers.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::OwnedSemaphorePermit;
use tokio_util::sync::CancellationToken;

use crate::app::security::limits::network;

/// A connection, as shared with its requests.
#[derive(Clone)]
pub struct Connection {
    /// Permit for one of the limited number of connections. Released when the last holder drops it:
    /// for HTTP, a connection ends when a WebSocket begins, but the socket continues to use it.
    pub slot: Arc<OwnedSemaphorePermit>,
    /// Cancelled to end the connection immediately, even if data remain to be sent.
    pub cut: CancellationToken,
}

impl Connection {
    pub fn new(slot: OwnedSemaphorePermit) -> Self {
        Self {
            slot: Arc::new(slot),
            cut: CancellationToken::new(),
        }
    }
}

/// Limits WebSockets of clients that haven't signed in yet, given the number of connections.
/// Signing in takes a moment, so few are enough.
pub fn strangers(connections: u32) -> Share {
    let most = (connections as usize / 10).clamp(2, 200);
    Share::new(most, most.div_ceil(2).min(16))
}

/// Limits event streams of customers, given the number of connections. A mobile operator may have
/// many customers behind one address.
pub fn followers(connections: u32) -> Share {
    let most = (connections as usize / 2).max(2);
    Share::new(most, most.div_ceil(10).max(4).min(most))
}

/// A limit on concurrent connections of strangers: in total, and per network.
#[derive(Clone)]
pub struct Share(Arc<Inner>);

struct Inner {
    most: usize,
    most_of_one: usize,
    held: Mutex<HashMap<IpAddr, usize>>,
}

/// A permit of a limit, released when dropped.
pub struct ConnectionSlot {
    share: Share,
    network: IpAddr,
}

impl Share {
    pub fn new(most: usize, most_of_one: usize) -> Self {
        let held = Mutex::default();
        Self(Arc::new(Inner {
            most,
            most_of_one,
            held,
        }))
    }

    /// Acquires a permit for an address; `None` if all permits, or all of that network, are in use.
    /// The loopback address is not limited as a network: behind an untrusted proxy, everybody
    /// connects from it.
    pub fn place(&self, address: IpAddr) -> Option<ConnectionSlot> {
        let network = network(address);
        let mut held = self.held();
        let mine = held.get(&network).copied().unwrap_or_default();
        let crowded = mine >= self.0.most_of_one && !address.is_loopback();
        if crowded || held.values().sum::<usize>() >= self.0.most {
            return None;
        }
        held.insert(network, mine + 1);
        drop(held);
        Some(ConnectionSlot {
            share: self.clone(),
            network,
        })
    }

    fn held(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.0.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for ConnectionSlot {
    fn drop(&mut self) {
        let mut held = self.share.held();
        match held.get_mut(&self.network) {
            Some(mine) if *mine > 1 => *mine -= 1,
            _ => {
                held.remove(&self.network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_bounded_in_all_and_for_each_network() {
        let share = Share::new(3, 2);
        let at = |address: &str| share.place(address.parse().unwrap());
        let first = at("2001:db8::1").unwrap();
        let second = at("2001:db8::2").unwrap();
        assert!(at("2001:db8::3").is_none(), "the same network");
        let other = at("203.0.113.7").unwrap();
        assert!(at("203.0.113.8").is_none(), "all are taken");
        assert!(
            at("127.0.0.1").is_none(),
            "this machine is bounded by the whole"
        );
        drop((first, other));
        let again = at("203.0.113.8").unwrap();
        assert!(at("2001:db8::3").is_some());
        drop((second, again));
        assert!(share.held().is_empty());
    }
}
