//! Body, headers and signatures of a delivery, in the form of Standard Webhooks
//! (<https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::Sha256;

use crate::app::webhooks::Parcel;
use crate::domain::{Delivery, HookSecret};

/// Body of a delivery.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    id: String,
    #[serde(rename = "type")]
    kind: &'a str,
    timestamp: String,
    data: &'a RawValue,
    /// What receivers of version 0.1 read, until 0.3.
    event: &'a str,
    time: String,
    #[serde(flatten)]
    about: About<'a>,
}

/// The object of an event, also at the top level until 0.3.
#[derive(Serialize, Deserialize)]
struct About<'a> {
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    task: Option<&'a RawValue>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    customer: Option<&'a RawValue>,
}

/// Serialises a delivery, identically for every attempt.
pub(super) fn body(delivery: &Delivery) -> Result<String, serde_json::Error> {
    let Delivery {
        id,
        event,
        payload,
        happened,
        ..
    } = delivery;
    serde_json::to_string(&Body {
        id: id.to_string(),
        kind: event.word(),
        timestamp: format!("{happened:.3}"),
        data: serde_json::from_str(payload)?,
        event: event.word(),
        time: happened.to_string(),
        about: serde_json::from_str(payload)?,
    })
}

/// Returns the headers of an attempt beside the media type.
pub(super) fn headers(parcel: &Parcel, at: Timestamp, body: &str) -> Vec<(&'static str, String)> {
    let (delivery, secrets) = (&parcel.delivery, &parcel.secrets);
    let id = delivery.id.to_string();
    let signatures = secrets
        .iter()
        .map(|secret| signature(secret, &id, at, body));
    let signatures: Vec<String> = signatures.collect();
    let mut headers = vec![
        ("webhook-id", id.clone()),
        ("webhook-timestamp", at.as_second().to_string()),
        ("webhook-signature", signatures.join(" ")),
        ("x-zayavka-delivery", id),
        ("x-zayavka-event", delivery.event.word().to_owned()),
    ];
    let legacy = secrets.first();
    headers.extend(legacy.map(|secret| {
        let signature = legacy_signature(secret, at, body);
        ("x-zayavka-signature", signature)
    }));
    headers
}

/// Returns a signature by which a receiver verifies origin, age and identity of a delivery: HMAC-SHA256 in Base64 over
/// its id, the time of the attempt in seconds, and the body.
pub fn signature(secret: &HookSecret, id: &str, at: Timestamp, body: &str) -> String {
    let at = at.as_second();
    let mac = mac(secret, &format!("{id}.{at}.{body}"));
    format!("v1,{}", STANDARD.encode(mac))
}

/// Returns the signature of version 0.1, which is sent until 0.3: the time of the attempt in seconds, and HMAC-SHA256
/// over that time, a point, and the body.
pub fn legacy_signature(secret: &HookSecret, at: Timestamp, body: &str) -> String {
    let at = at.as_second();
    let mac = mac(secret, &format!("{at}.{body}"));
    let hex: String = mac.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={at},v1={hex}")
}

fn mac(secret: &HookSecret, text: &str) -> Vec<u8> {
    let key = secret.key();
    // Any key length is valid.
    let mac = Hmac::<Sha256>::new_from_slice(key.expose_secret());
    mac.map_or_else(
        |_| Vec::new(),
        |mac| mac.chain_update(text).finalize().into_bytes().to_vec(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        Author, Category, DeliveryId, Description, EmployeeId, HookEvent, Stage, Status, Subject,
        Task, TaskId,
    };

    const SECRET: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
    const PLAIN: &str = "0123456789abcdef0123456789abcdef";

    fn secret(text: &str) -> HookSecret {
        HookSecret::trusted(text.into())
    }

    /// The example of the specification.
    #[test]
    fn a_signature_is_that_of_the_specifications_libraries() {
        let body = r#"{"test": 2432232314}"#;
        let at = Timestamp::from_second(1_614_265_330).unwrap();
        let secret = secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let signed = signature(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", at, body);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    /// The example of docs/api/webhooks.md in both languages, computed by Python's `hmac`.
    #[test]
    fn a_body_and_its_signatures_are_as_documented() {
        let happened: Timestamp = "2021-07-25T09:00:00Z".parse().unwrap();
        let nothing = Description::parse("d", "").unwrap();
        let stage = Stage::plain(Status::Accepted);
        let mut before = Task::new(None, None, Category::Other, &stage, nothing, happened);
        before.id = TaskId::from_row(1);
        let mut after = before.clone();
        after.enter(&Stage::plain(Status::Ready), happened);
        after.version = 2;
        let news = Subject::of_change(&before, &after).into_iter();
        let mut news = news.filter(|(event, _)| *event == HookEvent::TaskStatusChanged);
        let (event, subject) = news.next().unwrap();
        let subject = subject.by(Author::Staff(EmployeeId::from_row(1)));
        let delivery = Delivery {
            id: DeliveryId::from_row(17),
            event,
            payload: serde_json::to_string(&subject).unwrap(),
            attempts: 0,
            happened,
            queued: happened,
            next: happened,
        };
        let body = body(&delivery).unwrap();
        assert_eq!(
            body,
            r#"{"id":"17","type":"task.status_changed","timestamp":"2021-07-25T09:00:00.000Z","data":{"task":{"id":"1","status":"READY","version":2},"previousStatus":"ACCEPTED","author":{"kind":"STAFF","id":"1"}},"event":"task.status_changed","time":"2021-07-25T09:00:00Z","task":{"id":"1","status":"READY","version":2}}"#
        );
        let signed = signature(&secret(SECRET), "17", happened, &body);
        // The same bytes, written in two ways.
        assert_eq!(signature(&secret(PLAIN), "17", happened, &body), signed);
        let legacy = legacy_signature(&secret(PLAIN), happened, &body);
        for page in [
            include_str!("../../../docs/api/webhooks.md"),
            include_str!("../../../docs/ru/api/webhooks.md"),
        ] {
            assert!(page.contains(&format!("\n{body}\n")), "{body}");
            assert!(page.contains(SECRET) && page.contains(PLAIN));
            assert!(page.contains(&signed), "{signed}");
            assert!(page.contains(&legacy), "{legacy}");
        }
    }
}
