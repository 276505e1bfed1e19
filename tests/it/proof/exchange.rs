//! The database file deleted, moved or replaced under a running server: no further write is
//! acknowledged, everybody is told, and everything acknowledged before is still recoverable.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Instant;

use rusqlite::Connection;
use serde_json::Value;
use tempfile::TempDir;

use super::{Client, report};
use crate::backup::names;
use crate::cli::{works, zayavka};
use crate::harness::{code, eventually, skip};
use crate::process::Program;

const WRITE_OVER: &str = "cp small/zayavka.db zayavka.db";
const TASKS: &str = "SELECT count(*) FROM tasks";

/// Prepares a directory with a closed database, and a smaller one beside it.
fn prepared() -> (TempDir, String) {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    std::fs::create_dir(at.join("small")).unwrap();
    works(&at.join("small"), &["demo", "--tasks", "10"], "");
    let said = works(at, &["demo", "--tasks", "300"], "");
    let password = said.trim().rsplit(' ').next().unwrap().to_owned();
    (folder, password)
}

async fn log_in(program: &Program, password: &str) -> Client {
    let login = format!(
        r#"mutation {{ login(email: "owner@example.com", password: "{password}") {{ token }} }}"#
    );
    let answer = program.ask(None, &login).await.unwrap();
    Client::with(answer["data"]["login"]["token"].as_str().unwrap())
}

/// A writer's results: the time of each write, and the description if it was acknowledged.
type Told = Vec<(Instant, Result<String, Value>)>;

async fn write(
    client: Client,
    url: String,
    number: usize,
    stop: Arc<AtomicBool>,
    done: Arc<AtomicUsize>,
) -> Told {
    let mut told = Vec::new();
    while !stop.load(Ordering::SeqCst) {
        let description = format!("exchange {number} {}", told.len());
        let query = format!(
            r#"mutation {{ createTask(taskData: {{customerPhone: "+79000000001", description: "{description}"}}) {{ task {{ id }} }} }}"#
        );
        let sent = Instant::now();
        // No response: the server has ended.
        let Some(answer) = client.answer(&url, &query).await else {
            break;
        };
        let made = answer["data"]["createTask"]["task"]["id"].is_string();
        done.fetch_add(usize::from(made), Ordering::SeqCst);
        told.push((sent, if made { Ok(description) } else { Err(answer) }));
    }
    told
}

async fn page(client: &Client, url: &str, language: &str) -> (u16, String) {
    let request = client.http.get(url).header("accept-language", language);
    let request = request.header("cookie", format!("zayavka={}", client.token));
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

async fn create_by_form(client: &Client, url: &str) -> (u16, String) {
    let request = client.http.post(format!("{url}/new-task/"));
    let request = request
        .header("cookie", format!("zayavka={}", client.token))
        .header("origin", url)
        .header("accept-language", "en")
        .header("content-type", "application/x-www-form-urlencoded");
    let body = "phone=%2B79000000001&description=typed+by+hand&category=REPAIR&status=ACCEPTED";
    let answer = request.body(body).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

fn described(path: &Path) -> Vec<String> {
    let file = Connection::open(path).unwrap();
    let sql = "SELECT description FROM tasks WHERE description LIKE 'exchange %'";
    let mut statement = file.prepare(sql).unwrap();
    let found = statement.query_map([], |row| row.get(0)).unwrap();
    found.map(Result::unwrap).collect()
}

fn rescued(folder: &Path) -> Option<PathBuf> {
    let kept = |name: &String| name.contains(".rescued-") && !name.ends_with(".sha256");
    let name = names(folder).into_iter().find(kept)?;
    Some(folder.join(name))
}

struct Seen {
    folder: TempDir,
    acknowledged: Vec<String>,
    log: String,
}

/// Runs four writers, performs `change` in the directory meanwhile, and collects everything
/// observable.
async fn exchange(change: &str) -> Seen {
    let (folder, password) = prepared();
    let mut program = Program::start(&folder);
    let client = log_in(&program, &password).await;
    let stop = Arc::new(AtomicBool::new(false));
    let done = Arc::new(AtomicUsize::new(0));
    let writers: Vec<_> = (0..4)
        .map(|number| {
            let url = program.url.clone();
            tokio::spawn(write(
                client.clone(),
                url,
                number,
                stop.clone(),
                done.clone(),
            ))
        })
        .collect();
    eventually("nobody writes", || done.load(Ordering::SeqCst) > 20).await;
    let at = folder.path().to_owned();
    let script = change.to_owned();
    let changed = tokio::task::spawn_blocking(move || {
        let changed = Command::new("sh")
            .args(["-c", &script])
            .current_dir(at)
            .status();
        assert!(changed.unwrap().success(), "{script}");
        Instant::now()
    });
    let changed = changed.await.unwrap();
    let in_place = change == WRITE_OVER;
    // The form, the pages and the monitor, while the server still reports it.
    let (status, text) = loop {
        let (status, text) = create_by_form(&client, &program.url).await;
        // Until the next check, SQLite can't make sense of the pages of an overwritten file.
        if !(in_place && status == 500) {
            break (status, text);
        }
    };
    assert_eq!(status, 503, "{change}: {text}");
    assert!(text.contains("database file"), "{change}: {text}");
    assert!(text.contains("typed by hand"), "{change}: {text}");
    for (path, language, sentence) in [
        ("/", "en", "The database file was deleted or replaced"),
        ("/", "ru", "Файл базы данных удалён или заменён"),
        ("/login", "en", "The database file was deleted or replaced"),
        ("/customers", "ru", "Файл базы данных удалён или заменён"),
    ] {
        let (status, text) = page(&client, &format!("{}{path}", program.url), language).await;
        assert_eq!(status, 503, "{change} {path}: {text}");
        assert!(text.contains(sentence), "{change} {path}: {text}");
    }
    let (status, _) = page(&client, &format!("{}/readyz", program.url), "en").await;
    assert_eq!(status, 503, "{change}");
    let me = client
        .answer(&program.url, "{ me { id } allTasks { id } }")
        .await
        .unwrap();
    assert!(me["errors"].is_array(), "{change}: {me}");
    stop.store(true, Ordering::SeqCst);
    let mut acknowledged = Vec::new();
    let mut refused = 0;
    for writer in writers {
        for (sent, told) in writer.await.unwrap() {
            match told {
                Ok(description) => {
                    assert!(sent < changed, "{change}: {description} was acknowledged");
                    acknowledged.push(description);
                }
                Err(answer) => {
                    refused += 1;
                    assert_eq!(code(&answer), "INTERNAL_SERVER_ERROR", "{answer}");
                    let said = answer["errors"][0]["message"].as_str().unwrap();
                    let is_told = said.contains("database file was deleted")
                        || in_place && said.contains("Internal error");
                    assert!(is_told, "{change}: {said}");
                }
            }
        }
    }
    let (told, log) = (acknowledged.len(), program.log());
    assert!(
        refused > 0 && told > 0,
        "{change}: {told} and {refused}: {log}"
    );
    // It ends by itself, with a failure.
    let mut ended = None;
    eventually("the server goes on", || {
        ended = program.child.try_wait().unwrap();
        ended.is_some()
    })
    .await;
    assert_eq!(ended.unwrap().code(), Some(74), "{change}");
    eventually("the log doesn't say why", || {
        program.log().contains("zayavka: database ")
    })
    .await;
    report(
        "exchange",
        &format!(
            "`{change}`: {} acknowledged before, none after, {refused} refused",
            acknowledged.len()
        ),
    );
    Seen {
        log: program.log(),
        folder,
        acknowledged,
    }
}

impl Seen {
    /// Asserts that everything acknowledged is in a file that the server left.
    fn is_rescued(&self) {
        let path = rescued(self.folder.path()).unwrap_or_else(|| panic!("{}", self.log));
        assert!(self.log.contains(path.to_str().unwrap()), "{}", self.log);
        let found = described(&path);
        for description in &self.acknowledged {
            assert!(found.contains(description), "{description} is lost");
        }
        // The recovery that the log names.
        let at = self.folder.path();
        works(at, &["restore", path.to_str().unwrap()], "");
        let found = described(&at.join("zayavka.db"));
        assert!(self.acknowledged.iter().all(|one| found.contains(one)));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_deleted_stops_the_server_and_loses_nothing() {
    crate::time_limit::start();
    let seen = exchange("rm zayavka.db").await;
    assert!(seen.log.contains("was deleted"), "{}", seen.log);
    seen.is_rescued();
    exchange("rm zayavka.db*").await.is_rescued();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_moved_stops_the_server_and_is_whole_where_it_is() {
    crate::time_limit::start();
    let seen = exchange("mv zayavka.db old.db").await;
    let found = described(&seen.folder.path().join("old.db"));
    for description in &seen.acknowledged {
        assert!(found.contains(description), "{description} is lost");
    }
    seen.is_rescued();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_that_is_moved_over_the_database_stays_as_it_is() {
    crate::time_limit::start();
    let seen = exchange("cp small/zayavka.db new.db && mv new.db zayavka.db").await;
    assert!(seen.log.contains("was replaced"), "{}", seen.log);
    let at = seen.folder.path();
    // Nothing of the old database is replayed into the new one by the next process that opens it.
    let restored = Connection::open(at.join("zayavka.db")).unwrap();
    assert_eq!(restored.query_row(TASKS, [], |row| row.get(0)), Ok(10));
    drop(restored);
    assert_eq!(described(&at.join("zayavka.db")), [""; 0]);
    seen.is_rescued();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_that_is_copied_into_the_open_file_stops_the_server() {
    crate::time_limit::start();
    let seen = exchange(WRITE_OVER).await;
    assert!(seen.log.contains("was written over"), "{}", seen.log);
    let at = seen.folder.path();
    works(at, &["restore", "small/zayavka.db"], "");
    assert_eq!(crate::backup::count(&at.join("zayavka.db"), TASKS), 10);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_that_is_deleted_stops_the_server_and_loses_nothing() {
    crate::time_limit::start();
    for change in ["rm zayavka.db-wal", "rm zayavka.db-shm"] {
        let seen = exchange(change).await;
        let found = described(&seen.folder.path().join("zayavka.db"));
        for description in &seen.acknowledged {
            assert!(
                found.contains(description),
                "{change}: {description} is lost"
            );
        }
    }
}

/// It shortens the file, as a copy over it does.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_vacuum_by_another_program_is_no_loss() {
    let (folder, password) = prepared();
    let mut program = Program::start(&folder);
    let client = log_in(&program, &password).await;
    let path = folder.path().join("zayavka.db");
    let length = || std::fs::metadata(&path).unwrap().len();
    let other = Connection::open(&path).unwrap();
    other
        .busy_timeout(std::time::Duration::from_secs(30))
        .unwrap();
    other
        .execute_batch(
            "CREATE TABLE junk (bytes BLOB); INSERT INTO junk VALUES (zeroblob(3000000));
             PRAGMA wal_checkpoint(TRUNCATE)",
        )
        .unwrap();
    let create =
        r#"mutation { createTask(taskData: {customerPhone: "+79000000001"}) { task { id } } }"#;
    for step in [
        "DROP TABLE junk",
        "VACUUM",
        "PRAGMA wal_checkpoint(TRUNCATE)",
        "VACUUM",
    ] {
        let before = length();
        client.ask(&program.url, create).await.unwrap();
        other.execute_batch(step).unwrap();
        client.ask(&program.url, create).await.unwrap();
        let shorter = length() < before;
        assert_eq!(shorter, step.starts_with("PRAGMA"), "{step}");
    }
    client.ask(&program.url, create).await.unwrap();
    assert!(program.child.try_wait().unwrap().is_none());
    let (status, _) = page(&client, &program.url, "en").await;
    assert_eq!(status, 200);
}

/// Starts a server on that path, and returns its output when it ends.
fn refused(folder: &Path, database: &str) -> String {
    let variables = [
        ("ZAYAVKA_LISTEN", "127.0.0.1:0"),
        ("ZAYAVKA_DATABASE", database),
    ];
    let mut child = crate::harness::program()
        .envs(variables)
        .current_dir(folder)
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let lines = std::io::BufReader::new(child.stderr.take().unwrap());
    let told = |line: &String| line.contains("listens on") || line.starts_with("zayavka: ");
    let mut lines = std::io::BufRead::lines(lines).map_while(Result::ok);
    let said = lines.find(told).unwrap();
    let _ = child.kill();
    assert!(!child.wait().unwrap().success(), "{said}");
    said
}

#[test]
fn a_second_name_of_the_file_is_refused_and_a_symbolic_link_is_none() {
    crate::time_limit::start();
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    works(at, &["demo", "--tasks", "5"], "");
    std::fs::create_dir(at.join("other")).unwrap();
    std::os::unix::fs::symlink("../zayavka.db", at.join("other/soft.db")).unwrap();
    let by = |name: &'static str| [("ZAYAVKA_DATABASE", name)];
    let listed = zayavka(at, &["user", "list"], "", &by("other/soft.db"));
    assert!(listed.status.success(), "{listed:?}");
    let first = Program::start(&folder);
    assert!(refused(at, "other/soft.db").contains("another server is running"));
    std::fs::hard_link(at.join("zayavka.db"), at.join("other/hard.db")).unwrap();
    for name in ["other/hard.db", "zayavka.db"] {
        let said = refused(at, name);
        let running = name == "zayavka.db" && said.contains("another server is running");
        assert!(running || said.contains("hard link"), "{name}: {said}");
    }
    // Commands refuse to write or copy by a name beside which the log isn't.
    for command in [&["user", "list"][..], &["backup", "copy.db"]] {
        let output = zayavka(at, command, "", &by("other/hard.db"));
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(
            !output.status.success() && said.contains("hard link"),
            "{said}"
        );
    }
    drop(first);
    assert!(refused(at, "zayavka.db").contains("hard link"));
    std::fs::remove_file(at.join("other/hard.db")).unwrap();
    Program::start(&folder);
}

/// A restore gives the old database a second name before replacing it, and may be killed then.
#[test]
fn the_second_name_that_a_killed_restore_leaves_keeps_nobody_out() {
    crate::time_limit::start();
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    works(at, &["demo", "--tasks", "5"], "");
    let left = at.join("zayavka.db.before-restore-20260102T030405Z");
    std::fs::hard_link(at.join("zayavka.db"), &left).unwrap();
    std::fs::write(at.join("zayavka.db.restoring"), "half").unwrap();
    let other = at.join("zayavka.db.before-restore-20260101T030405Z");
    std::fs::write(&other, "an older database").unwrap();
    drop(Program::start(&folder));
    assert!(!left.exists() && other.exists());
    assert!(!at.join("zayavka.db.restoring").exists());
    assert_eq!(crate::backup::count(&at.join("zayavka.db"), TASKS), 5);
}

#[test]
fn a_folder_that_is_mounted_twice_is_one_place() {
    crate::time_limit::start();
    let can = Command::new("unshare").args(["-rm", "true"]).status();
    if !can.is_ok_and(|ended| ended.success()) {
        skip("it needs unshare, and the right to mount");
        return;
    }
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    works(at, &["demo", "--tasks", "5"], "");
    let elsewhere = TempDir::new().unwrap();
    let (from, to) = (at.display(), elsewhere.path().display());
    let program = env!("CARGO_BIN_EXE_zayavka");
    let by_mount = |command: &str| {
        let script =
            format!("mount --bind '{from}' '{to}' && cd '{to}' && exec '{program}' {command}");
        let mut sh = crate::harness::without_settings(Command::new("unshare"));
        sh.args(["-rm", "sh", "-c", &script]);
        sh.env("ZAYAVKA_LISTEN", "127.0.0.1:0");
        sh
    };
    let program = Program::run(by_mount("serve"));
    assert!(refused(at, "zayavka.db").contains("another server is running"));
    drop(program);
    let _first = Program::start(&folder);
    let output = by_mount("serve").output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("another server is running"), "{said}");
    // A bind mount of the file alone is different: its log would be beside the mount point.
    let alone = format!(
        "touch '{to}/zayavka.db' && mount --bind '{from}/zayavka.db' '{to}/zayavka.db' && cd '{to}' && exec '{}' doctor",
        env!("CARGO_BIN_EXE_zayavka")
    );
    let output = crate::harness::without_settings(Command::new("unshare"))
        .args(["-rm", "sh", "-c", &alone])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("is mounted as a single file"), "{said}");
}
