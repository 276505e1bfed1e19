//! Backups of a database in use.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rusqlite::Connection;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use zayavka::store::backup::{self, Backup, BackupError};

use crate::bot::{ANNA, contact, create, messages, set_status};
use crate::cli::{fails, works};
use crate::harness::{Shop, newest_schema, without_settings};
use crate::process::Program;

pub const REGISTER: &str = r#"mutation { register(email: "a@example.com", password1: "four random words", password2: "four random words") { token } }"#;
const CREATE: &str =
    r#"mutation { createTask(taskData: {customerPhone: "+79000000001"}) { task { id } } }"#;

/// Starts a server with an owner, and returns the owner's token.
pub async fn served(folder: &TempDir) -> (Program, String) {
    let program = Program::start(folder);
    let answer = program.ask(None, REGISTER).await.unwrap();
    let token = answer["data"]["register"]["token"].as_str().unwrap();
    let token = token.to_owned();
    (program, token)
}

/// Creates a task and returns its id.
pub async fn add(program: &Program, token: &str) -> String {
    let answer = program.ask(Some(token), CREATE).await.unwrap();
    let id = answer["data"]["createTask"]["task"]["id"].as_str();
    id.unwrap_or_else(|| panic!("{answer}")).to_owned()
}

pub fn count(file: &Path, sql: &str) -> i64 {
    let file = Connection::open(file).unwrap();
    file.query_row(sql, [], |row| row.get(0)).unwrap()
}

/// Returns the names in a directory, sorted.
pub fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_backup_is_made_while_the_server_serves_and_overwrites_nothing() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    let (program, token) = served(&folder).await;
    add(&program, &token).await;
    let said = works(at, &["backup", "copy.db"], "");
    assert!(said.contains("copy.db is a whole copy"), "{said}");
    assert!(
        said.contains(&format!("schema version {}", newest_schema())),
        "{said}"
    );
    let copy = at.join("copy.db");
    let mode = std::fs::metadata(&copy).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let before = std::fs::read(&copy).unwrap();
    add(&program, &token).await;
    let refused = fails(at, &["backup", "copy.db"], "");
    assert!(refused.contains("overwrites nothing"), "{refused}");
    assert_eq!(std::fs::read(&copy).unwrap(), before);
    let refused = fails(at, &["backup", "none/copy.db"], "");
    assert!(refused.contains("no such folder"), "{refused}");
    let tasks = "SELECT count(*) FROM tasks";
    assert_eq!(count(&copy, tasks), 1);
    assert_eq!(count(&at.join("zayavka.db"), tasks), 2);
    let left: Vec<_> = names(at);
    assert!(!left.iter().any(|name| name.contains(".part")), "{left:?}");
}

#[test]
fn a_backup_of_nothing_makes_nothing() {
    let folder = TempDir::new().unwrap();
    let refused = fails(folder.path(), &["backup", "copy.db"], "");
    assert!(refused.contains("there is none"), "{refused}");
    assert_eq!(names(folder.path()), [""; 0]);
}

#[test]
fn two_that_race_for_one_name_never_overwrite_each_other() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    works(at, &["demo", "--tasks", "50"], "");
    let (database, to) = (at.join("zayavka.db"), at.join("copy.db"));
    let make = || backup::make(&database, &to, &CancellationToken::new());
    let made: Vec<Result<Backup, BackupError>> = std::thread::scope(|scope| {
        let racers: Vec<_> = (0..6).map(|_| scope.spawn(make)).collect();
        racers.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert_eq!(made.iter().filter(|one| one.is_ok()).count(), 1, "{made:?}");
    for refused in made.iter().filter_map(|one| one.as_ref().err()) {
        assert!(matches!(refused, BackupError::Exists { .. }), "{refused}");
    }
    // Two connections that close at the same time leave SQLite's log behind; the next one that
    // closes alone removes it.
    assert_eq!(count(&database, "SELECT count(*) FROM tasks"), 50);
    assert_eq!(
        names(at),
        ["copy.db", "copy.db.sha256", "zayavka.db", "zayavka.db.lock"],
        "something was left"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_copy_of_a_busy_database_is_one_moment_of_it() {
    let shop = Shop::with_owner().await;
    let mut tasks = Vec::new();
    for _ in 0..4 {
        tasks.push(create(&shop, "+79000000001").await);
    }
    shop.update(contact(ANNA, ANNA, "+79000000001")).await;
    messages(&shop, 2).await;
    let (done, copied) = (AtomicBool::new(false), AtomicUsize::new(0));
    let writing = async {
        // On a busy machine a copy takes longer than forty rounds.
        for round in 0.. {
            if round >= 40 && copied.load(Ordering::SeqCst) >= 4 {
                break;
            }
            for (at, task) in tasks.iter().enumerate() {
                let status = ["IN_PROGRESS", "READY", "CLOSED"][(round + at) % 3];
                set_status(&shop, task, status).await;
            }
        }
        done.store(true, Ordering::SeqCst);
    };
    let copying = async {
        let mut copies = Vec::new();
        while !done.load(Ordering::SeqCst) {
            let database = shop.folder().join("shop.db");
            let to = shop.folder().join(format!("copy{}.db", copies.len()));
            let made = tokio::task::spawn_blocking(move || {
                backup::make(&database, &to, &CancellationToken::new())
            });
            copies.push(made.await.unwrap().unwrap());
            copied.store(copies.len(), Ordering::SeqCst);
        }
        copies
    };
    let ((), copies) = tokio::join!(writing, copying);
    // The clock stands still, so that a task's notice keeps waiting and shows the task's status.
    let torn = "SELECT count(*) FROM tasks AS t WHERE
        t.status <> coalesce((SELECT e.to_value FROM task_events AS e
            WHERE e.task_id = t.id AND e.kind = 'STATUS' ORDER BY e.id DESC LIMIT 1), 'ACCEPTED')
        OR (t.status <> 'ACCEPTED') <> EXISTS (SELECT 1 FROM outbox AS o
            WHERE o.task_id = t.id AND o.state = 'WAITING' AND o.to_status = t.status)
        OR t.version <> (SELECT count(*) FROM task_events AS e WHERE e.task_id = t.id)";
    let events = "SELECT count(*) FROM task_events";
    let mut seen = Vec::new();
    for copy in &copies {
        assert_eq!(count(&copy.path, torn), 0, "{copy:?}");
        seen.push(count(&copy.path, events));
    }
    assert!(seen.is_sorted(), "{seen:?}");
    seen.dedup();
    assert!(seen.len() > 2, "nothing was written meanwhile: {seen:?}");
    shop.close().await;
}

#[test]
fn where_there_is_no_room_nothing_is_left() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    works(at, &["demo", "--tasks", "500"], "");
    let before = names(at);
    // Simulates a full disk: no file may grow beyond this many blocks.
    let program = env!("CARGO_BIN_EXE_zayavka");
    let script = format!("trap '' XFSZ; ulimit -f 100; exec '{program}' backup copy.db");
    let output = without_settings(Command::new("sh"))
        .args(["-c", &script])
        .current_dir(at)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{said}");
    assert!(said.contains("is there room for it"), "{said}");
    assert_eq!(names(at), before);
    works(at, &["backup", "copy.db"], "");
}

#[test]
fn a_damaged_database_is_not_copied() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    works(at, &["demo", "--tasks", "200"], "");
    let path = at.join("zayavka.db");
    // A dangling reference, which the program can't have written.
    let file = Connection::open(&path).unwrap();
    file.execute_batch("PRAGMA foreign_keys = OFF; UPDATE tasks SET employee_id = 99 WHERE id = 1")
        .unwrap();
    drop(file);
    let refused = fails(at, &["backup", "copy.db"], "");
    assert!(refused.contains("a row of tasks"), "{refused}");
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 8192].fill(0x55);
    std::fs::write(&path, bytes).unwrap();
    let before = names(at);
    fails(at, &["backup", "copy.db"], "");
    assert_eq!(names(at), before);
}

#[test]
fn a_stop_ends_a_backup_and_leaves_nothing() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    works(at, &["demo", "--tasks", "500"], "");
    let before = names(at);
    let stop = CancellationToken::new();
    stop.cancel();
    let stopped = backup::make(&at.join("zayavka.db"), &at.join("copy.db"), &stop);
    assert!(matches!(stopped, Err(BackupError::Stopped)), "{stopped:?}");
    assert_eq!(names(at), before);
}
