//! The ciphers of HTTPS, and the client that asks other servers.

use std::sync::Arc;

use tokio_rustls::rustls::crypto::{CryptoProvider, ring};

/// The ciphers, for whoever listens or asks.
pub fn ciphers() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

/// A client with these ciphers.
pub fn client() -> reqwest::ClientBuilder {
    if CryptoProvider::get_default().is_none() {
        // The client takes those of the process. When two come here at once, both bring the same.
        drop(ring::default_provider().install_default());
    }
    reqwest::Client::builder()
}
