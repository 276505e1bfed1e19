//! What is wrong between the bot and Telegram, with advice.

use jiff::Timestamp;

use super::{Finding, age};
use crate::domain::{BotTrouble, BotWay, NetworkFailure};

pub(super) const ABOUT: &str = "Telegram";

pub(super) fn trouble_finding(
    trouble: &BotTrouble,
    way: &BotWay,
    wanted: &str,
    now: Timestamp,
) -> Finding {
    let (said, advice) = match trouble {
        BotTrouble::Unreachable { detail } => (
            format!("{way} can't be reached: {detail}"),
            unreachable(detail, way).to_owned(),
        ),
        BotTrouble::Proxy { detail } => (
            format!("{way} can't be reached: {detail}"),
            proxy(detail).to_owned(),
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
        BotTrouble::CutOff { said, at, waiting } => (
            format!(
                "its servers can't reach {wanted}: {said} ({} ago, {waiting} updates pending)",
                age(*at, now)
            ),
            polling(way),
        ),
        BotTrouble::Delivery { said, at } => (
            format!("delivery failed {} ago: {said}", age(*at, now)),
            format!("Try `curl {wanted}` from another machine: the server should answer 405"),
        ),
        BotTrouble::ManyWaiting { count } => (
            format!("{count} updates are pending"),
            match wanted.is_empty() {
                true => "Look for errors in the server's log".to_owned(),
                false => format!("Look for errors in the server's log. {}", polling(way)),
            },
        ),
        BotTrouble::ForeignCertificate => (
            "a self-signed certificate is registered for the bot".to_owned(),
            "Restart the server, which registers itself without one".to_owned(),
        ),
        BotTrouble::Files { why } => (
            format!("customers' files don't arrive: {}", why.word()),
            "Name the working folder (--dir) of the Bot API server in `telegram.api_dir`".to_owned(),
        ),
    };
    match trouble.stops_the_bot() {
        true => Finding::failure(ABOUT, said, advice),
        false => Finding::warning(ABOUT, said, advice),
    }
}

fn unreachable(detail: &str, way: &BotWay) -> &'static str {
    let why = NetworkFailure::from_word(detail);
    match (&way.server, why) {
        (Some(_), Some(_)) => {
            "Check that the Bot API server runs, and that `telegram.api_url` leads to it. Messages wait and go out later"
        }
        (None, Some(why)) if why.is_silence() => {
            "Check this machine's network, name server and firewall. Where the provider blocks Telegram, set `telegram.proxy`, \
             or `telegram.api_url` to a Bot API server of your own. Messages wait and go out later"
        }
        (None, Some(_)) => {
            "Something else answers in Telegram's place, such as a page of the provider: set `telegram.proxy`. Messages wait \
             and go out later"
        }
        (_, None) => "It answers with an error of its own. Messages wait and go out later",
    }
}

fn proxy(detail: &str) -> &'static str {
    match NetworkFailure::from_word(detail) {
        Some(NetworkFailure::ProxyPassword) => {
            "Correct the user name and the password in `telegram.proxy`, and restart. Messages wait and go out later"
        }
        Some(NetworkFailure::ProxyRefused) => {
            "Let the proxy connect to Telegram, or set another `telegram.proxy` and restart. Messages wait and go out later"
        }
        _ => {
            "Check that the proxy runs, that its address in `telegram.proxy` is right, and that it reaches Telegram itself. \
             Messages wait and go out later"
        }
    }
}

/// Advises to fetch updates where Telegram can't deliver them.
fn polling(way: &BotWay) -> String {
    let through = match way.proxy {
        Some(_) => "through the proxy",
        None => "by the way that it sends by",
    };
    format!(
        "If the address can be reached from elsewhere, Telegram is kept from it: set `telegram.mode = \"polling\"`, or choose it \
         on the page Settings, Bot, so that the server fetches updates {through}"
    )
}
