//! Correcting a customer's phone: everything stays but the chat, which is somebody else's.

use serde_json::{Value, json};

use crate::bot::{ANNA, BORIS, contact, create, messages, said, set_status, text};
use crate::fake_telegram::Answer;
use crate::harness::{Shop, code, eventually};
use crate::pages::{Browser, goes_to};

const WRONG: &str = "+79000000001";
const RIGHT: &str = "+79000000009";

/// Opens a shop with a task under a wrong number, whose owner has linked Telegram. Two messages were sent.
async fn shop() -> Shop {
    let shop = Shop::with_owner().await;
    create(&shop, WRONG).await;
    shop.update(contact(ANNA, ANNA, WRONG)).await;
    messages(&shop, 2).await;
    shop
}

async fn correct(shop: &Shop, id: &str, phone: &str, rest: &str) -> Value {
    let query = format!(
        r#"mutation {{ correctPhone(customerId: {id}, phone: "{phone}"{rest}) {{ customer {{ id phone phoneE164 telegramId }} }} }}"#
    );
    shop.ask(&query).await
}

async fn done(shop: &Shop, mutation: &str) {
    let answer = shop.ask(&format!("mutation {{ {mutation} }}")).await;
    assert!(answer["errors"].is_null(), "{mutation} {answer}");
}

fn count(shop: &Shop, what: &str) -> i64 {
    let count = format!("SELECT count(*) FROM {what}");
    let database = shop.database();
    database.query_row(&count, [], |row| row.get(0)).unwrap()
}

async fn found(shop: &Shop, search: &str) -> Value {
    let query = format!(
        r#"{{ tasks(filter: {{search: "{search}"}}) {{ nodes {{ id }} }} customers(search: "{search}") {{ nodes {{ id }} }} }}"#
    );
    shop.ask(&query).await["data"].clone()
}

#[tokio::test]
async fn nothing_more_of_the_customer_goes_to_the_chat_of_the_wrong_number() {
    let shop = shop().await;
    done(
        &shop,
        "takePayment(paymentData: {taskId: 1, method: CARD, sum: 40000}) { payment { id } }",
    )
    .await;
    shop.update(text(ANNA, "Это не я")).await;
    messages(&shop, 3).await;
    // One is refused, and staff could send it again; one waits for its time; a reply waits for its turn.
    let refused =
        json!({"ok": false, "error_code": 400, "description": "Bad Request: can't parse entities"});
    shop.telegram.then(Answer::Error(400, refused));
    done(
        &shop,
        r#"addComment(taskId: 1, text: "Тайна", toCustomer: true) { comment { id } }"#,
    )
    .await;
    messages(&shop, 4).await;
    eventually("it is refused", || {
        count(&shop, "outbox WHERE state = 'DEAD'") == 1
    })
    .await;
    set_status(&shop, "1", "READY").await;
    assert_eq!(count(&shop, "outbox WHERE state = 'WAITING'"), 1);
    let before = shop
        .ask("{ taskById(id: 1) { version history { kind } comments { text } payments { sum } } }")
        .await;

    let answer = correct(&shop, "1", "8 900 000-00-09", "").await;
    let card =
        json!({"id": "1", "phone": "8 900 000-00-09", "phoneE164": RIGHT, "telegramId": null});
    assert_eq!(answer["data"]["correctPhone"]["customer"], card, "{answer}");
    assert_eq!(
        count(&shop, "outbox WHERE state IN ('WAITING', 'SENDING')"),
        0
    );
    let after = shop
        .ask("{ taskById(id: 1) { version history { kind } comments { text } payments { sum } } }")
        .await;
    assert_eq!(before, after);
    assert_eq!(after["data"]["taskById"]["payments"][0]["sum"], 40_000);

    // Whatever happens to the repair: nobody is told.
    set_status(&shop, "1", "IN_PROGRESS").await;
    done(
        &shop,
        r#"addComment(taskId: 1, text: "Тайна", toCustomer: true) { comment { id } }"#,
    )
    .await;
    done(
        &shop,
        "askApproval(taskId: 1, price: 450000) { task { id } }",
    )
    .await;
    let id = shop.ask("{ undelivered { id } }").await["data"]["undelivered"][0]["id"].clone();
    let again = shop
        .ask(&format!(
            "mutation {{ retryNotice(id: {id}) {{ task {{ id }} }} }}"
        ))
        .await;
    assert_eq!(code(&again), "BAD_USER_INPUT", "{again}");
    // The owner of the wrong number is a stranger now, and with a card of their own they see none of it.
    shop.update(text(ANNA, "Что с моим заказом?")).await;
    let sent = messages(&shop, 5).await;
    assert_eq!(sent[4]["chat_id"], ANNA);
    shop.update(contact(ANNA, ANNA, WRONG)).await;
    let sent = messages(&shop, 7).await;
    for sent in &sent[4..] {
        let said = said(sent);
        assert!(!said.contains("№") && !said.contains("Тайна"), "{said}");
    }
    let cards = shop
        .ask("{ customers { nodes { id phoneE164 telegramId tasks { id } } } }")
        .await;
    assert_eq!(
        cards["data"]["customers"]["nodes"],
        json!([
            {"id": "1", "phoneE164": RIGHT, "telegramId": null, "tasks": [{"id": "1"}]},
            {"id": "2", "phoneE164": WRONG, "telegramId": ANNA.to_string(), "tasks": []},
        ])
    );
    // The customer with the right number links their own chat, and is told from then on.
    shop.update(contact(BORIS, BORIS, RIGHT)).await;
    let sent = messages(&shop, 9).await;
    assert!(said(&sent[8]).contains("№ 1"), "{sent:?}");
    set_status(&shop, "1", "READY").await;
    let sent = messages(&shop, 10).await;
    assert_eq!(sent[9]["chat_id"], BORIS);
    shop.close().await;
}

#[tokio::test]
async fn the_searches_find_the_right_number_alone_and_the_change_is_in_the_audit_list() {
    let shop = shop().await;
    correct(&shop, "1", RIGHT, "").await;
    let (one, none) = (json!({"nodes": [{"id": "1"}]}), json!({"nodes": []}));
    for (search, nodes) in [
        (RIGHT, &one),
        ("00009", &one),
        ("89000000009", &one),
        (WRONG, &none),
        ("9000000001", &none),
    ] {
        let found = found(&shop, search).await;
        assert_eq!(
            (&found["tasks"], &found["customers"]),
            (nodes, nodes),
            "{search}"
        );
    }
    let ends = "phone_ends WHERE digits LIKE";
    assert_eq!(count(&shop, &format!("{ends} '%00001'")), 0);
    assert_ne!(count(&shop, &format!("{ends} '%00009'")), 0);
    let events = "{ auditEvents { nodes { action subject from to employee { email } } } }";
    let events = shop.ask(events).await;
    let expected = json!([{"action": "PHONE_CORRECTED", "subject": "1", "from": null, "to": null,
        "employee": {"email": "owner@example.com"}}]);
    assert_eq!(events["data"]["auditEvents"]["nodes"], expected, "{events}");
    let browser = Browser::signed_in(&shop, "owner@example.com").await;
    let page = browser.page("/settings/audit").await;
    assert!(page.contains("Телефон клиента № 1"), "{page}");
    shop.close().await;
}

#[tokio::test]
async fn a_taken_an_outdated_and_a_wrong_phone_are_refused_and_another_spelling_unlinks_nobody() {
    let shop = shop().await;
    create(&shop, "+79000000002").await;
    let taken = correct(&shop, "1", "8 900 000 00 02", "").await;
    assert_eq!(code(&taken), "CONFLICT", "{taken}");
    assert_eq!(taken["errors"][0]["extensions"]["customerId"], "2");
    let outdated = correct(&shop, "1", RIGHT, r#", expectedPhone: "+79000000003""#).await;
    assert_eq!(code(&outdated), "CONFLICT", "{outdated}");
    assert_eq!(
        outdated["errors"][0]["extensions"]["field"],
        "expectedPhone"
    );
    for (id, phone, expected) in [("7", RIGHT, "NOT_FOUND"), ("1", "x", "BAD_USER_INPUT")] {
        assert_eq!(code(&correct(&shop, id, phone, "").await), expected);
    }
    let spelled = correct(
        &shop,
        "1",
        "8 (900) 000-00-01",
        r#", expectedPhone: "79000000001""#,
    )
    .await;
    let card = json!({"id": "1", "phone": "8 (900) 000-00-01", "phoneE164": WRONG,
        "telegramId": ANNA.to_string()});
    assert_eq!(
        spelled["data"]["correctPhone"]["customer"], card,
        "{spelled}"
    );
    assert_eq!(count(&shop, "audit_events"), 0);
    shop.close().await;
}

#[tokio::test]
async fn a_chat_that_follows_another_card_too_goes_on_hearing_of_that_one() {
    let shop = shop().await;
    create(&shop, "+79000000002").await;
    shop.update(contact(ANNA, ANNA, "+79000000002")).await;
    messages(&shop, 4).await;
    set_status(&shop, "2", "READY").await;
    correct(&shop, "1", RIGHT, "").await;
    set_status(&shop, "1", "READY").await;
    let sent = messages(&shop, 5).await;
    assert!(said(&sent[4]).contains("№ 2"), "{sent:?}");
    assert_eq!(count(&shop, "outbox WHERE state = 'WAITING'"), 0);
    shop.close().await;
}

#[tokio::test]
async fn the_page_corrects_a_phone_and_shows_whose_a_taken_one_is() {
    let shop = shop().await;
    create(&shop, "+79000000002").await;
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    let page = browser.page("/customers/1/edit").await;
    assert!(page.contains("отвяжет Telegram"), "{page}");
    assert!(
        !browser
            .page("/customers/2/edit")
            .await
            .contains("отвяжет Telegram")
    );
    let was = "phone=%2B79000000001&name=%D0%90%D0%BD%D0%BD%D0%B0+%D0%9A.";
    let form = |phone| [("was", was), ("phone", phone), ("name", "Анна")];
    let taken = browser
        .post("/customers/1/edit", &form("89000000002"))
        .await;
    assert_eq!(taken.status(), 422);
    let taken = taken.text().await.unwrap();
    assert!(taken.contains("href=\"/customers/2\""), "{taken}");
    assert!(taken.contains("value=\"89000000002\"") && taken.contains("value=\"Анна\""));
    let wrong = browser.post("/customers/1/edit", &form("нет")).await;
    assert_eq!(wrong.status(), 422);
    assert!(wrong.text().await.unwrap().contains("id=\"phone-problem\""));
    // Nothing was written with a refused phone.
    let name = "{ customerById(id: 1) { name phoneE164 telegramId } }";
    let linked = shop.ask(name).await["data"]["customerById"].clone();
    assert_eq!(linked["telegramId"], ANNA.to_string());
    let saved = browser.post("/customers/1/edit", &form(RIGHT)).await;
    assert_eq!(goes_to(&saved), "/customers/1");
    let card = json!({"name": "Анна", "phoneE164": RIGHT, "telegramId": null});
    assert_eq!(shop.ask(name).await["data"]["customerById"], card);

    // Two people corrected it: the second one sees both phones and chooses.
    let form = |phone| [("was", was), ("phone", phone), ("name", "Анна")];
    let asked = browser
        .post("/customers/1/edit", &form("+79000000008"))
        .await;
    assert_eq!(asked.status(), 409);
    let asked = asked.text().await.unwrap();
    assert!(
        asked.contains("name=\"take.phone\"") && asked.contains(RIGHT),
        "{asked}"
    );
    let mine = [
        ("asked", "phone=%2B79000000009"),
        ("phone", "+79000000008"),
        ("take.phone", "mine"),
    ];
    let saved = browser.post("/customers/1/edit", &mine).await;
    assert_eq!(goes_to(&saved), "/customers/1");
    let card = json!({"name": "Анна", "phoneE164": "+79000000008", "telegramId": null});
    assert_eq!(shop.ask(name).await["data"]["customerById"], card);
    // A form without a phone keeps it.
    let saved = browser
        .post("/customers/1/edit", &[("was", was), ("name", "Анна К.")])
        .await;
    assert_eq!(goes_to(&saved), "/customers/1");
    let card = json!({"name": "Анна", "phoneE164": "+79000000008", "telegramId": null});
    assert_eq!(shop.ask(name).await["data"]["customerById"], card);
    shop.close().await;
}
