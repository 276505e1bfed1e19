//! The end of a session with everything opened under it, and limits on what strangers and silent
//! clients may hold open.

use std::time::Duration;

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error as WsError, Message};

use crate::accounts::{employee, employee_called};
use crate::bot::create;
use crate::harness::{PASSWORD, Shop, code};
use crate::live::{Socket, close_of, connect, connect_from, hear, init, say, subscribe, watching};
use crate::pages::{Browser, goes_to};
use crate::status_links::renew;

const OWNER: &str = "owner@example.com";
const ME: &str = "{ me { id } }";
const HALF_A_MINUTE: Duration = Duration::from_secs(31);

/// An event stream whose client never lets the server send.
struct Stalled {
    connection: tokio::task::JoinHandle<()>,
    _answer: h2::client::ResponseFuture,
    _sender: h2::client::SendRequest<Bytes>,
}

async fn stalled(shop: &Shop, path: &str) -> Stalled {
    let address = shop.url.trim_start_matches("http://");
    let stream = TcpStream::connect(address).await.unwrap();
    let mut builder = h2::client::Builder::new();
    let handshake = builder.initial_window_size(0).handshake(stream);
    let (sender, connection) = handshake.await.unwrap();
    let connection = tokio::spawn(async move {
        // Any outcome: the test only waits for the end.
        let _ = connection.await;
    });
    let mut sender = sender.ready().await.unwrap();
    let mut request = warp::http::Request::get(format!("{}{path}", shop.url));
    if let Some(token) = &shop.token {
        request = request.header("authorization", format!("Bearer {token}"));
        request = request.header("accept", "text/event-stream");
    }
    let (mut answer, _) = sender
        .send_request(request.body(()).unwrap(), true)
        .unwrap();
    let head = (&mut answer).await.unwrap();
    assert_eq!(head.status(), 200);
    Stalled {
        connection,
        _answer: answer,
        _sender: sender,
    }
}

impl Stalled {
    async fn ends(self, shop: &Shop) {
        // Well before the half minute after which a slow client is disconnected.
        for _ in 0..100 {
            shop.clock.advance(Duration::from_millis(200));
            for _ in 0..1_000 {
                if self.connection.is_finished() {
                    return;
                }
                tokio::task::yield_now().await;
            }
        }
        panic!("the connection is open after 20 s");
    }
}

/// Opens a socket that subscribes with many aliases, so that its messages are long.
async fn wide(shop: &Shop) -> Socket {
    let mut socket = watching(shop).await;
    let aliases: String = (0..25).map(|n| format!("d{n}: description ")).collect();
    let query = format!("subscription {{ taskChanged {{ task {{ {aliases} }} }} }}");
    say(&mut socket, subscribe("wide", &query)).await;
    say(&mut socket, subscribe("r", ME)).await;
    while hear(&mut socket).await != json!({"type": "complete", "id": "r"}) {}
    socket
}

/// Changes a task so often that the events exceed the buffers between server and client.
async fn flood(shop: &Shop) {
    let text = "я".repeat(4_000);
    for number in 0..150 {
        let query = format!(
            r#"mutation {{ updateTask(taskData: {{id: 1, description: "{number} {text}"}}) {{ task {{ id }} }} }}"#
        );
        let answer = shop.ask(&query).await;
        assert!(answer["errors"].is_null(), "{answer}");
    }
}

/// Reads a socket to its end, and returns the number of messages and the close code, if any.
async fn rest(socket: &mut Socket) -> (usize, Option<u16>) {
    let mut messages = 0;
    loop {
        match socket.next().await {
            Some(Ok(Message::Close(frame))) => return (messages, frame.map(|f| f.code.into())),
            Some(Ok(_)) => messages += 1,
            Some(Err(WsError::Io(_) | WsError::Protocol(_) | WsError::ConnectionClosed)) | None => {
                return (messages, None);
            }
            Some(Err(error)) => panic!("{error}"),
        }
    }
}

/// Returns whether a token is accepted as a bearer token and as a cookie.
async fn opens(shop: &Shop, token: &str) -> [bool; 2] {
    let answer = shop.ask_by(token, ME).await;
    let bearer = answer["data"]["me"]["id"].is_string();
    assert!(bearer || code(&answer) == "UNAUTHENTICATED", "{answer}");
    let mut browser = Browser::open(shop);
    browser.cookie = format!("zayavka={token}");
    let page = browser.get("/").await;
    let cookie = page.status() == StatusCode::OK;
    assert!(cookie || goes_to(&page).starts_with("/login"), "{page:?}");
    [bearer, cookie]
}

#[tokio::test]
async fn signing_out_ends_the_token_of_that_session_alone() {
    let shop = Shop::with_owner().await;
    let other = shop.login(OWNER).await.unwrap();
    let mut browser = Browser::signed_in(&shop, OWNER).await;
    let token = browser.cookie.split_once('=').unwrap().1.to_owned();
    assert_ne!(other, token, "each sign-in is a session of its own");
    assert_eq!(opens(&shop, &token).await, [true, true]);
    let stolen = browser.cookie.clone();
    assert_eq!(goes_to(&browser.post("/logout", &[]).await), "/login");
    assert_eq!(opens(&shop, &token).await, [false, false]);
    browser.cookie = stolen;
    assert_eq!(goes_to(&browser.get("/").await), "/login?next=%2F");
    assert_eq!(goes_to(&browser.post("/logout", &[]).await), "/login");
    assert_eq!(opens(&shop, &other).await, [true, true]);
    let answer = shop.ask_by(&other, "mutation { logout { success } }").await;
    assert_eq!(answer["data"]["logout"]["success"], true, "{answer}");
    assert_eq!(opens(&shop, &other).await, [false, false]);
    let again = shop.ask_by(&other, "mutation { logout { success } }").await;
    assert_eq!(code(&again), "UNAUTHENTICATED");
    // A restart keeps it.
    let shop = shop.reopen().await;
    assert_eq!(opens(&shop, &other).await, [false, false]);
    assert_eq!(code(&shop.ask(ME).await), "");
    shop.close().await;
}

#[tokio::test]
async fn ended_sessions_are_kept_until_they_expire_and_not_for_ever() {
    let shop = Shop::with_owner().await;
    let count = |shop: &Shop| -> i64 {
        let sql = "SELECT count(*) FROM ended_sessions";
        shop.database()
            .query_row(sql, [], |row| row.get(0))
            .unwrap()
    };
    let first = shop.login(OWNER).await.unwrap();
    shop.ask_by(&first, "mutation { logout { success } }").await;
    // A clock that was ahead for a moment revives no session.
    shop.clock.step(jiff::SignedDuration::from_hours(24 * 365));
    let ahead = shop.login(OWNER).await.unwrap();
    shop.ask_by(&ahead, "mutation { logout { success } }").await;
    shop.clock.step(jiff::SignedDuration::from_hours(-24 * 365));
    assert_eq!(opens(&shop, &first).await, [false, false]);
    // Expired ones are removed once there are many.
    shop.database()
        .execute_batch(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500)
             INSERT INTO ended_sessions (session, expires_at) SELECT randomblob(16), 1 FROM n",
        )
        .unwrap();
    let last = shop.login(OWNER).await.unwrap();
    shop.ask_by(&last, "mutation { logout { success } }").await;
    assert_eq!(
        count(&shop),
        1_002,
        "a thousand, and those that haven't expired"
    );
    shop.close().await;
}

#[tokio::test]
async fn the_end_of_a_session_closes_its_sockets_and_streams_at_once() {
    let shop = Shop::with_owner().await;
    employee(&shop).await;
    let mut number = 0;
    for end in [
        "signing out",
        "everywhere",
        "password",
        "role",
        "dismissal",
        "another program",
        "expiry",
    ] {
        number += 1;
        let email = format!("e{number}@example.com");
        let id = {
            employee_called(&shop, &email).await;
            let me = shop.ask_as(&email, ME).await;
            me["data"]["me"]["id"].as_str().unwrap().to_owned()
        };
        let token = shop.login(&email).await.unwrap();
        let bearer = json!({"type": "connection_init", "payload": {"Authorization": format!("Bearer {token}")}});
        let mut socket = connect(&shop, "graphql-transport-ws").await;
        say(&mut socket, bearer).await;
        assert_eq!(hear(&mut socket).await["type"], "connection_ack");
        let events = reqwest::Client::new()
            .get(format!("{}/events", shop.url))
            .bearer_auth(&token);
        let mut events = events.send().await.unwrap();
        assert_eq!(events.status(), 200);
        let live = reqwest::Client::new()
            .get(format!("{}/live", shop.url))
            .header("cookie", format!("zayavka={token}"));
        let mut live = live.send().await.unwrap();
        assert_eq!(live.status(), 200);
        match end {
            "signing out" => drop(shop.ask_by(&token, "mutation { logout { success } }").await),
            "everywhere" => {
                shop.ask_by(&token, "mutation { logoutEverywhere { success } }")
                    .await;
            }
            "password" => {
                let change = format!(
                    r#"mutation {{ changePassword(oldPassword: "{PASSWORD}", newPassword1: "another-{PASSWORD}", newPassword2: "another-{PASSWORD}") {{ success }} }}"#
                );
                let answer = shop.ask_by(&token, &change).await;
                assert_eq!(
                    answer["data"]["changePassword"]["success"], true,
                    "{answer}"
                );
            }
            "role" => {
                let query =
                    format!("mutation {{ setRole(id: {id}, role: OWNER) {{ user {{ id }} }} }}");
                let answer = shop.ask(&query).await;
                assert!(answer["errors"].is_null(), "{answer}");
            }
            "dismissal" => {
                let query =
                    format!("mutation {{ deactivateEmployee(id: {id}) {{ user {{ id }} }} }}");
                let answer = shop.ask(&query).await;
                assert!(answer["errors"].is_null(), "{answer}");
            }
            "expiry" => shop.clock.advance(Duration::from_secs(60 * 60 * 24 * 60)),
            _ => {
                let sql = "UPDATE employees SET epoch = epoch + 1 WHERE id = ?1";
                shop.database().execute(sql, [&id]).unwrap();
            }
        }
        assert_eq!(close_of(&mut socket).await, json!(4401), "{end}");
        for (name, stream) in [("/events", &mut events), ("/live", &mut live)] {
            let mut text = String::new();
            while let Some(chunk) = stream.chunk().await.unwrap() {
                text += std::str::from_utf8(&chunk).unwrap();
            }
            assert!(text.contains("UNAUTHENTICATED"), "{end} {name} {text}");
        }
        assert_eq!(opens(&shop, &token).await, [false, false], "{end}");
    }
    shop.close().await;
}

#[tokio::test]
async fn a_client_that_reads_nothing_loses_its_session_all_the_same() {
    let mut shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    let mut socket = wide(&shop).await;
    let stream = stalled(&shop, "/events").await;
    let subscription = "/graphql?query=subscription{taskChanged{id}}";
    let subscribed = stalled(&shop, subscription).await;
    flood(&shop).await;
    shop.ask("mutation { logout { success } }").await;
    stream.ends(&shop).await;
    subscribed.ends(&shop).await;
    let (messages, code) = rest(&mut socket).await;
    assert!(
        messages < 300,
        "{messages} of 300, so the server was waiting"
    );
    assert_eq!(code, None, "no close fits behind them");
    shop.token = shop.login(OWNER).await;
    shop.close().await;
}

#[tokio::test]
async fn a_socket_whose_client_reads_nothing_is_cut_after_half_a_minute() {
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    let mut socket = wide(&shop).await;
    flood(&shop).await;
    shop.clock.advance(HALF_A_MINUTE);
    let (messages, code) = rest(&mut socket).await;
    assert!(messages < 300, "{messages} of 300");
    assert_eq!(code, None);
    shop.close().await;
}

#[tokio::test]
async fn a_silent_client_is_pinged_and_cut_when_it_does_not_answer() {
    let shop = Shop::with_owner().await;
    let mut alive = watching(&shop).await;
    let mut dead = watching(&shop).await;
    for _ in 0..3 {
        shop.clock.advance(HALF_A_MINUTE);
        let ping = alive.next().await.unwrap().unwrap();
        assert!(ping.is_ping(), "{ping}");
        // The library's own pongs are flushed with the next message.
        say(&mut alive, json!({"type": "ping"})).await;
        assert_eq!(hear(&mut alive).await, json!({"type": "pong"}));
        if shop.clock.elapsed() < HALF_A_MINUTE * 2 {
            let ping = dead.next().await.unwrap().unwrap();
            assert!(ping.is_ping(), "{ping}");
        }
    }
    assert_eq!(rest(&mut dead).await, (0, None));
    say(&mut alive, json!({"type": "ping"})).await;
    assert_eq!(hear(&mut alive).await, json!({"type": "pong"}));
    shop.close().await;
}

/// Connects from an address, or returns the status of the refusal.
async fn attempt(shop: &Shop, address: &str) -> Result<Socket, u16> {
    let url = shop.url.replace("http", "ws") + "/graphql";
    let mut request = url.into_client_request().unwrap();
    let headers = request.headers_mut();
    headers.insert(
        "sec-websocket-protocol",
        "graphql-transport-ws".parse().unwrap(),
    );
    headers.insert("x-forwarded-for", address.parse().unwrap());
    match connect_async(request).await {
        Err(WsError::Http(answer)) => {
            assert!(answer.headers().contains_key("retry-after"));
            Err(answer.status().as_u16())
        }
        Err(error) => panic!("{error}"),
        Ok((socket, _)) => Ok(socket),
    }
}

#[tokio::test]
async fn strangers_hold_few_sockets_and_leave_the_rest_to_those_who_sign_in() {
    let settings = "[http]\nconnections = 50\ntrusted_proxies = ['127.0.0.1']";
    let shop = Shop::with_owner()
        .await
        .reopen_with(settings, Duration::ZERO)
        .await;
    let protocol = "graphql-transport-ws";
    let mut open = Vec::new();
    for _ in 0..3 {
        open.push(connect_from(&shop, protocol, "203.0.113.7").await);
    }
    assert_eq!(
        attempt(&shop, "203.0.113.7").await.err(),
        Some(429),
        "one address"
    );
    for _ in 0..2 {
        open.push(connect_from(&shop, protocol, "203.0.113.8").await);
    }
    assert_eq!(
        attempt(&shop, "203.0.113.9").await.err(),
        Some(429),
        "all of them"
    );
    let mut first = open.swap_remove(0);
    say(&mut first, init(&shop)).await;
    assert_eq!(hear(&mut first).await["type"], "connection_ack");
    let mut signed_in = vec![first];
    for _ in 0..20 {
        let mut socket = connect_from(&shop, protocol, "203.0.113.7").await;
        say(&mut socket, init(&shop)).await;
        assert_eq!(hear(&mut socket).await["type"], "connection_ack");
        signed_in.push(socket);
    }
    // Silent clients make room in time.
    shop.clock.advance(Duration::from_secs(11));
    for socket in &mut open {
        assert_eq!(hear(socket).await, json!(4408));
    }
    drop(open);
    // Each keeps its share until the server has seen the end of its connection.
    let mut late = loop {
        match attempt(&shop, "203.0.113.9").await {
            Ok(socket) => break socket,
            Err(status) => assert_eq!(status, 429),
        }
        tokio::task::yield_now().await;
    };
    say(&mut late, init(&shop)).await;
    assert_eq!(hear(&mut late).await["type"], "connection_ack");
    shop.close().await;
}

#[tokio::test]
async fn one_socket_runs_so_many_operations_and_no_more() {
    let shop = Shop::with_owner().await;
    let mut socket = watching(&shop).await;
    let watch = "subscription { taskChanged { id } }";
    for number in 0..100 {
        let message = subscribe(&format!("n{number}"), watch).to_string();
        socket.feed(Message::text(message)).await.unwrap();
    }
    socket.flush().await.unwrap();
    assert_eq!(hear(&mut socket).await, json!(4429));
    shop.close().await;
}

/// Opens the event stream of a status page.
async fn follow(shop: &Shop, link: &str) -> reqwest::Response {
    let url = format!("{}{link}/live", shop.url);
    reqwest::get(url).await.unwrap()
}

#[tokio::test]
async fn the_streams_of_a_link_end_with_the_link() {
    let mut shop = Shop::with_owner().await;
    let token = shop.token.clone();
    for end in ["replaced", "erased", "deleted", "over"] {
        shop.token.clone_from(&token);
        let phone = format!("+790000000{:02}", end.len());
        let task = create(&shop, &phone).await;
        let other = create(&shop, "+79000000099").await;
        let link = renew(&shop, &task).await;
        let mut stays = follow(&shop, &renew(&shop, &other).await).await;
        shop.token = None;
        let stalled = stalled(&shop, &format!("{link}/live")).await;
        shop.token.clone_from(&token);
        let mut reads = follow(&shop, &link).await;
        assert_eq!(reads.status(), 200);
        match end {
            "replaced" => drop(renew(&shop, &task).await),
            "erased" => {
                let query = format!("mutation {{ eraseCustomer(phone: \"{phone}\") {{ phone }} }}");
                let answer = shop.ask(&query).await;
                assert!(answer["errors"].is_null(), "{answer}");
            }
            "deleted" => {
                let query = format!("mutation {{ deleteTask(id: {task}) {{ id }} }}");
                let answer = shop.ask(&query).await;
                assert!(answer["errors"].is_null(), "{answer}");
            }
            _ => {
                crate::bot::set_status(&shop, &task, "CLOSED").await;
                shop.clock.advance(Duration::from_secs(60 * 60 * 24 * 400));
            }
        }
        while reads.chunk().await.unwrap().is_some() {}
        assert_eq!(follow(&shop, &link).await.status(), 404, "{end}");
        stalled.ends(&shop).await;
        // Other streams stay open.
        shop.token = shop.login(OWNER).await.or(token.clone());
        let query = format!(
            "mutation {{ updateTask(taskData: {{id: {other}, description: \"{end}\"}}) {{ task {{ id }} }} }}"
        );
        let answer: Value = shop.ask(&query).await;
        assert!(answer["errors"].is_null(), "{answer}");
        let told = stays.chunk().await.unwrap().unwrap();
        assert!(
            std::str::from_utf8(&told).unwrap().contains("taskChanged"),
            "{end}"
        );
    }
    shop.close().await;
}

#[tokio::test]
async fn customers_streams_leave_connections_to_the_staff() {
    let settings = "[http]\nconnections = 20\ntrusted_proxies = ['127.0.0.1']";
    let shop = Shop::with_owner()
        .await
        .reopen_with(settings, Duration::ZERO)
        .await;
    let task = create(&shop, "+79000000001").await;
    let link = renew(&shop, &task).await;
    let follow = async |address: &str| {
        let request = reqwest::Client::new().get(format!("{}{link}/live", shop.url));
        request
            .header("x-forwarded-for", address)
            .send()
            .await
            .unwrap()
    };
    let mut open = Vec::new();
    for number in 0..10 {
        open.push(follow(&format!("203.0.113.{}", number / 4)).await);
        assert_eq!(open[number].status(), 200);
        if number == 3 {
            assert_eq!(follow("203.0.113.0").await.status(), 429, "one address");
        }
    }
    let refused = follow("203.0.113.200").await;
    assert_eq!(refused.status(), 429, "all of them");
    assert!(refused.headers().contains_key("retry-after"));
    assert!(shop.ask(ME).await["errors"].is_null());
    open.clear();
    let mut again = follow("203.0.113.0").await.status();
    while again == 429 {
        tokio::task::yield_now().await;
        again = follow("203.0.113.0").await.status();
    }
    assert_eq!(again, 200);
    shop.close().await;
}
