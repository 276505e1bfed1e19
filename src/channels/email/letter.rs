//! A letter, and its form on the wire.

use lettre::Address;
use lettre::Message;
use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};

use super::html;
use crate::channels::Letter;
use crate::channels::refusal::Refusal;
use crate::domain::{ChannelTrouble, Email, one_line};

/// `List-Unsubscribe` (RFC 2369 §3.2).
#[derive(Clone)]
struct ListUnsubscribe(String);

/// `List-Unsubscribe-Post` (RFC 8058 §3.1): a POST to that address is enough.
#[derive(Clone)]
struct ListUnsubscribePost(String);

/// `Auto-Submitted` (RFC 3834 §5): nothing answers it by itself.
#[derive(Clone)]
struct AutoSubmitted(String);

macro_rules! plain_header {
    ($name:ident, $header:literal) => {
        impl Header for $name {
            fn name() -> HeaderName {
                HeaderName::new_from_ascii_str($header)
            }

            fn parse(text: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
                Ok(Self(text.to_owned()))
            }

            fn display(&self) -> HeaderValue {
                HeaderValue::new(Self::name(), self.0.clone())
            }
        }
    };
}

plain_header!(ListUnsubscribe, "List-Unsubscribe");
plain_header!(ListUnsubscribePost, "List-Unsubscribe-Post");
plain_header!(AutoSubmitted, "Auto-Submitted");

impl Letter {
    /// Returns the message as it is sent. Line breaks in a subject or a name are no way to another header.
    pub(super) fn message(&self, from: &Email, name: &str) -> Result<Message, Refusal> {
        let (_, domain) = from.parts();
        let name = Some(one_line(name)).filter(|name| !name.is_empty());
        let mut message = Message::builder()
            .from(Mailbox::new(name, address(from)?))
            .to(Mailbox::new(None, address(&self.to)?))
            .subject(one_line(&self.subject))
            .message_id(Some(format!("<{}@{domain}>", self.id)))
            .header(AutoSubmitted("auto-generated".to_owned()));
        if let Some((url, _)) = &self.unsubscribe {
            message = message
                .header(ListUnsubscribe(format!("<{url}>")))
                .header(ListUnsubscribePost("List-Unsubscribe=One-Click".to_owned()));
        }
        let body = MultiPart::alternative_plain_html(self.plain(), html::page(self));
        message.multipart(body).map_err(unfit)
    }

    /// Returns the letter in plain text, with its addresses.
    fn plain(&self) -> String {
        let mut text = self.text.trim_end().to_owned();
        if let Some((url, _)) = &self.link {
            text += &format!("\n\n{url}");
        }
        if let Some((url, words)) = &self.unsubscribe {
            text += &format!("\n\n-- \n{words}: {url}");
        }
        text + "\n"
    }
}

fn address(email: &Email) -> Result<Address, Refusal> {
    let (local, domain) = email.parts();
    Address::new(local, domain).map_err(unfit)
}

fn unfit(error: impl std::error::Error) -> Refusal {
    // Neither error repeats the address.
    Refusal::new(ChannelTrouble::Recipient, error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter() -> Letter {
        Letter {
            id: "1-abc".to_owned(),
            to: Email::parse("email", "anna@почта.рф").unwrap(),
            subject: "Готов: iPhone 12".to_owned(),
            text: "Готов.\nЖдём <вас> & ваших".to_owned(),
            link: Some((
                "https://desk.example.com/s/a".to_owned(),
                "Открыть".to_owned(),
            )),
            unsubscribe: Some((
                "https://desk.example.com/u/b".to_owned(),
                "Не писать".to_owned(),
            )),
        }
    }

    fn wire(letter: &Letter, name: &str) -> String {
        let from = Email::parse("from", "shop@example.com").unwrap();
        let message = letter.message(&from, name).unwrap();
        String::from_utf8(message.formatted()).unwrap()
    }

    #[test]
    fn a_letter_has_an_id_that_stays_and_a_way_to_end_letters() {
        let wire = wire(&letter(), "Мастерская");
        assert!(
            wire.contains("Message-ID: <1-abc@example.com>\r\n"),
            "{wire}"
        );
        assert!(
            wire.contains("To: anna@xn--80a1acny.xn--p1ai\r\n"),
            "{wire}"
        );
        assert!(
            wire.contains("List-Unsubscribe: <https://desk.example.com/u/b>\r\n"),
            "{wire}"
        );
        assert!(
            wire.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"),
            "{wire}"
        );
        assert!(
            wire.contains("text/plain") && wire.contains("text/html"),
            "{wire}"
        );
        assert!(wire.is_ascii());
    }

    #[test]
    fn a_line_break_is_no_way_to_another_header() {
        let broken = "Готов\r\nBcc: eve@example.com\nX-Evil: 1\r\n\r\nbody";
        let mut letter = letter();
        letter.subject = broken.to_owned();
        let wire = wire(&letter, broken);
        let head = wire.split("\r\n\r\n").next().unwrap();
        for line in head.split("\r\n") {
            let is_bad = line.starts_with("Bcc:") || line.starts_with("X-Evil:");
            assert!(!is_bad, "{head}");
        }
        assert_eq!(head.matches("\nSubject:").count(), 1);
    }
}
