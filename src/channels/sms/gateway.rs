//! What gateways have in common.

use super::answer::Answer;
use super::report::Form;
use crate::channels::refusal::Refusal;
pub use crate::domain::SmsDelivery as Delivery;
use crate::domain::{Currency, Money, SmsAccount, SmsProvider};

/// A message to be sent.
#[derive(Clone, Copy)]
pub struct Text<'a> {
    /// Canonical form of the number (E.164).
    pub phone: &'a str,
    pub text: &'a str,
    /// Our own id of the message, of at most 40 Latin letters, digits, `-`, `_` and `.`.
    pub id: &'a str,
}

/// A message that the gateway has taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The gateway's id of the message.
    pub id: String,
    /// Number of parts that are paid for, by the gateway's count or ours.
    pub parts: usize,
    /// `None` where the gateway says it later.
    pub cost: Option<Money>,
}

/// State of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmsState {
    pub delivery: Delivery,
    pub cost: Option<Money>,
}

/// What a gateway reports of a message by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The gateway's id of the message.
    pub id: String,
    pub delivery: Delivery,
}

/// A request: the path behind the gateway's address, and the fields of its form.
pub(super) struct Call {
    pub(super) path: &'static str,
    pub(super) fields: Vec<(&'static str, String)>,
}

impl Call {
    pub(super) fn new(path: &'static str, fields: Vec<(&'static str, String)>) -> Self {
        Self { path, fields }
    }
}

/// How a gateway is told who calls.
pub(super) enum Signing {
    /// By fields of the form.
    Fields(Vec<(&'static str, String)>),
    /// By HTTP's basic authentication, with login and key.
    Basic,
}

/// The requests and answers of a gateway.
pub(super) trait Gateway: Send + Sync {
    /// Returns the usual address.
    fn address(&self) -> &'static str;

    fn sign(&self, account: &SmsAccount) -> Signing;

    fn send(&self, account: &SmsAccount, message: &Text<'_>) -> Call;

    fn sent(&self, answer: &Answer, message: &Text<'_>, of: Currency) -> Result<Sent, Refusal>;

    fn balance(&self) -> Call;

    fn left(&self, answer: &Answer, of: Currency) -> Result<Money, Refusal>;

    fn ask(&self, phone: &str, id: &str) -> Call;

    fn state(&self, answer: &Answer, id: &str, of: Currency) -> Result<SmsState, Refusal>;

    /// Reads what the gateway reports by itself; whatever isn't about a message is left out.
    fn reports(&self, form: &Form) -> Vec<Report>;

    /// Returns what the gateway wants to be answered to a report.
    fn receipt(&self) -> &'static str;
}

/// Returns the table of a gateway.
pub(super) fn gateway(provider: SmsProvider) -> &'static dyn Gateway {
    match provider {
        SmsProvider::SmsRu => &super::sms_ru::SmsRu,
        SmsProvider::Smsc => &super::smsc::Smsc,
        SmsProvider::SmsAero => &super::sms_aero::SmsAero,
    }
}

/// Returns a number as gateways want it, without the plus.
pub(super) fn digits(phone: &str) -> String {
    phone.trim_start_matches('+').to_owned()
}
