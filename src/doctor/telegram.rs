//! Check of the bot's registration at Telegram.

use jiff::Timestamp;

use super::Kept;
use super::{Finding, age};
use crate::channels::telegram::{Client, webhook_url};
use crate::config::{Config, url};
use crate::domain::{BotTrouble, Incident, IncidentKind, Receiving};

const ABOUT: &str = "Telegram";

pub(super) async fn examine(config: &Config, kept: &Kept, now: Timestamp) -> Vec<Finding> {
    let url = url(&kept.settings, config.listen);
    let receiving = kept
        .settings
        .bot_mode
        .receiving(url.is_https(), url.is_local());
    let given = config.telegram.token.as_ref().map(|(token, _)| token);
    let token = given.or(kept.bot_token.as_ref());
    let (Some(token), Some((receiving, _))) = (token, receiving) else {
        let said = "no bot (a token that only the service can read is not visible here)";
        return vec![Finding::ok(ABOUT, said)];
    };
    let wanted = match receiving {
        Receiving::Polling => String::new(),
        Receiving::Webhook => webhook_url(url.as_str()),
    };
    let client = match Client::new(&config.telegram.api_url, token.secret().clone()) {
        Ok(client) => client,
        Err(error) => {
            let advice = "Install the system's certificates (ca-certificates)";
            return vec![Finding::failure(ABOUT, error.to_string(), advice)];
        }
    };
    let mut health = client.health(&wanted, now).await;
    // Polling here would take updates away from the server, so its recorded incidents are used
    // instead.
    let is_fetched = |incident: &Incident| incident.kind == IncidentKind::OtherFetcher;
    if receiving == Receiving::Polling && kept.incidents.iter().any(is_fetched) {
        health.troubles.insert(0, BotTrouble::OtherFetcher);
    }
    let mut findings = Vec::new();
    if let Some(name) = &health.name {
        findings.push(Finding::ok(ABOUT, format!("the token is @{name}'s")));
    }
    let troubles = health.troubles.iter();
    findings.extend(troubles.map(|trouble| trouble_finding(trouble, &wanted, now)));
    if health.troubles.is_empty() {
        let said = match receiving {
            Receiving::Webhook => format!("updates arrive at {wanted}"),
            Receiving::Polling => "updates are polled".to_owned(),
        };
        findings.push(Finding::ok(ABOUT, said));
    }
    findings
}

fn trouble_finding(trouble: &BotTrouble, wanted: &str, now: Timestamp) -> Finding {
    let (said, advice) = match trouble {
        BotTrouble::Unreachable { detail } => (
            format!("it can't be reached: {detail}"),
            "Check this machine's network, name server and firewall. Messages wait and go out later"
                .to_owned(),
        ),
        BotTrouble::TokenRefused => (
            "it knows no bot with this token".to_owned(),
            "Get the token from @BotFather again, and paste it on the page Settings, Bot; or write it to \
             `telegram.token_file` and restart"
                .to_owned(),
        ),
        BotTrouble::OtherFetcher => (
            "another program receives the bot's updates with this token".to_owned(),
            "Stop it; if you know of none, get a new token from @BotFather: somebody else has yours"
                .to_owned(),
        ),
        BotTrouble::WebhookElsewhere { found } if found.is_empty() => (
            format!("no update address is registered, so that nothing arrives at {wanted}"),
            "Start the server, which registers itself; if it is running, see its log for the reason"
                .to_owned(),
        ),
        BotTrouble::WebhookElsewhere { found } if wanted.is_empty() => (
            format!("updates are sent to {found}, so they can't be polled"),
            "Restart the server; if that doesn't help, another program uses this token".to_owned(),
        ),
        BotTrouble::WebhookElsewhere { found } => (
            format!("updates are sent to {found}, not to {wanted}"),
            "Check `public_url` and restart; if that doesn't help, another program uses this token"
                .to_owned(),
        ),
        BotTrouble::AddressRefused { said } => (
            format!("it refuses to deliver to {wanted}: {said}"),
            "Check that the address is right and can be reached from everywhere".to_owned(),
        ),
        BotTrouble::Certificate { said } => (
            format!("it doesn't trust the certificate of {wanted}: {said}"),
            "The proxy must send the full chain of a valid certificate for exactly that name"
                .to_owned(),
        ),
        BotTrouble::Delivery { said, at } => (
            format!("delivery failed {} ago: {said}", age(*at, now)),
            format!("Try `curl {wanted}` from another machine: the server should answer 405"),
        ),
        BotTrouble::ManyWaiting { count } => (
            format!("{count} updates are pending"),
            "Look for errors in the server's log".to_owned(),
        ),
        BotTrouble::ForeignCertificate => (
            "a self-signed certificate is registered for the bot".to_owned(),
            "Restart the server, which registers itself without one".to_owned(),
        ),
    };
    match trouble.stops_the_bot() {
        true => Finding::failure(ABOUT, said, advice),
        false => Finding::warning(ABOUT, said, advice),
    }
}
