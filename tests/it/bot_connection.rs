//! The bot that an owner connects, replaces and disconnects while the server runs.

use std::time::Duration;

use serde_json::{Value, json};
use warp::http::StatusCode;
use zayavka::config::Config;
use zayavka::doctor::{self, Level};

use crate::bot::{ANNA, contact, create, messages, said, set_status, text};
use crate::fake_telegram::{Answer, FakeTelegram};
use crate::harness::{IN_BROWSER, Log, PASSWORD, Shop, code, eventually, program};
use crate::pages::{Browser, goes_to};

pub const TOKEN: &str = "7123456789:AAFake-Token_of_35_characters_aa4f7Q";
/// A new token of the same bot.
const RENEWED: &str = "7123456789:BBFake-Token_of_35_characters_bb5g8R";
/// A token of another bot.
const OTHER: &str = "7999999999:CCFake-Token_of_35_characters_cc6h9S";
const WEBHOOK: (&str, &str) = ("telegram.mode", "webhook");

/// Opens a shop with an owner and without a bot.
pub async fn without_bot() -> Shop {
    let mut shop = Shop::open_with("", IN_BROWSER).await;
    let answer = shop.register("owner@example.com").await;
    let token = answer["data"]["register"]["token"].as_str();
    shop.token = Some(token.unwrap_or_else(|| panic!("{answer}")).to_owned());
    shop.telegram.bot(TOKEN, "master_bot");
    shop.telegram.bot(RENEWED, "master_bot");
    shop.telegram.bot(OTHER, "other_bot");
    shop
}

/// Pastes a token on the page, and returns where the answer leads.
async fn paste(owner: &mut Browser<'_>, token: &str, more: &[(&str, &str)]) -> String {
    let form = [&[("token", token)], more].concat();
    let answer = owner.post("/settings/bot", &form).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    goes_to(&answer).to_owned()
}

/// Pastes a token that is refused, and returns the page.
async fn refused(owner: &mut Browser<'_>, token: &str, more: &[(&str, &str)]) -> String {
    let form = [&[("token", token)], more].concat();
    let answer = owner.post("/settings/bot", &form).await;
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    answer.text().await.unwrap()
}

/// Puts an update where it is polled.
fn keep(telegram: &FakeTelegram, id: i64, mut update: Value) {
    update["update_id"] = json!(id);
    telegram.keep(update);
}

/// Returns the secret with which an address was registered last.
async fn registered(shop: &Shop, count: usize) -> (String, String) {
    let calls = shop.telegram.calls_of("setWebhook", count).await;
    let last = &calls[calls.len() - 1];
    let of = |key: &str| last[key].as_str().unwrap().to_owned();
    (of("url"), of("secret_token"))
}

/// Delivers an update as Telegram does.
async fn deliver(shop: &Shop, secret: &str, id: i64, mut update: Value) -> u16 {
    update["update_id"] = json!(id);
    shop.webhook(&[secret], &update.to_string()).await
}

async fn bot(shop: &Shop) -> Value {
    let query = "{ bot { isConnected username mode receiving isWell troubles { kind detail stopsTheBot } checkedTime
        tokenEnd fixedBy reachableCustomers deliveredNotices failedNotices } }";
    let answer = shop.ask(query).await;
    assert!(answer["errors"].is_null(), "{answer}");
    answer["data"]["bot"].clone()
}

fn number(shop: &Shop, sql: &str) -> i64 {
    shop.database()
        .query_row(sql, [], |row| row.get(0))
        .unwrap()
}

/// Checks that no call was made with one token after another one was in use, but for the farewell.
fn never_together(telegram: &FakeTelegram, old: &str, new: &str) {
    let callers = telegram.callers();
    let begun = callers
        .iter()
        .position(|(token, method)| token == new && method != "getMe");
    let rest = &callers[begun.expect("the new bot works")..];
    let late: Vec<_> = rest.iter().filter(|(token, _)| token == old).collect();
    assert!(late.is_empty(), "{late:?}");
}

#[tokio::test]
async fn a_pasted_token_is_a_bot_at_once_that_polls_and_survives_a_restart() {
    let shop = without_bot().await;
    create(&shop, "+79000000001").await;
    let mut owner = Browser::signed_in(&shop, "owner@example.com").await;
    let page = owner.page("/settings/bot").await;
    assert!(page.contains("Бот не подключён"), "{page}");
    assert!(page.contains("BotFather"), "{page}");
    assert!(owner.page("/today").await.contains("Вставить токен"));
    assert_eq!(bot(&shop).await["isConnected"], false);

    // The whole message of @BotFather does as well.
    let pasted = format!("Use this token to access the HTTP API:\n{TOKEN}\nKeep it secure.");
    assert_eq!(
        paste(&mut owner, &pasted, &[]).await,
        "/settings/bot?connected=1"
    );
    // The answer came after the bot was registered, polled and checked.
    let methods: Vec<String> = shop
        .telegram
        .callers()
        .into_iter()
        .map(|call| call.1)
        .collect();
    for method in ["getMe", "deleteWebhook", "getUpdates", "getWebhookInfo"] {
        assert!(methods.iter().any(|one| one == method), "{methods:?}");
    }
    let page = owner.page("/settings/bot").await;
    for shown in [
        "@master_bot отвечает",
        "••••••••4f7Q",
        "ведёт на этот компьютер",
        "https://t.me/master_bot",
        "<svg class=\"qr\"",
    ] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    let poster = owner.page("/settings/bot/qr").await;
    assert!(poster.contains("Следите за ремонтом"), "{poster}");
    let known = bot(&shop).await;
    assert_eq!(
        known,
        json!({
            "isConnected": true, "username": "master_bot", "mode": "AUTO", "receiving": "POLLING", "isWell": true,
            "troubles": [], "checkedTime": "2021-07-25T09:00:00.000Z", "tokenEnd": "4f7Q", "fixedBy": null,
            "reachableCustomers": 0, "deliveredNotices": 0, "failedNotices": 0,
        })
    );
    keep(&shop.telegram, 1, contact(ANNA, ANNA, "+79000000001"));
    let sent = messages(&shop, 2).await;
    assert!(said(&sent[0]).starts_with("Готово"), "{sent:?}");
    drop(owner);

    let shop = shop.reopen_as("", IN_BROWSER, Duration::ZERO).await;
    keep(&shop.telegram, 2, text(ANNA, "/help"));
    messages(&shop, 3).await;
    let counted = bot(&shop).await;
    assert_eq!(counted["reachableCustomers"], 1, "{counted}");
    shop.close().await;
}

#[tokio::test]
async fn the_way_of_receiving_changes_at_once_and_the_registration_is_tested() {
    let shop = without_bot().await;
    let mut owner = Browser::signed_in(&shop, "owner@example.com").await;
    paste(&mut owner, TOKEN, &[WEBHOOK]).await;
    let (url, secret) = registered(&shop, 1).await;
    assert_eq!(url, format!("{}/telegram/webhook", shop.url));
    assert_eq!(bot(&shop).await["receiving"], "WEBHOOK");
    assert_eq!(deliver(&shop, &secret, 1, text(ANNA, "/start")).await, 200);
    messages(&shop, 1).await;
    assert_eq!(deliver(&shop, "wrong", 2, text(ANNA, "/start")).await, 401);

    // What Telegram said last is shown in the owner's words, and a check looks again.
    let failed =
        json!({"last_error_date": 1_627_203_540, "last_error_message": "Connection refused"});
    shop.telegram.tell_webhook(failed);
    let checked = owner.post("/settings/bot/check", &[]).await;
    assert_eq!(goes_to(&checked), "/settings/bot");
    assert_eq!(shop.telegram.calls_of("setWebhook", 2).await.len(), 2);
    let page = owner.page("/settings/bot").await;
    assert!(page.contains("не смог передать сообщение"), "{page}");
    assert!(page.contains("Connection refused"), "{page}");
    let known = bot(&shop).await;
    let trouble =
        json!([{"kind": "DELIVERY", "detail": "Connection refused", "stopsTheBot": false}]);
    assert_eq!(
        (&known["isWell"], &known["troubles"]),
        (&json!(false), &trouble)
    );
    shop.telegram.untell("getWebhookInfo");
    let checked = shop.ask("mutation { checkBot { bot { isWell } } }").await;
    assert_eq!(
        checked["data"]["checkBot"]["bot"]["isWell"], true,
        "{checked}"
    );

    // So is why Telegram takes no address.
    let why = "Bad Request: bad webhook: Failed to resolve host: Name or service not known";
    let refusal = json!({"ok": false, "error_code": 400, "description": why});
    shop.telegram.tell("setWebhook", 400, refusal);
    owner.post("/settings/bot/check", &[]).await;
    let page = owner.page("/settings/bot").await;
    assert!(page.contains("Telegram не принял адрес"), "{page}");
    assert!(page.contains("Failed to resolve host"), "{page}");
    let kind = bot(&shop).await["troubles"][0]["kind"].clone();
    assert_eq!(kind, "ADDRESS_REFUSED");
    shop.telegram.untell("setWebhook");
    let checked = shop.ask("mutation { checkBot { bot { isWell } } }").await;
    assert_eq!(
        checked["data"]["checkBot"]["bot"]["isWell"], true,
        "{checked}"
    );

    // The API's setting is the same one.
    let set = r#"mutation { updateSettings(settings: [{key: BOT_MODE, value: "polling"}]) { settings { key } } }"#;
    assert!(shop.ask(set).await["errors"].is_null());
    shop.telegram.calls_of("getUpdates", 1).await;
    assert_eq!(deliver(&shop, &secret, 3, text(ANNA, "/start")).await, 404);
    keep(&shop.telegram, 3, text(ANNA, "/start"));
    messages(&shop, 2).await;
    let saved = owner.post("/settings/bot/mode", &[WEBHOOK]).await;
    assert_eq!(goes_to(&saved), "/settings/bot?saved=1");
    let (_, again) = registered(&shop, 6).await;
    assert_eq!(again, secret, "the same bot keeps its secret");
    // Off and on again, with the token kept.
    owner
        .post("/settings/bot/mode", &[("telegram.mode", "off")])
        .await;
    let page = owner.page("/settings/bot").await;
    assert!(page.contains("Бот выключен, токен сохранён"), "{page}");
    assert_eq!(deliver(&shop, &secret, 4, text(ANNA, "/start")).await, 404);
    owner
        .post("/settings/bot/mode", &[("telegram.mode", "auto")])
        .await;
    assert_eq!(bot(&shop).await["isWell"], true);
    let wrong = owner
        .post("/settings/bot/mode", &[("telegram.mode", "?")])
        .await;
    assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
    shop.close().await;
}

#[tokio::test]
async fn telegram_delivers_only_where_it_can() {
    let shop = without_bot().await;
    let shop = shop
        .reopen_as(
            "public_url = 'https://desk.example.com'",
            IN_BROWSER,
            Duration::ZERO,
        )
        .await;
    let connect =
        format!(r#"mutation {{ connectBot(token: "{TOKEN}") {{ bot {{ receiving isWell }} }} }}"#);
    let answer = shop.ask(&connect).await;
    let connected = json!({"receiving": "WEBHOOK", "isWell": true});
    assert_eq!(answer["data"]["connectBot"]["bot"], connected, "{answer}");
    let (url, _) = registered(&shop, 1).await;
    assert_eq!(url, "https://desk.example.com/telegram/webhook");
    let left = shop
        .ask("mutation { disconnectBot { bot { mode } } }")
        .await;
    assert!(left["errors"].is_null(), "{left}");

    let shop = shop
        .reopen_as(
            "public_url = 'http://desk.example.com'",
            IN_BROWSER,
            Duration::ZERO,
        )
        .await;
    let connect = format!(
        r#"mutation {{ connectBot(token: "{TOKEN}", mode: WEBHOOK) {{ bot {{ receiving }} }} }}"#
    );
    let answer = shop.ask(&connect).await;
    assert_eq!(code(&answer), "BAD_USER_INPUT");
    assert_eq!(answer["errors"][0]["extensions"]["field"], "telegram.mode");
    assert_eq!(bot(&shop).await["isConnected"], false);
    let connect = connect.replace(", mode: WEBHOOK", "");
    let answer = shop.ask(&connect).await;
    assert_eq!(
        answer["data"]["connectBot"]["bot"]["receiving"], "POLLING",
        "{answer}"
    );
    shop.close().await;
}

#[tokio::test]
async fn a_wrong_token_and_a_silent_telegram_store_nothing() {
    let shop = without_bot().await;
    let mut owner = Browser::signed_in(&shop, "owner@example.com").await;
    for wrong in ["", "@master_bot", "7123456789", "7123456789:short"] {
        let page = refused(&mut owner, wrong, &[]).await;
        assert!(page.contains("id=\"token-problem\""), "{wrong}: {page}");
    }
    assert!(
        shop.telegram.callers().is_empty(),
        "no call for what is no token"
    );
    shop.telegram.refuse(OTHER);
    let page = refused(&mut owner, OTHER, &[]).await;
    assert!(
        page.contains("Telegram не знает бота с таким токеном"),
        "{page}"
    );
    assert!(!page.contains("CCFake"), "a secret isn't shown again");
    shop.telegram.tell("getMe", 502, json!("Bad gateway"));
    let page = refused(&mut owner, TOKEN, &[]).await;
    assert!(page.contains("Telegram сейчас не отвечает"), "{page}");
    // The time limit of a call ends the wait.
    shop.telegram.hold("getMe");
    let page = refused(&mut owner, TOKEN, &[]).await;
    assert!(page.contains("Ничего не сохранено"), "{page}");
    let stored = "SELECT count(*) FROM secrets WHERE name = 'telegram_token'";
    assert_eq!(number(&shop, stored), 0);
    assert_eq!(number(&shop, "SELECT count(*) FROM audit_events"), 0);
    assert_eq!(bot(&shop).await["isConnected"], false);
    shop.telegram.untell("getMe");
    paste(&mut owner, TOKEN, &[]).await;
    assert_eq!(bot(&shop).await["isWell"], true);
    // A wrong token doesn't replace a right one.
    refused(&mut owner, OTHER, &[("otherBot", "1")]).await;
    assert_eq!(bot(&shop).await["tokenEnd"], "4f7Q");
    keep(&shop.telegram, 1, text(ANNA, "/start"));
    messages(&shop, 1).await;
    shop.close().await;
}

/// Connects a bot, with Anna linked to task 1.
async fn with_anna(shop: &Shop, owner: &mut Browser<'_>) {
    create(shop, "+79000000001").await;
    paste(owner, TOKEN, &[]).await;
    keep(&shop.telegram, 1, contact(ANNA, ANNA, "+79000000001"));
    messages(shop, 2).await;
}

#[tokio::test]
async fn a_notice_that_waits_while_the_token_is_renewed_goes_out_once() {
    let shop = without_bot().await;
    let mut owner = Browser::signed_in(&shop, "owner@example.com").await;
    with_anna(&shop, &mut owner).await;
    // It waits for its delay.
    set_status(&shop, "1", "READY").await;
    shop.telegram.refuse(TOKEN);
    assert_eq!(
        paste(&mut owner, RENEWED, &[]).await,
        "/settings/bot?connected=1"
    );
    let sent = messages(&shop, 3).await;
    assert!(said(&sent[2]).contains("Готово"), "{sent:?}");
    never_together(&shop.telegram, TOKEN, RENEWED);
    shop.clock.advance(Duration::from_secs(60));
    keep(&shop.telegram, 2, text(ANNA, "/help"));
    let sent = messages(&shop, 4).await;
    let notices = sent
        .iter()
        .filter(|sent| said(sent).starts_with("Готово: заявка (№ 1)"));
    assert_eq!(notices.count(), 1, "{sent:?}");
    shop.close().await;
}

#[tokio::test]
async fn a_notice_on_its_way_while_the_token_is_renewed_is_tried_again_once() {
    let shop = without_bot().await;
    let mut owner = Browser::signed_in(&shop, "owner@example.com").await;
    with_anna(&shop, &mut owner).await;
    // Nobody knows whether it arrived, so it is sent once more, as without a new token.
    shop.telegram.then(Answer::Silence);
    set_status(&shop, "1", "READY").await;
    messages(&shop, 3).await;
    paste(&mut owner, RENEWED, &[]).await;
    let sending = "SELECT count(*) FROM outbox WHERE state = 'SENDING'";
    assert_eq!(
        number(&shop, sending),
        0,
        "it was settled before the next bot began"
    );
    let sent = messages(&shop, 4).await;
    assert_eq!(sent[2]["text"], sent[3]["text"]);
    never_together(&shop.telegram, TOKEN, RENEWED);
    let delivered = "SELECT count(*) FROM outbox WHERE state = 'DELIVERED'";
    eventually("it is delivered", || number(&shop, delivered) == 1).await;
    shop.close().await;
}

#[tokio::test]
async fn another_bot_is_confirmed_and_begins_afresh() {
    let shop = without_bot().await;
    let mut owner = Browser::signed_in(&shop, "owner@example.com").await;
    create(&shop, "+79000000001").await;
    paste(&mut owner, TOKEN, &[WEBHOOK]).await;
    let (_, secret) = registered(&shop, 1).await;
    deliver(&shop, &secret, 1, contact(ANNA, ANNA, "+79000000001")).await;
    messages(&shop, 2).await;
    let page = refused(&mut owner, OTHER, &[]).await;
    assert!(page.contains("id=\"otherBot-problem\""), "{page}");
    assert!(page.contains("писать 1 клиенту"), "{page}");
    assert_eq!(bot(&shop).await["username"], "master_bot");
    paste(&mut owner, OTHER, &[("otherBot", "1")]).await;
    assert_eq!(bot(&shop).await["username"], "other_bot");
    let left = |call: &(String, String)| call.0 == TOKEN && call.1 == "deleteWebhook";
    assert!(
        shop.telegram.callers().iter().any(left),
        "the former bot is no longer delivered to us"
    );
    never_together(&shop.telegram, TOKEN, OTHER);
    // Its updates have numbers of their own, and its secret is new.
    let (_, fresh) = registered(&shop, 2).await;
    assert_eq!(deliver(&shop, &secret, 1, text(ANNA, "/start")).await, 401);
    assert_eq!(deliver(&shop, &fresh, 1, text(ANNA, "/help")).await, 200);
    messages(&shop, 3).await;
    // A chat that never started it is marked as one that can't be written to.
    shop.telegram.judge(|_| {
        let why = "Forbidden: bot can't initiate conversation with a user";
        Some(Answer::Error(
            403,
            json!({"ok": false, "error_code": 403, "description": why}),
        ))
    });
    set_status(&shop, "1", "READY").await;
    let dead = "SELECT count(*) FROM outbox WHERE state = 'DEAD' AND reason = 'BLOCKED'";
    messages(&shop, 4).await;
    eventually("the notice is given up", || number(&shop, dead) == 1).await;
    let counted = bot(&shop).await;
    assert_eq!(
        (&counted["failedNotices"], &counted["reachableCustomers"]),
        (&json!(1), &json!(0))
    );
    let page = owner.page("/settings/bot").await;
    assert!(page.contains("не доставлено 1"), "{page}");
    shop.close().await;
}

#[tokio::test]
async fn a_disconnected_bot_leaves_what_waits_and_says_who_did_it() {
    let shop = without_bot().await;
    let mut owner = Browser::signed_in(&shop, "owner@example.com").await;
    create(&shop, "+79000000001").await;
    paste(&mut owner, TOKEN, &[WEBHOOK]).await;
    let (_, secret) = registered(&shop, 1).await;
    deliver(&shop, &secret, 1, contact(ANNA, ANNA, "+79000000001")).await;
    messages(&shop, 2).await;
    set_status(&shop, "1", "READY").await;
    let page = owner.page("/settings/bot/disconnect").await;
    assert!(page.contains("Отключить бота?"), "{page}");
    let done = owner.post("/settings/bot/disconnect", &[]).await;
    assert_eq!(goes_to(&done), "/settings/bot?disconnected=1");
    assert_eq!(deliver(&shop, &secret, 2, text(ANNA, "/help")).await, 404);
    assert_eq!(bot(&shop).await["isConnected"], false);
    let callers = shop.telegram.callers();
    assert_eq!(callers.last().unwrap().1, "deleteWebhook", "{callers:?}");
    shop.clock.advance(Duration::from_secs(600));
    let waiting = "SELECT count(*) FROM outbox WHERE state = 'WAITING'";
    assert_eq!(number(&shop, waiting), 1);
    let nothing = owner.post("/settings/bot/disconnect", &[]).await;
    assert_eq!(nothing.status(), StatusCode::NOT_FOUND);
    assert_eq!(
        code(
            &shop
                .ask("mutation { disconnectBot { bot { mode } } }")
                .await
        ),
        "NOT_FOUND"
    );
    assert_eq!(shop.telegram.callers().len(), callers.len(), "it is quiet");

    paste(&mut owner, TOKEN, &[]).await;
    let sent = messages(&shop, 3).await;
    assert!(
        said(&sent[2]).starts_with("Готово: заявка (№ 1)"),
        "{sent:?}"
    );
    let query = "{ auditEvents { nodes { action subject from to employee { email } } } }";
    let events = shop.ask(query).await["data"]["auditEvents"]["nodes"].clone();
    let by = json!({ "email": "owner@example.com" });
    let event = |action: &str, from: Value, to: Value| json!({ "action": action, "subject": "telegram.token", "from": from, "to": to, "employee": by });
    let connected = event("BOT_CONNECTED", Value::Null, json!("@master_bot"));
    assert_eq!(events[0], connected, "{events}");
    assert_eq!(
        events[1],
        event("BOT_DISCONNECTED", json!("@master_bot"), Value::Null)
    );
    assert_eq!(events[2]["subject"], "telegram.mode");
    assert_eq!(events[3], connected);
    let page = owner.page("/settings/audit").await;
    assert!(
        page.contains("Бот отключён") && page.contains("@master_bot"),
        "{page}"
    );
    shop.close().await;
}

#[tokio::test]
async fn what_the_file_sets_is_shown_with_its_place_and_stays() {
    let shop = Shop::with_owner().await;
    let mut owner = Browser::signed_in(&shop, "owner@example.com").await;
    let page = owner.page("/settings/bot").await;
    assert!(page.contains("Задано в config.toml"), "{page}");
    assert!(
        !page.contains("name=\"token\"") && !page.contains("/disconnect"),
        "{page}"
    );
    assert!(page.contains("<fieldset disabled"), "{page}");
    refused(&mut owner, TOKEN, &[]).await;
    let mode = owner
        .post("/settings/bot/mode", &[("telegram.mode", "polling")])
        .await;
    assert_eq!(mode.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        owner.get("/settings/bot/disconnect").await.status(),
        StatusCode::NOT_FOUND
    );
    for query in [
        format!(r#"mutation {{ connectBot(token: "{TOKEN}") {{ bot {{ mode }} }} }}"#),
        "mutation { disconnectBot { bot { mode } } }".to_owned(),
    ] {
        let answer = shop.ask(&query).await;
        assert_eq!(code(&answer), "BAD_USER_INPUT", "{query}");
        assert_eq!(answer["errors"][0]["extensions"]["field"], "token");
    }
    assert_eq!(bot(&shop).await["fixedBy"], "config.toml");
    assert!(
        shop.telegram
            .callers()
            .iter()
            .all(|call| call.0 == "1:secret")
    );
    drop(owner);
    // A file that turns the bot off is stronger than a stored token.
    let shop = shop.reopen_as("", IN_BROWSER, Duration::ZERO).await;
    let mut owner = Browser::signed_in(&shop, "owner@example.com").await;
    paste(&mut owner, TOKEN, &[]).await;
    drop(owner);
    let off = format!("mode = 'off'\n{IN_BROWSER}");
    let shop = shop.reopen_as("", &off, Duration::ZERO).await;
    let known = bot(&shop).await;
    assert_eq!(
        (&known["isConnected"], &known["receiving"]),
        (&json!(true), &Value::Null)
    );
    let owner = Browser::signed_in(&shop, "owner@example.com").await;
    let page = owner.page("/settings/bot").await;
    assert!(!page.contains("name=\"token\""), "{page}");
    shop.close().await;
}

#[tokio::test]
async fn the_token_is_nowhere_but_in_the_database() {
    let log = Log::start();
    let shop = without_bot().await;
    let mut owner = Browser::signed_in(&shop, "owner@example.com").await;
    create(&shop, "+79000000001").await;
    // Texts of Telegram may repeat what was sent to it.
    shop.telegram.tell_webhook(
        json!({"last_error_date": 1_627_203_540, "last_error_message": format!("no {TOKEN}")}),
    );
    paste(&mut owner, TOKEN, &[WEBHOOK]).await;
    let mut shown = Vec::new();
    for page in [
        "/settings/bot",
        "/settings/bot/qr",
        "/settings/audit",
        "/settings/bot/disconnect",
        "/staff",
        "/today",
    ] {
        shown.push(owner.page(page).await);
    }
    shown.push(bot(&shop).await.to_string());
    for query in [
        "{ settings { key value fixedBy } }",
        "{ auditEvents { nodes { subject from to } } }",
        "{ exportArchive }",
    ] {
        shown.push(shop.ask(query).await.to_string());
    }
    shop.telegram.refuse(TOKEN);
    owner.post("/settings/bot/check", &[]).await;
    shown.push(owner.page("/settings/bot").await);
    assert!(
        shown.last().unwrap().contains("Telegram не знает токен"),
        "{shown:?}"
    );
    shown.push(refused(&mut owner, RENEWED.split_at(20).0, &[]).await);
    let said = program()
        .arg("config")
        .env("ZAYAVKA_DATABASE", shop.folder().join("shop.db"))
        .current_dir(shop.folder())
        .output();
    shown.push(String::from_utf8(said.unwrap().stdout).unwrap());
    let stored = shop.bytes();
    let stored = String::from_utf8_lossy(&stored);
    assert!(stored.contains(TOKEN), "a backup has it");
    shop.close().await;
    shown.push(log.text());
    for text in shown {
        for secret in ["Fake-Token_of_35", "_characters_"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}

#[tokio::test]
async fn employees_and_strangers_neither_see_nor_change_it() {
    let mut shop = without_bot().await;
    let invite = r#"mutation { createInvite(email: "b@example.com") { token } }"#;
    let invite = shop.ask(invite).await["data"]["createInvite"]["token"].clone();
    let mut employee = Browser::open(&shop);
    let form = [
        ("email", "b@example.com"),
        ("password1", PASSWORD),
        ("password2", PASSWORD),
    ];
    employee
        .post(&format!("/join/{}", invite.as_str().unwrap()), &form)
        .await;
    let mut stranger = Browser::open(&shop);
    let pages = ["", "/qr", "/disconnect"];
    let forms = ["", "/mode", "/check", "/disconnect"];
    for page in pages {
        let path = format!("/settings/bot{page}");
        assert_eq!(
            employee.get(&path).await.status(),
            StatusCode::FORBIDDEN,
            "{path}"
        );
        assert!(
            goes_to(&stranger.get(&path).await).starts_with("/login"),
            "{path}"
        );
    }
    for form in forms {
        let path = format!("/settings/bot{form}");
        let fields = [("token", TOKEN), WEBHOOK];
        let answer = employee.post(&path, &fields).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{path}");
        let answer = stranger.post(&path, &fields).await;
        assert!(goes_to(&answer).starts_with("/login"), "{path}");
    }
    drop((employee, stranger));
    shop.token = None;
    for query in [
        "{ bot { username } }".to_owned(),
        format!(r#"mutation {{ connectBot(token: "{TOKEN}") {{ bot {{ mode }} }} }}"#),
        "mutation { disconnectBot { bot { mode } } }".to_owned(),
        "mutation { checkBot { bot { mode } } }".to_owned(),
    ] {
        assert_eq!(code(&shop.ask(&query).await), "UNAUTHENTICATED", "{query}");
    }
    assert!(shop.telegram.callers().is_empty());
    shop.close().await;
}

#[tokio::test]
async fn the_doctor_knows_what_was_set_in_the_browser_while_the_server_runs() {
    let shop = without_bot().await;
    let mut owner = Browser::signed_in(&shop, "owner@example.com").await;
    paste(&mut owner, TOKEN, &[]).await;
    let folder = shop.folder().join("copies");
    let folder = folder.display().to_string();
    let set = "mutation ($settings: [SettingInput!]!) { updateSettings(settings: $settings) { settings { key } } }";
    let settings = json!({ "settings": [
        { "key": "BACKUP_EVERY", "value": "1d" },
        { "key": "BACKUP_DIR", "value": folder },
        { "key": "BACKUP_KEEP", "value": "3" },
    ] });
    let answer = shop.ask_with(set, settings).await;
    assert!(answer["errors"].is_null(), "{answer}");
    let is_made = || std::fs::read_dir(&folder).is_ok_and(|mut all| all.next().is_some());
    eventually("a backup is made", is_made).await;
    let text = format!(
        "database = '{}'\n[telegram]\napi_url = '{}'",
        shop.folder().join("shop.db").display(),
        shop.telegram.url()
    );
    let config = Config::parse(&text).unwrap();
    let found = doctor::look_at(&config, &shop.clock).await;
    let about = |about: &str| {
        let found = found.iter().filter(|finding| finding.about == about);
        found
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("\n")
    };
    assert!(about("backups").contains(&folder), "{found:?}");
    let telegram = about("Telegram");
    assert!(
        telegram.contains("@master_bot") && telegram.contains("updates are polled"),
        "{telegram}"
    );
    assert!(!format!("{found:?}").contains("Fake-Token"));
    // A stored value that isn't accepted any more is named.
    let wrong = "UPDATE settings SET value = 'daily' WHERE key = 'backup.every'";
    shop.database().execute(wrong, []).unwrap();
    let found = doctor::look_at(&config, &shop.clock).await;
    let named = found
        .iter()
        .find(|finding| finding.about == "settings")
        .unwrap();
    assert_eq!(named.level, Level::Warning);
    assert!(named.said.contains("backup.every"), "{named}");
    shop.close().await;
}
