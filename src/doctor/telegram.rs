//! Check of the bot: the way to Telegram, the token, and the registration there.

use jiff::Timestamp;

use super::Finding;
use super::Kept;
use super::telegram_advice::{ABOUT, trouble_finding};
use crate::channels::telegram::{Client, webhook_url};
use crate::config::{Config, url};
use crate::domain::{
    BotHealth, BotServer, BotToken, BotTrouble, Incident, IncidentKind, Receiving,
};

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
    let server = &config.telegram.server;
    let mut health = match health(server.clone(), token, &wanted, now).await {
        Ok(health) => health,
        Err(error) => {
            let advice = "Install the system's certificates (ca-certificates)";
            return vec![Finding::failure(ABOUT, error.to_string(), advice)];
        }
    };
    // Polling here would take updates away from the server, so its recorded incidents are used
    // instead.
    let is_fetched = |incident: &Incident| incident.kind == IncidentKind::OtherFetcher;
    if receiving == Receiving::Polling && kept.incidents.iter().any(is_fetched) {
        health.troubles.insert(0, BotTrouble::OtherFetcher);
    }
    let mut findings = Vec::new();
    let way = server.way();
    if let Some(name) = &health.name {
        let said = format!("the token is @{name}'s; {way} answers");
        findings.push(Finding::ok(ABOUT, said));
    }
    findings.extend(folder(server));
    if health.name.is_none() {
        findings.extend(other_way(config, token, now).await);
    }
    let troubles = health.troubles.iter();
    findings.extend(troubles.map(|trouble| trouble_finding(trouble, &way, &wanted, now)));
    if health.troubles.is_empty() {
        let said = match receiving {
            Receiving::Webhook => format!("updates arrive at {wanted}"),
            Receiving::Polling => "updates are polled".to_owned(),
        };
        findings.push(Finding::ok(ABOUT, said));
    }
    findings
}

async fn health(
    server: BotServer,
    token: &BotToken,
    wanted: &str,
    now: Timestamp,
) -> Result<BotHealth, reqwest::Error> {
    let client = Client::of(server, token.secret().clone())?;
    Ok(client.health(wanted, now).await)
}

/// Says whether the server is reached without the proxy, or which proxy isn't used, when it isn't reached as set.
async fn other_way(config: &Config, token: &BotToken, now: Timestamp) -> Option<Finding> {
    let server = &config.telegram.server;
    if let Some(variable) = config.telegram.unused_proxy {
        let said = format!("the proxy of the environment ({variable}) is not used");
        let advice = "Write it to `telegram.proxy` if Telegram is to be reached by it";
        return Some(Finding::warning(ABOUT, said, advice));
    }
    server.proxy.as_ref()?;
    let direct = BotServer::direct(&server.url);
    let way = direct.way();
    let health = health(direct, token, "", now).await.ok()?;
    let is_reached = |trouble: &BotTrouble| *trouble == BotTrouble::TokenRefused;
    let is_reached = health.name.is_some() || health.troubles.iter().any(is_reached);
    Some(match is_reached {
        true => {
            let said = format!("{way} answers without the proxy");
            Finding::warning(ABOUT, said, "Remove `telegram.proxy`, or correct it")
        }
        false => {
            let said = format!("{way} can't be reached without the proxy either");
            Finding::warning(
                ABOUT,
                said,
                "Check this machine's network, or use another proxy",
            )
        }
    })
}

/// Checks the folder of a Bot API server on this machine.
fn folder(server: &BotServer) -> Option<Finding> {
    let folder = server.folder.as_ref()?;
    let shown = folder.display();
    Some(match std::fs::read_dir(folder) {
        Ok(_) => Finding::ok(ABOUT, format!("files are read from {shown}")),
        Err(error) => Finding::failure(
            ABOUT,
            format!("telegram.api_dir: {shown}: {error}"),
            "Name the working folder (--dir) of the Bot API server, and let the service's user read it",
        ),
    })
}
