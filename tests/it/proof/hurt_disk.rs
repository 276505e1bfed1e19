//! A failing disk and a hanging one, by errors and delays that strace injects into the system calls
//! of a running program.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::Client;
use crate::harness::{code, eventually, skip};
use crate::process::Program;
use crate::restore::can_trace;

const CREATE: &str =
    r#"mutation { createTask(taskData: {customerPhone: "+79000000001"}) { task { id } } }"#;

/// An strace that tampers with each flush of a program until it is ended.
struct Hurt(Child);

impl Hurt {
    fn begin(program: &Program, how: &str) -> Self {
        let mut child = Command::new("strace")
            .args(["-f", "-o", "/dev/null", "-e", "trace=fdatasync,fsync"])
            .args(["-e", &format!("inject=fdatasync,fsync:{how}")])
            .args(["-p", &program.child.id().to_string()])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
        let attached = said.find(|line| line.as_ref().unwrap().contains("attached"));
        assert!(attached.is_some(), "strace can't attach to the program");
        // It also reports threads that begin later, and without a reader it would end by SIGPIPE.
        std::thread::spawn(move || said.for_each(drop));
        Self(child)
    }

    fn end(mut self) {
        let id = self.0.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-s", "INT", &id])
                .status()
                .unwrap()
                .success()
        );
        self.0.wait().unwrap();
    }
}

impl Drop for Hurt {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn readiness(client: &Client, program: &Program) -> (u16, String) {
    let answer = client
        .http
        .get(format!("{}/readyz", program.url))
        .send()
        .await
        .unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// Returns whether a program has ended, possibly with a thread that its tracer doesn't let go yet.
fn has_ended(program: &Program) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", program.child.id()));
    stat.unwrap().contains(") Z ")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failing_disk_is_reported_and_survived() {
    if !can_trace() {
        return skip("it needs strace, and the right to use it");
    }
    let folder = TempDir::new().unwrap();
    let program = Program::start(&folder);
    let client = Client::register(&program).await;
    assert_eq!(
        readiness(&client, &program).await,
        (200, "ready\n".to_owned())
    );
    let hurt = Hurt::begin(&program, "error=EIO");
    let refused = client.answer(&program.url, CREATE).await.unwrap();
    assert_eq!(code(&refused), "INTERNAL_SERVER_ERROR", "{refused}");
    for _ in 0..3 {
        let (status, said) = readiness(&client, &program).await;
        assert_eq!(status, 503, "{said}");
        assert_eq!(
            said,
            "the last change was not stored: the disk fails (I/O error)\n"
        );
    }
    hurt.end();
    let asked = Instant::now();
    while readiness(&client, &program).await.0 != 200 {
        assert!(
            asked.elapsed() < Duration::from_secs(30),
            "it stays not ready"
        );
    }
    client.ask(&program.url, CREATE).await.unwrap();
    let found = client
        .ask(&program.url, "{ allTasks { id } }")
        .await
        .unwrap();
    assert_eq!(found["allTasks"].as_array().unwrap().len(), 1, "{found}");
}

/// A program whose disk never responds can do nothing, but stopping it must not hang.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hanging_disk_is_reported_and_delays_no_stop() {
    if !can_trace() {
        return skip("it needs strace, and the right to use it");
    }
    let folder = TempDir::new().unwrap();
    let mut program = Program::start(&folder);
    let client = Client::register(&program).await;
    // Ten minutes, in microseconds.
    let hurt = Hurt::begin(&program, "delay_enter=600000000");
    let (url, asking) = (program.url.clone(), client.clone());
    let asked = tokio::spawn(async move { asking.answer(&url, CREATE).await });
    let hanging = Instant::now();
    let said = loop {
        match readiness(&client, &program).await {
            (503, said) => break said,
            (status, said) => assert_eq!(status, 200, "{said}"),
        }
        assert!(
            hanging.elapsed() < Duration::from_secs(60),
            "it stays ready"
        );
        tokio::task::yield_now().await;
    };
    assert_eq!(
        said,
        "the last change was not stored: the disk doesn't answer\n"
    );
    assert!(hanging.elapsed() > Duration::from_secs(9));
    program.signal("TERM");
    let started = Instant::now();
    eventually("the program ends", || has_ended(&program)).await;
    let took = started.elapsed();
    // strace keeps the delayed thread for the rest of the ten minutes, also from its end, and there
    // is no exit status before the end of the last thread.
    drop(hurt);
    assert_eq!(program.child.wait().unwrap().code(), Some(1));
    assert!(
        took > Duration::from_secs(8) && took < Duration::from_secs(20),
        "{took:?}"
    );
    assert_eq!(asked.await.unwrap(), None);
}
