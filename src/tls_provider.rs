//! The process-wide provider of cryptography: aws-lc-rs.

use std::sync::Arc;

use tokio_rustls::rustls::crypto::{CryptoProvider, aws_lc_rs};

/// Installs aws-lc-rs as the provider of the process. Called once, by `main`.
pub fn install() {
    // It fails only if a provider is installed already, and the program installs no other.
    aws_lc_rs::default_provider().install_default().ok();
}

/// Returns the provider, for listeners and clients that name theirs.
pub fn provider() -> Arc<CryptoProvider> {
    let installed = CryptoProvider::get_default().cloned();
    installed.unwrap_or_else(|| Arc::new(aws_lc_rs::default_provider()))
}
