//! Scheduled backups by the server.

use std::path::Path;
use std::time::Duration;

use tempfile::TempDir;

use crate::backup::{count, names};
use crate::bot::create;
use crate::harness::{Log, Shop, eventually};

const DAY: Duration = Duration::from_secs(86_400);
const HOUR: Duration = Duration::from_secs(3_600);

fn settings(dir: &Path, keep: usize) -> String {
    format!(
        "[backup]\ndir = '{}'\nevery = '1d'\nkeep = {keep}",
        dir.display()
    )
}

/// Asserts that exactly these backups exist. Each made by the server has its digest; files placed
/// by a test (ahead of the clock, or directories) have none.
async fn there_are(dir: &Path, wanted: &[&str]) {
    let is_made = |name: &&str| {
        name.len() == "zayavka-2021-07-25T090000Z.db".len()
            && name.starts_with("zayavka-202")
            && !dir.join(name).is_dir()
    };
    let digests = wanted.iter().copied().filter(is_made);
    let digests: Vec<String> = digests.map(|name| format!("{name}.sha256")).collect();
    let mut wanted: Vec<&str> = wanted.to_vec();
    wanted.extend(digests.iter().map(String::as_str));
    wanted.sort_unstable();
    let mut there = Vec::new();
    let found = eventually("backups", || {
        there = match dir.is_dir() {
            true => names(dir),
            false => Vec::new(),
        };
        there == wanted
    });
    let found = tokio::time::timeout(Duration::from_secs(20), found).await;
    assert!(found.is_ok(), "{there:?} are not {wanted:?}");
}

#[tokio::test]
async fn they_are_made_in_time_and_only_their_own_old_ones_go() {
    let folder = TempDir::new().unwrap();
    let dir = folder.path().join("backups");
    std::fs::create_dir(&dir).unwrap();
    let foreign = [
        "a-note.txt",
        "zayavka-2021-07-20T090000Z.db.gz",
        "zayavka-2021-07-20T0900Z.db",
        "zayavka.db",
    ];
    for name in foreign {
        std::fs::write(dir.join(name), "mine").unwrap();
    }
    // A name alone makes no backup: a directory isn't one.
    std::fs::create_dir(dir.join("zayavka-2021-07-01T090000Z.db")).unwrap();
    // Left by a kill.
    let left = dir.join("zayavka-2021-07-24T090000Z.db.part-01234567");
    std::fs::write(&left, "half").unwrap();

    let shop = Shop::open_with(&settings(&dir, 2), "").await;
    let with = |backups: &[&str]| {
        let mut all: Vec<String> = foreign.map(str::to_owned).to_vec();
        all.push("zayavka-2021-07-01T090000Z.db".to_owned());
        all.extend(backups.iter().map(ToString::to_string));
        all.sort();
        all
    };
    for days in [
        &["zayavka-2021-07-25T090000Z.db"][..],
        &[
            "zayavka-2021-07-25T090000Z.db",
            "zayavka-2021-07-26T090000Z.db",
        ],
        &[
            "zayavka-2021-07-26T090000Z.db",
            "zayavka-2021-07-27T090000Z.db",
        ],
        &[
            "zayavka-2021-07-27T090000Z.db",
            "zayavka-2021-07-28T090000Z.db",
        ],
    ] {
        let wanted = with(days);
        let wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
        there_are(&dir, &wanted).await;
        shop.clock.advance(DAY);
    }
    for name in foreign {
        assert_eq!(std::fs::read(dir.join(name)).unwrap(), b"mine");
    }
    shop.close().await;
}

#[tokio::test]
async fn a_restart_neither_skips_one_nor_makes_one_too_many() {
    let folder = TempDir::new().unwrap();
    let dir = folder.path().join("backups");
    let shop = Shop::with_owner().await;
    create(&shop, "+79000000001").await;
    let settings = settings(&dir, 5);
    let shop = shop.reopen_with(&settings, Duration::ZERO).await;
    there_are(&dir, &["zayavka-2021-07-25T090000Z.db"]).await;
    let first = dir.join("zayavka-2021-07-25T090000Z.db");
    assert_eq!(count(&first, "SELECT count(*) FROM tasks"), 1);
    let shop = shop.reopen_with(&settings, 23 * HOUR).await;
    let shop = shop.reopen_with(&settings, Duration::ZERO).await;
    shop.clock.advance(HOUR);
    let two = [
        "zayavka-2021-07-25T090000Z.db",
        "zayavka-2021-07-26T090000Z.db",
    ];
    there_are(&dir, &two).await;
    // Two were missed while the server was down; one is made at once.
    let shop = shop.reopen_with(&settings, 2 * DAY + HOUR).await;
    let three = [two[0], two[1], "zayavka-2021-07-28T100000Z.db"];
    there_are(&dir, &three).await;
    shop.close().await;
}

#[tokio::test]
async fn a_clock_that_was_wrong_costs_no_good_backup() {
    let folder = TempDir::new().unwrap();
    let dir = folder.path().join("backups");
    std::fs::create_dir(&dir).unwrap();
    let ahead = [
        "zayavka-2099-01-01T000000Z.db",
        "zayavka-2099-01-02T000000Z.db",
        "zayavka-2099-01-03T000000Z.db",
    ];
    for name in ahead {
        std::fs::write(dir.join(name), "good").unwrap();
    }
    let shop = Shop::open_with(&settings(&dir, 1), "").await;
    let all = |name| [name, ahead[0], ahead[1], ahead[2]];
    there_are(&dir, &all("zayavka-2021-07-25T090000Z.db")).await;
    shop.clock.advance(DAY);
    there_are(&dir, &all("zayavka-2021-07-26T090000Z.db")).await;
    // After a jump far ahead one more is made, not one for every day in between.
    shop.clock.advance(300 * DAY);
    there_are(&dir, &all("zayavka-2022-05-22T090000Z.db")).await;
    shop.close().await;
}

#[tokio::test]
async fn one_that_fails_is_said_and_tried_again_while_the_server_serves() {
    let log = Log::start();
    let folder = TempDir::new().unwrap();
    let disk = folder.path().join("disk");
    let dir = disk.join("backups");
    let shop = Shop::open_with(&settings(&dir, 2), "").await;
    eventually("an error in the log", || {
        log.text().contains("no backup was made")
    })
    .await;
    let said = log.text();
    assert!(said.contains("ERROR"), "{said}");
    assert!(said.contains(dir.to_str().unwrap()), "{said}");
    assert!(!disk.exists(), "a disk that isn't there was filled in");
    shop.register("owner@example.com").await;
    std::fs::create_dir(&disk).unwrap();
    shop.clock.advance(Duration::from_secs(599));
    shop.clock.advance(Duration::from_secs(1));
    there_are(&dir, &["zayavka-2021-07-25T091000Z.db"]).await;
    shop.close().await;
}
