//! Check of SMS and e-mail: whether the gateway and the mail server accept the account. Nothing is sent.

use super::{Finding, Kept};
use crate::channels::{Refusal, email, sms};
use crate::config::Config;
use crate::domain::{ChannelTrouble, MailAccount, Money, SmsAccount};

const SMS: &str = "sms";
const EMAIL: &str = "email";
/// The secret may be readable by the service only.
const NO_SECRET: &str =
    "no key or password (one that only the service can read is not visible here)";

pub(super) async fn examine(config: &Config, kept: &Kept) -> Vec<Finding> {
    let both = [sms(config, kept).await, email(config, kept).await];
    both.into_iter().flatten().collect()
}

/// Checks SMS, if a gateway is chosen.
async fn sms(config: &Config, kept: &Kept) -> Option<Finding> {
    let rules = kept.settings.sms.clone()?;
    let given = config.channels.sms_key.as_ref().map(|(key, _)| key);
    let Some(key) = given.or(kept.sms_key.as_ref()) else {
        return Some(Finding::ok(SMS, NO_SECRET));
    };
    let currency = kept.settings.shop.currency;
    let account = SmsAccount {
        provider: rules.provider,
        login: rules.login,
        key: key.clone(),
        sender: rules.sender,
        currency,
    };
    let url = config.channels.sms_url.as_deref();
    let client = match sms::Client::new(account, url, sms::TIMEOUT) {
        Ok(client) => client,
        Err(error) => return Some(without_certificates(SMS, error.to_string())),
    };
    let name = rules.provider.word();
    Some(match client.balance().await {
        Ok(left) if left <= Money::ZERO => Finding::warning(
            SMS,
            format!("{name}: the account has no money left"),
            "Top it up: messages wait until then",
        ),
        Ok(left) => {
            let unit = 10_i64.pow(currency.digits());
            let left = left.minor() / unit;
            Finding::ok(SMS, format!("{name}: {left} {} left", currency.code()))
        }
        Err(refusal) => refused(SMS, name, &refusal),
    })
}

/// Checks e-mail, if there is a mail server.
async fn email(config: &Config, kept: &Kept) -> Option<Finding> {
    let server = kept.settings.email.clone()?;
    let given = config.channels.mail_password.as_ref();
    let password = given.map(|(password, _)| password);
    let password = password.or(kept.mail_password.as_ref()).cloned();
    if server.user.is_some() && password.is_none() {
        return Some(Finding::ok(EMAIL, NO_SECRET));
    }
    let host = server.host.clone();
    let account = MailAccount {
        server,
        password,
        name: String::new(),
    };
    let checked = match email::Mailer::new(&account, email::TIMEOUT) {
        Ok(mailer) => mailer.check().await,
        Err(refusal) => Err(refusal),
    };
    Some(match checked {
        Ok(()) => Finding::ok(EMAIL, format!("{host} accepts the login")),
        Err(refusal) => refused(EMAIL, &host, &refusal),
    })
}

fn without_certificates(about: &'static str, error: String) -> Finding {
    let advice = "Install the system's certificates (ca-certificates)";
    Finding::failure(about, error, advice)
}

fn refused(about: &'static str, name: &str, refusal: &Refusal) -> Finding {
    let (said, advice) = match refusal.fault.trouble {
        ChannelTrouble::Credentials => (
            "it refuses login, password or key",
            "Set them again on the page Settings, Channels",
        ),
        ChannelTrouble::Certificate => (
            "the connection isn't safe",
            "Check the server's name and the kind of encryption",
        ),
        ChannelTrouble::NoMoney => (
            "the account has no money left",
            "Top it up: messages wait until then",
        ),
        ChannelTrouble::TooMany => ("it was asked too often", "Wait a few minutes"),
        _ => (
            "it doesn't answer as expected",
            "Check this machine's network, name server and firewall. Messages wait and go out later",
        ),
    };
    let detail = &refusal.fault.detail;
    Finding::failure(about, format!("{name}: {said} ({detail})"), advice)
}
