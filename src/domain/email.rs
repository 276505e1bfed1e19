//! E-mail addresses, which are the login names of employees.

use email_address::{EmailAddress, Options};
use idna::uts46::{AsciiDenyList, Hyphens, Uts46};

use super::letters::plain;
use super::{Problem, Result};

/// An e-mail address as typed, in any script. Two spellings of one mailbox have the same
/// [`Email::key`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    /// RFC 5321 §4.5.3.1.3 allows a path of 256 octets including its angle brackets, also in UTF-8
    /// (RFC 6531 §3.4).
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

    /// Returns the local part as typed, and the domain in ASCII, as mail servers want it.
    pub fn parts(&self) -> (String, String) {
        let (local, domain) = self.0.rsplit_once('@').unwrap_or((&self.0, ""));
        let ascii = idna::domain_to_ascii(domain).unwrap_or_else(|_| domain.to_owned());
        (local.to_owned(), ascii)
    }

    /// Returns the uniqueness key: the address without regard to case, Unicode composition and the
    /// spelling of its domain (`почта.рф`, `xn--80a1acny.xn--p1ai`).
    pub fn key(&self) -> String {
        canonical(&self.0).unwrap_or_else(|| self.0.to_lowercase())
    }
}

/// Returns whether a character is allowed in an unquoted address (RFC 5322 §3.2.3, RFC 6531 §3.3).
/// Quoted addresses may contain almost anything, including spaces and markup; they don't occur in
/// practice, and every output would have to escape them.
fn is_fit(c: char) -> bool {
    let is_special = matches!(
        c,
        '"' | '(' | ')' | '<' | '>' | '[' | ']' | ',' | ';' | ':' | '\\'
    );
    (c.is_ascii_graphic() && !is_special) || !c.is_ascii()
}

/// Returns whether a domain can receive mail: at least two labels of letters, digits and hyphens
/// (RFC 5321 §2.3.5). Underscores are accepted for compatibility with existing accounts.
fn is_domain(domain: &str) -> bool {
    let is_fit = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let is_label = |label: &str| {
        let edge = label.starts_with('-') || label.ends_with('-');
        !label.is_empty() && !edge && label.chars().all(is_fit)
    };
    domain.contains('.') && domain.split('.').all(is_label)
}

/// Returns the parser's default options, but without display names and without IP-address literals.
fn options() -> Options {
    Options::default()
        .without_display_text()
        .without_domain_literal()
}

/// Returns the form used for comparison; `None` when it contains characters that are invalid in an
/// address.
///
/// Unicode's rules for domains (UTS #46) fold case, width and composition, and reject invisible
/// characters. The local part has no such rules, since each mail server may interpret it as it
/// likes; the same ones are applied to it, because users expect that.
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
    // ASCII domains are not validated further, for compatibility with existing accounts.
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
        // Invisible characters are removed, as from every other text.
        assert_eq!(
            Email::parse("email", "a\u{202e}@x.ru\u{200b}")
                .unwrap()
                .as_str(),
            "a@x.ru"
        );
    }
}
