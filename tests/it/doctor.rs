//! Findings of the doctor, and the bot's state on the owner's page.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Output;
use std::time::Duration;

use reqwest::Method;
use rusqlite::Connection;
use serde_json::{Value, json};
use tempfile::TempDir;
use zayavka::clock::Clock;
use zayavka::config::Config;
use zayavka::doctor::{self, Finding, Level};
use zayavka::store::embedded_migrations;

use crate::backup::{add, names, served};
use crate::cli::{works, zayavka};
use crate::fake_telegram::FakeTelegram;
use crate::harness::{Shop, newest_schema};

fn see(folder: &Path, variables: &[(&str, &str)]) -> Output {
    zayavka(folder, &["doctor"], "", variables)
}

/// Runs the doctor, checks its exit status, and returns its lines.
pub fn lines(folder: &Path, variables: &[(&str, &str)]) -> Vec<String> {
    let output = see(folder, variables);
    let said = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<String> = said.lines().map(str::to_owned).collect();
    assert!(!lines.is_empty(), "{:?}", output.stderr);
    let failed = lines.iter().any(|line| line.starts_with("failure"));
    assert_eq!(output.status.code(), Some(i32::from(failed)), "{said}");
    lines
}

/// Asserts that exactly one line has this level, subject and text.
pub fn finds(lines: &[String], level: &str, about: &str, said: &str) {
    let start = format!("{level:<8} {about}: ");
    let found = |line: &&String| line.starts_with(&start) && line.contains(said);
    assert_eq!(
        lines.iter().filter(found).count(),
        1,
        "{start}{said}: {lines:#?}"
    );
}

/// Prepares a directory without any problem.
pub fn healthy() -> TempDir {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    let rights = std::fs::Permissions::from_mode(0o700);
    std::fs::set_permissions(at, rights).unwrap();
    works(at, &["demo", "--tasks", "20"], "");
    std::fs::create_dir(at.join("backups")).unwrap();
    let today = jiff::Timestamp::now().strftime("zayavka-%Y-%m-%dT%H%M%SZ.db");
    works(at, &["backup", &format!("backups/{today}")], "");
    let settings = "[backup]\ndir = 'backups'\nevery = '1d'\nkeep = 3\n";
    std::fs::write(at.join("config.toml"), settings).unwrap();
    folder
}

#[tokio::test]
async fn a_healthy_installation_is_all_ok_with_and_without_its_server() {
    let folder = healthy();
    let at = folder.path();
    let before = names(at);
    for line in lines(at, &[]) {
        // The fill level of this machine's disk proves nothing.
        assert!(
            line.starts_with("ok ") || line.contains(" disk: "),
            "{line}"
        );
    }
    assert_eq!(names(at), before, "it made or took a file");
    std::fs::remove_file(at.join("zayavka.db")).unwrap();
    let (program, token) = served(&folder).await;
    add(&program, &token).await;
    for line in lines(at, &[]) {
        // The fill level of this machine's disk proves nothing.
        assert!(
            line.starts_with("ok ") || line.contains(" disk: "),
            "{line}"
        );
    }
    add(&program, &token).await;
}

#[test]
fn it_makes_no_database() {
    let folder = TempDir::new().unwrap();
    let lines = lines(folder.path(), &[]);
    finds(&lines, "failure", "database", "there is none at");
    finds(&lines, "warning", "backups", "the server makes none");
    assert_eq!(names(folder.path()), [""; 0]);
}

#[test]
fn settings_that_are_wrong_are_named() {
    let folder = healthy();
    let at = folder.path();
    let found = lines(at, &[("ZAYAVKA_TIMEZONE", "Mars/Olympus")]);
    finds(&found, "failure", "configuration", "timezone");
    let found = lines(at, &[("ZAYAVKA_TELEGRAM__TOKEN_FILE", "no-such-file")]);
    finds(&found, "failure", "configuration", "telegram.token_file");
    // The other checks run nevertheless.
    finds(&found, "ok", "integrity", "intact");
}

#[test]
fn rights_that_are_too_wide_are_found() {
    let folder = healthy();
    let at = folder.path();
    let set = |path: &Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    set(&at.join("zayavka.db"), 0o644);
    set(at, 0o777);
    let found = lines(at, &[]);
    finds(&found, "warning", "database", "mode 644");
    finds(&found, "failure", "folder", "every user of this machine");
    set(&at.join("zayavka.db"), 0o600);
    set(at, 0o770);
    let found = lines(at, &[]);
    finds(&found, "ok", "database", "mode 600");
    finds(&found, "warning", "folder", "its group");
}

#[test]
fn a_database_that_is_not_whole_or_not_ours_is_found() {
    for (change, level, about, said) in [
        (
            "UPDATE refinery_schema_history SET version = 99 WHERE version = 2",
            "failure",
            "integrity",
            "schema version 99",
        ),
        (
            "DROP TRIGGER task_events_append_only_delete",
            "failure",
            "integrity",
            "no trigger task_events_append_only_delete",
        ),
        (
            "INSERT INTO task_events (task_id, kind, author, at) VALUES (1, 'CREATED', 'SYSTEM', 4070908800000)",
            "failure",
            "clock",
            "before the newest change of a task, at 2099-01-01",
        ),
    ] {
        let folder = healthy();
        let at = folder.path();
        let file = Connection::open(at.join("zayavka.db")).unwrap();
        file.execute_batch(change).unwrap();
        drop(file);
        finds(&lines(at, &[]), level, about, said);
    }
    let folder = healthy();
    let path = folder.path().join("zayavka.db");
    let whole = std::fs::read(&path).unwrap();
    let mut torn = whole.clone();
    let middle = torn.len() / 2;
    torn[middle..middle + 16_384].fill(0x55);
    std::fs::write(&path, torn).unwrap();
    finds(
        &lines(folder.path(), &[]),
        "failure",
        "integrity",
        "damaged",
    );
    std::fs::write(&path, "no database at all, however long this text may be").unwrap();
    finds(
        &lines(folder.path(), &[]),
        "failure",
        "integrity",
        "not a database",
    );
}

#[test]
fn an_older_schema_and_a_long_log_are_warnings() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    let first = &embedded_migrations()[..1];
    let path = at.join("zayavka.db");
    drop(zayavka::store::Db::open_with(&path, first, jiff::Timestamp::now()).unwrap());
    let file = Connection::open(&path).unwrap();
    file.pragma_update(None, "wal_autocheckpoint", 0).unwrap();
    let much = "INSERT INTO secrets (name, value) VALUES ('much', zeroblob(70000000))";
    file.execute(much, []).unwrap();
    let found = lines(at, &[]);
    finds(
        &found,
        "warning",
        "schema",
        &format!("version 1; this program's is {}", newest_schema()),
    );
    finds(&found, "warning", "write-ahead log", "MiB");
}

#[test]
fn backups_that_are_missing_or_old_are_found() {
    let folder = healthy();
    let at = folder.path();
    let made = names(&at.join("backups")).remove(0);
    let old = "zayavka-2026-01-01T000000Z.db";
    std::fs::rename(at.join("backups").join(made), at.join("backups").join(old)).unwrap();
    finds(&lines(at, &[]), "failure", "backups", old);
    // A backup from the future doesn't count.
    let ahead = "zayavka-2199-01-01T000000Z.db";
    std::fs::rename(at.join("backups").join(old), at.join("backups").join(ahead)).unwrap();
    finds(&lines(at, &[]), "failure", "backups", "none in");
    std::fs::remove_dir_all(at.join("backups")).unwrap();
    finds(&lines(at, &[]), "failure", "backups", "backups: ");
}

#[tokio::test]
async fn a_clock_before_the_programs_time_is_found() {
    let folder = healthy();
    let database = folder.path().join("zayavka.db");
    let config = Config::parse(&format!("database = '{}'", database.display())).unwrap();
    let clock = Clock::manual("1970-01-01T00:00:10Z".parse().unwrap());
    let found = doctor::look_at(&config, &clock).await;
    let clock = found
        .iter()
        .find(|finding| finding.about == "clock")
        .unwrap();
    assert_eq!(clock.level, Level::Failure, "{clock}");
}

const TOKEN: &str = "12345:a-very-secret-token";
const WANTED: &str = "http://127.0.0.1:8000/telegram/webhook";

/// Returns the doctor's findings about Telegram at noon on 2 January 2026.
async fn of_telegram(telegram: &FakeTelegram, more: &str) -> Vec<Finding> {
    let folder = TempDir::new().unwrap();
    let more = match more {
        "" => "mode = 'webhook'",
        more => more,
    };
    let text = format!(
        "database = '{}'\n[telegram]\ntoken = '{TOKEN}'\napi_url = '{}'\n{more}",
        folder.path().join("none.db").display(),
        telegram.url()
    );
    let config = Config::parse(&text).unwrap();
    let clock = Clock::manual("2026-01-02T12:00:00Z".parse().unwrap());
    let mut found = doctor::look_at(&config, &clock).await;
    for finding in &found {
        assert!(!finding.to_string().contains("very-secret"), "{finding}");
    }
    found.retain(|finding| finding.about == "Telegram");
    found
}

#[tokio::test]
async fn a_bot_that_is_well_is_ok() {
    let telegram = FakeTelegram::start().await;
    telegram.tell_webhook(json!({"url": WANTED}));
    let found = of_telegram(&telegram, "").await;
    assert!(
        found.iter().all(|finding| finding.level == Level::Ok),
        "{found:?}"
    );
    assert_eq!(found.len(), 2);
    assert!(found[0].said.contains("@desk_bot"), "{found:?}");
    telegram.tell_webhook(json!({"url": ""}));
    let found = of_telegram(&telegram, "mode = 'polling'").await;
    assert!(
        found.iter().all(|finding| finding.level == Level::Ok),
        "{found:?}"
    );
}

#[tokio::test]
async fn everything_that_telegram_knows_is_found() {
    const NOON: i64 = 1_767_355_200;
    let cases: [(Value, &str, Level, &str); 9] = [
        (
            json!({"url": ""}),
            "",
            Level::Failure,
            "no update address is registered",
        ),
        (
            json!({"url": format!("https://other.example/{TOKEN}")}),
            "",
            Level::Failure,
            "https://other.example/***",
        ),
        (
            json!({"url": WANTED}),
            "mode = 'polling'",
            Level::Failure,
            "can't be polled",
        ),
        (
            json!({"url": WANTED, "last_error_date": NOON - 120, "last_error_message": "SSL error {error:0A000086:SSL routines::certificate verify failed}"}),
            "",
            Level::Failure,
            "doesn't trust the certificate",
        ),
        (
            json!({"url": WANTED, "last_error_date": NOON - 120, "last_error_message": "Wrong response from the webhook: 503 Service Unavailable"}),
            "",
            Level::Warning,
            "delivery failed 2 min ago: Wrong response",
        ),
        (
            json!({"url": WANTED, "last_error_date": NOON - 86_400, "last_error_message": "Connection refused"}),
            "",
            Level::Ok,
            "updates arrive",
        ),
        (
            json!({"url": WANTED, "pending_update_count": 1, "last_error_date": NOON - 86_400, "last_error_message": "Connection refused"}),
            "",
            Level::Failure,
            "its servers can't reach http://127.0.0.1:8000/telegram/webhook: Connection refused (24 h ago, 1 updates pending)",
        ),
        (
            json!({"url": WANTED, "pending_update_count": 500}),
            "",
            Level::Warning,
            "500 updates",
        ),
        (
            json!({"url": WANTED, "has_custom_certificate": true}),
            "",
            Level::Warning,
            "a self-signed certificate",
        ),
    ];
    for (differs, more, level, said) in cases {
        let telegram = FakeTelegram::start().await;
        telegram.tell_webhook(differs);
        let found = of_telegram(&telegram, more).await;
        let last = found.last().unwrap();
        assert_eq!(last.level, level, "{said}: {last}");
        assert!(last.said.contains(said), "{said}: {last}");
        assert_eq!(last.advice.is_empty(), level == Level::Ok, "{last}");
    }
}

#[tokio::test]
async fn a_telegram_that_refuses_or_is_away_is_a_failure() {
    let telegram = FakeTelegram::start().await;
    let refusal = json!({"ok": false, "error_code": 401, "description": "Unauthorized"});
    telegram.tell("getMe", 401, refusal);
    let found = of_telegram(&telegram, "").await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].level, Level::Failure);
    assert!(
        found[0].said.contains("no bot with this token"),
        "{found:?}"
    );

    let folder = TempDir::new().unwrap();
    let database = folder.path().join("none.db");
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let text = format!(
        "database = '{}'\n[telegram]\ntoken = '{TOKEN}'\napi_url = '{url}'\n",
        database.display()
    );
    let config = Config::parse(&text).unwrap();
    let found = doctor::look_at(&config, &Clock::system()).await;
    let last = found.last().unwrap();
    assert_eq!((last.about, last.level), ("Telegram", Level::Failure));
    assert!(last.said.contains("no connection"), "{last}");
}

/// Waits until the owner's page shows this text about Telegram.
async fn page_says(shop: &Shop, wanted: &str) {
    let mut said = String::new();
    let asked = async {
        while !said.contains(wanted) {
            let cookie = format!("zayavka={}", shop.token.as_deref().unwrap());
            let request = shop.request(Method::GET, "/staff").header("cookie", cookie);
            let answer = request
                .header("accept-language", "en")
                .send()
                .await
                .unwrap();
            assert_eq!(answer.status(), 200);
            let page = answer.text().await.unwrap();
            let line = page.split("<b>Telegram</b>").nth(1).unwrap();
            line.split("</p>").next().unwrap().clone_into(&mut said);
        }
    };
    let asked = tokio::time::timeout(Duration::from_secs(20), asked).await;
    assert!(asked.is_ok(), "{said} is not {wanted}");
}

#[tokio::test]
async fn the_owners_page_says_how_the_bot_stands_and_never_waits_for_telegram() {
    let shop = Shop::with_owner().await;
    page_says(&shop, "The bot works. Checked today, 12:00.").await;
    shop.telegram
        .tell_webhook(json!({"url": "https://other.example/hook"}));
    shop.clock.advance(Duration::from_secs(299));
    page_says(&shop, "The bot works").await;
    shop.clock.advance(Duration::from_secs(1));
    page_says(&shop, "go to another address: https://other.example/hook").await;
    let refusal = json!({"ok": false, "error_code": 401, "description": "Unauthorized"});
    shop.telegram.tell("getMe", 401, refusal);
    shop.clock.advance(Duration::from_secs(300));
    page_says(&shop, "Telegram doesn&#39;t know the bot&#39;s token").await;
    // Telegram hangs without a response. The page keeps the last known state.
    shop.telegram.hold("getMe");
    let asked = shop.telegram.calls_of("getMe", 0).await.len();
    shop.clock.advance(Duration::from_secs(300));
    shop.telegram.calls_of("getMe", asked + 1).await;
    page_says(&shop, "Telegram doesn&#39;t know the bot&#39;s token").await;
    page_says(&shop, "Telegram can&#39;t be reached (no answer in time)").await;
    shop.close().await;
}

#[tokio::test]
async fn without_a_bot_the_owners_page_says_so() {
    let mut shop = Shop::open_with("", "mode = 'off'").await;
    let answer = shop.register("owner@example.com").await;
    shop.token = answer["data"]["register"]["token"]
        .as_str()
        .map(str::to_owned);
    page_says(&shop, "The Telegram bot isn&#39;t set up.").await;
    shop.close().await;
}

#[tokio::test]
async fn the_documents_show_the_lines_that_there_are() {
    let folder = healthy();
    let telegram = FakeTelegram::start().await;
    let at = folder.path().display();
    let text = format!(
        "database = '{at}/zayavka.db'
[telegram]
token = '{TOKEN}'
api_url = '{}'
[backup]
dir = '{at}/backups'
every = '1d'
keep = 3",
        telegram.url()
    );
    let config = Config::parse(&text).unwrap();
    let found = doctor::look_at(&config, &Clock::system()).await;
    let mut found: Vec<_> = found.iter().map(|finding| finding.about).collect();
    found.insert(0, "configuration");
    for page in [
        include_str!("../../docs/operations.md"),
        include_str!("../../docs/ru/operations.md"),
    ] {
        let (_, shown) = page.split_once("config.toml doctor\n").unwrap();
        let (shown, _) = shown.split_once("\nzayavka: there is a failure\n").unwrap();
        let shown: Vec<_> = shown
            .lines()
            .map(|line| line[9..].split_once(": ").unwrap().0)
            .collect();
        assert_eq!(shown, found);
    }
}

#[test]
fn a_sum_that_is_wrong_is_named_by_its_row() {
    let folder = healthy();
    let at = folder.path();
    finds(&lines(at, &[]), "ok", "sums", "are right");
    let file = Connection::open(at.join("zayavka.db")).unwrap();
    let closed: i64 = file
        .query_row("SELECT max(task_id) FROM handovers", [], |row| row.get(0))
        .unwrap();
    let paid = format!(
        "INSERT INTO payments (kind, method, amount, task_id, at) VALUES ('PAYMENT', 'CARD', 7, {closed}, 1);"
    );
    let shift = "INSERT INTO drawers (name, name_key) VALUES ('a', 'a');
        INSERT INTO shifts (drawer_id, opened_at, opening) SELECT max(id), 1, 0 FROM drawers;
        INSERT INTO payments (id, kind, method, amount, drawer_id, shift_id, at)
            SELECT 90001, 'CASH_IN', 'CASH', 5, max(drawer_id), max(id), 1 FROM shifts;";
    for (change, said) in [
        (
            "UPDATE handovers SET total = total + 1".to_owned(),
            "has total",
        ),
        (
            "UPDATE handovers SET works = works + 1".to_owned(),
            "has works",
        ),
        (
            "UPDATE handovers SET parts = parts + 1".to_owned(),
            "has parts",
        ),
        (
            "UPDATE handovers SET cost = cost + 1".to_owned(),
            "has cost",
        ),
        ("UPDATE handovers SET at = at + 1".to_owned(), "has at"),
        (
            "DELETE FROM handovers".to_owned(),
            "is closed and has no hand-over",
        ),
        // Last, since the payment stays: the trigger maintains the sum, and this takes it back.
        (
            format!("{paid} UPDATE handovers SET paid = paid - 7"),
            "has paid",
        ),
    ] {
        let kept =
            format!("CREATE TEMP TABLE kept AS SELECT * FROM handovers WHERE task_id = {closed}");
        file.execute_batch(&kept).unwrap();
        file.execute_batch(&format!("{change} WHERE task_id = {closed}"))
            .unwrap();
        let found = lines(at, &[]);
        finds(&found, "failure", "sums", &format!("task {closed} {said}"));
        let back = "INSERT OR REPLACE INTO handovers SELECT * FROM kept; DROP TABLE kept";
        file.execute_batch(back).unwrap();
    }
    for (sql, said) in [
        (
            format!("UPDATE tasks SET closed_at = NULL WHERE id = {closed}"),
            format!("task {closed} is open and has a hand-over"),
        ),
        (
            format!(
                "{shift} INSERT INTO payments (id, kind, method, amount, drawer_id, at)
                SELECT 90002, 'CASH_OUT', 'CASH', -5, max(id), 1 FROM drawers;"
            ),
            "payment 90002 is missing in the open shift of its drawer".to_owned(),
        ),
        (
            "INSERT INTO drawers (name, name_key) VALUES ('b', 'b');
             INSERT INTO payments (id, kind, method, amount, drawer_id, shift_id, at)
                SELECT 90003, 'CASH_IN', 'CASH', 5, max(id), 1, 1 FROM drawers;"
                .to_owned(),
            "payment 90003 is in the shift of another drawer".to_owned(),
        ),
    ] {
        file.execute_batch(&sql).unwrap();
        finds(&lines(at, &[]), "failure", "sums", &said);
    }
}
