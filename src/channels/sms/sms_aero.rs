//! SMS Aero (<https://smsaero.ru/integration/documentation/api/>).

use serde_json::Value;

use super::answer::{Answer, foreign, masked, text};
use super::gateway::{Call, Delivery, Gateway, Report, Sent, Signing, SmsState, Text, digits};
use super::report::Form;
use crate::channels::refusal::Refusal;
use crate::domain::{ChannelTrouble, Currency, Money, SmsAccount, sms_parts};

pub(super) struct SmsAero;

impl Gateway for SmsAero {
    fn address(&self) -> &'static str {
        "https://gate.smsaero.ru/v2"
    }

    fn sign(&self, _: &SmsAccount) -> Signing {
        Signing::Basic
    }

    fn send(&self, account: &SmsAccount, message: &Text<'_>) -> Call {
        let mut fields = vec![
            ("number", digits(message.phone)),
            ("text", message.text.to_owned()),
        ];
        if let Some(sender) = &account.sender {
            fields.push(("sign", sender.as_str().to_owned()));
        }
        Call::new("sms/send", fields)
    }

    fn sent(&self, answer: &Answer, message: &Text<'_>, of: Currency) -> Result<Sent, Refusal> {
        let data = accepted(answer)?;
        Ok(Sent {
            id: data.text("/id").ok_or_else(foreign)?,
            parts: sms_parts(message.text),
            cost: data.money("/cost", of),
        })
    }

    fn balance(&self) -> Call {
        Call::new("balance", Vec::new())
    }

    fn left(&self, answer: &Answer, of: Currency) -> Result<Money, Refusal> {
        accepted(answer)?.money("/balance", of).ok_or_else(foreign)
    }

    fn ask(&self, _: &str, id: &str) -> Call {
        Call::new("sms/status", vec![("id", id.to_owned())])
    }

    fn state(&self, answer: &Answer, _: &str, of: Currency) -> Result<SmsState, Refusal> {
        let data = accepted(answer)?;
        let said = data.text("/extendStatus").unwrap_or_default();
        let delivery = delivery(data.number("/status").ok_or_else(foreign)?, said);
        let cost = data.money("/cost", of);
        Ok(SmsState { delivery, cost })
    }

    fn reports(&self, form: &Form) -> Vec<Report> {
        let said = form.get("extendStatus").map(masked).unwrap_or_default();
        let report = form.get("id").zip(form.number("status"));
        let report = report.map(|(id, status)| Report {
            id: id.to_owned(),
            delivery: delivery(status, said),
        });
        report.into_iter().collect()
    }

    fn receipt(&self) -> &'static str {
        "OK"
    }
}

/// Returns where a message is, by its status and the word beside it.
fn delivery(status: i64, said: String) -> Delivery {
    match status {
        1 => Delivery::Delivered,
        2 | 6 => Delivery::Failed(said),
        // The sources differ about what 3 is, so the word decides.
        3 if said.contains("reject") || said.contains("fail") => Delivery::Failed(said),
        _ => Delivery::OnTheWay,
    }
}

/// Returns the data of a request that was accepted: an object, or a list with one.
fn accepted(answer: &Answer) -> Result<Answer, Refusal> {
    let data = answer.body.get("data");
    match (answer.body.get("success"), data) {
        (Some(Value::Bool(true)), Some(data)) => {
            let first = data.as_array().and_then(|all| all.first());
            Ok(Answer {
                status: answer.status,
                body: first.unwrap_or(data).clone(),
            })
        }
        (Some(Value::Bool(true)), None) => Err(foreign()),
        _ => Err(refusal(answer)),
    }
}

fn refusal(answer: &Answer) -> Refusal {
    let named = |names: &[&str]| {
        let data = answer.body.get("data").and_then(Value::as_object);
        data.is_some_and(|data| names.iter().any(|name| data.contains_key(*name)))
    };
    let said = ["message", "reason", "result"];
    let said: Vec<String> = said
        .iter()
        .filter_map(|key| answer.body.get(key).and_then(text))
        .collect();
    let words = said.join(" ").to_lowercase();
    let says = |parts: &[&str]| parts.iter().any(|part| words.contains(part));
    let trouble = match answer.status {
        401 | 403 => ChannelTrouble::Credentials,
        402 => ChannelTrouble::NoMoney,
        429 => ChannelTrouble::TooMany,
        500.. => ChannelTrouble::Unclear,
        _ if named(&["number", "numbers"]) => ChannelTrouble::Recipient,
        _ if named(&["sign"]) => ChannelTrouble::Sender,
        _ if named(&["text"]) => ChannelTrouble::Content,
        _ if says(&["money", "balance", "credits"]) => ChannelTrouble::NoMoney,
        _ if says(&["auth", "credential", "api key"]) => ChannelTrouble::Credentials,
        _ if answer.body.get("success").is_none() && said.is_empty() => return foreign(),
        _ => ChannelTrouble::Content,
    };
    let detail = format!("{} {}", answer.status, answer.words("/message"));
    Refusal::new(trouble, detail.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn refusals_are_told_apart_by_status_field_and_words() {
        let text = Text {
            phone: "+79000000001",
            text: "Готов",
            id: "a-1",
        };
        let read = |status, body: Value| {
            let answer = Answer::read(status, body.to_string().as_bytes())?;
            SmsAero.sent(&answer, &text, Currency::parse("RUB").unwrap())
        };
        let taken = json!({"success": true, "data": {"id": 7, "number": "79000000001", "status": 0, "cost": 5.49}});
        let sent = read(200, taken).unwrap();
        assert_eq!((&*sent.id, sent.cost), ("7", Some(Money::from_row(549))));
        let refused = |data: Value, message: &str| json!({"success": false, "data": data, "message": message});
        for (status, body, trouble) in [
            (
                401,
                refused(Value::Null, "Unauthorized"),
                ChannelTrouble::Credentials,
            ),
            (402, refused(Value::Null, "No"), ChannelTrouble::NoMoney),
            (
                400,
                refused(json!({"number": ["Bad"]}), "Validation error."),
                ChannelTrouble::Recipient,
            ),
            (
                400,
                refused(json!({"sign": ["Bad"]}), "Validation error."),
                ChannelTrouble::Sender,
            ),
            (
                400,
                refused(json!({"text": ["Bad"]}), "Validation error."),
                ChannelTrouble::Content,
            ),
            (
                400,
                refused(Value::Null, "Not enough money."),
                ChannelTrouble::NoMoney,
            ),
            (
                429,
                refused(Value::Null, "Slow down"),
                ChannelTrouble::TooMany,
            ),
            (503, refused(Value::Null, "Later"), ChannelTrouble::Unclear),
            (200, json!({"hello": 1}), ChannelTrouble::Unclear),
            (200, json!({"success": true}), ChannelTrouble::Unclear),
            (
                200,
                json!({"success": true, "data": {}}),
                ChannelTrouble::Unclear,
            ),
        ] {
            let found = read(status, body.clone()).unwrap_err().fault.trouble;
            assert_eq!(found, trouble, "{status} {body}");
        }
    }
}
