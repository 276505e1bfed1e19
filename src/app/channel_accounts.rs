//! The accounts at the SMS gateway and the mail server: their secrets, and the calls that use them.

use std::sync::{Arc, PoisonError, RwLock};

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use secrecy::SecretString;

use super::Desk;
use crate::domain::{
    ChannelFault, ChannelSecret, Email, Language, MailAccount, Money, Origin, Phone, Result,
    SettingKey, Shop, SmsAccount,
};

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

/// A link of an employee that works once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmployeeLink {
    /// To create an account.
    Invite,
    /// To set a new password.
    Password,
}

/// A letter with a link of an employee.
pub struct LinkLetter {
    pub account: MailAccount,
    pub link: EmployeeLink,
    pub to: Email,
    pub url: String,
    pub expires: Timestamp,
    /// Names the letter, and is the same when it is sent again.
    pub id: String,
    pub shop: Shop,
    pub language: Language,
}

/// The calls to gateways and mail servers.
pub struct Calls {
    pub balance: Box<Call<SmsAccount, Money>>,
    pub sms: Box<Call<TestSms, Option<Money>>>,
    pub check_mail: Box<Call<MailAccount, ()>>,
    pub letter: Box<Call<TestLetter, ()>>,
    pub link: Box<Call<LinkLetter, ()>>,
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
    pub(super) fn origin(&self) -> Option<&Origin> {
        self.given.as_ref().map(|(_, origin)| origin)
    }

    pub(super) fn value(&self) -> Option<SecretString> {
        match &self.given {
            Some((secret, _)) => Some(secret.clone()),
            None => {
                let stored = self.stored.read();
                stored.unwrap_or_else(PoisonError::into_inner).clone()
            }
        }
    }

    pub(super) fn set(&self, secret: Option<SecretString>) {
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
    pub(super) fn kept(&self, secret: ChannelSecret) -> &Kept {
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

/// Returns the secrets that were given for a server which changes replace: another one must not be sent them.
pub(super) fn left_behind(
    desk: &Desk,
    changes: &[(SettingKey, Option<String>)],
) -> Vec<ChannelSecret> {
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
