//! Integrity of schema and data, as checked by `doctor` and `restore`. A backup is exactly what it
//! was when it was made.

use std::path::Path;
use std::process::Command;

use rusqlite::Connection;
use tempfile::TempDir;
use zayavka::store::backup::restore;

use crate::backup::names;
use crate::cli::{fails, works, zayavka};
use crate::doctor::{finds, healthy, lines};

fn now() -> jiff::Timestamp {
    "2026-01-02T03:04:05Z".parse().unwrap()
}

fn change(path: &Path, sql: &str) {
    let file = Connection::open(path).unwrap();
    // As somebody would who wants to change the data despite all constraints.
    file.execute_batch("PRAGMA foreign_keys = OFF; PRAGMA recursive_triggers = OFF;")
        .unwrap();
    file.execute_batch(sql).unwrap();
}

/// Modifications of a file, and the resulting findings.
const STRANGE: &[(&str, &str)] = &[
    (
        "CREATE TRIGGER mine AFTER UPDATE ON tasks BEGIN DELETE FROM comments; END",
        "trigger mine, which no version of this program has made",
    ),
    (
        "CREATE TEMP TABLE t (x); CREATE TRIGGER \"task_events_mine\" AFTER INSERT ON task_events
         BEGIN UPDATE tasks SET description = '' WHERE id = new.task_id; END",
        "trigger task_events_mine, which no version",
    ),
    (
        "DROP TRIGGER task_events_append_only_delete;
         CREATE TRIGGER task_events_append_only_delete BEFORE DELETE ON task_events WHEN 0
         BEGIN SELECT raise(ABORT, 'the history of a task is append-only'); END",
        "trigger task_events_append_only_delete is another",
    ),
    (
        "DROP TRIGGER task_events_append_only_update",
        "it has no trigger task_events_append_only_update",
    ),
    (
        "DROP INDEX tasks_customer",
        "it has no index tasks_customer",
    ),
    (
        "DROP INDEX tasks_customer; CREATE INDEX tasks_customer ON tasks (employee_id)",
        "index tasks_customer is another",
    ),
    (
        "DROP VIEW texts_of_tasks; CREATE VIEW texts_of_tasks (id, description, name, device) AS SELECT id, '', '', '' FROM tasks",
        "view texts_of_tasks is another",
    ),
    (
        "ALTER TABLE customers ADD COLUMN mine TEXT",
        "table customers is another",
    ),
    (
        "CREATE UNIQUE INDEX mine ON tasks (created_at, id)",
        "unique index mine, which no version",
    ),
    (
        "CREATE TABLE mine (task INTEGER REFERENCES tasks (id))",
        "table mine, which refers to tasks",
    ),
    ("DROP TABLE form_posts", "it has no "),
];

#[test]
fn foreign_objects_in_the_file_are_found_and_not_restored() {
    crate::time_limit::start();
    let folder = healthy();
    let at = folder.path();
    works(at, &["backup", "good.db"], "");
    let good = std::fs::read(at.join("good.db")).unwrap();
    let live = std::fs::read(at.join("zayavka.db")).unwrap();
    for (sql, said) in STRANGE.iter().copied() {
        std::fs::write(at.join("strange.db"), &good).unwrap();
        change(&at.join("strange.db"), sql);
        let refused = fails(at, &["restore", "strange.db"], "");
        assert!(refused.contains(said), "{sql}: {refused}");
        assert_eq!(std::fs::read(at.join("zayavka.db")).unwrap(), live, "{sql}");
        std::fs::copy(at.join("strange.db"), at.join("zayavka.db")).unwrap();
        finds(&lines(at, &[]), "failure", "integrity", said);
        std::fs::write(at.join("zayavka.db"), &live).unwrap();
    }
    // Whitespace and case don't matter; objects of ANALYZE and Litestream are known.
    let fine = "DROP INDEX tasks_customer; create  index tasks_customer
            -- by hand
            ON \"tasks\"(customer_id,[created_at]);
        ANALYZE; CREATE TABLE _litestream_seq (id INTEGER PRIMARY KEY, seq INTEGER);
        CREATE TABLE _litestream_lock (id INTEGER)";
    change(&at.join("zayavka.db"), fine);
    finds(&lines(at, &[]), "ok", "integrity", "intact");
    finds(&lines(at, &[]), "ok", "schema", "version");
    // Foreign objects that don't affect ours are named and kept.
    let own = "CREATE INDEX mine ON tasks (description); CREATE TABLE notes (text TEXT); CREATE VIEW some AS SELECT 1";
    change(&at.join("zayavka.db"), own);
    let found = lines(at, &[]);
    finds(&found, "ok", "integrity", "intact");
    finds(
        &found,
        "warning",
        "schema",
        "index mine, table notes, view some",
    );
    works(at, &["backup", "own.db"], "");
    works(at, &["restore", "own.db"], "");
}

#[test]
fn a_value_that_no_page_could_show_is_named_by_its_place() {
    crate::time_limit::start();
    const FAR: &str = "9223372036854775807";
    let folder = healthy();
    let at = folder.path();
    works(at, &["backup", "good.db"], "");
    let good = std::fs::read(at.join("good.db")).unwrap();
    let live = std::fs::read(at.join("zayavka.db")).unwrap();
    for (sql, said) in [
        (
            "UPDATE tasks SET created_at = FAR WHERE id = 3",
            "tasks, row 3: created_at",
        ),
        (
            "UPDATE customers SET updated_at = -FAR WHERE id = 2",
            "customers, row 2: updated_at",
        ),
        (
            "UPDATE tasks SET description = CAST(x'ff41' AS TEXT) WHERE id = 4",
            "tasks, row 4: description",
        ),
        (
            "UPDATE task_details SET warranty_until = 'tomorrow' WHERE task_id = 5",
            "task_details, row 5: warranty_until",
        ),
        (
            "UPDATE tasks SET due_on = '2026-02-30' WHERE id = 6",
            "tasks, row 6: due_on",
        ),
        (
            "INSERT INTO task_events (task_id, kind, author, at) VALUES (1, 'NONSENSE', 'SYSTEM', 0)",
            "kind",
        ),
        (
            "UPDATE employees SET morning_time = '99:99' WHERE id = 1",
            "employees, row 1: morning_time",
        ),
        (
            "INSERT INTO invites (token_hash, role, created_at, expires_at) VALUES (x'00', 'OWNER', 0, FAR)",
            "expires_at",
        ),
        (
            "INSERT INTO outbox (person, channel, chat_id, kind, reply, created_at, due_at, try_at) VALUES ('C1', 'TELEGRAM', 1, 'REPLY', '{}', FAR, 0, 0)",
            "created_at",
        ),
        (
            "INSERT INTO incidents (kind, at, amount) VALUES ('NONSENSE', 0, 0)",
            "incidents",
        ),
        (
            "INSERT INTO messenger_updates (messenger, key, received_at) VALUES ('TELEGRAM', '7', FAR)",
            "messenger_updates, row 1: received_at",
        ),
        (
            "INSERT INTO webhooks (url, events) VALUES ('u', '[]'); INSERT INTO webhook_deliveries (webhook_id, event, payload, happened_at, queued_at, try_at) VALUES (1, 'x', '', 0, 0, 0)",
            "webhook_deliveries, row 1: event",
        ),
    ] {
        let sql = &format!(
            "PRAGMA ignore_check_constraints = ON; {}",
            sql.replace("FAR", FAR)
        );
        std::fs::write(at.join("bad.db"), &good).unwrap();
        change(&at.join("bad.db"), sql);
        let output = zayavka(at, &["restore", "bad.db"], "", &[]);
        assert!(!output.status.success(), "{sql}: {output:?}");
        let refused = String::from_utf8(output.stderr).unwrap();
        assert!(refused.contains(said), "{sql}: {refused}");
        assert!(!refused.contains(FAR), "{refused}");
        std::fs::copy(at.join("bad.db"), at.join("zayavka.db")).unwrap();
        finds(&lines(at, &[]), "failure", "integrity", said);
        std::fs::write(at.join("zayavka.db"), &live).unwrap();
    }
    // The first of many are named, and the rest are counted.
    change(
        &at.join("zayavka.db"),
        &format!("UPDATE tasks SET created_at = {FAR}"),
    );
    let found = lines(at, &[]);
    finds(&found, "failure", "integrity", "tasks, row 1: created_at");
    finds(&found, "failure", "integrity", "and 15 more");
    // A backup contains everything nevertheless, with a warning.
    let output = zayavka(at, &["backup", "worse.db"], "", &[]);
    assert!(output.status.success(), "{output:?}");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("warning") && said.contains("tasks, row 1: created_at"),
        "{said}"
    );
}

#[test]
fn a_row_that_refers_to_nothing_is_found_by_the_doctor() {
    crate::time_limit::start();
    let folder = healthy();
    let at = folder.path();
    change(
        &at.join("zayavka.db"),
        "UPDATE tasks SET employee_id = 99 WHERE id = 1",
    );
    finds(&lines(at, &[]), "failure", "integrity", "a row of tasks");
}

#[test]
fn a_backup_with_one_flipped_bit_is_refused_wherever_it_is() {
    crate::time_limit::start();
    let folder = healthy();
    let at = folder.path();
    works(at, &["backup", "copy.db"], "");
    let checked = Command::new("sha256sum")
        .args(["-c", "copy.db.sha256"])
        .current_dir(at)
        .output()
        .unwrap();
    assert!(checked.status.success(), "{checked:?}");
    let (database, copy) = (at.join("zayavka.db"), at.join("copy.db"));
    let whole = std::fs::read(&copy).unwrap();
    let there = names(at);
    let mut taken = 0;
    for place in 0..60 {
        let mut bytes = whole.clone();
        let length = bytes.len();
        bytes[place * length / 60 + 11] ^= 1 << (place % 8);
        std::fs::write(&copy, bytes).unwrap();
        match restore(&database, &copy, now()) {
            Ok(_) => taken += 1,
            Err(error) => {
                let said = zayavka::domain::chain(&error);
                assert!(said.contains("copy.db.sha256"), "{said}");
            }
        }
        assert_eq!(names(at), there);
    }
    assert_eq!(taken, 0, "of 60 with one flipped bit");
    std::fs::write(&copy, &whole).unwrap();
    assert!(works(at, &["restore", "copy.db"], "").contains("as it was when it was made"));
    // A backup by an older version has no digest.
    std::fs::remove_file(at.join("copy.db.sha256")).unwrap();
    let output = zayavka(at, &["restore", "copy.db"], "", &[]);
    assert!(output.status.success(), "{output:?}");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("warning") && said.contains("no copy.db.sha256"),
        "{said}"
    );
    // A malformed digest is no proof.
    std::fs::write(at.join("copy.db.sha256"), "nonsense").unwrap();
    let refused = fails(at, &["restore", "copy.db"], "");
    assert!(refused.contains("copy.db.sha256"), "{refused}");
}

#[test]
fn the_doctor_looks_whether_each_backup_is_what_it_was() {
    crate::time_limit::start();
    let folder = healthy();
    let at = folder.path();
    let backups = at.join("backups");
    finds(&lines(at, &[]), "ok", "backups", "unchanged");
    let made = names(&backups);
    let name = made.iter().find(|name| name.ends_with(".db")).unwrap();
    let whole = std::fs::read(backups.join(name)).unwrap();
    let mut bytes = whole.clone();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(backups.join(name), bytes).unwrap();
    finds(&lines(at, &[]), "failure", "backups", "was modified");
    std::fs::write(backups.join(name), whole).unwrap();
    std::fs::remove_file(backups.join(format!("{name}.sha256"))).unwrap();
    finds(&lines(at, &[]), "ok", "backups", "1 without a digest");
}

#[test]
fn a_digest_that_cannot_be_written_leaves_no_backup_either() {
    crate::time_limit::start();
    if !crate::restore::can_trace() {
        crate::harness::skip("it needs strace, and the right to use it");
        return;
    }
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    works(at, &["demo", "--tasks", "5"], "");
    let before = names(at);
    // The first is the backup's own.
    for call in ["/^rename:error=ENOSPC:when=2", "fsync:error=EIO:when=3"] {
        let output = crate::harness::without_settings(Command::new("strace"))
            .args(["-f", "-o", "/dev/null", "-e", &format!("inject={call}")])
            .args([env!("CARGO_BIN_EXE_zayavka"), "backup", "copy.db"])
            .current_dir(at)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success(), "{call}: {said}");
        assert!(said.contains("it can't be written"), "{call}: {said}");
        assert_eq!(names(at), before, "{call}");
    }
    works(at, &["backup", "copy.db"], "");
}

#[test]
fn a_backup_and_its_digest_come_together_or_not_at_all() {
    crate::time_limit::start();
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    works(at, &["demo", "--tasks", "5"], "");
    // The digest's name is taken: nothing is overwritten, and no backup is left without its digest.
    std::fs::write(at.join("copy.db.sha256"), "mine").unwrap();
    let refused = fails(at, &["backup", "copy.db"], "");
    assert!(
        refused.contains("copy.db.sha256") && refused.contains("overwrites nothing"),
        "{refused}"
    );
    assert_eq!(std::fs::read(at.join("copy.db.sha256")).unwrap(), b"mine");
    assert!(!at.join("copy.db").exists());
    works(at, &["backup", "an other.db"], "");
    let text = std::fs::read_to_string(at.join("an other.db.sha256")).unwrap();
    assert!(text.ends_with("  an other.db\n"), "{text}");
    assert_eq!(text.len(), 64 + "  an other.db\n".len());
}
