//! SIGTERM with a hundred requests in flight: each gets a response, and everything acknowledged is
//! stored.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{Client, report, size};
use crate::process::Program;

const REQUESTS: usize = 100;

/// Sends a request without its body: the server has accepted the connection and the headers.
async fn begin(address: &str, token: &str, length: usize) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\nexpect: 100-continue\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut line = [0; 25];
    stream.read_exact(&mut line).await.unwrap();
    assert!(line.starts_with(b"HTTP/1.1 100 Continue"));
    stream
}

/// Sends the body, and returns the task's id when it is acknowledged.
async fn end(mut stream: TcpStream, body: &str) -> Option<i64> {
    stream.write_all(body.as_bytes()).await.ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    assert!(head.starts_with("HTTP/1.1 200"), "{answer}");
    let body: Value = serde_json::from_str(body).unwrap();
    let id = body["data"]["createTask"]["task"]["id"].as_str();
    Some(id.unwrap_or_else(|| panic!("{body}")).parse().unwrap())
}

fn stored(path: &Path) -> BTreeSet<i64> {
    let file = Connection::open(path).unwrap();
    let found: String = file
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(found, "ok");
    let mut statement = file.prepare("SELECT id FROM tasks").unwrap();
    let ids = statement.query_map([], |row| row.get(0)).unwrap();
    ids.map(Result::unwrap).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_answers_a_hundred_requests_that_are_under_way_and_keeps_them() {
    let rounds = size(1, 20);
    let query =
        r#"mutation { createTask(taskData: {customerPhone: "+79000000001"}) { task { id } } }"#;
    let body = json!({ "query": query }).to_string();
    let folder = TempDir::new().unwrap();
    let mut all = BTreeSet::new();
    let mut token = None;
    let mut worst = Duration::ZERO;
    for _ in 0..rounds {
        let mut program = Program::start(&folder);
        let token = match &token {
            Some(token) => token,
            None => token.insert(Client::register(&program).await.token),
        };
        let address = program.url.trim_start_matches("http://").to_owned();
        let begun = (0..REQUESTS).map(|_| begin(&address, token, body.len()));
        let mut begun = futures_util::future::join_all(begun).await;
        // Half of them arrive together with the signal, the other half after it.
        let late = begun.split_off(REQUESTS / 2);
        let early = begun.into_iter().map(|stream| end(stream, &body));
        let early = futures_util::future::join_all(early);
        let started = Instant::now();
        let (early, ()) = tokio::join!(early, async { program.signal("TERM") });
        while TcpStream::connect(&address).await.is_ok() {
            tokio::task::yield_now().await;
        }
        let late = late.into_iter().map(|stream| end(stream, &body));
        let late = futures_util::future::join_all(late).await;
        let answered: Vec<i64> = early.into_iter().chain(late).flatten().collect();
        assert_eq!(answered.len(), REQUESTS, "answers were cut off");
        assert!(program.child.wait().unwrap().success());
        worst = worst.max(started.elapsed());
        all.extend(answered);
        assert_eq!(all, stored(&folder.path().join("zayavka.db")));
    }
    assert!(worst < Duration::from_secs(10), "{worst:?}");
    report(
        "stop",
        &format!(
            "{rounds} stops with {REQUESTS} requests under way: {} acknowledged, all in the file; exit 0 after at most {:.2} s",
            all.len(),
            worst.as_secs_f64()
        ),
    );
}
