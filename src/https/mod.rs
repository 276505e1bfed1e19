//! HTTP client for requests to other servers.
//!
//! Response bodies are read with a limit, through [`read`] or [`first_line`] only: the library's
//! `bytes()` and `text()` are unbounded, and an endless response would exhaust the memory.

mod authorities;
mod public;

use std::error::Error as _;
use std::io;
use std::sync::LazyLock;

use rustls_platform_verifier::BuilderVerifierExt;
use tokio_rustls::rustls::{ClientConfig, Error};

pub use authorities::Authorities;
pub use public::{PublicOnly, Refused, is_own_literal, literal, public_of};

use crate::domain::NetworkFailure;
use crate::tls_provider;

/// TLS of all clients. To read the system's certificates takes longer than anything else that a client begins with, so
/// they are read once.
static TLS: LazyLock<Result<ClientConfig, Error>> = LazyLock::new(|| {
    let config = ClientConfig::builder_with_provider(tls_provider::provider());
    let config = config.with_safe_default_protocol_versions()?;
    let mut config = config.with_platform_verifier()?.with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
});

/// Returns the builder of a client that checks no certificate: for this server's own address, which none names.
pub fn client_without_checks() -> reqwest::ClientBuilder {
    reqwest::Client::builder().danger_accept_invalid_certs(true)
}

/// Returns a client builder. It uses the ciphers of [`crate::tls_provider`]; its own settings of TLS have no effect. The
/// proxies of the environment (`HTTPS_PROXY` and others) have none either: which requests go by a proxy is a setting.
pub fn client() -> reqwest::ClientBuilder {
    let client = reqwest::Client::builder().no_proxy();
    match &*TLS {
        Ok(config) => client.tls_backend_preconfigured(config.clone()),
        // Without certificates: the client fails to build for the same reason.
        Err(_) => client,
    }
}

/// Returns why a request failed. The library's own text isn't used, since it may contain the URL.
pub fn reason(error: &reqwest::Error) -> NetworkFailure {
    if let Some(of_proxy) = reason_of_proxy(error) {
        return of_proxy;
    }
    match (error.is_connect(), error.is_timeout()) {
        (true, true) => NetworkFailure::ConnectTimeout,
        (true, false) if error.is_dns() => NetworkFailure::NameUnknown,
        (true, false) if causes(error).any(is_of_tls) => NetworkFailure::Tls,
        (true, false) => NetworkFailure::NoConnection,
        (false, true) => NetworkFailure::NoAnswer,
        (false, false) => NetworkFailure::Broken,
    }
}

/// Returns what a proxy failed for; `None` when none did. The library has no public types for it, only texts.
fn reason_of_proxy(error: &reqwest::Error) -> Option<NetworkFailure> {
    causes(error).find_map(|cause| {
        let text = cause.to_string();
        let tunnel = text.strip_prefix("tunnel error: ");
        let why = tunnel.or_else(|| text.strip_prefix("SOCKS error: "))?;
        Some(match why {
            "failed to create underlying connection" => NetworkFailure::ProxyUnreachable,
            "proxy authorization required"
            | "credentials not accepted"
            | "server does not support user/pass authentication"
            | "server implements authentication incorrectly" => NetworkFailure::ProxyPassword,
            _ => NetworkFailure::ProxyRefused,
        })
    })
}

fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn std::error::Error + 'static)> {
    let mut next = error.source();
    std::iter::from_fn(move || {
        let cause = next?;
        next = cause.source();
        Some(cause)
    })
}

/// Returns whether an error is of TLS. The libraries wrap it in an error of input and output, whose own source skips it.
fn is_of_tls(error: &(dyn std::error::Error + 'static)) -> bool {
    let io = error.downcast_ref::<io::Error>();
    let inner = io.and_then(io::Error::get_ref);
    let is_cut = io.is_some_and(|io| io.to_string().contains("tls handshake eof"));
    error.is::<Error>() || is_cut || inner.is_some_and(|inner| is_of_tls(inner))
}

/// Returns whether a request failed because the server's certificate isn't trusted.
pub fn is_untrusted(error: &reqwest::Error) -> bool {
    causes(error).any(is_of_trust)
}

/// The same as [`is_of_tls`], of certificates alone.
fn is_of_trust(error: &(dyn std::error::Error + 'static)) -> bool {
    let inner = error.downcast_ref().and_then(io::Error::get_ref);
    let is_own = matches!(error.downcast_ref(), Some(Error::InvalidCertificate(_)));
    is_own || inner.is_some_and(|inner| is_of_trust(inner))
}

/// Reason why a response body was not read.
#[derive(Debug)]
pub enum Unread {
    TooLong,
    Broken(reqwest::Error),
}

/// Reads a response body of at most `most` bytes. A body that announces a larger length is not read
/// at all.
///
/// # Errors
/// When the body is too long or the connection breaks off.
pub async fn read(mut answer: reqwest::Response, most: usize) -> Result<Vec<u8>, Unread> {
    if answer
        .content_length()
        .is_some_and(|length| length > most as u64)
    {
        return Err(Unread::TooLong);
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(Unread::Broken)? {
        if bytes.len() + chunk.len() > most {
            return Err(Unread::TooLong);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// Reads the first line of a response, or its first `most` bytes, without control characters;
/// `None` when it is empty.
pub async fn first_line(mut answer: reqwest::Response, most: usize) -> Option<String> {
    let mut bytes = Vec::new();
    while bytes.len() < most && !bytes.contains(&b'\n') {
        match answer.chunk().await {
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk[..chunk.len().min(most)]),
            // A partial line is better than none.
            Ok(None) | Err(_) => break,
        }
    }
    bytes.truncate(most);
    let text = String::from_utf8_lossy(&bytes);
    let line = text.lines().next().unwrap_or_default();
    let line: String = line.chars().filter(|c| !c.is_control()).collect();
    Some(line.trim().to_owned()).filter(|line| !line.is_empty())
}
