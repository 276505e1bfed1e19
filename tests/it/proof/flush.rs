//! A response is sent only after what it acknowledges has been flushed to the disk: observed from
//! outside, by the order of system calls.

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use super::{Client, report, size};
use crate::harness::{self, eventually, without_settings};
use crate::process::{FREE_PORT, Program};
use crate::restore::can_trace;

/// An event in the log of system calls.
#[derive(Debug, PartialEq, Eq)]
enum Call {
    /// The write-ahead log was flushed to the disk.
    Flushed,
    Answered,
}

/// Parses the log of `strace -f -y`. A flush counts once it has returned.
fn calls(log: &str) -> Vec<Call> {
    let mut flushing: HashMap<&str, bool> = HashMap::new();
    let mut calls = Vec::new();
    for line in log.lines() {
        let Some((thread, rest)) = line.split_once(' ') else {
            continue;
        };
        let rest = rest.trim_start();
        let is_flush = rest.starts_with("fsync(") || rest.starts_with("fdatasync(");
        if is_flush && rest.ends_with("<unfinished ...>") {
            flushing.insert(thread, rest.contains("-wal>"));
        } else if is_flush && rest.contains("-wal>") && rest.ends_with("= 0") {
            calls.push(Call::Flushed);
        } else if rest.starts_with("<... f") && rest.contains("sync resumed>") {
            let of_log = flushing.remove(thread).unwrap_or_default();
            if of_log && rest.ends_with("= 0") {
                calls.push(Call::Flushed);
            }
        } else if rest.contains("\"HTTP/1.1 200") {
            calls.push(Call::Answered);
        }
    }
    calls
}

fn traced(folder: &TempDir, log: &Path) -> Program {
    let mut command = Command::new("strace");
    command
        // With -D, signals reach the program rather than strace.
        .args(["-D", "-f", "-y", "-s", "16", "-e"])
        .arg("trace=fsync,fdatasync,write,writev,sendto,sendmsg")
        .arg("-o")
        .arg(log)
        .arg(env!("CARGO_BIN_EXE_zayavka"))
        .envs([FREE_PORT])
        .current_dir(folder.path());
    Program::run(without_settings(command))
}

#[tokio::test]
async fn every_answer_to_a_change_leaves_after_the_change_was_flushed() {
    if !can_trace() {
        harness::skip("it needs strace, and the right to use it");
        return;
    }
    let writes = size(50, 1_000);
    let folder = TempDir::new().unwrap();
    let log = folder.path().join("calls");
    let mut program = traced(&folder, &log);
    let client = Client::register(&program).await;
    for number in 0..writes {
        let create = format!(
            r#"mutation {{ createTask(taskData: {{customerPhone: "+7900{number:07}"}}) {{ task {{ id }} }} }}"#
        );
        client.ask(&program.url, &create).await.unwrap();
    }
    program.signal("TERM");
    assert!(program.child.wait().unwrap().success());
    let written = || std::fs::read_to_string(&log).unwrap();
    eventually("strace doesn't end", || {
        written().contains("+++ exited with 0 +++")
    })
    .await;
    let calls = calls(&written());
    let answers = calls.iter().filter(|call| **call == Call::Answered).count();
    // Creating the account was a write as well.
    assert_eq!(answers, writes + 1);
    let mut flushed = false;
    for (at, call) in calls.iter().enumerate() {
        match call {
            Call::Flushed => flushed = true,
            Call::Answered => assert!(std::mem::take(&mut flushed), "call {at} came too early"),
        }
    }
    report(
        "flush",
        &format!(
            "{writes} changes, one after the other: each answer left after a flush of its own had returned"
        ),
    );
}
