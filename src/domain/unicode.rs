//! One form for texts that look the same.

use std::borrow::Cow;

use icu_normalizer::ComposingNormalizerBorrowed;

/// A text in Unicode's form NFC, in which a letter and its accents are one character where there is such a one.
/// Keyboards and systems differ in what they send.
pub fn nfc(text: &str) -> Cow<'_, str> {
    ComposingNormalizerBorrowed::new_nfc().normalize(text)
}
