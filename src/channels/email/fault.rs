//! Classification of what a mail server says (RFC 5321 §4.2, RFC 3463).

use lettre::transport::smtp::Error;

use crate::channels::refusal::Refusal;
use crate::domain::ChannelTrouble;

/// Classifies a failed sending. What the server says is shown without addresses.
pub(super) fn refusal(error: &Error) -> Refusal {
    let source = std::error::Error::source(error).map(ToString::to_string);
    let said = source.unwrap_or_default();
    if let Some(code) = error.status() {
        let code: u16 = code.into();
        let detail = format!("{code} {}", cleaned(&said));
        return Refusal::new(of_code(code, &said), detail.trim_end());
    }
    // The library tells only the kind of an error by its methods, and that of a failed connection by its text.
    let is_connecting = error.to_string().starts_with("Connection error");
    if error.is_tls() {
        return Refusal::new(ChannelTrouble::Certificate, cleaned(&said));
    }
    if is_connecting {
        return Refusal::new(ChannelTrouble::Unreachable, "no connection");
    }
    if error.is_client() {
        return of_client(&said);
    }
    Refusal::new(ChannelTrouble::Unclear, "the connection broke")
}

/// Classifies what the library refused before it sent anything.
fn of_client(said: &str) -> Refusal {
    let said = said.to_ascii_lowercase();
    let trouble = if said.contains("starttls") {
        ChannelTrouble::Certificate
    } else if said.contains("authentication") {
        ChannelTrouble::Credentials
    } else {
        ChannelTrouble::Recipient
    };
    Refusal::new(trouble, cleaned(&said))
}

fn of_code(code: u16, said: &str) -> ChannelTrouble {
    let said = said.to_ascii_lowercase();
    let status = enhanced(&said);
    match (code, status) {
        (530 | 534 | 535 | 538, _) | (_, Some((7, 8 | 9 | 11))) => ChannelTrouble::Credentials,
        (421, Some((7, _))) | (_, Some((4, 5))) => ChannelTrouble::TooMany,
        (400..=499, _) => ChannelTrouble::Unreachable,
        (_, Some((1, 7 | 8))) => ChannelTrouble::Sender,
        (_, Some((1, _) | (2, 0 | 1))) => ChannelTrouble::Recipient,
        (_, Some((7, _))) | (553, _) if said.contains("sender") => ChannelTrouble::Sender,
        (550 | 551 | 553, None) => ChannelTrouble::Recipient,
        _ => ChannelTrouble::Content,
    }
}

/// Returns subject and detail of an enhanced status code (RFC 3463 §2): 1 and 1 of "5.1.1".
fn enhanced(said: &str) -> Option<(u16, u16)> {
    let word = said.split_whitespace().next()?;
    let mut parts = word.split('.').map(str::parse);
    let (class, subject, detail): (u16, u16, u16) = (
        parts.next()?.ok()?,
        parts.next()?.ok()?,
        parts.next()?.ok()?,
    );
    (matches!(class, 2 | 4 | 5) && parts.next().is_none()).then_some((subject, detail))
}

/// Returns the beginning of what a server says, without addresses and long numbers.
fn cleaned(said: &str) -> String {
    const LONGEST: usize = 150;
    let words = said
        .split_whitespace()
        .map(|word| match word.contains('@') {
            true => "…",
            false => word,
        });
    let line: String = words.collect::<Vec<_>>().join(" ");
    line.chars()
        .filter(|c| !c.is_control())
        .take(LONGEST)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mailbox_a_login_and_a_greylist_are_told_apart() {
        for (code, said, trouble) in [
            (
                550,
                "5.1.1 <a@b.ru>: user unknown",
                ChannelTrouble::Recipient,
            ),
            (550, "No such user!", ChannelTrouble::Recipient),
            (550, "5.2.1 mailbox disabled", ChannelTrouble::Recipient),
            (550, "5.7.1 Relaying denied", ChannelTrouble::Content),
            (
                554,
                "5.7.1 Message rejected as spam",
                ChannelTrouble::Content,
            ),
            (552, "5.2.2 Mailbox full", ChannelTrouble::Content),
            (
                553,
                "5.7.1 Sender address rejected: not owned by auth user.",
                ChannelTrouble::Sender,
            ),
            (
                535,
                "5.7.8 authentication failed",
                ChannelTrouble::Credentials,
            ),
            (530, "Authentication required", ChannelTrouble::Credentials),
            (
                450,
                "4.7.1 Greylisted, try again",
                ChannelTrouble::Unreachable,
            ),
            (451, "Try later", ChannelTrouble::Unreachable),
            (421, "4.7.0 Too many messages", ChannelTrouble::TooMany),
            (452, "4.4.5 Too many", ChannelTrouble::TooMany),
        ] {
            assert_eq!(of_code(code, said), trouble, "{code} {said}");
        }
    }

    #[test]
    fn an_address_is_left_out_of_what_a_server_says() {
        assert_eq!(
            cleaned("5.1.1 <anna@b.ru>: user\r\nunknown"),
            "5.1.1 … user unknown"
        );
    }
}
