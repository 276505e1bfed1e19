//! Refusals by Telegram: floods, competing polling, vanished chats and messages, and lost
//! responses.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use serde_json::{Value, json};
use zayavka::clock::Clock;
use zayavka::config::Config;
use zayavka::doctor::{self, Level};

use crate::bot::{ANNA, BORIS, contact, create, linked, messages, said, set_status, text};
use crate::conversation::press;
use crate::fake_telegram::{Answer, FakeTelegram};
use crate::harness::{Log, Shop, code, eventually};
use crate::pacing::{staff_page_says, within};

const CLARA: i64 = 77;
const POLLING: &str = "mode = 'polling'";

fn refusal(status: u16, why: &str) -> Answer {
    let answer = json!({"ok": false, "error_code": status, "description": why});
    Answer::Error(status, answer)
}

fn flood(seconds: u64) -> Answer {
    let answer = json!({"ok": false, "error_code": 429, "description": "Too Many Requests", "parameters": {"retry_after": seconds}});
    Answer::Error(429, answer)
}

/// Lets everything due at the current time happen.
async fn settled(shop: &Shop) {
    for _ in 0..20 {
        shop.ask("{ __typename }").await;
    }
}

fn number(shop: &Shop, sql: &str) -> i64 {
    let file = shop.database();
    file.query_row(sql, [], |row| row.get(0)).unwrap()
}

fn to(sent: &[Value], chat: i64) -> usize {
    sent.iter().filter(|sent| sent["chat_id"] == chat).count()
}

/// Queues an update to be polled.
fn keep(telegram: &FakeTelegram, id: i64, who: i64, words: &str) {
    let mut update = text(who, words);
    update["update_id"] = json!(id);
    telegram.keep(update);
}

/// Opens a shop with Anna and Boris linked, and their tasks 1 and 2.
async fn with_two() -> Shop {
    let shop = Shop::with_owner().await;
    for (who, phone) in [(ANNA, "+79000000001"), (BORIS, "+79000000002")] {
        create(&shop, phone).await;
        shop.update(contact(who, who, phone)).await;
    }
    messages(&shop, 4).await;
    shop
}

#[tokio::test]
async fn a_flood_in_one_chat_pauses_that_chat_alone() {
    let shop = with_two().await;
    let refused_at = Mutex::new(None);
    let clock = shop.clock.clone();
    let early = std::sync::Arc::new(Mutex::new(0));
    let count = early.clone();
    shop.telegram.judge(move |message| {
        let mut refused_at = refused_at.lock().unwrap();
        if message["chat_id"] != ANNA {
            return None;
        }
        match *refused_at {
            None => {
                *refused_at = Some(clock.elapsed());
                Some(flood(60))
            }
            Some(at) => {
                *count.lock().unwrap() +=
                    usize::from(clock.elapsed() - at < Duration::from_secs(60));
                None
            }
        }
    });
    set_status(&shop, "1", "READY").await;
    within(&shop, 10, 5).await;
    // The notice is rewritten, so a reply precedes it in the chat's queue.
    set_status(&shop, "1", "CLOSED").await;
    shop.update(text(ANNA, "/help")).await;
    set_status(&shop, "2", "READY").await;
    let sent = within(&shop, 20, 6).await;
    assert_eq!(sent[5]["chat_id"], BORIS, "{sent:?}");
    let sent = within(&shop, 70, 8).await;
    assert_eq!(to(&sent[6..], ANNA), 2, "{sent:?}");
    assert_eq!(*early.lock().unwrap(), 0, "it was asked before its time");
    shop.close().await;
}

#[tokio::test]
async fn a_flood_in_two_chats_pauses_everything() {
    let shop = with_two().await;
    let refused: Mutex<HashMap<i64, ()>> = Mutex::default();
    shop.telegram.judge(move |message| {
        let chat = message["chat_id"].as_i64().unwrap();
        let first = refused.lock().unwrap().insert(chat, ()).is_none();
        (first && chat != CLARA).then(|| flood(60))
    });
    set_status(&shop, "1", "READY").await;
    set_status(&shop, "2", "READY").await;
    let refused = within(&shop, 10, 6).await.len();
    eventually("both are settled", || {
        number(&shop, "SELECT count(*) FROM outbox WHERE state = 'SENDING'") == 0
    })
    .await;
    shop.update(text(CLARA, "/start")).await;
    for _ in 0..5 {
        shop.clock.advance(Duration::from_secs(10));
        settled(&shop).await;
    }
    assert_eq!(shop.telegram.messages_now().len(), refused);
    let sent = within(&shop, 20, refused + 3).await;
    for who in [ANNA, BORIS, CLARA] {
        assert_eq!(to(&sent[refused..], who), 1, "{sent:?}");
    }
    shop.close().await;
}

#[tokio::test]
async fn while_everything_pauses_nothing_is_fetched() {
    let telegram = FakeTelegram::start().await;
    let shop = Shop::open_at(&telegram, POLLING).await;
    let flooded: Mutex<HashMap<i64, ()>> = Mutex::default();
    telegram.judge(move |message| {
        let chat = message["chat_id"].as_i64().unwrap();
        let first = flooded.lock().unwrap().insert(chat, ()).is_none();
        first.then(|| flood(60))
    });
    keep(&telegram, 1, ANNA, "/help");
    keep(&telegram, 2, BORIS, "/help");
    within(&shop, 10, 2).await;
    let sending = "SELECT count(*) FROM outbox WHERE state = 'SENDING'";
    eventually("both are settled", || number(&shop, sending) == 0).await;
    // The poll in progress brings one more; the next one has to wait.
    keep(&telegram, 3, CLARA, "/help");
    let queued = "SELECT count(*) FROM outbox";
    eventually("the third is taken", || number(&shop, queued) == 3).await;
    for _ in 0..5 {
        shop.clock.advance(Duration::from_secs(10));
        settled(&shop).await;
    }
    let behind = async || {
        let calls = telegram.calls_of("getUpdates", 0).await;
        calls.iter().filter(|call| call["offset"] == 4).count()
    };
    assert_eq!(behind().await, 0);
    within(&shop, 20, 5).await;
    settled(&shop).await;
    assert_eq!(behind().await, 1);
    shop.close().await;
}

#[tokio::test]
async fn a_wait_of_any_length_up_to_three_days_means_not_sent() {
    for seconds in [70_000, 259_200] {
        let (shop, id) = linked(flood(seconds)).await;
        messages(&shop, 3).await;
        let waiting = "SELECT count(*) FROM outbox WHERE state = 'WAITING'";
        eventually("it is settled", || number(&shop, waiting) == 1).await;
        let try_at = number(&shop, "SELECT try_at FROM outbox WHERE state = 'WAITING'");
        let left = try_at - shop.clock.now().as_millisecond();
        assert!(
            (left / 1_000 - i64::try_from(seconds).unwrap()).abs() < 3,
            "{left}"
        );
        // The customer has seen nothing, so there and back again cancels out.
        set_status(&shop, &id, "ACCEPTED").await;
        assert_eq!(
            number(&shop, "SELECT count(*) FROM outbox WHERE state = 'WAITING'"),
            0
        );
        shop.close().await;
    }
}

#[tokio::test]
async fn fetches_and_announcements_wait_as_long_as_they_are_told_to() {
    let telegram = FakeTelegram::start().await;
    let Answer::Error(_, later) = flood(90) else {
        unreachable!()
    };
    for method in ["getUpdates", "deleteWebhook", "setMyCommands"] {
        telegram.tell(method, 429, later.clone());
    }
    let shop = Shop::open_at(&telegram, POLLING).await;
    let calls = async |method: &str| telegram.calls_of(method, 0).await.len();
    for method in ["getUpdates", "deleteWebhook", "setMyCommands"] {
        telegram.calls_of(method, 1).await;
    }
    settled(&shop).await;
    for _ in 0..8 {
        shop.clock.advance(Duration::from_secs(11));
        settled(&shop).await;
    }
    for method in ["getUpdates", "deleteWebhook", "setMyCommands"] {
        assert_eq!(calls(method).await, 1, "{method}");
        telegram.untell(method);
    }
    keep(&telegram, 1, ANNA, "/help");
    shop.clock.advance(Duration::from_secs(2));
    within(&shop, 10, 1).await;
    telegram.calls_of("deleteWebhook", 2).await;
    telegram.calls_of("setMyCommands", 4).await;
    shop.close().await;
}

#[tokio::test]
async fn updates_are_fetched_whatever_becomes_of_the_menu_and_the_address() {
    let telegram = FakeTelegram::start().await;
    let down = json!({"ok": false, "error_code": 500, "description": "down"});
    telegram.tell("setMyCommands", 500, down.clone());
    telegram.tell("deleteWebhook", 500, down);
    let shop = Shop::open_at(&telegram, POLLING).await;
    keep(&telegram, 1, ANNA, "/help");
    within(&shop, 10, 1).await;
    shop.close().await;
}

#[tokio::test]
async fn only_the_part_of_the_menu_that_failed_is_set_again() {
    let telegram = FakeTelegram::start().await;
    let failing = std::sync::Arc::new(Mutex::new(true));
    let fails = failing.clone();
    telegram.judge_calls(move |method, body| {
        let of_menu = method == "setMyCommands" && body["language_code"] == "ru";
        (of_menu && *fails.lock().unwrap()).then(|| refusal(500, "down"))
    });
    let shop = Shop::open_at(&telegram, "").await;
    telegram.calls_of("setMyCommands", 3).await;
    for tries in 4..7 {
        settled(&shop).await;
        shop.clock.advance(Duration::from_secs(60));
        let calls = telegram.calls_of("setMyCommands", tries).await;
        assert_eq!(calls[tries - 1]["language_code"], "ru");
    }
    *failing.lock().unwrap() = false;
    settled(&shop).await;
    shop.clock.advance(Duration::from_secs(60));
    telegram.calls_of("setMyCommands", 7).await;
    settled(&shop).await;
    shop.clock.advance(Duration::from_secs(3_600));
    settled(&shop).await;
    assert_eq!(telegram.calls_of("setMyCommands", 7).await.len(), 7);
    assert_eq!(telegram.calls_of("setWebhook", 1).await.len(), 1);
    shop.close().await;
}

#[tokio::test]
async fn another_program_that_fetches_is_named() {
    let log = Log::start();
    let telegram = FakeTelegram::start().await;
    let why = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running";
    let conflict = json!({"ok": false, "error_code": 409, "description": why});
    telegram.tell("getUpdates", 409, conflict);
    let mut shop = Shop::open_at(&telegram, POLLING).await;
    let answer = shop.register("owner@example.com").await;
    let token = answer["data"]["register"]["token"].as_str();
    shop.token = token.map(str::to_owned);
    staff_page_says(&shop, "Another program fetches").await;
    let text = format!(
        "database = '{}'\n[telegram]\ntoken = '1:secret'\napi_url = '{}'\n{POLLING}",
        shop.folder().join("shop.db").display(),
        telegram.url()
    );
    let config = Config::parse(&text).unwrap();
    let clock = Clock::manual(shop.clock.now());
    let found = doctor::look_at(&config, &clock).await;
    let other = found
        .iter()
        .find(|found| found.said.contains("another program receives"));
    let other = other.unwrap();
    assert_eq!((other.about, other.level), ("Telegram", Level::Failure));
    // It is over as soon as the other program stops, and a while later it isn't reported any more.
    telegram.untell("getUpdates");
    keep(&telegram, 1, ANNA, "/help");
    within(&shop, 60, 1).await;
    shop.clock.advance(Duration::from_secs(3_600));
    let mut shop = shop;
    shop.token = shop.login("owner@example.com").await;
    staff_page_says(&shop, "The bot works").await;
    shop.close().await;
    let log = log.text();
    assert!(log.contains("another program fetches"), "{log}");
}

#[tokio::test]
async fn a_webhook_that_somebody_has_set_is_taken_away_again() {
    let telegram = FakeTelegram::start().await;
    let removed = std::sync::Arc::new(Mutex::new(0));
    telegram.judge_calls(move |method, _| {
        let mut removed = removed.lock().unwrap();
        *removed += usize::from(method == "deleteWebhook");
        let why = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first";
        (method == "getUpdates" && *removed < 2).then(|| refusal(409, why))
    });
    let shop = Shop::open_at(&telegram, POLLING).await;
    keep(&telegram, 1, ANNA, "/help");
    within(&shop, 90, 1).await;
    shop.close().await;
}

#[tokio::test]
async fn a_chat_that_is_gone_is_marked_as_a_block_is() {
    let query = "{ undelivered { reason customer { telegramBlocked } } }";
    for (why, gone) in [
        ("Bad Request: chat not found", true),
        ("Bad Request: user not found", true),
        ("Bad Request: PEER_ID_INVALID", true),
        ("Bad Request: USER_IS_BLOCKED", true),
        ("Bad Request: INPUT_USER_DEACTIVATED", true),
        ("Bad Request: user is deactivated", true),
        (
            "Bad Request: bot can't initiate conversation with a user",
            true,
        ),
        ("Bad Request: can't parse entities", false),
    ] {
        let (shop, _) = linked(refusal(400, why)).await;
        messages(&shop, 3).await;
        let dead = "SELECT count(*) FROM outbox WHERE state = 'DEAD'";
        eventually("it is given up", || number(&shop, dead) == 1).await;
        let answer = shop.ask(query).await;
        let reason = if gone { "BLOCKED" } else { "REFUSED" };
        let expected = json!([{"reason": reason, "customer": {"telegramBlocked": gone}}]);
        assert_eq!(answer["data"]["undelivered"], expected, "{why}");
        // A person who writes is reachable again.
        shop.update(text(ANNA, "/help")).await;
        let card = shop
            .ask("{ customerById(id: 1) { telegramBlocked } }")
            .await;
        assert_eq!(card["data"]["customerById"]["telegramBlocked"], false);
        messages(&shop, 4).await;
        shop.close().await;
    }
}

#[tokio::test]
async fn an_edit_that_cannot_be_made_any_more_is_sent_anew() {
    let (shop, _) = linked(refusal(500, "down")).await;
    messages(&shop, 4).await;
    shop.telegram.judge(|message| {
        let edit = message["message_id"].is_number();
        edit.then(|| refusal(400, "Bad Request: message can't be edited"))
    });
    shop.update(press(ANNA, "page:0")).await;
    let sent = within(&shop, 10, 6).await;
    assert!(sent[4]["message_id"].is_number(), "{sent:?}");
    assert!(sent[5]["message_id"].is_null(), "{sent:?}");
    assert_eq!(said(&sent[4]), said(&sent[5]));
    shop.close().await;
}

#[tokio::test]
async fn addresses_of_the_desk_have_no_preview() {
    let (shop, id) = linked(refusal(500, "down")).await;
    messages(&shop, 4).await;
    for words in ["https://example.com/part", &format!("{}/tasks/1", shop.url)] {
        let query = format!(
            r#"mutation {{ addComment(taskId: {id}, text: "См. {words}", toCustomer: true) {{ task {{ id }} }} }}"#
        );
        let answer = shop.ask(&query).await;
        assert!(answer["errors"].is_null(), "{answer}");
    }
    let sent = within(&shop, 10, 6).await;
    let off = |message: &Value| message["link_preview_options"]["is_disabled"].clone();
    assert_eq!(off(&sent[3]), Value::Null);
    assert_eq!(off(&sent[4]), Value::Null);
    assert_eq!(off(&sent[5]), true);
    shop.close().await;
}

const UNDELIVERED: &str =
    "{ undelivered { id kind status reason detail task { id } customer { id } } }";

/// Makes Telegram refuse a reply of the bot.
async fn refuse_answer(shop: &Shop, who: i64) {
    let dead = "SELECT count(*) FROM outbox WHERE state = 'DEAD'";
    let before = number(shop, dead);
    let sent = shop.telegram.messages_now().len();
    shop.telegram
        .then(refusal(400, "Bad Request: can't parse entities"));
    shop.update(text(who, "/help")).await;
    within(shop, 10, sent + 1).await;
    eventually("it is given up", || number(shop, dead) == before + 1).await;
}

#[tokio::test]
async fn an_answer_that_was_refused_is_shown_to_staff_and_sent_again() {
    let shop = with_two().await;
    refuse_answer(&shop, ANNA).await;
    let answer = shop.ask(UNDELIVERED).await;
    let dead = &answer["data"]["undelivered"];
    assert_eq!(dead.as_array().map(Vec::len), Some(1), "{answer}");
    let expected = json!({
        "id": dead[0]["id"], "kind": "REPLY", "status": null, "reason": "REFUSED",
        "detail": "400 Bad Request: can't parse entities", "task": {"id": "1"}, "customer": {"id": "1"},
    });
    assert_eq!(dead[0], expected);
    let browser = crate::pages::Browser::signed_in(&shop, "owner@example.com").await;
    let page = browser.page("/tasks/1").await;
    assert!(page.contains("«Ответ бота» не доставлено"), "{page}");
    assert!(!browser.page("/tasks/2").await.contains("Ответ бота"));
    let list = browser.page("/?undelivered=1").await;
    assert!(
        list.contains("/tasks/1\"") && !list.contains("/tasks/2\""),
        "{list}"
    );
    let count = shop.ask("{ today { total { undelivered } } }").await;
    assert_eq!(count["data"]["today"]["total"]["undelivered"], 1);
    let retry = format!(
        "mutation {{ retryNotice(id: {}) {{ task {{ id }} }} }}",
        dead[0]["id"]
    );
    assert!(shop.ask(&retry).await["errors"].is_null());
    let sent = within(&shop, 10, 6).await;
    assert_eq!(sent[5]["chat_id"], ANNA);
    assert_eq!(said(&sent[5]), said(&sent[4]));
    assert_eq!(
        shop.ask(UNDELIVERED).await["data"]["undelivered"],
        json!([])
    );
    shop.close().await;
}

#[tokio::test]
async fn an_answer_is_sent_again_to_nobody_but_whom_it_was_for() {
    let mut shop = with_two().await;
    refuse_answer(&shop, ANNA).await;
    let answer = shop.ask(UNDELIVERED).await;
    let id = answer["data"]["undelivered"][0]["id"].clone();
    // Boris verifies Anna's number: the customer record is his from now on, the reply was not.
    shop.update(contact(BORIS, BORIS, "+79000000001")).await;
    messages(&shop, 7).await;
    let retry = format!("mutation {{ retryNotice(id: {id}) {{ task {{ id }} }} }}");
    assert_eq!(code(&shop.ask(&retry).await), "BAD_USER_INPUT");
    // A stranger's is not shown anywhere, and a customer's page mentions none.
    refuse_answer(&shop, CLARA).await;
    let answer = shop.ask(UNDELIVERED).await;
    assert_eq!(answer["data"]["undelivered"].as_array().unwrap().len(), 1);
    let link = crate::status_links::renew(&shop, "1").await;
    let page = reqwest::get(format!("{}{link}", shop.url)).await.unwrap();
    let page = page.text().await.unwrap();
    assert!(!page.contains("parse entities"), "{page}");
    shop.token = None;
    for query in [UNDELIVERED, &*retry] {
        assert_eq!(code(&shop.ask(query).await), "UNAUTHENTICATED", "{query}");
    }
    shop.close().await;
}
