//! Secrets that sign deliveries.

use base64::Engine;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use secrecy::{ExposeSecret, SecretSlice, SecretString};

/// Base64 with or without its padding.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A signing secret as text, in the form of Standard Webhooks
/// (<https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>) or any other.
#[derive(Debug, Clone)]
pub struct HookSecret(SecretString);

impl HookSecret {
    /// Begins a secret whose rest is the key in Base64.
    const PREFIX: &str = "whsec_";
    /// Number of bytes of a key, by the specification.
    const BYTES: std::ops::RangeInclusive<usize> = 24..=64;

    /// Makes the secret of a random key.
    pub fn of_key(key: &[u8; 32]) -> Self {
        let text = format!("{}{}", Self::PREFIX, STANDARD.encode(key));
        Self(text.into())
    }

    /// Accepts a secret from the settings or the database.
    pub fn trusted(text: SecretString) -> Self {
        Self(text)
    }

    /// Returns whether a text with the prefix is one by the specification. Any other text is its own key.
    pub fn is_well_formed(&self) -> bool {
        match self.encoded() {
            Some(encoded) => LENIENT
                .decode(encoded)
                .is_ok_and(|key| Self::BYTES.contains(&key.len())),
            None => true,
        }
    }

    /// Returns whether it has the form of Standard Webhooks.
    pub fn is_prefixed(&self) -> bool {
        self.encoded().is_some()
    }

    fn encoded(&self) -> Option<&str> {
        self.0.expose_secret().strip_prefix(Self::PREFIX)
    }

    /// Returns the bytes of the key: the decoded ones behind the prefix, and those of the text (UTF-8) without it.
    pub fn key(&self) -> SecretSlice<u8> {
        let text = || self.0.expose_secret().as_bytes().to_vec();
        let decoded = self
            .encoded()
            .and_then(|encoded| LENIENT.decode(encoded).ok());
        SecretSlice::from(decoded.unwrap_or_else(text))
    }

    pub fn text(&self) -> &SecretString {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> HookSecret {
        HookSecret::trusted(text.into())
    }

    #[test]
    fn the_key_is_what_is_decoded_behind_the_prefix_and_the_text_without_it() {
        let made = HookSecret::of_key(&[7; 32]);
        assert!(made.text().expose_secret().starts_with("whsec_BwcH"));
        assert_eq!(made.key().expose_secret(), [7; 32]);
        let plain = "0123456789abcdef0123456789abcdef";
        assert_eq!(secret(plain).key().expose_secret(), plain.as_bytes());
        let bare = "whsec_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH";
        assert_eq!(secret(bare).key().expose_secret(), [7; 24]);
    }

    #[test]
    fn a_prefixed_secret_has_24_to_64_bytes() {
        for (bytes, is_right) in [(23, false), (24, true), (64, true), (65, false)] {
            let text = format!("whsec_{}", STANDARD.encode(vec![1; bytes]));
            assert_eq!(secret(&text).is_well_formed(), is_right, "{bytes}");
        }
        assert!(!secret("whsec_not base64!").is_well_formed());
        let unpadded = STANDARD.encode([1; 32]).replace('=', "");
        assert!(secret(&format!("whsec_{unpadded}")).is_well_formed());
        assert!(secret("anything else").is_well_formed());
    }
}
