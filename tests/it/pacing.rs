//! Changes of the wall clock: they delay no message, limit or worker, and are reported.

use std::time::Duration;

use jiff::SignedDuration;
use serde_json::{Value, json};
use zayavka::clock::Clock;
use zayavka::config::Config;
use zayavka::doctor::{self, Finding, Level};

use crate::bot::{ANNA, BORIS, contact, create, messages, said, set_status, text};
use crate::fake_telegram::Answer;
use crate::harness::{Log, Shop, code, eventually};
use crate::receiver::{self, Receiver};

const HOUR: SignedDuration = SignedDuration::from_hours(1);
const TEN_YEARS: SignedDuration = SignedDuration::from_hours(10 * 365 * 24);

/// Waits for this many messages, while at most this many seconds pass.
pub async fn within(shop: &Shop, seconds: u32, count: usize) -> Vec<Value> {
    for _ in 0..seconds * 4 {
        if shop.telegram.messages_now().len() >= count {
            break;
        }
        shop.clock.advance(Duration::from_millis(250));
        let more = shop.telegram.calls_of("Message", count);
        let _ = tokio::time::timeout(Duration::from_millis(20), more).await;
    }
    let sent = shop.telegram.messages_now();
    assert!(sent.len() >= count, "{} of {count}: {sent:#?}", sent.len());
    sent
}

/// Opens a shop with Anna linked, and returns her task.
async fn with_anna() -> (Shop, String) {
    let shop = Shop::with_owner().await;
    let id = create(&shop, "+79000000001").await;
    shop.update(contact(ANNA, ANNA, "+79000000001")).await;
    messages(&shop, 2).await;
    (shop, id)
}

fn broken() -> Answer {
    let answer = json!({"ok": false, "error_code": 500, "description": "Internal Server Error"});
    Answer::Error(500, answer)
}

fn number(shop: &Shop, sql: &str) -> i64 {
    let file = shop.database();
    file.query_row(sql, [], |row| row.get(0)).unwrap()
}

const SENDING: &str = "SELECT count(*) FROM outbox WHERE state = 'SENDING'";

#[tokio::test]
async fn a_clock_that_is_set_back_silences_nobody() {
    let (shop, id) = with_anna().await;
    shop.clock.step(-HOUR);
    // The limits of the chat and of all chats were used up a moment ago.
    shop.update(text(ANNA, "/help")).await;
    let sent = within(&shop, 5, 3).await;
    assert!(said(&sent[2]).starts_with("Напишите"), "{sent:?}");
    set_status(&shop, &id, "READY").await;
    shop.clock.step(-HOUR);
    let sent = within(&shop, 30, 4).await;
    assert!(said(&sent[3]).contains("Готово"), "{sent:?}");
    shop.close().await;
}

#[tokio::test]
async fn messages_queued_by_a_clock_that_was_ahead_are_not_delayed() {
    for ahead in [TEN_YEARS, 3 * HOUR] {
        let (shop, id) = with_anna().await;
        let token = "SELECT count(*) FROM outbox WHERE state = 'WAITING'";
        // The clock is set forward and back again; what is queued in between would wait for years.
        shop.clock.step(ahead);
        let mut shop = shop;
        shop.token = shop.login("owner@example.com").await;
        set_status(&shop, &id, "IN_PROGRESS").await;
        assert_eq!(number(&shop, token), 1);
        shop.clock.step(-ahead);
        shop.token = shop.login("owner@example.com").await;
        // Later messages don't wait with them.
        set_status(&shop, &id, "READY").await;
        let sent = within(&shop, 30, 3).await;
        assert!(said(&sent[2]).contains("Готово"), "{sent:?}");
        shop.close().await;
    }
}

#[tokio::test]
async fn messages_queued_before_a_restart_by_a_clock_that_was_ahead_are_sent() {
    let (shop, id) = with_anna().await;
    shop.telegram.then(broken());
    set_status(&shop, &id, "READY").await;
    // Three hours ahead, as on a machine that takes local time for UTC.
    shop.clock.step(3 * HOUR);
    within(&shop, 10, 3).await;
    eventually("the try is settled", || number(&shop, SENDING) == 0).await;
    let tried = "SELECT try_at FROM outbox WHERE state = 'WAITING'";
    assert!(number(&shop, tried) > shop.clock.now().as_millisecond());
    let back = shop.clock.now() - 3 * HOUR;
    let mut shop = shop;
    shop.clock = Clock::manual(back);
    let shop = shop.reopen().await;
    let sent = within(&shop, 30, 4).await;
    assert!(said(&sent[3]).contains("Готово"), "{sent:?}");
    shop.close().await;
}

#[tokio::test]
async fn webhooks_and_pictures_wait_no_longer_either() {
    let receiver = Receiver::start().await;
    receiver.always(receiver::Answer::Status(500));
    let mut shop = Shop::open_with(&receiver.settings("'task.created'"), "").await;
    let answer = shop.register("owner@example.com").await;
    let token = answer["data"]["register"]["token"].as_str();
    shop.token = token.map(str::to_owned);
    shop.clock.step(TEN_YEARS);
    shop.token = shop.login("owner@example.com").await;
    create(&shop, "+79000000001").await;
    receiver.told(1).await;
    shop.update(contact(ANNA, ANNA, "+79000000001")).await;
    within(&shop, 10, 2).await;
    let down = json!({"ok": false, "error_code": 500, "description": "down"});
    shop.telegram.tell("getFile", 500, down);
    let photo =
        json!({"photo": [{"file_id": "p", "file_unique_id": "p", "width": 1, "height": 1}]});
    shop.update(crate::bot::message(ANNA, photo)).await;
    shop.telegram.calls_of("getFile", 1).await;
    let open = "SELECT count(*) FROM photos WHERE attempts > 0";
    eventually("the picture is to be tried again", || {
        number(&shop, open) == 1
    })
    .await;
    let hooks = "SELECT count(*) FROM webhook_deliveries WHERE state = 'WAITING'";
    eventually("the delivery is to be tried again", || {
        number(&shop, hooks) == 1
    })
    .await;
    shop.clock.step(-TEN_YEARS);
    let (told, files) = (receiver.told_now().len(), 1);
    receiver.always(receiver::Answer::Status(200));
    shop.clock.advance(Duration::from_secs(20));
    let again = async {
        receiver.told(told + 1).await;
        shop.telegram.calls_of("getFile", files + 1).await;
    };
    let again = tokio::time::timeout(Duration::from_secs(20), again).await;
    assert!(again.is_ok(), "nothing is tried again");
    shop.close().await;
}

#[tokio::test]
async fn a_limit_is_over_as_soon_as_it_is_said_to_be() {
    let shop = Shop::with_owner().await;
    let attempt = async || {
        let query = r#"mutation { login(email: "owner@example.com", password: "wrong-password-1") { success } }"#;
        shop.ask(query).await
    };
    let refused = loop {
        let answer = attempt().await;
        if code(&answer) == "RATE_LIMITED" {
            break answer;
        }
    };
    let wait = |answer: &Value| answer["errors"][0]["extensions"]["retryAfter"].as_u64();
    let seconds = wait(&refused).unwrap();
    shop.clock.step(-HOUR);
    assert_eq!(wait(&attempt().await), Some(seconds));
    // Setting the clock forward doesn't lift the limit.
    shop.clock.step(2 * HOUR);
    assert_eq!(wait(&attempt().await), Some(seconds));
    shop.clock.advance(Duration::from_secs(seconds));
    assert_eq!(code(&attempt().await), "");
    shop.close().await;
}

#[tokio::test]
async fn tasks_made_ready_by_a_clock_that_was_ahead_are_reminded_in_time() {
    let settings = "[auth]\ntoken_ttl = '3650d'\n[reminders]\ndays = [3]";
    let mut shop = Shop::open_with(settings, "").await;
    let answer = shop.register("owner@example.com").await;
    let token = answer["data"]["register"]["token"].as_str();
    shop.token = token.map(str::to_owned);
    let id = create(&shop, "+79000000001").await;
    shop.update(contact(ANNA, ANNA, "+79000000001")).await;
    within(&shop, 10, 2).await;
    shop.clock.step(3000 * HOUR);
    set_status(&shop, &id, "READY").await;
    within(&shop, 10, 3).await;
    shop.clock.step(-3000 * HOUR);
    shop.clock.advance(Duration::from_secs(20));
    let ahead = shop.clock.now().as_millisecond();
    let ready = "SELECT ready_at FROM tasks WHERE id = 1";
    eventually("it is ready now", || number(&shop, ready) <= ahead).await;
    shop.clock.advance(Duration::from_secs(3 * 24 * 3_600));
    let sent = within(&shop, 10, 4).await;
    assert!(said(&sent[3]).contains("ждёт вас с"), "{sent:?}");
    shop.close().await;
}

/// Returns the doctor's finding about the clock for a shop's database.
async fn of_clock(shop: &Shop) -> Finding {
    let database = shop.folder().join("shop.db");
    let config = Config::parse(&format!("database = '{}'", database.display())).unwrap();
    let clock = Clock::manual(shop.clock.now());
    let found = doctor::look_at(&config, &clock).await;
    let mut found = found.into_iter().filter(|found| found.about == "clock");
    let of_clock = found.next().unwrap();
    assert_eq!(found.next(), None);
    of_clock
}

/// Waits until the owner's staff page, in English, shows this text.
pub async fn staff_page_says(shop: &Shop, wanted: &str) {
    let mut page = String::new();
    let asked = async {
        while !page.contains(wanted) {
            let cookie = format!("zayavka={}", shop.token.as_deref().unwrap());
            let request = shop.request(reqwest::Method::GET, "/staff");
            let request = request
                .header("cookie", cookie)
                .header("accept-language", "en");
            page = request.send().await.unwrap().text().await.unwrap();
        }
    };
    let asked = tokio::time::timeout(Duration::from_secs(20), asked).await;
    assert!(asked.is_ok(), "{wanted} is not on {page}");
}

#[tokio::test]
async fn the_doctor_and_the_owners_page_say_that_a_clock_was_set_back_and_what_lay_ahead() {
    let log = Log::start();
    let (shop, id) = with_anna().await;
    // The doctor rejects a clock older than the program.
    shop.clock.step(TEN_YEARS);
    let mut shop = shop;
    assert_eq!(of_clock(&shop).await.level, Level::Ok);
    shop.clock.step(3 * HOUR);
    shop.token = shop.login("owner@example.com").await;
    // The server must have seen it.
    for _ in 0..30 {
        shop.clock.advance(Duration::from_secs(1));
        shop.ask("{ __typename }").await;
    }
    set_status(&shop, &id, "READY").await;
    // Before the server notices anything, the doctor detects it itself.
    let config = format!("database = '{}'", shop.folder().join("shop.db").display());
    let config = Config::parse(&config).unwrap();
    let clock = Clock::manual(shop.clock.now() - 3 * HOUR);
    let found = doctor::look_at(&config, &clock).await;
    let ahead = found
        .iter()
        .find(|found| found.said.contains("2 rows dated"));
    assert_eq!(ahead.map(|found| found.level), Some(Level::Failure));
    shop.clock.step(-3 * HOUR);
    within(&shop, 30, 3).await;
    staff_page_says(&shop, "set back by 3 h").await;
    staff_page_says(&shop, "2 messages or repairs lay").await;
    shop.clock.advance(Duration::from_secs(3 * 3_600));
    let found = of_clock(&shop).await;
    assert_eq!(found.level, Level::Warning, "{found}");
    assert!(found.said.contains("set back by 3 h"), "{found}");
    assert!(
        found.said.contains("2 rows dated too far in the future"),
        "{found}"
    );
    // A day later it isn't reported any more.
    shop.clock.advance(Duration::from_secs(24 * 3_600));
    assert_eq!(of_clock(&shop).await.level, Level::Ok);
    shop.close().await;
    assert!(log.text().contains("the wall clock was set back"));
}

#[tokio::test]
async fn a_correction_by_seconds_is_no_trouble_and_sends_nothing_early() {
    let mut shop = Shop::open_with("", "notify_delay = '40s'").await;
    shop.clock.step(TEN_YEARS);
    let answer = shop.register("owner@example.com").await;
    let token = answer["data"]["register"]["token"].as_str();
    shop.token = token.map(str::to_owned);
    let id = create(&shop, "+79000000001").await;
    shop.update(contact(ANNA, ANNA, "+79000000001")).await;
    within(&shop, 10, 2).await;
    set_status(&shop, &id, "READY").await;
    shop.clock.step(SignedDuration::from_secs(-2));
    shop.clock.advance(Duration::from_secs(30));
    shop.update(text(BORIS, "/help")).await;
    let sent = within(&shop, 4, 3).await;
    assert_eq!(sent[2]["chat_id"], BORIS, "{sent:?}");
    within(&shop, 20, 4).await;
    assert_eq!(of_clock(&shop).await.level, Level::Ok);
    shop.close().await;
}
