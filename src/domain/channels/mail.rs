//! The settings of e-mail.

use secrecy::SecretString;

use crate::domain::Email;

words! {
    /// How the connection to the mail server is encrypted, spelled as in `config.toml`.
    MailSecurity {
        /// From its first byte (port 465).
        Tls = "tls",
        /// After a greeting in the clear (port 587); without encryption nothing is sent.
        StartTls = "starttls",
        /// Not at all: only for a server on this machine.
        None = "none",
    }
}

impl MailSecurity {
    /// Returns the usual port.
    pub fn port(self) -> u16 {
        match self {
            Self::Tls => 465,
            Self::StartTls => 587,
            Self::None => 25,
        }
    }
}

/// The mail server of the shop, without the password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailServer {
    /// Name or address.
    pub host: String,
    pub port: u16,
    pub security: MailSecurity,
    /// `None` for a server that asks for no login.
    pub user: Option<String>,
    /// Address of the sender, and of answers.
    pub from: Email,
}

/// An account at a mail server.
#[derive(Debug, Clone)]
pub struct MailAccount {
    pub server: MailServer,
    pub password: Option<SecretString>,
    /// Name of the sender; empty for the address alone.
    pub name: String,
}
