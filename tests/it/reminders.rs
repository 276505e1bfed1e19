//! Reminders to collect a finished task.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::redirect::Policy;
use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::bot::{ANNA, BORIS, contact, create, messages, said, set_status, text};
use crate::fake_telegram::Answer;
use crate::harness::{Shop, code, eventually};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const HOUR: Duration = Duration::from_secs(60 * 60);
/// Sessions last as long as these tests look ahead.
const LONG: &str = "[auth]\ntoken_ttl = '3650d'\n";

/// Opens a shop at noon of 25 July, in which Anna's task No. 1 is ready, and she was notified.
async fn shop(settings: &str) -> Shop {
    let mut shop = Shop::open_with(&format!("{settings}\n{LONG}"), "").await;
    let answer = shop.register("owner@example.com").await;
    let token = answer["data"]["register"]["token"].as_str();
    shop.token = token.map(str::to_owned);
    let id = create(&shop, "+79000000001").await;
    shop.update(contact(ANNA, ANNA, "+79000000001")).await;
    set_status(&shop, &id, "READY").await;
    messages(&shop, 3).await;
    shop
}

/// Advances the clock to an instant.
fn to(shop: &Shop, instant: &str) {
    let instant: Timestamp = instant.parse().unwrap();
    let wait = instant.duration_since(shop.clock.now());
    shop.clock.advance(wait.try_into().unwrap());
}

fn number(shop: &Shop, sql: &str) -> i64 {
    shop.database()
        .query_row(sql, [], |row| row.get(0))
        .unwrap()
}

fn is_reminder(message: &Value) -> bool {
    ["ждёт вас с", "ready since"]
        .iter()
        .any(|words| said(message).contains(words))
}

/// Returns the reminders so far, after everything due was sent. Boris writes last, and the reply to
/// him is queued after everything before.
async fn reminders(shop: &Shop) -> Vec<Value> {
    shop.update(text(BORIS, "/help")).await;
    while number(
        shop,
        "SELECT count(*) FROM outbox WHERE state IN ('WAITING', 'SENDING')",
    ) > 0
    {
        let sent = shop.telegram.messages_now().len();
        shop.clock.advance(Duration::from_millis(250));
        let more = shop.telegram.calls_of("Message", sent + 1);
        let _ = tokio::time::timeout(Duration::from_millis(20), more).await;
    }
    let mut sent = shop.telegram.messages_now();
    sent.retain(is_reminder);
    sent
}

/// Returns the history of reminders, with authors.
async fn history(shop: &Shop) -> Value {
    let answer = shop
        .ask("{ taskById(id: 1) { history { kind author from to } } }")
        .await;
    let all = answer["data"]["taskById"]["history"].as_array().unwrap();
    let of = all
        .iter()
        .filter(|event| event["kind"].as_str().unwrap().starts_with("REMIND"));
    of.cloned().collect()
}

fn reminded(days: &str) -> Value {
    json!({"kind": "REMINDED", "author": "SYSTEM", "from": null, "to": days})
}

#[tokio::test]
async fn each_goes_once_at_ten_in_the_shops_morning() {
    let shop = shop("").await;
    let mut sent = 0;
    for (before, at) in [
        ("2021-07-28T06:59:30Z", "2021-07-28T07:00:00Z"),
        ("2021-08-08T06:59:30Z", "2021-08-08T07:00:00Z"),
        ("2021-08-24T06:59:30Z", "2021-08-24T07:00:00Z"),
    ] {
        to(&shop, before);
        assert_eq!(reminders(&shop).await.len(), sent, "{before}");
        to(&shop, at);
        sent += 1;
        assert_eq!(reminders(&shop).await.len(), sent, "{at}");
        shop.clock.advance(HOUR);
        assert_eq!(reminders(&shop).await.len(), sent, "an hour after {at}");
    }
    for days in [1, 20, 400] {
        shop.clock.advance(days * DAY);
        assert_eq!(reminders(&shop).await.len(), 3, "after {days} days more");
    }
    let all = reminders(&shop).await;
    assert_eq!(all[0]["chat_id"], ANNA);
    assert_eq!(said(&all[0]), "Заявка ждёт вас с 25 июля 2021 (№ 1).");
    let expected = json!([reminded("3"), reminded("14"), reminded("30")]);
    assert_eq!(history(&shop).await, expected);
    // A reminder doesn't change the version, and so conflicts with no edit.
    let version = shop.ask("{ taskById(id: 1) { version } }").await;
    assert_eq!(version["data"]["taskById"]["version"], 2);
    shop.close().await;
}

#[tokio::test]
async fn it_says_where_and_when_in_the_customers_language() {
    let about = "[shop]\naddress = 'Lenina 1 <yard>'\nhours = 'Mon & Fri 10-19'\nphone = '8 (900) 111-22-33'";
    let shop = shop(about).await;
    let mut english = contact(ANNA, ANNA, "+79000000001");
    english["message"]["from"]["language_code"] = json!("en-GB");
    shop.update(english).await;
    to(&shop, "2021-07-28T07:00:00Z");
    assert_eq!(
        said(&reminders(&shop).await[0]),
        "Your repair has been ready since 25 July 2021 (No. 1). Please come by and collect it.
Lenina 1 &lt;yard&gt;, Mon &amp; Fri 10-19.\nPhone: 8 (900) 111-22-33"
    );
    shop.close().await;
}

#[tokio::test]
async fn a_shop_that_was_away_sends_the_newest_alone_and_wakes_nobody() {
    let shop = shop("").await;
    // It is eleven in the evening when it is back.
    let shop = shop.reopen_after(35 * DAY + 11 * HOUR).await;
    assert_eq!(reminders(&shop).await.len(), 0);
    // Likewise at six after the next restart, until ten.
    let shop = shop.reopen_after(7 * HOUR).await;
    assert_eq!(reminders(&shop).await.len(), 0);
    shop.clock.advance(4 * HOUR);
    assert_eq!(reminders(&shop).await.len(), 1);
    let shop = shop.reopen_after(HOUR).await;
    assert_eq!(reminders(&shop).await.len(), 1);
    let shop = shop.reopen_after(DAY).await;
    assert_eq!(reminders(&shop).await.len(), 1);
    assert_eq!(history(&shop).await, json!([reminded("30")]));
    shop.close().await;
}

#[tokio::test]
async fn turning_reminders_on_does_not_remind_of_old_tasks() {
    let shop = shop("[reminders]\ndays = []").await;
    shop.clock.advance(60 * DAY);
    create(&shop, "+79000000001").await;
    set_status(&shop, "2", "READY").await;
    shop.clock.advance(2 * DAY);
    assert_eq!(reminders(&shop).await.len(), 0);
    let shop = shop.reopen_after(DAY).await;
    let sent = reminders(&shop).await;
    assert_eq!(sent.len(), 1, "{sent:?}");
    assert!(said(&sent[0]).contains("№ 2"), "{sent:?}");
    shop.close().await;
}

#[tokio::test]
async fn a_task_that_is_ready_again_starts_its_reminders_anew() {
    let shop = shop("").await;
    to(&shop, "2021-07-28T07:00:00Z");
    assert_eq!(reminders(&shop).await.len(), 1);
    set_status(&shop, "1", "IN_PROGRESS").await;
    to(&shop, "2021-08-10T09:00:00Z");
    assert_eq!(reminders(&shop).await.len(), 1);
    set_status(&shop, "1", "READY").await;
    to(&shop, "2021-08-13T06:59:30Z");
    assert_eq!(reminders(&shop).await.len(), 1);
    to(&shop, "2021-08-13T07:00:00Z");
    let sent = reminders(&shop).await;
    assert_eq!(sent.len(), 2);
    assert!(said(&sent[1]).contains("10 августа"), "{sent:?}");
    assert_eq!(history(&shop).await, json!([reminded("3"), reminded("3")]));
    shop.close().await;
}

#[tokio::test]
async fn collecting_a_task_or_turning_reminders_off_drops_queued_ones() {
    let refuse = |message: &Value| {
        let broken =
            json!({"ok": false, "error_code": 500, "description": "Internal Server Error"});
        is_reminder(message).then(|| Answer::Error(500, broken))
    };
    let waits = "SELECT count(*) FROM outbox WHERE kind = 'REMINDER' AND state = 'WAITING' AND attempts > 0";
    let off = "mutation { updateTask(taskData: {id: 1, remind: false}) { task { remind } } }";
    for closes in [true, false] {
        let shop = shop("").await;
        shop.telegram.judge(refuse);
        to(&shop, "2021-07-28T07:00:00Z");
        eventually("a try", || number(&shop, waits) == 1).await;
        match closes {
            true => set_status(&shop, "1", "CLOSED").await,
            false => assert!(shop.ask(off).await["errors"].is_null()),
        }
        assert_eq!(number(&shop, waits), 0);
        let tried = reminders(&shop).await.len();
        shop.clock.advance(12 * HOUR);
        assert_eq!(reminders(&shop).await.len(), tried, "no try after that");
        let last = shop.telegram.messages_now();
        let told = last.iter().any(|message| said(message).contains("Закрыто"));
        assert_eq!(told, closes, "{last:?}");
        shop.close().await;
    }
}

#[tokio::test]
async fn unreachable_customers_are_not_reminded() {
    let shop = shop("").await;
    // No. 2 has no Telegram, that of No. 3 is not verified, No. 4 blocks the bot.
    for (end, id) in [(2, "2"), (3, "3"), (4, "4")] {
        create(&shop, &format!("+7900000000{end}")).await;
        set_status(&shop, id, "READY").await;
    }
    shop.ask(r#"mutation { updateCustomer(customerData: {phone: "+79000000003", telegramId: 5}) { customer { id } } }"#).await;
    shop.database()
        .execute_batch(
            "UPDATE customers SET telegram_id = 6, telegram_verified = 1, telegram_blocked = 1
             WHERE phone_e164 = '+79000000004'",
        )
        .unwrap();
    to(&shop, "2021-07-28T07:00:00Z");
    let sent = reminders(&shop).await;
    assert_eq!(sent.len(), 1, "{sent:?}");
    assert_eq!(sent[0]["chat_id"], ANNA);
    // They are not forgotten: today's page has all four.
    let today = shop.ask("{ today { total { uncollected } } }").await;
    assert_eq!(today["data"]["today"]["total"]["uncollected"], 4);
    // A customer who is verified later is reminded of what is due then.
    shop.ask("mutation { confirmTelegram(customerId: 3) { customer { id } } }")
        .await;
    shop.clock.advance(HOUR);
    assert_eq!(reminders(&shop).await.len(), 2);
    shop.close().await;
}

#[tokio::test]
async fn staff_switch_them_off_for_a_task_on_its_page_and_by_the_api() {
    let mut shop = shop("").await;
    let client = Client::builder().redirect(Policy::none()).build().unwrap();
    let cookie = format!("zayavka={}", shop.token.as_ref().unwrap());
    let page = async |shop: &Shop| {
        let request = shop
            .request(Method::GET, "/tasks/1")
            .header("cookie", &cookie);
        request.send().await.unwrap().text().await.unwrap()
    };
    let press = async |shop: &Shop, cookie: &str, form: &str| {
        let request = client.post(format!("{}/tasks/1/remind", shop.url));
        let request = request
            .header("cookie", cookie)
            .header("origin", &shop.url)
            .header("content-type", "application/x-www-form-urlencoded");
        let answer = request.body(form.to_owned()).send().await.unwrap();
        let to = answer.headers().get("location").cloned();
        (answer.status().as_u16(), to)
    };
    let (status, to_login) = press(&shop, "", "version=2").await;
    assert_eq!(status, 303);
    assert!(to_login.unwrap().to_str().unwrap().starts_with("/login"));
    assert_eq!(number(&shop, "SELECT remind FROM tasks"), 1);
    let before = page(&shop).await;
    assert!(
        before.contains("Дней после готовности: 3, 14, 30."),
        "{before}"
    );
    let form = "<form method=\"post\" action=\"/tasks/1/remind\"><input type=\"hidden\" name=\"version\" value=\"2\"><button";
    assert!(before.contains(form), "{before}");
    assert_eq!(press(&shop, &cookie, "version=2").await.0, 303);
    let off = page(&shop).await;
    assert!(off.contains("Забрать бот не напоминает."), "{off}");
    assert!(off.contains("</time>Напоминания выключены <"), "{off}");
    assert!(off.contains("name=\"remind\" value=\"1\""), "{off}");
    // A colleague pressed the same button: nothing changes again.
    assert_eq!(press(&shop, &cookie, "version=2").await.0, 303);
    assert_eq!(number(&shop, "SELECT remind FROM tasks"), 0);
    assert_eq!(number(&shop, "SELECT version FROM tasks"), 3);
    to(&shop, "2021-08-08T07:00:00Z");
    assert_eq!(reminders(&shop).await.len(), 0);
    // An employee may change it as well. Missed reminders are not sent later.
    let owner = shop.token.replace(crate::accounts::employee(&shop).await);
    let on = "mutation { updateTask(taskData: {id: 1, remind: true, expectedVersion: 3}) { task { remind version } } }";
    let answer = shop.ask(on).await;
    let expected = json!({"remind": true, "version": 4});
    assert_eq!(answer["data"]["updateTask"]["task"], expected, "{answer}");
    assert_eq!(code(&shop.ask(on).await), "CONFLICT");
    shop.token = owner;
    shop.clock.advance(HOUR);
    assert_eq!(reminders(&shop).await.len(), 1);
    let switched = |from: &str, to: &str| json!({"kind": "REMINDERS", "author": "STAFF", "from": from, "to": to});
    let expected = json!([switched("ON", "OFF"), switched("OFF", "ON"), reminded("14")]);
    assert_eq!(history(&shop).await, expected);
    let reminded = page(&shop).await;
    for part in [
        "</time>Клиенту напомнили забрать, дней после готовности: 14 <",
        "«Напоминание» доставлено сегодня",
    ] {
        assert!(reminded.contains(part), "{part} {reminded}");
    }
    // Omitted fields are kept, and a new task can have it off from the beginning.
    shop.ask("mutation { updateTask(taskData: {id: 1, category: OTHER}) { task { id } } }")
        .await;
    shop.ask(r#"mutation { createTask(taskData: {customerPhone: "12345", remind: false}) { task { id } } }"#)
        .await;
    let both = shop.ask("{ allTasks { remind } }").await;
    let expected = json!([{"remind": true}, {"remind": false}]);
    assert_eq!(both["data"]["allTasks"], expected, "{both}");
    set_status(&shop, "1", "CLOSED").await;
    assert!(
        !page(&shop).await.contains("/tasks/1/remind"),
        "it is collected"
    );
    shop.close().await;
}

#[tokio::test]
async fn one_that_did_not_arrive_is_shown_tried_again_and_goes_with_the_task() {
    let shop = shop("").await;
    shop.telegram.judge(|message| {
        let refusal =
            json!({"ok": false, "error_code": 400, "description": "Bad Request: can't parse entities"});
        is_reminder(message).then(|| Answer::Error(400, refusal))
    });
    to(&shop, "2021-07-28T07:00:00Z");
    let undelivered = async || {
        let answer = shop
            .ask("{ undelivered { id kind status reason task { id } } today { total { undelivered } } }")
            .await;
        assert!(answer["errors"].is_null(), "{answer}");
        answer["data"].clone()
    };
    // The two fields are two reads, and the outcome may be stored between them.
    let dead = loop {
        let found = undelivered().await;
        if found["undelivered"] != json!([]) && found["today"]["total"]["undelivered"] == 1 {
            break found;
        }
    };
    assert_eq!(dead["undelivered"][0]["kind"], "REMINDER");
    assert_eq!(dead["undelivered"][0]["status"], Value::Null);
    assert_eq!(dead["undelivered"][0]["reason"], "REFUSED");
    let retry = format!(
        "mutation {{ retryNotice(id: {}) {{ task {{ id }} }} }}",
        dead["undelivered"][0]["id"]
    );
    assert!(shop.ask(&retry).await["errors"].is_null());
    assert_eq!(reminders(&shop).await.len(), 2);
    while undelivered().await["today"]["total"]["undelivered"] != 1 {}
    set_status(&shop, "1", "CLOSED").await;
    let found = undelivered().await;
    assert_eq!(found["undelivered"], json!([]));
    assert_eq!(found["today"]["total"]["undelivered"], 0);
    assert_eq!(code(&shop.ask(&retry).await), "NOT_FOUND");
    shop.close().await;
}

#[tokio::test]
async fn days_and_hour_are_the_shops_own() {
    let settings = "timezone = 'Asia/Vladivostok'\n[reminders]\ndays = [2, 1]\nhour = 18";
    let shop = shop(settings).await;
    // It is ready at seven in the evening there.
    to(&shop, "2021-07-26T07:59:30Z");
    assert_eq!(reminders(&shop).await.len(), 0);
    to(&shop, "2021-07-26T08:00:00Z");
    assert_eq!(reminders(&shop).await.len(), 1);
    to(&shop, "2021-07-27T08:00:00Z");
    assert_eq!(reminders(&shop).await.len(), 2);
    shop.clock.advance(30 * DAY);
    assert_eq!(reminders(&shop).await.len(), 2);
    shop.close().await;
}
