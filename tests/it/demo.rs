//! The invented shop: as if made by hand, and believable.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use rusqlite::Connection;
use serde_json::json;
use tempfile::TempDir;
use zayavka::config::Config;
use zayavka::demo;
use zayavka::store::Db;

use crate::accounts::employee_called;
use crate::bot::create;
use crate::cli::{fails, works};
use crate::fake_gateway::FakeGateway;
use crate::fake_smtp::FakeSmtp;
use crate::harness::{PASSWORD, Shop, eventually, kill_after, program};
use crate::pages::goes_to;
use crate::process::{FREE_PORT, Program};
use crate::signed_in::SignedIn;

/// A Sunday at three in the afternoon in Moscow.
const NOW: &str = "2021-07-25T12:00:00Z";

/// A shop that is invented at that time, with these settings.
async fn invented(folder: &TempDir, settings: &str, tasks: u32) -> Connection {
    crate::time_limit::start();
    let config = Config::parse(&format!("{settings}\n[telegram]\nmode = 'off'")).unwrap();
    let now = NOW.parse().unwrap();
    let db = Db::open(&folder.path().join("zayavka.db"), now).unwrap();
    demo::fill(&db, &config.settings.shop, tasks, "no password", now)
        .await
        .unwrap();
    drop(db);
    database(folder.path())
}

/// The kind of device and the description of every task that has both.
fn faults(demo: &Connection) -> Vec<(String, String)> {
    let sql =
        "SELECT d.kind, t.description FROM tasks AS t JOIN task_details AS d ON d.task_id = t.id";
    let mut statement = demo.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
    rows.unwrap().map(Result::unwrap).collect()
}

fn number(database: &Connection, sql: &str) -> i64 {
    database.query_row(sql, [], |row| row.get(0)).unwrap()
}

fn database(folder: &Path) -> Connection {
    Connection::open(folder.join("zayavka.db")).unwrap()
}

#[tokio::test]
async fn the_demo_is_as_if_made_by_hand() {
    let folder = TempDir::new().unwrap();
    drop(invented(&folder, "", 1_000).await);
    // The same rows again, with the triggers at work.
    let (path, now) = (
        folder.path().join("by-hand.db"),
        "2021-07-25T09:00:00Z".parse().unwrap(),
    );
    Db::open(&path, now).unwrap();
    let by_hand = Connection::open(&path).unwrap();
    let demo = folder.path().join("zayavka.db");
    by_hand
        .execute("ATTACH ?1 AS demo", [demo.to_str().unwrap()])
        .unwrap();
    // Every database has the first four stages.
    by_hand
        .execute_batch("DELETE FROM stages; DELETE FROM drawers")
        .unwrap();
    for table in [
        "employees",
        "customers",
        "stages",
        "catalogue_items",
        "drawers",
        "shifts",
        "tasks",
        "task_details",
        "task_lines",
        "task_events",
        "comments",
        "photos",
        "approvals",
        "payments",
        "handovers",
        "outbox",
        "chat_messages",
    ] {
        let copy = format!("INSERT INTO main.{table} SELECT * FROM demo.{table} ORDER BY 1");
        assert!(by_hand.execute(&copy, []).unwrap() > 0, "{table}");
    }
    // The start has the search read what the triggers have noted.
    drop(by_hand);
    drop(Db::open(&path, now).unwrap());
    let by_hand = Connection::open(&path).unwrap();
    by_hand
        .execute("ATTACH ?1 AS demo", [demo.to_str().unwrap()])
        .unwrap();
    // Every table is the same then, but for when the schema was made and the note that the customers are invented; the index
    // is its words.
    let words = "CREATE VIRTUAL TABLE temp.words_DB USING fts5vocab (DB, task_search, instance)";
    for database in ["main", "demo"] {
        let words = words.replace("DB", database);
        by_hand.execute_batch(&words).unwrap();
    }
    let mut tables = vec![("temp.words_main".to_owned(), "temp.words_demo".to_owned())];
    by_hand
        .prepare(
            "SELECT name FROM main.sqlite_schema WHERE type = 'table'
             AND name NOT IN ('refinery_schema_history', 'task_search_config', 'task_search_data', 'task_search_idx', 'sqlite_sequence',
                 'task_counts', 'changes', 'change_eras', 'first_day')",
        )
        .unwrap()
        .query_map([], |row| row.get::<_, String>(0))
        .unwrap()
        .map(Result::unwrap)
        .for_each(|name| tables.push((format!("main.{name}"), format!("demo.{name}"))));
    // A moved task leaves a zero count behind, deleted messages have used ids, and what was made by hand has other places
    // in the order of changes.
    let counts = |database| format!("(SELECT * FROM {database}.task_counts WHERE tasks <> 0)");
    tables.push((counts("main"), counts("demo")));
    assert!(tables.len() > 10, "{tables:?}");
    for (one, other) in tables {
        for (one, other) in [(&one, &other), (&other, &one)] {
            let more =
                format!("SELECT count(*) FROM (SELECT * FROM {one} EXCEPT SELECT * FROM {other})");
            assert_eq!(number(&by_hand, &more), 0, "{more}");
        }
        let rows = |table: &str| number(&by_hand, &format!("SELECT count(*) FROM {table}"));
        assert_eq!(rows(&one), rows(&other), "{one}");
    }
    let schema = "SELECT count(*) FROM
        (SELECT sql FROM main.sqlite_schema EXCEPT SELECT sql FROM demo.sqlite_schema)";
    assert_eq!(number(&by_hand, schema), 0);

    let demo = database(folder.path());
    demo.execute_batch("INSERT INTO task_search (task_search) VALUES ('integrity-check')")
        .unwrap();
    let whole: String = demo
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(whole, "ok");
    let broken = "SELECT count(*) FROM pragma_foreign_key_check";
    assert_eq!(number(&demo, broken), 0);
}

#[tokio::test]
async fn the_demo_is_two_years_of_five_people() {
    let folder = TempDir::new().unwrap();
    let demo = invented(&folder, "", 3_000).await;
    let days = "SELECT (max(created_at) - min(created_at)) / 86400000 FROM tasks";
    assert!((720..=730).contains(&number(&demo, days)));
    let people = "SELECT count(DISTINCT employee_id) FROM tasks";
    assert_eq!(number(&demo, people), 5);
    assert_eq!(number(&demo, "SELECT count(*) FROM customers"), 300);
    // Everything that stands beside a task is there to be seen.
    for some in [
        "serial_key <> ''",
        "accessories <> '' AND appearance <> '' AND place <> ''",
        "estimate > 0 AND price > 0",
        "warranty_until IS NOT NULL",
        "warranty_of IS NOT NULL",
    ] {
        let sql = format!("SELECT count(*) FROM task_details WHERE {some}");
        assert!(number(&demo, &sql) > 0, "{some}");
    }
    let stages = "SELECT count(DISTINCT stage_id) FROM tasks";
    assert_eq!(number(&demo, stages), 9);
    let noted =
        "SELECT count(*) FROM task_events WHERE kind = 'STAGE' AND to_value = 'Ждёт запчасть'";
    assert!(number(&demo, noted) > 0);
    let foreign = "SELECT count(*) FROM tasks AS t LEFT JOIN stages AS s ON s.id = t.stage_id AND s.status = t.status
        WHERE s.id IS NULL OR t.stage_since > t.updated_at";
    assert_eq!(number(&demo, foreign), 0);
    let again = "SELECT count(*) - count(DISTINCT serial_key) FROM task_details";
    assert!(number(&demo, again) > 0);
    // Some customers have been reminded, and the owner has the bot.
    for some in [
        "outbox WHERE kind = 'REMINDER' AND state = 'DELIVERED'",
        "task_events WHERE kind = 'REMINDED' AND to_value = '3'",
        "tasks WHERE reminded = 3 AND status = 'READY'",
        // Works and parts of the price list, paid in several ways, with a few debts and shifts.
        "catalogue_items WHERE kind = 'WORK' AND article <> ''",
        "task_lines WHERE kind = 'PART' AND cost > 0 AND done_by IS NOT NULL",
        "payments WHERE method = 'CASH' AND drawer_id IS NOT NULL",
        "payments WHERE method = 'CARD' AND task_id IS NOT NULL",
        "payments WHERE kind = 'CASH_OUT'",
        "handovers WHERE total > paid AND paid >= 0",
        "shifts WHERE closed_at IS NOT NULL AND reason <> ''",
        "shifts WHERE closed_at IS NULL",
        "employees WHERE role = 'OWNER' AND telegram_id IS NOT NULL AND morning_time = '09:00'",
    ] {
        assert!(
            number(&demo, &format!("SELECT count(*) FROM {some}")) > 0,
            "{some}"
        );
    }
    // The demo's Telegram accounts don't exist, and no message to them is pending.
    let real = "SELECT count(*) FROM customers WHERE telegram_id < (1 << 52) - (1 << 41)";
    assert_eq!(number(&demo, real), 0);
    // Nor do those at MAX, to which nothing would be sent.
    let invented =
        "SELECT count(*) FROM customers WHERE max_verified = 1 AND max_id > (1 << 53) - (1 << 40)";
    let at_max = "SELECT count(*) FROM customers WHERE max_id IS NOT NULL";
    assert!(number(&demo, invented) > 0);
    assert_eq!(number(&demo, invented), number(&demo, at_max));
    let waiting = "SELECT count(*) FROM outbox WHERE state IN ('WAITING', 'SENDING')";
    assert_eq!(number(&demo, waiting), 0);
    let late = "SELECT count(*) FROM tasks WHERE due_on < '2021-07-25' AND status = 'ACCEPTED'";
    assert!(number(&demo, late) > 0);
    // The log went into the file, which is whole without it.
    let log = folder.path().join("zayavka.db-wal");
    assert!(log.metadata().map_or(0, |log| log.len()) == 0);
}

#[tokio::test]
async fn the_invented_shop_is_lively() {
    let folder = TempDir::new().unwrap();
    let demo = invented(&folder, "", 1_000).await;
    let tasks = |of: &str| number(&demo, &format!("SELECT count(*) FROM tasks AS t {of}"));
    let (day, now) = (24 * 60 * 60 * 1_000, 1_627_214_400_000_i64);
    // Something came in today, but nothing before the shop was open or later than now.
    assert!(
        tasks(&format!(
            "WHERE created_at > {}",
            now - 6 * 60 * 60 * 1_000 - 1
        )) >= 2
    );
    for table in [
        "tasks WHERE updated_at",
        "task_events WHERE at",
        "comments WHERE at",
    ] {
        assert_eq!(
            number(&demo, &format!("SELECT count(*) FROM {table} > {now}")),
            0
        );
    }
    let asleep = "SELECT count(*) FROM task_events WHERE kind <> 'REMINDED'
        AND CAST(strftime('%H', at / 1000, 'unixepoch', '+3 hours') AS INTEGER) NOT BETWEEN 9 AND 18";
    assert_eq!(number(&demo, asleep), 0);
    // Most of it is done, some waits for its customer, some for a part, and little has been forgotten.
    let closed = tasks("WHERE status = 'CLOSED'");
    assert!((930..990).contains(&closed), "{closed}");
    let stage = |name: &str| {
        tasks(&format!(
            "JOIN stages AS s ON s.id = t.stage_id WHERE s.name = '{name}'"
        ))
    };
    for name in ["Принято", "Ждёт запчасть", "Готово"] {
        assert!(stage(name) >= 2, "{name}");
    }
    let old = format!(
        "WHERE status <> 'CLOSED' AND created_at < {}",
        now - 21 * day
    );
    assert!(tasks(&old) <= 10, "{}", tasks(&old));
    // Only who has the bot writes and is written to; some of it waits for the shop.
    let talk = "FROM comments AS c JOIN tasks AS t ON t.id = c.task_id JOIN customers AS p ON p.id = t.customer_id
        WHERE c.kind <> 'INTERNAL'";
    assert!(number(&demo, &format!("SELECT count(*) {talk}")) > 5);
    let deaf =
        format!("SELECT count(*) {talk} AND (p.telegram_id IS NULL OR p.telegram_verified = 0)");
    assert_eq!(number(&demo, &deaf), 0);
    let asked = "SELECT count(*) FROM approvals AS a JOIN tasks AS t ON t.id = a.task_id
        JOIN customers AS p ON p.id = t.customer_id WHERE p.telegram_verified = 0";
    assert_eq!(number(&demo, asked), 0);
    for some in [
        "comments WHERE kind = 'FROM_CUSTOMER' AND settled_at IS NULL",
        "comments WHERE kind = 'FROM_CUSTOMER' AND settled_at IS NOT NULL",
        "approvals WHERE state = 'AGREED'",
        "photos WHERE state = 'HERE'",
        "outbox WHERE state = 'DEAD' AND reason = 'BLOCKED'",
    ] {
        assert!(
            number(&demo, &format!("SELECT count(*) FROM {some}")) > 0,
            "{some}"
        );
    }
}

#[tokio::test]
async fn a_fault_fits_its_device_and_everything_is_in_the_shops_language() {
    let both = [
        "language = 'ru'",
        "language = 'en'\ncountry = 'GB'\n[shop]\ncurrency = 'GBP'",
    ];
    // What a description speaks of, and the devices that have it.
    let screens = [
        "телефон",
        "планшет",
        "ноутбук",
        "телевизор",
        "phone",
        "tablet",
        "laptop",
        "TV",
    ];
    let have: [(&[&str], &[&str]); 6] = [
        (&["экран", "screen"], &screens),
        (
            &["отжим", "сливает", "spins", "drain the"],
            &["стиральная машина", "washing machine"],
        ),
        (
            &["морозит", "лёд", "cool,", "Ice"],
            &["холодильник", "fridge"],
        ),
        (
            &["ечатает", "бумаг", "Prints", "paper"],
            &["принтер", "printer"],
        ),
        (&["пар", "steam"], &["утюг", "iron"]),
        (
            &["зёрна", "grind", "brew"],
            &["кофемашина", "coffee machine"],
        ),
    ];
    for settings in both {
        let folder = TempDir::new().unwrap();
        let demo = invented(&folder, settings, 2_000).await;
        let faults = faults(&demo);
        for (words, kinds) in have {
            let has = |text: &String| words.iter().any(|word| text.contains(word));
            let of_these = faults.iter().filter(|(_, text)| has(text));
            let mut seen = 0;
            for (kind, text) in of_these {
                assert!(kinds.contains(&kind.as_str()), "{kind}: {text}");
                seen += 1;
            }
            assert!(seen > 0, "{settings}: {words:?}");
        }
        // A text has the letters of its language, and no other ones.
        let texts = "SELECT description FROM tasks UNION SELECT name FROM customers WHERE name IS NOT NULL
            UNION SELECT text FROM comments UNION SELECT name FROM stages UNION SELECT place FROM task_details
            UNION SELECT kind FROM task_details UNION SELECT accessories FROM task_details
            UNION SELECT appearance FROM task_details";
        let mut texts = demo.prepare(texts).unwrap();
        let texts = texts.query_map([], |row| row.get::<_, String>(0)).unwrap();
        let is_russian = settings.contains("ru");
        for text in texts.map(Result::unwrap).filter(|text| !text.is_empty()) {
            let cyrillic = text.chars().any(|c| ('а'..='я').contains(&c));
            assert_eq!(cyrillic, is_russian, "{text}");
        }
        // A new screen of a phone costs what it costs.
        let [least, most] = if is_russian {
            [300_000, 2_000_000]
        } else {
            [3_000, 20_000]
        };
        let price = "SELECT min(price), max(price) FROM
            (SELECT (SELECT sum(unit_price) FROM task_lines AS l WHERE l.task_id = t.id) AS price
             FROM task_details AS d JOIN tasks AS t ON t.id = d.task_id
             WHERE kind IN ('phone', 'телефон')
                AND (description LIKE 'Cracked screen%' OR description LIKE 'Разбит экран%'))";
        let (low, high): (i64, i64) = demo
            .query_row(price, [], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap();
        assert!(
            least <= low && low < high && high <= most,
            "{low} to {high}"
        );
    }
}

#[tokio::test]
async fn the_invented_shop_is_the_same_every_time() {
    let print = async || {
        let folder = TempDir::new().unwrap();
        let demo = invented(&folder, "", 400).await;
        let sql = "SELECT group_concat(t.id || description || status || t.created_at || version || phone || coalesce(price, ''))
            FROM tasks AS t JOIN customers AS c ON c.id = t.customer_id LEFT JOIN task_details AS d ON d.task_id = t.id";
        let tasks: String = demo.query_row(sql, [], |row| row.get(0)).unwrap();
        let sql = "SELECT group_concat(task_id || kind || text || at) FROM comments";
        let comments: String = demo.query_row(sql, [], |row| row.get(0)).unwrap();
        (tasks, comments)
    };
    assert_eq!(print().await, print().await);
}

#[tokio::test]
async fn the_demo_serves_and_lets_in_with_what_it_has_printed() {
    let folder = TempDir::new().unwrap();
    let mut command = program();
    command
        .args(["demo", "--tasks", "60", "--serve"])
        .envs([FREE_PORT])
        .current_dir(folder.path())
        .stdout(Stdio::piped());
    let mut served = Program::run(command);
    let mut said = BufReader::new(served.child.stdout.take().unwrap()).lines();
    let mut line = || said.next().unwrap().unwrap();
    assert_eq!(line(), served.url);
    let sign_in = line();
    let password = sign_in
        .strip_prefix("Sign in as owner@example.com with ")
        .unwrap();
    // Short enough to be typed from one screen into another.
    assert!(
        password.len() <= 25 && password.split('-').count() == 3,
        "{password}"
    );
    let login = format!(
        r#"mutation {{ login(email: "owner@example.com", password: "{password}") {{ token }} }}"#
    );
    let answer = served.ask(None, &login).await.unwrap();
    let token = answer["data"]["login"]["token"]
        .as_str()
        .unwrap()
        .to_owned();
    let tasks = served
        .ask(Some(&token), "{ allTasks { id } }")
        .await
        .unwrap();
    assert_eq!(tasks["data"]["allTasks"].as_array().unwrap().len(), 60);
    served.signal("INT");
    assert!(served.child.wait().unwrap().success(), "{}", served.log());
}

#[tokio::test]
async fn nobody_of_the_demo_is_written_to_although_channels_are_set_up() {
    let folder = TempDir::new().unwrap();
    let (gateway, smtp) = (FakeGateway::start().await, FakeSmtp::start().await);
    let settings = format!(
        "[sms]\nprovider = 'smsc'\nkey = 'k'\nquiet = 'off'\napi_url = '{}'\n[email]\nhost = '127.0.0.1'\n\
         port = '{}'\nsecurity = 'none'\nfrom = 'shop@example.com'\n",
        gateway.url(),
        smtp.port()
    );
    std::fs::write(folder.path().join("config.toml"), settings).unwrap();
    let said = works(folder.path(), &["demo", "--tasks", "60"], "");
    let (_, password) = said.trim().rsplit_once(' ').unwrap();
    let served = Program::start(&folder);
    let login = format!(
        r#"mutation {{ login(email: "owner@example.com", password: "{password}") {{ token }} }}"#
    );
    let answer = served.ask(None, &login).await.unwrap();
    let token = answer["data"]["login"]["token"]
        .as_str()
        .unwrap()
        .to_owned();
    let ask = async |query: String| served.ask(Some(&token), &query).await.unwrap();
    let tasks = ask("{ allTasks { id status customer { phone } } }".to_owned()).await;
    let tasks = tasks["data"]["allTasks"].as_array().unwrap().clone();
    let open = tasks
        .iter()
        .filter(|task| task["status"] != "CLOSED" && !task["customer"].is_null());
    // A quote goes by SMS and a message by e-mail, if at all.
    for task in open {
        let (id, phone) = (&task["id"], &task["customer"]["phone"]);
        ask(format!(
            "mutation {{ askApproval(taskId: {id}, price: 100) {{ task {{ id }} }} }}"
        ))
        .await;
        let card =
            format!(r#"updateCustomer(customerData: {{phone: {phone}, email: "a@example.com"}})"#);
        let add = format!(r#"addComment(taskId: {id}, text: "Hello", toCustomer: true)"#);
        let written = ask(format!(
            "mutation {{ {card} {{ customer {{ id }} }} {add} {{ task {{ id }} }} }}"
        ))
        .await;
        assert!(written["errors"].is_null(), "{written}");
    }
    let of = |channel: &str, state: &str| {
        let sql = format!("SELECT count(*) FROM outbox WHERE channel = '{channel}' AND {state}");
        number(&database(folder.path()), &sql)
    };
    let open = "state IN ('WAITING', 'SENDING')";
    let dead = "state = 'DEAD' AND detail = 'the customers of a demo are invented'";
    eventually("everything is settled", || {
        of("SMS", open) + of("EMAIL", open) == 0
    })
    .await;
    // What SMS doesn't carry is handed to e-mail, which doesn't either.
    assert!(of("EMAIL", dead) > 0);
    assert_eq!(
        of("SMS", "state = 'DELIVERED'") + of("EMAIL", "state = 'DELIVERED'"),
        0
    );
    assert!(gateway.calls().is_empty() && smtp.connections() == 0);
}

#[tokio::test]
async fn the_demo_is_made_beside_a_server_too() {
    let folder = TempDir::new().unwrap();
    let (path, now) = (
        folder.path().join("zayavka.db"),
        "2021-07-25T09:00:00Z".parse().unwrap(),
    );
    let served = Db::open(&path, now).unwrap();
    works(folder.path(), &["demo", "--tasks", "300"], "");
    let count = |c: &Connection| Ok(number(c, "SELECT count(*) FROM tasks"));
    assert_eq!(served.read(count).await.unwrap(), 300);
    drop(served);
    // Alone it fills the file without the log, which is there again afterwards.
    let alone = TempDir::new().unwrap();
    works(alone.path(), &["demo", "--tasks", "300"], "");
    for folder in [&folder, &alone] {
        let mode: String = database(folder.path())
            .query_row("PRAGMA journal_mode", [], |row| row.get(0))
            .unwrap();
        assert_eq!(mode, "wal");
    }
}

#[test]
fn a_demo_that_is_killed_leaves_whole_tasks() {
    let whole = |folder: &Path| {
        let demo = database(folder);
        let sound: String = demo
            .query_row("PRAGMA integrity_check", [], |row| row.get(0))
            .unwrap();
        assert_eq!(sound, "ok");
        if !demo.table_exists(None, "tasks").unwrap() {
            return 0;
        }
        // Each is there with its history, its counts and its words.
        let tasks = number(&demo, "SELECT count(*) FROM tasks");
        for other in [
            "SELECT count(DISTINCT task_id) FROM task_events WHERE kind = 'CREATED'",
            "SELECT coalesce(sum(tasks), 0) FROM task_counts",
            "SELECT count(*) FROM task_search_docsize",
        ] {
            assert_eq!(number(&demo, other), tasks, "{other}");
        }
        number(&demo, "SELECT count(*) FROM employees")
    };
    for wait in [300, 600, 1_000] {
        let folder = TempDir::new().unwrap();
        let arguments = ["demo", "--tasks", "200000"];
        kill_after(folder.path(), &arguments, Duration::from_millis(wait));
        match whole(folder.path()) {
            0 => drop(works(folder.path(), &["demo", "--tasks", "20"], "")),
            _ => assert!(fails(folder.path(), &["demo"], "").contains("has data already")),
        }
    }
}

/// The number of rows of each table but those that tell what was done with the demo, the order of changes, in which deleted
/// tasks stay, and SQLite's own.
fn rows(shop: &Shop) -> Vec<(String, i64)> {
    let database = shop.database();
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '%search_%'
        AND name NOT IN ('audit_events', 'first_day', 'changes', 'sqlite_sequence')";
    let mut tables = database.prepare(sql).unwrap();
    let tables = tables.query_map([], |row| row.get::<_, String>(0)).unwrap();
    let counted = tables.map(|table| {
        let table = table.unwrap();
        let count = number(&database, &format!("SELECT count(*) FROM {table}"));
        (table, count)
    });
    counted.collect()
}

#[tokio::test]
async fn an_owner_loads_a_demo_shop_looks_around_and_removes_it() {
    let shop = Shop::with_owner().await;
    let before = rows(&shop);
    let desk = SignedIn::of(&shop, "owner@example.com").await;
    assert!(desk.page("/today").await.contains("action=\"/demo/load\""));
    assert!(desk.page("/data").await.contains("action=\"/demo/load\""));
    assert_eq!(desk.get("/demo/remove").await.status(), 200);
    let refused = desk.post("/demo/remove", &[]).await;
    assert_eq!(refused.status(), 404, "there is none");

    let loaded = desk.post("/demo/load", &[]).await;
    assert_eq!(goes_to(&loaded), "/today");
    assert_eq!(count(&shop, "tasks").await, 120);
    let today = desk.page("/today").await;
    assert!(
        today.contains("href=\"/demo/remove\"") && !today.contains("/demo/load"),
        "{today}"
    );
    // Twice is once.
    let again = desk.post("/demo/load", &[]).await;
    assert_eq!(again.status(), 422);
    assert_eq!(count(&shop, "tasks").await, 120);
    // Nobody signs in as an invented employee.
    for password in ["", "no password", PASSWORD] {
        let login = json!({ "password": password });
        let query = "mutation ($password: String!) { login(email: \"technician@example.com\", password: $password) { token } }";
        let answer = shop.ask_with(query, login).await;
        assert!(answer["data"]["login"]["token"].is_null(), "{answer}");
    }
    // What is entered meanwhile is counted.
    shop.clock.advance(Duration::from_secs(60));
    create(&shop, "+79000000001").await;
    let question = desk.page("/demo/remove").await;
    assert!(question.contains("уйдёт 1 заявка"), "{question}");

    let removed = desk.post("/demo/remove", &[]).await;
    assert_eq!(goes_to(&removed), "/today");
    assert_eq!(rows(&shop), before);
    let found = shop
        .ask("{ tasks(filter: {search: \"экран\"}) { totalCount } }")
        .await;
    assert_eq!(found["data"]["tasks"]["totalCount"], 0, "{found}");
    // A backup was made before, and holds what was entered.
    let folder = shop.folder().join("backups");
    let files: Vec<_> = folder
        .read_dir()
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    let backup = files
        .iter()
        .find(|file| file.extension().is_some_and(|kind| kind == "db"));
    let backup = Connection::open(backup.unwrap()).unwrap();
    assert_eq!(number(&backup, "SELECT count(*) FROM tasks"), 121);
    // History and ledger are append-only again, and numbers are not given twice.
    create(&shop, "+79000000001").await;
    let tasks = shop.ask("{ allTasks { id } }").await;
    assert_eq!(tasks["data"]["allTasks"], json!([{ "id": "122" }]));
    let database = shop.database();
    for table in ["task_events", "payments"] {
        let triggers =
            format!("SELECT count(*) FROM sqlite_schema WHERE name = '{table}_append_only_delete'");
        assert_eq!(number(&database, &triggers), 1, "{table}");
    }
    assert!(database.execute("DELETE FROM task_events", []).is_err());
    assert_eq!(count(&shop, "audit_events").await, 2);
    assert!(!desk.page("/today").await.contains("/demo/"));
    shop.close().await;
}

#[tokio::test]
async fn a_demo_is_for_an_empty_shop_and_its_owner() {
    let shop = Shop::with_owner().await;
    employee_called(&shop, "employee@example.com").await;
    let employee = SignedIn::of(&shop, "employee@example.com").await;
    for path in ["/demo/load", "/demo/remove"] {
        assert_eq!(employee.post(path, &[]).await.status(), 403, "{path}");
        let stranger = SignedIn::stranger(&shop).post(path, &[]).await;
        assert!(goes_to(&stranger).starts_with("/login"), "{path}");
    }
    assert_eq!(employee.get("/demo/remove").await.status(), 403);
    create(&shop, "+79000000001").await;
    let desk = SignedIn::of(&shop, "owner@example.com").await;
    assert!(!desk.page("/today").await.contains("/demo/"));
    assert_eq!(desk.post("/demo/load", &[]).await.status(), 422);
    assert_eq!(count(&shop, "tasks").await, 1);
    shop.close().await;
}

#[tokio::test]
async fn a_demo_is_not_removed_without_a_backup() {
    let shop = Shop::with_owner().await;
    let desk = SignedIn::of(&shop, "owner@example.com").await;
    desk.post("/demo/load", &[]).await;
    std::fs::write(
        shop.folder().join("backups"),
        "a file where the folder would be",
    )
    .unwrap();
    let refused = desk.post("/demo/remove", &[]).await;
    assert_eq!(refused.status(), 422);
    assert!(refused.text().await.unwrap().contains("Копия"));
    assert_eq!(count(&shop, "tasks").await, 120);
    shop.close().await;
}

async fn count(shop: &Shop, table: &str) -> i64 {
    number(&shop.database(), &format!("SELECT count(*) FROM {table}"))
}
