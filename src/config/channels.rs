//! Settings of SMS and e-mail.

use secrecy::{ExposeSecret, SecretString};

use super::Result;
use super::raw::{Raw, RawEmail, RawSms, Sources};
use super::shop::problem;
use super::values::{check_url, invalid, on_this_machine, secret, wrong};
use crate::domain::{
    Channel, Currency, Email, MailSecurity, MailServer, Money, Origin, Problem, QuietHours,
    Routing, SettingKey as Key, SmsProvider, SmsPurpose, SmsRules, SmsSender,
};

/// Word that stands for no gateway, and for no quiet hours.
const OFF: &str = "off";
/// Maximum number of messages in a day.
const MOST: u32 = 100_000;

/// What the file and the environment set of SMS and e-mail beyond what owners change in the browser.
#[derive(Debug)]
pub struct Channels {
    /// The key of the gateway, and where it is set; `None` leaves it to the owners.
    pub sms_key: Option<(SecretString, Origin)>,
    /// Address in place of the gateway's usual one.
    pub sms_url: Option<String>,
    /// The password of the mail server, as above.
    pub mail_password: Option<(SecretString, Origin)>,
}

impl Channels {
    pub(super) fn check(sms: RawSms, email: RawEmail, sources: &Sources) -> Result<Self> {
        let given = |keys: [&'static str; 2], value, file| {
            let secret = secret(keys, value, file)?;
            let secret = secret.filter(|secret| !secret.expose_secret().is_empty());
            let origin = keys.iter().find_map(|key| sources.origin_of(key));
            Ok(secret.zip(origin))
        };
        // Whoever could choose another server would be sent the secret.
        let is_off = matches!(sms.provider.trim(), "" | OFF);
        if is_off && (sms.key.is_some() || sms.key_file.is_some()) {
            return Err(wrong("sms.provider", "set it beside sms.key"));
        }
        let has_host = email.host.as_ref().is_some_and(|host| !host.is_empty());
        if !has_host && (email.password.is_some() || email.password_file.is_some()) {
            return Err(wrong("email.host", "set it beside email.password"));
        }
        let key = "sms.api_url";
        let url = sms.api_url.map(|url| check_url(key, &url)).transpose()?;
        if let Some(url) = &url
            && !url.starts_with("https://")
            && !on_this_machine(url)
        {
            let why = "use https; plain http is for this machine only";
            return Err(wrong(key, why));
        }
        Ok(Self {
            sms_key: given(["sms.key", "sms.key_file"], sms.key, sms.key_file)?,
            sms_url: url,
            mail_password: given(
                ["email.password", "email.password_file"],
                email.password,
                email.password_file,
            )?,
        })
    }
}

impl Raw {
    /// Returns the order of the channels, and what goes by SMS.
    pub(super) fn routing(&self, sms: Option<&SmsRules>) -> Result<Routing> {
        let wrong = || {
            let why = "write telegram, max, sms and email, each once, or some of them";
            invalid(Key::ChannelsOrder, Problem::ChoiceUnknown, why)
        };
        let mut channels = Vec::new();
        for word in self.channels.order.texts() {
            let known = Channel::from_word(&word.to_uppercase());
            let known = known.filter(|channel| Routing::ALL.contains(channel));
            let channel = known.filter(|channel| !channels.contains(channel));
            channels.push(channel.ok_or_else(wrong)?);
        }
        Ok(Routing {
            channels,
            sms: sms.cloned(),
            quiet_until: None,
        })
    }
}

impl RawSms {
    /// Returns how SMS are sent; `None` when they aren't.
    pub(super) fn check(&self, currency: Currency) -> Result<Option<SmsRules>> {
        let provider = self.provider.trim();
        if provider.is_empty() || provider == OFF {
            return Ok(None);
        }
        let provider = SmsProvider::from_word(provider).ok_or_else(|| {
            let why = "write off, sms.ru, smsc or smsaero";
            invalid(Key::SmsProvider, Problem::ChoiceUnknown, why)
        })?;
        let text = |text: &Option<String>| text.as_deref().unwrap_or_default().trim().to_owned();
        let (login, sender) = (text(&self.login), text(&self.sender));
        let missing = |key| {
            let why = "this gateway needs it";
            invalid(key, Problem::ChannelIncomplete, why)
        };
        if provider.needs_login() && login.is_empty() {
            return Err(missing(Key::SmsLogin));
        }
        let sender = match sender.is_empty() {
            true if provider.needs_sender() => return Err(missing(Key::SmsSender)),
            true => None,
            false => Some(
                SmsSender::parse(Key::SmsSender.word(), &sender).map_err(|error| {
                    let why = "write an approved name of at most 11 Latin characters, or a number";
                    invalid(Key::SmsSender, problem(error), why)
                })?,
            ),
        };
        let purposes = self.purposes.texts().into_iter().map(|word| {
            SmsPurpose::from_word(word).ok_or_else(|| {
                let why = "write ready, quote and reminder, or some of them";
                invalid(Key::SmsPurposes, Problem::ChoiceUnknown, why)
            })
        });
        let most = self.daily_messages.trim().parse().ok();
        let most = most.filter(|most| (1..=MOST).contains(most));
        let money = text(&self.daily_money);
        let money = (!money.is_empty()).then(|| {
            Money::parse(Key::SmsDailyMoney.word(), &money, currency).map_err(|error| {
                let why = "write a sum of the shop's currency, for example 300";
                invalid(Key::SmsDailyMoney, problem(error), why)
            })
        });
        Ok(Some(SmsRules {
            provider,
            login,
            sender,
            purposes: purposes.collect::<Result<_>>()?,
            daily_messages: most.ok_or_else(|| {
                let why = format!("write a number from 1 to {MOST}");
                invalid(Key::SmsDailyMessages, Problem::CountMalformed, why)
            })?,
            daily_money: money.transpose()?,
            quiet: match self.quiet.trim() {
                "" | OFF => None,
                hours => Some(QuietHours::parse(hours).ok_or_else(|| {
                    let why = "write two hours such as 21-9, or off";
                    invalid(Key::SmsQuiet, Problem::QuietHoursMalformed, why)
                })?),
            },
        }))
    }
}

impl RawEmail {
    /// Returns the mail server; `None` without one.
    pub(super) fn check(&self) -> Result<Option<MailServer>> {
        let text = |text: &Option<String>| text.as_deref().unwrap_or_default().trim().to_owned();
        let host = text(&self.host);
        if host.is_empty() {
            return Ok(None);
        }
        let url = format!("http://{host}/");
        let is_host = reqwest::Url::parse(&url)
            .is_ok_and(|parsed| parsed.as_str() == url && parsed.port().is_none());
        if !is_host {
            let why = "write a host name without a port, for example smtp.example.com";
            return Err(invalid(Key::EmailHost, Problem::HostMalformed, why));
        }
        let security = MailSecurity::from_word(self.security.trim()).ok_or_else(|| {
            let why = "write tls, starttls or none";
            invalid(Key::EmailSecurity, Problem::ChoiceUnknown, why)
        })?;
        if security == MailSecurity::None && !on_this_machine(&url) {
            let why = "without encryption letters go to a server on this machine only";
            return Err(invalid(
                Key::EmailSecurity,
                Problem::PlainMailElsewhere,
                why,
            ));
        }
        let port = match &*text(&self.port) {
            "" => security.port(),
            port => port.parse().ok().filter(|port| *port > 0).ok_or_else(|| {
                let why = "write a number from 1 to 65535";
                invalid(Key::EmailPort, Problem::PortOutOfRange, why)
            })?,
        };
        let user = Some(text(&self.user)).filter(|user| !user.is_empty());
        let from = match text(&self.from) {
            from if from.is_empty() => user.clone().unwrap_or_default(),
            from => from,
        };
        let from = Email::parse(Key::EmailFrom.word(), &from).map_err(|error| {
            let problem = match problem(error) {
                Problem::Required => Problem::ChannelIncomplete,
                other => other,
            };
            let why = "write the sender's e-mail address";
            invalid(Key::EmailFrom, problem, why)
        })?;
        Ok(Some(MailServer {
            host,
            port,
            security,
            user,
            from,
        }))
    }
}
