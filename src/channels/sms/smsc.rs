//! SMSC (<https://smsc.ru/api/http/>).

use std::time::Duration;

use secrecy::ExposeSecret;

use super::answer::{Answer, foreign};
use super::gateway::{Call, Delivery, Gateway, Report, Sent, Signing, SmsState, Text};
use super::report::Form;
use crate::channels::refusal::Refusal;
use crate::domain::{ChannelTrouble, Currency, Money, SmsAccount, sms_parts};

/// Pause after the gateway has locked this address out for wrong requests.
const LOCKED: Duration = Duration::from_secs(600);

pub(super) struct Smsc;

impl Gateway for Smsc {
    fn address(&self) -> &'static str {
        "https://smsc.ru"
    }

    /// A login with its password, or a key alone.
    fn sign(&self, account: &SmsAccount) -> Signing {
        let key = account.key.expose_secret().to_owned();
        let mut fields = vec![("fmt", "3".to_owned()), ("charset", "utf-8".to_owned())];
        match &*account.login {
            "" => fields.push(("apikey", key)),
            login => fields.extend([("login", login.to_owned()), ("psw", key)]),
        }
        Signing::Fields(fields)
    }

    /// With our id, so that a message whose outcome is unknown can be asked for.
    fn send(&self, account: &SmsAccount, message: &Text<'_>) -> Call {
        let mut fields = vec![
            // With the plus the gateway doesn't correct the number.
            ("phones", message.phone.to_owned()),
            ("mes", message.text.to_owned()),
            ("id", message.id.to_owned()),
            // Cost and balance come with the answer.
            ("cost", "3".to_owned()),
        ];
        if let Some(sender) = &account.sender {
            fields.push(("sender", sender.as_str().to_owned()));
        }
        Call::new("sys/send.php", fields)
    }

    fn sent(&self, answer: &Answer, message: &Text<'_>, of: Currency) -> Result<Sent, Refusal> {
        accepted(answer, sending)?;
        let parts = answer.number("/cnt");
        let parts = parts.and_then(|parts| usize::try_from(parts).ok());
        Ok(Sent {
            id: answer.text("/id").ok_or_else(foreign)?,
            parts: parts.unwrap_or_else(|| sms_parts(message.text)),
            cost: answer.money("/cost", of),
        })
    }

    fn balance(&self) -> Call {
        Call::new("sys/balance.php", Vec::new())
    }

    fn left(&self, answer: &Answer, of: Currency) -> Result<Money, Refusal> {
        accepted(answer, asking)?;
        answer.money("/balance", of).ok_or_else(foreign)
    }

    fn ask(&self, phone: &str, id: &str) -> Call {
        let fields = vec![("phone", phone.to_owned()), ("id", id.to_owned())];
        Call::new("sys/status.php", fields)
    }

    fn state(&self, answer: &Answer, _: &str, of: Currency) -> Result<SmsState, Refusal> {
        let delivery = match (answer.number("/error_code"), answer.number("/status")) {
            // In this call code 3 says that there is no such message.
            (Some(3), _) => Delivery::Unknown,
            (Some(code), _) => return Err(refusal(code, asking(code), answer)),
            (None, Some(status)) => delivery(status),
            (None, None) => return Err(foreign()),
        };
        let cost = answer.money("/cost", of);
        Ok(SmsState { delivery, cost })
    }

    fn reports(&self, form: &Form) -> Vec<Report> {
        let report = form.get("id").zip(form.number("status"));
        let report = report.map(|(id, status)| Report {
            id: id.to_owned(),
            delivery: delivery(status),
        });
        report.into_iter().collect()
    }

    fn receipt(&self) -> &'static str {
        "OK"
    }
}

/// Returns where a message with a status is (<https://smsc.ru/api/http/status_messages/>): 2 is one that was read, 4 one whose
/// short link was opened.
fn delivery(status: i64) -> Delivery {
    match status {
        -3 => Delivery::Unknown,
        -1 | 0 => Delivery::OnTheWay,
        1 | 2 | 4 => Delivery::Delivered,
        code => Delivery::Failed(code.to_string()),
    }
}

fn accepted(answer: &Answer, trouble: fn(i64) -> ChannelTrouble) -> Result<(), Refusal> {
    match answer.number("/error_code") {
        Some(code) => Err(refusal(code, trouble(code), answer)),
        None => Ok(()),
    }
}

/// Classifies a refused message (<https://smsc.ru/api/http/send/sms/>): 4 locks this address out, 6 is about text or sender.
fn sending(code: i64) -> ChannelTrouble {
    match code {
        2 => ChannelTrouble::Credentials,
        3 => ChannelTrouble::NoMoney,
        4 => ChannelTrouble::TooMany,
        7 | 8 => ChannelTrouble::Recipient,
        // The same request came within a minute.
        9 => ChannelTrouble::Repeated,
        _ => ChannelTrouble::Content,
    }
}

/// Classifies a refused question.
fn asking(code: i64) -> ChannelTrouble {
    match code {
        2 => ChannelTrouble::Credentials,
        4 | 9 => ChannelTrouble::TooMany,
        _ => ChannelTrouble::Content,
    }
}

fn refusal(code: i64, trouble: ChannelTrouble, said: &Answer) -> Refusal {
    let detail = format!("{code} {}", said.words("/error"));
    let refusal = Refusal::new(trouble, detail.trim_end());
    match trouble {
        ChannelTrouble::TooMany => refusal.after(LOCKED),
        _ => refusal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn answer(body: &Value) -> Answer {
        Answer::read(200, body.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn what_was_taken_has_its_parts_and_cost_and_codes_are_told_apart() {
        let rubles = Currency::parse("RUB").unwrap();
        let text = Text {
            phone: "+79000000001",
            text: "Готов",
            id: "a-1",
        };
        let read = |body| Smsc.sent(&answer(&body), &text, rubles);
        let taken = json!({"id": "a-1", "cnt": 2, "cost": "3.88", "balance": "100.10"});
        let sent = read(taken).unwrap();
        assert_eq!(
            (&*sent.id, sent.parts, sent.cost),
            ("a-1", 2, Some(Money::from_row(388)))
        );
        for (code, trouble) in [
            (1, ChannelTrouble::Content),
            (2, ChannelTrouble::Credentials),
            (3, ChannelTrouble::NoMoney),
            (4, ChannelTrouble::TooMany),
            (6, ChannelTrouble::Content),
            (7, ChannelTrouble::Recipient),
            (8, ChannelTrouble::Recipient),
            (9, ChannelTrouble::Repeated),
        ] {
            let refused = read(json!({"error": "no", "error_code": code})).unwrap_err();
            assert_eq!(refused.fault.trouble, trouble, "{code}");
        }
        assert_eq!(
            read(json!({})).unwrap_err().fault.trouble,
            ChannelTrouble::Unclear
        );
    }

    #[test]
    fn a_message_that_the_gateway_does_not_know_is_unknown() {
        let rubles = Currency::parse("RUB").unwrap();
        let state = |body| {
            Smsc.state(&answer(&body), "a-1", rubles)
                .map(|state| state.delivery)
        };
        for (status, expected) in [
            (-3, Delivery::Unknown),
            (-1, Delivery::OnTheWay),
            (0, Delivery::OnTheWay),
            (1, Delivery::Delivered),
            (2, Delivery::Delivered),
            (4, Delivery::Delivered),
            (-2, Delivery::Failed("-2".to_owned())),
            (20, Delivery::Failed("20".to_owned())),
        ] {
            assert_eq!(
                state(json!({"status": status, "err": 0})).unwrap(),
                expected
            );
        }
        let gone = json!({"error": "Message not found", "error_code": 3});
        assert_eq!(state(gone).unwrap(), Delivery::Unknown);
    }
}
