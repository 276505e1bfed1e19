//! sms.ru (<https://sms.ru/api>).

use std::time::Duration;

use secrecy::ExposeSecret;
use serde_json::Value;

use super::answer::{Answer, foreign};
use super::gateway::{Call, Delivery, Gateway, Report, Sent, Signing, SmsState, Text, digits};
use super::report::Form;
use crate::channels::refusal::Refusal;
use crate::domain::{ChannelTrouble, Currency, Money, SmsAccount, sms_parts};

/// Pause after the number of messages for a day is used up.
const DAILY: Duration = Duration::from_secs(60 * 60);

pub(super) struct SmsRu;

impl Gateway for SmsRu {
    fn address(&self) -> &'static str {
        "https://sms.ru"
    }

    fn sign(&self, account: &SmsAccount) -> Signing {
        let key = account.key.expose_secret().to_owned();
        Signing::Fields(vec![("api_id", key), ("json", "1".to_owned())])
    }

    fn send(&self, account: &SmsAccount, message: &Text<'_>) -> Call {
        let mut fields = vec![
            ("to", digits(message.phone)),
            ("msg", message.text.to_owned()),
        ];
        if let Some(sender) = &account.sender {
            fields.push(("from", sender.as_str().to_owned()));
        }
        Call::new("sms/send", fields)
    }

    fn sent(&self, answer: &Answer, message: &Text<'_>, of: Currency) -> Result<Sent, Refusal> {
        let entry = only(answer)?;
        Ok(Sent {
            id: entry.text("/sms_id").ok_or_else(foreign)?,
            parts: sms_parts(message.text),
            cost: entry.money("/cost", of),
        })
    }

    fn balance(&self) -> Call {
        Call::new("my/balance", Vec::new())
    }

    fn left(&self, answer: &Answer, of: Currency) -> Result<Money, Refusal> {
        accepted(answer)?;
        answer.money("/balance", of).ok_or_else(foreign)
    }

    fn ask(&self, _: &str, id: &str) -> Call {
        Call::new("sms/status", vec![("sms_id", id.to_owned())])
    }

    fn state(&self, answer: &Answer, id: &str, of: Currency) -> Result<SmsState, Refusal> {
        accepted(answer)?;
        let messages = answer.body.pointer("/sms").and_then(Value::as_object);
        let entry = messages.and_then(|all| all.get(id)).ok_or_else(foreign)?;
        let entry = Answer {
            status: answer.status,
            body: entry.clone(),
        };
        let code = entry.number("/status_code").ok_or_else(foreign)?;
        Ok(SmsState {
            delivery: delivery(code).ok_or_else(|| refusal(code, &entry))?,
            cost: entry.money("/cost", of),
        })
    }

    /// Each entry is a text of lines: its kind, the id, the code and the time.
    fn reports(&self, form: &Form) -> Vec<Report> {
        let report = |entry: &str| {
            let mut lines = entry.lines().map(str::trim);
            lines.next().filter(|kind| *kind == "sms_status")?;
            let (id, code) = (lines.next()?.to_owned(), lines.next()?.parse().ok()?);
            let delivery = delivery(code)?;
            Some(Report { id, delivery })
        };
        form.list("data").filter_map(report).collect()
    }

    fn receipt(&self) -> &'static str {
        "100"
    }
}

/// Returns where a message is (<https://sms.ru/api/status>): 110 is one that was read; `None` for a code that isn't about a message.
fn delivery(code: i64) -> Option<Delivery> {
    Some(match code {
        -1 => Delivery::Unknown,
        103 | 110 => Delivery::Delivered,
        100..=102 => Delivery::OnTheWay,
        104..=108 | 130..=132 | 150 => Delivery::Failed(code.to_string()),
        _ => return None,
    })
}

/// Fails with the code of a request that was refused as a whole.
fn accepted(answer: &Answer) -> Result<(), Refusal> {
    match answer.number("/status_code") {
        Some(100) => Ok(()),
        Some(code) => Err(refusal(code, answer)),
        None => Err(foreign()),
    }
}

/// Returns the part of an answer about its only message, which was taken.
fn only(answer: &Answer) -> Result<Answer, Refusal> {
    accepted(answer)?;
    let messages = answer.body.pointer("/sms").and_then(Value::as_object);
    let entry = messages.and_then(|all| all.values().next());
    let entry = Answer {
        status: answer.status,
        body: entry.ok_or_else(foreign)?.clone(),
    };
    accepted(&entry)?;
    Ok(entry)
}

/// Classifies a refusal (<https://sms.ru/api/send>).
fn refusal(code: i64, said: &Answer) -> Refusal {
    let trouble = match code {
        200 | 300..=305 => ChannelTrouble::Credentials,
        201 => ChannelTrouble::NoMoney,
        204 | 221 => ChannelTrouble::Sender,
        202 | 207 | 209 | 214 | 215 => ChannelTrouble::Recipient,
        206 => ChannelTrouble::TooMany,
        // 230 and 233 are limits of one number, so other messages needn't wait.
        220 | 230 | 233 | 500 => ChannelTrouble::Unreachable,
        // The same text went to the same number within a minute or a day.
        231 | 232 => ChannelTrouble::Repeated,
        _ => ChannelTrouble::Content,
    };
    let detail = format!("{code} {}", said.words("/status_text"));
    let refusal = Refusal::new(trouble, detail.trim_end());
    match trouble {
        ChannelTrouble::TooMany => refusal.after(DAILY),
        _ => refusal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(body: &Value) -> Result<Sent, Refusal> {
        let text = Text {
            phone: "+79000000001",
            text: "Готов",
            id: "a-1",
        };
        let answer = Answer::read(200, body.to_string().as_bytes())?;
        SmsRu.sent(&answer, &text, Currency::parse("RUB").unwrap())
    }

    #[test]
    fn what_was_taken_has_an_id_and_anything_else_is_a_refusal() {
        let taken = json!({"status": "OK", "status_code": 100, "balance": 4122.56,
            "sms": {"79000000001": {"status": "OK", "status_code": 100, "sms_id": "000000-10000000"}}});
        let sent = read(&taken).unwrap();
        assert_eq!(
            (&*sent.id, sent.parts, sent.cost),
            ("000000-10000000", 1, None)
        );
        for (code, trouble) in [
            (200, ChannelTrouble::Credentials),
            (201, ChannelTrouble::NoMoney),
            (204, ChannelTrouble::Sender),
            (207, ChannelTrouble::Recipient),
            (216, ChannelTrouble::Content),
            (220, ChannelTrouble::Unreachable),
            (206, ChannelTrouble::TooMany),
            (213, ChannelTrouble::Content),
            (214, ChannelTrouble::Recipient),
            (230, ChannelTrouble::Unreachable),
            (231, ChannelTrouble::Repeated),
            (233, ChannelTrouble::Unreachable),
            (999, ChannelTrouble::Content),
        ] {
            let all = json!({"status": "ERROR", "status_code": code, "status_text": "Нет"});
            assert_eq!(read(&all).unwrap_err().fault.trouble, trouble, "{code}");
            let one = json!({"status": "OK", "status_code": 100,
                "sms": {"79000000001": {"status": "ERROR", "status_code": code}}});
            assert_eq!(read(&one).unwrap_err().fault.trouble, trouble, "{code}");
        }
        for unclear in [
            json!({"status": "OK", "status_code": 100}),
            json!({"status": "OK", "status_code": 100, "sms": {}}),
            json!({"status": "OK", "status_code": 100, "sms": {"7": {"status_code": 100}}}),
            json!({"ok": true}),
        ] {
            let trouble = read(&unclear).unwrap_err().fault.trouble;
            assert_eq!(trouble, ChannelTrouble::Unclear, "{unclear}");
        }
    }
}
