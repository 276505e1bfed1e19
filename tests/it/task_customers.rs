//! Another customer for a task: nobody sees, gets or answers what is somebody else's.

use serde_json::{Value, json};

use crate::bot::{ANNA, BORIS, contact, create, message, messages, said, set_status, text};
use crate::conversation::{press, send};
use crate::fake_telegram::Answer;
use crate::harness::{Shop, code, eventually};
use crate::receiver::{Receiver, Told};
use crate::status_links::renew;

const BORIS_PHONE: &str = "+79000000002";

/// Opens a shop with a task of Anna's; she and Boris have verified their phones. Four messages were sent.
async fn shop() -> Shop {
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    shop.update(contact(ANNA, ANNA, "+79000000001")).await;
    messages(&shop, 2).await;
    shop.update(contact(BORIS, BORIS, BORIS_PHONE)).await;
    messages(&shop, 4).await;
    shop
}

async fn give(shop: &Shop, phone: &str) -> Value {
    let query = format!(
        r#"mutation {{ setTaskCustomer(taskId: 1, customerPhone: "{phone}") {{ task {{ version statusUrl customer {{ id phone }} }} }} }}"#
    );
    let answer = shop.ask(&query).await;
    assert!(answer["errors"].is_null(), "{answer}");
    answer["data"]["setTaskCustomer"]["task"].clone()
}

async fn done(shop: &Shop, mutation: &str) {
    let answer = shop.ask(&format!("mutation {{ {mutation} }}")).await;
    assert!(answer["errors"].is_null(), "{mutation} {answer}");
}

async fn page(shop: &Shop, path: &str) -> (u16, String) {
    let request = shop.request(reqwest::Method::GET, path);
    let answer = request
        .header("accept-language", "ru")
        .send()
        .await
        .unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

fn waiting(shop: &Shop) -> i64 {
    let count = "SELECT count(*) FROM outbox WHERE state IN ('WAITING', 'SENDING')";
    let database = shop.database();
    database.query_row(count, [], |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn the_task_moves_with_its_history_once_and_not_over_a_colleagues_change() {
    let receiver = Receiver::start().await;
    let settings = receiver.settings("'task.updated', 'customer.created'");
    let shop = shop()
        .await
        .reopen_with(&settings, std::time::Duration::ZERO)
        .await;
    let by = |phone: &str, rest: &str| {
        format!(
            r#"mutation {{ setTaskCustomer(taskId: 1, customerPhone: "{phone}"{rest}) {{ task {{ version customer {{ phone name }} }} }} }}"#
        )
    };
    for (query, expected) in [
        (by("x", ""), "BAD_USER_INPUT"),
        (by(BORIS_PHONE, ", expectedVersion: 7"), "CONFLICT"),
        (
            by(BORIS_PHONE, "").replace("taskId: 1", "taskId: 7"),
            "NOT_FOUND",
        ),
    ] {
        assert_eq!(code(&shop.ask(&query).await), expected, "{query}");
    }
    // An unknown phone makes a card, whose name is only for a card without one.
    let made = shop
        .ask(&by("8 900 000-00-03", ", customerName: \"Вера\""))
        .await;
    let task = json!({"version": 2, "customer": {"phone": "8 900 000-00-03", "name": "Вера"}});
    assert_eq!(made["data"]["setTaskCustomer"]["task"], task, "{made}");
    // Again it is no change, whatever the version was.
    let again = shop
        .ask(&by(
            "+79000000003",
            ", customerName: \"Ника\", expectedVersion: 1",
        ))
        .await;
    assert_eq!(again["data"]["setTaskCustomer"]["task"], task, "{again}");
    let history = shop
        .ask("{ taskById(id: 1) { history { kind author from to } } customers(search: \"Вера\") { nodes { id tasks { id } } } }")
        .await;
    let id = history["data"]["customers"]["nodes"][0]["id"].clone();
    assert_eq!(
        history["data"]["taskById"]["history"][1],
        json!({"kind": "CUSTOMER", "author": "STAFF", "from": "1", "to": id})
    );
    assert_eq!(
        history["data"]["taskById"]["history"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    assert_eq!(
        history["data"]["customers"]["nodes"][0]["tasks"],
        json!([{"id": "1"}])
    );
    let told = receiver.told(2).await;
    let names: Vec<String> = told.iter().map(Told::event).collect();
    assert_eq!(names, ["customer.created", "task.updated"]);
    // The search finds the task by its new customer alone.
    for (search, found) in [("Вера", 1), ("Анна", 0)] {
        let query = format!("{{ tasks(filter: {{search: \"{search}\"}}) {{ totalCount }} }}");
        assert_eq!(
            shop.ask(&query).await["data"]["tasks"]["totalCount"],
            found,
            "{search}"
        );
    }
    shop.close().await;
}

#[tokio::test]
async fn the_old_link_ends_and_the_new_one_shows_nothing_of_the_former_customer() {
    let shop = shop().await;
    let old = renew(&shop, "1").await;
    let say = [("text", "Код от телефона 1234")];
    assert_eq!(
        send(&shop, &format!("{old}/say"), &say, &shop.url).await.0,
        303
    );
    done(
        &shop,
        r#"addComment(taskId: 1, text: "Анна, спасибо", toCustomer: true) { comment { id } }"#,
    )
    .await;
    done(
        &shop,
        r#"askApproval(taskId: 1, price: 450000, text: "Экран для Анны") { task { id } }"#,
    )
    .await;
    messages(&shop, 6).await;
    shop.update(press(ANNA, "agree:1")).await;
    messages(&shop, 7).await;
    assert!(page(&shop, &old).await.1.contains("1234"));

    let task = give(&shop, BORIS_PHONE).await;
    assert_eq!(task["statusUrl"], Value::Null);
    let (status, gone) = page(&shop, &old).await;
    assert_eq!(status, 404);
    assert!(!gone.contains("Анн") && !gone.contains("1234"), "{gone}");
    for (path, form) in [
        ("say", [("text", "Ещё я"), ("x", "")]),
        ("decide", [("approval", "1"), ("answer", "decline")]),
    ] {
        let sent = send(&shop, &format!("{old}/{path}"), &form, &shop.url).await;
        assert_eq!(sent.0, 404, "{path}");
    }

    let new = renew(&shop, "1").await;
    assert_ne!(old, new);
    done(
        &shop,
        r#"addComment(taskId: 1, text: "Борис, готово", toCustomer: true) { comment { id } }"#,
    )
    .await;
    let (_, seen) = page(&shop, &new).await;
    assert!(seen.contains("Борис, готово"), "{seen}");
    for secret in ["1234", "Анна", "Экран для", "согласились"] {
        assert!(!seen.contains(secret), "{secret}: {seen}");
    }
    // Staff keep all of it.
    let talk = shop
        .ask("{ taskById(id: 1) { comments { text } approvals { decision } } }")
        .await;
    let talk = &talk["data"]["taskById"];
    assert_eq!(talk["comments"].as_array().unwrap().len(), 3, "{talk}");
    assert_eq!(talk["approvals"], json!([{"decision": "AGREED"}]));
    // Back with Anna, what is written to Boris is his.
    give(&shop, "+79000000001").await;
    let (_, seen) = page(&shop, &renew(&shop, "1").await).await;
    assert!(!seen.contains("Борис, готово"), "{seen}");
    shop.close().await;
}

#[tokio::test]
async fn what_was_not_sent_to_the_former_customer_is_sent_to_nobody() {
    let shop = shop().await;
    let refused =
        json!({"ok": false, "error_code": 400, "description": "Bad Request: can't parse entities"});
    shop.telegram.then(Answer::Error(400, refused));
    done(
        &shop,
        r#"addComment(taskId: 1, text: "Только Анне", toCustomer: true) { comment { id } }"#,
    )
    .await;
    messages(&shop, 5).await;
    let dead = || {
        let count = "SELECT count(*) FROM outbox WHERE state = 'DEAD'";
        let database = shop.database();
        database
            .query_row(count, [], |row| row.get::<_, i64>(0))
            .unwrap()
    };
    eventually("it is refused", || dead() == 1).await;
    let id = shop.ask("{ undelivered { id } }").await["data"]["undelivered"][0]["id"].clone();
    set_status(&shop, "1", "READY").await;
    done(
        &shop,
        r#"askApproval(taskId: 1, price: 450000) { task { id } }"#,
    )
    .await;
    give(&shop, BORIS_PHONE).await;
    assert_eq!((waiting(&shop), dead()), (0, 0));
    let retry = format!("mutation {{ retryNotice(id: {id}) {{ task {{ id }} }} }}");
    assert_eq!(code(&shop.ask(&retry).await), "NOT_FOUND");
    let asked = shop
        .ask("{ taskById(id: 1) { approvals { decision } } }")
        .await;
    assert_eq!(
        asked["data"]["taskById"]["approvals"],
        json!([{"decision": "WITHDRAWN"}])
    );
    // The next change is Boris's alone.
    set_status(&shop, "1", "IN_PROGRESS").await;
    let sent = messages(&shop, 6).await;
    assert_eq!(sent[5]["chat_id"], BORIS, "{sent:?}");
    assert!(said(&sent[5]).contains("В работе"), "{sent:?}");
    shop.close().await;
}

#[tokio::test]
async fn a_message_under_way_at_the_change_is_not_repeated() {
    let shop = shop().await;
    shop.telegram.then(Answer::Silence);
    set_status(&shop, "1", "READY").await;
    messages(&shop, 5).await;
    // It is being sent: nobody can call it back, but it won't be tried again.
    give(&shop, BORIS_PHONE).await;
    assert_eq!(waiting(&shop), 1);
    let over = async {
        while waiting(&shop) > 0 {
            shop.clock.advance(std::time::Duration::from_secs(30));
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), over)
        .await
        .unwrap();
    assert_eq!(shop.telegram.messages_now().len(), 5);
    // Meanwhile another change may have come; it is told to Boris.
    set_status(&shop, "1", "IN_PROGRESS").await;
    let sent = messages(&shop, 6).await;
    assert_eq!(sent[5]["chat_id"], BORIS, "{sent:?}");
    shop.close().await;
}

#[tokio::test]
async fn the_former_customer_can_neither_answer_nor_change_what_was_said() {
    let shop = shop().await;
    shop.update(text(ANNA, "Когда будет готово?")).await;
    done(
        &shop,
        "askApproval(taskId: 1, price: 450000) { task { id } }",
    )
    .await;
    let sent = messages(&shop, 6).await;
    let asked = sent
        .iter()
        .find(|one| said(one).contains("согласны на цену"));
    let asked = asked.unwrap()["message_id"].clone();
    let state =
        "{ taskById(id: 1) { unanswered declined comments { text open } approvals { decision } } }";
    give(&shop, BORIS_PHONE).await;
    // An answer to it would go to Boris: it waits for none.
    let expected = json!({"unanswered": false, "declined": false,
        "comments": [{"text": "Когда будет готово?", "open": false}],
        "approvals": [{"decision": "WITHDRAWN"}]});
    assert_eq!(shop.ask(state).await["data"]["taskById"], expected);
    shop.update(press(ANNA, "agree:1")).await;
    let mut reply = text(ANNA, "Согласна");
    reply["message"]["reply_to_message"] = json!({"message_id": asked, "date": 1,
        "chat": {"id": ANNA, "type": "private"}});
    shop.update(reply).await;
    let mut edited = text(ANNA, "Отмените всё");
    edited = json!({"edited_message": edited["message"]});
    edited["edited_message"]["message_id"] = json!(1);
    shop.update(edited).await;
    shop.update(message(ANNA, json!({"text": "/start"}))).await;
    assert_eq!(shop.ask(state).await["data"]["taskById"], expected);
    // Boris sees the task in the bot, and Anna doesn't.
    let tasks = |chat: i64| {
        let count = "SELECT count(*) FROM tasks AS t JOIN customers AS c ON c.id = t.customer_id WHERE c.telegram_id = ?1";
        let database = shop.database();
        database
            .query_row(count, [chat], |row| row.get::<_, i64>(0))
            .unwrap()
    };
    assert_eq!((tasks(ANNA), tasks(BORIS)), (0, 1));
    shop.close().await;
}

#[tokio::test]
async fn lines_payments_and_debts_stay_with_the_task_when_it_is_closed_too() {
    let shop = shop().await;
    done(&shop, r#"addLine(taskId: 1, lineData: {kind: WORK, name: "Пайка", unitPrice: 100000}) { line { id } }"#).await;
    done(
        &shop,
        "handOver(taskId: 1, payments: [{method: CARD, sum: 40000}]) { task { id } }",
    )
    .await;
    let task = give(&shop, BORIS_PHONE).await;
    assert_eq!(task["customer"]["phone"], BORIS_PHONE);
    let debts = shop
        .ask("{ customers { nodes { phone debt } } taskById(id: 1) { status total paid toPay payments { sum } } }")
        .await;
    assert_eq!(
        debts["data"],
        json!({"customers": {"nodes": [
            {"phone": "+79000000001", "debt": 0}, {"phone": BORIS_PHONE, "debt": 60000},
        ]}, "taskById": {"status": "CLOSED", "total": 100_000, "paid": 40_000, "toPay": 60_000,
            "payments": [{"sum": 40_000}]}})
    );
    shop.close().await;
}

#[tokio::test]
async fn an_erasure_reaches_what_a_former_customer_wrote() {
    let shop = shop().await;
    shop.update(text(ANNA, "Мой адрес: Тверь, Ленина 1")).await;
    let edited = text(ANNA, "Мой адрес: Тверь, Ленина 2");
    shop.update(json!({"edited_message": edited["message"]}))
        .await;
    done(
        &shop,
        r#"addComment(taskId: 1, text: "Анна живёт на Ленина", toCustomer: true) { comment { id } }"#,
    )
    .await;
    done(
        &shop,
        r#"askApproval(taskId: 1, price: 450000, text: "Доставка на Ленина") { task { id } }"#,
    )
    .await;
    give(&shop, BORIS_PHONE).await;
    done(
        &shop,
        r#"addComment(taskId: 1, text: "Борис заберёт сам", toCustomer: true) { comment { id } }"#,
    )
    .await;
    shop.update(text(BORIS, "Заберу в среду")).await;
    done(&shop, r#"eraseCustomer(phone: "+79000000001") { phone }"#).await;
    let dump = shop.dump();
    assert!(!dump.contains("Ленина"), "{dump}");
    for kept in ["Борис заберёт сам", "Заберу в среду"] {
        assert!(dump.contains(kept), "{kept}");
    }
    assert!(!String::from_utf8_lossy(&shop.bytes()).contains("Ленина"));
    shop.close().await;
}
