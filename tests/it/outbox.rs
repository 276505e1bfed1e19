//! Delivery of messages to Telegram.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tempfile::TempDir;
use zayavka::app::security::link_key::LinkKey;
use zayavka::app::status_links::Links;
use zayavka::channels::telegram::Client;
use zayavka::clock::Clock;
use zayavka::config::Config;
use zayavka::domain::PublicUrl;
use zayavka::store::{Db, embedded_migrations};
use zayavka::workers::outbox::{Notifier, StaffTexts};
use zayavka::workers::worker::{Step, Worker};

use crate::bot::{ANNA, BORIS, contact, create, linked, message, messages, said, set_status, text};
use crate::fake_telegram::{Answer, FakeTelegram};
use crate::harness::{Shop, code};

fn broken() -> Answer {
    Answer::Error(
        500,
        json!({"ok": false, "error_code": 500, "description": "Internal Server Error"}),
    )
}

#[tokio::test]
async fn flaw_10_unreachable_customers_are_sent_nothing() {
    let shop = Shop::with_owner().await;
    let id = create(&shop, "+79000000001").await;
    set_status(&shop, &id, "READY").await;
    set_status(&shop, &id, "READY").await;
    shop.clock.advance(Duration::from_secs(60));
    // The queue is ordered, so anything earlier would have been sent.
    shop.update(text(BORIS, "/help")).await;
    let sent = messages(&shop, 1).await;
    assert_eq!(sent[0]["chat_id"], BORIS);
    shop.close().await;
}

#[tokio::test]
async fn flaw_12_messages_are_html_in_the_customers_language() {
    let shop = Shop::with_owner().await;
    let id = create(&shop, "+79000000001").await;
    let mut english = contact(ANNA, ANNA, "+79000000001");
    english["message"]["from"]["language_code"] = json!("en-GB");
    english["message"]["from"]["first_name"] = json!("<b>_*Anna&</b>");
    shop.update(english).await;
    set_status(&shop, &id, "IN_PROGRESS").await;
    let sent = messages(&shop, 3).await;
    assert_eq!(said(&sent[2]), "In progress: your repair (No. 1).");
    assert!(
        sent.iter().all(|message| message["parse_mode"] == "HTML"),
        "{sent:?}"
    );
    shop.close().await;
}

#[tokio::test]
async fn the_bot_announces_itself_and_keeps_what_waits() {
    let shop = Shop::open().await;
    let webhook = shop.telegram.calls_of("setWebhook", 1).await.remove(0);
    assert_eq!(webhook["url"], format!("{}/telegram/webhook", shop.url));
    assert_eq!(webhook["secret_token"], crate::harness::SECRET);
    assert_eq!(webhook["drop_pending_updates"], false);
    assert_eq!(
        webhook["allowed_updates"],
        json!([
            "message",
            "edited_message",
            "callback_query",
            "my_chat_member"
        ])
    );
    let commands = shop.telegram.calls_of("setMyCommands", 3).await;
    let languages: Vec<_> = commands.iter().map(|call| &call["language_code"]).collect();
    assert_eq!(json!(languages), json!(["ru", null, "en"]));
    assert_eq!(commands[0]["commands"][0]["command"], "start");
    shop.close().await;
}

#[tokio::test]
async fn a_chat_gets_a_message_a_second_in_order_and_holds_up_no_other() {
    let shop = Shop::open().await;
    for _ in 0..2 {
        shop.update(text(ANNA, "/help")).await;
        shop.update(text(ANNA, "/start")).await;
    }
    shop.update(text(BORIS, "/help")).await;
    let both = async || shop.telegram.calls_of("Message", 2).await;
    assert_eq!(
        both()
            .await
            .iter()
            .filter(|sent| sent["chat_id"] == ANNA)
            .count(),
        1
    );
    let sent = messages(&shop, 5).await;
    let to_anna = sent.iter().filter(|sent| sent["chat_id"] == ANNA).map(said);
    let words: Vec<_> = to_anna
        .map(|text| text.split(' ').next().unwrap())
        .collect();
    assert_eq!(
        words,
        ["Напишите", "Здравствуйте!", "Напишите", "Здравствуйте!"]
    );
    shop.close().await;
}

#[tokio::test]
async fn all_chats_together_get_thirty_messages_a_second() {
    let shop = Shop::open().await;
    for chat in 1..=40 {
        shop.update(text(chat, "/help")).await;
    }
    shop.telegram.calls_of("Message", 5).await;
    assert_eq!(shop.telegram.messages_now().len(), 5);
    for sent in 6..=30 {
        shop.clock.advance(Duration::from_millis(41));
        shop.telegram.calls_of("Message", sent).await;
        assert_eq!(shop.telegram.messages_now().len(), sent);
    }
    messages(&shop, 40).await;
    shop.close().await;
}

#[tokio::test]
async fn a_failing_message_keeps_its_place_in_its_chat() {
    let (shop, id) = linked(broken()).await;
    messages(&shop, 3).await;
    shop.update(text(ANNA, "/help")).await;
    let sent = messages(&shop, 5).await;
    assert_eq!(said(&sent[2]), said(&sent[3]));
    assert!(said(&sent[4]).starts_with("Напишите"), "{sent:?}");
    set_status(&shop, &id, "CLOSED").await;
    let sent = messages(&shop, 6).await;
    assert!(said(&sent[5]).contains("Закрыто"));
    shop.close().await;
}

#[tokio::test]
async fn a_lost_response_is_followed_by_the_current_state() {
    // The customer may have read «Готово», so the way back must be announced rather than dropped.
    let (shop, id) = linked(Answer::Reset).await;
    messages(&shop, 3).await;
    set_status(&shop, &id, "ACCEPTED").await;
    let sent = messages(&shop, 4).await;
    assert!(
        said(&sent[3]).contains("Принято") || said(&sent[3]).contains("Готово"),
        "{sent:?}"
    );
    let sent = match said(&sent[3]).contains("Готово") {
        true => messages(&shop, 5).await,
        false => sent,
    };
    assert!(said(sent.last().unwrap()).contains("Принято"), "{sent:?}");
    shop.close().await;
}

#[tokio::test]
async fn after_three_days_a_message_is_given_up_and_shown() {
    let (shop, _) = linked(broken()).await;
    let settings = "[reminders]\ndays = []";
    let pause = Duration::from_secs(73 * 60 * 60);
    let shop = shop.reopen_with(settings, pause).await;
    let undelivered = "{ undelivered { id reason attempts failedTime } }";
    let dead = loop {
        let answer = shop.ask(undelivered).await;
        match answer["data"]["undelivered"].get(0) {
            Some(dead) => break dead.clone(),
            None => tokio::task::yield_now().await,
        }
    };
    assert_eq!(dead["reason"], "EXPIRED", "{dead}");
    let sent = shop.telegram.messages_now().len();
    shop.ask("mutation { unlinkTelegram(customerId: 1) { customer { id } } }")
        .await;
    let retry = format!(
        "mutation {{ retryNotice(id: {}) {{ task {{ id }} }} }}",
        dead["id"]
    );
    assert_eq!(code(&shop.ask(&retry).await), "BAD_USER_INPUT");
    shop.update(contact(ANNA, ANNA, "+79000000001")).await;
    assert!(shop.ask(&retry).await["errors"].is_null());
    assert_eq!(code(&shop.ask(&retry).await), "NOT_FOUND");
    let all = messages(&shop, sent + 3).await;
    assert!(said(all.last().unwrap()).contains("Готово"), "{all:?}");
    shop.close().await;
}

pub fn membership(who: i64, status: &str) -> serde_json::Value {
    let user = json!({"id": 99, "is_bot": true, "first_name": "bot"});
    let member = |status: &str| match status {
        "kicked" => json!({"status": "kicked", "user": user, "until_date": 0}),
        status => json!({"status": status, "user": user}),
    };
    let person = message(who, json!({}))["message"].clone();
    json!({"my_chat_member": {
        "chat": person["chat"], "from": person["from"], "date": 0,
        "old_chat_member": member("member"), "new_chat_member": member(status),
    }})
}

#[tokio::test]
async fn a_block_is_shown_and_an_unblock_ends_it() {
    let shop = Shop::with_owner().await;
    let id = create(&shop, "+79000000001").await;
    shop.update(contact(ANNA, ANNA, "+79000000001")).await;
    messages(&shop, 2).await;
    let blocked = async || {
        let card = shop
            .ask("{ customerById(id: 1) { telegramBlocked } }")
            .await;
        card["data"]["customerById"]["telegramBlocked"].clone()
    };
    set_status(&shop, &id, "READY").await;
    shop.update(membership(ANNA, "kicked")).await;
    assert_eq!(blocked().await, true);
    let undelivered = shop.ask("{ undelivered { reason } }").await;
    assert_eq!(
        undelivered["data"]["undelivered"],
        json!([{"reason": "BLOCKED"}])
    );
    set_status(&shop, &id, "CLOSED").await;
    shop.clock.advance(Duration::from_secs(60));
    shop.update(membership(ANNA, "member")).await;
    assert_eq!(blocked().await, false);
    set_status(&shop, &id, "ACCEPTED").await;
    let sent = messages(&shop, 3).await;
    assert!(said(&sent[2]).contains("Принято"), "{sent:?}");
    shop.close().await;
}

#[tokio::test]
async fn updates_out_of_order_all_have_their_effect() {
    let shop = Shop::open().await;
    for (id, words) in [(9, "/help"), (7, "/start"), (8, "/help"), (7, "/start")] {
        let mut update = text(ANNA, words);
        update["update_id"] = json!(id);
        assert_eq!(
            shop.webhook(&[crate::harness::SECRET], &update.to_string())
                .await,
            200
        );
    }
    let sent = messages(&shop, 3).await;
    assert!(said(&sent[1]).starts_with("Здравствуйте!"), "{sent:?}");
    shop.close().await;
}

#[tokio::test]
async fn a_proven_phone_moves_to_whoever_proves_it_last() {
    let shop = Shop::with_owner().await;
    let id = create(&shop, "+79000000001").await;
    shop.update(contact(ANNA, ANNA, "+79000000001")).await;
    messages(&shop, 2).await;
    set_status(&shop, &id, "READY").await;
    shop.update(contact(BORIS, BORIS, "+79000000001")).await;
    set_status(&shop, &id, "CLOSED").await;
    let sent = messages(&shop, 5).await;
    assert!(
        sent[2..].iter().all(|message| message["chat_id"] == BORIS),
        "{sent:?}"
    );
    shop.update(text(ANNA, "список")).await;
    let sent = messages(&shop, 6).await;
    assert!(said(&sent[5]).starts_with("Чтобы увидеть"), "{sent:?}");
    shop.close().await;
}

#[tokio::test]
async fn where_there_is_no_https_messages_are_polled_for() {
    let shop = Shop::open_with("", "mode = 'polling'").await;
    let removed = shop.telegram.calls_of("deleteWebhook", 1).await;
    assert_eq!(removed[0]["drop_pending_updates"], false);
    for (id, words) in [(70, "/start"), (71, "/help")] {
        let mut update = text(ANNA, words);
        update["update_id"] = json!(id);
        shop.telegram.keep(update);
    }
    // An update of unknown kind must not block the others.
    shop.telegram
        .keep(json!({"update_id": 72, "brand_new_kind": {"a": 1}}));
    let sent = messages(&shop, 2).await;
    assert!(said(&sent[1]).starts_with("Напишите"), "{sent:?}");
    let offset = |polls: &[serde_json::Value]| polls.last().unwrap()["offset"].clone();
    let mut polls = shop.telegram.calls_of("getUpdates", 2).await;
    while offset(&polls) != 73 {
        polls = shop.telegram.calls_of("getUpdates", polls.len() + 1).await;
    }
    assert_eq!(shop.webhook(&[crate::harness::SECRET], "{}").await, 404);
    shop.close().await;
}

#[tokio::test]
async fn a_row_that_cannot_be_read_holds_up_nothing() {
    let shop = Shop::open().await;
    let sql =
        "INSERT INTO outbox (person, channel, chat_id, kind, reply, created_at, due_at, try_at)
        VALUES ('TELEGRAM' || ?1, 'TELEGRAM', ?1, 'REPLY', '{\"old\": true}', 1627203600000, 0, 0)";
    shop.database().execute(sql, [ANNA]).unwrap();
    shop.update(text(ANNA, "/help")).await;
    let sent = messages(&shop, 1).await;
    assert!(said(&sent[0]).starts_with("Напишите"), "{sent:?}");
    shop.close().await;
}

/// What makes the status links of a shop without a server.
pub fn links() -> Links {
    let key = LinkKey::new(b"key").unwrap();
    let settings = Config::parse("").unwrap().settings;
    let url = PublicUrl::new("http://desk.example", "", false);
    Links::new(&key, settings.links_hold, url)
}

/// The last version that kept news for employees among the replies.
const BEFORE_KINDS: usize = 23;

#[tokio::test]
async fn what_an_older_version_has_queued_is_still_sent() {
    let telegram = FakeTelegram::start().await;
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("old.db");
    let start = "2021-07-25T09:00:00Z".parse().unwrap();
    drop(Db::open_with(&path, &embedded_migrations()[..BEFORE_KINDS], start).unwrap());
    let queue = "INSERT INTO employees (email, email_key, password_hash, role, created_at, telegram_id) VALUES
            ('b@example.com', 'b@example.com', '', 'OWNER', 0, 7);
        INSERT INTO customers (phone, phone_e164, telegram_id, telegram_verified, created_at, updated_at) VALUES
            ('1', '+79000000001', 5, 1, 0, 0);
        INSERT INTO tasks (customer_id, employee_id, category, status, description, created_at, updated_at) VALUES
            (1, 1, 'REPAIR', 'READY', '', 0, 0);
        INSERT INTO outbox (chat_id, kind, customer_id, task_id, from_status, to_status, reply, created_at, due_at, try_at) VALUES
            (5, 'STATUS_CHANGED', 1, 1, 'ACCEPTED', 'READY', NULL, 1627203600000, 0, 0),
            (6, 'REPLY', NULL, NULL, NULL, NULL, '{\"text\":\"NewTask\",\"buttons\":\"None\",\"edits\":null,\"answers\":null}', 1627203600000, 1, 1),
            (7, 'REPLY', NULL, NULL, NULL, NULL, '{\"NewTask\":1}', 1627203600000, 2, 2),
            (7, 'REPLY', NULL, NULL, NULL, NULL, '{\"Answered\":1}', 1627203600000, 3, 3),
            (7, 'REPLY', NULL, NULL, NULL, NULL, '\"Morning\"', 1627203600000, 4, 4),
            (7, 'REPLY', NULL, NULL, NULL, NULL, '\"Today\"', 1627203600000, 5, 5),
            (8, 'REPLY', NULL, NULL, NULL, NULL, '{\"old\":true}', 1627203600000, 6, 6),
            (9, 'REPLY', NULL, NULL, NULL, NULL, 'no JSON', 1627203600000, 7, 7);";
    rusqlite::Connection::open(&path)
        .unwrap()
        .execute_batch(queue)
        .unwrap();

    let clock = Clock::manual(start);
    let db = Db::open(&path, start).unwrap();
    let all = async |column: &str, rows: &str| {
        let sql = format!(
            "SELECT coalesce(group_concat({column}, ' '), '') FROM (SELECT * FROM outbox WHERE {rows} ORDER BY id)"
        );
        let read = move |c: &zayavka::store::Connection| {
            Ok(c.query_row(&sql, [], |row| row.get::<_, String>(0))?)
        };
        db.read(read).await.unwrap()
    };
    assert_eq!(
        all("kind", "TRUE").await,
        "STATUS_CHANGED REPLY STAFF_NEWS STAFF_NEWS STAFF_NEWS STAFF_NEWS REPLY REPLY"
    );
    let client = Client::new(&telegram.url(), "1:secret".to_owned().into()).unwrap();
    let words = StaffTexts {
        shop: Arc::new(|| Config::parse("").unwrap().settings.shop),
        links: Arc::new(links),
        key: zayavka::app::security::link_key::LinkKey::new(b"key").unwrap(),
        public_url: "http://desk.example".to_owned(),
    };
    let notifier = Notifier::new(db.clone(), clock.clone(), client, words);
    loop {
        match notifier.step().await.unwrap() {
            Step::Worked => {}
            Step::Fatal(failure) => panic!("{failure}"),
            Step::Idle(wake) => match wake.left(&clock) {
                Some(wait) => clock.advance(wait),
                None => break,
            },
        }
    }
    let sent = telegram.messages_now();
    let chats: Vec<_> = sent
        .iter()
        .map(|one| one["chat_id"].as_i64().unwrap())
        .collect();
    assert_eq!(
        chats.iter().filter(|chat| **chat == 7).count(),
        4,
        "{sent:?}"
    );
    assert_eq!(chats.len(), 6, "{sent:?}");
    let to = |chat| {
        sent.iter()
            .filter(move |one| one["chat_id"] == chat)
            .map(said)
    };
    assert!(to(5).all(|text| text.contains("Готово")), "{sent:?}");
    assert!(to(6).eq(["NewTask"]), "{sent:?}");
    let beginnings = [
        "Вам передали",
        "Клиент ответил",
        "Ваши заявки",
        "Ваши заявки",
    ];
    assert!(
        to(7)
            .zip(beginnings)
            .all(|(text, begin)| text.starts_with(begin)),
        "{sent:?}"
    );
    // Of replies and news nothing stays but what can't be sent.
    assert_eq!(
        all("chat_id || state", "TRUE").await,
        "5DELIVERED 8DEAD 9DEAD"
    );
}
