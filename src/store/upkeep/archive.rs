//! Export of everything that people wrote as one JSON text, row by row, and its import into an
//! empty database.
//!
//! Each table is listed under its name, with one line per row and its columns by name. On import, a
//! missing column of a later version gets its default. File contents are encoded in Base64.

mod older;
mod read;
mod rules;

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use rusqlite::params_from_iter;
use rusqlite::types::{Value, ValueRef};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value as Json, json};

use self::older::Prepayments;
use self::read::ByTable;
use crate::domain::{Contents, Error, Problem, Result, Status, TaskFilter, TaskOrder};
use crate::store::{Connection, Transaction};

/// Tables of an archive, each after those that its rows refer to. A test ensures that every other
/// table is in [`LEFT_OUT`].
pub const TABLES: &[&str] = &[
    "employees",
    "customers",
    "stages",
    "message_texts",
    "search_aliases",
    "catalogue_items",
    "drawers",
    "shifts",
    "tasks",
    "task_details",
    "task_lines",
    "task_events",
    "comments",
    "photos",
    "approvals",
    "approval_lines",
    "payments",
    "imports",
    "settings",
    "logo",
];
/// Tables that are not exported: keys and what is made with them, queues, what triggers derive from other
/// tables, the order of changes, who changed the settings of this database, what was done on its first day, and what can be undone
/// for a day; which addresses get no e-mail, which the key of this database's links tells; and which copies of this database
/// were made on other machines.
pub const LEFT_OUT: &[&str] = &[
    "secrets",
    "ended_sessions",
    "invites",
    "password_links",
    "status_links",
    "outbox",
    "messenger_updates",
    "chat_messages",
    "form_posts",
    "idempotency_keys",
    "changes",
    "changes_stale",
    "change_eras",
    "webhooks",
    "webhook_deliveries",
    "staff_codes",
    "staff_code_tries",
    "morning_lists",
    "task_counts",
    "handovers",
    "task_search_stale",
    "task_sums",
    "task_sums_stale",
    "phone_ends",
    "incidents",
    "audit_events",
    "first_day",
    "customer_merges",
    "email_stops",
    "offsite_alarm",
    "offsite_attempts",
    "stale_keys",
    "refinery_schema_history",
];
/// Columns of exported tables that are not exported: credentials.
pub const HIDDEN: &[(&str, &str)] = &[
    ("employees", "password_hash"),
    ("employees", "epoch"),
    ("employees", "active"),
    ("employees", "telegram_id"),
    ("employees", "max_id"),
];

/// Identifies the format, in the first line.
const FORMAT: &str = "zayavka-archive";
/// Incremented when an older program can no longer read a newer archive.
const VERSION: u32 = 1;
/// Key of a Base64 value (RFC 4648).
const BASE64: &str = "base64";
/// Maximum length of a text, in KiB; the longest is a description of 10,000 characters, which is
/// also in the history.
const TEXT_KIB: usize = 128;
/// Size of the write buffer, in bytes.
const BUFFER: usize = 64 * 1024;
/// Number of rows that are read and checked at a time.
const STEP: usize = 500;

#[derive(Deserialize)]
struct Archive<'a> {
    format: String,
    version: u32,
    schema: i64,
    /// The last assigned id of each table.
    #[serde(default)]
    numbers: ByTable<i64>,
    /// The rows of each table, unparsed: parsed rows would take more memory than the text.
    #[serde(borrow)]
    tables: ByTable<&'a RawValue>,
}

/// Writes the archive.
///
/// # Errors
/// [`Error::Internal`] when the database or the writer fails.
pub fn dump(connection: &Connection, out: &mut impl Write) -> Result<()> {
    // The parts written are very small.
    let out = &mut BufWriter::with_capacity(BUFFER, out);
    let numbers = numbers(connection)?;
    let numbers = serde_json::to_string(&numbers).map_err(Error::internal)?;
    let schema = schema(connection)?;
    write(
        out,
        &format!(
            "{{\"format\":\"{FORMAT}\",\"version\":{VERSION},\"schema\":{schema},\n\"numbers\":{numbers},\n\"tables\":{{"
        ),
    )?;
    for (index, table) in TABLES.iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        write(out, &format!("{comma}\n\"{table}\":["))?;
        dump_rows(connection, table, out)?;
        write(out, "]")?;
    }
    write(out, "}}\n")?;
    out.flush().map_err(failed)
}

fn dump_rows(connection: &Connection, table: &str, out: &mut impl Write) -> Result<()> {
    let columns = columns(connection, table)?;
    let sql = format!("SELECT {} FROM {table} ORDER BY rowid", columns.join(", "));
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query([])?;
    let mut first = true;
    while let Some(row) = rows.next()? {
        write(out, if first { "\n{" } else { ",\n{" })?;
        first = false;
        for (at, column) in columns.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            write(out, &format!("{comma}\"{column}\":"))?;
            match row.get_ref(at)? {
                ValueRef::Null => json(out, &())?,
                ValueRef::Integer(number) => json(out, &number)?,
                ValueRef::Real(number) => json(out, &number)?,
                ValueRef::Text(text) => {
                    json(out, std::str::from_utf8(text).map_err(Error::internal)?)?;
                }
                ValueRef::Blob(bytes) => json(out, &json!({ BASE64: STANDARD.encode(bytes) }))?,
            }
        }
        write(out, "}")?;
    }
    Ok(())
}

fn write(out: &mut impl Write, text: &str) -> Result<()> {
    out.write_all(text.as_bytes()).map_err(failed)
}

/// Maps an I/O error; a full disk is reported as such, since people can free space.
fn failed(error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::StorageFull => Error::DiskFull(Arc::new(error)),
        _ => Error::internal(error),
    }
}

fn json<T: Serialize + ?Sized>(out: &mut impl Write, value: &T) -> Result<()> {
    serde_json::to_writer(out, value).map_err(|error| failed(error.into()))
}

/// Returns whether nothing has been written yet, apart from accounts.
pub fn is_empty(connection: &Connection) -> Result<bool> {
    let sql = "SELECT NOT EXISTS (SELECT 1 FROM customers) AND NOT EXISTS (SELECT 1 FROM tasks)
        AND NOT EXISTS (SELECT 1 FROM task_events) AND NOT EXISTS (SELECT 1 FROM payments)
        AND NOT EXISTS (SELECT 1 FROM catalogue_items)";
    Ok(connection.query_row(sql, [], |row| row.get(0))?)
}

/// Replaces the contents of an empty database with an archive. All accounts are imported
/// deactivated and without a password; existing ones are deleted.
///
/// # Errors
/// [`Error::Invalid`] at `field` if it is no archive, is of a newer version, or has invalid rows;
/// it names the line, the table and the column of the first one. See the module `rules`.
pub fn import(tx: &Transaction, field: &'static str, text: &str, now: Timestamp) -> Result<()> {
    let unreadable = || Error::from(Problem::ArchiveUnreadable.at(field));
    let archive: Archive<'_> = serde_json::from_str(text).map_err(|_| unreadable())?;
    if archive.format != FORMAT {
        return Err(unreadable());
    }
    if archive.version > VERSION || archive.schema > schema(tx)? {
        return Err(Problem::ArchiveNewer.at(field).into());
    }
    let has = |table: &&'static str| archive.tables.0.contains_key(*table);
    tx.execute("DELETE FROM invites", [])?;
    for table in TABLES.iter().copied().rev().filter(has) {
        tx.execute(&format!("DELETE FROM {table}"), [])?;
    }
    let mut prepayments = Prepayments::default();
    for table in TABLES.iter().copied().filter(has) {
        let columns = columns(tx, table)?;
        let mut take = |row: &RawValue| {
            let line = || line_of(text, row.get());
            let row = serde_json::from_str(row.get()).map_err(Error::internal);
            let insert = |row| insert(tx, table, &columns, row, field, now);
            let check = |row| match rules::check(table, &row) {
                Ok(()) => Ok(row),
                Err((column, problem)) => Err(Problem::ArchiveValue {
                    line: line(),
                    table,
                    column,
                    problem: Box::new(problem),
                }
                .at(field)
                .into()),
            };
            let current = |mut row| {
                if table == "task_details" {
                    prepayments.take(&mut row)?;
                }
                older::rename(table, &mut row);
                Ok(row)
            };
            let inserted = row.and_then(current).and_then(check).and_then(insert);
            inserted.map_err(|error| refused(error, field, table, line()))
        };
        let rows = archive.tables.0[table].get();
        read::rows(rows, &mut take).map_err(|error| match error {
            Error::Internal(_) => unreadable(),
            other => other,
        })?;
    }
    prepayments.append(tx)?;
    give_numbers_on(tx, &archive.numbers.0)?;
    // An older program may have computed them by other rules.
    crate::store::engine::search::renew_keys(tx)?;
    // An unreadable value would cause errors on pages later.
    read_through(tx).map_err(|_| unreadable())
}

/// Maps an error of inserting: a rejected row means an invalid archive, but a full disk does not.
fn refused(error: Error, field: &'static str, table: &'static str, line: usize) -> Error {
    let clash = || Box::new(Problem::ArchiveClash);
    match error {
        Error::Internal(_) => Problem::ArchiveRow {
            line,
            table,
            problem: clash(),
        }
        .at(field)
        .into(),
        other => other,
    }
}

/// Returns the line of a text in which a part of it begins, counted from 1.
fn line_of(text: &str, part: &str) -> usize {
    let at = (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
    let before = text.as_bytes().get(..at).unwrap_or_default();
    before.iter().filter(|byte| **byte == b'\n').count() + 1
}

/// Inserts a row. Column names come from the database alone.
fn insert(
    tx: &Transaction,
    table: &str,
    columns: &[String],
    mut row: Map<String, Json>,
    field: &'static str,
    now: Timestamp,
) -> Result<()> {
    let mut names = Vec::new();
    let mut values = Vec::new();
    for column in columns {
        if let Some(value) = row.remove(column) {
            names.push(column.as_str());
            values.push(match value {
                Json::Null => Value::Null,
                Json::String(text) if text.len() > TEXT_KIB * 1024 => {
                    return Err(Problem::ArchiveText { kib: TEXT_KIB }.at(field).into());
                }
                Json::String(text) => Value::Text(text),
                Json::Number(number) => match number.as_i64() {
                    Some(number) => Value::Integer(number),
                    None => return Err(Error::internal("no whole number")),
                },
                Json::Object(blob) => {
                    let letters = blob.get(BASE64).and_then(Json::as_str).unwrap_or_default();
                    let bytes = STANDARD.decode(letters).map_err(Error::internal)?;
                    if bytes.len() > Contents::MAX {
                        let mib = Contents::MAX / (1024 * 1024);
                        return Err(Problem::ArchiveFile { mib }.at(field).into());
                    }
                    Value::Blob(bytes)
                }
                _ => return Err(Error::internal("no value")),
            });
        }
    }
    if !row.is_empty() {
        return Err(Error::internal("a column that there isn't"));
    }
    if table == "employees" {
        names.extend(["password_hash", "active", "epoch"]);
        let epoch = Value::Integer(now.as_millisecond());
        values.extend([Value::Text(String::new()), Value::Integer(0), epoch]);
    }
    let places = vec!["?"; names.len()].join(", ");
    let names = names.join(", ");
    let sql = format!("INSERT INTO {table} ({names}) VALUES ({places})");
    tx.prepare_cached(&sql)?.execute(params_from_iter(values))?;
    Ok(())
}

/// Raises the last assigned ids, so that even those of deleted rows are not reused.
fn give_numbers_on(tx: &Transaction, numbers: &BTreeMap<&'static str, i64>) -> Result<()> {
    for (table, number) in numbers {
        let raised = tx.execute(
            "UPDATE sqlite_sequence SET seq = max(seq, ?2) WHERE name = ?1",
            (table, number),
        )?;
        if raised == 0 {
            let sql = "INSERT INTO sqlite_sequence (name, seq) VALUES (?1, ?2)";
            tx.execute(sql, (table, number))?;
        }
    }
    Ok(())
}

/// Reads everything as the pages do, and records the hand-overs.
fn read_through(tx: &Transaction) -> Result<()> {
    crate::store::employees::all(tx)?;
    crate::store::customers::all(tx)?;
    crate::store::stages::all(tx)?;
    // Each status must have a stage.
    for status in Status::ALL {
        crate::store::stages::first_of(tx, *status)?.ok_or(Error::NotFound)?;
    }
    let mut after = None;
    loop {
        let (all, order) = (TaskFilter::default(), TaskOrder::Oldest);
        let rows =
            crate::store::tasks::page(tx, &all, order, crate::domain::Span::first(after, STEP))?;
        let ids: Vec<_> = rows.iter().map(|row| row.task.id).collect();
        let mut details = crate::store::details::of_tasks(tx, &ids)?;
        for row in &rows {
            let details = details.remove(&row.task.id).unwrap_or_default();
            crate::store::handovers::record(tx, &row.task, &details)?;
        }
        crate::store::payments::of_tasks(tx, &ids)?;
        crate::store::history::of_tasks(tx, &ids)?;
        crate::store::comments::of_tasks(tx, &ids)?;
        crate::store::approvals::of_tasks(tx, &ids)?;
        match rows.last() {
            Some(last) => after = Some(crate::store::tasks::After::of(last, order)),
            None => return Ok(()),
        }
    }
}

/// Returns the exported columns of a table.
fn columns(connection: &Connection, table: &str) -> Result<Vec<String>> {
    let sql = "SELECT name FROM pragma_table_info(?1) ORDER BY cid";
    let mut statement = connection.prepare_cached(sql)?;
    let names = statement.query_map([table], |row| row.get::<_, String>(0))?;
    let names: Vec<String> = names.collect::<Result<_, _>>()?;
    let shown = |name: &String| !HIDDEN.contains(&(table, name.as_str()));
    Ok(names.into_iter().filter(shown).collect())
}

fn numbers(connection: &Connection) -> Result<BTreeMap<String, i64>> {
    let mut statement = connection.prepare("SELECT name, seq FROM sqlite_sequence")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut numbers: BTreeMap<String, i64> = rows.collect::<Result<_, _>>()?;
    numbers.retain(|table, _| TABLES.contains(&table.as_str()));
    Ok(numbers)
}

/// Returns the version of the schema.
pub fn schema(connection: &Connection) -> Result<i64> {
    let sql = "SELECT max(version) FROM refinery_schema_history";
    Ok(connection.query_row(sql, [], |row| row.get(0))?)
}
