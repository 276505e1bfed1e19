//! The public half of a recovery key.

use std::fmt;

use bech32::primitives::decode::CheckedHrpstring;
use bech32::{Bech32, Hrp};
use sha2::{Digest, Sha256};

use super::super::{Problem, Result};

/// Beginning of such a key, as age writes it.
const PREFIX: &str = "age";
const BYTES: usize = 32;
/// Digits of a fingerprint.
const DIGITS: usize = 16;

/// The key for which copies are encrypted. Only the other half, which the owner has on paper, opens them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient(String);

impl Recipient {
    pub fn parse(field: &'static str, text: &str) -> Result<Self> {
        let text = text.trim().to_lowercase();
        let is_one = CheckedHrpstring::new::<Bech32>(&text).is_ok_and(|read| {
            Hrp::parse(PREFIX).is_ok_and(|prefix| read.hrp() == prefix)
                && read.byte_iter().count() == BYTES
        });
        match is_one {
            true => Ok(Self(text)),
            false => Err(Problem::RecoveryKeyMalformed.at(field).into()),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns what tells one key from another, on the recovery sheet and beside each copy.
    pub fn fingerprint(&self) -> String {
        let digest = Sha256::digest(self.0.as_bytes());
        let digits = digest.iter().map(|byte| format!("{byte:02x}"));
        digits.collect::<String>()[..DIGITS].to_owned()
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_with_a_typing_error_and_the_secret_half_are_refused() {
        let good = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj";
        assert_eq!(Recipient::parse("key", good).unwrap().as_str(), good);
        for wrong in [
            "",
            "age1",
            "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwk",
            "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX",
        ] {
            assert!(Recipient::parse("key", wrong).is_err(), "{wrong}");
        }
    }
}
