//! Messages by SMS and e-mail: what the shop's settings say of them, and why one isn't sent.

mod mail;
mod quiet_hours;
mod sms;
mod sms_text;

pub use mail::{MailAccount, MailSecurity, MailServer};
pub use quiet_hours::QuietHours;
pub use sms::{SmsAccount, SmsDelivery, SmsProvider, SmsPurpose, SmsRules, SmsSender};
pub use sms_text::{is_seven_bit, sms_parts};

words! {
    /// Why a gateway or a mail server didn't take a message.
    ChannelTrouble {
        /// It can't be reached.
        Unreachable = "UNREACHABLE",
        /// It names itself by a certificate that isn't trusted, or offers no encryption.
        Certificate = "CERTIFICATE",
        /// It refuses login, password or key.
        Credentials = "CREDENTIALS",
        /// The account has no money left.
        NoMoney = "NO_MONEY",
        /// The sender isn't approved for the account.
        Sender = "SENDER",
        /// The number or the mailbox can't receive messages, or doesn't exist.
        Recipient = "RECIPIENT",
        /// Too many messages in a short time.
        TooMany = "TOO_MANY",
        /// It refuses this message, and no other.
        Content = "CONTENT",
        /// It took the same message a short time ago.
        Repeated = "REPEATED",
        /// Its answer is missing or isn't its own: it may have taken the message.
        Unclear = "UNCLEAR",
    }
}

/// A trouble with what the gateway, the mail server or the network said, which contains neither credentials nor the
/// person's address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelFault {
    pub trouble: ChannelTrouble,
    pub detail: String,
}

words! {
    /// A secret that owners give for a channel, spelled as in `config.toml`.
    ChannelSecret {
        SmsKey = "sms.key",
        MailPassword = "email.password",
    }
}
