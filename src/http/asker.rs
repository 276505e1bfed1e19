//! The origin of a request: its address, its id, and the employee of its token.

use std::net::IpAddr;

use ipnet::IpNet;
use warp::http::HeaderMap;
use warp::http::header::AUTHORIZATION;

use crate::app::security::known_devices::KnownDevice;
use crate::app::{Desk, accounts};
use crate::domain::{Error, Result};
use crate::graphql::Caller;

/// The origin of a request.
#[derive(Debug, Clone)]
pub(super) struct Asker {
    pub address: IpAddr,
    /// Whether it comes from a person at this machine; see [`super::hosts`].
    pub local: bool,
}

impl Asker {
    pub fn new(peer: IpAddr, local: bool, headers: &HeaderMap, proxies: &[IpNet]) -> Self {
        Self {
            address: address(peer, headers, proxies),
            local,
        }
    }

    /// Authenticates the request by its bearer token, if there is one.
    ///
    /// # Errors
    /// [`Error::RateLimited`] when the account exceeds its request rate, and [`Error::Internal`]
    /// when the database fails.
    pub async fn caller(self, desk: &Desk, headers: &HeaderMap) -> Result<Caller> {
        let (viewer, known) = match bearer(headers) {
            None => (None, None),
            Some(token) => match accounts::authenticate(desk, token, self.address).await {
                Ok(viewer) => (Some(viewer), Some(viewer.1.into())),
                // It tells who has signed in before, and grants no access.
                Err(Error::Unauthenticated) => {
                    (None, desk.tokens.signed(token).ok().map(KnownDevice::from))
                }
                Err(error) => return Err(error),
            },
        };
        Ok(Caller {
            viewer,
            known,
            address: self.address,
            local: self.local,
        })
    }
}

/// Returns the token of the `Authorization` header.
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    token(headers.get(AUTHORIZATION)?.to_str().ok()?)
}

/// Parses `Bearer …` (RFC 6750 §2.1; the scheme is case-insensitive).
pub(super) fn token(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Returns the client's address: as reported by trusted proxies, or the peer's own.
fn address(peer: IpAddr, headers: &HeaderMap, proxies: &[IpNet]) -> IpAddr {
    let trusted = |address: &IpAddr| {
        proxies
            .iter()
            .any(|net| net.contains(&address.to_canonical()))
    };
    let hops = headers.get_all("x-forwarded-for").iter().rev();
    let hops = hops
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.rsplit(','));
    let mut client = peer.to_canonical();
    for hop in hops {
        if !trusted(&client) {
            break;
        }
        match hop.trim().parse::<IpAddr>() {
            Ok(address) => client = address.to_canonical(),
            Err(_) => break,
        }
    }
    client
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_trusted_proxies_are_believed() {
        let mut headers = HeaderMap::new();
        headers.insert(
            "x-forwarded-for",
            "6.6.6.6, 1.2.3.4, 10.0.0.2".parse().unwrap(),
        );
        let peer: IpAddr = "10.0.0.1".parse().unwrap();
        let ask = |proxies: &str| {
            let proxies: Vec<IpNet> = proxies
                .split_whitespace()
                .map(|p| p.parse().unwrap())
                .collect();
            address(peer, &headers, &proxies).to_string()
        };
        assert_eq!(ask(""), "10.0.0.1");
        assert_eq!(ask("10.0.0.1/32"), "10.0.0.2");
        assert_eq!(ask("10.0.0.0/8"), "1.2.3.4");
    }
}
