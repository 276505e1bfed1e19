//! The invented shop: made in another way than by hand, and yet the same.

use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;
use tempfile::TempDir;
use zayavka::store::Db;

use crate::cli::works;
use crate::harness::kill_after;

fn number(database: &Connection, sql: &str) -> i64 {
    database.query_row(sql, [], |row| row.get(0)).unwrap()
}

fn database(folder: &Path) -> Connection {
    Connection::open(folder.join("zayavka.db")).unwrap()
}

#[test]
fn the_demo_is_as_if_made_by_hand() {
    let folder = TempDir::new().unwrap();
    works(folder.path(), &["demo", "--tasks", "3000"], "");
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
    by_hand.execute("DELETE FROM stages", []).unwrap();
    for table in [
        "employees",
        "customers",
        "stages",
        "tasks",
        "task_details",
        "task_events",
        "comments",
        "photos",
        "approvals",
        "outbox",
    ] {
        let copy = format!("INSERT INTO main.{table} SELECT * FROM demo.{table} ORDER BY 1");
        assert!(by_hand.execute(&copy, []).unwrap() > 0);
    }
    // The start has the search read what the triggers have noted.
    drop(by_hand);
    drop(Db::open(&path, now).unwrap());
    let by_hand = Connection::open(&path).unwrap();
    by_hand
        .execute("ATTACH ?1 AS demo", [demo.to_str().unwrap()])
        .unwrap();
    // Every table is the same then, but for when the schema was made; the index is its words.
    let words = "CREATE VIRTUAL TABLE temp.words_DB USING fts5vocab (DB, task_search, instance)";
    for database in ["main", "demo"] {
        let words = words.replace("DB", database);
        by_hand.execute_batch(&words).unwrap();
    }
    let mut tables = vec![("temp.words_main".to_owned(), "temp.words_demo".to_owned())];
    by_hand
        .prepare(
            "SELECT name FROM main.sqlite_schema WHERE type = 'table'
             AND name NOT IN ('refinery_schema_history', 'task_search_data', 'task_search_idx')",
        )
        .unwrap()
        .query_map([], |row| row.get::<_, String>(0))
        .unwrap()
        .map(Result::unwrap)
        .for_each(|name| tables.push((format!("main.{name}"), format!("demo.{name}"))));
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

#[test]
fn the_demo_is_two_years_of_five_people() {
    let folder = TempDir::new().unwrap();
    works(folder.path(), &["demo", "--tasks", "3000"], "");
    let demo = database(folder.path());
    let days = "SELECT (max(created_at) - min(created_at)) / 86400000 FROM tasks";
    assert!((720..=730).contains(&number(&demo, days)));
    let people = "SELECT count(DISTINCT employee_id) FROM tasks";
    assert_eq!(number(&demo, people), 5);
    assert_eq!(number(&demo, "SELECT count(*) FROM customers"), 300);
    // Everything that stands beside a task is there to be seen.
    for some in [
        "serial_key <> ''",
        "accessories <> '' AND appearance <> '' AND place <> ''",
        "estimate > 0 AND price > 0 AND prepayment > 0",
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
        WHERE s.id IS NULL OR t.stage_since IS NOT t.updated_at";
    assert_eq!(number(&demo, foreign), 0);
    let again = "SELECT count(*) - count(DISTINCT serial_key) FROM task_details";
    assert!(number(&demo, again) > 0);
    // Some customers have been reminded, and the owner has the bot.
    for some in [
        "outbox WHERE kind = 'REMINDER' AND state = 'DELIVERED'",
        "task_events WHERE kind = 'REMINDED' AND to_value = '3'",
        "tasks WHERE reminded = 3 AND status = 'READY'",
        "employees WHERE role = 'OWNER' AND telegram_id IS NOT NULL AND morning_time = '09:00'",
    ] {
        assert!(
            number(&demo, &format!("SELECT count(*) FROM {some}")) > 0,
            "{some}"
        );
    }
    // The demo's Telegram accounts don't exist, and none of them is to be notified.
    let told =
        "SELECT count(*) FROM customers WHERE telegram_id IS NOT NULL AND telegram_blocked = 0";
    assert_eq!(number(&demo, told), 0);
    let late = "SELECT count(*) FROM tasks WHERE due_on < date('now') AND status = 'ACCEPTED'";
    assert!(number(&demo, late) > 0);
    // The log went into the file, which is whole without it.
    let log = folder.path().join("zayavka.db-wal");
    assert!(log.metadata().map_or(0, |log| log.len()) == 0);
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
fn a_demo_that_is_killed_leaves_nothing() {
    let folder = TempDir::new().unwrap();
    for wait in [300, 600, 1_000] {
        kill_after(
            folder.path(),
            &["demo", "--tasks", "200000"],
            Duration::from_millis(wait),
        );
        let demo = database(folder.path());
        let made = demo.table_exists(None, "tasks").unwrap();
        assert!(!made || number(&demo, "SELECT count(*) FROM tasks") == 0);
        assert!(!made || number(&demo, "SELECT count(*) FROM employees") == 0);
    }
    works(folder.path(), &["demo", "--tasks", "20"], "");
}
