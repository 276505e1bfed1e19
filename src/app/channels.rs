//! SMS and e-mail as owners set them up: the state, the secrets, and attempts to use them.
//!
//! The secrets are write-only: neither pages, API, audit list, archive nor log contain them.

use std::time::Duration;

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};

use super::channel_accounts::{Kept, TestLetter, TestSms, Tried};
use super::security::secrets;
use super::{Desk, settings};
use crate::domain::{
    AuditAction, ChannelFault, ChannelSecret, ChannelTrouble, Error, Language, MailServer, Money,
    Origin, Owner, Phone, Problem, Result, SmsRules,
};
use crate::store::{self, Transaction};

/// Maximum time that an owner waits for a gateway or a mail server.
const LONGEST: Duration = Duration::from_secs(20);
/// Maximum length of a secret, in bytes.
const SECRET: usize = 500;

/// SMS and e-mail as owners see them.
#[derive(Debug, Clone)]
pub struct ChannelsReport {
    /// `None` when no gateway is chosen.
    pub sms: Option<SmsRules>,
    /// `None` when there is no mail server.
    pub email: Option<MailServer>,
    pub sms_key: SecretReport,
    pub mail_password: SecretReport,
    /// Whether messages can be sent.
    pub sms_ready: bool,
    pub email_ready: bool,
    /// Address to which the chosen gateway may report arrivals.
    pub sms_reports_url: Option<String>,
}

/// Whether there is a secret, and where the configuration sets it.
#[derive(Debug, Clone)]
pub struct SecretReport {
    pub is_set: bool,
    pub given: Option<Origin>,
}

/// Returns how SMS and e-mail are set up.
pub fn report(desk: &Desk, _: &Owner) -> ChannelsReport {
    let settings = desk.settings.now();
    let secret = |kept: &Kept| SecretReport {
        is_set: kept.value().is_some(),
        given: kept.origin().cloned(),
    };
    let url = |rules: &SmsRules| desk.sms_reports_url(rules.provider);
    ChannelsReport {
        sms_reports_url: settings.sms.as_ref().map(url),
        sms: settings.sms.clone(),
        email: settings.email.clone(),
        sms_key: secret(&desk.channels.sms_key),
        mail_password: secret(&desk.channels.mail_password),
        sms_ready: desk.sms_account().is_some(),
        email_ready: desk.mail_account().is_some(),
    }
}

/// Stores a secret, or forgets it.
///
/// # Errors
/// [`Error::Invalid`] at its key when it is empty or too long, or when the configuration sets it; [`Error::NotFound`]
/// when there is none to forget.
pub async fn set_secret(
    desk: &Desk,
    owner: Owner,
    secret: ChannelSecret,
    value: Option<SecretString>,
    now: Timestamp,
) -> Result<()> {
    let (key, kept) = (secret.word(), desk.channels.kept(secret));
    if kept.origin().is_some() {
        return Err(Problem::SettingGiven.at(key).into());
    }
    let value = value.map(|value| parsed(key, &value)).transpose()?;
    let (stored, name) = (value.clone(), store::secrets::name_of(secret));
    let work = move |tx: &Transaction<'_>| {
        let action = match &stored {
            Some(value) => {
                store::secrets::set(tx, name, value.expose_secret().as_bytes())?;
                AuditAction::ChannelSecretSet
            }
            None => {
                store::secrets::get(tx, name)?.ok_or(Error::NotFound)?;
                store::secrets::delete(tx, name)?;
                AuditAction::ChannelSecretRemoved
            }
        };
        store::audit::insert(tx, owner.id(), action, key, [None, None], now)
    };
    settings::update_with(desk, owner, Vec::new(), now, work, || kept.set(value)).await
}

fn parsed(key: &'static str, value: &SecretString) -> Result<SecretString> {
    let text = value.expose_secret().trim();
    if text.is_empty() {
        return Err(Problem::Required.at(key).into());
    }
    if text.len() > SECRET {
        return Err(Problem::TooLong { max: SECRET }.at(key).into());
    }
    match text.chars().any(char::is_control) {
        true => Err(Problem::ControlCharacters.at(key).into()),
        false => Ok(text.into()),
    }
}

/// Asks the gateway for the money that is left.
///
/// # Errors
/// [`Error::Invalid`] when SMS aren't set up.
pub async fn balance(desk: &Desk, _: &Owner) -> Result<Tried<Money>> {
    let account = desk.sms_account().ok_or_else(sms_off)?;
    in_time((desk.channels.calls.balance)(account)).await
}

/// Sends an SMS to try the account, and returns what it cost, if the gateway says it.
///
/// # Errors
/// [`Error::Invalid`] when SMS aren't set up, and for what is no phone that can receive one.
pub async fn try_sms(
    desk: &Desk,
    _: &Owner,
    phone: &str,
    language: Language,
) -> Result<Tried<Option<Money>>> {
    let account = desk.sms_account().ok_or_else(sms_off)?;
    let phone = Phone::parse("testPhone", phone, desk.shop().country)?;
    let id = test_id()?;
    in_time((desk.channels.calls.sms)(TestSms {
        account,
        phone,
        id,
        language,
    }))
    .await
}

/// Signs in to the mail server without sending anything.
///
/// # Errors
/// [`Error::Invalid`] when e-mail isn't set up.
pub async fn check_mail(desk: &Desk, _: &Owner) -> Result<Tried<()>> {
    let account = desk.mail_account().ok_or_else(mail_off)?;
    in_time((desk.channels.calls.check_mail)(account)).await
}

/// Sends a letter to the owner's own address.
///
/// # Errors
/// [`Error::Invalid`] when e-mail isn't set up.
pub async fn try_mail(desk: &Desk, owner: &Owner, language: Language) -> Result<Tried<()>> {
    let account = desk.mail_account().ok_or_else(mail_off)?;
    let me = owner.id();
    let me = desk.db.read(move |c: &_| store::employees::get(c, me));
    let to = me.await?.ok_or(Error::NotFound)?.email;
    let id = test_id()?;
    in_time((desk.channels.calls.letter)(TestLetter {
        account,
        to,
        id,
        language,
    }))
    .await
}

fn sms_off() -> Error {
    Problem::ChannelOff.at(ChannelSecret::SmsKey.word()).into()
}

fn mail_off() -> Error {
    Problem::ChannelOff
        .at(ChannelSecret::MailPassword.word())
        .into()
}

/// Returns an id of a test message, unlike that of any other message.
fn test_id() -> Result<String> {
    let random = secrets::random_token()?;
    Ok(format!("test-{}", &random[..20]))
}

async fn in_time<T>(call: impl Future<Output = Result<Tried<T>>>) -> Result<Tried<T>> {
    within(LONGEST, call).await
}

/// Waits for a call, for so long at most.
pub(super) async fn within<T>(
    longest: Duration,
    call: impl Future<Output = Result<Tried<T>>>,
) -> Result<Tried<T>> {
    let tried = tokio::time::timeout(longest, call).await;
    tried.unwrap_or_else(|_| {
        Ok(Err(ChannelFault {
            trouble: ChannelTrouble::Unclear,
            detail: "no answer in time".to_owned(),
        }))
    })
}
