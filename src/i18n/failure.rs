//! Failures of requests to other servers, for people.

use super::{text, text_with};
use crate::domain::{
    ChannelTrouble, FileTrouble, HookFailure, Language, NetworkFailure, NoticeFault,
};

/// Translates the reason of a failure. What another server said is shown as it said it.
pub fn failure(language: Language, reason: &str) -> String {
    if let Some(status) = reason.strip_prefix(HookFailure::ANSWERED) {
        return text_with(language, "failure-status", [("status", status.into())]);
    }
    let network = NetworkFailure::from_word(reason).map(network);
    let hook = || HookFailure::from_word(reason).map(hook);
    let notice = || NoticeFault::from_word(reason).map(notice);
    match network.or_else(hook).or_else(notice) {
        Some(id) => text(language, id),
        None => reason.to_owned(),
    }
}

fn notice(fault: NoticeFault) -> &'static str {
    match fault {
        NoticeFault::SmsLimit => "failure-sms-limit",
        NoticeFault::EmailStopped => "failure-email-stopped",
        NoticeFault::Demo => "failure-demo",
        NoticeFault::NoChannel => "failure-no-channel",
    }
}

/// Describes the trouble with a gateway or a mail server.
pub fn channel_trouble(language: Language, trouble: ChannelTrouble) -> String {
    let id = match trouble {
        ChannelTrouble::Unreachable => "channel-trouble-unreachable",
        ChannelTrouble::Certificate => "channel-trouble-certificate",
        ChannelTrouble::Credentials => "channel-trouble-credentials",
        ChannelTrouble::NoMoney => "channel-trouble-no-money",
        ChannelTrouble::Sender => "channel-trouble-sender",
        ChannelTrouble::Recipient => "channel-trouble-recipient",
        ChannelTrouble::TooMany => "channel-trouble-too-many",
        ChannelTrouble::Content => "channel-trouble-content",
        ChannelTrouble::Repeated => "channel-trouble-repeated",
        ChannelTrouble::Unclear => "channel-trouble-unclear",
    };
    text(language, id)
}

/// Describes why a file of a Bot API server on this machine can't be read.
pub fn file_trouble(language: Language, why: FileTrouble) -> String {
    text(
        language,
        match why {
            FileTrouble::NoFolder => "file-trouble-no-folder",
            FileTrouble::Outside => "file-trouble-outside",
            FileTrouble::Unreadable => "file-trouble-unreadable",
        },
    )
}

fn network(failure: NetworkFailure) -> &'static str {
    match failure {
        NetworkFailure::NameUnknown => "failure-name-unknown",
        NetworkFailure::NoConnection => "failure-no-connection",
        NetworkFailure::ConnectTimeout => "failure-connect-timeout",
        NetworkFailure::Tls => "failure-tls",
        NetworkFailure::NoAnswer => "failure-no-answer",
        NetworkFailure::Broken => "failure-broken",
        NetworkFailure::TooLong => "failure-too-long",
        NetworkFailure::NotTelegram => "failure-not-telegram",
        NetworkFailure::ProxyUnreachable => "failure-proxy-unreachable",
        NetworkFailure::ProxyTimeout => "failure-proxy-timeout",
        NetworkFailure::ProxyPassword => "failure-proxy-password",
        NetworkFailure::ProxyRefused => "failure-proxy-refused",
    }
}

fn hook(failure: HookFailure) -> &'static str {
    match failure {
        HookFailure::Unwritable => "failure-unwritable",
        HookFailure::NoSecret => "failure-no-secret",
        HookFailure::Private => "failure-private",
    }
}
