//! Everything that people wrote, as one JSON text, row by row; and back into an empty database.
//!
//! Each table stands there under its name, a line for each row, its columns under theirs. What a
//! column of a later version has no value for gets the default. A file that was sent stands there in letters.

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

use self::read::ByTable;
use crate::domain::{Contents, Error, Problem, Result, Status, TaskFilter, TaskOrder};
use crate::store::{Connection, Transaction};

/// The tables that an archive has; a table comes after those that its rows refer to. Every other
/// table is one of [`LEFT_OUT`]: a test sees to that.
pub const TABLES: &[&str] = &[
    "employees",
    "customers",
    "stages",
    "tasks",
    "task_details",
    "task_events",
    "comments",
    "photos",
    "approvals",
    "imports",
];
/// The tables that it doesn't have: keys and what is made with them, what is on its way, and what
/// the triggers derive from the others.
pub const LEFT_OUT: &[&str] = &[
    "secrets",
    "ended_sessions",
    "invites",
    "status_links",
    "outbox",
    "telegram_updates",
    "telegram_messages",
    "form_posts",
    "webhooks",
    "webhook_deliveries",
    "staff_codes",
    "staff_code_tries",
    "morning_lists",
    "task_counts",
    "task_search_stale",
    "phone_ends",
    "incidents",
    "stale_keys",
    "refinery_schema_history",
];
/// The columns that it doesn't have, of a table that it has: how somebody signs in.
pub const HIDDEN: &[(&str, &str)] = &[
    ("employees", "password_hash"),
    ("employees", "epoch"),
    ("employees", "active"),
    ("employees", "telegram_id"),
];

/// The first line says what it is.
const FORMAT: &str = "zayavka-archive";
/// Raised when an older program can't read a newer archive any more.
const VERSION: u32 = 1;
/// Under this name stand bytes (RFC 4648).
const BASE64: &str = "base64";
/// The longest text of ours is a description of 10,000 letters, which the history keeps as well.
const TEXT_KIB: usize = 128;
/// In bytes.
const BUFFER: usize = 64 * 1024;
/// Rows that are read through at a time.
const STEP: usize = 500;

#[derive(Deserialize)]
struct Archive<'a> {
    format: String,
    version: u32,
    schema: i64,
    /// The last number that was given in each table.
    #[serde(default)]
    numbers: ByTable<i64>,
    /// The rows of each, not taken apart yet: a list of them would take more memory than the text.
    #[serde(borrow)]
    tables: ByTable<&'a RawValue>,
}

/// Writes the archive.
///
/// # Errors
/// [`Error::Internal`] when the database or the writer fails.
pub fn dump(connection: &Connection, out: &mut impl Write) -> Result<()> {
    // It is written in very small pieces.
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

/// A disk that is full is something that people can help.
fn failed(error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::StorageFull => Error::DiskFull(Arc::new(error)),
        _ => Error::internal(error),
    }
}

fn json<T: Serialize + ?Sized>(out: &mut impl Write, value: &T) -> Result<()> {
    serde_json::to_writer(out, value).map_err(|error| failed(error.into()))
}

/// Whether nobody has written anything down yet; there may be accounts.
pub fn is_empty(connection: &Connection) -> Result<bool> {
    let sql = "SELECT NOT EXISTS (SELECT 1 FROM customers) AND NOT EXISTS (SELECT 1 FROM tasks)
        AND NOT EXISTS (SELECT 1 FROM task_events)";
    Ok(connection.query_row(sql, [], |row| row.get(0))?)
}

/// Puts everything of an archive in the place of what an empty database has. All accounts come
/// back shut and without a password; those that were there go.
///
/// # Errors
/// [`Error::Invalid`] at `field` for what is no archive, is a newer program's, or has rows that
/// can't be; it names the line, the table and the column of the first one. See [`rules`].
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
            let inserted = row.and_then(check).and_then(insert);
            inserted.map_err(|error| refused(error, field, table, line()))
        };
        let rows = archive.tables.0[table].get();
        read::rows(rows, &mut take).map_err(|error| match error {
            Error::Internal(_) => unreadable(),
            other => other,
        })?;
    }
    give_numbers_on(tx, &archive.numbers.0)?;
    // An older program may have made them by other rules.
    crate::store::engine::search::renew_keys(tx)?;
    // What can't be read would be an error on somebody's page.
    read_through(tx).map_err(|_| unreadable())
}

/// A row that the tables refuse is the archive's fault; a disk that is full is not.
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

/// The line of a text in which a part of it begins, from 1 on.
fn line_of(text: &str, part: &str) -> usize {
    let at = (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
    let before = text.as_bytes().get(..at).unwrap_or_default();
    before.iter().filter(|byte| **byte == b'\n').count() + 1
}

/// Names of columns come from the database alone.
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

/// No number is given twice, those of what was deleted neither.
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

fn read_through(tx: &Transaction) -> Result<()> {
    crate::store::employees::all(tx)?;
    crate::store::customers::all(tx)?;
    crate::store::stages::all(tx)?;
    // A task can come to each status.
    for status in Status::ALL {
        crate::store::stages::first_of(tx, *status)?.ok_or(Error::NotFound)?;
    }
    let mut after = None;
    loop {
        let (all, order) = (TaskFilter::default(), TaskOrder::Oldest);
        let rows = crate::store::tasks::page(tx, &all, order, after, STEP)?;
        let ids: Vec<_> = rows.iter().map(|row| row.task.id).collect();
        crate::store::details::of_tasks(tx, &ids)?;
        crate::store::history::of_tasks(tx, &ids)?;
        crate::store::comments::of_tasks(tx, &ids)?;
        crate::store::approvals::of_tasks(tx, &ids)?;
        match rows.last() {
            Some(last) => after = Some(crate::store::tasks::After::of(last, order)),
            None => return Ok(()),
        }
    }
}

/// Those of a table that an archive has.
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

fn schema(connection: &Connection) -> Result<i64> {
    let sql = "SELECT max(version) FROM refinery_schema_history";
    Ok(connection.query_row(sql, [], |row| row.get(0))?)
}
