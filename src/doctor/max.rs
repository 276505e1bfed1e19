//! Check of the bot at MAX.

use std::path::Path;

use secrecy::ExposeSecret;

use super::{Finding, Kept};
use crate::channels::Failure;
use crate::channels::max::{Client, Subscription, webhook_url};
use crate::config::{Config, url};
use crate::domain::{MaxToken, Receiving};
use crate::https::Authorities;

const ABOUT: &str = "MAX";
/// Where the owner gets what the program has no copy of.
const AUTHORITY: &str = "Download the Russian Trusted Root CA in PEM from https://www.gosuslugi.ru/crt, compare its \
                         fingerprint with the one on that page, and name the file in `max.ca_file`";

/// Checks the bot; no findings without one.
pub(super) async fn examine(config: &Config, kept: &Kept) -> Vec<Finding> {
    let url = url(&kept.settings, config.listen);
    let mode = kept.settings.max_mode;
    let receiving = mode.receiving(url.is_https_at_443(), url.is_local());
    let given = config.max.token.as_ref().map(|(token, _)| token);
    let token = given.or(kept.max_token.as_ref());
    let (Some((receiving, _)), Some(token)) = (receiving, token) else {
        return Vec::new();
    };
    let file = kept.settings.max_ca_file.as_deref();
    let client = match client(&config.max.api_url, file, token) {
        Ok(client) => client,
        Err(finding) => return vec![finding],
    };
    let name = match client.me().await {
        Ok(me) => me.username,
        Err(failure) => return vec![unusable(&failure, file)],
    };
    let mut findings = vec![Finding::ok(ABOUT, format!("the token is {name}'s"))];
    findings.push(match client.subscriptions().await {
        Ok(all) => {
            // Another program's address may contain the token.
            let clean = |one: Subscription| Subscription {
                url: one.url.replace(token.secret().expose_secret(), "***"),
                ..one
            };
            let all: Vec<_> = all.into_iter().map(clean).collect();
            delivery(&all, receiving, &webhook_url(url.as_str()))
        }
        Err(failure) => unusable(&failure, file),
    });
    findings
}

/// Creates the client; the finding says why there is none.
fn client(api_url: &str, file: Option<&Path>, token: &MaxToken) -> Result<Client, Finding> {
    let authorities = file.map(|file| {
        Authorities::read(file).map_err(|why| {
            let said = format!("max.ca_file: {}: {why}", file.display());
            Finding::failure(ABOUT, said, AUTHORITY)
        })
    });
    let authorities = authorities.transpose()?;
    Client::new(api_url, token.secret().clone(), authorities.as_ref()).map_err(|error| {
        let advice = "Install the system's certificates (ca-certificates), and check `max.ca_file`";
        Finding::failure(ABOUT, error.to_string(), advice)
    })
}

fn unusable(failure: &Failure, file: Option<&Path>) -> Finding {
    if Client::is_token_refused(failure) {
        let advice = "Get the token again on the page of the bot at https://business.max.ru, and paste it into the \
                      settings of the bot; one in `max.token_file` is written there, and the server restarted";
        return Finding::failure(ABOUT, "it knows no bot with this token", advice);
    }
    if Client::is_forbidden(failure) {
        let advice = "Look at the page of the bot at https://business.max.ru: whether it has passed the moderation, and \
                      whether it is stopped. Messages wait and go out later";
        let said = format!("it doesn't let the bot work: {}", failure.detail());
        return Finding::failure(ABOUT, said, advice);
    }
    if Client::is_untrusted(failure) {
        let said = match file {
            Some(file) => format!(
                "its certificate isn't of an authority in {}",
                file.display()
            ),
            None => "no authority of this system has issued its certificate".to_owned(),
        };
        return Finding::failure(ABOUT, said, AUTHORITY);
    }
    let advice =
        "Check this machine's network, name server and firewall. Messages wait and go out later";
    Finding::failure(
        ABOUT,
        format!("it can't be used: {}", failure.detail()),
        advice,
    )
}

/// Compares the registered addresses with the way in which updates should arrive.
fn delivery(all: &[Subscription], receiving: Receiving, wanted: &str) -> Finding {
    let own = all.iter().find(|one| one.url == wanted);
    let other = all.iter().find(|one| one.url != wanted);
    match (receiving, own, other) {
        (Receiving::Polling, None, None) => Finding::ok(ABOUT, "updates are polled"),
        (Receiving::Polling, ..) => Finding::failure(
            ABOUT,
            "updates are sent to an address, so they can't be polled",
            "Restart the server; if that doesn't help, another program uses this token",
        ),
        (Receiving::Webhook, None, _) => Finding::failure(
            ABOUT,
            format!("no update address is registered, so that nothing arrives at {wanted}"),
            "Start the server, which registers itself; if it is running, see its log for the reason",
        ),
        (Receiving::Webhook, Some(_), Some(other)) => Finding::warning(
            ABOUT,
            format!("updates are sent to {} as well", other.url),
            "If that isn't yours, get a new token: somebody else has it",
        ),
        (Receiving::Webhook, Some(own), None) if !own.is_whole() => Finding::warning(
            ABOUT,
            format!("only some kinds of updates arrive at {wanted}"),
            "Restart the server, which registers itself for all it needs",
        ),
        (Receiving::Webhook, Some(_), None) => {
            Finding::ok(ABOUT, format!("updates arrive at {wanted}"))
        }
    }
}
