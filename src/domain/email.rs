//! E-mail addresses, by which employees sign in.

use std::str::FromStr;

use idna::uts46::{AsciiDenyList, Hyphens, Uts46};

use super::letters::plain;
use super::{Problem, Result};

/// An address as it was typed, in any script. Two that lead to the same mailbox are one: see [`Email::key`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    /// RFC 5321 §4.5.3.1.3 allows a path of 256 octets with its angle brackets, also in UTF-8 (RFC 6531 §3.4).
    const MAX: usize = 254;

    pub fn parse(field: &'static str, text: &str) -> Result<Self> {
        let text = plain(text);
        let text = text.trim();
        if text.is_empty() {
            return Err(Problem::Required.at(field).into());
        }
        if text.len() > Self::MAX {
            return Err(Problem::TooLong { max: Self::MAX }.at(field).into());
        }
        let is_graphic = |c: char| c.is_ascii_graphic() || !c.is_ascii();
        let canonical = canonical(text)
            .filter(|_| text.chars().all(is_graphic))
            .and_then(|address| email_address::EmailAddress::from_str(&address).ok())
            .filter(|address| address.domain().contains('.'));
        match canonical {
            Some(_) => Ok(Self(text.to_owned())),
            None => Err(Problem::EmailMalformed.at(field).into()),
        }
    }

    pub fn from_row(text: String) -> Self {
        Self(text)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What makes an address unique: it without regard to case, to how its letters are composed, and to whether its
    /// domain is written in its own script or for the DNS (`почта.рф`, `xn--80a1acny.xn--p1ai`).
    pub fn key(&self) -> String {
        canonical(&self.0).unwrap_or_else(|| self.0.to_lowercase())
    }
}

/// The form in which addresses are compared; `None` for what has characters that no address has.
///
/// Unicode's rules for domains (UTS #46) fold case, width and composition, and refuse what can't be seen. Nobody has
/// such rules for what stands before the @, which each mail server may read as it likes: people take the same ones for
/// granted.
fn canonical(address: &str) -> Option<String> {
    let (local, domain) = address.rsplit_once('@')?;
    let local = match local.is_ascii() {
        true => local.to_ascii_lowercase(),
        false => {
            let (local, valid) =
                Uts46::new().to_unicode(local.as_bytes(), AsciiDenyList::EMPTY, Hyphens::Allow);
            valid.ok()?;
            local.into_owned()
        }
    };
    // What has always been taken stays as it is.
    let domain = match domain.is_ascii() {
        true => domain.to_ascii_lowercase(),
        false => idna::domain_to_ascii_strict(domain).ok()?,
    };
    Some(format!("{local}@{domain}"))
}
