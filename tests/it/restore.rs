//! Restoring a backup, whatever it is and whenever the program is killed.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rusqlite::Connection;
use serde_json::json;
use tempfile::TempDir;
use zayavka::store::{Db, embedded_migrations};

use crate::backup::{add, count, names, served};
use crate::cli::{fails, works};
use crate::harness::{newest_schema, program, skip};
use crate::process::Program;

pub const TASKS: &str = "SELECT count(*) FROM tasks";

fn now() -> jiff::Timestamp {
    "2026-01-02T03:04:05Z".parse().unwrap()
}

/// Returns the path of the database that a restore put aside.
pub fn aside(folder: &Path) -> Option<PathBuf> {
    let kept = |name: &String| name.contains(".before-restore-") && !name.ends_with("-wal");
    names(folder)
        .into_iter()
        .find(kept)
        .map(|name| folder.join(name))
}

pub fn is_whole(path: &Path) -> bool {
    let file = Connection::open(path).unwrap();
    let found: String = file
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    found == "ok"
}

#[tokio::test]
async fn a_restore_brings_the_backup_and_loses_nothing() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    let (mut program, token) = served(&folder).await;
    assert_eq!(add(&program, &token).await, "1");
    works(at, &["backup", "copy.db"], "");
    assert_eq!(add(&program, &token).await, "2");
    let refused = fails(at, &["restore", "copy.db"], "");
    assert!(refused.contains("stop that first"), "{refused}");
    // A kill leaves the last changes in the log.
    program.child.kill().unwrap();
    program.child.wait().unwrap();
    assert!(at.join("zayavka.db-wal").exists());
    let said = works(at, &["restore", "copy.db"], "");
    assert!(said.contains("zayavka.db is restored"), "{said}");
    let kept = aside(at).unwrap();
    assert!(said.contains(kept.to_str().unwrap()), "{said}");
    assert_eq!(count(&kept, TASKS), 2);
    assert!(!at.join("zayavka.db-wal").exists());
    assert_eq!(
        std::fs::metadata(at.join("zayavka.db")).unwrap().mode() & 0o777,
        0o600
    );
    let again = Program::start(&folder);
    let answer = again.ask(Some(&token), "{ me { id } }").await.unwrap();
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    let login =
        r#"mutation { login(email: "a@example.com", password: "four random words") { token } }"#;
    let answer = again.ask(None, login).await.unwrap();
    let token = answer["data"]["login"]["token"].as_str().unwrap();
    let answer = again.ask(Some(token), "{ allTasks { id } }").await.unwrap();
    assert_eq!(answer["data"]["allTasks"], json!([{ "id": "1" }]));
    assert_eq!(
        add(&again, token).await,
        "3",
        "the number of a task that was lost was given again"
    );
}

#[test]
fn a_file_that_is_no_whole_database_of_ours_is_refused_and_changes_nothing() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    works(at, &["demo", "--tasks", "200"], "");
    works(at, &["backup", "good.db"], "");
    let good = std::fs::read(at.join("good.db")).unwrap();
    let change = |name: &str, sql: &str| {
        std::fs::copy(at.join("good.db"), at.join(name)).unwrap();
        let file = Connection::open(at.join(name)).unwrap();
        file.execute_batch(sql).unwrap();
    };
    std::fs::write(
        at.join("text"),
        "this is no database, however long it may be".repeat(50),
    )
    .unwrap();
    std::fs::write(at.join("empty"), "").unwrap();
    std::fs::write(at.join("cut"), &good[..good.len() / 2]).unwrap();
    std::fs::write(at.join("short"), &good[..1000]).unwrap();
    let mut torn = good.clone();
    let middle = torn.len() / 2;
    torn[middle..middle + 8192].fill(0x55);
    std::fs::write(at.join("torn"), torn).unwrap();
    Connection::open(at.join("other"))
        .unwrap()
        .execute_batch("CREATE TABLE tasks (id INTEGER PRIMARY KEY)")
        .unwrap();
    change(
        "newer",
        "INSERT INTO refinery_schema_history (version, name, applied_on, checksum) VALUES (99, 'later', '', '1')",
    );
    change(
        "altered",
        "UPDATE refinery_schema_history SET checksum = '1' WHERE version = 1",
    );
    change("lacking", "DROP TRIGGER task_events_append_only_delete");
    change(
        "dangling",
        "PRAGMA foreign_keys = OFF; UPDATE tasks SET employee_id = 99 WHERE id = 1",
    );
    let before = std::fs::read(at.join("zayavka.db")).unwrap();
    let there = names(at);
    for (name, why) in [
        ("nothing", "no such file"),
        ("text", "not a database"),
        ("empty", "no schema of Zayavka"),
        ("cut", "damaged"),
        ("short", "damaged"),
        ("torn", "damaged"),
        ("other", "another program"),
        ("newer", "schema version 99"),
        ("altered", "another program"),
        ("lacking", "no trigger task_events_append_only_delete"),
        ("dangling", "a row of tasks"),
        ("zayavka.db", "the database itself"),
        ("./zayavka.db", "the database itself"),
    ] {
        let said = fails(at, &["restore", name], "");
        assert!(said.contains(why), "{name}: {said}");
        assert_eq!(
            std::fs::read(at.join("zayavka.db")).unwrap(),
            before,
            "{name}"
        );
        assert_eq!(names(at), there, "{name}");
    }
    // A control with valid changes, or else all of this would prove nothing.
    change(
        "extended",
        "CREATE INDEX mine ON tasks (description); CREATE TABLE _litestream_seq (id INTEGER PRIMARY KEY, seq INTEGER)",
    );
    works(at, &["restore", "extended"], "");
}

#[test]
fn an_older_backup_is_brought_to_todays_schema() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    let first = &embedded_migrations()[..1];
    assert_eq!(first[0].version(), 1);
    drop(Db::open_with(&at.join("old.db"), first, now()).unwrap());
    Connection::open(at.join("old.db"))
        .unwrap()
        .execute_batch(
            "INSERT INTO customers (phone, phone_e164, name, created_at, updated_at) VALUES ('1', '+79000000001', 'Anna', 0, 0);
             INSERT INTO tasks (customer_id, category, status, description, created_at, updated_at) VALUES (1, 'REPAIR', 'READY', 'A broken lamp', 0, 0);",
        )
        .unwrap();
    let said = works(at, &["restore", "old.db"], "");
    let versions = format!("from schema version 1 to {}", newest_schema());
    assert!(said.contains(&versions), "{said}");
    let found = "SELECT count(*) FROM task_search WHERE task_search MATCH 'broken'";
    assert_eq!(count(&at.join("zayavka.db"), found), 1);
    assert_eq!(aside(at), None);
}

#[test]
fn a_restore_revokes_what_the_backup_cannot_know() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    works(
        at,
        &["user", "add", "a@example.com", "--owner"],
        "four random words here\n",
    );
    works(at, &["invite", "b@example.com"], "");
    let path = at.join("zayavka.db");
    Connection::open(&path)
        .unwrap()
        .execute_batch(
            "INSERT INTO outbox (person, channel, chat_id, kind, reply, created_at, due_at, try_at) VALUES ('C1', 'TELEGRAM', 1, 'REPLY', '{}', 0, 0, 0);
             INSERT INTO password_links (employee_id, token_hash, created_by, expires_at) VALUES (1, x'ab', 1, 99999999999999);",
        )
        .unwrap();
    let links = "SELECT count(*) FROM password_links";
    let open = "SELECT count(*) FROM invites WHERE used_at IS NULL AND expires_at > unixepoch('now', 'subsec') * 1000";
    let epoch = "SELECT max(epoch) FROM employees";
    let unseen = "SELECT count(*) FROM outbox WHERE maybe_seen = 0";
    works(at, &["backup", "copy.db"], "");
    assert_eq!((count(&path, open), count(&path, unseen)), (1, 1));
    // The old database has gone on: revoked tokens, and a clock that was once far ahead.
    works(
        at,
        &["user", "reset-password", "a@example.com"],
        "other random words here\n",
    );
    let ahead = "UPDATE employees SET epoch = 99999999999999";
    Connection::open(&path).unwrap().execute(ahead, []).unwrap();
    works(at, &["restore", "copy.db"], "");
    assert_eq!((count(&path, open), count(&path, unseen)), (0, 0));
    assert_eq!(
        (count(&at.join("copy.db"), links), count(&path, links)),
        (1, 0)
    );
    assert_eq!(count(&path, epoch), 100_000_000_000_000);
    // Without the old database, they are above anything it may have given.
    std::fs::remove_file(&path).unwrap();
    let before = count(&at.join("copy.db"), epoch);
    works(at, &["restore", "copy.db"], "");
    assert!(count(&path, epoch) > before + 1);
}

#[test]
fn a_database_in_use_is_not_replaced() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    works(at, &["demo", "--tasks", "20"], "");
    works(at, &["backup", "copy.db"], "");
    // A connection of ours, idle between two statements.
    let ours = Db::open(&at.join("zayavka.db"), now()).unwrap();
    let refused = fails(at, &["restore", "copy.db"], "");
    assert!(refused.contains("is in use"), "{refused}");
    drop(ours);
    // A foreign one, which knows only SQLite's locks.
    let foreign = Connection::open(at.join("zayavka.db")).unwrap();
    let mode: String = foreign
        .query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))
        .unwrap();
    assert_eq!(mode, "wal");
    assert_eq!(foreign.query_row(TASKS, [], |row| row.get(0)), Ok(20));
    let refused = fails(at, &["restore", "copy.db"], "");
    assert!(refused.contains("is in use"), "{refused}");
    assert_eq!(aside(at), None);
    drop(foreign);
    works(at, &["restore", "copy.db"], "");
}

#[test]
fn nobody_opens_a_database_that_is_being_restored() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    works(at, &["demo", "--tasks", "5"], "");
    // The lock that a restore holds from beginning to end.
    let lock = File::options().write(true).open(at.join("zayavka.db.lock"));
    let lock = lock.unwrap();
    lock.lock().unwrap();
    for command in [&["user", "list"][..], &["backup", "copy.db"], &["serve"]] {
        let refused = fails(at, command, "");
        assert!(refused.contains("it is being restored"), "{refused}");
    }
    lock.unlock().unwrap();
    works(at, &["user", "list"], "");
}

#[test]
fn a_second_server_on_the_same_file_is_refused() {
    let folder = TempDir::new().unwrap();
    let first = Program::start(&folder);
    std::os::unix::fs::symlink(".", folder.path().join("same")).unwrap();
    for name in ["zayavka.db", "same/zayavka.db"] {
        let mut second = program()
            .envs([
                ("ZAYAVKA_LISTEN", "127.0.0.1:0"),
                ("ZAYAVKA_DATABASE", name),
            ])
            .current_dir(folder.path())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(second.stderr.take().unwrap()).lines();
        let told = |line: &String| line.contains("listens on") || line.starts_with("zayavka: ");
        let mut lines = lines.map_while(Result::ok);
        let said = lines.find(told).unwrap();
        let _ = second.kill();
        let ended = second.wait().unwrap();
        assert!(said.contains("another server is running"), "{name}: {said}");
        assert!(!ended.success());
    }
    drop(first);
    // A kill leaves nothing that would block the next attempt.
    Program::start(&folder);
}

#[test]
fn a_damaged_database_is_replaced_and_kept_with_its_log() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    works(at, &["demo", "--tasks", "20"], "");
    works(at, &["backup", "copy.db"], "");
    std::fs::write(at.join("zayavka.db"), "ruins").unwrap();
    std::fs::write(at.join("zayavka.db-wal"), "the log of the ruins").unwrap();
    works(at, &["restore", "copy.db"], "");
    assert_eq!(count(&at.join("zayavka.db"), TASKS), 20);
    let kept = aside(at).unwrap();
    assert_eq!(std::fs::read(&kept).unwrap(), b"ruins");
    let log = format!("{}-wal", kept.display());
    assert_eq!(std::fs::read(log).unwrap(), b"the log of the ruins");
}

/// Prepares a directory with a database of 30 tasks, the last of which is in the log only as after
/// a kill, and with a backup of 29.
pub fn prepared() -> TempDir {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    works(at, &["demo", "--tasks", "29"], "");
    works(at, &["backup", "copy.db"], "");
    let file = Connection::open(at.join("zayavka.db")).unwrap();
    let last = "INSERT INTO tasks (category, status, description, created_at, updated_at)
        VALUES ('REPAIR', 'READY', '', 0, 0)";
    file.execute(last, []).unwrap();
    std::fs::create_dir(at.join("killed")).unwrap();
    // Copied by another program, since closing a file here would release its locks (see
    // `store::lock`).
    let copied = Command::new("cp")
        .args(["zayavka.db", "zayavka.db-wal", "copy.db", "killed"])
        .current_dir(at)
        .status();
    assert!(copied.unwrap().success());
    folder
}

#[test]
fn a_pair_of_file_and_log_is_restored_with_what_stands_in_the_log_alone() {
    let folder = prepared();
    let at = folder.path().join("other");
    std::fs::create_dir(&at).unwrap();
    let pair = folder.path().join("killed/zayavka.db");
    let before = std::fs::read(&pair).unwrap();
    works(&at, &["restore", pair.to_str().unwrap()], "");
    assert_eq!(count(&at.join("zayavka.db"), TASKS), 30);
    assert_eq!(
        std::fs::read(&pair).unwrap(),
        before,
        "the backup was changed"
    );
    assert!(folder.path().join("killed/zayavka.db-wal").exists());
}

/// Returns whether this machine allows tracing.
pub fn can_trace() -> bool {
    let traced = Command::new("strace")
        .args(["-o", "/dev/null", "true"])
        .output();
    traced.is_ok_and(|output| output.status.success())
}

#[test]
fn a_restore_by_root_leaves_the_files_to_the_service() {
    const SERVICE: u32 = 61_184;
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    works(at, &["demo", "--tasks", "5"], "");
    works(at, &["backup", "copy.db"], "");
    let path = at.join("zayavka.db");
    if std::os::unix::fs::chown(&path, Some(SERVICE), Some(SERVICE)).is_err() {
        skip("only root can give files away");
        return;
    }
    std::fs::remove_file(at.join("zayavka.db.lock")).unwrap();
    works(at, &["restore", "copy.db"], "");
    for name in ["zayavka.db", "zayavka.db.lock"] {
        let file = std::fs::metadata(at.join(name)).unwrap();
        assert_eq!((file.uid(), file.gid()), (SERVICE, SERVICE), "{name}");
    }
}
