//! The undo of a stage change: before the customer is told, while a message leaves, and afterwards.

use std::time::Duration;

use serde_json::{Value, json};

use crate::bot::{ANNA, contact, create, messages, said};
use crate::fake_telegram::Answer;
use crate::harness::{Shop, eventually};
use crate::pages::{Browser, goes_to};

/// Opens a shop with a task of Anna's, whose phone is verified; two messages were sent to her.
async fn shop() -> Shop {
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    shop.update(contact(ANNA, ANNA, "+79000000001")).await;
    messages(&shop, 2).await;
    shop
}

async fn task(shop: &Shop) -> (String, String) {
    let answer = shop.ask("{ taskById(id: 1) { status version } }").await;
    let task = &answer["data"]["taskById"];
    let status = task["status"].as_str().unwrap();
    (status.to_owned(), task["version"].to_string())
}

/// Sets a status, and returns where the toast is shown.
async fn put(shop: &Shop, browser: &mut Browser<'_>, status: &str) -> String {
    let (_, version) = task(shop).await;
    let form = [
        ("status", status),
        ("version", &*version),
        ("back", "/board"),
    ];
    goes_to(&browser.post("/tasks/1/status", &form).await).to_owned()
}

/// Presses a button of a toast that undoes to ACCEPTED.
async fn undo(shop: &Shop, browser: &mut Browser<'_>, choice: &str) -> String {
    let (_, version) = task(shop).await;
    let form = [
        ("status", "ACCEPTED"),
        ("version", &*version),
        ("back", "/board"),
        ("undo", choice),
    ];
    goes_to(&browser.post("/tasks/1/status", &form).await).to_owned()
}

/// Returns the toast of a page as text, and the choices that it offers.
fn toast(page: &str) -> (String, Vec<String>) {
    let start = page
        .find("class=\"toast\" role=\"status\"><span>")
        .unwrap_or_else(|| panic!("no toast: {page}"));
    let inside = page[start..].split_once("<span>").unwrap().1;
    let (text, rest) = inside.split_once("\n").unwrap_or((inside, ""));
    let rest = rest.split("</div>").next().unwrap();
    let mut words = String::new();
    let mut is_tag = false;
    for letter in text.chars() {
        match letter {
            '<' => is_tag = true,
            '>' => is_tag = false,
            _ if !is_tag => words.push(letter),
            _ => {}
        }
    }
    let choices = rest.split("name=\"undo\" value=\"").skip(1);
    let choices = choices.map(|choice| choice.split('"').next().unwrap().to_owned());
    (words, choices.collect())
}

fn waiting(shop: &Shop) -> i64 {
    let count = "SELECT count(*) FROM outbox WHERE state IN ('WAITING', 'SENDING')";
    let database = shop.database();
    database.query_row(count, [], |row| row.get(0)).unwrap()
}

async fn settled(shop: &Shop) {
    eventually("every message is settled", || waiting(shop) == 0).await;
}

#[tokio::test]
async fn before_the_sending_the_notice_is_withdrawn() {
    let shop = shop().await;
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    let page = put(&shop, &mut browser, "READY").await;
    // The page is loaded a second and a half later: what is left is the server's, to the millisecond.
    shop.clock.advance(Duration::from_millis(1_500));
    let page = browser.page(&page).await;
    let (words, choices) = toast(&page);
    assert_eq!(
        words,
        "№ 1 теперь «Готово». Анна К. получит сообщение через 4 с."
    );
    assert_eq!(choices, ["1"]);
    assert!(
        page.contains(
            "data-left=\"3.5\" data-again=\"/tasks/1/toast?was=ACCEPTED&amp;back=/board\""
        ),
        "{page}"
    );
    assert_eq!(undo(&shop, &mut browser, "1").await, "/board");
    assert_eq!(task(&shop).await.0, "ACCEPTED");
    assert_eq!(waiting(&shop), 0);
    shop.clock.advance(Duration::from_secs(60));
    // The next message is about the next change.
    put(&shop, &mut browser, "IN_PROGRESS").await;
    let sent = messages(&shop, 3).await;
    assert!(said(&sent[2]).contains("В работе"), "{sent:?}");
    shop.close().await;
}

#[tokio::test]
async fn afterwards_the_employee_chooses_what_the_customer_learns() {
    for (choice, is_told) in [("tell", true), ("silent", false)] {
        let shop = shop().await;
        let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
        let place = put(&shop, &mut browser, "READY").await;
        messages(&shop, 3).await;
        settled(&shop).await;
        let page = browser.page(&place).await;
        let (words, choices) = toast(&page);
        assert_eq!(words, "№ 1 теперь «Готово». Клиенту сообщили.");
        assert_eq!(choices, ["tell", "silent"]);
        assert!(!page.contains("data-left"), "{page}");
        // A page that still offers the plain undo changes nothing, and asks.
        assert_eq!(undo(&shop, &mut browser, "1").await, place);
        assert_eq!(task(&shop).await.0, "READY");

        let place = undo(&shop, &mut browser, choice).await;
        assert_eq!(task(&shop).await.0, "ACCEPTED");
        if is_told {
            // It is a change like any other, with an undo of its own.
            assert_eq!(place, "/board?changed=1&was=READY");
            let (words, choices) = toast(&browser.page(&place).await);
            assert_eq!(
                words,
                "№ 1 теперь «Принято». Анна К. получит сообщение через 5 с."
            );
            assert_eq!(choices, ["1"]);
            let sent = messages(&shop, 4).await;
            assert!(said(&sent[3]).contains("Принято"), "{sent:?}");
        } else {
            assert_eq!(place, "/board");
            assert_eq!(waiting(&shop), 0);
            shop.clock.advance(Duration::from_secs(60));
            put(&shop, &mut browser, "IN_PROGRESS").await;
            let sent = messages(&shop, 4).await;
            assert!(said(&sent[3]).contains("В работе"), "{sent:?}");
        }
        shop.close().await;
    }
}

/// Sends a request of our script, and returns the answer.
async fn scripted(shop: &Shop, method: reqwest::Method, path: &str, body: String) -> String {
    let request = shop
        .request(method, path)
        .header(
            "cookie",
            format!("zayavka={}", shop.token.as_ref().unwrap()),
        )
        .header("origin", &shop.url)
        .header("x-requested-by", "desk")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body);
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 200);
    answer.text().await.unwrap()
}

#[tokio::test]
async fn a_message_that_is_due_can_be_withdrawn_until_its_turn_comes() {
    let shop = shop().await;
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    // Telegram lets the chat wait for a minute after the first message.
    let pause = json!({"ok": false, "error_code": 429, "description": "Too Many Requests", "parameters": {"retry_after": 60}});
    shop.telegram.then(Answer::Error(429, pause));
    let first = r#"mutation { addComment(taskId: 1, text: "Позвоните нам", toCustomer: true) { comment { id } } }"#;
    shop.ask(first).await;
    messages(&shop, 3).await;
    let place = put(&shop, &mut browser, "READY").await;
    shop.clock.advance(Duration::from_secs(6));
    let page = browser.page(&place).await;
    let (words, choices) = toast(&page);
    assert_eq!(
        words,
        "№ 1 теперь «Готово». Сообщение клиенту ждёт отправки."
    );
    assert_eq!(choices, ["1"]);
    assert!(page.contains("data-left=\"2\""), "{page}");
    // The script looks again, and gets the same toast for the page that it is on.
    let again = "/tasks/1/toast?was=ACCEPTED&back=/board";
    let again = scripted(&shop, reqwest::Method::GET, again, String::new()).await;
    assert!(
        again.contains("ждёт отправки")
            && again.contains("name=\"back\" value=\"/board\"")
            && !again.contains("<html"),
        "{again}"
    );
    let (_, version) = task(&shop).await;
    let body = format!("status=ACCEPTED&version={version}&undo=1");
    let told = scripted(&shop, reqwest::Method::POST, "/tasks/1/status", body).await;
    let told: Value = serde_json::from_str(&told).unwrap();
    let words = told["toast"].as_str().unwrap();
    assert!(
        words.contains("№ 1 теперь «Принято»") && !words.contains("<form"),
        "{told}"
    );
    // The message before it arrives, and nothing else.
    let sent = messages(&shop, 4).await;
    assert!(said(&sent[3]).contains("Позвоните нам"), "{sent:?}");
    settled(&shop).await;
    shop.clock.advance(Duration::from_secs(60));
    assert_eq!(shop.telegram.messages_now().len(), 4);
    shop.close().await;
}

#[tokio::test]
async fn a_message_whose_outcome_is_unknown_is_not_repeated_after_a_silent_undo() {
    let shop = shop().await;
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    shop.telegram.then(Answer::Reset);
    let place = put(&shop, &mut browser, "READY").await;
    messages(&shop, 3).await;
    let is_retried = || {
        let retried = "SELECT count(*) FROM outbox WHERE state = 'WAITING' AND attempts = 1";
        let database = shop.database();
        database
            .query_row(retried, [], |row| row.get::<_, i64>(0))
            .unwrap()
            == 1
    };
    eventually("it is to be sent again", is_retried).await;
    let (words, choices) = toast(&browser.page(&place).await);
    assert_eq!(words, "№ 1 теперь «Готово». Сообщение клиенту уходит.");
    assert_eq!(choices, ["tell", "silent"]);
    undo(&shop, &mut browser, "silent").await;
    assert_eq!(waiting(&shop), 0);
    shop.clock.advance(Duration::from_secs(3_600));
    assert_eq!(shop.telegram.messages_now().len(), 3);
    shop.close().await;
}

#[tokio::test]
async fn who_was_never_told_is_not_told_of_the_way_back() {
    let shop = shop().await;
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    // Of the hand-over customers aren't told.
    let stages = shop.ask("{ stages { id name } }").await;
    let stages = stages["data"]["stages"].as_array().unwrap();
    let handed = stages
        .iter()
        .find(|stage| stage["name"] == "Выдан")
        .unwrap();
    let (_, version) = task(&shop).await;
    let form = [
        ("stage", handed["id"].as_str().unwrap()),
        ("version", &*version),
        ("back", "/board"),
    ];
    let answer = browser.post("/tasks/1/status", &form).await;
    let place = goes_to(&answer).to_owned();
    shop.clock.advance(Duration::from_secs(60));
    settled(&shop).await;
    let (words, choices) = toast(&browser.page(&place).await);
    assert!(words.contains("об этом этапе не сообщаем"), "{words}");
    assert_eq!(choices, ["1"]);
    undo(&shop, &mut browser, "1").await;
    assert_eq!(waiting(&shop), 0);
    assert_eq!(task(&shop).await.0, "ACCEPTED");
    shop.close().await;
}

#[tokio::test]
async fn an_earlier_stay_in_the_stage_is_not_taken_for_this_one() {
    let shop = shop().await;
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    put(&shop, &mut browser, "READY").await;
    messages(&shop, 3).await;
    settled(&shop).await;
    shop.clock.advance(Duration::from_secs(60));
    undo(&shop, &mut browser, "silent").await;
    shop.clock.advance(Duration::from_secs(60));
    // Anna blocks the bot: nobody is told this time.
    shop.update(crate::outbox::membership(ANNA, "kicked")).await;
    let place = put(&shop, &mut browser, "READY").await;
    let (words, choices) = toast(&browser.page(&place).await);
    assert!(words.contains("Клиенту не сообщим"), "{words}");
    assert_eq!(choices, ["1"]);
    shop.close().await;
}
