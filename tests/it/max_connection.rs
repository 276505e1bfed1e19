//! The bot at MAX that an owner connects, replaces and disconnects while the server runs.

use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use warp::http::StatusCode;

use crate::bot::{contact, create};
use crate::fake_max::{Answer, FakeMax, TOKEN, USERNAME, message, own_contact, started};
use crate::harness::{Log, PASSWORD, Shop, code};
use crate::max_wire::tls;
use crate::pages::{Browser, goes_to};
use crate::tls::Authority;

const ANNA: i64 = 4_000_001;
const OTHER: &str = "g8MIpeE1dPJ-of_another_bot";
const PAGE: &str = "/settings/max";

/// Opens a shop with an owner whose configuration leaves the bot at MAX to them.
pub async fn without_bot(fake: &FakeMax) -> Shop {
    let settings = format!("[max]\napi_url = '{}'", fake.url());
    let shop = Shop::with_owner().await;
    shop.reopen_as(&settings, "mode = 'off'", Duration::ZERO)
        .await
}

/// Connects the bot, which is well then.
pub async fn connect(shop: &Shop) {
    let query =
        format!(r#"mutation {{ connectMaxBot(token: "{TOKEN}") {{ maxBot {{ isWell }} }} }}"#);
    let answer = shop.ask(&query).await;
    assert_eq!(
        answer["data"]["connectMaxBot"]["maxBot"]["isWell"], true,
        "{answer}"
    );
}

/// Sends a form of the page, and returns its status and the page, or where the answer leads.
async fn send(owner: &mut Browser<'_>, path: &str, form: &[(&str, &str)]) -> (StatusCode, String) {
    let answer = owner.post(&format!("{PAGE}{path}"), form).await;
    let status = answer.status();
    match status {
        StatusCode::SEE_OTHER => (status, goes_to(&answer).to_owned()),
        _ => (status, answer.text().await.unwrap()),
    }
}

async fn bot(shop: &Shop) -> Value {
    let query = "{ maxBot { isConnected fixedBy username url mode receiving caFile isWell trouble { kind detail }
        checkedTime reachableCustomers deliveredNotices failedNotices } }";
    let answer = shop.ask(query).await;
    assert!(answer["errors"].is_null(), "{answer}");
    answer["data"]["maxBot"].clone()
}

/// Waits for this many messages while the clock advances, so that no rate limit delays them.
async fn sent(shop: &Shop, fake: &FakeMax, count: usize) -> Vec<Value> {
    while fake.messages().len() < count {
        shop.clock.advance(Duration::from_millis(500));
        let more = fake.calls_of("POST /messages", fake.messages().len() + 1);
        let _ = tokio::time::timeout(Duration::from_millis(20), more).await;
    }
    fake.messages()
}

#[tokio::test]
async fn a_pasted_token_is_a_bot_at_max_at_once_that_survives_a_restart_and_is_taken_away() {
    let fake = FakeMax::start().await;
    let shop = without_bot(&fake).await;
    create(&shop, "+79000000001").await;
    let mut owner = Browser::signed_in(&shop, "owner@example.com").await;
    let page = owner.page(PAGE).await;
    assert!(page.contains("Бот в MAX не подключён"), "{page}");
    assert!(page.contains("gosuslugi.ru/crt"), "{page}");
    assert_eq!(bot(&shop).await["isConnected"], false);

    let form = [
        ("token", TOKEN),
        ("max.ca_file", ""),
        ("was:max.ca_file", ""),
    ];
    let (status, to) = send(&mut owner, "", &form).await;
    assert_eq!(
        (status, &*to),
        (StatusCode::SEE_OTHER, "/settings/max?connected=1")
    );
    let page = owner.page(PAGE).await;
    for shown in [
        "@desk_max_bot отвечает",
        "ведёт на этот компьютер, MAX туда не доставит",
        "https://max.ru/desk_max_bot",
        "<svg class=\"qr\"",
        "системный",
    ] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    let poster = owner.page("/settings/max/qr").await;
    assert!(poster.contains("Следите за ремонтом в MAX"), "{poster}");
    assert_eq!(
        bot(&shop).await,
        json!({
            "isConnected": true, "fixedBy": null, "username": USERNAME, "url": format!("https://max.ru/{USERNAME}"),
            "mode": "AUTO", "receiving": "POLLING", "caFile": null, "isWell": true, "trouble": null,
            "checkedTime": "2021-07-25T09:00:00.000Z", "reachableCustomers": 0, "deliveredNotices": 0,
            "failedNotices": 0,
        })
    );
    fake.keep(message(
        ANNA,
        "mid.a1",
        "",
        json!([own_contact(ANNA, "79000000001")]),
    ));
    sent(&shop, &fake, 2).await;
    drop(owner);

    let settings = format!("[max]\napi_url = '{}'", fake.url());
    let shop = shop
        .reopen_as(&settings, "mode = 'off'", Duration::ZERO)
        .await;
    fake.keep(message(ANNA, "mid.a2", "/help", json!([])));
    sent(&shop, &fake, 3).await;
    assert_eq!(bot(&shop).await["reachableCustomers"], 1);

    let mut owner = Browser::signed_in(&shop, "owner@example.com").await;
    let page = owner.page("/settings/max/disconnect").await;
    assert!(page.contains("Отключить бота в MAX?"), "{page}");
    let (_, to) = send(&mut owner, "/disconnect", &[]).await;
    assert_eq!(to, "/settings/max?disconnected=1");
    assert_eq!(bot(&shop).await["isConnected"], false);
    let (status, _) = send(&mut owner, "/disconnect", &[]).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let calls = fake.calls().len();
    shop.clock.advance(Duration::from_secs(3_600));
    assert_eq!(fake.calls().len(), calls, "nothing asks MAX any more");
    let audit = shop
        .ask("{ auditEvents { nodes { action subject from to } } }")
        .await;
    let nodes = audit["data"]["auditEvents"]["nodes"].as_array().unwrap();
    assert_eq!(
        nodes[..2],
        [
            json!({"action": "MAX_BOT_DISCONNECTED", "subject": "max.token", "from": USERNAME, "to": null}),
            json!({"action": "MAX_BOT_CONNECTED", "subject": "max.token", "from": null, "to": USERNAME}),
        ]
    );
    let page = owner.page("/settings/audit").await;
    assert!(page.contains("Бот в MAX подключён"), "{page}");
    shop.close().await;
}

#[tokio::test]
async fn the_settings_of_the_bot_at_max_count_at_once() {
    let fake = FakeMax::start().await;
    let shop = without_bot(&fake).await;
    connect(&shop).await;
    let mut owner = Browser::signed_in(&shop, "owner@example.com").await;
    let form = [
        ("max.mode", "webhook"),
        ("was:max.mode", "auto"),
        ("max.ca_file", ""),
        ("was:max.ca_file", ""),
    ];
    let (_, to) = send(&mut owner, "/settings", &form).await;
    assert_eq!(to, "/settings/max?saved=1");
    let (url, secret) = fake.subscribed().await;
    assert_eq!(url, format!("{}/max/webhook", shop.url));
    assert_eq!(bot(&shop).await["receiving"], "WEBHOOK");
    assert_eq!(fake.deliver(&started(ANNA, 1, None)).await, 200);
    sent(&shop, &fake, 1).await;

    // A dropped registration is noticed by a check.
    fake.drop_subscriptions();
    let (_, to) = send(&mut owner, "/check", &[]).await;
    assert_eq!(to, PAGE);
    assert_eq!(fake.subscriptions(), [&*url]);

    // Without the file of the authorities no bot runs, and the page says so.
    let form = [("max.ca_file", "/none/ca.pem"), ("was:max.ca_file", "")];
    send(&mut owner, "/settings", &form).await;
    let page = owner.page(PAGE).await;
    assert!(
        page.contains("Файл с корневым сертификатом MAX не годится"),
        "{page}"
    );
    let known = bot(&shop).await;
    assert_eq!(known["trouble"]["kind"], "AUTHORITIES", "{known}");
    assert_eq!(known["caFile"], "/none/ca.pem");
    let set = r#"mutation { updateSettings(settings: [{key: MAX_CA_FILE, value: ""}, {key: MAX_MODE, value: "polling"}]) { settings { key } } }"#;
    assert!(shop.ask(set).await["errors"].is_null());
    fake.keep(started(ANNA, 2, None));
    sent(&shop, &fake, 2).await;
    let (status, _) = fake_deliver(&fake, &url, &secret).await;
    assert_eq!(status, 404, "updates are polled now");

    // Off, with the token kept.
    let off = r#"mutation { updateSettings(settings: [{key: MAX_MODE, value: "off"}]) { settings { key } } }"#;
    assert!(shop.ask(off).await["errors"].is_null());
    let (_, _) = send(&mut owner, "/settings", &[]).await;
    let page = owner.page(PAGE).await;
    assert!(page.contains("Бот выключен, токен сохранён"), "{page}");
    let wrong = [("max.mode", "?"), ("was:max.mode", "off")];
    let (status, _) = send(&mut owner, "/settings", &wrong).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    shop.close().await;
}

async fn fake_deliver(fake: &FakeMax, url: &str, secret: &str) -> (u16, ()) {
    let update = started(ANNA, 9, None);
    (fake.deliver_to(url, &[secret], &update).await, ())
}

#[tokio::test]
async fn max_delivers_to_port_443_only() {
    let fake = FakeMax::start().await;
    let shop = without_bot(&fake).await;
    let settings = format!(
        "public_url = 'https://desk.example.com:8443'\n[max]\napi_url = '{}'",
        fake.url()
    );
    let shop = shop
        .reopen_as(&settings, "mode = 'off'", Duration::ZERO)
        .await;
    let query = format!(
        r#"mutation {{ connectMaxBot(token: "{TOKEN}", mode: WEBHOOK) {{ maxBot {{ mode }} }} }}"#
    );
    let answer = shop.ask(&query).await;
    assert_eq!(code(&answer), "BAD_USER_INPUT", "{answer}");
    assert_eq!(answer["errors"][0]["extensions"]["field"], "max.mode");
    assert_eq!(bot(&shop).await["isConnected"], false);
    connect(&shop).await;
    assert_eq!(bot(&shop).await["receiving"], "POLLING");
    shop.close().await;
}

#[tokio::test]
async fn a_token_that_max_does_not_confirm_is_not_stored() {
    let authority = Authority::new();
    let fake = FakeMax::start_tls(tls(&authority)).await;
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, authority.pem()).unwrap();
    let file = file.display().to_string();
    let shop = without_bot(&fake).await;
    let mut owner = Browser::signed_in(&shop, "owner@example.com").await;
    for (token, file, said) in [
        ("", "", "token-problem"),
        ("two words", "", "Это не похоже на токен"),
        (TOKEN, "", "Сертификат MAX выдан центром"),
        (TOKEN, "/none/ca.pem", "В этом файле нет сертификата"),
        (OTHER, &*file, "MAX не знает бота с таким токеном"),
    ] {
        let form = [
            ("token", token),
            ("max.ca_file", file),
            ("was:max.ca_file", ""),
        ];
        let (status, page) = send(&mut owner, "", &form).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains(said), "{said}: {page}");
        assert!(!page.contains("peE1dPJ"), "a secret isn't shown again");
    }
    let count = |sql: &str| -> i64 {
        let database = shop.database();
        database.query_row(sql, [], |row| row.get(0)).unwrap()
    };
    let stored = "SELECT (SELECT count(*) FROM secrets WHERE name = 'max_token') + (SELECT count(*) FROM audit_events)
        + (SELECT count(*) FROM settings WHERE key LIKE 'max%')";
    assert_eq!(count(stored), 0);
    let connect = format!(
        r#"mutation {{ connectMaxBot(token: "{TOKEN}", caFile: "{file}") {{ maxBot {{ isWell caFile }} }} }}"#
    );
    // MAX doesn't let a bot work before its moderation.
    fake.tell("GET /me", Answer::code(403, "access.denied"));
    let answer = shop.ask(&connect).await;
    let message = answer["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains("moderation"), "{answer}");
    fake.untell("GET /me");
    let answer = shop.ask(&connect).await;
    assert_eq!(
        answer["data"]["connectMaxBot"]["maxBot"],
        json!({"isWell": true, "caFile": file}),
        "{answer}"
    );
    let page = owner.page(PAGE).await;
    assert!(page.contains(&file), "{page}");
    shop.close().await;
}

#[tokio::test]
async fn another_bot_at_max_takes_over_only_when_the_owner_says_so() {
    let fake = FakeMax::start().await;
    fake.bot(OTHER, 901, "other_max_bot");
    let shop = without_bot(&fake).await;
    create(&shop, "+79000000001").await;
    connect(&shop).await;
    let own = json!([own_contact(ANNA, "79000000001")]);
    fake.keep(message(ANNA, "mid.a1", "", own));
    sent(&shop, &fake, 2).await;
    let mut owner = Browser::signed_in(&shop, "owner@example.com").await;
    let (status, page) = send(&mut owner, "", &[("token", OTHER)]).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("Токен другого бота"), "{page}");
    assert_eq!(bot(&shop).await["username"], USERNAME);
    let route = |shop: &Shop| -> Vec<u8> {
        let sql = "SELECT value FROM secrets WHERE name = 'max_webhook'";
        shop.database()
            .query_row(sql, [], |row| row.get(0))
            .unwrap()
    };
    let before = route(&shop);
    send(&mut owner, "", &[("token", OTHER), ("otherBot", "1")]).await;
    let known = bot(&shop).await;
    assert_eq!(
        (&known["username"], &known["isWell"]),
        (&json!("other_max_bot"), &json!(true))
    );
    assert_ne!(
        route(&shop),
        before,
        "the secret of the former bot's updates is worth nothing"
    );
    shop.close().await;
}

#[tokio::test]
async fn a_bot_that_max_does_not_let_work_is_told_from_customers_who_blocked_it() {
    let fake = FakeMax::start().await;
    let shop = without_bot(&fake).await;
    create(&shop, "+79000000001").await;
    connect(&shop).await;
    let own = json!([own_contact(ANNA, "79000000001")]);
    fake.keep(message(ANNA, "mid.a1", "", own));
    sent(&shop, &fake, 2).await;
    fake.tell("POST /messages", Answer::code(403, "access.denied"));
    crate::bot::set_status(&shop, "1", "READY").await;
    sent(&shop, &fake, 3).await;
    let check = "mutation { checkMaxBot { maxBot { trouble { kind detail } } } }";
    let answer = shop.ask(check).await;
    assert_eq!(
        answer["data"]["checkMaxBot"]["maxBot"]["trouble"],
        json!({"kind": "FORBIDDEN", "detail": "403 access.denied"}),
        "{answer}"
    );
    let owner = Browser::signed_in(&shop, "owner@example.com").await;
    let page = owner.page(PAGE).await;
    assert!(page.contains("прошёл ли он модерацию"), "{page}");
    let customer = shop.ask("{ customerById(id: 1) { maxBlocked } }").await;
    assert_eq!(customer["data"]["customerById"]["maxBlocked"], false);
    // After the moderation the notice goes out.
    fake.untell("POST /messages");
    sent(&shop, &fake, 4).await;
    let answer = shop.ask(check).await;
    assert!(answer["data"]["checkMaxBot"]["maxBot"]["trouble"].is_null());
    shop.close().await;
}

#[tokio::test]
async fn what_waits_for_max_goes_by_another_channel_while_its_certificate_cannot_be_read() {
    let fake = FakeMax::start().await;
    let settings = format!(
        "[max]\ntoken = '{TOKEN}'\napi_url = '{}'\nmode = 'webhook'",
        fake.url()
    );
    let shop = Shop::with_owner().await;
    let shop = shop.reopen_with(&settings, Duration::ZERO).await;
    fake.subscribed().await;
    create(&shop, "+79000000001").await;
    shop.update(contact(5, 5, "+79000000001")).await;
    let own = json!([own_contact(ANNA, "79000000001")]);
    let update = message(ANNA, "mid.a1", "", own);
    assert_eq!(fake.deliver(&update).await, 200);
    sent(&shop, &fake, 2).await;
    // She was heard at MAX last, so the notice is planned for it.
    crate::bot::set_status(&shop, "1", "READY").await;
    let set = |file: &str| {
        format!(
            r#"mutation {{ updateSettings(settings: [{{key: MAX_CA_FILE, value: "{file}"}}]) {{ settings {{ key }} }} }}"#
        )
    };
    assert!(shop.ask(&set("/none/ca.pem")).await["errors"].is_null());
    while bot(&shop).await["trouble"]["kind"] != "AUTHORITIES" {}
    let ready = |sent: &[Value]| {
        let all = sent.iter().filter_map(|sent| sent["text"].as_str());
        all.filter(|text| text.contains("Готово: заявка")).count()
    };
    crate::harness::eventually("the notice goes by Telegram", || {
        shop.clock.advance(Duration::from_secs(1));
        ready(&shop.telegram.messages_now()) == 1
    })
    .await;
    // With the file in order, MAX is used again.
    assert!(shop.ask(&set("")).await["errors"].is_null());
    while bot(&shop).await["isWell"] != true {}
    crate::bot::set_status(&shop, "1", "IN_PROGRESS").await;
    sent(&shop, &fake, 3).await;
    assert_eq!(ready(&fake.messages()), 0);
    shop.close().await;
}

#[tokio::test]
async fn a_token_of_the_configuration_is_not_changed_in_the_browser() {
    let fake = FakeMax::start().await;
    let shop = without_bot(&fake).await;
    let settings = format!(
        "[max]\ntoken = '{TOKEN}'\nmode = 'polling'\napi_url = '{}'",
        fake.url()
    );
    let shop = shop
        .reopen_as(&settings, "mode = 'off'", Duration::ZERO)
        .await;
    for query in [
        format!(r#"mutation {{ connectMaxBot(token: "{TOKEN}") {{ maxBot {{ mode }} }} }}"#),
        "mutation { disconnectMaxBot { maxBot { mode } } }".to_owned(),
    ] {
        let answer = shop.ask(&query).await;
        assert_eq!(code(&answer), "BAD_USER_INPUT", "{query}");
        assert_eq!(answer["errors"][0]["extensions"]["field"], "token");
    }
    assert_eq!(bot(&shop).await["fixedBy"], "config.toml");
    let owner = Browser::signed_in(&shop, "owner@example.com").await;
    let page = owner.page(PAGE).await;
    assert!(!page.contains("name=\"token\""), "{page}");
    assert!(!page.contains("name=\"max.mode\""), "{page}");
    shop.close().await;
}

#[tokio::test]
async fn the_token_of_max_is_nowhere_but_in_the_database_and_only_owners_touch_it() {
    let log = Log::start();
    let fake = FakeMax::start().await;
    let mut shop = without_bot(&fake).await;
    let invite = r#"mutation { createInvite(email: "b@example.com") { token } }"#;
    let invite = shop.ask(invite).await["data"]["createInvite"]["token"].clone();
    connect(&shop).await;
    let mut shown = Vec::new();
    let owner = Browser::signed_in(&shop, "owner@example.com").await;
    for page in [
        PAGE,
        "/settings/max/qr",
        "/settings/audit",
        "/staff",
        "/today",
    ] {
        shown.push(owner.page(page).await);
    }
    drop(owner);
    shown.push(bot(&shop).await.to_string());
    for query in [
        "{ settings { key value fixedBy } }",
        "{ auditEvents { nodes { subject from to } } }",
        "{ exportArchive }",
    ] {
        shown.push(shop.ask(query).await.to_string());
    }
    assert!(String::from_utf8_lossy(&shop.bytes()).contains(TOKEN));

    let mut employee = Browser::open(&shop);
    let form = [
        ("email", "b@example.com"),
        ("password1", PASSWORD),
        ("password2", PASSWORD),
    ];
    let join = format!("/join/{}", invite.as_str().unwrap());
    employee.post(&join, &form).await;
    let mut stranger = Browser::open(&shop);
    for path in ["", "/qr", "/disconnect"] {
        let path = format!("{PAGE}{path}");
        let status = employee.get(&path).await.status();
        assert_eq!(status, StatusCode::FORBIDDEN, "{path}");
        assert!(goes_to(&stranger.get(&path).await).starts_with("/login"));
    }
    for path in ["", "/settings", "/check", "/disconnect"] {
        let path = format!("{PAGE}{path}");
        let form = [
            ("token", OTHER),
            ("max.mode", "off"),
            ("was:max.mode", "auto"),
        ];
        let status = employee.post(&path, &form).await.status();
        assert_eq!(status, StatusCode::FORBIDDEN, "{path}");
        assert!(goes_to(&stranger.post(&path, &form).await).starts_with("/login"));
    }
    drop((employee, stranger));
    assert_eq!(bot(&shop).await["username"], USERNAME);
    shop.token = None;
    let answer = shop.ask("{ maxBot { username } }").await;
    assert_eq!(code(&answer), "UNAUTHENTICATED");
    shop.close().await;
    shown.push(log.text());
    for text in shown {
        assert!(!text.contains("HodD0cOI"), "{text}");
    }
}
