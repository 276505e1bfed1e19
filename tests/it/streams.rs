//! The program's standard streams: a log that nobody reads, that can't be written, or whose reader
//! has gone.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::harness::{self, program};
use crate::process::FREE_PORT;

/// More than the pipe, the queue and the buffer can hold: currently under 6,000 lines.
const REQUESTS: usize = 12_000;
/// Maximum duration of a stop in any case (`docs/operations.md`).
const STOP: Duration = Duration::from_secs(10);

/// A running program whose log is read by the test only.
struct Unread {
    child: Child,
    log: BufReader<ChildStderr>,
    address: String,
}

impl Drop for Unread {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Unread {
    fn start(folder: &Path) -> Self {
        let mut child = program()
            .envs([FREE_PORT])
            .current_dir(folder)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let address = loop {
            let mut line = String::new();
            assert_ne!(log.read_line(&mut line).unwrap(), 0, "it has ended");
            if let Some((_, url)) = line.trim_end().split_once("listens on http://") {
                break url.to_owned();
            }
        };
        Self {
            child,
            log,
            address,
        }
    }

    /// Sends this many requests, each of which is logged, and reads every response.
    fn ask(&self, times: usize) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(60)))
            .unwrap();
        let mut answers = BufReader::new(stream.try_clone().unwrap());
        for at in 0..times {
            let asked = stream.write_all(b"GET /graphql HTTP/1.1\r\nhost: localhost\r\n\r\n");
            asked.unwrap_or_else(|error| panic!("request {at}: {error}"));
            let mut length = 0;
            loop {
                let mut line = String::new();
                let read = answers.read_line(&mut line);
                let read = read.unwrap_or_else(|error| panic!("answer {at}: {error}"));
                assert_ne!(read, 0, "answer {at} broke off");
                let line = line.trim_end().to_lowercase();
                if let Some(bytes) = line.strip_prefix("content-length: ") {
                    length = bytes.parse().unwrap();
                }
                if line.is_empty() {
                    break;
                }
            }
            let mut body = vec![0; length];
            answers.read_exact(&mut body).unwrap();
        }
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status();
        assert!(sent.unwrap().success());
    }

    /// Waits for the end, and returns the exit code and the duration.
    fn end(&mut self) -> (Option<i32>, Duration) {
        let started = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return (status.code(), started.elapsed());
            }
            assert!(started.elapsed() < 3 * STOP, "it doesn't end");
            std::thread::yield_now();
        }
    }
}

#[test]
fn a_log_that_nobody_reads_holds_up_no_request_and_no_stop() {
    let folder = TempDir::new().unwrap();
    let mut program = Unread::start(folder.path());
    program.ask(REQUESTS);
    // Reading resumes: first what is buffered, and then the number of lost lines.
    let (mut answered, mut lost) = (0, None);
    while lost.is_none() {
        let mut line = String::new();
        assert_ne!(program.log.read_line(&mut line).unwrap(), 0, "it has ended");
        let Ok(line) = serde_json::from_str::<Value>(&line) else {
            continue;
        };
        match line["fields"]["message"].as_str().unwrap() {
            "answered" => answered += 1,
            "lines of the log were lost: nobody read it, or it could not be written" => {
                lost = line["fields"]["lines"].as_u64();
            }
            // The bot's part of the server says so when it starts.
            "no Telegram bot: it has no token, or telegram.mode is off" => {}
            other => panic!("{other}"),
        }
    }
    let lost = usize::try_from(lost.unwrap()).unwrap();
    assert!(lost > 0 && answered > 0);
    assert_eq!(answered + lost, REQUESTS, "{answered} were there");
    // Nothing is missing any more.
    program.ask(1);
    let mut line = String::new();
    program.log.read_line(&mut line).unwrap();
    assert!(line.contains("answered"), "{line}");
    // And reading stops again.
    program.ask(REQUESTS);
    program.signal("TERM");
    let (code, took) = program.end();
    assert_eq!(code, Some(0));
    assert!(took < STOP, "{took:?}");
}

/// The same for a whole run, with a pipe that is never read.
#[test]
fn a_program_starts_and_ends_before_a_full_pipe() {
    crate::time_limit::start();
    let folder = TempDir::new().unwrap();
    let (_reader, writer) = std::io::pipe().unwrap();
    let full = writer.try_clone().unwrap();
    // The pipe is filled by another process, which may block as long as it likes.
    let mut filler = Command::new("dd")
        .args(["if=/dev/zero", "bs=4096"])
        .stdout(full)
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let port = free_port();
    let mut child = program()
        .env("ZAYAVKA_LISTEN", format!("127.0.0.1:{port}"))
        .current_dir(folder.path())
        .stdout(writer.try_clone().unwrap())
        .stderr(writer)
        .spawn()
        .unwrap();
    wait_for(port, &mut child);
    let id = child.id().to_string();
    assert!(Command::new("kill").arg(&id).status().unwrap().success());
    let started = Instant::now();
    let code = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status.code();
        }
        assert!(started.elapsed() < STOP, "it doesn't end");
        std::thread::yield_now();
    };
    assert_eq!(code, Some(0));
    // A failing command can't report to anybody, and ends nevertheless.
    let started = Instant::now();
    let status = program()
        .args(["--config", "/there/is/none", "config"])
        .current_dir(folder.path())
        .stdout(Stdio::null())
        .stderr(std::os::fd::OwnedFd::from(filler_end(&mut filler)))
        .status()
        .unwrap();
    assert_eq!(status.code(), Some(1));
    assert!(started.elapsed() < STOP);
    let _ = filler.kill();
    let _ = filler.wait();
}

fn filler_end(filler: &mut Child) -> File {
    // The filler's write end, which is that of the full pipe.
    File::options()
        .write(true)
        .open(format!("/proc/{}/fd/1", filler.id()))
        .unwrap()
}

fn free_port() -> u16 {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    free.local_addr().unwrap().port()
}

/// Waits until a program reports readiness there.
fn wait_for(port: u16, child: &mut Child) {
    let started = Instant::now();
    while !readiness(port).is_ok_and(|answer| answer.starts_with("HTTP/1.1 200")) {
        let ended = child.try_wait().unwrap();
        assert!(ended.is_none(), "it has ended: {ended:?}");
        assert!(
            started.elapsed() < Duration::from_secs(60),
            "it isn't ready"
        );
        std::thread::yield_now();
    }
}

fn readiness(port: u16) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    let ask = b"GET /readyz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    stream.write_all(ask)?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

#[test]
fn a_program_runs_without_streams_that_can_be_written() {
    crate::time_limit::start();
    for streams in [
        "2>/dev/full",
        "2>&-",
        ">&- 2>&-",
        ">/dev/full 2>/dev/full",
        "<&- >&- 2>&-",
    ] {
        let folder = TempDir::new().unwrap();
        let port = free_port();
        let mut command = Command::new("sh");
        command
            .args([
                "-c",
                &format!("exec '{}' {streams}", env!("CARGO_BIN_EXE_zayavka")),
            ])
            .env("ZAYAVKA_LISTEN", format!("127.0.0.1:{port}"))
            .current_dir(folder.path())
            .stdout(Stdio::null());
        let mut child = harness::without_settings(command).spawn().unwrap();
        wait_for(port, &mut child);
        let id = child.id().to_string();
        assert!(Command::new("kill").arg(&id).status().unwrap().success());
        assert_eq!(child.wait().unwrap().code(), Some(0), "{streams}");
    }
}

/// `zayavka config | head -1`: a closed pipe is no failure, but an unwritable output is.
#[test]
fn a_command_writes_as_far_as_somebody_reads() {
    crate::time_limit::start();
    let folder = TempDir::new().unwrap();
    let run = |streams: &str, arguments: &str| {
        let program = env!("CARGO_BIN_EXE_zayavka");
        let script = format!("'{program}' {arguments} {streams}");
        let mut command = Command::new("sh");
        command.args(["-c", &script]).current_dir(folder.path());
        harness::without_settings(command).output().unwrap()
    };
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let gone = program()
        .arg("schema")
        .current_dir(folder.path())
        .stdout(writer)
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    assert_eq!(gone.status.code(), Some(0), "{gone:?}");
    assert!(gone.stderr.is_empty(), "{gone:?}");
    let full = run(">/dev/full", "config");
    let said = String::from_utf8(full.stderr).unwrap();
    assert_eq!(full.status.code(), Some(1), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(
        said.starts_with("zayavka: ") && said.contains("No space left"),
        "{said}"
    );
    for streams in ["2>/dev/full", "2>&-", ">&- 2>&-", ">/dev/full 2>/dev/full"] {
        let status = run(streams, "--config /there/is/none config").status;
        assert_eq!(status.code(), Some(1), "{streams}");
    }
    let version = run(">/dev/full 2>/dev/full", "--version").status;
    assert!(version.code().is_some_and(|code| code != 101), "{version}");
}
