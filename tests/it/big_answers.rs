//! Large responses and clients that don't read them: long lists, files, archives.
//!
//! Nothing here depends on speed: a client that doesn't read takes only a few bytes, and time is
//! the shop's manual clock.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinHandle;

use crate::harness::{Log, Shop, code, eventually};
use crate::signed_in::SignedIn;

/// Enough for one list of [`fill`], but not for two.
const SMALL: &str = "[http]\nanswers_mb = 4";
const LIST: &str = "{ allTasks { id description } }";
/// Maximum wait of a response for memory, and of the server for a stalled client.
const WAIT: Duration = Duration::from_secs(20);
const STILL: Duration = Duration::from_secs(30);

const CUT: &str = "closed connection";

async fn shop_with(settings: &str) -> Shop {
    let mut shop = Shop::open_with(settings, "").await;
    let answer = shop.register("owner@example.com").await;
    shop.token = answer["data"]["register"]["token"]
        .as_str()
        .map(str::to_owned);
    shop
}

/// Creates tasks with descriptions of this length.
fn fill(shop: &Shop, tasks: u32, length: u32) {
    let sql = format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {tasks})
         INSERT INTO tasks (category, status, description, created_at, updated_at)
         SELECT 'REPAIR', iif(i % 2, 'READY', 'ACCEPTED'), substr(printf('%d %0{length}d', i, i), 1, {length}), i, i FROM n;
         UPDATE tasks SET stage_id = (SELECT id FROM stages WHERE stages.status = tasks.status ORDER BY id LIMIT 1), stage_since = 1;"
    );
    shop.database().execute_batch(&sql).unwrap();
}

/// Connects a client with the smallest possible receive buffer.
async fn connect(shop: &Shop) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let address = shop.url.strip_prefix("http://").unwrap().parse().unwrap();
    socket.connect(address).await.unwrap()
}

/// Sends a request, and stops reading after the status line.
async fn ask_and_stop(shop: &Shop, request: &str) -> (TcpStream, String) {
    let mut stream = connect(shop).await;
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut status = [0; 12];
    stream.read_exact(&mut status).await.unwrap();
    (stream, String::from_utf8(status.to_vec()).unwrap())
}

fn post(shop: &Shop, query: &str) -> String {
    let body = json!({ "query": query }).to_string();
    format!(
        "POST /graphql HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        shop.token.as_ref().unwrap(),
        body.len()
    )
}

fn get(shop: &Shop, path: &str) -> String {
    let token = shop.token.as_ref().unwrap();
    format!("GET {path} HTTP/1.1\r\nhost: localhost\r\ncookie: zayavka={token}\r\n\r\n")
}

/// Sends a request in the background.
fn send(request: reqwest::RequestBuilder) -> JoinHandle<(u16, Option<String>, String)> {
    tokio::spawn(async move {
        let answer = request.send().await.unwrap();
        let wait = answer.headers().get("retry-after").cloned();
        let wait = wait.map(|wait| wait.to_str().unwrap().to_owned());
        (answer.status().as_u16(), wait, answer.text().await.unwrap())
    })
}

fn list(shop: &Shop) -> JoinHandle<(u16, Option<String>, String)> {
    let request = shop.request(Method::POST, "/graphql");
    let request = request.header("content-type", "application/json");
    send(request.body(json!({ "query": LIST }).to_string()))
}

async fn waits(log: &Log, times: usize) {
    eventually("an answer waits", || {
        log.text().matches("waiting for response memory").count() == times
    })
    .await;
}

/// Advances the clock until a client is disconnected, and returns how long it took.
async fn until_cut(shop: &Shop, log: &Log, before: usize) -> Duration {
    let mut passed = Duration::ZERO;
    while log.text().matches(CUT).count() == before {
        assert!(passed < 4 * STILL, "nobody is cut");
        shop.clock.advance(Duration::from_secs(1));
        passed += Duration::from_secs(1);
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
    }
    passed
}

#[tokio::test]
async fn a_long_list_is_whole_in_every_form() {
    let shop = shop_with("").await;
    fill(&shop, 1_300, 100);
    let customers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600)
        INSERT INTO customers (phone, phone_e164, created_at, updated_at)
        SELECT printf('+7900%07d', i), printf('+7900%07d', i), 1, 1 FROM n";
    shop.database().execute(customers, []).unwrap();
    // The server reads its caches again when it notices the writes of another connection; reads are counted below.
    let file = shop.database();
    eventually("the server has noticed the writes", || {
        let stale = "SELECT count(*) FROM task_search_stale";
        file.query_row(stale, [], |row| row.get(0)) == Ok(0)
    })
    .await;
    let ids = |list: &Value| -> Vec<String> {
        let ids = list.as_array().unwrap().iter().map(|one| &one["id"]);
        ids.map(|id| id.as_str().unwrap().to_owned()).collect()
    };
    let all: Vec<String> = (1..=1_300).map(|id| id.to_string()).collect();
    let whole = shop.ask(LIST).await;
    assert_eq!(ids(&whole["data"]["allTasks"]), all);
    let ready = shop.ask("{ allTasks(statuses: [READY]) { id } }").await;
    let odd: Vec<String> = (1..=1_300).step_by(2).map(|id| id.to_string()).collect();
    assert_eq!(ids(&ready["data"]["allTasks"]), odd);
    let cards = shop.ask("{ allCustomers { id } }").await;
    assert_eq!(ids(&cards["data"]["allCustomers"]).len(), 600);
    for same in [
        "{ allTasks { id } allTasks { description } }",
        "{ ...a ...b } fragment a on Query { allTasks { id } } fragment b on Query { allTasks { description } }",
        "{ allTasks { id id description } }",
        "{ allTasks { ...t description } } fragment t on Task { id description }",
    ] {
        assert_eq!(shop.ask(same).await["data"], whole["data"], "{same}");
    }
    let several = "{ a: allTasks { id description } shop { currency } b: allTasks { id description } allCustomers { id } me { email } }";
    let several = shop.ask(several).await;
    for name in ["a", "b"] {
        assert_eq!(several["data"][name], whole["data"]["allTasks"]);
    }
    assert_eq!(
        several["data"]["allCustomers"],
        cards["data"]["allCustomers"]
    );
    assert_eq!(several["data"]["me"]["email"], "owner@example.com");
    // Nested fields are loaded for a chunk at a time.
    let below = "{ allTasks { id history { kind } stage { name } } }";
    let below = shop.ask(below).await;
    assert_eq!(
        ids(&below["data"]["allTasks"]),
        all,
        "{:.300}",
        below.to_string()
    );
    assert_eq!(
        shop.reads("{ allTasks(createdAt: \"2021-07-25\") { id } }")
            .await,
        1
    );

    let desk = SignedIn::of(&shop, "owner@example.com").await;
    for (query, page) in [
        ("exportCsv(kind: TASKS)", "/data/tasks.csv"),
        ("exportCsv(kind: CUSTOMERS)", "/data/customers.csv"),
        ("exportArchive", "/data/archive.json"),
    ] {
        let field = query.split('(').next().unwrap();
        let page = desk.page(page).await;
        assert!(page.len() > 10_000, "{query}");
        for query in [format!("{{ {query} }}"), format!("{{ {query} {query} }}")] {
            let answer = shop.ask(&query).await;
            assert!(answer["data"][field] == page, "{query}");
        }
    }
    shop.close().await;
}

#[tokio::test]
async fn responses_wait_for_memory_and_stalled_clients_are_disconnected() {
    let log = Log::start();
    let shop = shop_with(SMALL).await;
    fill(&shop, 2_500, 1_000);
    let (mut stopped, status) = ask_and_stop(&shop, &post(&shop, LIST)).await;
    assert_eq!(status, "HTTP/1.1 200");
    // The wait is bounded.
    let second = list(&shop);
    waits(&log, 1).await;
    shop.clock.advance(WAIT - Duration::from_secs(1));
    // Short responses are served nevertheless.
    let one = shop
        .ask("{ taskById(id: 1) { id } tasks(first: 5) { totalCount } }")
        .await;
    assert_eq!(one["data"]["tasks"]["totalCount"], 2_500);
    assert!(!second.is_finished());
    shop.clock.advance(Duration::from_secs(1));
    let (status, wait, text) = second.await.unwrap();
    let answer: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((status, wait.as_deref()), (503, Some("31")), "{answer}");
    assert_eq!(code(&answer), "RATE_LIMITED");
    assert_eq!(answer["errors"][0]["extensions"]["retryAfter"], 31);
    assert_eq!(answer["errors"][0]["path"], json!(["allTasks"]));
    // Reading is bounded too.
    assert_eq!(log.text().matches(CUT).count(), 0);
    let third = list(&shop);
    waits(&log, 2).await;
    let passed = until_cut(&shop, &log, 0).await;
    assert!(passed <= STILL - WAIT, "{passed:?} more");
    // The next in line gets its memory; the aborted response has no end.
    let (status, _, text) = third.await.unwrap();
    let answer: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(status, 200);
    assert_eq!(answer["data"]["allTasks"].as_array().unwrap().len(), 2_500);
    let mut rest = Vec::new();
    let _ = stopped.read_to_end(&mut rest).await;
    assert!(rest.len() < text.len() / 2, "{} bytes", rest.len());
    shop.close().await;
}

#[tokio::test]
async fn a_client_that_has_gone_gives_its_room_back_at_once() {
    let log = Log::start();
    let shop = shop_with(SMALL).await;
    fill(&shop, 2_500, 1_000);
    let (stopped, _) = ask_and_stop(&shop, &post(&shop, LIST)).await;
    let second = list(&shop);
    waits(&log, 1).await;
    drop(stopped);
    let (status, _, text) = second.await.unwrap();
    assert_eq!(status, 200);
    assert!(text.len() > 2_500_000 && text.ends_with("]}}"));
    shop.close().await;
}

#[tokio::test]
async fn an_answer_that_could_never_have_room_is_refused() {
    let shop = shop_with(SMALL).await;
    fill(&shop, 3_500, 1_000);
    for query in [
        LIST,
        "{ allTasks { id } allTasks { description } }",
        "{ exportArchive }",
    ] {
        let answer = shop.ask(query).await;
        assert_eq!(
            code(&answer),
            "BAD_USER_INPUT",
            "{query}: {:.300}",
            answer.to_string()
        );
        let message = answer["errors"][0]["message"].as_str().unwrap();
        assert!(message.contains("3 MiB"), "{message}");
    }
    // The page streams it, whatever its length.
    let desk = SignedIn::of(&shop, "owner@example.com").await;
    assert!(desk.page("/data/archive.json").await.len() > 3_500_000);
    assert!(desk.page("/data/tasks.csv").await.len() > 3_500_000);
    let page = "{ tasks(first: 100) { nodes { description } } }";
    let page = shop.ask(page).await;
    assert_eq!(
        page["data"]["tasks"]["nodes"].as_array().unwrap().len(),
        100
    );
    shop.close().await;
}

/// Builds an HTTP/2 client with a one-byte window per stream that is never extended.
fn without_window() -> reqwest::Client {
    reqwest::Client::builder()
        .http2_prior_knowledge()
        .http2_initial_stream_window_size(1)
        .build()
        .unwrap()
}

#[tokio::test]
async fn a_stream_without_a_window_is_cut_and_gives_its_room_back() {
    let log = Log::start();
    let shop = shop_with(SMALL).await;
    fill(&shop, 2_500, 1_000);
    let client = without_window();
    let request = client.post(format!("{}/graphql", shop.url));
    let request = request
        .bearer_auth(shop.token.as_ref().unwrap())
        .header("content-type", "application/json")
        .body(json!({ "query": LIST }).to_string());
    let stopped = request.send().await.unwrap();
    assert_eq!(stopped.status(), 200);
    let second = list(&shop);
    waits(&log, 1).await;
    let passed = until_cut(&shop, &log, 0).await;
    assert!(passed <= STILL, "{passed:?}");
    let (status, _, text) = match passed <= WAIT {
        true => second.await.unwrap(),
        // It had waited long enough by then.
        false => {
            assert_eq!(second.await.unwrap().0, 503);
            list(&shop).await.unwrap()
        }
    };
    assert_eq!(status, 200);
    assert!(text.ends_with("]}}"));
    assert!(stopped.bytes().await.is_err(), "the answer has an end");
    // A short response is subject to the same time-out.
    let short = client
        .get(format!("{}/login", shop.url))
        .send()
        .await
        .unwrap();
    assert_eq!(short.status(), 200);
    let passed = until_cut(&shop, &log, 1).await;
    assert!(passed <= STILL, "{passed:?}");
    assert!(short.bytes().await.is_err(), "the answer has an end");
    shop.close().await;
}

#[tokio::test]
async fn a_client_that_reads_enough_is_not_cut() {
    let log = Log::start();
    let shop = shop_with("").await;
    fill(&shop, 1_500, 1_000);
    let (mut slow, _) = ask_and_stop(&shop, &get(&shop, "/data/tasks.csv")).await;
    let mut all = Vec::new();
    let mut part = vec![0; 16_384];
    let is_over = |all: &[u8]| all.ends_with(b"\r\n0\r\n\r\n");
    while !is_over(&all) {
        // 6 KB per second.
        shop.clock.advance(Duration::from_secs(14));
        let mut wanted = 84_000_usize;
        while wanted > 0 && !is_over(&all) {
            let most = wanted.min(part.len());
            let read = slow.read(&mut part[..most]).await.unwrap();
            assert!(read > 0, "it was cut after {} bytes", all.len());
            all.extend_from_slice(&part[..read]);
            wanted -= read;
        }
    }
    assert!(all.len() > 1_500_000, "{}", all.len());
    assert!(!log.text().contains(CUT));
    shop.close().await;
}

#[tokio::test]
async fn an_archive_that_is_read_slowly_holds_no_snapshot_and_no_memory() {
    let log = Log::start();
    let shop = shop_with(SMALL).await;
    fill(&shop, 3_500, 1_000);
    let request = get(&shop, "/data/archive.json");
    let mut slow = Vec::new();
    for _ in 0..2 {
        let (stream, status) = ask_and_stop(&shop, &request).await;
        assert_eq!(status, "HTTP/1.1 200");
        slow.push(stream);
    }
    // Each is in a file without a name.
    let files = || {
        let open = std::fs::read_dir("/proc/self/fd").unwrap().flatten();
        let targets = open.filter_map(|entry| std::fs::read_link(entry.path()).ok());
        let ours = shop.folder().to_str().unwrap();
        targets
            .map(|target| target.to_string_lossy().into_owned())
            .filter(|target| target.starts_with(ours) && target.ends_with("(deleted)"))
            .count()
    };
    assert_eq!(files(), 2);
    // A list can use the whole budget.
    assert_eq!(list(&shop).await.unwrap().0, 200);
    // SQLite can reset its log, whatever was written.
    let write = "mutation { updateTask(taskData: {id: 1, description: \"new\"}) { task { id } } }";
    assert!(shop.ask(write).await["errors"].is_null());
    let way = "PRAGMA wal_checkpoint(TRUNCATE)";
    let busy: i64 = shop
        .database()
        .query_row(way, [], |row| row.get(0))
        .unwrap();
    assert_eq!(busy, 0, "somebody reads the log");
    // At most two archives are in progress.
    let desk = SignedIn::of(&shop, "owner@example.com").await;
    let third = send(desk.request(Method::GET, "/data/archive.json"));
    waits(&log, 1).await;
    shop.clock.advance(WAIT);
    let (status, wait, page) = third.await.unwrap();
    assert_eq!((status, wait.as_deref()), (503, Some("31")));
    assert!(
        page.contains("<html lang=\"ru\">") && page.contains("31"),
        "{page}"
    );
    until_cut(&shop, &log, 0).await;
    until_cut(&shop, &log, 1).await;
    eventually("the files are gone", || files() == 0).await;
    assert!(desk.page("/data/archive.json").await.len() > 3_500_000);
    shop.close().await;
}

#[tokio::test]
async fn a_picture_is_counted_as_well() {
    let log = Log::start();
    let shop = shop_with(SMALL).await;
    fill(&shop, 1, 10);
    let picture = "INSERT INTO comments (task_id, kind, channel, text, at) VALUES (1, 'FROM_CUSTOMER', 'TELEGRAM', '', 1);
        INSERT INTO photos (comment_id, state, remote_file, created_at, try_at, mime, width, height, image)
        VALUES (last_insert_rowid(), 'HERE', 'a', 1, 1, 'image/gif', 1, 2, zeroblob(2000000));";
    shop.database().execute_batch(picture).unwrap();
    let (stopped, status) = ask_and_stop(&shop, &get(&shop, "/photos/1")).await;
    assert_eq!(status, "HTTP/1.1 200");
    let desk = SignedIn::of(&shop, "owner@example.com").await;
    let second = send(desk.request(Method::GET, "/photos/1"));
    waits(&log, 1).await;
    shop.clock.advance(WAIT);
    let (status, wait, text) = second.await.unwrap();
    assert_eq!((status, wait.as_deref()), (503, Some("31")), "{text}");
    drop(stopped);
    let whole = desk.get("/photos/1").await;
    assert_eq!(whole.bytes().await.unwrap().len(), 2_000_000);
    shop.close().await;
}

#[tokio::test]
async fn a_connection_is_asked_by_the_system_whether_it_is_alive() {
    let shop = Shop::open().await;
    let (stream, status) =
        ask_and_stop(&shop, "GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
    assert_eq!(status, "HTTP/1.1 200");
    let (near, far) = (stream.peer_addr().unwrap(), stream.local_addr().unwrap());
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
    // proc(5): addresses in hexadecimal, and under `tr` the running timer, where 2 is keepalive.
    let ours = |line: &&str| {
        let mut columns = line.split_whitespace().skip(1);
        let mut port = || columns.next().and_then(|address| address.split_once(':'));
        let ports = (port().map(|(_, port)| port), port().map(|(_, port)| port));
        let hex = |port: u16| format!("{port:04X}");
        ports == (Some(&*hex(near.port())), Some(&*hex(far.port())))
    };
    let line = table.lines().find(ours).unwrap();
    let timer = line.split_whitespace().nth(5).unwrap();
    assert!(timer.starts_with("02:"), "{line}");
    drop(stream);
    shop.close().await;
}

#[test]
fn the_room_for_answers_has_bounds() {
    for (mib, is_right) in [
        (0, false),
        (3, false),
        (4, true),
        (65_536, true),
        (65_537, false),
    ] {
        let parsed = zayavka::config::Config::parse(&format!("[http]\nanswers_mb = {mib}"));
        assert_eq!(parsed.is_ok(), is_right, "{mib}");
        if let Err(error) = parsed {
            assert!(error.to_string().contains("http.answers_mb"), "{error}");
        }
    }
}

#[tokio::test]
async fn a_subscription_with_long_lists_keeps_no_room_between_its_answers() {
    let shop = shop_with(SMALL).await;
    let create =
        r#"mutation { createTask(taskData: {customerPhone: "+79000000001"}) { task { id } } }"#;
    shop.ask(create).await;
    fill(&shop, 2_600, 500);
    shop.database()
        .execute("UPDATE tasks SET customer_id = 1", [])
        .unwrap();
    let mut socket = crate::live::watching(&shop).await;
    let nested = "subscription { taskChanged { task { customer { tasks { id } } } } }";
    crate::live::say(&mut socket, crate::live::subscribe("long", nested)).await;
    crate::live::say(&mut socket, crate::live::subscribe("q", "{ me { id } }")).await;
    let done = json!({"type": "complete", "id": "q"});
    while crate::live::hear(&mut socket).await != done {}
    // Twice as many entries as the permit for long responses allows.
    for number in 0..4 {
        let change = format!(
            r#"mutation {{ updateTask(taskData: {{id: 1, description: "{number}"}}) {{ task {{ id }} }} }}"#
        );
        shop.ask(&change).await;
        let told = loop {
            let heard = crate::live::hear(&mut socket).await;
            if heard["id"] == "long" {
                break heard;
            }
        };
        let tasks = &told["payload"]["data"]["taskChanged"]["task"]["customer"]["tasks"];
        assert_eq!(tasks.as_array().map(Vec::len), Some(2_601), "{number}");
    }
    let (status, _, answer) = list(&shop).await.unwrap();
    assert_eq!(status, 200);
    assert!(answer.len() > 1024 * 1024, "long enough to need the turn");
    shop.close().await;
}

/// The tasks of one customer use up what a request may load below its lists, and then each entry fails: its customer is
/// null, for the same reason.
#[tokio::test]
async fn failures_of_fifty_thousand_entries_are_one_error() {
    const FIRST: usize = 600;
    let shop = shop_with("").await;
    let create =
        r#"mutation { createTask(taskData: {customerPhone: "+79000000001"}) { task { id } } }"#;
    shop.ask(create).await;
    fill(&shop, 51_499, 1);
    let customers = format!(
        "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 20001)
         INSERT INTO customers (phone, phone_e164, created_at, updated_at)
         SELECT printf('+7900%07d', i), printf('+7900%07d', i), 1, 1 FROM n;
         UPDATE tasks SET customer_id = iif(id <= {FIRST}, 1, 2 + id % 20000)"
    );
    shop.database().execute_batch(&customers).unwrap();
    let answer = shop.ask("{ allTasks { customer { tasks { id } } } }").await;
    let tasks = answer["data"]["allTasks"].as_array().unwrap();
    assert_eq!(tasks.len(), 51_500);
    let loaded = tasks.iter().position(|task| task["customer"].is_null());
    let (loaded, failed) = tasks.split_at(loaded.unwrap());
    assert!(failed.len() > 50_000, "{} entries failed", failed.len());
    assert!(failed.iter().all(|task| task["customer"].is_null()));
    for task in loaded {
        let tasks = task["customer"]["tasks"].as_array().unwrap();
        assert_eq!(tasks.len(), FIRST);
    }
    let errors = answer["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 1);
    assert_eq!(code(&answer), "BAD_USER_INPUT", "{errors:?}");
    let path = json!(["allTasks", loaded.len(), "customer", "tasks"]);
    assert_eq!(errors[0]["path"], path, "{errors:?}");
    assert!(answer["errors"].to_string().len() < 1_024, "{errors:?}");

    // An entry that may not be null takes the whole list with it.
    let broken = "INSERT INTO comments (task_id, kind, text, at) VALUES (1, 'INTERNAL', 'x', 1);
        PRAGMA ignore_check_constraints = ON; UPDATE comments SET kind = 'BROKEN'";
    shop.database().execute_batch(broken).unwrap();
    let answer = shop.ask("{ allTasks { id comments { id } } }").await;
    assert_eq!(answer["data"], Value::Null);
    let errors = answer["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert_eq!(errors[0]["path"], json!(["allTasks", 0, "comments"]));
    assert_eq!(code(&answer), "INTERNAL_SERVER_ERROR", "{errors:?}");
    shop.close().await;
}

/// A list is read in parts of 250, and each part loads the tasks of its customers at once. Those of the second use up
/// what a request may load, and the others load nothing for entries that fail.
#[tokio::test]
async fn what_fails_for_want_of_budget_is_not_loaded() {
    let shop = shop_with("").await;
    let create =
        r#"mutation { createTask(taskData: {customerPhone: "+79000000001"}) { task { id } } }"#;
    shop.ask(create).await;
    fill(&shop, 2_999, 1);
    let customers = "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 2001)
         INSERT INTO customers (phone, phone_e164, created_at, updated_at)
         SELECT printf('+7900%07d', i), printf('+7900%07d', i), 1, 1 FROM n;
         UPDATE tasks SET customer_id = iif(id <= 600, 1, 2 + id % 2000)";
    shop.database().execute_batch(customers).unwrap();
    let parts = shop.reads("{ allTasks { customer { id } } }").await;
    assert!(parts >= 12, "{parts} parts");
    let (answer, reads) = shop
        .ask_and_count("{ allTasks { customer { tasks { id } } } }")
        .await;
    let tasks = answer["data"]["allTasks"].as_array().unwrap();
    let failed = tasks.iter().filter(|task| task["customer"].is_null());
    // 250,000 entries are those of two parts and of 414 tasks.
    assert_eq!((tasks.len(), failed.count()), (3_000, 3_000 - 414));
    assert_eq!(code(&answer), "BAD_USER_INPUT");
    // The accounts may be read again, since the test has written to the file.
    assert!((parts + 2..parts + 5).contains(&reads), "{reads}, {parts}");
    shop.close().await;
}
