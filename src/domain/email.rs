//! E-mail addresses, by which employees sign in.

use email_address::{EmailAddress, Options};
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
        let canonical = canonical(text)
            .filter(|_| text.chars().all(is_fit))
            .and_then(|address| EmailAddress::parse_with_options(&address, options()).ok())
            .filter(|address| is_domain(address.domain()));
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

/// Whether a character may stand in an address without quotes (RFC 5322 §3.2.3, RFC 6531 §3.3). In quotes
/// almost anything may, spaces and markup too; nobody has such a mailbox, and whatever shows or exports an
/// address would have to think of it.
fn is_fit(c: char) -> bool {
    let is_special = matches!(
        c,
        '"' | '(' | ')' | '<' | '>' | '[' | ']' | ',' | ';' | ':' | '\\'
    );
    (c.is_ascii_graphic() && !is_special) || !c.is_ascii()
}

/// Whether a domain may be one of mail: labels of letters, digits and hyphens (RFC 5321 §2.3.5), at least two.
/// The underscore isn't one of these, and was always taken.
fn is_domain(domain: &str) -> bool {
    let is_fit = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let is_label = |label: &str| {
        let edge = label.starts_with('-') || label.ends_with('-');
        !label.is_empty() && !edge && label.chars().all(is_fit)
    };
    domain.contains('.') && domain.split('.').all(is_label)
}

/// The crate's, but for names before an address and for addresses of machines.
fn options() -> Options {
    Options::default()
        .without_display_text()
        .without_domain_literal()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_no_address_and_every_script_is() {
        for text in [
            "<b>@x.ru",
            "<a@x.ru>",
            "Anna <a@x.ru>",
            "\"<b>\"@x.ru",
            "\"a b\"@x.ru",
            "\"a\"@x.ru",
            "'<script>'@x.ru",
            "a@<b>.ru",
            "a@x.ru>",
            "a@x.ru,b@x.ru",
            "a,b@x.ru",
            "a;b@x.ru",
            "a:b@x.ru",
            "&lt;b&gt;@x.ru",
            "a(comment)@x.ru",
            "(a)@x.ru",
            "a[1]@x.ru",
            "a@[127.0.0.1]",
            "a@[IPv6:::1]",
            "a\\b@x.ru",
            "＜b＞@x.ru",
            "a\u{0}@x.ru",
            "a\t@x.ru",
            "a\r\nBcc: b@x.ru",
            "a\u{7f}@x.ru",
            "a\u{85}b@x.ru",
            "a b@x.ru",
            "a\u{a0}b@x.ru",
            "a@b@x.ru",
            "a..b@x.ru",
            ".a@x.ru",
            "a.@x.ru",
            "a@x..ru",
            "a@.x.ru",
            "a@x.ru.",
            "a@-x.ru",
            "a@x/y.ru",
            "a@x.ru/<b>",
            "a@x.ru?subject=b",
            "a@x.ru#b",
            "a@x&y.ru",
            "mailto:a@x.ru",
            "a@рф",
        ] {
            assert!(Email::parse("email", text).is_err(), "{text:?}");
        }
        for text in [
            "a@x.ru",
            "o'brien+desk@x.example",
            "first.last@mail.x.ru",
            "a_b-c@x-y.ru",
            "почта@пример.рф",
            "почта.мастера@example.com",
            "a@почта.рф",
            "a@xn--80a1acny.xn--p1ai",
            "用户@例子.中国",
        ] {
            assert_eq!(Email::parse("email", text).unwrap().as_str(), text);
        }
        // What can't be seen is taken off, as from every other text.
        assert_eq!(
            Email::parse("email", "a\u{202e}@x.ru\u{200b}")
                .unwrap()
                .as_str(),
            "a@x.ru"
        );
    }
}
