//! The program with a wrong wall clock that is corrected while it runs. The clock is set by
//! libfaketime (Debian's package `faketime`); the monotonic clock stays the machine's, as it does
//! on a real machine.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::json;
use tempfile::TempDir;

use crate::cli::zayavka;
use crate::harness::{PASSWORD, program, skip};
use crate::process::{FREE_PORT, Program};

const CUSTOMER: &str = "203.0.113.7";
const OTHER: &str = "203.0.113.8";

/// Finds the library where Debian puts it, on any architecture.
fn library() -> Option<PathBuf> {
    let folders = std::fs::read_dir("/usr/lib").ok()?;
    let library = |folder: PathBuf| folder.join("faketime/libfaketimeMT.so.1");
    let mut found = folders.map(|folder| library(folder.unwrap().path()));
    found.find(|path| path.exists())
}

/// A program whose wall clock is set by a file.
struct Faked {
    program: Program,
    folder: TempDir,
    client: reqwest::Client,
}

impl Faked {
    /// Starts the program with a clock offset ("+600"), behind a proxy on this machine; `None` when
    /// the library isn't installed.
    fn start(offset: &str) -> Option<Self> {
        let Some(library) = library() else {
            skip("libfaketime is not installed");
            return None;
        };
        let folder = TempDir::new().unwrap();
        set(folder.path(), offset);
        let mut command = program();
        command
            .envs([FREE_PORT])
            .env("ZAYAVKA_HTTP__TRUSTED_PROXIES", "127.0.0.1")
            .env("LD_PRELOAD", library)
            .env("FAKETIME_TIMESTAMP_FILE", folder.path().join("clock"))
            .env("FAKETIME_NO_CACHE", "1")
            .env("DONT_FAKE_MONOTONIC", "1")
            .current_dir(folder.path());
        Some(Self {
            program: Program::run(command),
            folder,
            client: reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .build()
                .unwrap(),
        })
    }

    fn set(&self, offset: &str) {
        set(self.folder.path(), offset);
    }

    /// Returns the status for a client behind the proxy, and its `Retry-After` in seconds.
    async fn get(&self, from: &str, path: &str) -> (u16, Option<u64>) {
        let request = self.client.get(format!("{}{path}", self.program.url));
        let answer = request
            .header("x-forwarded-for", from)
            .send()
            .await
            .unwrap();
        let wait = answer.headers().get("retry-after");
        let wait = wait.map(|wait| wait.to_str().unwrap().parse().unwrap());
        (answer.status().as_u16(), wait)
    }

    /// Returns how far the program's clock is ahead, by the `Date` of its responses.
    async fn hours_ahead(&self) -> i64 {
        let request = self.client.get(format!("{}/healthz", self.program.url));
        let answer = request.send().await.unwrap();
        let date = answer.headers()["date"].to_str().unwrap();
        let date = jiff::fmt::rfc2822::parse(date).unwrap().timestamp();
        let ahead = date.duration_since(jiff::Timestamp::now());
        (ahead + jiff::SignedDuration::from_mins(30)).as_hours()
    }

    /// Returns whether signing in with the right password works.
    async fn logs_in(&self, from: &str) -> bool {
        let query = format!(
            r#"mutation {{ login(email: "a@example.com", password: "{PASSWORD}") {{ success errors }} }}"#
        );
        let request = self.client.post(format!("{}/graphql", self.program.url));
        let request = request
            .header("content-type", "application/json")
            .header("x-forwarded-for", from)
            .body(json!({ "query": query }).to_string());
        let answer = request.send().await.unwrap().text().await.unwrap();
        answer.contains("\"success\":true")
    }

    /// Waits until the log and the doctor report the clock change.
    async fn is_told(&self, logged: &str, of_doctor: &str) {
        let started = Instant::now();
        while !self.program.log().contains(logged) {
            assert!(
                started.elapsed() < Duration::from_secs(60),
                "{}",
                self.program.log()
            );
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        let line = self.program.log();
        let line = line.lines().find(|line| line.contains(logged)).unwrap();
        assert!(line.contains("WARN"), "{line}");
        let said = zayavka(self.folder.path(), &["doctor"], "", &[]);
        let said = String::from_utf8(said.stdout).unwrap();
        let clock = said
            .lines()
            .find(|line| line.contains("clock"))
            .unwrap_or(&said);
        assert!(
            clock.starts_with("warning") && clock.contains(of_doctor),
            "{said}"
        );
    }
}

/// Replaces the file atomically, since the program may read it at any moment.
fn set(folder: &Path, offset: &str) {
    std::fs::write(folder.join("next"), offset).unwrap();
    std::fs::rename(folder.join("next"), folder.join("clock")).unwrap();
}

#[tokio::test]
async fn a_clock_that_was_ahead_for_one_request_locks_nobody_out() {
    let Some(shop) = Faked::start("+0") else {
        return;
    };
    let added = ["user", "add", "--owner", "a@example.com"];
    let added = zayavka(shop.folder.path(), &added, &format!("{PASSWORD}\n"), &[]);
    assert!(added.status.success(), "{added:?}");
    // One request of each kind of limit while the clock is ten minutes ahead.
    shop.set("+600");
    assert_eq!(shop.get(CUSTOMER, "/s/none").await.0, 404);
    assert_eq!(shop.get(CUSTOMER, "/login").await.0, 200);
    assert!(shop.logs_in(CUSTOMER).await);
    shop.set("+0");
    for from in [CUSTOMER, OTHER] {
        for _ in 0..20 {
            assert_eq!(shop.get(from, "/s/none").await, (404, None), "{from}");
            assert_eq!(shop.get(from, "/login").await, (200, None), "{from}");
        }
        assert!(shop.logs_in(from).await, "{from}");
    }
    // Limits still apply, and are no longer than usual.
    let wait = loop {
        match shop.get(CUSTOMER, "/s/none").await {
            (429, wait) => break wait.unwrap(),
            (status, _) => assert_eq!(status, 404),
        }
    };
    assert!(wait <= 1, "{wait} s");
    assert_eq!(shop.get(OTHER, "/s/none").await, (404, None));
    shop.set("+600");
    let ahead = Instant::now();
    // The server must have seen the clock while it was ahead.
    while ahead.elapsed() < Duration::from_secs(11) {
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert_ne!(shop.get(OTHER, "/login").await.0, 429);
    }
    shop.set("+0");
    assert_eq!(shop.get(OTHER, "/login").await, (200, None));
    shop.is_told("the wall clock was set back", "set back by 10 min")
        .await;
}

#[tokio::test]
async fn a_server_that_started_a_day_ahead_goes_on_answering_when_the_clock_is_right() {
    let Some(shop) = Faked::start("+86400") else {
        return;
    };
    assert_eq!(shop.hours_ahead().await, 24);
    shop.set("+0");
    // The `Date` of responses is updated once a second.
    let started = Instant::now();
    while shop.hours_ahead().await != 0 {
        assert!(started.elapsed() < Duration::from_secs(60));
    }
    // More requests than the burst of an address: each is served, or may be retried a second later.
    let (mut answered, mut waited) = (0, Duration::ZERO);
    while answered < 700 {
        match shop.get(CUSTOMER, "/login").await {
            (429, wait) => {
                let wait = Duration::from_secs(wait.unwrap());
                assert!(wait <= Duration::from_secs(1), "{wait:?} after {answered}");
                waited += wait;
                assert!(waited < Duration::from_secs(60), "{answered}");
                tokio::time::sleep(wait).await;
            }
            (status, _) => {
                assert!(status < 400, "{status}");
                answered += 1;
            }
        }
    }
    shop.is_told("the wall clock was set back", "set back by 24 h")
        .await;
}
