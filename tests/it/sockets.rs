//! The wire of the socket: its opening, its closing handshake, silence, sizes and ids.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

use crate::harness::Shop;
use crate::live::{Socket, connect, hear, init, say, subscribe, watching};
use crate::process::Program;

const PROTOCOL: &str = "graphql-transport-ws";
const ME: &str = "{ me { id } }";
const KIB: usize = 1024;

/// Opens a socket with this `Authorization` in the upgrade request.
async fn connect_with(url: &str, authorization: Option<&str>) -> Socket {
    let url = url.replace("http", "ws") + "/graphql";
    let mut request = url.into_client_request().unwrap();
    let headers = request.headers_mut();
    headers.insert("sec-websocket-protocol", PROTOCOL.parse().unwrap());
    if let Some(value) = authorization {
        headers.insert("authorization", value.parse().unwrap());
    }
    connect_async(request).await.unwrap().0
}

/// Opens a socket that is signed in.
async fn signed_in(shop: &Shop) -> Socket {
    let mut socket = connect(shop, PROTOCOL).await;
    say(&mut socket, init(shop)).await;
    assert_eq!(hear(&mut socket).await["type"], "connection_ack");
    socket
}

/// Reads a socket to its clean end, and returns the server's close frame.
async fn close_frame(socket: &mut Socket) -> Option<CloseFrame> {
    let frame = loop {
        match socket.next().await.unwrap().unwrap() {
            Message::Close(frame) => break frame,
            message => drop(message),
        }
    };
    // The library returns an error here when the connection ends without the whole handshake.
    let end = socket.next().await;
    assert!(end.is_none(), "{end:?} after {frame:?}");
    frame
}

/// Reads a socket to its clean end, and returns code and reason.
async fn close(socket: &mut Socket) -> (u16, String) {
    let frame = close_frame(socket).await.unwrap();
    (frame.code.into(), frame.reason.to_string())
}

#[tokio::test]
async fn a_clients_close_is_answered() {
    let shop = Shop::with_owner().await;
    let frame = CloseFrame {
        code: 1000.into(),
        reason: "bye".into(),
    };
    for sent in [Some(frame), None] {
        let mut stranger = connect(&shop, PROTOCOL).await;
        let mut watcher = watching(&shop).await;
        for socket in [&mut stranger, &mut watcher] {
            socket.close(sent.clone()).await.unwrap();
            assert_eq!(close_frame(socket).await, sent);
        }
    }
    shop.close().await;
}

#[tokio::test]
async fn a_close_of_the_server_is_completed_with_the_client() {
    let shop = Shop::with_owner().await;
    let url = shop.url.replace("http", "ws") + "/graphql";
    let (mut other, _) = connect_async(url).await.unwrap();
    assert_eq!(close(&mut other).await.0, 4406);
    let mut watcher = watching(&shop).await;
    // What the client sends meanwhile doesn't break the connection before the close is read.
    for _ in 0..100 {
        let message = json!({"type": "nothing", "text": "x".repeat(KIB)});
        watcher
            .feed(Message::text(message.to_string()))
            .await
            .unwrap();
    }
    watcher.flush().await.unwrap();
    let closed = close(&mut watcher).await;
    assert_eq!(closed, (4400, "Invalid message received".into()));
    shop.close().await;
}

#[tokio::test]
async fn a_stop_of_the_program_closes_its_sockets() {
    let folder = TempDir::new().unwrap();
    let mut program = Program::start(&folder);
    let mut sockets = Vec::new();
    for _ in 0..5 {
        let mut socket = connect_with(&program.url, None).await;
        say(&mut socket, json!({"type": "ping"})).await;
        assert_eq!(hear(&mut socket).await, json!({"type": "pong"}));
        sockets.push(socket);
    }
    program.signal("TERM");
    assert!(program.child.wait().unwrap().success());
    for mut socket in sockets {
        assert_eq!(hear(&mut socket).await, json!(1001));
    }
}

#[tokio::test]
async fn a_ping_comes_after_25_seconds_of_silence_and_not_before() {
    let shop = Shop::with_owner().await;
    let mut socket = watching(&shop).await;
    let create =
        r#"mutation { createTask(taskData: {customerPhone: "+79000000001"}) { task { id } } }"#;
    for _ in 0..2 {
        shop.clock.advance(Duration::from_secs(24));
        // Messages to the client don't end its silence.
        shop.ask(create).await;
        let message = socket.next().await.unwrap().unwrap();
        assert!(message.is_text(), "{message}");
        shop.clock.advance(Duration::from_secs(1));
        let message = socket.next().await.unwrap().unwrap();
        assert!(message.is_ping(), "{message}");
        // The library's own pong is flushed with the next message.
        say(&mut socket, json!({"type": "ping"})).await;
        assert_eq!(hear(&mut socket).await, json!({"type": "pong"}));
    }
    shop.close().await;
}

#[tokio::test]
async fn the_token_comes_with_the_upgrade_or_with_the_payload_which_counts_first() {
    let shop = Shop::with_owner().await;
    let token = shop.token.clone().unwrap();
    let good = format!("Bearer {token}");
    let lower = format!("bearer {token}");
    let bad = "Bearer not-a-token";
    let missing = "Forbidden: send Authorization with a bearer token";
    let invalid = "Forbidden: the token is invalid, expired or revoked";
    for (header, payload, refused) in [
        (Some(&*good), Value::Null, None),
        (Some(&*lower), json!({}), None),
        (
            Some(&*good),
            json!({"Authorization": null, "other": 1}),
            None,
        ),
        (Some(bad), json!({"Authorization": good}), None),
        (None, json!({"authorization": lower}), None),
        (None, Value::Null, Some(missing)),
        (None, json!({"Authorization": token}), Some(missing)),
        (Some("Basic YTpi"), Value::Null, Some(missing)),
        (Some(bad), Value::Null, Some(invalid)),
        (Some(&*good), json!({"Authorization": bad}), Some(invalid)),
        (Some(&*good), json!({"Authorization": ""}), Some(missing)),
    ] {
        let mut socket = connect_with(&shop.url, header).await;
        say(
            &mut socket,
            json!({"type": "connection_init", "payload": payload}),
        )
        .await;
        match refused {
            Some(reason) => {
                let closed = close(&mut socket).await;
                assert_eq!(closed, (4403, reason.into()), "{header:?} {payload}");
            }
            None => {
                let heard = hear(&mut socket).await;
                assert_eq!(
                    heard["type"], "connection_ack",
                    "{header:?} {payload} {heard}"
                );
                say(&mut socket, subscribe("a", ME)).await;
                assert_eq!(hear(&mut socket).await["payload"]["data"]["me"]["id"], "1");
            }
        }
    }
    // The header alone opens nothing.
    let mut early = connect_with(&shop.url, Some(&good)).await;
    say(&mut early, subscribe("a", ME)).await;
    let closed = close(&mut early).await;
    assert_eq!(
        closed,
        (4401, "Unauthorized: send connection_init first".into())
    );
    shop.close().await;
}

#[tokio::test]
async fn a_token_of_the_upgrade_that_ends_ends_the_socket_with_the_reason() {
    let mut shop = Shop::with_owner().await;
    let bearer = format!("Bearer {}", shop.token.as_ref().unwrap());
    let mut socket = connect_with(&shop.url, Some(&bearer)).await;
    say(&mut socket, json!({"type": "connection_init"})).await;
    assert_eq!(hear(&mut socket).await["type"], "connection_ack");
    shop.ask("mutation { logout { success } }").await;
    let reason = "Unauthorized: the token has expired or was revoked";
    assert_eq!(close(&mut socket).await, (4401, reason.into()));
    shop.token = shop.login("owner@example.com").await;
    shop.close().await;
}

#[tokio::test]
async fn a_reused_id_never_loses_its_answer() {
    let shop = Shop::with_owner().await;
    let mut socket = signed_in(&shop).await;
    for number in 0..1_000 {
        let name = format!("n{number}");
        for message in [
            subscribe("a", ME),
            json!({"type": "complete", "id": "a"}),
            subscribe("a", &format!("{{ {name}: me {{ id }} }}")),
        ] {
            socket
                .feed(Message::text(message.to_string()))
                .await
                .unwrap();
        }
        socket.flush().await.unwrap();
        // The first one may have answered before it was completed.
        let mut heard = hear(&mut socket).await;
        while heard["payload"]["data"][&name].is_null() {
            assert!(heard["payload"]["data"]["me"].is_object() || heard["type"] == "complete");
            heard = hear(&mut socket).await;
        }
        assert_eq!(
            hear(&mut socket).await,
            json!({"type": "complete", "id": "a"})
        );
    }
    shop.close().await;
}

#[tokio::test]
async fn an_id_is_free_as_soon_as_its_operation_has_failed() {
    let shop = Shop::with_owner().await;
    let mut socket = signed_in(&shop).await;
    for _ in 0..300 {
        for query in ["{ nothing }", "subscription { nothing }"] {
            say(&mut socket, subscribe("a", query)).await;
            let error = hear(&mut socket).await;
            assert_eq!(
                (&error["type"], &error["id"]),
                (&json!("error"), &json!("a")),
                "{error}"
            );
        }
    }
    shop.close().await;
}

#[tokio::test]
async fn an_empty_id_is_refused_and_a_long_one_fits_into_the_reason() {
    let shop = Shop::with_owner().await;
    let mut socket = signed_in(&shop).await;
    say(&mut socket, subscribe("", ME)).await;
    let closed = close(&mut socket).await;
    assert_eq!(closed, (4400, "The id of subscribe is empty".into()));
    let id = "заявка".repeat(100);
    let mut socket = signed_in(&shop).await;
    for _ in 0..2 {
        let watch = subscribe(&id, "subscription { taskChanged { id } }");
        say(&mut socket, watch).await;
    }
    let (code, reason) = close(&mut socket).await;
    assert_eq!((code, reason.len()), (4409, 123));
    assert!(
        format!("Subscriber for {id}").starts_with(&reason),
        "{reason}"
    );
    shop.close().await;
}

#[tokio::test]
async fn what_is_too_large_or_no_text_is_closed_with_its_code() {
    let shop = Shop::with_owner().await;
    let largest = subscribe(
        "a",
        &format!("{{ me {{ id }} }} #{}", " ".repeat(255 * KIB)),
    );
    let mut socket = signed_in(&shop).await;
    say(&mut socket, largest).await;
    assert_eq!(hear(&mut socket).await["type"], "next");
    for size in [257 * KIB, 4 * KIB * KIB] {
        let mut socket = signed_in(&shop).await;
        say(&mut socket, subscribe("a", &" ".repeat(size))).await;
        assert_eq!(
            close(&mut socket).await,
            (1009, "Message over 256 KiB".into())
        );
    }
    // In parts, none of which is too large.
    let mut socket = signed_in(&shop).await;
    for part in 0..3 {
        let opcode = OpCode::Data(if part == 0 {
            Data::Text
        } else {
            Data::Continue
        });
        let part = Frame::message(vec![b' '; 100 * KIB], opcode, part == 2);
        socket.send(Message::Frame(part)).await.unwrap();
    }
    assert_eq!(close(&mut socket).await.0, 1009);
    let mut socket = signed_in(&shop).await;
    let no_text = Frame::message(vec![0xff], OpCode::Data(Data::Text), true);
    socket.send(Message::Frame(no_text)).await.unwrap();
    assert_eq!(close(&mut socket).await.0, 1007);
    let mut socket = signed_in(&shop).await;
    let no_start = Frame::message(vec![b'x'], OpCode::Data(Data::Continue), true);
    socket.send(Message::Frame(no_start)).await.unwrap();
    assert_eq!(close(&mut socket).await.0, 1002);
    shop.close().await;
}

/// Returns the head of the response to a request without a body.
async fn head(shop: &Shop, request: &str) -> String {
    let address = shop.url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(head).unwrap()
}

#[tokio::test]
async fn headers_are_in_title_case_and_those_of_an_upgrade_in_the_clients_own() {
    let shop = Shop::open().await;
    let upgrade = "GET /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n\
        Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
        Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n";
    let lower = upgrade.replace("Sec-WebSocket-Protocol", "sec-websocket-protocol");
    let request = "GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n";
    for (request, name) in [
        (
            upgrade,
            "\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n",
        ),
        (
            &*lower,
            "\r\nsec-websocket-protocol: graphql-transport-ws\r\n",
        ),
        (&*lower, "\r\nSec-Websocket-Accept: "),
        (upgrade, "\r\nConnection: upgrade\r\n"),
        (request, "\r\nContent-Type: "),
        (request, "\r\nX-Request-Id: "),
    ] {
        let head = head(&shop, request).await;
        assert!(head.contains(name), "{head}");
    }
    shop.close().await;
}
