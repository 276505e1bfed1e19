//! Metrics for monitoring.

use std::collections::BTreeSet;
use std::time::Duration;

use reqwest::Method;
use zayavka::http;

use crate::bot::{ANNA, contact, create, messages, set_status};
use crate::fake_telegram::Answer;
use crate::harness::{Log, Shop};

async fn read(shop: &Shop) -> String {
    let address = shop.metrics.unwrap();
    let answer = reqwest::get(format!("http://{address}/metrics"))
        .await
        .unwrap();
    let media_type = answer.headers()["content-type"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(
        media_type.starts_with("application/openmetrics-text"),
        "{media_type}"
    );
    answer.text().await.unwrap()
}

/// Returns the value of one line; zero when it is missing.
fn value(text: &str, name: &str) -> f64 {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.map_or(0.0, |value| value.parse().unwrap())
}

#[tokio::test]
async fn metrics_count_operations_and_contain_no_personal_data() {
    let mut shop = Shop::open_with("[metrics]\nlisten = '127.0.0.1:0'", "").await;
    let answer = shop.register("owner@example.com").await;
    shop.token = answer["data"]["register"]["token"]
        .as_str()
        .map(str::to_owned);
    let id = create(&shop, "+79001234567").await;
    shop.update(contact(ANNA, ANNA, "+79001234567")).await;
    messages(&shop, 2).await;
    for query in [
        "{ taskById(id: 77) { id } }",
        "{ taskById(id: 1) { id } }",
        "{ a: taskById(id: 1) { id } }",
        "{ secretNameOfNothing }",
        r#"mutation { login(email: "owner@example.com", password: "wrong") { success } }"#,
        "query { ...f } fragment f on Query { me { email } }",
    ] {
        shop.ask(query).await;
    }
    shop.request(reqwest::Method::GET, "/healthz")
        .send()
        .await
        .unwrap();
    shop.request(reqwest::Method::GET, "/a-secret-path/x")
        .send()
        .await
        .unwrap();

    let events = shop
        .request(reqwest::Method::GET, "/events")
        .send()
        .await
        .unwrap();
    // Telegram receives a message a moment before the server records it.
    let mut text = read(&shop).await;
    while value(
        &text,
        r#"zayavka_sends_total{channel="TELEGRAM",result="delivered"}"#,
    ) < 2.0
    {
        text = read(&shop).await;
    }
    for (name, expected) in [
        (
            r#"zayavka_request_seconds_count{operation="taskById",code="OK"}"#,
            2.0,
        ),
        (
            r#"zayavka_request_seconds_count{operation="taskById",code="NOT_FOUND"}"#,
            1.0,
        ),
        (
            r#"zayavka_request_seconds_count{operation="createTask",code="OK"}"#,
            1.0,
        ),
        (
            r#"zayavka_request_seconds_count{operation="/healthz",code="200"}"#,
            1.0,
        ),
        (
            r#"zayavka_request_seconds_count{operation="/telegram",code="200"}"#,
            1.0,
        ),
        (
            r#"zayavka_request_seconds_count{operation="/…",code="404"}"#,
            1.0,
        ),
        (
            r#"zayavka_request_seconds_count{operation="me",code="OK"}"#,
            1.0,
        ),
        (
            r#"zayavka_request_seconds_count{operation="unknown",code="GRAPHQL_VALIDATION_FAILED"}"#,
            1.0,
        ),
        ("zayavka_failed_logins_total", 1.0),
        ("zayavka_bot_updates_total", 1.0),
        (
            r#"zayavka_sends_total{channel="TELEGRAM",result="delivered"}"#,
            2.0,
        ),
        ("zayavka_subscriptions", 1.0),
        ("zayavka_outbox", 0.0),
    ] {
        assert_eq!(value(&text, name), expected, "{name}\n{text}");
    }
    for kind in ["read", "write"] {
        for what in ["database", "database_wait"] {
            let name = format!("zayavka_{what}_seconds_count{{kind=\"{kind}\"}}");
            assert!(value(&text, &name) >= 2.0, "{name}\n{text}");
        }
    }
    for personal in ["9001234567", "owner@", "ecret"] {
        assert!(!text.contains(personal), "{personal}\n{text}");
    }
    drop(events);

    // A stuck message is visible, with its delay.
    shop.telegram
        .then(Answer::Error(500, serde_json::json!({})));
    set_status(&shop, &id, "READY").await;
    messages(&shop, 3).await;
    shop.clock.advance(Duration::from_secs(65));
    text = read(&shop).await;
    while value(
        &text,
        r#"zayavka_sends_total{channel="TELEGRAM",result="retry"}"#,
    ) < 1.0
    {
        text = read(&shop).await;
    }
    let address = shop.metrics.unwrap();
    let other = reqwest::get(format!("http://{address}/graphql"))
        .await
        .unwrap();
    assert_eq!(other.status(), 404);
    let public = shop
        .request(reqwest::Method::GET, "/metrics")
        .send()
        .await
        .unwrap();
    assert_eq!(public.status(), 404);
    shop.close().await;
}

/// Pages that a visitor may request, with their label in metrics and log.
const PAGES: &[(&str, &str)] = &[
    ("/stages", "/stages"),
    ("/today", "/today"),
    ("/months", "/months"),
    ("/months/2021-07", "/months"),
    ("/first-run", "/first-run"),
    ("/new-stage", "/new-stage"),
    ("/manifest.webmanifest", "/manifest.webmanifest"),
    ("/nowhere/1234", "/…"),
];

/// Requests a page without following redirects.
async fn visit(shop: &Shop, method: Method, path: &str) -> reqwest::Response {
    let client = zayavka::https::client().redirect(reqwest::redirect::Policy::none());
    let request = client
        .build()
        .unwrap()
        .request(method, format!("{}{path}", shop.url));
    request.send().await.unwrap()
}

/// Returns the log line about the last response.
fn last_answer(log: &Log) -> String {
    let text = log.text();
    let line = text.lines().rfind(|line| line.contains("http: answered"));
    line.unwrap().to_owned()
}

#[tokio::test]
async fn pages_are_counted_and_logged_by_their_own_names() {
    let log = Log::start();
    let shop = Shop::open_with("[metrics]\nlisten = '127.0.0.1:0'", "").await;
    for (page, name) in PAGES.iter().copied() {
        visit(&shop, Method::GET, page).await;
        assert!(
            last_answer(&log).contains(&format!(r#"room="{name}""#)),
            "{page}"
        );
    }
    let text = read(&shop).await;
    for (_, name) in PAGES {
        let counted = format!(r#"zayavka_request_seconds_count{{operation="{name}","#);
        assert!(text.contains(&counted), "{name}\n{text}");
    }
    shop.close().await;
}

#[tokio::test]
async fn every_route_of_the_table_is_counted_and_logged_by_its_name() {
    let log = Log::start();
    let shop = Shop::open_with("[metrics]\nlisten = '127.0.0.1:0'", "").await;
    let mut routes = 0;
    let mut names = BTreeSet::new();
    for route in http::table::paths() {
        let name = http::table::label_of(route);
        let first = route.trim_start_matches('/').split('/').next().unwrap();
        assert_eq!(name, format!("/{first}"), "{route}");
        // Variables may have any value.
        let path: Vec<_> = route
            .split('/')
            .map(|part| {
                if part.starts_with('{') {
                    "very-secret"
                } else {
                    part
                }
            })
            .collect();
        for method in [Method::GET, Method::POST, Method::PUT] {
            let path = path.join("/");
            visit(&shop, method.clone(), &path).await;
            let line = last_answer(&log);
            let expected = format!(r#"room="{name}""#);
            assert!(line.contains(&expected), "{method} {path}: {line}");
        }
        names.insert(name);
        routes += 1;
    }
    assert!(routes > 80, "{routes}");
    assert!(!log.text().contains("very-secret"));
    let text = read(&shop).await;
    for name in names {
        let counted = format!(r#"zayavka_request_seconds_count{{operation="{name}","#);
        let is_graphql = name == "/graphql";
        assert!(text.contains(&counted) || is_graphql, "{name}\n{text}");
    }
    assert!(!text.contains("/…"), "{text}");
    shop.close().await;
}

#[tokio::test]
async fn a_customers_page_is_the_same_however_its_address_is_encoded() {
    let log = Log::start();
    let shop = Shop::open().await;
    for path in [
        "/s/very-secret",
        "/%73/very-secret",
        "//s/very-secret",
        "/s/%76ery-secret",
    ] {
        let answer = visit(&shop, Method::GET, path).await;
        let robots = &answer.headers()["x-robots-tag"];
        assert_eq!(robots, "noindex, nofollow", "{path}");
        assert!(last_answer(&log).contains(r#"room="/s""#), "{path}");
    }
    shop.close().await;
}
