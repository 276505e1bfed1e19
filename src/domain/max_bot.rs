//! The bot at MAX: its token, and the health of the connection.

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};

use super::{BotState, Problem, Result};

/// Maximum length of a token, in bytes.
const LONGEST: usize = 500;

/// A bot's token at MAX, which tells nothing of the bot.
#[derive(Debug, Clone)]
pub struct MaxToken(SecretString);

impl MaxToken {
    /// The token's name in `config.toml`.
    pub const KEY: &'static str = "max.token";

    /// Parses a pasted token.
    ///
    /// # Errors
    /// [`Problem::Required`] and [`Problem::MaxTokenMalformed`] at `field`.
    pub fn parse(field: &'static str, text: &str) -> Result<Self> {
        let text = text.trim();
        // It is the value of a header.
        let fits = text.len() <= LONGEST && text.bytes().all(|c| c.is_ascii_graphic());
        match (text.is_empty(), fits) {
            (true, _) => Err(Problem::Required.at(field).into()),
            (false, false) => Err(Problem::MaxTokenMalformed.at(field).into()),
            (false, true) => Ok(Self(text.into())),
        }
    }

    /// Takes a token from the database, which MAX is left to judge.
    pub fn trusted(secret: SecretString) -> Self {
        Self(secret)
    }

    pub fn secret(&self) -> &SecretString {
        &self.0
    }
}

impl PartialEq for MaxToken {
    fn eq(&self, other: &Self) -> bool {
        self.0.expose_secret() == other.0.expose_secret()
    }
}

impl Eq for MaxToken {}

/// Known state of the bot at MAX.
pub type MaxState = BotState<MaxHealth>;

/// Result of a check against MAX.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MaxHealth {
    pub seen: Timestamp,
    /// Name of the bot in links; `None` when MAX hasn't returned it yet.
    pub username: Option<String>,
    pub trouble: Option<MaxTrouble>,
}

/// Why the bot at MAX doesn't work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MaxTrouble {
    /// The file with the certificate authorities can't be used, with the reason.
    Authorities { why: String },
    /// MAX's certificate is of no authority that is trusted for it.
    Untrusted,
    /// MAX rejects the token.
    TokenRefused,
    /// MAX doesn't let the bot work, as before its moderation, with the reason.
    Forbidden { detail: String },
    /// MAX can't be reached, or refuses the registration, with the reason.
    Unreachable { detail: String },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_one_word_of_ascii() {
        let token = MaxToken::parse("token", " f9LHodD0cOI-of_a_bot\n").unwrap();
        assert_eq!(token.secret().expose_secret(), "f9LHodD0cOI-of_a_bot");
        assert!(!format!("{token:?}").contains("f9LH"));
        for text in ["", " ", "Bearer abc", "токен", &"a".repeat(501)] {
            assert!(MaxToken::parse("token", text).is_err(), "{text}");
        }
    }
}
