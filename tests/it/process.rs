//! The program under signals, as sent by systemd and by people.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixDatagram;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;
use zayavka::https;

use crate::cli::works;
use crate::harness;

/// Setting that makes it listen on a free port.
pub const FREE_PORT: (&str, &str) = ("ZAYAVKA_LISTEN", "127.0.0.1:0");

/// A running program, ended with the test in any case.
pub struct Program {
    pub child: Child,
    pub url: String,
    /// Log output since it listens.
    log: Arc<Mutex<String>>,
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Program {
    pub fn start(folder: &TempDir) -> Self {
        Self::start_with(folder, &[])
    }

    pub fn start_with(folder: &TempDir, variables: &[(&str, &str)]) -> Self {
        let mut command = harness::program();
        command
            .envs([FREE_PORT])
            .envs(variables.iter().copied())
            .current_dir(folder.path());
        Self::run(command)
    }

    /// Starts a custom command.
    pub fn run(mut command: Command) -> Self {
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let url = lines
            .find_map(|line| Some(line.unwrap().split_once("listens on ")?.1.to_owned()))
            .unwrap();
        // The log must be read, or the program blocks.
        let log = Arc::new(Mutex::new(String::new()));
        let written = log.clone();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                *written.lock().unwrap() += &(line + "\n");
            }
        });
        Self { child, url, log }
    }

    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    pub fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-s", name, &id])
                .status()
                .unwrap()
                .success()
        );
    }

    pub async fn ask(&self, token: Option<&str>, query: &str) -> Option<Value> {
        let request = https::client()
            .build()
            .unwrap()
            .post(format!("{}/graphql", self.url));
        let request = request.header("content-type", "application/json");
        let request = match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        let answer = request
            .body(json!({ "query": query }).to_string())
            .send()
            .await
            .ok()?;
        serde_json::from_str(&answer.text().await.ok()?).ok()
    }
}

#[tokio::test]
async fn a_stop_loses_nothing_that_was_acknowledged() {
    let folder = TempDir::new().unwrap();
    let mut program = Program::start(&folder);
    let register = r#"mutation { register(email: "a@example.com", password1: "four random words", password2: "four random words") { token } }"#;
    let answer = program.ask(None, register).await.unwrap();
    let token = answer["data"]["register"]["token"]
        .as_str()
        .unwrap()
        .to_owned();
    let create =
        r#"mutation { createTask(taskData: {customerPhone: "+79000000001"}) { task { id } } }"#;
    let asked = (0..50).map(|_| program.ask(Some(&token), create));
    let asked = futures_util::future::join_all(asked);
    let (answers, ()) = tokio::join!(asked, async { program.signal("TERM") });
    let acknowledged: Vec<String> = answers
        .into_iter()
        .flatten()
        .filter_map(|answer| {
            answer["data"]["createTask"]["task"]["id"]
                .as_str()
                .map(str::to_owned)
        })
        .collect();
    let started = Instant::now();
    assert!(program.child.wait().unwrap().success());
    assert!(started.elapsed() < Duration::from_secs(10));
    let left: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    let logs = |name: &&std::ffi::OsString| name.to_string_lossy().ends_with("-wal");
    assert_eq!(
        left.iter().find(logs),
        None,
        "the write-ahead log was not moved into the file"
    );
    drop(program);
    let again = Program::start(&folder);
    let stored = again
        .ask(Some(&token), "{ allTasks { id } }")
        .await
        .unwrap();
    let stored: Vec<&str> = stored["data"]["allTasks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|task| task["id"].as_str().unwrap())
        .collect();
    assert!(
        acknowledged.iter().all(|id| stored.contains(&&**id)),
        "{acknowledged:?} {stored:?}"
    );
}

/// Closing a terminal sends SIGHUP, as `kill -s HUP` does.
#[test]
fn every_signal_that_ends_a_program_is_an_orderly_stop() {
    for name in ["TERM", "INT", "HUP"] {
        let folder = TempDir::new().unwrap();
        let mut program = Program::start(&folder);
        program.signal(name);
        assert_eq!(program.child.wait().unwrap().code(), Some(0), "{name}");
        let log = folder.path().join("zayavka.db-wal");
        assert!(
            !log.exists(),
            "{name}: the write-ahead log was not moved into the file"
        );
    }
}

/// `nohup` makes the program ignore the end of its terminal.
#[test]
fn a_program_that_is_to_outlive_its_terminal_does() {
    crate::time_limit::start();
    let folder = TempDir::new().unwrap();
    let mut command = Command::new("nohup");
    command.arg(env!("CARGO_BIN_EXE_zayavka")).envs([FREE_PORT]);
    command
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    let mut program = Program::run(harness::without_settings(command));
    program.signal("HUP");
    let address = program.url.trim_start_matches("http://").to_owned();
    for _ in 0..10 {
        let mut asked = TcpStream::connect(&address).unwrap();
        asked
            .write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
            .unwrap();
        let mut answer = String::new();
        asked.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
    program.signal("TERM");
    assert_eq!(program.child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let folder = TempDir::new().unwrap();
    let mut program = Program::start(&folder);
    // A request whose body never arrives delays the first stop.
    let mut slow = TcpStream::connect(program.url.trim_start_matches("http://")).unwrap();
    slow.write_all(b"POST /graphql HTTP/1.1\r\nhost: localhost\r\nexpect: 100-continue\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n").unwrap();
    let mut line = [0; 25];
    slow.read_exact(&mut line).unwrap();
    assert!(line.starts_with(b"HTTP/1.1 100 Continue"));
    program.signal("TERM");
    let address = program.url.trim_start_matches("http://").to_owned();
    while TcpStream::connect(&address).is_ok() {
        std::thread::yield_now();
    }
    assert!(
        program.child.try_wait().unwrap().is_none(),
        "the first signal didn't wait"
    );
    program.signal("TERM");
    assert_eq!(program.child.wait().unwrap().code(), Some(1));
}

#[test]
fn systemd_hears_that_it_is_ready_alive_and_stopping() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    let variables = [
        ("NOTIFY_SOCKET", path.to_str().unwrap()),
        ("WATCHDOG_USEC", "40000"),
    ];
    let mut program = Program::start_with(&folder, &variables);
    let hear = || {
        let mut words = [0; 64];
        let length = socket.recv(&mut words).unwrap();
        String::from_utf8_lossy(&words[..length]).trim().to_owned()
    };
    assert_eq!(hear(), "READY=1");
    assert_eq!(
        (hear(), hear()),
        ("WATCHDOG=1".to_owned(), "WATCHDOG=1".to_owned())
    );
    program.signal("TERM");
    while hear() != "STOPPING=1" {}
    assert!(program.child.wait().unwrap().success());
}

#[tokio::test]
async fn deactivation_on_the_command_line_is_effective_when_it_returns() {
    let folder = TempDir::new().unwrap();
    let program = Program::start(&folder);
    let register = r#"mutation { register(email: "a@example.com", password1: "four random words", password2: "four random words") { token } }"#;
    let answer = program.ask(None, register).await.unwrap();
    let token = answer["data"]["register"]["token"].as_str().unwrap();
    let me = || program.ask(Some(token), "{ me { email } }");
    assert_eq!(me().await.unwrap()["data"]["me"]["email"], "a@example.com");
    // The server has it cached by now.
    assert_eq!(me().await.unwrap()["data"]["me"]["email"], "a@example.com");
    let reset = ["user", "reset-password", "a@example.com"];
    works(folder.path(), &reset, "another four random words\n");
    let after = me().await.unwrap();
    assert_eq!(harness::code(&after), "UNAUTHENTICATED", "{after}");
}
