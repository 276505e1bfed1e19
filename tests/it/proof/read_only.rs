//! A read-only disk: it is reported as such, and a backup to elsewhere contains everything
//! acknowledged.

use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::backup::{add, count, served};
use crate::cli::works;
use crate::harness::{skip, without_settings};
use crate::process::Program;

const TASKS: &str = "SELECT count(*) FROM tasks";

/// Runs a command in `folder/out`, with the contents of `folder/there` on a read-only disk.
fn read_only(folder: &Path, arguments: &str) -> Output {
    let program = env!("CARGO_BIN_EXE_zayavka");
    let script = format!(
        "mount -t tmpfs -o size=64m,mode=700 zayavka disk && cp -a there/. disk && chmod 700 disk \
         && mount -o remount,ro disk && cd out && exec '{program}' {arguments}"
    );
    without_settings(Command::new("unshare"))
        .args(["-rm", "sh", "-c", &script])
        .env("ZAYAVKA_DATABASE", "../disk/zayavka.db")
        .env("ZAYAVKA_LISTEN", "127.0.0.1:0")
        .current_dir(folder)
        .output()
        .unwrap()
}

fn can_mount() -> bool {
    let tried = Command::new("unshare")
        .args([
            "-rm",
            "sh",
            "-c",
            "mount -t tmpfs -o size=1m zayavka /mnt && mount -o remount,ro /mnt",
        ])
        .output();
    tried.is_ok_and(|output| output.status.success())
}

fn prepared() -> TempDir {
    let folder = TempDir::new().unwrap();
    for name in ["there", "disk", "out", "moved"] {
        std::fs::create_dir(folder.path().join(name)).unwrap();
    }
    folder
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned() + &*String::from_utf8_lossy(&output.stdout)
}

#[test]
fn a_disk_that_can_only_be_read_is_called_that() {
    crate::time_limit::start();
    if !can_mount() {
        skip("it needs unshare, and the right to mount");
        return;
    }
    let folder = prepared();
    let at = folder.path();
    works(&at.join("there"), &["demo", "--tasks", "20"], "");
    for locks in [true, false] {
        for command in ["serve", "user list", "restore ../disk/zayavka.db.copy"] {
            std::fs::write(at.join("there/zayavka.db.copy"), "a copy").unwrap();
            let output = read_only(at, command);
            assert!(!output.status.success(), "{output:?}");
            let said = said(&output);
            assert!(said.contains("read-only file system"), "{command}: {said}");
        }
        let output = read_only(at, "doctor");
        let said = said(&output);
        assert!(said.contains("failure  database: "), "{said}");
        assert!(said.contains("read-only file system"), "{said}");
        assert!(said.contains("ok       integrity: "), "{said}");
        if locks {
            std::fs::remove_file(at.join("there/zayavka.db.lock")).unwrap();
        }
    }
    // The same for a read-only backup target.
    let program = env!("CARGO_BIN_EXE_zayavka");
    let script = format!(
        "mount -t tmpfs -o size=1m zayavka disk && mount -o remount,ro disk && cd there && exec '{program}' backup ../disk/copy.db"
    );
    let output = without_settings(Command::new("unshare"))
        .args(["-rm", "sh", "-c", &script])
        .current_dir(at)
        .output()
        .unwrap();
    assert!(
        said(&output).contains("read-only file system"),
        "{}",
        said(&output)
    );
}

#[tokio::test]
async fn a_backup_from_it_has_everything_that_was_acknowledged() {
    if !can_mount() {
        skip("it needs unshare, and the right to mount");
        return;
    }
    let folder = prepared();
    let at = folder.path();
    works(&at.join("there"), &["demo", "--tasks", "20"], "");
    let output = read_only(at, "backup plain.db");
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(count(&at.join("out/plain.db"), TASKS), 20);
    // After a kill, the newest changes are in the log only.
    let home = TempDir::new().unwrap();
    let (mut program, token) = served(&home).await;
    for _ in 0..7 {
        add(&program, &token).await;
    }
    program.child.kill().unwrap();
    program.child.wait().unwrap();
    drop(program);
    std::fs::remove_dir_all(at.join("there")).unwrap();
    let copied = Command::new("cp")
        .arg("-a")
        .args([home.path(), &at.join("there")])
        .status();
    assert!(copied.unwrap().success());
    assert!(
        std::fs::metadata(at.join("there/zayavka.db-wal"))
            .unwrap()
            .len()
            > 0
    );
    let output = read_only(at, "backup killed.db");
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(count(&at.join("out/killed.db"), TASKS), 7);
    // Without the log's index and without the lock files.
    std::fs::remove_file(at.join("there/zayavka.db-shm")).unwrap();
    for name in ["zayavka.db.lock", "zayavka.db.server.lock"] {
        std::fs::remove_file(at.join("there").join(name)).unwrap();
    }
    let output = read_only(at, "backup bare.db");
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(count(&at.join("out/bare.db"), TASKS), 7);
    let doctor = said(&read_only(at, "doctor"));
    assert!(doctor.contains("read-only file system"), "{doctor}");
    assert!(!doctor.contains("unable to open"), "{doctor}");
    // While the same directory is being written through another mount.
    let program = Program::start(&home);
    for _ in 0..5 {
        add(&program, &token).await;
    }
    let (from, out) = (home.path().display(), at.join("out"));
    let script = format!(
        "mount --bind '{from}' ../moved && mount -o remount,bind,ro ../moved && exec '{}' backup live.db",
        env!("CARGO_BIN_EXE_zayavka")
    );
    let output = without_settings(Command::new("unshare"))
        .args(["-rm", "sh", "-c", &script])
        .env("ZAYAVKA_DATABASE", "../moved/zayavka.db")
        .current_dir(&out)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(count(&out.join("live.db"), TASKS), 12);
    add(&program, &token).await;
    let mut left = crate::backup::names(&out);
    left.retain(|name| !name.ends_with(".sha256"));
    assert_eq!(left, ["bare.db", "killed.db", "live.db", "plain.db"]);
}
