//! Conversations with the bot from a customer's phone.

use std::time::Duration;

use serde_json::{Value, json};

use crate::fake_telegram::Answer;
use crate::harness::{SECRET, Shop};

pub const ANNA: i64 = 4_000_000_000_001;
pub const BORIS: i64 = 7;

pub fn message(from: i64, content: Value) -> Value {
    let mut message = json!({
        "message_id": 1, "date": 1627203600,
        "chat": {"id": from, "type": "private", "first_name": "Анна"},
        "from": {"id": from, "is_bot": false, "first_name": "Анна", "last_name": "К.", "language_code": "ru"},
    });
    message
        .as_object_mut()
        .unwrap()
        .extend(content.as_object().unwrap().clone());
    json!({ "message": message })
}

pub fn text(from: i64, text: &str) -> Value {
    message(from, json!({ "text": text }))
}

pub fn contact(from: i64, owner: i64, phone: &str) -> Value {
    let contact = json!({"phone_number": phone, "first_name": "Анна", "user_id": owner});
    message(from, json!({ "contact": contact }))
}

pub async fn create(shop: &Shop, phone: &str) -> String {
    let query = format!(
        r#"mutation {{ createTask(taskData: {{customerPhone: "{phone}", category: REPAIR}}) {{ task {{ id }} }} }}"#
    );
    let answer = shop.ask(&query).await;
    answer["data"]["createTask"]["task"]["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

pub async fn set_status(shop: &Shop, id: &str, status: &str) {
    let query = format!(
        "mutation {{ updateTask(taskData: {{id: {id}, status: {status}}}) {{ task {{ id }} }} }}"
    );
    let answer = shop.ask(&query).await;
    assert!(answer["errors"].is_null(), "{answer}");
}

/// Waits for this many messages while the clock advances, so that no rate limit delays them.
pub async fn messages(shop: &Shop, count: usize) -> Vec<Value> {
    while shop.telegram.messages_now().len() < count {
        shop.clock.advance(Duration::from_millis(250));
        let more = shop.telegram.messages_now().len() + 1;
        let _ = tokio::time::timeout(
            Duration::from_millis(20),
            shop.telegram.calls_of("Message", more),
        )
        .await;
    }
    shop.telegram.messages_now()
}

pub fn said(message: &Value) -> &str {
    message["text"].as_str().unwrap()
}

#[tokio::test]
async fn flaw_08_a_customer_of_the_shop_links_by_contact_and_is_told_of_a_new_status() {
    let shop = Shop::with_owner().await;
    let id = create(&shop, "8 900 000 00 01").await;
    shop.update(text(ANNA, "/start")).await;
    shop.update(contact(ANNA, ANNA, "79000000001")).await;
    let sent = messages(&shop, 3).await;
    assert!(said(&sent[0]).starts_with("Здравствуйте!"));
    assert_eq!(
        sent[0]["reply_markup"]["keyboard"][0][0]["request_contact"],
        true
    );
    assert!(said(&sent[1]).starts_with("Готово"));
    assert_eq!(
        said(&sent[2]),
        "Ваши заявки:\n<b>№ 1</b> · Ремонт · Принято · 25 июля 2021"
    );
    set_status(&shop, &id, "READY").await;
    let sent = messages(&shop, 4).await;
    assert_eq!(said(&sent[3]), "Готово: заявка (№ 1).");
    assert_eq!(sent[3]["chat_id"], ANNA);
    let card = shop
        .ask("{ customerById(id: 1) { telegramId telegramVerified name } }")
        .await;
    let card = &card["data"]["customerById"];
    assert_eq!(card["telegramId"], ANNA.to_string());
    assert_eq!(
        (&card["telegramVerified"], &card["name"]),
        (&json!(true), &json!("Анна К."))
    );
    shop.close().await;
}

#[tokio::test]
async fn flaw_07_a_typed_phone_shows_and_changes_nothing() {
    let shop = Shop::with_owner().await;
    let id = create(&shop, "+79000000001").await;
    shop.update(text(BORIS, "+7 900 000-00-01")).await;
    shop.update(text(ANNA, "+7 900 000-00-02")).await;
    let sent = messages(&shop, 2).await;
    assert_eq!(said(&sent[0]), said(&sent[1]));
    let cards = shop
        .ask("{ allCustomers { phoneE164 telegramId telegramVerified } }")
        .await;
    let cards = &cards["data"]["allCustomers"];
    assert_eq!(cards[0]["telegramId"], Value::Null);
    assert_eq!(cards[1]["phoneE164"], "+79000000002");
    assert_eq!(cards[1]["telegramVerified"], false);
    set_status(&shop, &id, "READY").await;
    let second = create(&shop, "+79000000002").await;
    set_status(&shop, &second, "READY").await;
    shop.update(text(ANNA, "мои заявки")).await;
    let sent = messages(&shop, 3).await;
    assert!(said(&sent[2]).starts_with("Чтобы увидеть"), "{sent:?}");
    shop.clock.advance(Duration::from_secs(60));
    shop.close().await;
}

#[tokio::test]
async fn a_foreign_and_a_forwarded_contact_link_nothing() {
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    shop.update(contact(BORIS, ANNA, "+79000000001")).await;
    let mut forwarded = contact(BORIS, BORIS, "+79000000001");
    forwarded["message"]["forward_origin"] =
        json!({"type": "hidden_user", "date": 0, "sender_user_name": "x"});
    shop.update(forwarded).await;
    let sent = messages(&shop, 2).await;
    assert!(
        sent.iter()
            .all(|message| said(message).starts_with("Это чужой контакт")),
        "{sent:?}"
    );
    let mut group = contact(BORIS, BORIS, "+79000000001");
    group["message"]["chat"] = json!({"id": -5, "type": "group", "title": "g"});
    shop.update(group).await;
    let card = shop.ask("{ customerById(id: 1) { telegramId } }").await;
    assert_eq!(card["data"]["customerById"]["telegramId"], Value::Null);
    shop.close().await;
}

#[tokio::test]
async fn an_update_that_comes_twice_has_its_effect_once_and_only_with_the_secret() {
    let shop = Shop::open().await;
    let mut update = text(ANNA, "/help");
    update["update_id"] = json!(500);
    let update = update.to_string();
    for secrets in [&[][..], &["wrong"], &[SECRET, SECRET]] {
        assert_eq!(shop.webhook(secrets, &update).await, 401);
    }
    for _ in 0..3 {
        assert_eq!(shop.webhook(&[SECRET], &update).await, 200);
    }
    for odd in [
        "{",
        "{}",
        r#"{"update_id": 501, "brand_new_kind": {"a": 1}}"#,
    ] {
        assert_eq!(shop.webhook(&[SECRET], odd).await, 200, "{odd}");
    }
    shop.update(text(ANNA, "/start")).await;
    let sent = messages(&shop, 2).await;
    assert!(said(&sent[1]).starts_with("Здравствуйте!"), "{sent:?}");
    shop.close().await;
}

#[tokio::test]
async fn changes_inside_the_delay_are_one_notice_and_there_and_back_is_none() {
    let shop = Shop::with_owner().await;
    let id = create(&shop, "+79000000001").await;
    shop.update(contact(ANNA, ANNA, "+79000000001")).await;
    messages(&shop, 2).await;
    for status in ["READY", "ACCEPTED"] {
        set_status(&shop, &id, status).await;
    }
    shop.clock.advance(Duration::from_secs(60));
    for status in ["IN_PROGRESS", "READY"] {
        set_status(&shop, &id, status).await;
    }
    let sent = messages(&shop, 3).await;
    assert!(said(&sent[2]).contains("Готово"), "{sent:?}");
    set_status(&shop, &id, "READY").await;
    shop.update(text(ANNA, "/help")).await;
    let sent = messages(&shop, 4).await;
    assert!(said(&sent[3]).starts_with("Напишите"), "{sent:?}");
    shop.close().await;
}

#[tokio::test]
async fn a_hundred_tasks_come_in_pages() {
    let shop = Shop::with_owner().await;
    for _ in 0..100 {
        create(&shop, "+79000000001").await;
    }
    shop.update(contact(ANNA, ANNA, "+79000000001")).await;
    let sent = messages(&shop, 2).await;
    assert!(
        said(&sent[1]).starts_with("Ваши заявки, страница 1 из 5:\n<b>№ 100</b>"),
        "{sent:?}"
    );
    let button = &sent[1]["reply_markup"]["inline_keyboard"][0][0];
    let mut press = message(ANNA, json!({}));
    press["message"]["from"]["id"] = json!(1);
    shop.update(json!({ "callback_query": {
        "id": "q", "chat_instance": "c", "data": button["callback_data"],
        "from": {"id": ANNA, "is_bot": false, "first_name": "Анна", "language_code": "ru"},
        "message": press["message"],
    }}))
    .await;
    let sent = messages(&shop, 3).await;
    assert!(
        said(&sent[2]).starts_with("Ваши заявки, страница 2 из 5:\n<b>№ 80</b>"),
        "{sent:?}"
    );
    assert_eq!(sent[2]["message_id"], 1);
    shop.close().await;
}

/// Opens a shop with Anna linked, whose next message gets this answer.
pub async fn linked(answer: Answer) -> (Shop, String) {
    let shop = Shop::with_owner().await;
    let id = create(&shop, "+79000000001").await;
    shop.update(contact(ANNA, ANNA, "+79000000001")).await;
    messages(&shop, 2).await;
    shop.telegram.then(answer);
    set_status(&shop, &id, "READY").await;
    (shop, id)
}

#[tokio::test]
async fn flaw_11_a_failing_telegram_is_tried_again_and_never_fails_the_change() {
    let retry = json!({"ok": false, "error_code": 429, "description": "Too Many Requests", "parameters": {"retry_after": 3}});
    let broken = json!({"ok": false, "error_code": 500, "description": "Internal Server Error"});
    for answer in [
        Answer::Error(429, retry),
        Answer::Error(500, broken),
        Answer::Garbage,
        Answer::Reset,
        Answer::Silence,
    ] {
        let (shop, _) = linked(answer).await;
        let sent = messages(&shop, 4).await;
        assert_eq!(said(&sent[2]), said(&sent[3]));
        shop.close().await;
    }
}

#[tokio::test]
async fn a_blocked_bot_and_a_refused_message_are_shown_to_staff() {
    let query = "{ undelivered { id reason status task { id } customer { telegramBlocked } } }";
    for (status, why, reason, blocked) in [
        (
            403,
            "Forbidden: bot was blocked by the user",
            "BLOCKED",
            true,
        ),
        (400, "Bad Request: chat not found", "BLOCKED", true),
        (400, "Bad Request: can't parse entities", "REFUSED", false),
    ] {
        let error = json!({"ok": false, "error_code": status, "description": why});
        let (shop, _) = linked(Answer::Error(status, error)).await;
        messages(&shop, 3).await;
        let dead = loop {
            let answer = shop.ask(query).await;
            match answer["data"]["undelivered"].as_array().unwrap().first() {
                Some(dead) => break dead.clone(),
                None => tokio::task::yield_now().await,
            }
        };
        assert_eq!(
            (&dead["reason"], &dead["status"]),
            (&json!(reason), &json!("READY"))
        );
        assert_eq!(dead["customer"]["telegramBlocked"], blocked);
        let retry = format!(
            "mutation {{ retryNotice(id: {}) {{ task {{ id }} }} }}",
            dead["id"]
        );
        assert!(shop.ask(&retry).await["errors"].is_null());
        messages(&shop, 4).await;
        shop.close().await;
    }
}

#[tokio::test]
async fn messages_queued_at_a_stop_are_sent_after_the_next_start() {
    let shop = Shop::with_owner().await;
    let id = create(&shop, "+79000000001").await;
    shop.update(contact(ANNA, ANNA, "+79000000001")).await;
    messages(&shop, 2).await;
    set_status(&shop, &id, "READY").await;
    let shop = shop.reopen().await;
    let sent = messages(&shop, 3).await;
    assert!(said(&sent[2]).contains("Готово"), "{sent:?}");
    shop.close().await;
}

#[tokio::test]
async fn an_update_that_could_not_be_stored_is_asked_for_again_and_works_then() {
    let shop = Shop::open().await;
    let mut update = text(ANNA, "/help");
    update["update_id"] = json!(500);
    let update = update.to_string();
    shop.database()
        .execute("ALTER TABLE outbox RENAME TO gone", [])
        .unwrap();
    assert_eq!(shop.webhook(&[SECRET], &update).await, 503);
    shop.database()
        .execute("ALTER TABLE gone RENAME TO outbox", [])
        .unwrap();
    assert_eq!(shop.webhook(&[SECRET], &update).await, 200);
    let sent = messages(&shop, 1).await;
    assert!(said(&sent[0]).starts_with("Напишите"), "{sent:?}");
    shop.close().await;
}
