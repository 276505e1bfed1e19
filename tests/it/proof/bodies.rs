//! Malformed bodies on every endpoint that accepts one: no internal error, no panic, and no leaked
//! memory.

use fastrand::Rng;
use reqwest::redirect::Policy;
use reqwest::{Method, RequestBuilder};
use serde_json::json;
use tempfile::TempDir;

use super::{Client, borrowed, report, resident, size, with_bot};
use crate::bot::{contact, text};
use crate::fake_telegram::FakeTelegram;
use crate::harness::SECRET;
use crate::process::Program;

const TOGETHER: usize = 8;

/// Endpoint that accepts bodies.
#[derive(Clone, Copy)]
enum Door {
    Graphql,
    Webhook,
    Form,
}

/// Sequences that tend to break parsers.
const TOKENS: &[&[u8]] = &[
    b"\0",
    b"\"",
    b"\\",
    b"{",
    b"}",
    b"[[[[[[[[[[[[[[[[[[[[",
    b"null",
    b"-1",
    b"1e999",
    b"9223372036854775808",
    b"\\ud800",
    b"%00",
    b"%ff",
    b"&",
    b"=",
    b"\xff\xfe",
    b"\r\n",
    "\u{202e}".as_bytes(),
    "📱".as_bytes(),
    b"$",
    b"...",
    b"@include(if: true)",
    b"query",
    b"id: 1",
];

/// Returns well-formed requests; `@` stands for a fresh number.
fn seeds(door: Door) -> Vec<(String, String)> {
    let graphql = |query: &str, variables: serde_json::Value| {
        let body = json!({"query": query, "variables": variables, "operationName": null});
        ("/graphql".to_owned(), body.to_string())
    };
    let form = |path: &str, body: &str| (path.to_owned(), body.to_owned());
    let update = |mut update: serde_json::Value| {
        update["update_id"] = json!("@");
        (
            "/telegram/webhook".to_owned(),
            update.to_string().replace("\"@\"", "@"),
        )
    };
    match door {
        Door::Graphql => vec![
            graphql(
                "query($f: TaskFilter) { tasks(filter: $f, first: 5) { totalCount nodes { id history { kind } } pageInfo { endCursor } } }",
                json!({"f": {"statuses": ["READY"], "search": "lamp 900", "dateStart": "2021-07-25"}}),
            ),
            graphql(
                "mutation($d: TaskInput!) { createTask(taskData: $d) { task { id description } } }",
                json!({"d": {"customerPhone": "+79000000001", "description": "a lamp", "category": "REPAIR", "dueOn": "2021-07-31",
                    "device": {"brand": "Acme", "serialNumber": "490154203237518"}, "estimate": 150_050, "warrantyOfId": "1"}}),
            ),
            graphql(
                "mutation { updateTask(taskData: {id: 1, dueOn: null, price: 2000000000, prepayment: null, warrantyEndsOn: \"2021-10-23\", device: {place: \"shelf 2\", serialNumber: \"\"}}) { task { device { serialNumberSuspicious } warrantyTasks { id } } } }",
                json!({}),
            ),
            graphql(
                "query($f: TaskFilter) { tasks(filter: $f) { nodes { overdue dueOn price device { model } tasksOfDevice { id } warrantyOf { id } } } shop { currency } }",
                json!({"f": {"overdue": true, "serialNumber": "49-015420-323751-8"}}),
            ),
            graphql(
                "mutation { updateTask(taskData: {id: 1, status: READY, expectedVersion: 1}) { task { version } } }",
                json!({}),
            ),
            graphql(
                "mutation { createCustomer(customerData: {phone: \"8 900 000 00 0@\", name: \"Anna\", telegramId: \"7\"}) { customer { id } } }",
                json!({}),
            ),
            graphql(
                "{ allTasks(customerPhone: \"+79000000001\", createdAt: \"2021-07-25\") { id customer { name } } customers(search: \"an%\", after: \"Y3VzdG9tZXI6MQ\") { nodes { id } } }",
                json!({}),
            ),
            graphql(
                "{ __schema { types { name fields { name } } } me { id } }",
                json!({}),
            ),
        ],
        Door::Webhook => vec![
            update(text(7, "/start")),
            update(text(8, "8 900 000 00 01")),
            update(contact(9, 9, "79000000001")),
            update(
                json!({"callback_query": {"id": "1", "chat_instance": "1", "data": "page:1",
                "from": {"id": 9, "is_bot": false, "first_name": "A"},
                "message": {"message_id": 1, "date": 0, "chat": {"id": 9, "type": "private"}}}}),
            ),
        ],
        Door::Form => vec![
            form(
                "/new-task/",
                "phone=8+900+000+00+0@&name=Anna&description=a+lamp&category=REPAIR&status=ACCEPTED&kind=phone&brand=Acme&model=X1&serialNumber=490154203237518&accessories=case&appearance=new&place=shelf+2&dueOn=2021-07-31&estimate=1+500%2C50&prepayment=500&warrantyOfId=1",
            ),
            form(
                "/tasks/1/edit",
                "description=two%0D%0Alines&category=OTHER&status=READY&version=1&serialNumber=&dueOn=&price=2000&warrantyEndsOn=2021-10-23",
            ),
            form(
                "/tasks/1/edit",
                "description=two%0D%0Alines&place=shelf&was=description%3Da%26place%3Db&key=0123",
            ),
            form(
                "/tasks/1/edit",
                "description=two&price=1&asked=description%3Da%26price%3Db&take.description=mine&take.price=theirs",
            ),
            form(
                "/tasks/1/status",
                "status=IN_PROGRESS&version=1&back=%2F%3Fq%3D900%26changed%3D9",
            ),
            form("/tasks/1/facts", "field=employee&employee=1&version=1"),
            form(
                "/new-customer/",
                "phone=%2B7900000000@&name=%D0%90%D0%BD%D0%BD%D0%B0",
            ),
            form(
                "/login",
                "email=owner%40example.com&password=wrong&next=%2F",
            ),
        ],
    }
}

/// Applies a few random changes to a body.
fn mutate(random: &mut Rng, mut body: Vec<u8>, other: &[u8]) -> Vec<u8> {
    for _ in 0..random.usize(1..5) {
        let at = random.usize(..=body.len());
        let end = random.usize(at..=body.len()).min(at + 40);
        match random.u8(..6) {
            0 if at < body.len() => body[at] ^= 1 << random.u8(..8),
            1 => drop(body.drain(at..end)),
            2 => {
                let again = body[at..end].repeat(random.usize(1..50));
                body.splice(at..at, again);
            }
            3 => {
                let from = random.usize(..other.len());
                let to = random.usize(from..=other.len());
                body.splice(at..end, other[from..to].iter().copied());
            }
            _ => {
                let token = random.choice(TOKENS).copied().unwrap_or_default();
                body.splice(at..end, token.iter().copied());
            }
        }
    }
    body
}

fn request(program: &Program, client: &Client, door: Door, path: &str) -> RequestBuilder {
    let url = format!("{}{path}", program.url);
    let request = client.http.request(Method::POST, url);
    match door {
        Door::Graphql => request
            .bearer_auth(&client.token)
            .header("content-type", "application/json"),
        Door::Webhook => request.header("x-telegram-bot-api-secret-token", SECRET),
        Door::Form => request
            .header("cookie", format!("zayavka={}", client.token))
            .header("origin", &program.url)
            .header("content-type", "application/x-www-form-urlencoded"),
    }
}

/// Sends this many bodies, and returns how many were accepted as well-formed.
async fn storm(program: &Program, client: &Client, door: Door, count: usize, seed: u64) -> usize {
    let one = |worker: u64| async move {
        let seeds = seeds(door);
        let mut random = Rng::with_seed(seed + worker);
        let mut taken = 0;
        for turn in 0..count / TOGETHER {
            let number = (seed + worker) * 1_000_000 + turn as u64;
            let (path, body) = random.choice(&seeds).unwrap();
            let (_, other) = random.choice(&seeds).unwrap();
            let body = body.replace('@', &number.to_string()).into_bytes();
            let body = mutate(&mut random, body, other.as_bytes());
            let sent = request(program, client, door, path).body(body.clone());
            let answer = sent.send().await.unwrap();
            let status = answer.status();
            let said = answer.text().await.unwrap();
            let shown = String::from_utf8_lossy(&body);
            assert!(!status.is_server_error(), "{path} {status}: {shown}");
            assert!(!said.contains("INTERNAL_SERVER_ERROR"), "{path}: {shown}");
            taken += usize::from(!status.is_client_error());
        }
        taken
    };
    let all = futures_util::future::join_all((0..TOGETHER as u64).map(one));
    all.await.into_iter().sum()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_that_nobody_would_send_break_nothing() {
    let count = size(96, 20_000);
    let folder = TempDir::new().unwrap();
    let telegram = FakeTelegram::start().await;
    let program = Program::start_with(&folder, &borrowed(&with_bot(&telegram)));
    let mut client = Client::register(&program).await;
    // The pages after redirects grow with the data, independently of bodies.
    let quiet = reqwest::Client::builder().redirect(Policy::none());
    client.http = quiet.build().unwrap();
    let doors = [
        ("GraphQL", Door::Graphql),
        ("webhook", Door::Webhook),
        ("forms", Door::Form),
    ];
    // As many beforehand, since the database's caches fill up to their limits.
    for (_, door) in doors {
        storm(&program, &client, door, count, 1_000).await;
    }
    let before = resident(&program);
    let mut figures = Vec::new();
    for (name, door) in doors {
        let taken = storm(&program, &client, door, count, 1).await;
        figures.push(format!("{count} on {name} ({taken} of them taken)"));
    }
    let after = resident(&program);
    let log = program.log();
    for bad in ["panicked", "internal error"] {
        let line = log.lines().find(|line| line.contains(bad));
        assert_eq!(line, None);
    }
    let grown = after as f64 / before as f64 * 100.0 - 100.0;
    report(
        "bodies",
        &format!(
            "{}: no 5xx, no panic; memory {:.1} MB before and {:.1} MB after ({grown:+.0} %)",
            figures.join(", "),
            before as f64 / 1e6,
            after as f64 / 1e6
        ),
    );
    assert!(grown < 20.0 || size(0, 1) == 0, "memory grew by {grown} %");
}
