//! Additions to Telegram's API lose no message, neither from nor to a customer.
//! docs/adr/0003-telegram-client.md lists the same cases.

use std::time::Duration;

use secrecy::SecretString;
use serde_json::{Value, json};
use zayavka::channels::Failure;
use zayavka::channels::telegram::Client;
use zayavka::domain::{Buttons, Reply, TelegramId};

use crate::bot::{ANNA, contact, create, linked, message, messages, text};
use crate::conversation::press;
use crate::fake_telegram::{Answer, FakeTelegram};
use crate::harness::{Shop, eventually};
use crate::outbox::membership;

/// Creates a shop with a task of a verified customer, to whom two messages were sent.
async fn shop() -> Shop {
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    shop.update(contact(ANNA, ANNA, "+79000000001")).await;
    messages(&shop, 2).await;
    shop
}

/// Returns the texts of the task's messages, in order.
async fn words(shop: &Shop) -> Value {
    let answer = shop.ask("{ taskById(id: 1) { comments { text } } }").await;
    let comments = answer["data"]["taskById"]["comments"].as_array().unwrap();
    comments.iter().map(|one| one["text"].clone()).collect()
}

#[tokio::test]
async fn an_update_of_an_unknown_kind_is_taken_and_holds_up_nothing() {
    let shop = shop().await;
    let kinds = [
        json!({"hologram": {"chat": {"id": ANNA, "type": "private"}, "text": "lost"}}),
        json!({"hologram": "a text"}),
        json!({"hologram": null}),
        json!({}),
        json!({"message_reaction": {"chat": {"id": ANNA, "type": "private"}}}),
    ];
    for kind in kinds {
        shop.update(kind).await;
    }
    shop.update(text(ANNA, "and now words")).await;
    assert_eq!(words(&shop).await, json!(["and now words"]));
    assert_eq!(messages(&shop, 3).await.len(), 3);
    shop.close().await;
}

#[tokio::test]
async fn a_message_with_content_of_an_unknown_form_keeps_its_words() {
    let shop = shop().await;
    let place = json!({"id": ANNA, "type": "hologram"});
    let markup = json!({"inline_keyboard": [[{"text": "x", "hologram": {}}]]});
    let beside = [
        ("a field", json!({"hologram": {"a": [1]}})),
        (
            "a format",
            json!({"entities": [{"type": "hologram", "offset": 0, "length": 1}]}),
        ),
        ("a preview", json!({"link_preview_options": 1})),
        ("a button", json!({ "reply_markup": markup })),
        (
            "a quote",
            json!({"quote": "words", "is_topic_message": "yes"}),
        ),
        ("an origin", json!({"forward_origin": {"type": "hologram"}})),
        (
            "a reply to elsewhere",
            json!({"external_reply": {"origin": {"type": "hologram"}}}),
        ),
        (
            "a reply to a short message",
            json!({"reply_to_message": {"message_id": 77}}),
        ),
        (
            "a reply to another chat",
            json!({"reply_to_message": {"message_id": 77, "date": 1, "chat": place}}),
        ),
        (
            "a reply to something else",
            json!({"reply_to_message": "hologram"}),
        ),
    ];
    let mut expected = Vec::new();
    for (number, (what, content)) in beside.iter().enumerate() {
        let mut update = message(ANNA, content.clone());
        update["message"]["message_id"] = json!(100 + number);
        update["message"]["text"] = json!(what);
        shop.update(update).await;
        expected.push(*what);
        assert_eq!(words(&shop).await, json!(expected), "{what}");
    }
    shop.close().await;
}

#[tokio::test]
async fn a_press_and_a_block_of_an_unknown_form_are_understood() {
    let shop = shop().await;
    let mut pressed = press(ANNA, "move:1:1");
    pressed["callback_query"]["message"]["reply_markup"] =
        json!({"inline_keyboard": [[{"text": "x", "hologram": {}}]]});
    shop.update(pressed).await;
    messages(&shop, 3).await;
    assert_eq!(
        shop.telegram.calls_of("answerCallbackQuery", 1).await.len(),
        1
    );
    let mut gone = membership(ANNA, "kicked");
    gone["my_chat_member"]["old_chat_member"] = json!({"status": "hologram"});
    gone["my_chat_member"]["new_chat_member"]["hologram"] = json!(1);
    shop.update(gone).await;
    let blocked = "SELECT telegram_blocked FROM customers WHERE id = 1";
    let blocked = shop.database().query_row(blocked, [], |row| row.get(0));
    assert_eq!(blocked, Ok(true));
    shop.close().await;
}

#[tokio::test]
async fn a_message_that_was_sent_looks_sent_whatever_stands_in_the_answer() {
    let markup = json!({"inline_keyboard": [[{"text": "x", "hologram": {}}]]});
    let answers = [
        json!({"ok": true, "result": {"message_id": 9, "hologram": {"a": [1]}}, "hologram": 1}),
        json!({"ok": true, "result": {"message_id": 9, "chat": {"id": 1, "type": "hologram"}, "reply_markup": markup}}),
        json!({"ok": true, "result": {"message_id": "nine"}}),
        json!({"ok": true, "result": true}),
    ];
    for answer in answers {
        let (shop, _) = linked(Answer::Error(200, answer.clone())).await;
        messages(&shop, 3).await;
        let file = shop.database();
        let sent = "SELECT count(*) FROM outbox WHERE state = 'DELIVERED' AND maybe_seen = 0";
        eventually("it is sent", || {
            file.query_row(sent, [], |row| row.get::<_, i64>(0)) == Ok(1)
        })
        .await;
        // It is not sent again, even after a long wait.
        shop.clock.advance(Duration::from_secs(3_600));
        shop.update(text(ANNA, "words")).await;
        assert_eq!(messages(&shop, 4).await.len(), 4, "{answer}");
        shop.close().await;
    }
}

#[tokio::test]
async fn a_wait_of_up_to_three_days_is_taken_as_telegram_says_it() {
    let telegram = FakeTelegram::start().await;
    let client = Client::new(&telegram.url(), SecretString::from("1:secret")).unwrap();
    let chat = TelegramId::parse("id", "1").unwrap();
    let reply = Reply::new("text".to_owned(), Buttons::None);
    let hours = |hours: u64| hours * 3_600;
    for seconds in [0, 1, 255, 256, 65_535, 65_536, hours(24), hours(72)] {
        telegram.then(wait(json!(seconds)));
        let refused = client.send_reply(chat, &reply).await.unwrap_err();
        assert!(
            matches!(refused, Failure::Retry { after: Some(after), maybe_done: false, .. }
                if after == Duration::from_secs(seconds)),
            "{seconds}: {refused:?}"
        );
    }
    // A response that is not Telegram's says nothing: neither how long to wait, nor that the
    // message was not sent.
    for foreign in [
        json!(hours(72) + 1),
        json!(u64::MAX),
        json!(-1),
        json!("soon"),
    ] {
        telegram.then(wait(foreign.clone()));
        let refused = client.send_reply(chat, &reply).await.unwrap_err();
        assert!(
            matches!(
                refused,
                Failure::Retry {
                    after: None,
                    maybe_done: true,
                    ..
                }
            ),
            "{foreign}: {refused:?}"
        );
    }
}

fn wait(seconds: Value) -> Answer {
    let refusal = json!({"ok": false, "error_code": 429, "description": "Too Many Requests", "parameters": {"retry_after": seconds}});
    Answer::Error(429, refusal)
}
