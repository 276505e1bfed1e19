//! The one provider of ciphers in the process: aws-lc-rs.

use std::sync::Arc;

use tokio_rustls::rustls::crypto::{CryptoProvider, aws_lc_rs};

/// Makes aws-lc-rs the provider of the process. Called once, by `main`.
pub fn install() {
    // It fails only where one is installed already, and there is no other in the program.
    aws_lc_rs::default_provider().install_default().ok();
}

/// Returns the provider, for listeners and clients that name theirs.
pub fn provider() -> Arc<CryptoProvider> {
    let installed = CryptoProvider::get_default().cloned();
    installed.unwrap_or_else(|| Arc::new(aws_lc_rs::default_provider()))
}
