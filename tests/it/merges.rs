//! Merging two cards of one person, and undoing it.

use std::time::Duration;

use serde_json::{Value, json};

use crate::bot::{ANNA, BORIS, contact, create, messages, set_status, text};
use crate::harness::{Shop, code, eventually};
use crate::pages::{Browser, goes_to};

const KEPT: &str = "+79000000001";
const OTHER: &str = "+79000000002";

/// Opens a shop with two cards and a task of each.
async fn shop() -> Shop {
    let shop = Shop::with_owner().await;
    create(&shop, KEPT).await;
    create(&shop, OTHER).await;
    shop
}

async fn merge(shop: &Shop, keep: &str, other: &str) -> Value {
    let query = format!(
        "mutation {{ mergeCustomers(keepId: {keep}, otherId: {other}) {{ mergeId undoUntilTime customer {{ id telegramId }} }} }}"
    );
    shop.ask(&query).await
}

async fn undo(shop: &Shop, id: &str) -> Value {
    let query = format!(
        "mutation {{ undoMerge(mergeId: {id}) {{ customer {{ id }} other {{ id phone name telegramId telegramVerified }} }} }}"
    );
    shop.ask(&query).await
}

async fn done(shop: &Shop, mutation: &str) {
    let answer = shop.ask(&format!("mutation {{ {mutation} }}")).await;
    assert!(answer["errors"].is_null(), "{mutation} {answer}");
}

/// Returns the cards with everything that is known of them.
async fn cards(shop: &Shop) -> Value {
    let query = "{ customers { nodes { id phone name secondPhone email company note telegramId tasks { id payments { sum } comments { text } } } } }";
    shop.ask(query).await["data"]["customers"]["nodes"].clone()
}

fn waiting(shop: &Shop) -> i64 {
    let count = "SELECT count(*) FROM outbox WHERE state IN ('WAITING', 'SENDING')";
    let database = shop.database();
    database.query_row(count, [], |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn two_cards_become_one_and_are_two_again() {
    let shop = shop().await;
    shop.update(contact(ANNA, ANNA, KEPT)).await;
    messages(&shop, 2).await;
    shop.update(contact(BORIS, BORIS, OTHER)).await;
    messages(&shop, 4).await;
    shop.update(text(BORIS, "Когда?")).await;
    messages(&shop, 5).await;
    for card in [
        format!(r#"phone: "{KEPT}", name: "Анна", note: "Свой""#),
        format!(
            r#"phone: "{OTHER}", name: "Аня", email: "a@example.com", secondPhone: "89000000003""#
        ),
    ] {
        done(
            &shop,
            &format!("updateCustomer(customerData: {{{card}}}) {{ customer {{ id }} }}"),
        )
        .await;
    }
    done(
        &shop,
        "takePayment(paymentData: {taskId: 2, method: CARD, sum: 40000}) { payment { id } }",
    )
    .await;
    let before = cards(&shop).await;
    let rows = "SELECT json_group_array(json_array(id, customer_id)) FROM (SELECT id, customer_id FROM comments UNION ALL SELECT id, customer_id FROM task_events WHERE id < 5)";
    let rows = || -> String {
        shop.database()
            .query_row(rows, [], |row| row.get(0))
            .unwrap()
    };
    let named = rows();
    // A notice for the other chat waits.
    set_status(&shop, "2", "READY").await;
    assert_eq!(waiting(&shop), 1);

    let merged = merge(&shop, "1", "2").await;
    let payload = &merged["data"]["mergeCustomers"];
    assert_eq!(
        payload["customer"],
        json!({"id": "1", "telegramId": ANNA.to_string()}),
        "{merged}"
    );
    assert_eq!(waiting(&shop), 0);
    let one = cards(&shop).await;
    assert_eq!(one.as_array().unwrap().len(), 1);
    let (kept, note) = (&one[0], one[0]["note"].as_str().unwrap());
    assert_eq!(
        (&kept["name"], &kept["secondPhone"], &kept["email"]),
        (&json!("Анна"), &json!(OTHER), &json!("a@example.com"))
    );
    for line in ["Свой", "Имя: Аня", "89000000003"] {
        assert!(note.contains(line), "{note}");
    }
    assert_eq!(kept["tasks"][1], before[1]["tasks"][0]);
    let task = "{ taskById(id: 2) { version history { kind from to } } }";
    let task = shop.ask(task).await["data"]["taskById"].clone();
    assert_eq!(task["version"], 3, "{task}");
    assert_eq!(
        task["history"].as_array().unwrap().last().unwrap(),
        &json!({"kind": "CUSTOMER", "from": "2", "to": "1"})
    );
    // The task is told to the kept chat, and the other one is a stranger's.
    set_status(&shop, "2", "IN_PROGRESS").await;
    let sent = messages(&shop, 6).await;
    assert_eq!(sent[5]["chat_id"], ANNA);

    let id = payload["mergeId"].as_str().unwrap();
    set_status(&shop, "2", "READY").await;
    let undone = undo(&shop, id).await;
    let other = json!({"id": "2", "phone": OTHER, "name": "Аня", "telegramId": BORIS.to_string(), "telegramVerified": true});
    assert_eq!(undone["data"]["undoMerge"]["other"], other, "{undone}");
    assert_eq!(waiting(&shop), 0);
    assert_eq!(cards(&shop).await, before);
    assert_eq!(rows(), named);
    assert_eq!(code(&undo(&shop, id).await), "NOT_FOUND");
    set_status(&shop, "2", "IN_PROGRESS").await;
    let sent = messages(&shop, 7).await;
    assert_eq!(sent[6]["chat_id"], BORIS);
    let events = shop
        .ask("{ auditEvents { nodes { action subject from } } }")
        .await;
    let expected = json!([{"action": "MERGE_UNDONE", "subject": "1", "from": "2"},
        {"action": "CUSTOMERS_MERGED", "subject": "1", "from": "2"}]);
    assert_eq!(events["data"]["auditEvents"]["nodes"], expected);
    shop.close().await;
}

#[tokio::test]
async fn an_undo_returns_what_is_still_the_kept_cards_and_keeps_what_was_changed_since() {
    let shop = shop().await;
    create(&shop, OTHER).await;
    shop.update(contact(BORIS, BORIS, OTHER)).await;
    messages(&shop, 2).await;
    let merged = merge(&shop, "1", "2").await;
    let payload = &merged["data"]["mergeCustomers"];
    assert_eq!(
        payload["customer"]["telegramId"],
        BORIS.to_string(),
        "{merged}"
    );
    done(
        &shop,
        r#"setTaskCustomer(taskId: 3, customerPhone: "+79000000005") { task { id } }"#,
    )
    .await;
    done(&shop, &format!(r#"updateCustomer(customerData: {{phone: "{KEPT}", secondPhone: "89000000007"}}) {{ customer {{ id }} }}"#)).await;
    create(&shop, KEPT).await;
    let undone = undo(&shop, payload["mergeId"].as_str().unwrap()).await;
    assert!(undone["errors"].is_null(), "{undone}");
    let query = "{ customers { nodes { id secondPhone telegramId tasks { id } } } }";
    let nodes = shop.ask(query).await["data"]["customers"]["nodes"].clone();
    assert_eq!(
        nodes[0],
        json!({"id": "1", "secondPhone": "89000000007", "telegramId": null, "tasks": [{"id": "1"}, {"id": "4"}]})
    );
    assert_eq!(
        nodes[1],
        json!({"id": "2", "secondPhone": null, "telegramId": BORIS.to_string(), "tasks": [{"id": "2"}]})
    );
    shop.close().await;
}

#[tokio::test]
async fn a_merge_is_refused_with_itself_after_a_day_and_when_the_phone_is_taken() {
    let shop = shop().await;
    assert_eq!(code(&merge(&shop, "1", "1").await), "BAD_USER_INPUT");
    assert_eq!(code(&merge(&shop, "1", "7").await), "NOT_FOUND");
    assert_eq!(code(&merge(&shop, "7", "1").await), "NOT_FOUND");
    // Of two people at once, one merges.
    let (first, second) = tokio::join!(merge(&shop, "1", "2"), merge(&shop, "1", "2"));
    let codes = [code(&first), code(&second)];
    assert_eq!(
        codes.iter().filter(|code| **code == "NOT_FOUND").count(),
        1,
        "{codes:?}"
    );
    // Somebody has the phone again.
    create(&shop, OTHER).await;
    let taken = undo(&shop, "1").await;
    assert_eq!(code(&taken), "CONFLICT", "{taken}");
    done(
        &shop,
        &format!(r#"deleteCustomer(phone: "{OTHER}") {{ phone }}"#),
    )
    .await;
    shop.clock.advance(Duration::from_secs(24 * 60 * 60));
    let late = shop.login("owner@example.com").await;
    assert!(late.is_some());
    assert_eq!(code(&undo(&shop, "1").await), "NOT_FOUND");
    shop.close().await;
}

#[tokio::test]
async fn erasing_the_kept_customer_erases_the_other_card_too() {
    let shop = shop().await;
    done(&shop, &format!(r#"updateCustomer(customerData: {{phone: "{OTHER}", name: "Тайнова"}}) {{ customer {{ id }} }}"#)).await;
    merge(&shop, "1", "2").await;
    assert!(shop.dump().contains("Тайнова"));
    done(
        &shop,
        &format!(r#"eraseCustomer(phone: "{KEPT}") {{ phone }}"#),
    )
    .await;
    assert!(!String::from_utf8_lossy(&shop.bytes()).contains("Тайнова"));
    assert_eq!(code(&undo(&shop, "1").await), "NOT_FOUND");
    shop.close().await;
}

#[tokio::test]
async fn an_employee_merges_and_undoes_on_the_pages_and_nobody_else_does() {
    let shop = shop().await;
    let token = crate::accounts::employee(&shop).await;
    let mut browser = Browser::open(&shop);
    browser.cookie = format!("zayavka={token}");
    assert!(
        browser
            .page("/customers/1")
            .await
            .contains("href=\"/customers/1/merge\"")
    );
    for search in ["000-00-02", "2"] {
        let found = browser
            .page(&format!("/customers/1/merge?q={search}"))
            .await;
        assert!(
            found.contains("href=\"/customers/1/merge?other=2\""),
            "{search} {found}"
        );
    }
    let preview = browser.page("/customers/1/merge?other=2").await;
    for shown in [
        "+7 900 000-00-01",
        "+7 900 000-00-02",
        "станет вторым телефоном",
        "24 часа",
    ] {
        assert!(preview.contains(shown), "{shown} {preview}");
    }
    assert_eq!(
        browser.get("/customers/1/merge?other=7").await.status(),
        404
    );
    let mut nobody = Browser::open(&shop);
    for path in ["/customers/1/merge", "/customers/1/unmerge"] {
        let refused = nobody.post(path, &[("other", "2"), ("merge", "1")]).await;
        assert!(goes_to(&refused).starts_with("/login"), "{path}");
    }
    let merged = browser.post("/customers/1/merge", &[("other", "2")]).await;
    assert_eq!(goes_to(&merged), "/customers/1");
    let page = browser.page("/customers/1").await;
    assert!(page.contains("action=\"/customers/1/unmerge\""), "{page}");
    assert_eq!(browser.get("/customers/2").await.status(), 404);
    let undone = browser
        .post("/customers/1/unmerge", &[("merge", "1")])
        .await;
    assert_eq!(goes_to(&undone), "/customers/2");
    assert!(!browser.page("/customers/1").await.contains("unmerge"));
    shop.close().await;
}

#[tokio::test]
async fn the_copy_of_a_card_is_gone_after_the_day_in_which_a_merge_is_undone() {
    let shop = shop().await;
    assert!(merge(&shop, "1", "2").await["errors"].is_null());
    let copies = || {
        let sql = "SELECT count(*) FROM customer_merges";
        shop.database()
            .query_row(sql, [], |row| row.get::<_, i64>(0))
            .unwrap()
    };
    shop.clock.advance(Duration::from_secs(23 * 3_600));
    assert_eq!(copies(), 1);
    shop.clock.advance(Duration::from_secs(2 * 3_600));
    eventually("the copy is gone", || copies() == 0).await;
    shop.close().await;
}
