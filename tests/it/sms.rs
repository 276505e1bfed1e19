//! SMS through the three gateways, against fakes that answer as their documents say.

use std::time::Duration;

use secrecy::SecretString;
use serde_json::json;
use tokio::net::TcpListener;
use zayavka::channels::Failure;
use zayavka::channels::sms::{Client, Delivery, Text};
use zayavka::domain::{ChannelTrouble, Currency, Money, SmsAccount, SmsProvider, SmsSender};

use crate::fake_gateway::{Answer, FakeGateway};
use crate::harness::Log;

const KEY: &str = "very-secret-key-of-the-gateway";
const PHONE: &str = "+79000000001";
const DIGITS: &str = "79000000001";
/// Longer than any answer of a fake that answers.
const PATIENT: Duration = Duration::from_secs(30);

fn account(provider: SmsProvider) -> SmsAccount {
    let login = match provider {
        SmsProvider::SmsRu => "",
        SmsProvider::Smsc => "shop",
        SmsProvider::SmsAero => "owner@example.com",
    };
    SmsAccount {
        provider,
        login: login.to_owned(),
        key: SecretString::from(KEY),
        sender: Some(SmsSender::parse("sender", "Shop").unwrap()),
        currency: Currency::parse("RUB").unwrap(),
    }
}

fn client(fake: &FakeGateway, provider: SmsProvider, timeout: Duration) -> Client {
    Client::new(account(provider), Some(fake.url()), timeout).unwrap()
}

const TEXT: Text<'_> = Text {
    phone: PHONE,
    text: "iPhone 12 готов (№ 3)",
    id: "shop-17",
};

#[tokio::test]
async fn each_gateway_is_asked_in_its_own_form_and_says_what_it_cost() {
    crate::time_limit::start();
    let fake = FakeGateway::start().await;
    let [ru, smsc, aero] = [SmsProvider::SmsRu, SmsProvider::Smsc, SmsProvider::SmsAero]
        .map(|provider| client(&fake, provider, PATIENT));

    let sent = ru.send(&TEXT).await.unwrap();
    assert_eq!((&*sent.id, sent.parts, sent.cost), ("000000-1", 1, None));
    let sent = smsc.send(&TEXT).await.unwrap();
    assert_eq!((&*sent.id, sent.parts), ("shop-17", 1));
    assert_eq!(sent.cost, Some(Money::from_row(144)));
    let sent = aero.send(&TEXT).await.unwrap();
    assert_eq!((&*sent.id, sent.parts), ("3", 1));
    assert_eq!(sent.cost, Some(Money::from_row(549)));

    let calls = fake.calls();
    let of_ru = &calls[0];
    assert_eq!(of_ru.path, "/sms/send");
    for (field, value) in [
        ("api_id", KEY),
        ("json", "1"),
        ("to", DIGITS),
        ("msg", TEXT.text),
        ("from", "Shop"),
    ] {
        assert_eq!(of_ru.field(field), value, "{field}");
    }
    let of_smsc = &calls[1];
    assert_eq!(of_smsc.path, "/sys/send.php");
    for (field, value) in [
        ("login", "shop"),
        ("psw", KEY),
        ("fmt", "3"),
        ("charset", "utf-8"),
        ("phones", PHONE),
        ("mes", TEXT.text),
        ("id", "shop-17"),
        ("sender", "Shop"),
    ] {
        assert_eq!(of_smsc.field(field), value, "{field}");
    }
    let of_aero = &calls[2];
    assert_eq!(of_aero.path, "/sms/send");
    assert!(
        of_aero
            .authorization
            .as_ref()
            .unwrap()
            .starts_with("Basic ")
    );
    for (field, value) in [("number", DIGITS), ("text", TEXT.text), ("sign", "Shop")] {
        assert_eq!(of_aero.field(field), value, "{field}");
    }
    assert!(of_aero.fields.values().all(|value| !value.contains(KEY)));
}

#[tokio::test]
async fn a_key_alone_names_an_account_at_smsc() {
    crate::time_limit::start();
    let fake = FakeGateway::start().await;
    let account = SmsAccount {
        login: String::new(),
        sender: None,
        ..account(SmsProvider::Smsc)
    };
    let client = Client::new(account, Some(fake.url()), PATIENT).unwrap();
    client.send(&TEXT).await.unwrap();
    let call = &fake.calls()[0];
    assert_eq!(call.field("apikey"), KEY);
    for absent in ["login", "psw", "sender"] {
        assert!(!call.fields.contains_key(absent), "{absent}");
    }
}

#[tokio::test]
async fn each_gateway_says_what_is_left_and_where_a_message_is() {
    crate::time_limit::start();
    let fake = FakeGateway::start().await;
    for (provider, left, cost) in [
        (SmsProvider::SmsRu, 412_256, Some(50)),
        (SmsProvider::Smsc, -310, None),
        (SmsProvider::SmsAero, 33_703, Some(549)),
    ] {
        let client = client(&fake, provider, PATIENT);
        let balance = client.balance().await.unwrap();
        assert_eq!(balance, Money::from_row(left), "{provider:?}");
        let state = client.state(PHONE, "000000-1").await.unwrap();
        assert_eq!(state.delivery, Delivery::Delivered, "{provider:?}");
        assert_eq!(state.cost.map(Money::minor), cost, "{provider:?}");
    }
    let smsc = client(&fake, SmsProvider::Smsc, PATIENT);
    fake.then(Answer::Json(200, json!({"error": "no", "error_code": 3})));
    let state = smsc.state(PHONE, "shop-17").await.unwrap();
    assert_eq!(state.delivery, Delivery::Unknown);
    assert_eq!(fake.calls().last().unwrap().field("id"), "shop-17");
}

/// Returns whether the message may have been taken; panics for a failure that ends the attempts.
fn maybe_done(failure: &Failure) -> bool {
    match failure {
        Failure::Retry { maybe_done, .. } => *maybe_done,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_outcome_that_nobody_knows_is_reported_as_such_and_nothing_is_sent_twice() {
    crate::time_limit::start();
    let fake = FakeGateway::start().await;
    for provider in SmsProvider::ALL {
        let client = client(&fake, *provider, PATIENT);
        for answer in [
            Answer::Page(200),
            Answer::Page(502),
            Answer::Cut,
            Answer::Redirect,
            Answer::Json(200, json!([])),
            Answer::Json(200, json!({"hello": "proxy"})),
        ] {
            let before = fake.calls().len();
            fake.then(answer.clone());
            let failure = client.send(&TEXT).await.unwrap_err();
            assert!(maybe_done(&failure), "{provider:?} {answer:?} {failure:?}");
            assert_eq!(fake.calls().len(), before + 1, "{provider:?} {answer:?}");
        }
    }
    assert!(fake.calls().iter().all(|call| call.path != "/elsewhere"));
}

#[tokio::test]
async fn a_gateway_that_is_silent_may_have_taken_the_message_and_one_that_is_gone_has_not() {
    crate::time_limit::start();
    let fake = FakeGateway::start().await;
    for provider in SmsProvider::ALL {
        let client = client(&fake, *provider, Duration::from_millis(300));
        fake.then(Answer::Silence);
        let failure = client.send(&TEXT).await.unwrap_err();
        assert!(maybe_done(&failure), "{provider:?} {failure:?}");
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let gone = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    for provider in SmsProvider::ALL {
        let client = Client::new(account(*provider), Some(&gone), PATIENT).unwrap();
        let failure = client.send(&TEXT).await.unwrap_err();
        assert!(!maybe_done(&failure), "{provider:?} {failure:?}");
        assert_eq!(failure.detail(), "no connection");
    }
}

#[tokio::test]
async fn a_wrong_number_ends_the_attempts_and_an_empty_account_pauses_all_of_them() {
    crate::time_limit::start();
    let fake = FakeGateway::start().await;
    let of_ru = |code: i64| json!({"status": "OK", "status_code": 100, "sms": {DIGITS: {"status": "ERROR", "status_code": code, "status_text": format!("Number {DIGITS}")}}});
    let of_smsc = |code: i64| json!({"error": format!("{KEY} {DIGITS}"), "error_code": code, "id": "shop-17"});
    let of_aero = |data| json!({"success": false, "data": data, "message": format!("Validation error: {DIGITS}")});
    let all = [
        (SmsProvider::SmsRu, of_ru(207), ChannelTrouble::Recipient),
        (SmsProvider::SmsRu, of_ru(201), ChannelTrouble::NoMoney),
        (SmsProvider::SmsRu, of_ru(204), ChannelTrouble::Sender),
        (SmsProvider::SmsRu, of_ru(206), ChannelTrouble::TooMany),
        (SmsProvider::SmsRu, of_ru(231), ChannelTrouble::Repeated),
        (SmsProvider::Smsc, of_smsc(2), ChannelTrouble::Credentials),
        (SmsProvider::Smsc, of_smsc(8), ChannelTrouble::Recipient),
        (SmsProvider::Smsc, of_smsc(9), ChannelTrouble::Repeated),
        (
            SmsProvider::SmsAero,
            of_aero(json!({"number": ["x"]})),
            ChannelTrouble::Recipient,
        ),
        (
            SmsProvider::SmsAero,
            of_aero(json!({"sign": ["x"]})),
            ChannelTrouble::Sender,
        ),
    ];
    let log = Log::start();
    for (provider, answer, trouble) in all {
        let client = client(&fake, provider, PATIENT);
        fake.then(Answer::Json(200, answer.clone()));
        let refusal = client.attempt(&TEXT).await.unwrap_err();
        assert_eq!(refusal.fault.trouble, trouble, "{provider:?} {answer}");
        let detail = refusal.fault.detail.clone();
        assert!(!detail.contains(DIGITS), "{detail}");
        let failure = Failure::from(refusal);
        match trouble {
            ChannelTrouble::Recipient => assert!(matches!(failure, Failure::Blocked(_))),
            ChannelTrouble::Repeated => assert!(maybe_done(&failure)),
            _ => {
                assert!(!maybe_done(&failure));
                assert!(failure.after().is_some(), "{trouble:?}");
            }
        }
    }
    for secret in [KEY, DIGITS, TEXT.text] {
        assert!(!log.text().contains(secret), "{secret}");
    }
}
