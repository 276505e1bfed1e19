//! Files left by a killed backup are removed by the next one, and no others.

use std::fs::TryLockError;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};
use tempfile::TempDir;
use zayavka::store::{Db, embedded_migrations};

use crate::backup::{count, names};
use crate::cli::works;
use crate::harness::{Shop, eventually, kill_after, program};

const TASKS: &str = "SELECT count(*) FROM tasks";

fn parts(folder: &Path) -> Vec<String> {
    let mut all = names(folder);
    all.retain(|name| name.contains(".part-"));
    all
}

/// Creates a file that begins like a database and that only its owner may read.
fn leave(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

const HALF: &str = "SQLite format 3\0 and then nothing";

/// Kills backups at different moments until one leaves something.
fn kill_a_backup(at: &Path, to: &str) {
    let started = Instant::now();
    works(at, &["backup", "whole.db"], "");
    let whole = started.elapsed();
    let folder = at.join(to);
    let folder = folder.parent().unwrap();
    for round in 1..200 {
        let wait = whole.mul_f64(f64::from(round % 20) / 20.0);
        kill_after(at, &["backup", to], wait);
        if !parts(folder).is_empty() {
            return;
        }
        for name in [to.to_owned(), format!("{to}.sha256")] {
            let _ = std::fs::remove_file(at.join(name));
        }
    }
    panic!("no kill has left anything");
}

#[test]
fn the_next_backup_removes_what_a_killed_one_left_and_nothing_else() {
    crate::time_limit::start();
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    works(at, &["demo", "--tasks", "2000"], "");
    let usb = at.join("usb");
    std::fs::create_dir(&usb).unwrap();
    kill_a_backup(at, "usb/monday.db");
    // Names alone are no evidence.
    let foreign = [
        "film.part-0123abcd",
        "mine.db.part-mine",
        "x.part-0123abcd.txt",
        "open.db.part-0123abcd",
    ];
    for name in foreign {
        leave(&usb.join(name), "somebody's");
    }
    std::fs::set_permissions(usb.join(foreign[3]), std::fs::Permissions::from_mode(0o644)).unwrap();
    std::fs::write(usb.join(foreign[3]), HALF).unwrap();
    std::fs::create_dir(usb.join("folder.part-0123abcd")).unwrap();
    // Journals whose main file may be gone already, and a digest's.
    leave(&usb.join("sunday.db.part-00000001"), HALF);
    leave(&usb.join("sunday.db.part-00000001-journal"), "");
    leave(&usb.join("saturday.db.part-00000002-journal"), "");
    leave(&usb.join("saturday.db.sha256.part-00000003"), "");
    works(at, &["backup", "usb/tuesday.db"], "");
    let mut wanted = foreign.to_vec();
    wanted.extend(["folder.part-0123abcd", "tuesday.db", "tuesday.db.sha256"]);
    let mut left = names(&usb);
    // One that was killed at its very end is complete.
    left.retain(|name| !name.starts_with("monday.db") || name.contains(".part-"));
    wanted.sort_unstable();
    assert_eq!(left, wanted);
}

/// Returns whether a process has an unfinished copy here, and its lock.
fn is_being_written(folder: &Path) -> bool {
    let is_locked = |part: &String| {
        let file = std::fs::File::open(folder.join(part)).unwrap();
        matches!(file.try_lock(), Err(TryLockError::WouldBlock))
    };
    let parts = parts(folder);
    !parts.is_empty() && parts.iter().all(is_locked)
}

#[test]
fn one_in_the_making_is_nobodys_leftover() {
    crate::time_limit::start();
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    works(at, &["demo", "--tasks", "2000"], "");
    let signal = |to: &Child, name| kill_process(Pid::from_child(to), name).unwrap();
    let mut slow = loop {
        let mut slow = program()
            .args(["backup", "slow.db"])
            .current_dir(at)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let has_ended = loop {
            if slow.try_wait().unwrap().is_some() {
                break true;
            }
            if !parts(at).is_empty() {
                break false;
            }
            std::thread::yield_now();
        };
        if !has_ended {
            signal(&slow, Signal::STOP);
            // The signal takes effect some time after it was sent.
            let pid = Some(Pid::from_child(&slow));
            let (_, status) = waitpid(pid, WaitOptions::UNTRACED).unwrap().unwrap();
            if status.stopped() && is_being_written(at) {
                break slow;
            }
            // It finished before the signal, or has its file without the lock yet.
            if status.stopped() {
                signal(&slow, Signal::CONT);
                slow.wait().unwrap();
            }
        }
        std::fs::remove_file(at.join("slow.db")).unwrap();
        let _ = std::fs::remove_file(at.join("slow.db.sha256"));
    };
    let before = parts(at);
    works(at, &["backup", "quick.db"], "");
    assert_eq!(parts(at), before);
    signal(&slow, Signal::CONT);
    assert!(slow.wait().unwrap().success());
    assert_eq!(count(&at.join("slow.db"), TASKS), 2000);
    assert_eq!(parts(at), [""; 0]);
}

#[tokio::test]
async fn the_nightly_backup_removes_them_as_well() {
    let folder = TempDir::new().unwrap();
    let dir = folder.path().join("backups");
    std::fs::create_dir(&dir).unwrap();
    leave(
        &dir.join("zayavka-2021-07-24T090000Z.db.part-01234567"),
        HALF,
    );
    leave(&dir.join("monday.db.part-01234567"), HALF);
    leave(
        &dir.join("zayavka-2021-07-24T090000Z.db.sha256"),
        "of one that is gone",
    );
    leave(&dir.join("monday.db.sha256"), "somebody's");
    let settings = format!(
        "[backup]\ndir = '{}'\nevery = '1d'\nkeep = 2",
        dir.display()
    );
    let shop = Shop::open_with(&settings, "").await;
    let wanted = [
        "monday.db.sha256",
        "zayavka-2021-07-25T090000Z.db",
        "zayavka-2021-07-25T090000Z.db.sha256",
    ];
    eventually("they stay", || names(&dir) == wanted).await;
    shop.clock.advance(Duration::from_secs(2 * 86_400));
    let wanted = [
        "monday.db.sha256",
        "zayavka-2021-07-25T090000Z.db",
        "zayavka-2021-07-25T090000Z.db.sha256",
        "zayavka-2021-07-27T090000Z.db",
        "zayavka-2021-07-27T090000Z.db.sha256",
    ];
    eventually("there is no second one", || names(&dir) == wanted).await;
    shop.clock.advance(Duration::from_secs(86_400));
    let wanted = [
        "monday.db.sha256",
        "zayavka-2021-07-27T090000Z.db",
        "zayavka-2021-07-27T090000Z.db.sha256",
        "zayavka-2021-07-28T090000Z.db",
        "zayavka-2021-07-28T090000Z.db.sha256",
    ];
    eventually("the oldest stays", || names(&dir) == wanted).await;
    shop.close().await;
}

#[test]
fn the_next_migration_removes_what_an_earlier_one_left() {
    crate::time_limit::start();
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    let path = at.join("zayavka.db");
    let first = &embedded_migrations()[..1];
    let now = "2026-01-02T03:04:05Z".parse().unwrap();
    drop(Db::open_with(&path, first, now).unwrap());
    leave(&at.join("zayavka.db.migrating"), HALF);
    leave(&at.join("zayavka.db.migrating-journal"), "");
    leave(
        &at.join("zayavka.db.v1-20260101T030405Z.part-01234567"),
        HALF,
    );
    drop(Db::open(&path, now).unwrap());
    let mut left = names(at);
    // Connections that close at the same time may leave SQLite's log behind.
    left.retain(|name| !name.ends_with("-wal") && !name.ends_with("-shm"));
    assert_eq!(
        left,
        [
            "zayavka.db",
            "zayavka.db.lock",
            "zayavka.db.v1-20260102T030405Z",
            "zayavka.db.v1-20260102T030405Z.sha256",
        ]
    );
    let copy = at.join("zayavka.db.v1-20260102T030405Z");
    works(at, &["restore", copy.to_str().unwrap()], "");
}
