//! Access to the server by host name, client address and identity.

use reqwest::Method;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::harness::{Log, PASSWORD, Shop};

const REGISTER: &str = r#"mutation { register(email: "thief@example.com",
    password1: "correct-horse-battery-staple", password2: "correct-horse-battery-staple") {
    success errors token } }"#;

/// Sends `register` to the API with these headers; returns the status and the body.
async fn register(shop: &Shop, headers: &[(&str, &str)]) -> (u16, String) {
    let body = json!({ "query": REGISTER }).to_string();
    let mut request = shop.request(Method::POST, "/graphql");
    for (name, value) in [("content-type", "application/json")].iter().chain(headers) {
        request = request.header(*name, *value);
    }
    let response = request.body(body).send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

/// Sends text over a plain connection; returns the whole response.
async fn send(shop: &Shop, text: &str) -> String {
    let address = shop.url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut response = Vec::new();
    stream.read_to_end(&mut response).await.unwrap();
    String::from_utf8_lossy(&response).into_owned()
}

fn accounts(shop: &Shop) -> i64 {
    let count = "SELECT count(*) FROM employees";
    let count = shop.database().query_row(count, [], |row| row.get(0));
    count.unwrap()
}

#[tokio::test]
async fn a_stranger_behind_a_proxy_or_a_rebound_name_does_not_become_the_owner() {
    let shop = Shop::open().await;
    // DNS rebinding, and a proxy that passes the visitor's host on.
    for headers in [
        [("host", "evil.example")].as_slice(),
        &[
            ("host", "evil.example:8000"),
            ("x-forwarded-for", "6.6.6.6"),
        ],
    ] {
        let log = Log::start();
        let (status, body) = register(&shop, headers).await;
        assert_eq!(status, 421, "{headers:?}");
        assert!(
            body.contains("public_url") && !body.contains("token"),
            "{body}"
        );
        assert!(log.text().contains("http.hosts"), "{}", log.text());
    }
    // A proxy that sets another host, but announces forwarding.
    for (name, value) in [
        ("x-forwarded-for", "6.6.6.6"),
        ("x-forwarded-host", "desk.example.com"),
        ("x-forwarded-proto", "https"),
        ("x-real-ip", "6.6.6.6"),
        ("forwarded", "for=6.6.6.6"),
        ("via", "1.1 caddy"),
    ] {
        let (status, body) = register(&shop, &[(name, value)]).await;
        assert_eq!(status, 200, "{name}");
        assert!(body.contains("first_account_elsewhere"), "{name}: {body}");
        let page = shop.request(Method::GET, "/first-run").header(name, value);
        let page = page.send().await.unwrap().text().await.unwrap();
        assert!(
            !page.contains("shop.db"),
            "{name}: the path of the database is shown"
        );
        assert!(!page.contains("password1"), "{name}: the form is offered");
        let form = format!("email=thief%40example.com&password1={PASSWORD}&password2={PASSWORD}");
        let post = shop.request(Method::POST, "/first-run").header(name, value);
        let post = post.header("origin", &shop.url).body(form);
        assert_eq!(post.send().await.unwrap().status(), 422, "{name}");
    }
    assert_eq!(accounts(&shop), 0);
    let (status, body) = register(&shop, &[]).await;
    assert_eq!(status, 200);
    assert!(body.contains("\"success\":true"), "{body}");
    assert_eq!(accounts(&shop), 1);
}

#[tokio::test]
async fn every_route_checks_the_host() {
    let shop = Shop::with_owner().await;
    for path in [
        "/",
        "/graphql",
        "/graphiql.js",
        "/events",
        "/live",
        "/healthz",
        "/readyz",
        "/login",
        "/s/abc",
        "/s/abc/live",
        "/assets/desk.css",
        "/telegram/webhook",
        "/max/webhook",
        "/sms/smsc/secret",
        "/data/import",
        "/nowhere",
    ] {
        for method in [Method::GET, Method::POST, Method::OPTIONS] {
            let request = shop
                .request(method.clone(), path)
                .header("host", "evil.example");
            let status = request.send().await.unwrap().status();
            assert_eq!(status, 421, "{method} {path}");
        }
    }
    let upgrade = "GET /graphql HTTP/1.1\r\nhost: evil.example\r\nconnection: Upgrade, close\r\n\
        upgrade: websocket\r\nsec-websocket-version: 13\r\n\
        sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
        sec-websocket-protocol: graphql-transport-ws\r\n\r\n";
    let answer = send(&shop, upgrade).await;
    assert!(answer.starts_with("HTTP/1.1 421"), "{answer}");
}

#[tokio::test]
async fn names_of_the_settings_are_answered_to() {
    let settings =
        "public_url = 'https://Desk.example.com'\n[http]\nhosts = ['desk.lan', 'ДЕСК.рф']";
    let shop = Shop::open_with(settings, "").await;
    for host in [
        "desk.example.com",
        "DESK.EXAMPLE.COM:443",
        "desk.lan:8000",
        "xn--d1acp1a.xn--p1ai",
        "localhost",
        "[::1]:8000",
    ] {
        let request = shop.request(Method::GET, "/healthz").header("host", host);
        assert_eq!(request.send().await.unwrap().status(), 200, "{host}");
    }
    for host in ["example.com", "desk.lan.evil.example", "203.0.113.5"] {
        let request = shop.request(Method::GET, "/healthz").header("host", host);
        assert_eq!(request.send().await.unwrap().status(), 421, "{host}");
    }
}

#[tokio::test]
async fn a_request_without_host_or_path_is_a_bad_request() {
    let shop = Shop::open().await;
    let log = Log::start();
    for request in [
        "GET /healthz HTTP/1.1\r\nconnection: close\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nhost: localhost\r\nhost: evil.example\r\nconnection: close\r\n\r\n",
        "CONNECT x:80 HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n",
        "GET a:80 HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n",
    ] {
        let answer = send(&shop, request).await;
        assert!(answer.starts_with("HTTP/1.1 400"), "{request}{answer}");
    }
    for request in [
        "GET http://evil.example/healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n",
        "GET /healthz HTTP/1.0\r\n\r\n",
    ] {
        let answer = send(&shop, request).await;
        assert!(answer.contains(" 421"), "{request}{answer}");
    }
    assert!(
        !log.text().contains("panicked") && !log.text().contains("a bug"),
        "{}",
        log.text()
    );
}

#[tokio::test]
async fn monitors_are_answered_under_known_names_alone() {
    let shop = Shop::open_with("[metrics]\nlisten = '127.0.0.1:0'", "").await;
    let url = format!("http://{}/metrics", shop.metrics.unwrap());
    let ask = async |host: &str| {
        let request = reqwest::Client::new().get(&url).header("host", host);
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(ask("localhost:9100").await, 200);
    assert_eq!(ask("evil.example").await, 421);
}
