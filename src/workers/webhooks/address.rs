//! Addresses to which owners' webhooks may lead: not to this machine or its networks, whoever asks for it. They are
//! checked when a webhook is saved, and at each connection, since a name may lead elsewhere by then.

use std::net::SocketAddr;
use std::time::Duration;

use reqwest::Url;
use tokio::net::lookup_host;

use super::Reach;
use crate::domain::Problem;
use crate::https::{is_own_literal, literal, public_of};

/// Maximum time for the look-up of a name that is saved. One that isn't known yet is accepted: it is looked up again at
/// each connection.
const LOOKUP: Duration = Duration::from_secs(3);
/// Maximum length of a URL.
const LONGEST: usize = 2_000;

/// Checks the URL of an owner's webhook.
///
/// # Errors
/// The reason for refusing it.
pub(super) async fn check(text: &str, reach: Reach, own: &str) -> Result<(), Problem> {
    if text.chars().count() > LONGEST {
        return Err(Problem::TooLong { max: LONGEST });
    }
    let url = Url::parse(text).map_err(|_| Problem::WebhookAddressMalformed)?;
    let host = url.host_str().filter(|host| !host.is_empty());
    let host = host.ok_or(Problem::WebhookAddressMalformed)?.to_owned();
    let is_open = url.username().is_empty() && url.password().is_none();
    if !matches!(url.scheme(), "http" | "https") || !is_open || url.fragment().is_some() {
        return Err(Problem::WebhookAddressMalformed);
    }
    if reach == Reach::Everywhere {
        return match url.scheme() == "https" || leads_home(&url).await {
            true => Ok(()),
            false => Err(Problem::WebhookAddressNotHttps),
        };
    }
    if host.eq_ignore_ascii_case(own) {
        return Err(Problem::WebhookAddressPrivate);
    }
    check_literal(text)?;
    if url.scheme() != "https" {
        return Err(Problem::WebhookAddressNotHttps);
    }
    match lookup(&host).await {
        Some(found) if public_of(found.iter().copied()).len() < found.len() => {
            Err(Problem::WebhookAddressPrivate)
        }
        _ => Ok(()),
    }
}

/// Checks a URL whose host is an address; names are checked when they are resolved.
///
/// # Errors
/// [`Problem::WebhookAddressPrivate`].
pub(super) fn check_literal(text: &str) -> Result<(), Problem> {
    match Url::parse(text).is_ok_and(|url| is_own_literal(&url)) {
        true => Err(Problem::WebhookAddressPrivate),
        false => Ok(()),
    }
}

/// Returns whether a URL leads to this machine or its networks alone.
async fn leads_home(url: &Url) -> bool {
    if literal(url).is_some() {
        return is_own_literal(url);
    }
    let found = lookup(url.host_str().unwrap_or_default()).await;
    found.is_some_and(|found| public_of(found.iter().copied()).is_empty())
}

/// Returns the addresses of a name; `None` when it is unknown.
async fn lookup(host: &str) -> Option<Vec<SocketAddr>> {
    let found = tokio::time::timeout(LOOKUP, lookup_host((host.trim_matches(['[', ']']), 0)));
    Some(found.await.ok()?.ok()?.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_owners_address_is_https_public_and_without_secrets_before_the_path() {
        let own = "desk.example.com";
        for (url, problem) in [
            ("https://1.1.1.1/hook?key=1", None),
            ("https://[2606:4700::1111]:8443/", None),
            ("https://a.invalid/hook", None),
            ("https://127.0.0.1/", Some(Problem::WebhookAddressPrivate)),
            ("https://2130706433/", Some(Problem::WebhookAddressPrivate)),
            ("https://0x7f.1/", Some(Problem::WebhookAddressPrivate)),
            ("https://[::1]/", Some(Problem::WebhookAddressPrivate)),
            (
                "https://[::ffff:10.0.0.1]/",
                Some(Problem::WebhookAddressPrivate),
            ),
            (
                "https://169.254.169.254/latest",
                Some(Problem::WebhookAddressPrivate),
            ),
            ("https://localhost/", Some(Problem::WebhookAddressPrivate)),
            (
                "https://LOCALHOST:8000/",
                Some(Problem::WebhookAddressPrivate),
            ),
            (
                "https://Desk.example.com/",
                Some(Problem::WebhookAddressPrivate),
            ),
            ("http://127.0.0.1/", Some(Problem::WebhookAddressPrivate)),
            ("http://1.1.1.1/", Some(Problem::WebhookAddressNotHttps)),
            ("ftp://1.1.1.1/", Some(Problem::WebhookAddressMalformed)),
            (
                "https://a:b@1.1.1.1/",
                Some(Problem::WebhookAddressMalformed),
            ),
            ("https://1.1.1.1/#a", Some(Problem::WebhookAddressMalformed)),
            ("hook", Some(Problem::WebhookAddressMalformed)),
            ("", Some(Problem::WebhookAddressMalformed)),
        ] {
            let checked = check(url, Reach::Public, own).await;
            assert_eq!(checked.err(), problem, "{url}");
        }
        for (url, problem) in [
            ("http://127.0.0.1:9/hook", None),
            ("http://localhost:9/hook", None),
            ("https://192.168.0.1/", None),
            ("http://1.1.1.1/", Some(Problem::WebhookAddressNotHttps)),
        ] {
            let checked = check(url, Reach::Everywhere, own).await;
            assert_eq!(checked.err(), problem, "{url}");
        }
    }
}
