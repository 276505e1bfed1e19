//! The Bot API server to which the bot connects, and how it is reached.

use std::fmt;
use std::path::PathBuf;

use secrecy::SecretString;

/// Telegram's own server.
const TELEGRAM: &str = "https://api.telegram.org";

/// A Bot API server, and how it is reached.
#[derive(Debug, Clone)]
pub struct BotServer {
    /// Base of all addresses, without a trailing slash.
    pub url: String,
    pub proxy: Option<Proxy>,
    /// Folder in which a server of one's own on this machine stores files (`--local`).
    pub folder: Option<PathBuf>,
}

/// A proxy, whose URL may have a user name and a password in it.
#[derive(Debug, Clone)]
pub struct Proxy {
    url: SecretString,
    address: String,
}

impl Proxy {
    /// Creates one from a checked URL, and its scheme, host and port.
    pub fn new(url: SecretString, address: String) -> Self {
        Self { url, address }
    }

    pub fn url(&self) -> &SecretString {
        &self.url
    }

    /// Returns scheme, host and port.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Returns whether it passes plain HTTP requests on, instead of whole connections.
    pub fn is_http(&self) -> bool {
        self.address.starts_with("http")
    }
}

impl BotServer {
    /// Creates one that is reached directly.
    pub fn direct(url: &str) -> Self {
        Self {
            url: url.trim_end_matches('/').to_owned(),
            proxy: None,
            folder: None,
        }
    }

    /// Returns how it is reached.
    pub fn way(&self) -> BotWay {
        BotWay {
            server: (self.url != TELEGRAM).then(|| without_user(&self.url)),
            proxy: self.proxy.as_ref().map(|proxy| proxy.address.clone()),
        }
    }
}

/// How the bot reaches Telegram: directly, by a proxy, by a Bot API server of one's own, or by both.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BotWay {
    /// Address of a server of one's own; `None` for Telegram's.
    pub server: Option<String>,
    /// Scheme, host and port of the proxy.
    pub proxy: Option<String>,
}

/// In the words of the log and the diagnosis.
impl fmt::Display for BotWay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.server {
            None => f.write_str("Telegram")?,
            Some(server) => write!(f, "the Bot API server {server}")?,
        }
        match &self.proxy {
            None => Ok(()),
            Some(proxy) => write!(f, " through the proxy {proxy}"),
        }
    }
}

/// Returns a URL without the user name and the password in it.
fn without_user(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let end = rest.find('/').unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    format!("{scheme}://{host}{path}")
}

words! {
    /// Why a file of a Bot API server on this machine can't be read, spelled as in the log and the API.
    FileTrouble {
        /// The server runs with `--local`, and nothing says where.
        NoFolder = "the Bot API server runs with --local, and telegram.api_dir is not set",
        Outside = "the Bot API server's file is outside of telegram.api_dir",
        Unreadable = "the Bot API server's file in telegram.api_dir can't be read",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_names_server_and_proxy_without_their_secrets() {
        let mut server = BotServer::direct("https://api.telegram.org/");
        assert_eq!(server.way(), BotWay::default());
        assert_eq!(server.way().to_string(), "Telegram");
        server.url = "https://me:secret@bots.example/api".to_owned();
        let url = "socks5h://me:secret@10.0.0.1:1080".to_owned().into();
        server.proxy = Some(Proxy::new(url, "socks5h://10.0.0.1:1080".to_owned()));
        let said =
            "the Bot API server https://bots.example/api through the proxy socks5h://10.0.0.1:1080";
        assert_eq!(server.way().to_string(), said);
        assert!(!format!("{:?}", server.proxy).contains("secret"));
    }
}
