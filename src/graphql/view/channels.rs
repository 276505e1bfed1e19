use async_graphql::{Enum, SimpleObject};

use crate::app::channel_accounts::Tried;
use crate::app::channels::{ChannelsReport, SecretReport};
use crate::domain::{ChannelFault, ChannelTrouble, Money, Origin};
use crate::graphql::scalars::MoneyValue;

/// A channel by which messages go out beside the messengers.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "OutgoingChannel")]
pub enum OutgoingChannelEnum {
    /// SMS by a gateway.
    Sms,
    /// E-mail by a mail server.
    Email,
}

/// Why a gateway or a mail server didn't take a message.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "ChannelTrouble", remote = "ChannelTrouble")]
pub enum ChannelTroubleEnum {
    /// It can't be reached.
    Unreachable,
    /// Its certificate isn't trusted, or it offers no encryption.
    Certificate,
    /// It refuses login, password or key.
    Credentials,
    /// The account has no money left.
    NoMoney,
    /// The sender isn't approved for the account.
    Sender,
    /// The number or the mailbox can't receive messages, or doesn't exist.
    Recipient,
    /// Too many messages in a short time.
    TooMany,
    /// It refuses this message, and no other.
    Content,
    /// It took the same message a short time ago.
    Repeated,
    /// Its answer is missing or isn't its own: it may have taken the message.
    Unclear,
}

/// SMS or e-mail as it is set up; the values are in `settings`. The secret can be set, and is never returned.
#[derive(SimpleObject)]
#[graphql(name = "ChannelState")]
pub struct ChannelStateView {
    /// Whether a gateway or a mail server is chosen.
    is_chosen: bool,
    /// Whether messages can be sent: nothing is missing.
    is_ready: bool,
    /// Whether there is a key or a password.
    has_secret: bool,
    /// The configuration file or the environment variable that sets the secret; null when it can be set here.
    secret_fixed_by: Option<String>,
    /// Address to which the gateway reports arrivals, once it is told it; it contains a secret. Null for e-mail, and while no
    /// gateway is chosen: then it is asked.
    reports_url: Option<String>,
}

/// The channels beside the messengers.
#[derive(SimpleObject)]
#[graphql(name = "Channels")]
pub struct ChannelsView {
    /// SMS by a gateway.
    sms: ChannelStateView,
    /// E-mail by a mail server.
    email: ChannelStateView,
}

impl From<ChannelsReport> for ChannelsView {
    fn from(report: ChannelsReport) -> Self {
        let state = |is_chosen, is_ready, secret: SecretReport, reports_url| ChannelStateView {
            is_chosen,
            is_ready,
            has_secret: secret.is_set,
            secret_fixed_by: secret.given.map(|given| match given {
                Origin::Variable(name) => name,
                Origin::File(path) => path,
            }),
            reports_url,
        };
        Self {
            sms: state(
                report.sms.is_some(),
                report.sms_ready,
                report.sms_key,
                report.sms_reports_url,
            ),
            email: state(
                report.email.is_some(),
                report.email_ready,
                report.mail_password,
                None,
            ),
        }
    }
}

/// What an attempt to use a channel found.
#[derive(SimpleObject)]
#[graphql(name = "ChannelAttempt")]
pub struct ChannelAttemptView {
    /// Whether it succeeded.
    is_well: bool,
    /// Why it didn't; null when it did.
    trouble: Option<ChannelTroubleEnum>,
    /// What the gateway, the mail server or the network said; null when nothing.
    detail: Option<String>,
    /// The money that is left at the gateway; null where it wasn't asked for.
    balance: Option<MoneyValue>,
    /// The cost of the message; null where the gateway doesn't say it at once.
    cost: Option<MoneyValue>,
}

impl ChannelAttemptView {
    /// Shows what an attempt found, with the balance and the cost.
    pub fn new(tried: Tried<(Option<Money>, Option<Money>)>) -> Self {
        match tried {
            Ok((balance, cost)) => Self {
                is_well: true,
                trouble: None,
                detail: None,
                balance: balance.map(Into::into),
                cost: cost.map(Into::into),
            },
            Err(ChannelFault { trouble, detail }) => Self {
                is_well: false,
                trouble: Some(trouble.into()),
                detail: Some(detail).filter(|detail| !detail.is_empty()),
                balance: None,
                cost: None,
            },
        }
    }
}
