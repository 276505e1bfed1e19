//! The health check for monitors and containers.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::Output;

use tempfile::TempDir;

use crate::cli::zayavka;
use crate::process::Program;

fn ask(listen: &str) -> Output {
    let folder = TempDir::new().unwrap();
    let output = zayavka(
        folder.path(),
        &["healthcheck"],
        "",
        &[
            ("ZAYAVKA_LISTEN", listen),
            ("HTTP_PROXY", "http://127.0.0.1:1"),
        ],
    );
    let left = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(left, 0, "it made a file");
    output
}

fn port(address: &str) -> u16 {
    address.rsplit(':').next().unwrap().parse().unwrap()
}

#[test]
fn a_server_that_is_up_is_ready_wherever_it_listens() {
    for (listen, asked) in [
        ("127.0.0.1:0", "127.0.0.1"),
        ("0.0.0.0:0", "127.0.0.1"),
        ("[::]:0", "[::1]"),
    ] {
        let folder = TempDir::new().unwrap();
        let program = Program::start_with(&folder, &[("ZAYAVKA_LISTEN", listen)]);
        let port = port(&program.url);
        let output = ask(&format!("{}:{port}", listen.trim_end_matches(":0")));
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{listen}: {:?}", output.stderr);
        assert_eq!(said, format!("ready: http://{asked}:{port}/readyz\n"));
    }
}

#[test]
fn a_server_that_is_down_hangs_or_fails_is_not_ready() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap().to_string();
    drop(free);
    let output = ask(&address);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.contains("nobody answers"), "{said}");

    // It accepts the connection and doesn't respond.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let output = ask(&silent.local_addr().unwrap().to_string());
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("gives no answer"), "{said}");

    // Its database doesn't respond.
    let unwell = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = unwell.local_addr().unwrap().to_string();
    let answering = std::thread::spawn(move || {
        let (mut stream, _) = unwell.accept().unwrap();
        let mut asked = [0; 1024];
        let length = stream.read(&mut asked).unwrap();
        stream
            .write_all(b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n")
            .unwrap();
        String::from_utf8_lossy(&asked[..length]).into_owned()
    });
    let output = ask(&address);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("answers 503"), "{said}");
    assert!(answering.join().unwrap().starts_with("GET /readyz "));
}
