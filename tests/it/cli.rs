//! The command line.

use std::io::Write;
use std::path::Path;
use std::process::{Output, Stdio};

use tempfile::TempDir;

use crate::harness::program;

pub fn zayavka(
    folder: &Path,
    arguments: &[&str],
    input: &str,
    variables: &[(&str, &str)],
) -> Output {
    let mut child = program()
        .args(arguments)
        .envs(variables.iter().copied())
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // A command that doesn't read its input may have ended already.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    child.wait_with_output().unwrap()
}

pub fn works(folder: &Path, arguments: &[&str], input: &str) -> String {
    let output = zayavka(folder, arguments, input, &[]);
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

pub fn fails(folder: &Path, arguments: &[&str], input: &str) -> String {
    let output = zayavka(folder, arguments, input, &[]);
    assert!(!output.status.success(), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn accounts_are_made_listed_and_shut() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    let good = "four random words here\n";
    assert!(fails(at, &["user", "add", "a@example.com"], "short\n").contains("at least 8"));
    assert!(fails(at, &["user", "add", "a@example.com"], "password1\n").contains("easy to guess"));
    assert!(fails(at, &["user", "add", "nobody"], good).contains("name@example.com"));
    works(at, &["user", "add", "A@example.com", "--owner"], good);
    assert!(fails(at, &["user", "add", "a@EXAMPLE.com"], good).contains("taken"));
    works(at, &["user", "add", "b@example.com"], good);
    works(
        at,
        &["user", "reset-password", "b@example.com"],
        "other random words here\n",
    );
    works(at, &["user", "deactivate", "b@example.com"], "");
    assert!(fails(at, &["user", "deactivate", "a@example.com"], "").contains("last owner"));
    assert!(fails(at, &["user", "deactivate", "c@example.com"], "").contains("no such account"));
    let list = works(at, &["user", "list"], "");
    assert_eq!(
        list,
        "1  A@example.com  OWNER\n2  b@example.com  EMPLOYEE  deactivated\n"
    );
    let link = works(at, &["invite", "c@example.com"], "");
    assert!(link.starts_with("http://127.0.0.1:8000/join/"), "{link}");
}

#[test]
fn the_settings_are_shown_with_their_sources_and_without_secrets() {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("my.toml"), "country = 'KZ'\n").unwrap();
    let variables = [
        ("ZAYAVKA_TELEGRAM__TOKEN", "12345:very-secret"),
        ("ZAYAVKA_TELEGRAM__NOTIFY_DELAY", "7s"),
    ];
    let output = zayavka(
        folder.path(),
        &["config", "--config", "my.toml"],
        "",
        &variables,
    );
    let said = String::from_utf8(output.stdout).unwrap();
    for line in [
        "country = \"KZ\"  # my.toml",
        "telegram.token = \"***\"  # ZAYAVKA_TELEGRAM__TOKEN",
        "telegram.notify_delay = \"7s\"  # ZAYAVKA_TELEGRAM__NOTIFY_DELAY",
        "timezone = \"Europe/Moscow\"  # default",
        "shop.name = (not set)  # default",
        "shop.status_days = 30  # default",
    ] {
        assert!(
            said.lines().any(|said| said == line),
            "{line} is not in {said}"
        );
    }
    assert!(!said.contains("very-secret"));
    let missing = fails(folder.path(), &["config", "--config", "none.toml"], "");
    assert!(missing.contains("none.toml"), "{missing}");
    let unknown = zayavka(folder.path(), &["config"], "", &[("ZAYAVKA_LISTN", "x")]);
    assert!(String::from_utf8(unknown.stderr).unwrap().contains("listn"));
}

#[test]
fn commands_beside_the_server_need_no_token() {
    let folder = TempDir::new().unwrap();
    let settings = "[telegram]\nmode = 'polling'\ntoken_file = 'not-for-us'\n";
    std::fs::write(folder.path().join("config.toml"), settings).unwrap();
    assert_eq!(works(folder.path(), &["user", "list"], ""), "");
    let refused = fails(folder.path(), &["serve"], "");
    assert!(
        refused.contains("telegram.token_file: not-for-us"),
        "{refused}"
    );
    assert_eq!(refused.matches("configuration").count(), 1, "{refused}");
}

#[test]
fn the_demo_fills_an_empty_database_and_no_other() {
    let folder = TempDir::new().unwrap();
    let said = works(folder.path(), &["demo", "--tasks", "50"], "");
    assert!(
        said.starts_with("Sign in as owner@example.com with "),
        "{said}"
    );
    assert!(fails(folder.path(), &["demo"], "").contains("has data already"));
    assert!(fails(folder.path(), &["demo", "--tasks", "1000001"], "").contains("1000000"));
    assert!(works(folder.path(), &["schema"], "").contains("type Query"));
}
