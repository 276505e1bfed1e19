//! Parsing and validation of single values: addresses, durations, secrets.

use std::fs::File;
use std::io::Read;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ipnet::IpNet;
use secrecy::SecretString;

use super::{ConfigError, Result};
use crate::domain::{Problem, PublicUrl, SettingKey};

/// Maximum size of a file with a secret, in KiB.
const SECRET: u64 = 64;
pub const SHORTEST_KEY: usize = 32;

pub fn wrong(key: &'static str, why: impl Into<String>) -> ConfigError {
    ConfigError::Key {
        key,
        why: why.into(),
        problem: None,
    }
}

/// The error of a setting that owners change in the browser, with the reason for them.
pub fn invalid(key: SettingKey, problem: Problem, why: impl Into<String>) -> ConfigError {
    ConfigError::Key {
        key: key.word(),
        why: why.into(),
        problem: Some(problem),
    }
}

pub fn address(key: &'static str, text: &str) -> Result<SocketAddr> {
    let why = "write an address and a port, for example 127.0.0.1:8000";
    text.parse().map_err(|_| wrong(key, why))
}

/// Parses networks such as 10.0.0.0/8; a single address is a network of its own.
pub fn networks(key: &'static str, texts: &[&str]) -> Result<Vec<IpNet>> {
    let read = |text: &&str| {
        let network = text
            .parse()
            .or_else(|_| text.parse::<std::net::IpAddr>().map(IpNet::from));
        network.map_err(|_| wrong(key, "write addresses or networks, for example 127.0.0.1"))
    };
    texts.iter().map(read).collect()
}

/// Parses host names such as desk.lan, without scheme, port and path.
pub fn host_names(key: &'static str, texts: &[&str]) -> Result<Vec<String>> {
    let read = |text: &&str| {
        let url = reqwest::Url::parse(&format!("http://{text}/")).ok();
        let host = url.and_then(|url| {
            let host = url.host_str()?.to_owned();
            // Anything beyond the host would make the URL longer.
            (url.as_str() == format!("http://{host}/")).then_some(host)
        });
        host.ok_or_else(|| wrong(key, "write host names without a port, for example desk.lan"))
    };
    texts.iter().map(read).collect()
}

/// Parses origins such as <https://app.example.com>, as browsers send them.
pub fn origins(key: &'static str, texts: &[&str]) -> Result<Vec<String>> {
    let read = |text: &&str| {
        let url = reqwest::Url::parse(text).ok();
        let origin = url.map(|url| url.origin().ascii_serialization());
        origin
            .filter(|origin| origin == text)
            .ok_or_else(|| wrong(key, "write origins, for example https://app.example.com"))
    };
    texts.iter().map(read).collect()
}

pub fn duration(key: &'static str, text: &str) -> Result<Duration> {
    humantime::parse_duration(text).map_err(|_| wrong(key, "write a time such as 5s, 10m or 10d"))
}

/// Returns a secret given either inline or by a file, but not by both.
pub fn secret(
    [key, file_key]: [&'static str; 2],
    value: Option<SecretString>,
    file: Option<PathBuf>,
) -> Result<Option<SecretString>> {
    match (value, file) {
        (Some(_), Some(_)) => Err(wrong(file_key, format!("set this or {key}, not both"))),
        (value, None) => Ok(value),
        (None, Some(file)) => match read_file(&file, SECRET) {
            Ok(text) => Ok(Some(SecretString::from(text.trim()))),
            Err(error) => Err(wrong(file_key, error)),
        },
    }
}

/// Reads a text file of limited size, since a wrong path may name any file.
fn read_file(file: &Path, kib: u64) -> Result<String, String> {
    let at = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
    let mut text = String::new();
    let read =
        File::open(file).and_then(|file| file.take(kib * 1024 + 1).read_to_string(&mut text));
    match read {
        Err(error) => Err(at(&error)),
        Ok(_) if text.len() as u64 > kib * 1024 => Err(at(&format!("it is longer than {kib} KiB"))),
        Ok(_) => Ok(text),
    }
}

pub fn check_url(key: &'static str, text: &str) -> Result<String> {
    let url = reqwest::Url::parse(text).ok().filter(|url| {
        matches!(url.scheme(), "http" | "https") && url.has_host() && url.query().is_none()
    });
    match url {
        Some(_) => Ok(text.trim_end_matches('/').to_owned()),
        None => Err(wrong(
            key,
            "write a whole address, for example https://desk.example.com",
        )),
    }
}

/// Parses the public URL of the server, and returns it as browsers serialise an origin
/// (<https://html.spec.whatwg.org/#ascii-serialisation-of-an-origin>): in lower case, with punycode
/// for non-ASCII names, and without a default port. `Origin` headers are compared with it and links
/// are built from it, so no other spelling may pass this function. Pages, cookies and the update
/// route require the root path; serving below a path is not supported.
pub fn public_url(key: &'static str, text: &str) -> Result<PublicUrl> {
    let wrong = |why: String| ConfigError::Key {
        key,
        why,
        problem: Some(Problem::AddressMalformed),
    };
    let url = reqwest::Url::parse(text).ok();
    let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let Some(url) = url else {
        let why = "write a whole address, for example https://desk.example.com";
        return Err(wrong(why.to_owned()));
    };
    let origin = url.origin().ascii_serialization();
    if !url.username().is_empty() || url.password().is_some() {
        let why = format!("write it without a user name and a password: {origin}");
        return Err(wrong(why));
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        let rest = url.as_str().trim_start_matches(&*origin);
        let why = format!(
            "the desk has no path: write {origin} without {rest}, and give it a name of its own where \
             another site has that one"
        );
        return Err(wrong(why));
    }
    let host = url.host_str().unwrap_or_default();
    Ok(PublicUrl::new(&origin, host, on_this_machine(&origin)))
}

/// Returns the host name or address in a URL.
pub fn host(url: &str) -> Option<String> {
    Some(reqwest::Url::parse(url).ok()?.host_str()?.to_owned())
}

/// Returns whether a URL points to the loopback interface.
pub fn on_this_machine(url: &str) -> bool {
    let host = host(url).unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}
