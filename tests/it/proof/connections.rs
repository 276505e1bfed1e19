//! Thousands of idle connections and subscriptions: held with little memory, still served, and
//! without effect on readers.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::{Client, report, resident, size};
use crate::process::Program;

/// Maximum memory per connection, in bytes.
const MOST: u64 = 64 * 1_024;
/// Number of connections opened at a time.
const TOGETHER: usize = 100;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Sends one request on a kept-alive connection.
async fn ask(stream: &mut TcpStream) {
    let request = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"ok\n") {
        let read = stream.read_buf(&mut answer).await.unwrap();
        assert!(read > 0, "the connection was closed");
    }
}

async fn keep_alive(address: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    ask(&mut stream).await;
    stream
}

async fn serve_all(streams: &mut [TcpStream]) {
    for some in streams.chunks_mut(TOGETHER) {
        join_all(some.iter_mut().map(ask)).await;
    }
}

async fn hear(socket: &mut Socket) -> Value {
    let message = socket.next().await.unwrap().unwrap();
    serde_json::from_str(message.to_text().unwrap()).unwrap()
}

/// Opens a socket that subscribes to tasks.
async fn subscribe(address: &str, token: &str) -> Socket {
    let mut request = format!("ws://{address}/graphql")
        .into_client_request()
        .unwrap();
    let protocol = "graphql-transport-ws".parse().unwrap();
    request
        .headers_mut()
        .insert("sec-websocket-protocol", protocol);
    let mut socket = connect_async(request).await.unwrap().0;
    let init =
        json!({"type": "connection_init", "payload": {"Authorization": format!("Bearer {token}")}});
    socket.send(Message::text(init.to_string())).await.unwrap();
    assert_eq!(hear(&mut socket).await["type"], "connection_ack");
    let query = "subscription { taskChanged { kind id } }";
    for (id, query) in [("a", query), ("q", "{ me { id } }")] {
        let operation = json!({"type": "subscribe", "id": id, "payload": {"query": query}});
        socket
            .send(Message::text(operation.to_string()))
            .await
            .unwrap();
    }
    // A query runs after the subscription's task has started listening.
    assert_eq!(hear(&mut socket).await["id"], "q");
    assert_eq!(hear(&mut socket).await["type"], "complete");
    socket
}

/// Returns the 99th percentile of read times.
async fn p99(client: &Client, url: &str, reads: usize) -> Duration {
    let mut times = Vec::new();
    for _ in 0..reads {
        let started = Instant::now();
        client
            .ask(url, "{ taskById(id: 1) { id status } }")
            .await
            .unwrap();
        times.push(started.elapsed());
    }
    times.sort_unstable();
    times[times.len() * 99 / 100]
}

fn each(before: u64, after: u64, count: usize) -> u64 {
    after.saturating_sub(before) / count as u64
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn idle_connections_and_subscriptions_are_held_for_little_and_served() {
    let (idle, watching, reads) = (size(300, 5_000), size(100, 1_000), size(100, 500));
    rlimit::increase_nofile_limit(12_000).unwrap();
    let folder = TempDir::new().unwrap();
    let program = Program::start(&folder);
    let client = Client::register(&program).await;
    let create =
        r#"mutation { createTask(taskData: {customerPhone: "+79000000001"}) { task { id } } }"#;
    client.ask(&program.url, create).await.unwrap();
    let address = program.url.trim_start_matches("http://");
    let alone = p99(&client, &program.url, reads).await;
    let empty = resident(&program);

    let mut sockets = Vec::new();
    while sockets.len() < watching {
        let some =
            (0..TOGETHER.min(watching - sockets.len())).map(|_| subscribe(address, &client.token));
        sockets.extend(join_all(some).await);
    }
    let with_sockets = resident(&program);
    // A connection without a request is closed after 75 seconds, so this must be quick.
    let opening = Instant::now();
    let mut streams = Vec::new();
    while streams.len() < idle {
        let some = (0..TOGETHER.min(idle - streams.len())).map(|_| keep_alive(address));
        streams.extend(join_all(some).await);
    }
    let with_both = resident(&program);
    let opened = opening.elapsed();
    serve_all(&mut streams).await;
    let crowded = p99(&client, &program.url, reads).await;
    // All of them are still open, and each is served.
    serve_all(&mut streams).await;
    client
        .ask(
            &program.url,
            "mutation { updateTask(taskData: {id: 1, status: READY}) { task { id } } }",
        )
        .await
        .unwrap();
    for told in join_all(sockets.iter_mut().map(hear)).await {
        let change = json!({"kind": "UPDATED", "id": "1"});
        assert_eq!(told["payload"]["data"]["taskChanged"], change, "{told}");
    }
    let of_socket = each(empty, with_sockets, watching);
    let of_stream = each(with_sockets, with_both, idle);
    assert!(of_socket < MOST, "{of_socket} bytes for a subscription");
    assert!(of_stream < MOST, "{of_stream} bytes for a connection");
    report(
        "connections",
        &format!(
            "{idle} idle connections for {:.1} KiB each (opened in {:.1} s), {watching} subscriptions for {:.1} KiB each, all served; p99 of {reads} reads {:.2} ms alone and {:.2} ms among them",
            of_stream as f64 / 1_024.0,
            opened.as_secs_f64(),
            of_socket as f64 / 1_024.0,
            alone.as_secs_f64() * 1_000.0,
            crowded.as_secs_f64() * 1_000.0
        ),
    );
    assert!(
        crowded <= alone * 2 || size(0, 1) == 0,
        "{crowded:?} after {alone:?}"
    );
}
