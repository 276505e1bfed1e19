//! Accepted host names, and detection of local users.
//!
//! A browser can be led to a server that it should not reach: by DNS rebinding (a foreign name that
//! resolves to 127.0.0.1) or through an unconfigured reverse proxy. In both cases the `Host` header
//! is foreign, so a request is rejected unless its `Host` is ours.

use std::net::{IpAddr, SocketAddr};

use warp::http::header::{self, HeaderName};
use warp::http::{HeaderMap, Method, Request, Version};

/// The host names of the server.
#[derive(Debug, Clone)]
pub struct Hosts {
    /// In lower case, without ports: those of `http.hosts`. The one of the public URL may change, so callers name it.
    names: Vec<String>,
    /// Whether the server listens beyond loopback. Its own addresses are unknown then (it may be
    /// behind NAT), so every IP address is accepted: DNS rebinding needs a name.
    addresses: bool,
}

/// Reason for rejecting a request before routing.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Misdirected {
    /// Invalid HTTP: no `Host`, two of them, or no path.
    Malformed,
    /// The host name is not ours.
    UnknownHost(String),
}

impl Hosts {
    /// Creates the list; `names` are host names without ports, in any case, and `listen` is the
    /// listener's address.
    pub fn new<'a>(names: impl IntoIterator<Item = &'a str>, listen: SocketAddr) -> Self {
        let names = names.into_iter().map(normal).collect();
        Self {
            names,
            addresses: !listen.ip().is_loopback(),
        }
    }

    /// Returns the same names for another listener.
    pub fn at(&self, listen: SocketAddr) -> Self {
        Self::new(self.names.iter().map(String::as_str), listen)
    }

    /// Checks the host of a request, and returns whether it comes from a local user: from a
    /// loopback address, to a loopback host, and not forwarded. `public` says which other hosts are ours.
    pub(super) fn check<B>(
        &self,
        request: &Request<B>,
        peer: IpAddr,
        public: impl Fn(&str) -> bool,
    ) -> Result<bool, Misdirected> {
        // Routes match the path only; CONNECT and the authority form have none.
        if request.uri().path_and_query().is_none() || request.method() == Method::CONNECT {
            return Err(Misdirected::Malformed);
        }
        let mut local = peer.to_canonical().is_loopback() && !is_forwarded(request.headers());
        let mut named = 0;
        for host in hosts_of(request)? {
            named += 1;
            let host = host.ok_or(Misdirected::Malformed)?;
            if !is_loopback(&host) {
                local = false;
                if !self.is_ours(&host) && !public(&host) {
                    return Err(Misdirected::UnknownHost(host));
                }
            }
        }
        match (named, request.version()) {
            (0, Version::HTTP_10) => Err(Misdirected::UnknownHost(String::new())),
            (0, _) => Err(Misdirected::Malformed),
            _ => Ok(local),
        }
    }

    /// Returns whether a `Host` header names this server; for listeners beside the main one.
    pub fn allow(&self, headers: &HeaderMap, public: &str) -> bool {
        let mut hosts = headers.get_all(header::HOST).iter();
        let host = hosts.next().and_then(|value| value.to_str().ok());
        let host = host.and_then(without_port);
        let is_ours = |host: &str| is_loopback(host) || self.is_ours(host) || host == public;
        hosts.next().is_none() && host.is_some_and(|host| is_ours(&host))
    }

    fn is_ours(&self, host: &str) -> bool {
        self.names.iter().any(|name| name == host) || (self.addresses && address(host).is_some())
    }
}

/// Returns every host that a request names, without its port: that of an absolute URL or of
/// HTTP/2's `:authority`, and the `Host` header. `None` stands for an unreadable one.
fn hosts_of<B>(
    request: &Request<B>,
) -> Result<impl Iterator<Item = Option<String>> + use<'_, B>, Misdirected> {
    let mut headers = request.headers().get_all(header::HOST).iter();
    let header = headers.next();
    if headers.next().is_some() {
        return Err(Misdirected::Malformed);
    }
    let authority = request.uri().authority();
    let authority = authority.map(|authority| without_port(authority.as_str()));
    let header = header.map(|value| value.to_str().ok().and_then(without_port));
    Ok(authority.into_iter().chain(header))
}

/// Returns a host without its port, in normal form.
fn without_port(host: &str) -> Option<String> {
    let authority: warp::http::uri::Authority = host.parse().ok()?;
    // User information is not allowed in a host.
    let plain = !host.contains('@') && !authority.host().is_empty();
    plain.then(|| normal(authority.host()))
}

/// Returns a name in lower case and without the root's dot.
fn normal(name: &str) -> String {
    let name = name.strip_suffix('.').unwrap_or(name);
    name.to_ascii_lowercase()
}

fn address(host: &str) -> Option<IpAddr> {
    host.trim_matches(['[', ']']).parse().ok()
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || address(host).is_some_and(|address| address.to_canonical().is_loopback())
}

/// The headers that proxies add: of RFC 7239, of RFC 9110 §7.6.3, and custom ones.
const FORWARDED: [HeaderName; 6] = [
    header::FORWARDED,
    header::VIA,
    HeaderName::from_static("x-forwarded-for"),
    HeaderName::from_static("x-forwarded-host"),
    HeaderName::from_static("x-forwarded-proto"),
    HeaderName::from_static("x-real-ip"),
];

/// Returns whether a proxy has added a header.
fn is_forwarded(headers: &HeaderMap) -> bool {
    FORWARDED.iter().any(|name| headers.contains_key(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: SocketAddr = SocketAddr::new(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8000);

    fn check(hosts: &Hosts, peer: &str, headers: &[(&str, &str)]) -> Result<bool, Misdirected> {
        let mut request = Request::builder().uri("/login");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(()).unwrap();
        hosts.check(&request, peer.parse().unwrap(), |host| {
            host == "shop.example"
        })
    }

    #[test]
    fn only_a_loopback_peer_that_asks_for_a_loopback_host_is_at_this_machine() {
        let hosts = Hosts::new(["Desk.Example.com"], HERE);
        for (peer, headers, expected) in [
            ("127.0.0.1", [("host", "localhost:8000")].as_slice(), true),
            ("127.0.0.1", &[("host", "127.0.0.1:8000")], true),
            ("127.0.0.1", &[("host", "127.8.0.1")], true),
            ("::1", &[("host", "[::1]:8000")], true),
            ("::ffff:127.0.0.1", &[("host", "LOCALHOST.")], true),
            ("10.0.0.2", &[("host", "localhost:8000")], false),
            ("127.0.0.1", &[("host", "desk.example.com")], false),
            ("127.0.0.1", &[("host", "Shop.example:443")], false),
            ("127.0.0.1", &[("host", "DESK.example.COM.:443")], false),
            (
                "127.0.0.1",
                &[("host", "localhost"), ("x-forwarded-for", "6.6.6.6")],
                false,
            ),
            (
                "127.0.0.1",
                &[("host", "localhost"), ("forwarded", "for=6.6.6.6")],
                false,
            ),
            (
                "127.0.0.1",
                &[("host", "localhost"), ("via", "1.1 proxy")],
                false,
            ),
        ] {
            assert_eq!(
                check(&hosts, peer, headers),
                Ok(expected),
                "{peer} {headers:?}"
            );
        }
    }

    #[test]
    fn a_name_that_is_not_ours_is_refused() {
        let hosts = Hosts::new(["desk.example.com"], HERE);
        for host in [
            "evil.example",
            "desk.example.com.evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "192.168.1.5:8000",
            "2130706433",
        ] {
            let refused = check(&hosts, "127.0.0.1", &[("host", host)]);
            assert!(
                matches!(refused, Err(Misdirected::UnknownHost(_))),
                "{host}"
            );
        }
        for headers in [
            [].as_slice(),
            &[("host", "")],
            &[("host", "me@localhost")],
            &[("host", "localhost"), ("host", "evil.example")],
        ] {
            let refused = check(&hosts, "127.0.0.1", headers);
            assert_eq!(refused, Err(Misdirected::Malformed), "{headers:?}");
        }
        let everywhere = Hosts::new([], ([0, 0, 0, 0], 8000).into());
        let ask = |host| check(&everywhere, "10.0.0.2", &[("host", host)]);
        assert_eq!(ask("192.168.1.5:8000"), Ok(false));
        assert_eq!(ask("[fe80::1]"), Ok(false));
        assert!(ask("rebound.example").is_err());
    }
}
