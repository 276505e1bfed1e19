//! Live updates: the socket with its protocol's close codes, and the event stream.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::harness::Shop;

pub type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

const WATCH: &str = "subscription { taskChanged { kind id task { status customer { phone } } } }";
const CREATE: &str =
    r#"mutation { createTask(taskData: {customerPhone: "+79000000001"}) { task { id } } }"#;

pub async fn connect(shop: &Shop, protocol: &str) -> Socket {
    connect_from(shop, protocol, "127.0.0.1").await
}

/// Connects from an address, which counts when this machine is a trusted proxy.
pub async fn connect_from(shop: &Shop, protocol: &str, address: &str) -> Socket {
    let url = shop.url.replace("http", "ws") + "/graphql";
    let mut request = url.into_client_request().unwrap();
    let headers = request.headers_mut();
    headers.insert("sec-websocket-protocol", protocol.parse().unwrap());
    headers.insert("x-forwarded-for", address.parse().unwrap());
    connect_async(request).await.unwrap().0
}

pub async fn say(socket: &mut Socket, message: Value) {
    socket
        .send(Message::text(message.to_string()))
        .await
        .unwrap();
}

/// Returns the next message as JSON, or the close code.
pub async fn hear(socket: &mut Socket) -> Value {
    loop {
        match socket.next().await.unwrap().unwrap() {
            Message::Close(frame) => return json!(u16::from(frame.unwrap().code)),
            // The library answers pings itself.
            Message::Ping(_) => {}
            message => return serde_json::from_str(message.to_text().unwrap()).unwrap(),
        }
    }
}

/// Returns the close code of a socket whose session has ended. Only errors of its operations may
/// precede it.
pub async fn close_of(socket: &mut Socket) -> Value {
    loop {
        let heard = hear(socket).await;
        if heard.is_number() {
            return heard;
        }
        let code = &heard["payload"]["errors"][0]["extensions"]["code"];
        assert!(
            code == "UNAUTHENTICATED" || heard["type"] == "complete",
            "{heard}"
        );
    }
}

pub fn init(shop: &Shop) -> Value {
    let token = shop.token.clone().unwrap();
    json!({"type": "connection_init", "payload": {"Authorization": format!("Bearer {token}")}})
}

pub fn subscribe(id: &str, query: &str) -> Value {
    json!({"type": "subscribe", "id": id, "payload": {"query": query}})
}

#[tokio::test]
async fn an_account_that_asks_too_often_loses_its_socket() {
    let settings = "[http]\nrequests_per_second = 1\ntrusted_proxies = ['127.0.0.1']";
    let shop = Shop::with_owner()
        .await
        .reopen_with(settings, Duration::ZERO)
        .await;
    let mut socket = connect_from(&shop, "graphql-transport-ws", "203.0.113.7").await;
    say(&mut socket, init(&shop)).await;
    assert_eq!(hear(&mut socket).await["type"], "connection_ack");
    for number in 0..10 {
        say(
            &mut socket,
            subscribe(&format!("q{number}"), "{ me { email } }"),
        )
        .await;
    }
    let close = loop {
        let heard = hear(&mut socket).await;
        if heard.is_number() {
            break heard;
        }
    };
    assert_eq!(close, 4429);
    shop.close().await;
}

/// Opens an initialised socket that subscribes to tasks as `a`.
pub async fn watching(shop: &Shop) -> Socket {
    let mut socket = connect(shop, "graphql-transport-ws").await;
    say(&mut socket, init(shop)).await;
    assert_eq!(hear(&mut socket).await["type"], "connection_ack");
    say(&mut socket, subscribe("a", WATCH)).await;
    // The pong comes after the subscription was accepted.
    say(&mut socket, json!({"type": "ping", "payload": {"n": 1}})).await;
    assert_eq!(
        hear(&mut socket).await,
        json!({"type": "pong", "payload": {"n": 1}})
    );
    // A query runs after the subscription's task has started listening.
    say(&mut socket, subscribe("q", "{ me { email } }")).await;
    let next = hear(&mut socket).await;
    assert_eq!(
        next["payload"]["data"]["me"]["email"], "owner@example.com",
        "{next}"
    );
    assert_eq!(
        hear(&mut socket).await,
        json!({"type": "complete", "id": "q"})
    );
    socket
}

#[tokio::test]
async fn changes_of_tasks_are_told_over_the_socket() {
    let shop = Shop::with_owner().await;
    let mut socket = watching(&shop).await;
    shop.ask(CREATE).await;
    let next = hear(&mut socket).await;
    let data = &next["payload"]["data"]["taskChanged"];
    assert_eq!(
        (&next["id"], &data["kind"], &data["id"]),
        (&json!("a"), &json!("CREATED"), &json!("1"))
    );
    assert_eq!(data["task"]["customer"]["phone"], "+79000000001");
    shop.ask("mutation { updateTask(taskData: {id: 1, status: READY}) { task { id } } }")
        .await;
    assert_eq!(
        hear(&mut socket).await["payload"]["data"]["taskChanged"]["task"]["status"],
        "READY"
    );
    // A rejected change is rolled back, and produces no event.
    shop.ask("mutation { updateTask(taskData: {id: 1, status: CLOSED, expectedVersion: 9}) { task { id } } }").await;
    shop.ask("mutation { deleteTask(id: 1) { id } }").await;
    let deleted = hear(&mut socket).await;
    let data = &deleted["payload"]["data"]["taskChanged"];
    assert_eq!(
        (&data["kind"], &data["task"]),
        (&json!("DELETED"), &Value::Null),
        "{deleted}"
    );
    say(&mut socket, json!({"type": "complete", "id": "a"})).await;
    say(&mut socket, subscribe("a", "{ nothing }")).await;
    let error = hear(&mut socket).await;
    assert_eq!(
        (&error["type"], &error["id"]),
        (&json!("error"), &json!("a")),
        "{error}"
    );
    shop.close().await;
}

#[tokio::test]
async fn the_close_codes_are_those_of_the_protocol() {
    let shop = Shop::with_owner().await;
    let stranger = json!({"type": "connection_init", "payload": {"Authorization": "Bearer no"}});
    for (messages, code) in [
        (vec![json!("not an object")], 4400),
        (vec![json!({"type": "unknown"})], 4400),
        (
            vec![
                init(&shop),
                json!({"type": "subscribe", "id": "a", "payload": {}}),
            ],
            4400,
        ),
        (vec![subscribe("a", WATCH)], 4401),
        (vec![json!({"type": "connection_init"})], 4403),
        (vec![stranger], 4403),
        (
            vec![init(&shop), subscribe("a", WATCH), subscribe("a", WATCH)],
            4409,
        ),
        (vec![init(&shop), init(&shop)], 4429),
    ] {
        let mut socket = connect(&shop, "graphql-transport-ws").await;
        for message in &messages {
            say(&mut socket, message.clone()).await;
        }
        let mut heard = hear(&mut socket).await;
        if heard["type"] == "connection_ack" {
            heard = hear(&mut socket).await;
        }
        assert_eq!(heard, json!(code), "{messages:?}");
    }
    let mut late = connect(&shop, "graphql-transport-ws").await;
    say(&mut late, json!({"type": "ping"})).await;
    assert_eq!(hear(&mut late).await, json!({"type": "pong"}));
    shop.clock.advance(Duration::from_secs(11));
    assert_eq!(hear(&mut late).await, json!(4408));
    let mut binary = connect(&shop, "graphql-transport-ws").await;
    binary
        .send(Message::binary(vec![0xff, 0xfe]))
        .await
        .unwrap();
    assert_eq!(hear(&mut binary).await, json!(4400));
    shop.close().await;
}

#[tokio::test]
async fn a_watch_ends_with_the_session_and_with_the_server() {
    let mut shop = Shop::with_owner().await;
    let mut watcher = watching(&shop).await;
    let mut other = watching(&shop).await;
    shop.ask(CREATE).await;
    hear(&mut watcher).await;
    hear(&mut other).await;
    shop.ask("mutation { logoutEverywhere { success } }").await;
    shop.token = shop.login("owner@example.com").await;
    shop.ask(CREATE).await;
    assert_eq!(close_of(&mut watcher).await, json!(4401));
    assert_eq!(close_of(&mut other).await, json!(4401));
    let mut other = watching(&shop).await;
    say(&mut other, json!({"type": "ping"})).await;
    shop.close().await;
    let mut last = hear(&mut other).await;
    while last.is_object() {
        last = hear(&mut other).await;
    }
    assert_eq!(last, json!(1001));
}

#[tokio::test]
async fn changes_are_told_as_events_to_staff_alone() {
    let mut shop = Shop::with_owner().await;
    let mut events = shop.request(Method::GET, "/events").send().await.unwrap();
    assert_eq!(events.headers()["content-type"], "text/event-stream");
    shop.ask(CREATE).await;
    let mut text = String::new();
    while !text.contains("\n\n") {
        text += std::str::from_utf8(&events.chunk().await.unwrap().unwrap()).unwrap();
    }
    let data = text
        .lines()
        .find_map(|line| line.strip_prefix("data:"))
        .unwrap();
    let data: Value = serde_json::from_str(data).unwrap();
    assert_eq!(
        data,
        json!({"kind": "CREATED", "id": "1", "status": "ACCEPTED", "version": 1})
    );
    shop.token = None;
    let nobody = shop.request(Method::GET, "/events").send().await.unwrap();
    assert_eq!(nobody.status(), 401);
    shop.close().await;
}
