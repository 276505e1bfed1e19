//! The key that links are derived from: those by which customers follow their tasks, and those of invites whose request
//! may come again.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::Sha256;

use crate::app::idempotency::Marks;
use crate::domain::{Error, Result};

/// The key of all links.
#[derive(Clone)]
pub struct LinkKey(Hmac<Sha256>);

impl LinkKey {
    /// # Errors
    /// [`Error::Internal`]; none in practice, since any key length is valid.
    pub fn new(key: &[u8]) -> Result<Self> {
        Hmac::new_from_slice(key).map(Self).map_err(Error::internal)
    }

    /// Returns the beginning of a message authentication code.
    pub fn mac(&self) -> Hmac<Sha256> {
        self.0.clone()
    }

    /// Returns the token of the invite that a request makes at an instant: the same one when it comes again.
    pub fn invite_token(&self, request: Marks, at: Timestamp) -> String {
        let mut mac = self.mac();
        // Links of tasks are derived from two numbers alone.
        mac.update(b"invite");
        mac.update(&request.key);
        mac.update(&request.content);
        mac.update(&at.as_millisecond().to_be_bytes());
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    }
}
