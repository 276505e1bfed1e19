//! Addresses to which requests for others may lead: not to this machine or its networks. A name is checked at each
//! connection, since it may lead elsewhere by then.

use std::error::Error as _;
use std::net::{IpAddr, SocketAddr};

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::net::lookup_host;

use crate::domain::{HookFailure, is_public};

/// The error of a connection to an address of the server's own network.
#[derive(Debug, thiserror::Error)]
#[error("{}", HookFailure::Private.word())]
pub struct Refused;

impl Refused {
    /// Returns whether a request failed for this reason.
    pub fn is_cause_of(error: &reqwest::Error) -> bool {
        let mut next = error.source();
        while let Some(cause) = next {
            if cause.is::<Self>() {
                return true;
            }
            next = cause.source();
        }
        false
    }
}

/// A resolver that leaves out addresses which aren't public. An address instead of a name isn't resolved: see
/// [`is_own_literal`].
pub struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = lookup_host((name.as_str(), 0)).await?;
            let public = public_of(found);
            match public.is_empty() {
                true => Err(Refused.into()),
                false => Ok(Box::new(public.into_iter()) as Addrs),
            }
        })
    }
}

/// Returns the public ones of these addresses.
pub fn public_of(found: impl Iterator<Item = SocketAddr>) -> Vec<SocketAddr> {
    let own = own_addresses();
    found.filter(|to| is_allowed(to.ip(), &own)).collect()
}

/// Returns whether the host of a URL is an address that isn't public. Names are checked when they are resolved.
pub fn is_own_literal(url: &Url) -> bool {
    literal(url).is_some_and(|address| !is_allowed(address, &own_addresses()))
}

/// Returns the host of a URL, if it is an address.
pub fn literal(url: &Url) -> Option<IpAddr> {
    url.host_str()?.trim_matches(['[', ']']).parse().ok()
}

fn is_allowed(address: IpAddr, own: &[IpAddr]) -> bool {
    is_public(address) && !own.contains(&address.to_canonical())
}

/// Returns the addresses of this machine's interfaces, which may be public too.
fn own_addresses() -> Vec<IpAddr> {
    let interfaces = if_addrs::get_if_addrs().inspect_err(|error| {
        let error = error as &dyn std::error::Error;
        tracing::warn!(error, "failed to read the addresses of this machine");
    });
    let interfaces = interfaces.unwrap_or_default().into_iter();
    interfaces.map(|interface| interface.ip()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_name_that_leads_to_this_machine_resolves_to_nothing() {
        let name = "localhost".parse().unwrap();
        let refused = PublicOnly.resolve(name).await;
        assert!(refused.err().unwrap().is::<Refused>());
    }

    #[test]
    fn the_interfaces_of_this_machine_are_its_own_whatever_their_addresses() {
        let own: IpAddr = "1.1.1.1".parse().unwrap();
        assert!(is_allowed(own, &[]));
        assert!(!is_allowed(own, &[own]));
        assert!(!is_allowed("::ffff:1.1.1.1".parse().unwrap(), &[own]));
        let loopback: IpAddr = "127.0.0.1".parse().unwrap();
        assert!(own_addresses().contains(&loopback));
    }
}
