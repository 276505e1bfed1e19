//! Outgoing webhooks that owners register.

use std::time::Duration;

use serde_json::{Value, json};

use crate::accounts::employee;
use crate::bot::create;
use crate::harness::{Log, Shop, code, eventually};
use crate::pages::{Browser, goes_to};
use crate::receiver::{Answer, Receiver, SECRET};
use crate::webhooks::{DAY, are};

/// Settings that allow webhooks on this machine.
pub const PRIVATE: &str = "[outgoing]\nallow_private = true\n";

/// Opens a shop with an owner, in which webhooks may lead to this machine.
pub async fn open(settings: &str) -> Shop {
    let mut shop = Shop::open_with(&format!("{PRIVATE}{settings}"), "").await;
    let answer = shop.register("owner@example.com").await;
    shop.token = answer["data"]["register"]["token"]
        .as_str()
        .map(str::to_owned);
    shop
}

/// Sends a document without errors, and returns its data.
pub async fn data(shop: &Shop, query: &str) -> Value {
    let answer = shop.ask(query).await;
    assert!(answer["errors"].is_null(), "{query}: {answer}");
    answer["data"].clone()
}

/// Registers a webhook, and returns its id and its secret.
pub async fn register(shop: &Shop, url: &str, events: &str) -> (String, String) {
    let query = format!(
        r#"mutation {{ createWebhook(webhookData: {{url: "{url}", events: {events}}}) {{ secret webhook {{ id }} }} }}"#
    );
    let made = data(shop, &query).await;
    let made = &made["createWebhook"];
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&made["webhook"]["id"]), text(&made["secret"]))
}

#[tokio::test]
async fn it_is_told_at_once_with_the_headers_of_the_standard() {
    let receiver = Receiver::start().await;
    let shop = open("").await;
    let (id, secret) = register(&shop, receiver.url(), "[TASK_CREATED]").await;
    assert!(secret.starts_with("whsec_"), "{secret}");
    create(&shop, "+79000000001").await;
    let told = receiver.told(1).await;
    told[0].is_signed_by(&[&secret], shop.clock.now());
    are(&shop, "DELIVERED", 1).await;
    assert_eq!(
        told[0].json(),
        json!({
            "id": "1", "type": "task.created", "timestamp": "2021-07-25T09:00:00.000Z",
            "data": {"task": {"id": "1", "status": "ACCEPTED", "version": 1}, "author": {"kind": "STAFF", "id": "1"}},
            "event": "task.created", "time": "2021-07-25T09:00:00Z",
            "task": {"id": "1", "status": "ACCEPTED", "version": 1},
        })
    );
    let query = "{ webhooks { id name url events source createdTime pausedTime formerSecretUntilTime failingSinceTime
        waitingCount oldestWaitingTime undeliveredCount droppedCount } }";
    assert_eq!(
        data(&shop, query).await["webhooks"],
        json!([{
            "id": id, "name": null, "url": receiver.url(), "events": ["TASK_CREATED"], "source": "OWNER",
            "createdTime": "2021-07-25T09:00:00.000Z", "pausedTime": null, "formerSecretUntilTime": null,
            "failingSinceTime": null, "waitingCount": 0, "oldestWaitingTime": null, "undeliveredCount": 0,
            "droppedCount": 0,
        }])
    );
    shop.close().await;
}

/// Every operation on webhooks.
const OPERATIONS: [&str; 9] = [
    "{ webhooks { id } }",
    r#"mutation { createWebhook(webhookData: {url: "https://1.1.1.1/"}) { secret } }"#,
    r#"mutation { updateWebhook(webhookData: {id: 1, name: "x"}) { webhook { id } } }"#,
    "mutation { rotateWebhookSecret(id: 1) { secret } }",
    "mutation { pauseWebhook(id: 1) { webhook { id } } }",
    "mutation { resumeWebhook(id: 1) { webhook { id } } }",
    "mutation { testWebhook(id: 1) { delivery { id } } }",
    "mutation { deleteWebhook(id: 1) { id } }",
    "mutation { resendWebhookDelivery(id: 1) { delivery { id } } }",
];
const POSTS: [&str; 8] = [
    "",
    "/1",
    "/1/pause",
    "/1/resume",
    "/1/test",
    "/1/secret",
    "/1/delete",
    "/1/resend",
];

#[tokio::test]
async fn nobody_but_an_owner_reads_or_changes_anything() {
    let receiver = Receiver::start().await;
    let mut shop = open("").await;
    register(&shop, receiver.url(), "null").await;
    create(&shop, "+79000000001").await;
    receiver.told(2).await;
    let employee = employee(&shop).await;
    let owner = shop.token.take();
    let before = shop.dump();
    for (token, expected) in [(None, "UNAUTHENTICATED"), (Some(employee), "FORBIDDEN")] {
        shop.token = token.clone();
        for query in OPERATIONS {
            assert_eq!(code(&shop.ask(query).await), expected, "{query}");
        }
        let mut browser = Browser::open(&shop);
        browser.cookie = token.map_or_else(String::new, |token| format!("zayavka={token}"));
        for path in ["", "/1", "/1/secret", "/1/delete"] {
            let answer = browser.get(&format!("/settings/webhooks{path}")).await;
            assert!([303, 403].contains(&answer.status().as_u16()), "{path}");
        }
        for path in POSTS {
            let form = [
                ("url", "https://1.1.1.1/"),
                ("which", "all"),
                ("delivery", "1"),
            ];
            let answer = browser
                .post(&format!("/settings/webhooks{path}"), &form)
                .await;
            assert!([303, 403].contains(&answer.status().as_u16()), "{path}");
        }
    }
    assert_eq!(shop.dump(), before);
    shop.token = owner;
    for query in &OPERATIONS[2..] {
        let query = query.replace("id: 1", "id: 77");
        assert_eq!(code(&shop.ask(&query).await), "NOT_FOUND", "{query}");
        let query = query.replace("id: 77", "id: \"x\"");
        assert_eq!(code(&shop.ask(&query).await), "BAD_USER_INPUT", "{query}");
    }
    shop.close().await;
}

/// Returns the field of a refusal.
fn field(answer: &Value) -> &Value {
    assert_eq!(code(answer), "BAD_USER_INPUT", "{answer}");
    &answer["errors"][0]["extensions"]["field"]
}

#[tokio::test]
async fn an_address_of_the_servers_own_network_is_refused() {
    let mut shop = Shop::with_owner().await;
    let own = shop.url.replace("http://", "https://");
    let kept = shop
        .ask(r#"mutation { createWebhook(webhookData: {url: "https://1.1.1.1/a"}) { secret } }"#);
    assert!(kept.await["errors"].is_null());
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    for url in [
        "https://127.0.0.1/",
        "https://localhost/",
        "https://[::1]/",
        "https://169.254.169.254/latest/meta-data",
        "https://10.1.2.3/",
        "https://100.64.0.1/",
        "https://[fd00::1]/",
        "https://[::ffff:192.168.0.1]/",
        "https://0/",
        "https://0x7f000001/",
        "https://[64:ff9b::7f00:1]/",
        "http://1.1.1.1/",
        "https://user@1.1.1.1/",
        "file:///etc/passwd",
        "gopher://1.1.1.1/",
        "",
        &own,
    ] {
        let create =
            format!(r#"mutation {{ createWebhook(webhookData: {{url: "{url}"}}) {{ secret }} }}"#);
        assert_eq!(field(&shop.ask(&create).await), "url", "{url}");
        let update = format!(
            r#"mutation {{ updateWebhook(webhookData: {{id: 1, url: "{url}"}}) {{ webhook {{ id }} }} }}"#
        );
        assert_eq!(field(&shop.ask(&update).await), "url", "{url}");
        let form = [("url", url), ("which", "all")];
        for path in ["/settings/webhooks", "/settings/webhooks/1"] {
            let answer = browser.post(path, &form).await;
            assert_eq!(answer.status(), 422, "{path} {url}");
            assert!(
                answer.text().await.unwrap().contains("url-problem"),
                "{url}"
            );
        }
    }
    drop(browser);
    shop.token = shop.login("owner@example.com").await;
    let urls = data(&shop, "{ webhooks { url } }").await;
    assert_eq!(urls["webhooks"], json!([{"url": "https://1.1.1.1/a"}]));
    shop.close().await;
}

#[tokio::test]
async fn an_address_is_checked_at_each_connection_again() {
    let (literal, named) = (Receiver::start().await, Receiver::start().await);
    let configured = Receiver::start().await;
    let shop = open("").await;
    register(&shop, literal.url(), "[TASK_CREATED]").await;
    let by_name = named.url().replace("127.0.0.1", "localhost");
    register(&shop, &by_name, "[TASK_CREATED]").await;
    create(&shop, "+79000000001").await;
    literal.told(1).await;
    named.told(1).await;
    are(&shop, "DELIVERED", 2).await;
    // What was allowed isn't any more, as if the names led elsewhere now. The operator's word still counts.
    let settings = configured.settings("'task.created'");
    let shop = shop.reopen_with(&settings, Duration::ZERO).await;
    create(&shop, "+79000000002").await;
    configured.told(1).await;
    eventually("both have failed", || {
        let sql =
            "SELECT count(*) FROM webhook_deliveries WHERE state = 'WAITING' AND detail != ''";
        let file = shop.database();
        file.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap() == 2
    })
    .await;
    let list = "{ webhooks { deliveries(first: 1) { nodes { state statusCode error } } } }";
    let all = data(&shop, list).await;
    let refused = json!([{
        "state": "WAITING", "statusCode": null, "error": "its address is of this machine or its network",
    }]);
    for at in 0..2 {
        assert_eq!(all["webhooks"][at]["deliveries"]["nodes"], refused, "{all}");
    }
    let tested = data(
        &shop,
        "mutation { testWebhook(id: 1) { delivery { state error } } }",
    )
    .await;
    assert_eq!(
        tested["testWebhook"]["delivery"]["error"],
        refused[0]["error"]
    );
    assert_eq!((literal.told_now().len(), named.told_now().len()), (1, 1));
    shop.close().await;
}

#[tokio::test]
async fn a_secret_is_shown_once_and_never_again() {
    let log = Log::start();
    let receiver = Receiver::start().await;
    receiver.then(Answer::Status(500));
    let shop = open("").await;
    let url = format!("{}?key=Geheim", receiver.url());
    let (id, first) = register(&shop, &url, "null").await;
    let rotate = format!("mutation {{ rotateWebhookSecret(id: {id}) {{ secret }} }}");
    let second = data(&shop, &rotate).await["rotateWebhookSecret"]["secret"].clone();
    let second = second.as_str().unwrap();
    create(&shop, "+79000000001").await;
    receiver.told(1).await;
    are(&shop, "SENDING", 0).await;
    data(&shop, "mutation { pauseWebhook(id: 1) { webhook { id } } }").await;
    data(&shop, r#"mutation { updateWebhook(webhookData: {id: 1, url: "https://1.1.1.1/Geheim"}) { webhook { id } } }"#).await;
    let refused = shop.ask(
        r#"mutation { createWebhook(webhookData: {url: "https://1.1.1.1/Geheim"}) { secret } }"#,
    );
    assert_eq!(code(&refused.await), "CONFLICT");
    let audit = data(
        &shop,
        "{ auditEvents { nodes { action subject from to } } }",
    )
    .await;
    let archive = data(&shop, "{ exportArchive }").await;
    let webhooks = data(
        &shop,
        "{ webhooks { id name url events deliveries { nodes { error } } } }",
    )
    .await;
    let browser = Browser::signed_in(&shop, "owner@example.com").await;
    let pages = [
        browser.page("/settings/webhooks").await,
        browser.page("/settings/webhooks/1").await,
        browser.page("/settings/audit").await,
        browser.page("/staff").await,
    ];
    assert!(pages[2].contains("1.1.1.1"), "{}", pages[2]);
    drop(browser);
    shop.close().await;
    let log = log.text();
    assert!(log.contains("failed to deliver webhook"), "{log}");
    for secret in [first.as_str(), second] {
        let key = secret.trim_start_matches("whsec_");
        for text in [&audit, &archive, &webhooks]
            .map(Value::to_string)
            .iter()
            .chain(&pages)
            .chain([&log])
        {
            assert!(!text.contains(key), "{text}");
        }
    }
    // A path may be a secret of the receiver's.
    for text in [
        audit.to_string(),
        archive.to_string(),
        log,
        pages[2].clone(),
    ] {
        assert!(!text.contains("Geheim"), "{text}");
    }
    assert_eq!(
        audit["auditEvents"]["nodes"],
        json!([
            {"action": "WEBHOOK_CHANGED", "subject": "1.1.1.1", "from": url.split('/').nth(2).unwrap(), "to": "1.1.1.1"},
            {"action": "WEBHOOK_PAUSED", "subject": url.split('/').nth(2).unwrap(), "from": null, "to": null},
            {"action": "WEBHOOK_SECRET_ROTATED", "subject": url.split('/').nth(2).unwrap(), "from": null, "to": null},
            {"action": "WEBHOOK_CREATED", "subject": url.split('/').nth(2).unwrap(), "from": null, "to": null},
        ])
    );
}

#[tokio::test]
async fn a_former_secret_signs_for_a_day_also_after_a_restart() {
    let receiver = Receiver::start().await;
    let shop = open("").await;
    let (_, first) = register(&shop, receiver.url(), "[TASK_CREATED]").await;
    let rotate =
        "mutation { rotateWebhookSecret(id: 1) { secret webhook { formerSecretUntilTime } } }";
    let rotated = data(&shop, rotate).await["rotateWebhookSecret"].clone();
    let second = rotated["secret"].as_str().unwrap();
    assert_ne!(second, first);
    assert_eq!(
        rotated["webhook"]["formerSecretUntilTime"],
        "2021-07-26T09:00:00.000Z"
    );
    let shop = shop
        .reopen_with(PRIVATE, DAY - Duration::from_secs(1))
        .await;
    create(&shop, "+79000000001").await;
    receiver.told(1).await[0].is_signed_by(&[second, &first], shop.clock.now());
    shop.clock.advance(Duration::from_secs(1));
    create(&shop, "+79000000002").await;
    receiver.told(2).await[1].is_signed_by(&[second], shop.clock.now());
    shop.close().await;
}

#[tokio::test]
async fn the_webhooks_of_the_settings_are_read_only_and_can_be_tested() {
    let receiver = Receiver::start().await;
    let secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
    let settings = receiver.settings("'all'").replace(SECRET, secret);
    let shop = open(&settings).await;
    let shown = data(&shop, "{ webhooks { id source events } }").await;
    assert_eq!(
        shown["webhooks"],
        json!([{"id": "1", "source": "FILE", "events": null}])
    );
    for query in &OPERATIONS[2..6] {
        assert_eq!(field(&shop.ask(query).await), "id", "{query}");
    }
    assert_eq!(field(&shop.ask(OPERATIONS[7]).await), "id");
    let test = "mutation { testWebhook(id: 1) { delivery { id event state statusCode attempts error nextTime } } }";
    let tested = data(&shop, test).await;
    assert_eq!(
        tested["testWebhook"]["delivery"],
        json!({"id": "1", "event": "TEST", "state": "DELIVERED", "statusCode": 204, "attempts": 1, "error": null,
            "nextTime": null})
    );
    let told = receiver.told(1).await;
    assert_eq!(
        told[0].json()["data"],
        json!({"author": {"kind": "STAFF", "id": "1"}})
    );
    // The same bytes as the prefixed secret has.
    told[0].is_signed_by(&[SECRET], shop.clock.now());
    let page = Browser::signed_in(&shop, "owner@example.com").await;
    let page = page.page("/settings/webhooks/1").await;
    assert!(
        page.contains("config.toml") && !page.contains("/settings/webhooks/1/delete"),
        "{page}"
    );
    create(&shop, "+79000000001").await;
    let told = receiver.told(3).await;
    assert_eq!(
        [told[1].event(), told[2].event()],
        ["customer.created", "task.created"]
    );
    shop.close().await;
}

#[tokio::test]
async fn there_are_twenty_at_most_and_each_address_is_there_once() {
    let shop = open("").await;
    for number in 1..=20 {
        register(
            &shop,
            &format!("https://1.1.1.1/{number}"),
            "[TASK_DELETED]",
        )
        .await;
    }
    let more = |url: &str| {
        format!(r#"mutation {{ createWebhook(webhookData: {{url: "{url}"}}) {{ secret }} }}"#)
    };
    assert_eq!(field(&shop.ask(&more("https://1.1.1.1/21")).await), "url");
    data(&shop, "mutation { deleteWebhook(id: 20) { id } }").await;
    assert_eq!(
        code(&shop.ask(&more("https://1.1.1.1/1")).await),
        "CONFLICT"
    );
    let update = r#"mutation { updateWebhook(webhookData: {id: 2, url: "https://1.1.1.1/1"}) { webhook { id } } }"#;
    assert_eq!(code(&shop.ask(update).await), "CONFLICT");
    for events in ["[]", "[TEST]"] {
        let query = format!(
            r#"mutation {{ createWebhook(webhookData: {{url: "https://1.1.1.1/x", events: {events}}}) {{ secret }} }}"#
        );
        assert_eq!(field(&shop.ask(&query).await), "events", "{events}");
    }
    let name = "x".repeat(101);
    let query = format!(
        r#"mutation {{ updateWebhook(webhookData: {{id: 2, name: "{name}"}}) {{ webhook {{ id }} }} }}"#
    );
    assert_eq!(field(&shop.ask(&query).await), "name");
    // What is omitted stays, and null erases.
    let change = |input: &str| {
        format!(
            "mutation {{ updateWebhook(webhookData: {{id: 2, {input}}}) {{ webhook {{ name url events }} }} }}"
        )
    };
    let changed =
        async |input: &str| data(&shop, &change(input)).await["updateWebhook"]["webhook"].clone();
    let url = "https://1.1.1.1/2";
    assert_eq!(
        changed(r#"name: "Books""#).await,
        json!({"name": "Books", "url": url, "events": ["TASK_DELETED"]})
    );
    assert_eq!(
        changed("events: null, url: null").await,
        json!({"name": "Books", "url": url, "events": null})
    );
    assert_eq!(
        changed("name: null").await,
        json!({"name": null, "url": url, "events": null})
    );
    shop.close().await;
}

#[tokio::test]
async fn the_page_does_it_all_without_a_script() {
    let receiver = Receiver::start().await;
    let shop = open("").await;
    let mut browser = Browser::signed_in(&shop, "owner@example.com").await;
    let page = browser.page("/settings/webhooks").await;
    assert!(page.contains("Вебхуков пока нет"), "{page}");
    let form = [
        ("key", "k"),
        ("url", receiver.url()),
        ("name", "Учёт"),
        ("which", "some"),
        ("events", "task.created"),
        ("events", "task.deleted"),
    ];
    let made = browser
        .post("/settings/webhooks", &form)
        .await
        .text()
        .await
        .unwrap();
    let secret = made.split("value=\"whsec_").nth(1).unwrap();
    let secret = format!("whsec_{}", secret.split('"').next().unwrap());
    // The same form once more makes none, and shows nothing.
    let again = browser
        .post("/settings/webhooks", &form)
        .await
        .text()
        .await
        .unwrap();
    assert!(
        again.contains("Вебхук уже добавлен") && !again.contains("whsec_"),
        "{again}"
    );
    let tested = browser.post("/settings/webhooks/1/test", &[]).await;
    let tested = goes_to(&tested).to_owned();
    assert!(browser.page(&tested).await.contains("Проверка дошла: 204"));
    receiver.told(1).await[0].is_signed_by(&[&secret.replace("&#x2B;", "+")], shop.clock.now());
    let page = browser.page("/settings/webhooks/1").await;
    assert!(
        page.contains("value=\"task.deleted\" checked")
            && !page.contains("value=\"task.updated\" checked")
    );
    goes_to(&browser.post("/settings/webhooks/1/pause", &[]).await);
    create(&shop, "+79000000001").await;
    let page = browser.page("/settings/webhooks/1").await;
    assert!(page.contains("Ждёт 1 событие"), "{page}");
    goes_to(&browser.post("/settings/webhooks/1/resume", &[]).await);
    assert_eq!(receiver.told(2).await[1].event(), "task.created");
    are(&shop, "DELIVERED", 2).await;
    goes_to(
        &browser
            .post("/settings/webhooks/1/resend", &[("delivery", "2")])
            .await,
    );
    assert_eq!(receiver.told(3).await[2].id(), "2");
    let change = [("url", receiver.url()), ("name", ""), ("which", "all")];
    let saved = browser.post("/settings/webhooks/1", &change).await;
    assert_eq!(goes_to(&saved), "/settings/webhooks/1?saved=1");
    let none = [("url", receiver.url()), ("which", "some")];
    assert_eq!(
        browser.post("/settings/webhooks/1", &none).await.status(),
        422
    );
    assert!(
        browser
            .page("/settings/webhooks/1/secret")
            .await
            .contains("24 часа")
    );
    let rotated = browser
        .post("/settings/webhooks/1/secret", &[])
        .await
        .text()
        .await
        .unwrap();
    assert!(
        rotated.contains("whsec_") && rotated.contains("Прежний секрет"),
        "{rotated}"
    );
    assert!(
        browser
            .page("/settings/webhooks/1/delete")
            .await
            .contains("Удалить вебхук?")
    );
    assert_eq!(
        goes_to(&browser.post("/settings/webhooks/1/delete", &[]).await),
        "/settings/webhooks"
    );
    for path in [
        "/settings/webhooks/1",
        "/settings/webhooks/x",
        "/settings/webhooks/1/delete",
        "/settings/webhooks/1/else",
    ] {
        assert_eq!(browser.get(path).await.status(), 404, "{path}");
    }
    let secrets = "SELECT count(*) FROM secrets WHERE name LIKE 'webhook\\_%' ESCAPE '\\'";
    let left: i64 = shop
        .database()
        .query_row(secrets, [], |row| row.get(0))
        .unwrap();
    assert_eq!(left, 0);
    shop.close().await;
}

#[tokio::test]
async fn a_repeated_registration_shows_the_secret_until_there_is_another() {
    let shop = open("").await;
    let create = r#"mutation { createWebhook(webhookData: {url: "https://1.1.1.1/a"}, idempotencyKey: "k") { secret webhook { id } } }"#;
    let first = shop.ask(create).await;
    assert!(first["errors"].is_null(), "{first}");
    let shop = shop.reopen().await;
    assert_eq!(shop.ask(create).await, first);
    let other = create.replace("/a", "/b");
    assert_eq!(code(&shop.ask(&other).await), "CONFLICT");
    data(&shop, "mutation { rotateWebhookSecret(id: 1) { secret } }").await;
    assert_eq!(code(&shop.ask(create).await), "NOT_FOUND");
    data(&shop, "mutation { deleteWebhook(id: 1) { id } }").await;
    assert_eq!(code(&shop.ask(create).await), "NOT_FOUND");
    shop.close().await;
}
