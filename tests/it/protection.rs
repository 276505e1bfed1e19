//! Attacks by strangers: headers, foreign origins, floods, and slow clients.

use std::time::Duration;

use reqwest::Method;
use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::harness::{Shop, eventually};
use crate::process::Program;

const QUERY: &str = r#"{"query": "{ __typename }"}"#;

#[tokio::test]
async fn every_answer_has_the_headers_that_protect_browsers() {
    let shop = Shop::open().await;
    for path in [
        "/",
        "/login",
        "/nowhere",
        "/graphql",
        "/graphql?query=x",
        "/graphiql.js",
        "/events",
        "/live",
        "/healthz",
        "/readyz",
        "/telegram/webhook",
        "/max/webhook",
        "/sms/smsc/secret",
        "/manifest.webmanifest",
        "/%ff",
        "/assets/none.css",
        "/customers/known?phone=1",
        "/devices/known?serialNumber=1",
    ] {
        let answer = shop.request(Method::GET, path).send().await.unwrap();
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(
            header("cross-origin-opener-policy"),
            "same-origin",
            "{path}"
        );
        let policy = header("content-security-policy");
        assert!(
            policy.contains("frame-ancestors 'none'"),
            "{path}: {policy}"
        );
        let kept = header("cache-control");
        let fresh = path == "/manifest.webmanifest" && kept == "no-cache";
        assert!(fresh || kept == "no-store", "{path}: {kept}");
        let headers = answer.headers();
        assert!(
            !headers.contains_key("access-control-allow-origin"),
            "{path}"
        );
        // Over plain http, HSTS would be ignored and wrong.
        assert!(!headers.contains_key("strict-transport-security"), "{path}");
    }
    shop.close().await;
    let shop = Shop::open_with(
        "public_url = 'https://desk.example.com'",
        "mode = 'polling'",
    )
    .await;
    let answer = shop.request(Method::GET, "/login").send().await.unwrap();
    assert_eq!(
        answer.headers()["strict-transport-security"],
        "max-age=31536000"
    );
    shop.close().await;
}

#[tokio::test]
async fn another_site_reads_only_what_the_settings_let_it() {
    let shop = Shop::open_with("[http]\ncors_origins = ['https://app.example.com']", "").await;
    let ask = async |method: Method, path: &str, origin: &str| {
        let request = shop.request(method, path).header("origin", origin);
        let request = request
            .header("access-control-request-method", "POST")
            .header(
                "access-control-request-headers",
                "authorization, content-type",
            )
            .header("content-type", "application/json");
        let answer = request.body(QUERY).send().await.unwrap();
        let allowed = answer.headers().get("access-control-allow-origin");
        let allowed = allowed.map(|origin| origin.to_str().unwrap().to_owned());
        (answer.status().as_u16(), allowed, answer.headers().clone())
    };
    let app = "https://app.example.com";
    let (status, allowed, headers) = ask(Method::OPTIONS, "/graphql", app).await;
    assert_eq!((status, allowed.as_deref()), (204, Some(app)));
    assert_eq!(
        headers["access-control-allow-headers"],
        "authorization, content-type"
    );
    let (status, allowed, headers) = ask(Method::POST, "/graphql", app).await;
    assert_eq!((status, allowed.as_deref()), (200, Some(app)));
    assert!(headers.get_all("vary").iter().any(|name| name == "Origin"));
    assert!(!headers.contains_key("access-control-allow-credentials"));
    for (method, path, origin) in [
        (Method::OPTIONS, "/graphql", "https://evil.example"),
        (Method::POST, "/graphql", "https://evil.example"),
        (
            Method::POST,
            "/graphql",
            "https://app.example.com.evil.example",
        ),
        (Method::POST, "/graphql", "null"),
        (Method::OPTIONS, "/login", app),
        (Method::GET, "/login", app),
    ] {
        let (status, allowed, _) = ask(method, path, origin).await;
        assert_eq!(allowed, None, "{path} {origin} {status}");
    }
    shop.close().await;
}

#[tokio::test]
async fn a_socket_opens_for_our_own_pages_programs_and_named_sites() {
    let shop = Shop::open_with("[http]\ncors_origins = ['https://app.example.com']", "").await;
    let address = format!("{}/graphql", shop.url.replace("http", "ws"));
    for (origin, opens) in [
        (None, true),
        (Some(&*shop.url), true),
        (Some("https://app.example.com"), true),
        (Some("https://evil.example"), false),
        (Some("null"), false),
    ] {
        let mut request = address.as_str().into_client_request().unwrap();
        let headers = request.headers_mut();
        let protocol = "graphql-transport-ws".parse().unwrap();
        headers.insert("sec-websocket-protocol", protocol);
        if let Some(origin) = origin {
            headers.insert("origin", origin.parse().unwrap());
        }
        let opened = tokio_tungstenite::connect_async(request).await;
        assert_eq!(opened.is_ok(), opens, "{origin:?}");
    }
    shop.close().await;
}

#[tokio::test]
async fn an_address_that_floods_is_told_to_wait_and_this_machine_is_not() {
    let settings = "[http]\nrequests_per_second = 2\ntrusted_proxies = ['127.0.0.1']";
    let shop = Shop::open_with(settings, "").await;
    let from = async |address: &str| {
        let request = shop.request(Method::GET, "/healthz");
        let answer = request
            .header("x-forwarded-for", address)
            .send()
            .await
            .unwrap();
        let wait = answer.headers().get("retry-after").cloned();
        (
            answer.status().as_u16(),
            wait.map(|wait| wait.to_str().unwrap().to_owned()),
        )
    };
    for _ in 0..20 {
        assert_eq!(from("203.0.113.7").await, (200, None));
    }
    assert_eq!(from("203.0.113.7").await, (429, Some("1".to_owned())));
    assert_eq!(from("203.0.113.8").await.0, 200);
    // People get a page in their language, programs the expected format.
    let page = shop
        .request(Method::GET, "/board")
        .header("x-forwarded-for", "203.0.113.7")
        .header("accept-language", "en")
        .send()
        .await
        .unwrap();
    assert_eq!(page.status(), 429);
    let page = page.text().await.unwrap();
    assert!(
        page.contains("<html lang=\"en\">") && page.contains("Too many"),
        "{page}"
    );
    let answer = shop
        .request(Method::POST, "/graphql")
        .header("x-forwarded-for", "203.0.113.7")
        .header("content-type", "application/json")
        .body(QUERY)
        .send()
        .await
        .unwrap();
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["retry-after"]),
        (429, &"1".parse().unwrap())
    );
    let answer: serde_json::Value = answer.json().await.unwrap();
    assert_eq!(crate::harness::code(&answer), "RATE_LIMITED", "{answer}");
    // One IPv6 customer has 2⁶⁴ addresses.
    for number in 0..20 {
        assert_eq!(from(&format!("2001:db8::{number:x}")).await.0, 200);
    }
    assert_eq!(from("2001:db8::ffff").await.0, 429);
    for _ in 0..50 {
        assert_eq!(from("127.0.0.1").await.0, 200);
    }
    shop.clock.advance(Duration::from_secs(1));
    assert_eq!(from("203.0.113.7").await.0, 200);
    shop.close().await;
}

#[tokio::test]
async fn an_account_that_floods_from_many_addresses_is_told_to_wait() {
    let settings = "[http]\nrequests_per_second = 2\ntrusted_proxies = ['127.0.0.1']";
    let shop = Shop::with_owner()
        .await
        .reopen_with(settings, Duration::ZERO)
        .await;
    let token = shop.token.as_ref().unwrap();
    let ask = async |path: &str, address: &str| {
        let request = match path {
            "/graphql" => shop.request(Method::POST, path).body(QUERY),
            _ => shop.request(Method::GET, path),
        };
        let answer = request
            .header("content-type", "application/json")
            .header("cookie", format!("zayavka={token}"))
            .header("x-forwarded-for", address);
        answer.send().await.unwrap()
    };
    for number in 0..20 {
        let answer = ask("/graphql", &format!("203.0.113.{number}")).await;
        assert_eq!(answer.status(), 200);
    }
    for path in ["/graphql", "/events", "/live", "/board"] {
        let answer = ask(path, "198.51.100.1").await;
        assert_eq!(answer.status(), 429, "{path}");
        assert_eq!(answer.headers()["retry-after"], "1", "{path}");
    }
    // Another employee at that address and a stranger are unaffected, and so is loopback.
    let stranger = reqwest::Client::new().get(format!("{}/login", shop.url));
    let stranger = stranger.header("x-forwarded-for", "198.51.100.1");
    assert_eq!(stranger.send().await.unwrap().status(), 200);
    assert_eq!(ask("/graphql", "127.0.0.1").await.status(), 200);
    shop.clock.advance(Duration::from_secs(1));
    assert_eq!(ask("/graphql", "198.51.100.1").await.status(), 200);
    shop.close().await;
}

#[tokio::test]
async fn a_full_table_of_descriptors_keeps_nobody_out_for_good() {
    let folder = tempfile::TempDir::new().unwrap();
    let program = Program::start(&folder);
    let address = program.url.strip_prefix("http://").unwrap();
    let request = b"GET /readyz HTTP/1.1\r\nhost: localhost\r\n\r\n";
    let mut answer = [0; 12];
    let mut early = TcpStream::connect(address).await.unwrap();
    early.write_all(request).await.unwrap();
    early.read_exact(&mut answer).await.unwrap();
    let limit = |most: u64| {
        let limits = Rlimit {
            current: Some(most),
            ..getrlimit(Resource::Nofile)
        };
        let process = Pid::from_child(&program.child);
        prlimit(Some(process), Resource::Nofile, limits).unwrap();
    };
    let open = format!("/proc/{}/fd", program.child.id());
    limit(std::fs::read_dir(open).unwrap().count() as u64);
    let mut late = TcpStream::connect(address).await.unwrap();
    late.write_all(request).await.unwrap();
    eventually("it says that it can't accept", || {
        program.log().contains("failed to accept connection")
    })
    .await;
    // Accepted connections are served, and waiting ones as soon as there is room.
    early.write_all(request).await.unwrap();
    limit(1_000);
    late.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200");
    let mut rest = vec![0; 1_000];
    assert!(early.read(&mut rest).await.unwrap() > 0);
}

/// Returns what is received on a connection after sending this, and the seconds until it ends.
pub async fn send_and_wait(shop: &Shop, sent: &str) -> (String, u64) {
    let address = shop.url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(sent.as_bytes()).await.unwrap();
    // From here on, time advances by itself whenever everything is idle.
    tokio::time::pause();
    let start = Instant::now();
    let mut answer = Vec::new();
    // A reset connection has ended too.
    let _ = stream.read_to_end(&mut answer).await;
    let seconds = start.elapsed().as_secs();
    tokio::time::resume();
    (String::from_utf8_lossy(&answer).into_owned(), seconds)
}

#[tokio::test]
async fn slow_clients_are_disconnected() {
    let shop = Shop::open().await;
    let body = "POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{\"que";
    for (sent, status, most) in [
        ("", "", 10),
        ("GET / HTTP/1.1\r\nhost: localhost\r\nx-slow", "", 10),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "", 60),
        (body, "HTTP/1.1 408", 45),
    ] {
        let (answer, seconds) = send_and_wait(&shop, sent).await;
        assert!(answer.starts_with(status), "{sent}: {answer}");
        assert!(seconds <= most, "{sent}: {seconds} s");
    }
    shop.close().await;
}

/// Sends a request on an open connection, and reads its response.
async fn ask_on(stream: &mut TcpStream) {
    let request = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"ok\n") {
        assert!(stream.read_buf(&mut answer).await.unwrap() > 0, "closed");
    }
    assert!(answer.starts_with(b"HTTP/1.1 200"));
}

/// Waits until a connection ends, and returns the seconds.
async fn seconds_to_the_end(stream: &mut TcpStream) -> u64 {
    // From here on, time advances by itself whenever everything is idle.
    tokio::time::pause();
    let start = Instant::now();
    let read = stream.read(&mut [0; 100]).await;
    let seconds = start.elapsed().as_secs();
    tokio::time::resume();
    assert!(matches!(read, Ok(0) | Err(_)), "{read:?}");
    seconds
}

async fn pass(seconds: u64) {
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(seconds)).await;
    tokio::time::resume();
}

/// Clients keep connections for their next requests, and a request on one that the server is closing is lost.
#[tokio::test]
async fn a_connection_waits_longer_for_a_request_than_for_the_rest_of_one() {
    let shop = Shop::open().await;
    let address = shop.url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    for _ in 0..3 {
        ask_on(&mut stream).await;
        pass(70).await;
    }
    ask_on(&mut stream).await;
    let seconds = seconds_to_the_end(&mut stream).await;
    assert!((74..=76).contains(&seconds), "{seconds} s");
    // Headers that have begun have ten seconds, also when they come byte by byte.
    let mut slow = TcpStream::connect(address).await.unwrap();
    ask_on(&mut slow).await;
    pass(40).await;
    slow.write_all(b"GET /healthz HTTP/1.1\r\nhost: ")
        .await
        .unwrap();
    let seconds = seconds_to_the_end(&mut slow).await;
    assert!((9..=11).contains(&seconds), "{seconds} s");
    let mut dripping = TcpStream::connect(address).await.unwrap();
    ask_on(&mut dripping).await;
    let mut seconds = 0;
    while dripping.write_all(b"a").await.is_ok() {
        for _ in 0..500 {
            tokio::task::yield_now().await;
        }
        pass(1).await;
        seconds += 1;
        assert!(seconds < 60, "the connection stays");
    }
    assert!((9..=13).contains(&seconds), "{seconds} s");
    shop.close().await;
}

#[tokio::test]
async fn a_silent_connection_makes_room_when_there_is_none() {
    let shop = Shop::open_with("[http]\nconnections = 4", "").await;
    let address = shop.url.strip_prefix("http://").unwrap();
    let mut open = Vec::new();
    for _ in 0..4 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        ask_on(&mut stream).await;
        open.push(stream);
    }
    let mut fifth = TcpStream::connect(address).await.unwrap();
    tokio::time::pause();
    let start = Instant::now();
    ask_on(&mut fifth).await;
    let seconds = start.elapsed().as_secs();
    tokio::time::resume();
    assert!((9..=11).contains(&seconds), "{seconds} s");
    shop.close().await;
}

#[tokio::test]
async fn a_connection_more_than_there_is_room_for_waits_its_turn() {
    let shop = Shop::open_with("[http]\nconnections = 2", "").await;
    let address = shop.url.strip_prefix("http://").unwrap();
    let request = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n";
    let mut open = Vec::new();
    for _ in 0..2 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(request).await.unwrap();
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200");
        open.push(stream);
    }
    let mut third = TcpStream::connect(address).await.unwrap();
    third.write_all(request).await.unwrap();
    let mut answer = [0; 12];
    let early = tokio::time::timeout(Duration::from_millis(200), third.read_exact(&mut answer));
    assert!(early.await.is_err(), "there was no room");
    open.pop();
    third.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200");
    drop((open, third));
    shop.close().await;
}

#[tokio::test]
async fn an_open_socket_takes_the_room_of_a_connection() {
    let shop = Shop::open_with("[http]\nconnections = 2", "").await;
    let address = shop.url.strip_prefix("http://").unwrap();
    let mut sockets = Vec::new();
    for _ in 0..2 {
        sockets.push(crate::live::connect(&shop, "graphql-transport-ws").await);
    }
    let mut third = TcpStream::connect(address).await.unwrap();
    let request = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n";
    third.write_all(request).await.unwrap();
    let mut answer = [0; 12];
    let early = tokio::time::timeout(Duration::from_millis(200), third.read_exact(&mut answer));
    assert!(early.await.is_err(), "there was no room");
    sockets.pop();
    third.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200");
    drop((sockets, third));
    shop.close().await;
}
