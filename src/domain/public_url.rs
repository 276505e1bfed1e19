//! The public URL of the server, in links and QR codes.

use std::fmt;
use std::sync::Arc;

/// Address by which people reach the server: an origin, without a trailing slash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    origin: Arc<str>,
    host: Arc<str>,
    is_local: bool,
}

impl PublicUrl {
    /// Creates one from a checked origin, the host in it, and whether that is this machine itself.
    pub fn new(origin: &str, host: &str, is_local: bool) -> Self {
        Self {
            origin: origin.into(),
            host: host.into(),
            is_local,
        }
    }

    pub fn as_str(&self) -> &str {
        &self.origin
    }

    /// Returns the host name or address, without a port.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Returns whether it leads to the machine that opens it, so that nobody else reaches the server by it.
    pub fn is_local(&self) -> bool {
        self.is_local
    }

    pub fn is_https(&self) -> bool {
        self.origin.starts_with("https://")
    }

    /// Returns whether it is https at its default port, 443, the only one to which MAX delivers.
    pub fn is_https_at_443(&self) -> bool {
        let place = self.origin.strip_prefix("https://");
        place.is_some_and(|place| {
            place
                .rsplit(']')
                .next()
                .is_some_and(|end| !end.contains(':'))
        })
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin)
    }
}

#[cfg(test)]
mod tests {
    use super::PublicUrl;

    #[test]
    fn max_delivers_over_https_at_port_443_only() {
        for (origin, expected) in [
            ("https://desk.example.com", true),
            ("https://[2001:db8::1]", true),
            ("https://desk.example.com:8443", false),
            ("https://[2001:db8::1]:8443", false),
            ("http://desk.example.com", false),
        ] {
            let url = PublicUrl::new(origin, "", false);
            assert_eq!(url.is_https_at_443(), expected, "{origin}");
        }
    }
}
