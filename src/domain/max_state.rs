//! Health of the connection with MAX.

use jiff::Timestamp;

/// Known state of the bot at MAX.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MaxState {
    /// No bot is configured.
    Off,
    /// Not checked yet.
    Unknown,
    Seen {
        at: Timestamp,
        /// Name of the bot in links.
        username: String,
    },
    Failing(MaxTrouble),
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
    /// MAX can't be reached, or refuses the registration, with the reason.
    Unreachable { detail: String },
}
