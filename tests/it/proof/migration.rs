//! A database of any released schema is migrated to the current one with the same data, and a kill
//! on the way leaves the old file intact.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use rusqlite::Connection;
use rusqlite::types::Value;
use tempfile::TempDir;
use zayavka::store::{Db, embedded_migrations};

use super::{report, size};
use crate::backup::names;
use crate::cli::works;
use crate::harness::{kill_after, newest_schema};

/// Data of each release: rows for every table and every kind of value. A new migration adds data
/// for its new columns here.
const ROWS: &[&str] = &[
    "INSERT INTO secrets (name, value) VALUES ('jwt', x'00010203');
     INSERT INTO employees (email, email_key, password_hash, role, active, epoch, created_at) VALUES
         ('Owner@example.com', 'owner@example.com', 'hash', 'OWNER', 1, 3, 1627203600000),
         ('b@example.com', 'b@example.com', 'hash', 'EMPLOYEE', 0, 0, 1627203600001);
     INSERT INTO invites (token_hash, email, role, created_by, created_at, expires_at, used_at) VALUES
         (x'ab', 'c@example.com', 'EMPLOYEE', 1, 1, 2, NULL), (x'cd', NULL, 'OWNER', NULL, 1, 2, 3);
     INSERT INTO customers (phone, phone_e164, name, name_key, telegram_id, telegram_verified,
         telegram_blocked, telegram_language, created_at, updated_at) VALUES
         ('8 900 000 00 01', '+79000000001', 'Анна', 'анна', 4000000000001, 1, 0, 'en', 1, 2),
         ('12345', '+712345', NULL, '', NULL, 0, 0, 'ru', 3, 4);
     INSERT INTO tasks (customer_id, employee_id, category, status, description, version,
         created_at, updated_at, closed_at) VALUES
         (1, 1, 'REPAIR', 'CLOSED', 'Сломана лампа', 4, 1627203600000, 1627203600009, 1627203600009),
         (NULL, NULL, 'OTHER', 'ACCEPTED', '', 1, 5, 5, NULL),
         (2, 2, 'DIAGNOSIS', 'READY', 'two' || char(10) || 'lines', 2, 6, 7, NULL);
     INSERT INTO task_events (task_id, kind, author, employee_id, customer_id, from_value, to_value, at) VALUES
         (1, 'CREATED', 'STAFF', 1, NULL, NULL, 'ACCEPTED', 1), (1, 'STATUS', 'STAFF', 1, NULL, 'ACCEPTED', 'CLOSED', 2),
         (3, 'CUSTOMER', 'CUSTOMER', NULL, 2, '2', NULL, 3), (9, 'DELETED', 'SYSTEM', NULL, NULL, 'READY', NULL, 4);
     INSERT INTO outbox (chat_id, kind, customer_id, task_id, from_status, to_status, reply, state,
         maybe_seen, attempts, created_at, due_at, try_at, settled_at, reason, detail) VALUES
         (4000000000001, 'STATUS_CHANGED', 1, 1, 'READY', 'CLOSED', NULL, 'DELIVERED', 0, 1, 1, 2, 3, 4, NULL, NULL),
         (4000000000001, 'STATUS_CHANGED', 1, 1, 'CLOSED', 'READY', NULL, 'DEAD', 1, 9, 1, 2, 3, 4, 'EXPIRED', 'no answer in time'),
         (7, 'REPLY', NULL, NULL, NULL, NULL, '{}', 'WAITING', 0, 0, 1, 2, 3, NULL, NULL, NULL);
     INSERT INTO telegram_updates (update_id, received_at) VALUES (41, 1), (42, 2);
     UPDATE sqlite_sequence SET seq = seq + 40;",
    "UPDATE employees SET language = 'en' WHERE id = 1;",
    "",
    "",
    "",
    "UPDATE tasks SET due_on = '2021-07-31' WHERE id = 3;
     INSERT INTO task_details (task_id, kind, brand, model, serial, serial_key, accessories, appearance, place,
         estimate, price, prepayment, warranty_until, warranty_of) VALUES
         (1, 'phone', 'Acme', 'X1', 'sn-12', 'SN12', 'a case', 'scratched', 'shelf 2', 150050, 0, NULL, '2021-10-23', NULL),
         (3, '', '', '', '', '', '', '', '', NULL, NULL, 1, NULL, 1);
     INSERT INTO task_events (task_id, kind, author, employee_id, customer_id, from_value, to_value, at) VALUES
         (3, 'DUE', 'STAFF', 1, NULL, '', '2021-07-31', 5), (3, 'WARRANTY_OF', 'STAFF', 1, NULL, '', '1', 6);",
    "INSERT INTO status_links (task_id, generation, token_hash) VALUES (1, 3, x'ab'), (3, 1, NULL);",
    "INSERT INTO comments (task_id, kind, employee_id, customer_id, channel, text, at, settled_at, settled_by) VALUES
         (1, 'INTERNAL', 1, NULL, NULL, 'the part is here', 1, NULL, NULL),
         (1, 'TO_CUSTOMER', 1, NULL, NULL, 'come by', 2, NULL, NULL),
         (1, 'FROM_CUSTOMER', NULL, 1, 'PAGE', 'when?', 3, 4, 1);
     INSERT INTO approvals (task_id, employee_id, price, text, task_version, asked_at, state, decided_at, channel, customer_id) VALUES
         (1, 1, 150050, 'a lamp', 2, 1, 'AGREED', 2, 'TELEGRAM', 1), (3, NULL, 0, '', 1, 1, 'ASKED', NULL, NULL, NULL);
     INSERT INTO outbox (chat_id, kind, customer_id, task_id, comment_id, approval_id, created_at, due_at, try_at) VALUES
         (4000000000001, 'COMMENT', 1, 1, 2, NULL, 1, 2, 3), (4000000000001, 'APPROVAL', 1, 1, NULL, 1, 1, 2, 3),
         (4000000000001, 'REMINDER', 1, 1, NULL, NULL, 1, 2, 3);
     INSERT INTO task_events (task_id, kind, author, employee_id, customer_id, from_value, to_value, at) VALUES
         (1, 'COMMENT', 'CUSTOMER', NULL, 1, NULL, '3', 5);",
    "INSERT INTO photos (comment_id, state, telegram_file, created_at, try_at, mime, width, height, image) VALUES
         (3, 'HERE', 'a', 1, 1, 'image/gif', 1, 2, x'47');",
    "UPDATE stages SET name = 'Принято', name_key = 'принято' WHERE id = 1;
     INSERT INTO stages (id, status, name, name_key, colour, position, wording, told, stuck_days) VALUES
         (7, 'CLOSED', 'Выдан', 'выдан', 'PINK', 2, 'Выдано', 0, NULL), (8, 'READY', 'На полке', 'на полке', 'TEAL', 2, '', 1, 3);
     UPDATE tasks SET stage_id = 7, stage_since = 8 WHERE id = 1;
     UPDATE outbox SET from_stage = 3, to_stage = 7 WHERE id = 1;
     INSERT INTO task_events (task_id, kind, author, employee_id, customer_id, from_value, to_value, at) VALUES
         (1, 'STAGE', 'STAFF', 1, NULL, 'CLOSED', 'Выдан', 8);",
    "UPDATE tasks SET ready_at = 7 WHERE id = 3;",
    "UPDATE tasks SET remind = 0 WHERE id = 2;
     UPDATE tasks SET reminded = 14 WHERE id = 3;
     INSERT INTO task_events (task_id, kind, author, employee_id, customer_id, from_value, to_value, at) VALUES
         (2, 'REMINDERS', 'STAFF', 1, NULL, 'ON', 'OFF', 5), (3, 'REMINDED', 'SYSTEM', NULL, NULL, NULL, '14', 6);",
    "INSERT INTO webhooks (url, events) VALUES ('https://example.com/hook', '[\"task.created\"]');
     INSERT INTO webhook_deliveries (webhook_id, event, payload, state, attempts, happened_at, queued_at, try_at, settled_at, detail) VALUES
         (1, 'task.created', '{}', 'DELIVERED', 1, 1, 2, 3, 4, ''), (1, 'task.created', '{}', 'DEAD', 9, 1, 2, 3, 4, 'it answered 500'),
         (1, 'task.created', '{}', 'WAITING', 0, 1, 2, 3, NULL, '');",
    "UPDATE employees SET telegram_id = 4000000000009, morning_time = '08:30' WHERE id = 1;
     INSERT INTO staff_codes (employee_id, code_hash, expires_at) VALUES (1, x'ab', 5);
     INSERT INTO staff_code_tries (telegram_id, tries, until) VALUES (4000000000001, 3, 6);
     INSERT INTO morning_lists (employee_id, day, at) VALUES (1, '2021-07-25', 7), (1, '2021-07-26', 8);",
    "INSERT INTO imports (source, number, task_id) VALUES ('remonline', 'A001', 1);",
    // Only an index.
    "",
    "INSERT INTO incidents (kind, at, amount) VALUES ('CLOCK_SET_BACK', 1, 2);
     UPDATE outbox SET reckoned_at = 2 WHERE id = 2;
     UPDATE outbox SET answer_of = 1 WHERE kind = 'REPLY';",
    "INSERT INTO comments (task_id, kind, customer_id, channel, text, at) VALUES (1, 'FROM_CUSTOMER', 1, 'TELEGRAM', '', 9);
     INSERT INTO photos (comment_id, kind, state, telegram_file, telegram_unique, created_at, try_at, file_name, size, duration, about, mime, image) VALUES
         (4, 'VOICE', 'HERE', 'b', 'c', 1, 1, '', 4, 5, '', 'audio/opus', x'4f676753'), (4, 'PLACE', 'NOTED', '', '', 1, 1, '', NULL, NULL, '55.7, 37.6', NULL, NULL);
     INSERT INTO telegram_messages (chat_id, message_id, task_id, comment_id, album, has_words, at) VALUES
         (4000000000001, 1, NULL, 4, 'g', 0, 9), (4000000000001, 2, 1, NULL, NULL, 0, 9);
     INSERT INTO task_events (task_id, kind, author, employee_id, customer_id, from_value, to_value, at) VALUES
         (1, 'EDITED', 'CUSTOMER', NULL, 1, 'a', 'b', 9);",
    "UPDATE approvals SET unsettled = 1 WHERE id = 1;",
    "INSERT INTO form_posts (digest, made, posted_at) VALUES (x'ab', 1, 5);",
    // Keys computed from other columns.
    "",
    "INSERT INTO ended_sessions (session, expires_at) VALUES (x'000102030405060708090a0b0c0d0e0f', 5);",
    "UPDATE tasks SET listed_at = 1627203600009, touched_at = 1627203600010 WHERE id = 2;",
    "INSERT INTO outbox (chat_id, kind, reply, created_at, due_at, try_at) VALUES (4000000000009, 'STAFF_NEWS', '{\"NewTask\":1}', 1, 2, 3);",
    "INSERT INTO catalogue_items (kind, name, article, article_key, barcode, price, cost, warranty_days, archived, search_key) VALUES
         ('PART', 'Display', 'D-1', 'd-1', '460', 100, 50, 90, 0, 'display' || char(10) || 'd-1' || char(10) || '460'),
         ('WORK', 'Cleaning', '', '', '', 0, NULL, NULL, 1, 'cleaning' || char(10) || char(10));
     INSERT INTO task_lines (task_id, position, kind, item_id, name, quantity, unit_price, discount, discount_percent, cost,
         done_by, warranty_days) VALUES
         (3, 1, 'PART', 1, 'Display', 1000, 100, 0, 10000, 50, 1, 90), (3, 2, 'WORK', NULL, 'by hand', 1500, 7, 1, NULL, NULL, NULL, NULL);
     UPDATE task_details SET discount = 5 WHERE task_id = 3;
     INSERT INTO approval_lines (approval_id, line_id, kind, name, quantity, unit_price, discount, sum) VALUES
         (1, 1, 'PART', 'Display', 1000, 100, 10, 90);
     INSERT INTO shifts (drawer_id, opened_at, opened_by, opening, closed_at, closed_by, closing, reason) VALUES
         (1, 1, 1, 0, 2, 1, 5, 'found'), (1, 3, 1, 5, NULL, NULL, NULL, '');
     INSERT INTO payments (kind, method, amount, task_id, employee_id, drawer_id, shift_id, refund_of, note, fiscal_number, request_key, at)
     VALUES ('PAYMENT', 'CASH', 90, 3, 1, 1, 2, NULL, 'a note', '7', 'k', 5), ('REFUND', 'CARD', -10, 3, 1, NULL, NULL, 2, '', '', NULL, 6),
         ('CASH_OUT', 'CASH', -1, NULL, 1, 1, 2, NULL, '', '', NULL, 7);",
    "INSERT INTO search_aliases (word, meaning) VALUES ('лампа', 'lamp');
     UPDATE approvals SET unnoticed = 1 WHERE id = 1;
     UPDATE outbox SET unnoticed = 1 WHERE id = 2;",
    "INSERT INTO settings (key, value, changed_at, employee_id) VALUES ('shop.name', 'Master', 5, 1), ('timezone', 'Asia/Omsk', 6, NULL);
     INSERT INTO audit_events (happened_at, employee_id, action, subject, old_value, new_value) VALUES
         (5, 1, 'SETTING_CHANGED', 'shop.name', NULL, 'Master');",
    "UPDATE customers SET second_phone = '8 916 000-00-01', second_phone_key = '79160000001', email = 'a@example.com',
         company = 'ООО «Лампа»', company_key = 'ооо «лампа»', tax_number = '6902', note = 'calls' || char(10) || 'late' WHERE id = 1;
     INSERT INTO customer_merges (kept_id, merged_at, snapshot) VALUES (1, 5, '{\"other\":9,\"phone\":\"+79000000009\",\"name\":\"\",\"card\":\"{}\",\"tasks\":[3],\"rows\":\"{}\",\"gave_telegram\":false,\"fields\":[]}');",
    "UPDATE employees SET name = 'Ivan', colour = 'TEAL' WHERE id = 1;
     INSERT INTO password_links (employee_id, token_hash, created_by, expires_at) VALUES (2, x'ab', 1, 5);",
    "INSERT INTO first_day (step, done_at) VALUES ('RECEIPT', 5);",
    "INSERT INTO logo (id, mime, image, changed_at) VALUES (1, 'image/png', x'8950', 5);",
    "UPDATE webhooks SET name = 'books', paused_at = 5, rotated_at = 6, failing_since = 7, dropped = 8, created_at = 4 WHERE id = 1;
     UPDATE webhook_deliveries SET tried_at = 5, status = 500, duration_ms = 12 WHERE id = 2;",
    "INSERT INTO idempotency_keys (key, content, made, kept_at) VALUES (x'ab', x'cd', '1', 5);
     INSERT INTO change_eras (last_seq, started_at, mark) VALUES (0, 5, x'ef');",
    "UPDATE customers SET max_id = 5000000000001, max_verified = 1, max_blocked = 0, max_language = 'en', heard_on = 'MAX' WHERE id = 2;
     INSERT INTO outbox (person, channel, chat_id, refused_by, kind, customer_id, task_id, state, created_at, due_at, try_at, settled_at, cost, external_id, arrival) VALUES
         ('C2', 'SMS', NULL, 'MAX TELEGRAM', 'REMINDER', 2, 3, 'DELIVERED', 1, 2, 3, 4, 350, 'n7', 'PENDING');
     INSERT INTO chat_messages (messenger, chat_id, message, task_id, comment_id, album, has_words, at) VALUES
         ('MAX', 5000000000001, 'mid.1', 1, NULL, NULL, 0, 9);
     INSERT INTO messenger_updates (messenger, key, received_at) VALUES ('MAX', 'mid.1', 1);
     UPDATE photos SET messenger = 'MAX' WHERE id = 1;",
    "INSERT INTO message_texts (purpose, stage_id, language, form, text) VALUES ('STATUS', 8, 'ru', 'FULL', '{device}: на полке'),
         ('QUOTE', NULL, 'en', 'SHORT', 'Is {sum} right?');",
    "INSERT INTO email_stops (address, stopped_at) VALUES (x'0123', 5);",
    "",
    "UPDATE employees SET max_id = 5000000000002 WHERE id = 2;
     INSERT INTO staff_code_tries (messenger, chat_id, tries, until) VALUES ('MAX', 4000000000001, 2, 7);
     UPDATE outbox SET passed_on_at = 4 WHERE id = 2;",
    "INSERT INTO offsite_attempts (began_at, ended_at, place, name, bytes, fault, detail) VALUES
         (5, 6, 'webdavs://disk.example.com/shop', 'zayavka-0123456789abcdef-2026-01-02T030405Z.db.age', 9, NULL, ''),
         (7, 8, 'webdavs://disk.example.com/shop', NULL, NULL, 'REFUSED', 'HTTP 500');
     INSERT INTO offsite_alarm (id, told_at) VALUES (1, 5);",
];
/// The last version with prepayments, which are payments since.
const PREPAYMENTS: usize = 24;
/// The last version with one messenger, whose tables and columns were named after it.
const TELEGRAM_ALONE: usize = 33;
/// What is named otherwise since.
const RENAMED: [(&str, &str); 6] = [
    ("telegram_messages", "chat_messages"),
    ("telegram_updates", "messenger_updates"),
    ("message_id", "CAST(message AS INTEGER)"),
    ("update_id", "CAST(key AS INTEGER)"),
    ("telegram_file", "remote_file"),
    ("telegram_unique", "remote_unique"),
];

fn now() -> jiff::Timestamp {
    "2026-01-02T03:04:05Z".parse().unwrap()
}

/// Creates a database as the release with that many migrations left it.
fn fixture(path: &Path, version: usize) {
    // Columns and tables of the earlier rows are gone later.
    let mut done = 0;
    let mut steps = vec![
        version.min(PREPAYMENTS),
        version.min(TELEGRAM_ALONE),
        version,
    ];
    steps.dedup();
    for next in steps {
        drop(Db::open_with(path, &embedded_migrations()[..next], now()).unwrap());
        let file = Connection::open(path).unwrap();
        file.execute_batch(&ROWS[done..next].concat()).unwrap();
        file.pragma_update(None, "wal_checkpoint", "TRUNCATE")
            .unwrap();
        done = next;
    }
}

/// Returns every table of user data with its columns, without derived tables and without
/// prepayments.
fn tables(file: &Connection) -> Vec<(String, String)> {
    let sql = "SELECT m.name, group_concat(c.name, ', ')
        FROM sqlite_schema AS m JOIN pragma_table_info(m.name) AS c
        WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE 'task_search%' AND m.name NOT LIKE 'task_sums%'
            AND m.name NOT IN ('refinery_schema_history', 'task_counts', 'phone_ends', 'stale_keys', 'changes', 'changes_stale')
        GROUP BY m.name ORDER BY m.name";
    let mut statement = file.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
    let without = |(table, columns): (String, String)| (table, columns.replace(", prepayment", ""));
    rows.unwrap().map(Result::unwrap).map(without).collect()
}

/// Returns all data of these columns, row by row.
fn data(file: &Connection, tables: &[(String, String)]) -> Vec<Vec<Value>> {
    let mut all = Vec::new();
    for (table, columns) in tables {
        let sql = format!("SELECT {columns} FROM {table} ORDER BY 1");
        let mut statement = file.prepare(&sql).unwrap();
        let width = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let row = (0..width).map(|column| row.get(column).unwrap());
            all.push(row.collect());
        }
    }
    all
}

/// Returns the tables and columns by their names of today.
fn renamed(tables: Vec<(String, String)>) -> Vec<(String, String)> {
    let rename = |text: String| {
        let names = RENAMED.iter();
        names.fold(text, |text, (old, new)| text.replace(old, new))
    };
    let tables = tables.into_iter();
    tables
        .map(|(table, columns)| (rename(table), rename(columns)))
        .collect()
}

fn number(file: &Connection, sql: &str) -> i64 {
    file.query_row(sql, [], |row| row.get(0)).unwrap()
}

/// Returns the last id of each table: none is reused.
fn numbers(file: &Connection) -> Vec<(String, i64)> {
    let sql = "SELECT name, seq FROM sqlite_sequence ORDER BY name";
    let mut statement = file.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
    rows.unwrap().map(Result::unwrap).collect()
}

fn version(file: &Connection) -> i64 {
    number(file, "SELECT max(version) FROM refinery_schema_history")
}

fn is_whole(file: &Connection) -> bool {
    let sql = "PRAGMA integrity_check";
    let found: String = file.query_row(sql, [], |row| row.get(0)).unwrap();
    found == "ok" && number(file, "SELECT count(*) FROM pragma_foreign_key_check") == 0
}

#[test]
fn every_released_schema_is_brought_to_todays_with_the_same_data() {
    let newest = embedded_migrations().len();
    assert_eq!(ROWS.len(), newest, "each migration has its data here");
    let mut compared = 0;
    for version in 1..=newest {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("old.db");
        fixture(&path, version);
        let file = Connection::open(&path).unwrap();
        let tables = tables(&file);
        let expected = match version {
            ..6 => 8,
            6 => 9,
            7 => 10,
            8 => 12,
            9 => 13,
            10..=12 => 14,
            13 => 16,
            14 => 19,
            15 | 16 => 20,
            17 => 21,
            18 | 19 => 22,
            20 | 21 => 23,
            22..=24 => 24,
            25 => 31,
            26 => 32,
            27 => 34,
            28 => 35,
            29 => 36,
            30 => 37,
            31 | 32 => 38,
            33 | 34 => 40,
            35 => 41,
            36..=38 => 42,
            _ => 44,
        };
        assert_eq!(tables.len(), expected, "{tables:?}");
        let (before, given) = (data(&file, &tables), numbers(&file));
        drop(file);
        drop(Db::open(&path, now()).unwrap());
        let file = Connection::open(&path).unwrap();
        let tables = match version <= TELEGRAM_ALONE {
            true => renamed(tables),
            false => tables,
        };
        // Codes of employees are sent from every messenger since.
        let tables = tables.into_iter().map(|(table, columns)| {
            let columns = columns.replace("telegram_id, tries,", "chat_id, tries,");
            (table, columns)
        });
        let tables: Vec<_> = tables.collect();
        assert_eq!(data(&file, &tables), before, "from version {version}");
        let mut now_given = numbers(&file);
        now_given.retain(|(name, _)| given.iter().any(|(known, _)| known == name));
        assert_eq!(now_given, given, "from version {version}");
        compared += before.len();
        assert!(is_whole(&file));
        let carried = "SELECT count(*) FROM payments WHERE task_id = 3 AND kind = 'PAYMENT' AND amount = 1 AND carried_over = 1";
        assert_eq!(number(&file, carried), i64::from(version >= 6));
        let handed = "SELECT count(*) FROM handovers AS h JOIN tasks AS t ON t.id = h.task_id AND t.closed_at = h.at";
        assert_eq!(number(&file, handed), 1);
        let found = "SELECT count(*) FROM task_search WHERE task_search MATCH 'ЛАМПА'";
        assert_eq!(number(&file, found), 1);
        assert_eq!(number(&file, "SELECT sum(tasks) FROM task_counts"), 3);
        // 90 + 10 by the lines of the third one since V25, less a discount of 5.
        let sums = "SELECT sum(total) * 1000 + sum(is_open) FROM task_sums";
        let total = if version >= 25 { 95 } else { 0 };
        assert_eq!(
            number(&file, sums),
            total * 1000 + 2,
            "from version {version}"
        );
        let placed = "SELECT count(*) FROM tasks AS t JOIN stages AS s ON s.id = t.stage_id AND s.status = t.status
            WHERE t.stage_since IN (t.closed_at, t.created_at, 8)";
        assert_eq!(number(&file, placed), 3, "from version {version}");
        let ready = "SELECT count(*) FROM tasks WHERE ready_at IS iif(status = 'READY', 7, NULL)";
        assert_eq!(number(&file, ready), 3);
        // The same tables, columns, indexes and triggers as in a new file.
        let schema = |file: &Connection| {
            let sql = "SELECT group_concat(name || coalesce(sql, ''), char(10)) FROM
                (SELECT name, sql FROM sqlite_schema ORDER BY name)";
            let text: String = file.query_row(sql, [], |row| row.get(0)).unwrap();
            text
        };
        drop(Db::open(&folder.path().join("new.db"), now()).unwrap());
        let new = Connection::open(folder.path().join("new.db")).unwrap();
        assert_eq!(schema(&file), schema(&new));
    }
    report(
        "migration",
        &format!(
            "{newest} released schemas brought to version {newest}: {compared} rows compared, none differs"
        ),
    );
}

/// Prepares a directory with a database of the first version and enough tasks to take a while.
fn old(tasks: usize) -> TempDir {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("zayavka.db");
    fixture(&path, 1);
    let file = Connection::open(&path).unwrap();
    let more = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?1)
        INSERT INTO tasks (customer_id, category, status, description, created_at, updated_at)
        SELECT 1, 'REPAIR', 'READY', 'A broken lamp, number ' || n, n, n FROM n";
    file.execute(more, [tasks]).unwrap();
    drop(file);
    folder
}

/// Copied by another program, since closing a file here would release its locks (see
/// `store::lock`).
fn copy(from: &TempDir) -> TempDir {
    let folder = TempDir::new().unwrap();
    let copied = Command::new("cp")
        .arg(from.path().join("zayavka.db"))
        .arg(folder.path())
        .status();
    assert!(copied.unwrap().success());
    folder
}

#[test]
fn a_kill_in_the_midst_of_a_migration_leaves_the_old_database_whole() {
    let rounds = size(12, 200);
    let original = old(size(5_000, 50_000));
    let file = Connection::open(original.path().join("zayavka.db")).unwrap();
    let tables = tables(&file);
    let (before, todays) = (data(&file, &tables), renamed(tables.clone()));
    drop(file);
    let whole = {
        let folder = copy(&original);
        let started = Instant::now();
        works(folder.path(), &["user", "list"], "");
        started.elapsed()
    };
    let (mut old, mut new) = (0, 0);
    for round in 0..rounds {
        let folder = copy(&original);
        let at = folder.path();
        let wait = whole.mul_f64(round as f64 / rounds as f64 * 1.1);
        kill_after(at, &["user", "list"], wait);
        let file = Connection::open(at.join("zayavka.db")).unwrap();
        assert!(is_whole(&file), "round {round}");
        match version(&file) {
            1 => {
                assert_eq!(data(&file, &tables), before, "round {round}");
                old += 1;
            }
            _ => {
                assert_eq!(data(&file, &todays), before, "round {round}");
                new += 1;
            }
        }
        drop(file);
        // Immediately, within the same second, as systemd's next start may be.
        works(at, &["user", "list"], "");
        let file = Connection::open(at.join("zayavka.db")).unwrap();
        assert_eq!(version(&file), newest_schema());
        assert_eq!(data(&file, &todays), before, "round {round}");
        // Files named as copies of the old database really are.
        let copies = |name: &&String| name.contains(".db.v1-") && !name.ends_with(".sha256");
        for name in names(at).iter().filter(copies) {
            let copy = Connection::open(at.join(name)).unwrap();
            assert!(is_whole(&copy), "{name}");
            assert_eq!(data(&copy, &tables), before, "{name}");
        }
    }
    assert!(old > 0, "no kill came in time");
    report(
        "migration",
        &format!(
            "{rounds} kills within {} ms: {old} left the old schema, {new} the new one, each whole and with the same {} rows; each was migrated by the next start",
            whole.as_millis(),
            before.len()
        ),
    );
}
