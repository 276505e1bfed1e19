//! The bot at MAX alone: a whole repair, and who isn't believed.

use std::time::Duration;

use serde_json::{Value, json};

use crate::bot::{create, set_status};
use crate::fake_max::{
    Answer, FakeMax, TOKEN, contact, message, of_person, own_contact, press, started,
};
use crate::harness::{Shop, eventually};
use crate::metadata::png;
use crate::status_links::renew;

const ANNA: i64 = 4_000_001;
const BORIS: i64 = 7;
const PHONE: &str = "+79000000001";
const HAS_STARTED: &str = "Здравствуйте!";

/// Opens a shop with a bot at MAX that receives updates in this mode, and no other.
async fn open(fake: &FakeMax, mode: &str) -> Shop {
    let settings = format!(
        "[max]\ntoken = '{TOKEN}'\napi_url = '{}'\nmode = '{mode}'",
        fake.url()
    );
    let shop = Shop::with_owner().await;
    shop.reopen_as(&settings, "mode = 'off'", Duration::ZERO)
        .await
}

/// Opens a shop with a task of the customer with the phone above.
async fn shop() -> (Shop, FakeMax) {
    let fake = FakeMax::start().await;
    let shop = open(&fake, "webhook").await;
    fake.subscribed().await;
    create(&shop, PHONE).await;
    (shop, fake)
}

async fn deliver(fake: &FakeMax, update: &Value) {
    assert_eq!(fake.deliver(update).await, 200, "{update}");
}

/// Waits for this many messages while the clock advances, so that no rate limit delays them.
async fn sent(shop: &Shop, fake: &FakeMax, count: usize) -> Vec<Value> {
    while fake.messages().len() < count {
        shop.clock.advance(Duration::from_millis(250));
        let more = fake.messages().len() + 1;
        let more = fake.calls_of("POST /messages", more);
        let _ = tokio::time::timeout(Duration::from_millis(20), more).await;
    }
    fake.messages()
}

fn said(message: &Value) -> &str {
    message["text"].as_str().unwrap()
}

/// Returns the buttons of a message.
fn buttons(message: &Value) -> Vec<Value> {
    let rows = message["attachments"][0]["payload"]["buttons"].as_array();
    let rows = rows.into_iter().flatten();
    rows.flat_map(|row| row.as_array().unwrap().clone())
        .collect()
}

async fn task(shop: &Shop, fields: &str) -> Value {
    let answer = shop
        .ask(&format!("{{ taskById(id: 1) {{ {fields} }} }}"))
        .await;
    answer["data"]["taskById"].clone()
}

fn is_blocked(shop: &Shop) -> bool {
    let query = "SELECT max_blocked FROM customers";
    let database = shop.database();
    database.query_row(query, [], |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn a_whole_repair_with_max_alone() {
    let (shop, fake) = shop().await;
    // She opens the bot by the link on her receipt, and shares her number.
    let link = renew(&shop, "1").await;
    let token = link.strip_prefix("/s/").unwrap();
    deliver(&fake, &started(ANNA, 1, Some(token))).await;
    let first = &sent(&shop, &fake, 1).await[0];
    assert!(said(first).contains("№ 1"), "{first}");
    assert_eq!(buttons(first)[0]["type"], "request_contact", "{first}");
    let shared = message(
        ANNA,
        "mid.a1",
        "",
        json!([own_contact(ANNA, "79000000001")]),
    );
    deliver(&fake, &shared).await;
    let all = sent(&shop, &fake, 3).await;
    assert!(said(&all[1]).starts_with("Готово"), "{all:#?}");
    assert!(said(&all[2]).contains("<b>№ 1</b> · Ремонт · Принято"));

    // A quote with two buttons; the answer replaces it.
    let query = "mutation { askApproval(taskId: 1, price: 350000) { task { id } } }";
    assert!(shop.ask(query).await["errors"].is_null());
    let quote = &sent(&shop, &fake, 4).await[3];
    let yes = buttons(quote)[0]["payload"].as_str().unwrap().to_owned();
    deliver(&fake, &press(ANNA, "callback-1", &yes, "mid.00000004")).await;
    let answered = "POST /answers";
    while fake.calls().iter().all(|call| call.what != answered) {
        shop.clock.advance(Duration::from_millis(250));
        let answer = fake.calls_of(answered, 1);
        let _ = tokio::time::timeout(Duration::from_millis(20), answer).await;
    }
    let answer = &fake.calls_of(answered, 1).await[0];
    assert_eq!(answer.query["callback_id"], "callback-1");
    assert!(said(&answer.body["message"]).contains("согласились"));
    let approvals = task(&shop, "approvals { decision channel }").await;
    assert_eq!(
        approvals["approvals"],
        json!([{"decision": "AGREED", "channel": "MAX"}])
    );

    // She answers with two photos, of which one isn't at MAX any more.
    let photo = |id: i64, url: &str| json!({"type": "image", "payload": {"photo_id": id, "token": "t", "url": url}});
    let (kept, gone) = (fake.file("1", png(1)), fake.file("2", png(1)));
    fake.expire("2");
    let photos = json!([photo(1, &kept), photo(2, &gone)]);
    deliver(&fake, &message(ANNA, "mid.a2", "Вот трещина", photos)).await;
    let all = sent(&shop, &fake, 6).await;
    assert!(said(&all[4]).starts_with("Передали мастерской"), "{all:#?}");
    assert!(
        said(&all[5]).contains("не получилось сохранить"),
        "{all:#?}"
    );
    let comments = task(
        &shop,
        "comments { channel text attachments { kind state } }",
    )
    .await;
    let comment = comments["comments"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&comment["channel"], &comment["text"]),
        (&json!("MAX"), &json!("Вот трещина"))
    );
    assert_eq!(
        comment["attachments"],
        json!([{"kind": "PHOTO", "state": "HERE"}, {"kind": "PHOTO", "state": "LOST"}])
    );

    // It is ready; then she stops the bot, and nothing more is sent to her.
    set_status(&shop, "1", "READY").await;
    let all = sent(&shop, &fake, 7).await;
    assert!(said(&all[6]).contains("Готово"), "{all:#?}");
    for kind in ["bot_stopped", "dialog_removed"] {
        deliver(&fake, &of_person(kind, ANNA, 9)).await;
    }
    assert!(is_blocked(&shop));
    set_status(&shop, "1", "CLOSED").await;

    // She starts it again.
    deliver(&fake, &started(ANNA, 10, None)).await;
    let all = sent(&shop, &fake, 8).await;
    assert!(said(&all[7]).starts_with("Ваши заявки"), "{all:#?}");
    assert!(!is_blocked(&shop));
    assert!(
        fake.calls()
            .iter()
            .all(|call| call.authorization.as_deref() == Some(TOKEN))
    );
    shop.close().await;
}

#[tokio::test]
async fn a_contact_that_max_does_not_vouch_for_links_to_nobody() {
    let (shop, fake) = shop().await;
    let of_anna = || own_contact(ANNA, "79000000001");
    let mut wrong = of_anna();
    wrong["payload"]["hash"] = "00".repeat(32).into();
    let mut changed = own_contact(BORIS, "79000000009");
    let card = of_anna()["payload"]["vcf_info"].clone();
    changed["payload"]["vcf_info"] = card;
    let forwarded =
        json!({"type": "forward", "message": {"mid": "mid.0", "attachments": [of_anna()]}});
    let mut updates = vec![
        message(BORIS, "mid.1", "", json!([contact(BORIS, "79000000001")])),
        message(BORIS, "mid.2", "", json!([wrong])),
        message(BORIS, "mid.3", "", json!([of_anna()])),
        message(BORIS, "mid.4", "", json!([changed])),
        message(BORIS, "mid.5", "", json!([])),
        message(
            BORIS,
            "mid.6",
            "",
            json!([own_contact(BORIS, "79000000001")]),
        ),
    ];
    updates[4]["message"]["link"] = forwarded.clone();
    updates[5]["message"]["link"] = forwarded;
    for update in &updates {
        deliver(&fake, update).await;
    }
    // Messages to one person keep their order, so the answer to this is the last one.
    deliver(&fake, &started(BORIS, 9, None)).await;
    while !fake
        .messages()
        .iter()
        .any(|one| said(one).starts_with(HAS_STARTED))
    {
        let count = fake.messages().len();
        sent(&shop, &fake, count + 1).await;
    }
    for message in fake.messages() {
        assert!(!said(&message).contains("№ 1"), "{message}");
    }
    let linked = "SELECT count(*) FROM customers WHERE max_id IS NOT NULL OR name IS NOT NULL";
    let linked: i64 = shop
        .database()
        .query_row(linked, [], |row| row.get(0))
        .unwrap();
    assert_eq!(linked, 0);
    shop.close().await;
}

#[tokio::test]
async fn only_max_is_heard_and_a_redelivered_update_counts_once() {
    let (shop, fake) = shop().await;
    let (url, secret) = fake.subscribed().await;
    assert_eq!(url, format!("{}/max/webhook", shop.url));
    let update = started(ANNA, 1, None);
    for secrets in [&[][..], &["wrong"], &[&*secret, &*secret], &[TOKEN]] {
        let status = fake.deliver_to(&url, secrets, &update).await;
        assert_eq!(status, 401, "{secrets:?}");
    }
    for _ in 0..2 {
        deliver(&fake, &update).await;
    }
    // What isn't an update, or of a kind that nobody knows, is accepted: MAX would send it again.
    for other in [
        json!({}),
        json!([1]),
        json!({"update_type": "new_kind", "timestamp": 1}),
    ] {
        deliver(&fake, &other).await;
    }
    deliver(&fake, &started(ANNA, 2, None)).await;
    let all = sent(&shop, &fake, 2).await;
    assert!(
        all.iter().all(|one| said(one).starts_with(HAS_STARTED)),
        "{all:#?}"
    );
    shop.close().await;
}

#[tokio::test]
async fn an_address_that_max_has_dropped_is_registered_again() {
    let (shop, fake) = shop().await;
    let (url, secret) = fake.subscribed().await;
    fake.drop_subscriptions();
    let registered = async |shop: &Shop| {
        while fake.subscriptions().is_empty() {
            shop.clock.advance(Duration::from_secs(60));
            let _ = tokio::time::timeout(Duration::from_millis(20), fake.subscribed()).await;
        }
    };
    registered(&shop).await;
    assert_eq!(fake.subscribed().await, (url, secret));
    // Also while MAX can't be reached for a time.
    fake.tell(
        "GET /subscriptions",
        Answer::code(503, "service.unavailable"),
    );
    fake.drop_subscriptions();
    shop.clock.advance(Duration::from_secs(600));
    fake.untell("GET /subscriptions");
    registered(&shop).await;
    shop.close().await;
}

#[tokio::test]
async fn updates_are_polled_from_where_the_last_ones_ended() {
    let fake = FakeMax::start().await;
    let shop = open(&fake, "polling").await;
    fake.keep(started(ANNA, 1, None));
    sent(&shop, &fake, 1).await;
    let of_polls = |fake: &FakeMax| {
        let calls = fake.calls().into_iter();
        calls
            .filter(|call| call.what == "GET /updates")
            .collect::<Vec<_>>()
    };
    let marked = |fake: &FakeMax| {
        of_polls(fake)
            .last()
            .and_then(|call| call.query.get("marker").cloned())
    };
    while marked(&fake).as_deref() != Some("1") {
        shop.clock.advance(Duration::from_millis(500));
        tokio::task::yield_now().await;
    }
    // What comes while the server is off is fetched later, in order.
    let settings = format!(
        "[max]\ntoken = '{TOKEN}'\napi_url = '{}'\nmode = 'polling'",
        fake.url()
    );
    fake.keep(started(ANNA, 2, None));
    fake.keep(started(BORIS, 3, None));
    let shop = shop
        .reopen_as(&settings, "mode = 'off'", Duration::from_secs(60))
        .await;
    let all = sent(&shop, &fake, 3).await;
    assert!(
        all.iter().all(|one| said(one).starts_with(HAS_STARTED)),
        "{all:#?}"
    );
    let users = fake.calls_of("POST /messages", 3).await;
    let users: Vec<_> = users.iter().map(|call| &*call.query["user_id"]).collect();
    assert_eq!(users, ["4000001", "4000001", "7"]);
    shop.close().await;
}

#[tokio::test]
async fn a_blocked_customer_is_known_and_a_failing_max_delays_only() {
    let (shop, fake) = shop().await;
    deliver(
        &fake,
        &message(
            ANNA,
            "mid.a1",
            "",
            json!([own_contact(ANNA, "79000000001")]),
        ),
    )
    .await;
    sent(&shop, &fake, 2).await;
    // Too many requests, then a broken answer: sent again, later.
    fake.then("POST /messages", Answer::Later(3));
    fake.then("POST /messages", Answer::code(503, "service.unavailable"));
    set_status(&shop, "1", "READY").await;
    let all = sent(&shop, &fake, 5).await;
    assert!(said(&all[4]).contains("Готово"), "{all:#?}");
    fake.tell("POST /messages", Answer::suspended());
    set_status(&shop, "1", "IN_PROGRESS").await;
    sent(&shop, &fake, 6).await;
    eventually("the customer is known to be blocked", || is_blocked(&shop)).await;
}

#[tokio::test]
async fn a_long_list_is_paged_as_in_telegram() {
    let (shop, fake) = shop().await;
    let wording = "Передано в лабораторию и ждёт деталей с дальнего склада & Ко";
    let named = format!(
        r#"mutation {{ updateStage(stageData: {{id: 1, wording: "{wording}"}}) {{ stage {{ id }} }} }}"#
    );
    let answer = shop.ask(&named).await;
    assert!(answer["errors"].is_null(), "{answer}");
    for _ in 1..45 {
        create(&shop, PHONE).await;
    }
    let own = json!([own_contact(ANNA, "79000000001")]);
    deliver(&fake, &message(ANNA, "mid.a1", "", own)).await;
    let all = sent(&shop, &fake, 2).await;
    let list = &all[1];
    let text = said(list);
    assert!(!text.contains('…') && text.contains("№ 45"), "{text}");
    assert_eq!(text.matches("№ ").count(), 20, "{text}");
    let next = buttons(list)[0]["payload"].as_str().unwrap().to_owned();
    deliver(&fake, &press(ANNA, "callback-1", &next, "mid.00000002")).await;
    while fake.calls().iter().all(|call| call.what != "POST /answers") {
        shop.clock.advance(Duration::from_millis(250));
        let answer = fake.calls_of("POST /answers", 1);
        let _ = tokio::time::timeout(Duration::from_millis(20), answer).await;
    }
    let page = &fake.calls_of("POST /answers", 1).await[0].body["message"];
    let text = said(page);
    assert!(text.contains("№ 25") && !text.contains("№ 26"), "{text}");
    assert_eq!(buttons(page).len(), 2, "{page}");
    shop.close().await;
}
