//! SMS and e-mail as owners set them up: the secrets, the state, and attempts to use them.
//!
//! The secrets are write-only: neither pages, API, audit list, archive nor log contain them.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};

use super::security::secrets;
use super::settings::{self, Change};
use super::Desk;
use crate::domain::{
    AuditAction, ChannelFault, ChannelSecret, ChannelTrouble, Email, Error, Language, MailAccount,
    MailServer, Money, Origin, Owner, Phone, Problem, Result, SettingKey, SmsAccount,
    SmsRules,
};
use crate::store::{self, Transaction};

/// Maximum time that an owner waits for a gateway or a mail server.
const LONGEST: Duration = Duration::from_secs(20);
/// Maximum length of a secret, in bytes.
const SECRET: usize = 500;

/// Outcome of an attempt.
pub type Tried<T> = Result<T, ChannelFault>;

type Call<A, T> = dyn Fn(A) -> BoxFuture<'static, Result<Tried<T>>> + Send + Sync;

/// An SMS that an owner sends to try the account.
pub struct TestSms {
    pub account: SmsAccount,
    pub phone: Phone,
    pub id: String,
    pub language: Language,
}

/// A letter that an owner sends to try the account.
pub struct TestLetter {
    pub account: MailAccount,
    pub to: Email,
    pub id: String,
    pub language: Language,
}

/// The calls to gateways and mail servers.
pub struct Calls {
    pub balance: Box<Call<SmsAccount, Money>>,
    pub sms: Box<Call<TestSms, Option<Money>>>,
    pub check_mail: Box<Call<MailAccount, ()>>,
    pub letter: Box<Call<TestLetter, ()>>,
}

/// A secret that the configuration sets, or that an owner gave.
#[derive(Default)]
pub struct Kept {
    given: Option<(SecretString, Origin)>,
    stored: RwLock<Option<SecretString>>,
}

impl Kept {
    pub fn new(given: Option<(SecretString, Origin)>, stored: Option<SecretString>) -> Self {
        Self {
            given,
            stored: RwLock::new(stored),
        }
    }

    /// Returns where the configuration sets it.
    fn origin(&self) -> Option<&Origin> {
        self.given.as_ref().map(|(_, origin)| origin)
    }

    fn value(&self) -> Option<SecretString> {
        match &self.given {
            Some((secret, _)) => Some(secret.clone()),
            None => {
                let stored = self.stored.read();
                stored.unwrap_or_else(PoisonError::into_inner).clone()
            }
        }
    }

    fn set(&self, secret: Option<SecretString>) {
        *self.stored.write().unwrap_or_else(PoisonError::into_inner) = secret;
    }
}

/// The secrets of the channels, and the calls that use them.
pub struct Channels {
    pub sms_key: Kept,
    pub mail_password: Kept,
    pub calls: Arc<Calls>,
}

impl Channels {
    fn kept(&self, secret: ChannelSecret) -> &Kept {
        match secret {
            ChannelSecret::SmsKey => &self.sms_key,
            ChannelSecret::MailPassword => &self.mail_password,
        }
    }
}

impl Desk {
    /// Returns the account at the SMS gateway; `None` without a gateway or its key.
    pub fn sms_account(&self) -> Option<SmsAccount> {
        let settings = self.settings.now();
        let rules = settings.sms.clone()?;
        Some(SmsAccount {
            provider: rules.provider,
            login: rules.login,
            key: self.channels.sms_key.value()?,
            sender: rules.sender,
            currency: settings.shop.currency,
        })
    }

    /// Returns the account at the mail server; `None` without a server, or without the password of a user.
    pub fn mail_account(&self) -> Option<MailAccount> {
        let settings = self.settings.now();
        let server = settings.email.clone()?;
        let password = self.channels.mail_password.value();
        (server.user.is_none() || password.is_some()).then(|| MailAccount {
            server,
            password,
            name: settings.shop.about.name.as_str().to_owned(),
        })
    }
}

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
    ChannelsReport {
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

/// Returns the secrets that were given for a server which changes replace: another one must not be sent them.
pub(super) fn left_behind(desk: &Desk, changes: &[Change]) -> Vec<ChannelSecret> {
    let settings = desk.settings.now();
    let servers = [
        (SettingKey::SmsProvider, ChannelSecret::SmsKey),
        (SettingKey::EmailHost, ChannelSecret::MailPassword),
    ];
    let is_left = |key: SettingKey| {
        let before = settings.value(key);
        let mut changed = changes.iter().filter(|(changed, _)| *changed == key);
        let is_other = changed.any(|(_, value)| value.as_deref() != Some(before));
        is_other && !matches!(before, "" | "off")
    };
    let left = servers.into_iter().filter(|(key, _)| is_left(*key));
    left.map(|(_, secret)| secret).collect()
}

/// Forgets the stored secrets that were deleted.
pub(super) fn forget(desk: &Desk, secrets: &[ChannelSecret]) {
    for secret in secrets {
        desk.channels.kept(*secret).set(None);
    }
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
    let tried = tokio::time::timeout(LONGEST, call).await;
    tried.unwrap_or_else(|_| {
        Ok(Err(ChannelFault {
            trouble: ChannelTrouble::Unclear,
            detail: "no answer in time".to_owned(),
        }))
    })
}
