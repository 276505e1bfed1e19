//! The settings of SMS.

use secrecy::SecretString;

use super::QuietHours;
use crate::domain::{Currency, Money, Problem, Result};

words! {
    /// A gateway, spelled as in `config.toml`.
    SmsProvider {
        SmsRu = "sms.ru",
        Smsc = "smsc",
        SmsAero = "smsaero",
    }
}

impl SmsProvider {
    /// Returns whether an account is named by a login beside the key.
    pub fn needs_login(self) -> bool {
        self == Self::SmsAero
    }

    /// Returns whether the gateway takes nothing without a sender.
    pub fn needs_sender(self) -> bool {
        self == Self::SmsAero
    }
}

words! {
    /// What customers are told by SMS, spelled as in `config.toml`.
    SmsPurpose {
        /// The device is ready.
        Ready = "ready",
        /// A quote to be answered.
        Quote = "quote",
        /// A reminder to collect the device.
        Reminder = "reminder",
    }
}

/// A sender: a name of up to 11 characters, or a number of up to 15 digits (3GPP TS 23.040 §9.1.2.5). Operators approve
/// it beforehand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmsSender(String);

impl SmsSender {
    const NAME: usize = 11;
    const NUMBER: usize = 15;

    /// # Errors
    /// [`Problem::SmsSenderMalformed`] at `field`.
    pub fn parse(field: &'static str, text: &str) -> Result<Self> {
        let text = text.trim();
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '.' | '-' | '_' | '&');
        let is_number = text.chars().all(|c| c.is_ascii_digit());
        let longest = if is_number { Self::NUMBER } else { Self::NAME };
        match (1..=longest).contains(&text.len()) && text.chars().all(fits) {
            true => Ok(Self(text.to_owned())),
            false => Err(Problem::SmsSenderMalformed.at(field).into()),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How the shop sends SMS, without the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmsRules {
    pub provider: SmsProvider,
    /// Empty where the key alone names the account.
    pub login: String,
    /// `None` for the gateway's own.
    pub sender: Option<SmsSender>,
    /// What is sent; nothing else goes by SMS.
    pub purposes: Vec<SmsPurpose>,
    /// Maximum number of messages in a day.
    pub daily_messages: u32,
    /// Maximum cost of a day; `None` for no limit.
    pub daily_money: Option<Money>,
    /// When nothing is sent; `None` for never.
    pub quiet: Option<QuietHours>,
}

impl SmsRules {
    /// Returns whether something else may be sent today, after so many messages that cost that much.
    pub fn allow(&self, messages: u32, spent: Money) -> bool {
        messages < self.daily_messages && self.daily_money.is_none_or(|most| spent < most)
    }
}

/// Where a message is that a gateway has taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SmsDelivery {
    OnTheWay,
    Delivered,
    /// It will not arrive; with the gateway's code.
    Failed(String),
    /// The gateway doesn't know the message.
    Unknown,
}

/// An account at a gateway.
#[derive(Debug, Clone)]
pub struct SmsAccount {
    pub provider: SmsProvider,
    pub login: String,
    pub key: SecretString,
    pub sender: Option<SmsSender>,
    /// Currency of the costs that the gateway names: the shop's.
    pub currency: Currency,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_is_a_short_name_or_a_number() {
        for text in ["Masterskaya", " Shop-1 ", "79000000001", "123456789012345"] {
            assert!(SmsSender::parse("sender", text).is_ok(), "{text}");
        }
        for text in [
            "",
            "Мастерская",
            "TwelveLetter",
            "1234567890123456",
            "a\r\nb",
            "a=b",
        ] {
            assert!(SmsSender::parse("sender", text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_day_ends_with_its_messages_or_its_money() {
        let mut rules = SmsRules {
            provider: SmsProvider::Smsc,
            login: String::new(),
            sender: None,
            purposes: vec![SmsPurpose::Ready],
            daily_messages: 2,
            daily_money: Some(Money::from_row(500)),
            quiet: None,
        };
        let money = Money::from_row;
        assert!(rules.allow(0, money(0)));
        assert!(rules.allow(1, money(499)));
        assert!(!rules.allow(2, money(0)));
        assert!(!rules.allow(1, money(500)));
        rules.daily_money = None;
        assert!(rules.allow(1, money(50_000)));
    }
}
