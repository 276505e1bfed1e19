//! Messages that wait for a channel which is turned off meanwhile, and questions about those that are on their way.

use std::collections::HashSet;
use std::time::Duration;

use serde_json::{Value, json};

use crate::bot::{create, set_status, text};
use crate::fake_gateway::{Answer as FromGateway, FakeGateway};
use crate::fake_max::TOKEN;
use crate::fake_smtp::FakeSmtp;
use crate::fake_telegram::Answer;
use crate::harness::{Shop, eventually};
use crate::routes::{
    ANNA, PHONE, by_sms, letters, open, settled, texts, to_max, undelivered, with_both,
};

/// Makes Telegram answer that it is broken.
fn break_telegram(shop: &Shop) {
    let down = json!({"ok": false, "error_code": 502, "description": "Bad Gateway"});
    shop.telegram
        .judge(move |_| Some(Answer::Error(502, down.clone())));
}

/// The gateway takes nothing for want of money, so that messages wait.
fn without_money(gateway: &FakeGateway) {
    let empty = json!({"error": "no", "error_code": 3});
    gateway.then(FromGateway::Json(200, empty));
}

fn by_email(fake: &FakeSmtp) -> String {
    format!(
        "[email]\nhost = '127.0.0.1'\nport = '{}'\nsecurity = 'none'\nfrom = 'shop@example.com'\n",
        fake.port()
    )
}

/// Waits until a message was tried and waits again.
async fn tried(shop: &Shop) {
    let sql = "SELECT count(*) FROM outbox WHERE state = 'WAITING' AND attempts > 0";
    eventually("a message waits for its next attempt", || {
        shop.clock.advance(Duration::from_millis(250));
        let database = shop.database();
        let waiting: i64 = database.query_row(sql, [], |row| row.get(0)).unwrap();
        waiting > 0
    })
    .await;
}

#[tokio::test]
async fn what_waits_for_a_messenger_goes_by_the_other_once_it_is_turned_off() {
    let (shop, max, id) = with_both().await;
    break_telegram(&shop);
    // A reply that waits comes before the notice.
    shop.update(text(ANNA, "/help")).await;
    tried(&shop).await;
    set_status(&shop, &id, "READY").await;
    let at_max = format!(
        "[max]\ntoken = '{TOKEN}'\napi_url = '{}'\nmode = 'webhook'",
        max.url()
    );
    let shop = shop
        .reopen_as(&at_max, "mode = 'off'", Duration::ZERO)
        .await;
    let sent = to_max(&shop, &max, 1).await;
    let notice = sent[0]["text"].as_str().unwrap();
    assert!(notice.contains("№ 1"), "{notice}");
    settled(&shop).await;
    assert_eq!(max.messages().len(), 1);
    let lost = json!([{"reason": "REFUSED", "detail": "the channel is turned off and there is no other",
        "channel": "TELEGRAM", "kind": "REPLY"}]);
    assert_eq!(undelivered(&shop).await, lost);
    shop.close().await;
}

#[tokio::test]
async fn what_waits_while_no_channel_is_set_up_goes_when_there_is_one() {
    let (shop, max, id) = with_both().await;
    break_telegram(&shop);
    shop.update(text(ANNA, "/help")).await;
    set_status(&shop, &id, "READY").await;
    let shop = shop.reopen_as("", "mode = 'off'", Duration::ZERO).await;
    for _ in 0..20 {
        shop.clock.advance(Duration::from_secs(60));
        tokio::task::yield_now().await;
    }
    assert_eq!(undelivered(&shop).await, json!([]));
    let fake = FakeSmtp::start().await;
    let with_email = "UPDATE customers SET email = 'anna@example.com'";
    shop.database().execute(with_email, []).unwrap();
    let shop = shop
        .reopen_as(&by_email(&fake), "mode = 'off'", Duration::ZERO)
        .await;
    let letter = letters(&shop, &fake, 1).await.remove(0);
    assert_eq!(letter.to, "anna@example.com");
    settled(&shop).await;
    assert!(max.messages().is_empty());
    shop.close().await;
}

#[tokio::test]
async fn a_purpose_that_the_owner_unticks_goes_by_the_next_channel_or_is_given_up() {
    let (gateway, fake) = (FakeGateway::start().await, FakeSmtp::start().await);
    let shop = open(&format!("{}{}", by_email(&fake), by_sms(&gateway, ""))).await;
    for phone in [PHONE, "+79000000002"] {
        let id = create(&shop, phone).await;
        without_money(&gateway);
        set_status(&shop, &id, "READY").await;
        tried(&shop).await;
    }
    let with_email = "UPDATE customers SET email = 'anna@example.com' WHERE id = 1";
    shop.database().execute(with_email, []).unwrap();
    let untick = "mutation { updateSettings(settings: [{key: SMS_PURPOSES, value: \"quote\"}]) { settings { key } } }";
    let answer = shop.ask(untick).await;
    assert!(answer["errors"].is_null(), "{answer}");
    let letter = letters(&shop, &fake, 1).await.remove(0);
    assert_eq!(letter.to, "anna@example.com");
    settled(&shop).await;
    let lost = json!([{"reason": "REFUSED", "detail": "the channel is turned off and there is no other",
        "channel": "SMS", "kind": "STATUS_CHANGED"}]);
    assert_eq!(undelivered(&shop).await, lost);
    // The gateway had no money for the first one, and was asked for no other.
    assert_eq!(gateway.messages().len(), 1);
    shop.close().await;
}

#[tokio::test]
async fn what_was_being_sent_by_a_channel_that_is_off_after_the_restart_is_planned_anew() {
    let (shop, max, id) = with_both().await;
    break_telegram(&shop);
    set_status(&shop, &id, "READY").await;
    tried(&shop).await;
    let at_max = format!(
        "[max]\ntoken = '{TOKEN}'\napi_url = '{}'\nmode = 'webhook'",
        max.url()
    );
    let killed = "UPDATE outbox SET state = 'SENDING'";
    shop.database().execute(killed, []).unwrap();
    let shop = shop
        .reopen_as(&at_max, "mode = 'off'", Duration::ZERO)
        .await;
    to_max(&shop, &max, 1).await;
    settled(&shop).await;
    shop.close().await;
}

#[tokio::test]
async fn every_sms_on_its_way_is_asked_about_in_turn() {
    let fake = FakeGateway::start().await;
    let shop = open(&by_sms(&fake, "")).await;
    create(&shop, PHONE).await;
    let now = shop.clock.now().as_millisecond();
    let on_their_way = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 45)
        INSERT INTO outbox (person, channel, kind, customer_id, task_id, from_status, to_status, state, attempts,
            created_at, due_at, try_at, settled_at, external_id, arrival)
        SELECT 'C1', 'SMS', 'STATUS_CHANGED', 1, 1, 'NEW', 'READY', 'DELIVERED', 1, ?1, ?1, ?1, ?1, 'x' || i, 'PENDING'
        FROM n";
    shop.database().execute(on_their_way, [now]).unwrap();
    for _ in 0..200 {
        let on_the_way = json!({"status": 0, "last_date": "25.07.2021 12:00:05", "err": 0});
        fake.then(FromGateway::Json(200, on_the_way));
    }
    eventually("each was asked about", || {
        shop.clock.advance(Duration::from_secs(61));
        let calls = fake.calls();
        let asked: HashSet<&str> = calls.iter().map(|call| call.field("id")).collect();
        (1..=45).all(|i| asked.contains(format!("x{i}").as_str()))
    })
    .await;
    shop.close().await;
}

#[tokio::test]
async fn a_message_that_the_gateway_refused_does_not_count_for_the_limit_of_a_day() {
    let fake = FakeGateway::start().await;
    let shop = open(&by_sms(&fake, "daily_messages = '1'")).await;
    let refused = json!({"error": "invalid number", "error_code": 7});
    fake.then(FromGateway::Json(200, refused));
    let id = create(&shop, PHONE).await;
    set_status(&shop, &id, "READY").await;
    settled(&shop).await;
    assert_ne!(undelivered(&shop).await[0]["reason"], Value::Null);
    let id = create(&shop, "+79000000002").await;
    set_status(&shop, &id, "READY").await;
    let sent = texts(&shop, &fake, 2).await;
    assert_eq!(sent[1].field("phones"), "+79000000002");
    settled(&shop).await;
    shop.close().await;
}
