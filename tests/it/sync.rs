//! Copies elsewhere that are kept equal: the order of changes, and the documented example against writers.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::cli::works;
use crate::harness::{Shop, code, eventually, skip};
use crate::live::{connect, hear, init, say, subscribe};
use crate::process::Program;

/// The documented example.
const EXAMPLE: &str = "tests/clients/sync.py";
const CHANGES: &str = "edges { cursor node { kind id deleted changeTime task { id updatedTime } customer { id updatedTime } } }
    pageInfo { hasNextPage endCursor } totalCount";

/// Returns the changes after a cursor.
async fn changes(shop: &Shop, after: &str) -> Value {
    let after = match after {
        "" => String::new(),
        after => format!(", after: \"{after}\""),
    };
    let answer = shop
        .ask(&format!("{{ changes(first: 100{after}) {{ {CHANGES} }} }}"))
        .await;
    assert!(answer["errors"].is_null(), "{answer}");
    answer["data"]["changes"].clone()
}

/// Writes changes as `TASK 1` or `-CUSTOMER 2`, in their order.
fn words(page: &Value) -> Vec<String> {
    let edges = page["edges"].as_array().unwrap().iter();
    let word = |edge: &Value| {
        let node = &edge["node"];
        let (kind, id) = (node["kind"].as_str().unwrap(), node["id"].as_str().unwrap());
        let object = if kind == "TASK" {
            &node["task"]
        } else {
            &node["customer"]
        };
        match node["deleted"].as_bool().unwrap() {
            true => {
                assert_eq!(
                    (&node["task"], &node["customer"]),
                    (&Value::Null, &Value::Null)
                );
                format!("-{kind} {id}")
            }
            false => {
                assert_eq!(
                    (&object["id"], &object["updatedTime"]),
                    (&node["id"], &node["changeTime"])
                );
                format!("{kind} {id}")
            }
        }
    };
    edges.map(word).collect()
}

fn end(page: &Value) -> String {
    page["pageInfo"]["endCursor"].as_str().unwrap().to_owned()
}

async fn done(shop: &Shop, mutation: &str) -> Value {
    let answer = shop.ask(&format!("mutation {{ {mutation} }}")).await;
    assert!(answer["errors"].is_null(), "{mutation}: {answer}");
    answer["data"].clone()
}

async fn create(shop: &Shop, last: u8) {
    let create = format!(
        r#"createTask(taskData: {{customerPhone: "+7900000000{last}", description: "Шумит"}}) {{ task {{ id }} }}"#
    );
    done(shop, &create).await;
}

#[tokio::test]
async fn each_change_comes_once_in_the_order_of_commits() {
    let shop = Shop::with_owner().await;
    assert_eq!(words(&changes(&shop, "").await), Vec::<String>::new());
    create(&shop, 1).await;
    create(&shop, 2).await;
    let first = changes(&shop, "").await;
    assert_eq!(
        words(&first),
        ["CUSTOMER 1", "TASK 1", "CUSTOMER 2", "TASK 2"]
    );
    assert_eq!(first["totalCount"], 4);
    for (mutation, expected) in [
        (
            r#"updateTask(taskData: {id: 1, status: READY}) { task { id } }"#,
            "TASK 1",
        ),
        (
            r#"addLine(taskId: 1, lineData: {kind: WORK, name: "Чистка", unitPrice: 500}) { line { id } }"#,
            "TASK 1",
        ),
        (
            "takePayment(paymentData: {taskId: 1, method: CARD, sum: 100}) { payment { id } }",
            "TASK 1",
        ),
        ("refundPayment(id: 1, sum: 10) { payment { id } }", "TASK 1"),
        (
            r#"addComment(taskId: 1, text: "Звонили") { comment { id } }"#,
            "TASK 1",
        ),
        ("askApproval(taskId: 1) { task { id } }", "TASK 1"),
        ("withdrawApproval(taskId: 1) { task { id } }", "TASK 1"),
        ("setDiscount(taskId: 1, sum: 10) { task { id } }", "TASK 1"),
        (
            "assignTask(id: 1, employeeId: null) { task { id } }",
            "TASK 1",
        ),
        ("removeLine(id: 1) { task { id } }", "TASK 1"),
        (
            r#"updateCustomer(customerData: {phone: "+79000000001", name: "Анна"}) { customer { id } }"#,
            "CUSTOMER 1",
        ),
        (
            r#"correctPhone(customerId: 1, phone: "+79000000003") { customer { id } }"#,
            "CUSTOMER 1",
        ),
        (
            r#"createCustomer(customerData: {phone: "+79000000004"}) { customer { id } }"#,
            "CUSTOMER 3",
        ),
        (
            "mergeCustomers(keepId: 1, otherId: 3) { mergeId }",
            "CUSTOMER 1 -CUSTOMER 3",
        ),
        (
            "undoMerge(mergeId: 1) { other { id } }",
            "CUSTOMER 1 CUSTOMER 3",
        ),
        (
            r#"deleteCustomer(phone: "+79000000003") { phone }"#,
            "-CUSTOMER 1 TASK 1",
        ),
        (
            r#"eraseCustomer(phone: "+79000000002") { phone }"#,
            "-CUSTOMER 2 TASK 2",
        ),
        ("deleteTask(id: 2) { id }", "-TASK 2"),
    ] {
        let before = end(&changes(&shop, "").await);
        assert_eq!(words(&changes(&shop, &before).await), Vec::<String>::new());
        done(&shop, mutation).await;
        assert_eq!(
            words(&changes(&shop, &before).await).join(" "),
            expected,
            "{mutation}"
        );
    }
    // One place for each, and those that are gone stay.
    let all = words(&changes(&shop, "").await);
    assert_eq!(
        all,
        [
            "CUSTOMER 3",
            "-CUSTOMER 1",
            "TASK 1",
            "-CUSTOMER 2",
            "-TASK 2"
        ]
    );
    // A page ends where the next one begins.
    let mut after = String::new();
    for expected in &all {
        let place = if after.is_empty() {
            after
        } else {
            format!(", after: \"{after}\"")
        };
        let page = shop
            .ask(&format!("{{ changes(first: 1{place}) {{ {CHANGES} }} }}"))
            .await;
        let page = &page["data"]["changes"];
        assert_eq!(words(page), [expected.as_str()]);
        after = end(page);
    }
    shop.close().await;
}

#[tokio::test]
async fn a_deleted_person_leaves_a_number_alone() {
    let shop = Shop::with_owner().await;
    create(&shop, 1).await;
    done(&shop, r#"eraseCustomer(phone: "+79000000001") { phone }"#).await;
    let row: String = shop
        .database()
        .query_row(
            "SELECT kind || ' ' || subject_id || ' ' || deleted FROM changes WHERE deleted = 1",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(row, "CUSTOMER 1 1");
    shop.close().await;
}

#[tokio::test]
async fn lists_since_an_instant_lose_nothing_when_the_clock_goes_back() {
    let shop = Shop::with_owner().await;
    create(&shop, 1).await;
    create(&shop, 2).await;
    shop.clock.advance(Duration::from_secs(60));
    create(&shop, 3).await;
    let since = "2021-07-25T09:01:00.000Z";
    let list = |what: &str, since: &str| {
        format!(
            r#"{{ {what}(filter: {{updatedSince: "{since}"}}, orderBy: LEAST_RECENTLY_UPDATED) {{
                nodes {{ id updatedTime }} totalCount pageInfo {{ endCursor }} }} }}"#
        )
    };
    let ids = |answer: &Value, what: &str| {
        assert!(answer["errors"].is_null(), "{answer}");
        let nodes = answer["data"][what]["nodes"].as_array().unwrap();
        assert_eq!(answer["data"][what]["totalCount"], nodes.len());
        let mut times: Vec<_> = nodes
            .iter()
            .map(|node| node["updatedTime"].as_str().unwrap())
            .collect();
        assert!(times.is_sorted(), "{times:?}");
        times.dedup();
        nodes
            .iter()
            .map(|node| node["id"].as_str().unwrap())
            .collect::<Vec<_>>()
            .join(" ")
    };
    for what in ["tasks", "customers"] {
        assert_eq!(
            ids(&shop.ask(&list(what, since)).await, what),
            "3",
            "{what}"
        );
    }
    // The clock goes back by an hour: what changes then is still later.
    shop.clock.step(jiff::SignedDuration::from_hours(-1));
    done(
        &shop,
        "updateTask(taskData: {id: 1, status: READY}) { task { id } }",
    )
    .await;
    done(
        &shop,
        r#"updateCustomer(customerData: {phone: "+79000000002", name: "Лев"}) { customer { id } }"#,
    )
    .await;
    assert_eq!(ids(&shop.ask(&list("tasks", since)).await, "tasks"), "3 1");
    assert_eq!(
        ids(&shop.ask(&list("customers", since)).await, "customers"),
        "3 2"
    );
    assert_eq!(
        ids(
            &shop.ask(&list("tasks", "2021-07-25T09:01:00.001Z")).await,
            "tasks"
        ),
        ""
    );
    // Page by page, with another order, and with other filters.
    let page = |what: &str, after: &str| {
        format!(
            "{{ {what}(first: 1, orderBy: LEAST_RECENTLY_UPDATED{after}) {{ nodes {{ id }} pageInfo {{ endCursor hasNextPage }} }} }}"
        )
    };
    for (what, expected) in [("tasks", ["2", "3", "1"]), ("customers", ["1", "3", "2"])] {
        let mut after = String::new();
        for (number, id) in expected.into_iter().enumerate() {
            let answer = shop.ask(&page(what, &after)).await;
            let found = &answer["data"][what];
            assert_eq!(found["nodes"], json!([{ "id": id }]), "{what} {answer}");
            assert_eq!(found["pageInfo"]["hasNextPage"], number < 2, "{what}");
            after = format!(", after: {}", found["pageInfo"]["endCursor"]);
        }
    }
    let both = r#"{ tasks(filter: {statuses: [READY], updatedSince: "2021-07-25T09:00:00Z"}) { nodes { id } }
        customers(search: "лев", filter: {updatedSince: "2021-07-25T09:01:00Z"}) { nodes { id } } }"#;
    let both = shop.ask(both).await;
    assert_eq!(
        both["data"],
        json!({"tasks": {"nodes": [{"id": "1"}]}, "customers": {"nodes": [{"id": "2"}]}})
    );
    let bad = shop
        .ask(r#"{ tasks(filter: {updatedSince: "gestern"}) { nodes { id } } }"#)
        .await;
    assert_eq!(code(&bad), "BAD_USER_INPUT", "{bad}");
    shop.close().await;
}

#[tokio::test]
async fn changes_are_for_staff_and_cursors_for_what_they_are_from() {
    let shop = Shop::with_owner().await;
    create(&shop, 1).await;
    for (query, expected) in [
        ("{ changes(first: 0) { totalCount } }", "BAD_USER_INPUT"),
        (
            r#"{ changes(after: "x") { totalCount } }"#,
            "BAD_USER_INPUT",
        ),
        (
            r#"{ changes(after: "Y2hhbmdlOkFBQUFBQUFBQUFBOjE") { totalCount } }"#,
            "BAD_USER_INPUT",
        ),
        (
            r#"{ customers(orderBy: LEAST_RECENTLY_UPDATED, after: "Y3VzdG9tZXI6MQ") { totalCount } }"#,
            "BAD_USER_INPUT",
        ),
    ] {
        let refused = shop.ask(query).await;
        assert_eq!(code(&refused), expected, "{query}");
    }
    let nobody = shop.ask_by("nonsense", "{ changes { totalCount } }").await;
    assert_eq!(code(&nobody), "UNAUTHENTICATED");
    // Another database has other marks.
    let after = end(&changes(&shop, "").await);
    let mut other = Shop::open().await;
    let registered = other.register("owner@example.com").await;
    let token = registered["data"]["register"]["token"].as_str();
    other.token = token.map(str::to_owned);
    create(&other, 1).await;
    let refused = other
        .ask(&format!(
            "{{ changes(after: \"{after}\") {{ totalCount }} }}"
        ))
        .await;
    assert_eq!(code(&refused), "BAD_USER_INPUT");
    assert_eq!(refused["errors"][0]["extensions"]["field"], "after");
    other.close().await;
    // A restart keeps the place.
    let shop = shop.reopen_after(Duration::from_secs(60)).await;
    assert_eq!(words(&changes(&shop, &after).await), Vec::<String>::new());
    done(&shop, "deleteTask(id: 1) { id }").await;
    assert_eq!(words(&changes(&shop, &after).await), ["-TASK 1"]);
    shop.close().await;
}

#[tokio::test]
async fn a_change_of_a_customer_is_sent_to_subscribers() {
    let shop = Shop::with_owner().await;
    create(&shop, 1).await;
    let mut socket = connect(&shop, "graphql-transport-ws").await;
    say(&mut socket, init(&shop)).await;
    assert_eq!(hear(&mut socket).await["type"], "connection_ack");
    let watch = "subscription { customerChanged { kind id customer { name } } }";
    say(&mut socket, subscribe("1", watch)).await;
    // It is listening once another operation was answered.
    say(&mut socket, subscribe("2", "{ me { id } }")).await;
    while hear(&mut socket).await["type"] != "complete" {}
    for (mutation, expected) in [
        (
            r#"createCustomer(customerData: {phone: "+79000000002"}) { customer { id } }"#,
            json!({"kind": "CREATED", "id": "2", "customer": {"name": null}}),
        ),
        (
            r#"updateCustomer(customerData: {phone: "+79000000001", name: "Анна"}) { customer { id } }"#,
            json!({"kind": "UPDATED", "id": "1", "customer": {"name": "Анна"}}),
        ),
        (
            r#"deleteCustomer(phone: "+79000000002") { phone }"#,
            json!({"kind": "DELETED", "id": "2", "customer": null}),
        ),
    ] {
        done(&shop, mutation).await;
        let heard = loop {
            let heard = hear(&mut socket).await["payload"]["data"]["customerChanged"].clone();
            // A card is written in several steps.
            if heard["kind"] == expected["kind"] {
                break heard;
            }
        };
        assert_eq!(heard, expected, "{mutation}");
    }
    shop.close().await;
}

/// A file that is replaced by a backup knows no place that was given after the backup.
#[tokio::test]
async fn a_reader_of_a_restored_database_starts_anew() {
    for way in ["restore", "copy"] {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("zayavka.db");
        let mut program = Program::start(&folder);
        let register = program.ask(None, crate::backup::REGISTER).await.unwrap();
        let token = register["data"]["register"]["token"]
            .as_str()
            .unwrap()
            .to_owned();
        let create =
            r#"mutation { createTask(taskData: {customerPhone: "+79000000001"}) { task { id } } }"#;
        let read = "{ changes(first: 100) { pageInfo { endCursor } } }";
        program.ask(Some(&token), create).await.unwrap();
        let cursor = |answer: Value| {
            answer["data"]["changes"]["pageInfo"]["endCursor"]
                .as_str()
                .unwrap()
                .to_owned()
        };
        let kept = cursor(program.ask(Some(&token), read).await.unwrap());
        works(folder.path(), &["backup", "kept.db"], "");
        program.ask(Some(&token), create).await.unwrap();
        let lost = cursor(program.ask(Some(&token), read).await.unwrap());
        program.signal("TERM");
        program.child.wait().unwrap();
        drop(program);
        match way {
            "restore" => drop(works(folder.path(), &["restore", "kept.db"], "")),
            _ => {
                std::fs::copy(folder.path().join("kept.db"), &path).unwrap();
            }
        }
        let program = Program::start(&folder);
        // A restored database knows no session of the lost days.
        let login = r#"mutation { login(email: "a@example.com", password: "four random words") { token } }"#;
        let token = program.ask(None, login).await.unwrap();
        let token = token["data"]["login"]["token"].as_str().unwrap().to_owned();
        let after = |cursor: &str| {
            format!("{{ changes(after: \"{cursor}\") {{ edges {{ node {{ id }} }} }} }}")
        };
        // Also once the order has gone past that place.
        for _ in 0..2 {
            let refused = program.ask(Some(&token), &after(&lost)).await.unwrap();
            assert_eq!(code(&refused), "BAD_USER_INPUT", "{way}: {refused}");
            assert_eq!(refused["errors"][0]["extensions"]["field"], "after");
            let made = program.ask(Some(&token), create).await.unwrap();
            assert!(made["errors"].is_null(), "{made}");
        }
        let known = program.ask(Some(&token), &after(&kept)).await.unwrap();
        let found = known["data"]["changes"]["edges"]
            .as_array()
            .unwrap_or_else(|| panic!("{known}"));
        assert_eq!(found.len(), 2, "{way}");
    }
}

#[tokio::test]
async fn an_imported_archive_is_all_changes() {
    let shop = Shop::with_owner().await;
    create(&shop, 1).await;
    create(&shop, 2).await;
    done(&shop, "deleteTask(id: 1) { id }").await;
    let archive = shop.ask("{ exportArchive }").await["data"]["exportArchive"].clone();
    shop.close().await;
    let mut empty = Shop::with_owner().await;
    let import = "mutation ($archive: String!) { importArchive(archive: $archive) { token } }";
    let answer = empty.ask_with(import, json!({ "archive": archive })).await;
    empty.token = answer["data"]["importArchive"]["token"]
        .as_str()
        .map(str::to_owned);
    let mut found = words(&changes(&empty, "").await);
    found.sort();
    assert_eq!(found, ["CUSTOMER 1", "CUSTOMER 2", "TASK 2"]);
    empty.close().await;
}

/// The example as a program.
struct Copy {
    child: Child,
    file: PathBuf,
}

impl Copy {
    fn start(shop: &Shop, file: &Path) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(EXAMPLE);
        let child = Command::new("python3")
            .arg(script)
            .args([&shop.url, file.to_str().unwrap(), "0.02"])
            .env("ZAYAVKA_TOKEN", shop.token.as_ref().unwrap())
            .stderr(Stdio::null())
            .spawn();
        Self {
            child: child.unwrap(),
            file: file.to_owned(),
        }
    }

    /// Returns the tasks and customers of the copy.
    fn rows(&self) -> BTreeMap<String, Value> {
        let Ok(copy) = rusqlite::Connection::open(&self.file) else {
            return BTreeMap::new();
        };
        let tasks = "SELECT 'task ' || id, json_array(status, description, total, paid, customer, json(lines), json(payments), json(comments)) FROM tasks
            UNION ALL SELECT 'customer ' || id, json_array(name, phone, company) FROM customers";
        let Ok(mut statement) = copy.prepare(tasks) else {
            return BTreeMap::new();
        };
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)));
        let rows = rows.unwrap().filter_map(Result::ok);
        rows.map(|(key, row)| (key, serde_json::from_str(&row).unwrap()))
            .collect()
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Returns the tasks and customers of the shop as the copy has them.
async fn original(shop: &Shop) -> BTreeMap<String, Value> {
    let answer = shop
        .ask(
            "{ allTasks { id status description total paid customer { id } lines { name sum } payments { kind sum } comments { text } }
               allCustomers { id name phone company } }",
        )
        .await;
    assert!(answer["errors"].is_null(), "{answer}");
    let tasks = answer["data"]["allTasks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|task| {
            let row = json!([
                task["status"],
                task["description"],
                task["total"],
                task["paid"],
                task["customer"]["id"],
                task["lines"],
                task["payments"],
                task["comments"]
            ]);
            (format!("task {}", task["id"].as_str().unwrap()), row)
        });
    let customers = answer["data"]["allCustomers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|card| {
            let row = json!([card["name"], card["phone"], card["company"]]);
            (format!("customer {}", card["id"].as_str().unwrap()), row)
        });
    tasks.chain(customers).collect()
}

/// Returns a random write; many are refused, since their objects are gone.
fn random_write() -> String {
    let task = || fastrand::u32(1..60);
    let phone = || format!("+790000000{:02}", fastrand::u32(10..50));
    let number = fastrand::u32(..);
    match fastrand::u32(0..20) {
        0..4 => format!(
            r#"createTask(taskData: {{customerPhone: "{}", description: "{number}"}}) {{ task {{ id }} }}"#,
            phone()
        ),
        4 | 5 => format!(
            r#"updateTask(taskData: {{id: {}, description: "{number}", status: {}}}) {{ task {{ id }} }}"#,
            task(),
            ["ACCEPTED", "READY", "CLOSED"][fastrand::usize(0..3)]
        ),
        6 | 7 => format!(
            r#"addLine(taskId: {}, lineData: {{kind: WORK, name: "{number}", unitPrice: 500}}) {{ line {{ id }} }}"#,
            task()
        ),
        8 => format!(
            "removeLine(id: {}) {{ task {{ id }} }}",
            fastrand::u32(1..100)
        ),
        9 => format!(
            "setDiscount(taskId: {}, sum: {}) {{ task {{ id }} }}",
            task(),
            fastrand::u32(0..400)
        ),
        10 | 11 => format!(
            "takePayment(paymentData: {{taskId: {}, method: CARD, sum: 7, overpayment: true}}) {{ payment {{ id }} }}",
            task()
        ),
        12 => format!(
            "reversePayment(id: {}) {{ payment {{ id }} }}",
            fastrand::u32(1..60)
        ),
        13 => format!(
            r#"addComment(taskId: {}, text: "{number}") {{ comment {{ id }} }}"#,
            task()
        ),
        14 => format!("deleteTask(id: {}) {{ id }}", task()),
        15 => format!(
            r#"createCustomer(customerData: {{phone: "{}", name: "{number}"}}) {{ customer {{ id }} }}"#,
            phone()
        ),
        16 => format!(
            r#"updateCustomer(customerData: {{phone: "{}", company: "{number}"}}) {{ customer {{ id }} }}"#,
            phone()
        ),
        17 => format!(
            "mergeCustomers(keepId: {}, otherId: {}) {{ mergeId }}",
            fastrand::u32(1..60),
            fastrand::u32(1..60)
        ),
        18 => format!(r#"deleteCustomer(phone: "{}") {{ phone }}"#, phone()),
        _ => format!(r#"eraseCustomer(phone: "{}") {{ phone }}"#, phone()),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_documented_example_keeps_a_copy_equal_under_writers() {
    let has_python = Command::new("python3").arg("--version").output();
    if !has_python.is_ok_and(|asked| asked.status.success()) {
        return skip("there is no python3");
    }
    let long = std::env::var("PROOF").is_ok_and(|size| size == "long");
    let time = Duration::from_secs(if long { 60 } else { 4 });
    let (shop, folder) = (Shop::with_owner().await, TempDir::new().unwrap());
    for last in 0..9 {
        create(&shop, last).await;
    }
    let shop = Arc::new(shop);
    let (over, written) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicUsize::new(0)),
    );
    let writers: Vec<_> = (0..4)
        .map(|_| {
            let (shop, over, written) = (shop.clone(), over.clone(), written.clone());
            tokio::spawn(async move {
                while !over.load(Ordering::Relaxed) {
                    let answer = shop
                        .ask(&format!("mutation {{ {} }}", random_write()))
                        .await;
                    assert_ne!(code_or_none(&answer), "INTERNAL_SERVER_ERROR", "{answer}");
                    written.fetch_add(usize::from(answer["errors"].is_null()), Ordering::Relaxed);
                }
            })
        })
        .collect();
    let file = folder.path().join("copy.db");
    let began = Instant::now();
    let mut kills = 0;
    let mut copy = Copy::start(&shop, &file);
    while began.elapsed() < time {
        // It is killed at any moment, and begins again where it was.
        let life = time / 6 + Duration::from_millis(fastrand::u64(0..200));
        tokio::time::sleep(life).await;
        drop(copy);
        kills += 1;
        copy = Copy::start(&shop, &file);
    }
    over.store(true, Ordering::Relaxed);
    for writer in writers {
        writer.await.unwrap();
    }
    let expected = original(&shop).await;
    let late = Instant::now() + Duration::from_secs(20);
    while copy.rows() != expected && Instant::now() < late {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let found = copy.rows();
    let differences = expected
        .iter()
        .filter(|(key, row)| found.get(*key) != Some(*row));
    let differences = differences.count()
        + found
            .keys()
            .filter(|key| !expected.contains_key(*key))
            .count();
    let written = written.load(Ordering::Relaxed);
    println!(
        "{written} writes, {kills} kills of the reader, {} rows, {differences} differences",
        expected.len()
    );
    assert_eq!(
        differences,
        0,
        "{:#?}",
        found
            .iter()
            .filter(|(key, row)| expected.get(*key) != Some(*row))
            .collect::<Vec<_>>()
    );
    assert!(written > 50 && kills > 2, "{written} writes, {kills} kills");
    drop(copy);
    Arc::into_inner(shop).unwrap().close().await;
}

fn code_or_none(answer: &Value) -> &str {
    answer["errors"][0]["extensions"]["code"]
        .as_str()
        .unwrap_or_default()
}

/// The documents show the program that the test above runs.
#[test]
fn the_documents_have_the_example() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let example = std::fs::read_to_string(root.join(EXAMPLE)).unwrap();
    for page in ["docs/api/sync.md", "docs/ru/api/sync.md"] {
        let page = std::fs::read_to_string(root.join(page)).unwrap();
        assert!(
            page.contains(&format!("```python\n{example}```")),
            "it isn't {EXAMPLE}"
        );
    }
}

/// A row of the far future or past, as an import of another program's file may have it, moves no place.
#[tokio::test]
async fn a_time_of_the_far_future_keeps_nobody_waiting() {
    let shop = Shop::with_owner().await;
    create(&shop, 1).await;
    let file = shop.database();
    file.execute("UPDATE tasks SET updated_at = 32503680000000", [])
        .unwrap();
    drop(file);
    // The server notices what another program has written.
    eventually("the change has a place", || {
        let sql = "SELECT count(*) FROM changes_stale";
        shop.database()
            .query_row(sql, [], |row| row.get::<_, i64>(0))
            .unwrap()
            == 0
    })
    .await;
    shop.clock.advance(Duration::from_secs(60));
    create(&shop, 2).await;
    let last = changes(&shop, "").await["edges"][3]["node"].clone();
    assert_eq!(last["changeTime"], "2021-07-25T09:01:00.000Z", "{last}");
    shop.close().await;
}
