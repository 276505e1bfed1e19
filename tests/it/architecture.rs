//! The arrows of the house run one way, SQL stays in its room, and one room alone asks for the
//! time.

use std::fs;
use std::path::{Path, PathBuf};

/// Each room, and the rooms that it may use.
const ROOMS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("clock", &[]),
    ("https", &[]),
    ("certificate", &["https"]),
    ("config", &["domain"]),
    ("i18n", &["domain"]),
    ("log", &["domain", "clock"]),
    ("metrics", &[]),
    ("store", &["domain", "clock", "metrics"]),
    ("telegram", &["domain", "https"]),
    ("app", &["domain", "clock", "store"]),
    ("bot", &["domain", "i18n", "store", "telegram", "app"]),
    (
        "notifier",
        &["domain", "clock", "i18n", "metrics", "store", "telegram"],
    ),
    ("fetcher", &["domain", "clock", "i18n", "store", "telegram"]),
    (
        "webhooks",
        &["domain", "clock", "config", "https", "metrics", "store"],
    ),
    ("sheet", &["domain", "i18n", "store"]),
    ("graphql", &["domain", "i18n", "store", "app", "sheet"]),
    ("web", &["domain", "i18n", "store", "app", "sheet"]),
    (
        "http",
        &[
            "web", "domain", "clock", "i18n", "metrics", "store", "telegram", "app", "bot",
            "graphql",
        ],
    ),
    (
        "server",
        &[
            "bot",
            "i18n",
            "certificate",
            "config",
            "https",
            "domain",
            "clock",
            "metrics",
            "store",
            "app",
            "graphql",
            "http",
            "fetcher",
            "notifier",
            "telegram",
            "webhooks",
        ],
    ),
    ("demo", &["domain", "store"]),
    (
        "doctor",
        &[
            "certificate",
            "config",
            "clock",
            "domain",
            "store",
            "telegram",
        ],
    ),
    (
        "cli",
        &[
            "config", "clock", "domain", "https", "i18n", "store", "app", "graphql", "server",
            "demo", "doctor",
        ],
    ),
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => sources(&path, found),
            false if path.extension().is_some_and(|ending| ending == "rs") => found.push(path),
            false => {}
        }
    }
}

/// Every line of code with its room and file.
fn lines() -> Vec<(String, String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    assert!(files.len() > 30, "the sources are not where they were");
    let mut all = Vec::new();
    for file in files {
        let inside = file.strip_prefix(&root).unwrap();
        let room = inside
            .iter()
            .next()
            .unwrap()
            .to_str()
            .unwrap()
            .trim_end_matches(".rs");
        for line in fs::read_to_string(&file).unwrap().lines() {
            let code = line.split("//").next().unwrap();
            all.push((
                room.to_owned(),
                inside.display().to_string(),
                code.to_owned(),
            ));
        }
    }
    all
}

#[test]
fn no_arrow_points_back() {
    for (room, file, line) in lines() {
        let Some((_, may)) = ROOMS.iter().find(|(name, _)| *name == room) else {
            assert!(
                matches!(&*room, "lib" | "main"),
                "{file} is in no room of the list"
            );
            continue;
        };
        for path in line.split("crate::").skip(1) {
            let end = path
                .find(|c: char| !c.is_alphanumeric() && c != '_')
                .unwrap_or(path.len());
            let used = &path[..end];
            let fine = used.is_empty() || used == room || may.contains(&used);
            assert!(fine, "{file}: {room} may not use {used}: {line}");
        }
    }
}

#[test]
fn sql_and_the_wall_clock_stay_in_their_rooms() {
    for (room, file, line) in lines() {
        let sql = [
            "SELECT ",
            "INSERT INTO",
            "UPDATE ",
            "DELETE FROM",
            "rusqlite",
        ];
        let sql = sql.iter().any(|word| line.contains(word));
        assert!(room == "store" || !sql, "{file} has SQL: {line}");
        let clock = [
            "Timestamp::now",
            "SystemTime::now",
            "Instant::now",
            "Zoned::now",
        ];
        let clock = clock.iter().any(|call| line.contains(call));
        assert!(
            room == "clock" || !clock,
            "{file} asks for the time: {line}"
        );
    }
}
