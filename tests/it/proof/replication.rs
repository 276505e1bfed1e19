//! A replicator like Litestream beside the server: it reads the write-ahead log for a long time,
//! and checkpoints by itself. This test plays the replicator; the server is another process.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tempfile::TempDir;

use crate::backup::{add, count, served};
use crate::process::Program;

const TASKS: &str = "SELECT count(*) FROM tasks";

/// Opens the database as Litestream does.
fn replicator(folder: &Path) -> Connection {
    let file = Connection::open(folder.join("zayavka.db")).unwrap();
    file.busy_timeout(Duration::from_secs(1)).unwrap();
    file
}

/// Creates tasks, ten at a time, and returns their ids: all of them are acknowledged.
async fn add_many(program: &Program, token: &str, tens: usize) -> Vec<String> {
    let mut made = Vec::new();
    for _ in 0..tens {
        let ten = (0..10).map(|_| add(program, token));
        made.extend(futures_util::future::join_all(ten).await);
    }
    made
}

pub(super) fn is_whole(path: &Path) -> bool {
    let file = Connection::open(path).unwrap();
    let found: String = file
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    // A task, its history and its search entry share one commit.
    let torn = "SELECT count(*) FROM tasks AS t WHERE
        NOT EXISTS (SELECT 1 FROM task_events AS e WHERE e.task_id = t.id AND e.kind = 'CREATED')
        OR NOT EXISTS (SELECT 1 FROM task_search AS s WHERE s.rowid = t.id)";
    found == "ok" && count(path, torn) == 0
}

fn bytes(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |file| file.len())
}

/// Copied by another program, since this one would lose SQLite's locks (see `store::lock`); the
/// file comes first, because the log has everything that is checkpointed meanwhile.
fn copy_pair(folder: &Path, to: &str) {
    let script = format!("cp zayavka.db {to} && cp zayavka.db-wal {to}-wal");
    let copied = Command::new("sh")
        .args(["-c", &script])
        .current_dir(folder)
        .status();
    assert!(copied.unwrap().success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_reader_blocks_nobody_and_finds_every_page_of_the_log() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    let (program, token) = served(&folder).await;
    add(&program, &token).await;
    let reader = replicator(at);
    reader.execute_batch("BEGIN").unwrap();
    assert_eq!(reader.query_row(TASKS, [], |row| row.get(0)), Ok(1));
    let started = Instant::now();
    let mut copies = Vec::new();
    let mut log = bytes(&at.join("zayavka.db-wal"));
    for round in 0..4 {
        let (made, ()) = tokio::join!(add_many(&program, &token, 8), async {
            let name = format!("during{round}.db");
            let folder = at.to_owned();
            let to = name.clone();
            tokio::task::spawn_blocking(move || copy_pair(&folder, &to))
                .await
                .unwrap();
            copies.push(name);
        });
        assert_eq!(made.len(), 80);
        // The part of the log in use by a reader is not truncated.
        let longer = bytes(&at.join("zayavka.db-wal"));
        assert!(longer > log, "{longer} after {log}");
        log = longer;
        let name = format!("after{round}.db");
        copy_pair(at, &name);
        assert_eq!(count(&at.join(&name), TASKS), 1 + 80 * (round + 1));
        copies.push(name);
    }
    // SQLite's automatic checkpoint was due: the log is longer than a thousand pages.
    assert!(log > 1_000 * 4_096, "{log}");
    assert!(started.elapsed() < Duration::from_secs(30));
    assert_eq!(reader.query_row(TASKS, [], |row| row.get(0)), Ok(1));
    for name in copies {
        assert!(is_whole(&at.join(&name)), "{name}");
    }
    // A stop neither waits for the reader nor removes the log under it.
    let stopping = Instant::now();
    program.signal("TERM");
    let mut program = program;
    assert!(program.child.wait().unwrap().success());
    assert!(stopping.elapsed() < Duration::from_secs(4));
    assert!(bytes(&at.join("zayavka.db-wal")) >= log);
    reader.execute_batch("COMMIT").unwrap();
    assert_eq!(reader.query_row(TASKS, [], |row| row.get(0)), Ok(321));
    drop(reader);
    assert!(is_whole(&at.join("zayavka.db")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn checkpoints_of_another_program_lose_nothing() {
    let folder = TempDir::new().unwrap();
    let at = folder.path().to_owned();
    let (program, token) = served(&folder).await;
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    let path = at.clone();
    let foreign = std::thread::spawn(move || {
        let file = replicator(&path);
        let mut moved = [0; 4];
        while stopped.try_recv() == Err(std::sync::mpsc::TryRecvError::Empty) {
            for (at, how) in ["PASSIVE", "FULL", "RESTART", "TRUNCATE"]
                .iter()
                .enumerate()
            {
                let sql = format!("PRAGMA wal_checkpoint({how})");
                let busy: i64 = file.query_row(&sql, [], |row| row.get(0)).unwrap();
                moved[at] += i32::from(busy == 0);
            }
        }
        moved
    });
    let made = add_many(&program, &token, 30).await;
    stop.send(()).unwrap();
    let moved = foreign.join().unwrap();
    assert!(moved.iter().all(|count| *count > 0), "{moved:?}");
    // A kill in the middle of it.
    drop(program);
    let path = at.join("zayavka.db");
    assert!(is_whole(&path));
    let mut numbers: Vec<i64> = made.iter().map(|id| id.parse().unwrap()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=300).collect::<Vec<_>>());
    assert_eq!(count(&path, TASKS), 300);
}
