//! `kill -9` at any moment of a restore: the old database is there, or the new one.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::backup::{count, names};
use crate::cli::works;
use crate::harness::{kill_after, skip, without_settings};
use crate::restore::{TASKS, aside, can_trace, is_whole, prepared};

/// Copies the prepared folder, for one attempt.
fn copied(prepared: &Path, name: &str) -> PathBuf {
    let to = prepared.join(name);
    let mut copy = Command::new("cp");
    copy.arg("-r").arg(prepared.join("killed")).arg(&to);
    assert!(copy.status().unwrap().success());
    to
}

#[test]
fn a_kill_at_any_point_leaves_the_old_database_or_the_new_one() {
    let folder = prepared();
    let once = copied(folder.path(), "once");
    let started = Instant::now();
    works(&once, &["restore", "copy.db"], "");
    let whole = started.elapsed();
    let rounds = 24;
    let (mut old, mut new) = (0, 0);
    for round in 0..rounds {
        let at = &copied(folder.path(), &format!("at{round}"));
        let wait = whole.mul_f64(f64::from(round) / f64::from(rounds) * 1.2);
        kill_after(at, &["restore", "copy.db"], wait);
        let path = at.join("zayavka.db");
        assert!(is_whole(&path));
        match count(&path, TASKS) {
            30 => old += 1,
            29 => {
                new += 1;
                assert_eq!(count(&aside(at).unwrap(), TASKS), 30);
            }
            other => panic!("{other} tasks"),
        }
        // Leftovers of a kill don't block the next attempt.
        works(at, &["restore", "copy.db"], "");
        assert_eq!(count(&path, TASKS), 29);
        let left = names(at);
        assert!(
            !left.iter().any(|name| name.contains(".restoring")),
            "{left:?}"
        );
    }
    assert!(old > 0, "{old} {new}");
}

#[test]
fn a_kill_at_each_change_of_a_file_leaves_the_old_database_or_the_new_one() {
    if !can_trace() {
        skip("it needs strace, and the right to use it");
        return;
    }
    let folder = prepared();
    let (mut old, mut new) = (0, 0);
    for call in ["unlink", "fsync", "/^link", "/^rename"] {
        for time in 1.. {
            let name = format!("{}{time}", call.trim_start_matches("/^"));
            let at = &copied(folder.path(), &name);
            let output = without_settings(Command::new("strace"))
                .args(["-f", "-o", "/dev/null", "-e"])
                .arg(format!("inject={call}:signal=KILL:when={time}"))
                .args([env!("CARGO_BIN_EXE_zayavka"), "restore", "copy.db"])
                .current_dir(at)
                .output()
                .unwrap();
            // Beyond the last call of that kind nothing is killed.
            if output.status.success() {
                assert!(time > 1, "{call}: {output:?}");
                break;
            }
            let path = at.join("zayavka.db");
            assert!(is_whole(&path), "{call} {time}");
            match count(&path, TASKS) {
                30 => old += 1,
                29 => {
                    new += 1;
                    assert_eq!(count(&aside(at).unwrap(), TASKS), 30, "{call} {time}");
                }
                other => panic!("{call} {time}: {other} tasks"),
            }
            works(at, &["restore", "copy.db"], "");
            assert_eq!(count(&path, TASKS), 29, "{call} {time}");
        }
    }
    assert!(old > 0 && new > 0, "{old} {new}");
}
