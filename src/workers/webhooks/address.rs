//! Addresses to which owners' webhooks may lead: not to this machine or its networks, whoever asks for it. They are
//! checked when a webhook is saved, and at each connection, since a name may lead elsewhere by then.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::net::lookup_host;

use super::Reach;
use crate::domain::{HookFailure, Problem, is_public};

/// Maximum time for the look-up of a name that is saved. One that isn't known yet is accepted: it is looked up again at
/// each connection.
const LOOKUP: Duration = Duration::from_secs(3);
/// Maximum length of a URL.
const LONGEST: usize = 2_000;

/// The error of a connection to an address of the server's own network.
#[derive(Debug, thiserror::Error)]
#[error("{}", HookFailure::Private.word())]
pub(super) struct Refused;

/// A resolver that leaves out addresses which aren't public.
pub(super) struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = lookup_host((name.as_str(), 0)).await?;
            let public = public_of(found);
            match public.is_empty() {
                true => Err(Refused.into()),
                false => Ok(Box::new(public.into_iter()) as Addrs),
            }
        })
    }
}

fn public_of(found: impl Iterator<Item = SocketAddr>) -> Vec<SocketAddr> {
    let own = own_addresses();
    found.filter(|to| is_allowed(to.ip(), &own)).collect()
}

fn is_allowed(address: IpAddr, own: &[IpAddr]) -> bool {
    is_public(address) && !own.contains(&address.to_canonical())
}

/// Returns the addresses of this machine's interfaces, which may be public too.
fn own_addresses() -> Vec<IpAddr> {
    let interfaces = if_addrs::get_if_addrs().inspect_err(|error| {
        let error = error as &dyn std::error::Error;
        tracing::warn!(error, "failed to read the addresses of this machine");
    });
    let interfaces = interfaces.unwrap_or_default().into_iter();
    interfaces.map(|interface| interface.ip()).collect()
}

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
    match literal(text) {
        Some(address) if !is_allowed(address, &own_addresses()) => {
            Err(Problem::WebhookAddressPrivate)
        }
        _ => Ok(()),
    }
}

fn literal(text: &str) -> Option<IpAddr> {
    let url = Url::parse(text).ok()?;
    let host = url.host_str()?.trim_matches(['[', ']']);
    host.parse().ok()
}

/// Returns whether a URL leads to this machine or its networks alone.
async fn leads_home(url: &Url) -> bool {
    if let Some(address) = literal(url.as_str()) {
        return !is_allowed(address, &own_addresses());
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
    async fn a_name_that_leads_to_this_machine_resolves_to_nothing() {
        let name = "localhost".parse().unwrap();
        let refused = PublicOnly.resolve(name).await;
        assert!(refused.err().unwrap().is::<Refused>());
    }

    #[test]
    fn the_interfaces_of_this_machine_are_its_own_whatever_their_addresses() {
        let own: IpAddr = "1.1.1.1".parse().unwrap();
        assert!(is_allowed(own, &[]));
        assert!(!is_allowed(own, &[own]));
        assert!(!is_allowed("::ffff:1.1.1.1".parse().unwrap(), &[own]));
        let loopback: IpAddr = "127.0.0.1".parse().unwrap();
        assert!(own_addresses().contains(&loopback));
    }

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
