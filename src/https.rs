//! The ciphers of HTTPS, and the client that asks other servers.

use std::sync::Arc;

use tokio_rustls::rustls::crypto::{CryptoProvider, ring};

/// The ciphers, for whoever listens or asks.
pub fn ciphers() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

/// A client with these ciphers.
pub fn client() -> reqwest::ClientBuilder {
    // The client takes those of the process, where the first ones stay; all are the same.
    ring::default_provider().install_default().ok();
    reqwest::Client::builder()
}
