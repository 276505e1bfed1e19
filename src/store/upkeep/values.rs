//! Reads every stored value once, with the readers that the program uses. SQLite's own check accepts a file with an
//! instant that is ten thousand years off, and the first page to show it would fail.

use rusqlite::types::ValueRef;
use rusqlite::{Error, Row};

use crate::domain::Day;
use crate::store::engine::columns;
use crate::store::engine::types::Millis;
use crate::store::{
    Connection, aliases, approvals, attachments, audit, catalogue, comments, customers, details,
    drawers, employees, history, incidents, invites, lines, logo, merges, message_texts, offsite,
    outbox, password_links, payments, settings, stages, tasks,
    webhooks::{self, deliveries},
};

/// The number of faulty values that are named; the others are only counted.
const NAMED: usize = 5;

/// A table and the reader of its rows.
struct Table {
    name: &'static str,
    /// The column that identifies a row.
    key: &'static str,
    columns: &'static str,
    read: fn(&Row<'_>) -> rusqlite::Result<()>,
    /// Columns with instants that `read` doesn't cover.
    instants: &'static [&'static str],
}

/// Every table whose rows are parsed into domain values. Tables of plain numbers and texts, which every value fits,
/// are in [`PLAIN`]; a test checks that each table is in one of the two.
const TABLES: &[Table] = &[
    table(
        "employees",
        employees::COLUMNS,
        |row| employees::from_row(row).map(drop),
        &[],
    ),
    table(
        "customers",
        customers::COLUMNS,
        |row| customers::from_row(row).map(drop),
        &["created_at", "updated_at"],
    ),
    table(
        "stages",
        stages::COLUMNS,
        |row| stages::from_row(row).map(drop),
        &[],
    ),
    table(
        "message_texts",
        message_texts::COLUMNS,
        |row| message_texts::from_row(row).map(drop),
        &[],
    ),
    table(
        "search_aliases",
        aliases::COLUMNS,
        |row| aliases::from_row(row).map(drop),
        &[],
    ),
    table(
        "catalogue_items",
        catalogue::COLUMNS,
        |row| catalogue::from_row(row).map(drop),
        &[],
    ),
    table(
        "settings",
        settings::COLUMNS,
        |row| settings::from_row(row).map(drop),
        &[],
    ),
    table(
        "logo",
        logo::COLUMNS,
        |row| logo::from_row(row).map(drop),
        &[],
    ),
    table(
        "customer_merges",
        merges::COLUMNS,
        |row| merges::from_row(row).map(drop),
        &[],
    ),
    table(
        "audit_events",
        audit::COLUMNS,
        |row| audit::from_row(row).map(drop),
        &[],
    ),
    table(
        "drawers",
        drawers::COLUMNS,
        |row| drawers::from_row(row).map(drop),
        &[],
    ),
    table(
        "shifts",
        drawers::SHIFT_COLUMNS,
        |row| drawers::shift_from_row(row).map(drop),
        &[],
    ),
    table(
        "task_lines",
        lines::COLUMNS,
        |row| lines::from_row(row).map(drop),
        &[],
    ),
    table(
        "approval_lines",
        approvals::LINE_COLUMNS,
        |row| approvals::line_from_row(row).map(drop),
        &[],
    ),
    table(
        "payments",
        payments::COLUMNS,
        |row| payments::from_row(row).map(drop),
        &[],
    ),
    table("handovers", "at", first::<Millis>, &[]),
    table(
        "tasks",
        tasks::COLUMNS,
        |row| tasks::from_row(row).map(drop),
        &["listed_at", "touched_at"],
    ),
    table(
        "task_details",
        details::COLUMNS,
        |row| details::from_row(row).map(drop),
        &[],
    ),
    table(
        "task_events",
        history::COLUMNS,
        |row| history::from_row(row).map(drop),
        &[],
    ),
    table(
        "comments",
        comments::COLUMNS,
        |row| comments::from_row(row).map(drop),
        &[],
    ),
    table(
        "photos",
        attachments::COLUMNS,
        |row| attachments::from_row(row).map(drop),
        &["created_at", "try_at"],
    ),
    table(
        "approvals",
        approvals::COLUMNS,
        |row| approvals::from_row(row).map(drop),
        &[],
    ),
    table(
        "outbox",
        outbox::COLUMNS,
        outbox::read_through,
        &["reckoned_at"],
    ),
    table(
        "invites",
        invites::COLUMNS,
        |row| invites::from_row(row).map(drop),
        &["created_at", "used_at"],
    ),
    table(
        "password_links",
        password_links::COLUMNS,
        |row| password_links::from_row(row).map(drop),
        &[],
    ),
    table(
        "incidents",
        incidents::COLUMNS,
        |row| incidents::from_row(row).map(drop),
        &[],
    ),
    table(
        "webhook_deliveries",
        deliveries::COLUMNS,
        |row| deliveries::from_row(row).map(drop),
        &["tried_at", "settled_at"],
    ),
    table("status_links", "generation", first::<i64>, &[]),
    table("messenger_updates", "received_at", first::<Millis>, &[]),
    keyed("chat_messages", "chat_id", "at", first::<Millis>),
    table("email_stops", "stopped_at", first::<Millis>, &[]),
    table(
        "offsite_attempts",
        offsite::COLUMNS,
        |row| offsite::from_row(row).map(drop),
        &[],
    ),
    table("offsite_alarm", "told_at", first::<Millis>, &[]),
    table("form_posts", "posted_at", first::<Millis>, &[]),
    table("idempotency_keys", "kept_at", first::<Millis>, &[]),
    table("changes", "at", first::<Millis>, &[]),
    keyed("changes_stale", "subject_id", "at", first::<Millis>),
    table("change_eras", "started_at", first::<Millis>, &[]),
    table("staff_codes", "expires_at", first::<Millis>, &[]),
    keyed("staff_code_tries", "chat_id", "until", first::<Millis>),
    table("morning_lists", "day", first::<Day>, &["at"]),
    table(
        "webhooks",
        webhooks::COLUMNS,
        |row| webhooks::from_row(row).map(drop),
        &[],
    ),
];

const fn table(
    name: &'static str,
    columns: &'static str,
    read: fn(&Row<'_>) -> rusqlite::Result<()>,
    instants: &'static [&'static str],
) -> Table {
    Table {
        name,
        key: "rowid",
        columns,
        read,
        instants,
    }
}

const fn keyed(
    name: &'static str,
    key: &'static str,
    columns: &'static str,
    read: fn(&Row<'_>) -> rusqlite::Result<()>,
) -> Table {
    Table {
        name,
        key,
        columns,
        read,
        instants: &[],
    }
}

fn first<T: rusqlite::types::FromSql>(row: &Row<'_>) -> rusqlite::Result<()> {
    row.get::<_, T>(0).map(drop)
}

/// The values that can't be read: their places, never their contents.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unreadable {
    /// The first ones, as `tasks, row 3: created_at`.
    pub places: Vec<String>,
    pub count: usize,
}

impl Unreadable {
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    fn add(&mut self, table: &str, row: &str, column: &str) {
        self.count += 1;
        if self.places.len() < NAMED {
            self.places.push(format!("{table}, row {row}: {column}"));
        }
    }
}

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "no value of the program stands in {}",
            self.places.join("; ")
        )?;
        match self.count - self.places.len() {
            0 => Ok(()),
            more => write!(f, "; and {more} more"),
        }
    }
}

/// Reads every row of a database with the current schema, one at a time.
pub(in crate::store) fn read_through(connection: &Connection) -> rusqlite::Result<Unreadable> {
    let mut found = Unreadable::default();
    for table in TABLES {
        table.read_through(connection, &mut found)?;
    }
    Ok(found)
}

impl Table {
    fn read_through(
        &self,
        connection: &Connection,
        found: &mut Unreadable,
    ) -> rusqlite::Result<()> {
        let Self {
            name, key, columns, ..
        } = self;
        let own = columns.split(", ").count();
        let instants = self.instants.iter().map(|column| format!(", {column}"));
        let instants: String = instants.collect();
        let sql = format!("SELECT {columns}{instants}, {key} FROM {name}");
        let mut statement = connection.prepare(&sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let mut read = (self.read)(row);
            for at in own..own + self.instants.len() {
                read = read.and_then(|()| row.get::<_, Option<Millis>>(at).map(drop));
            }
            if let Err(error) = read {
                let named = columns::damaged(&error).map(str::to_owned);
                let column = match (named, place(&error)) {
                    (Some(name), _) => name,
                    (None, Some(at)) => row.as_ref().column_name(at)?.to_owned(),
                    _ if matches!(error, Error::SqliteFailure(..)) => return Err(error),
                    _ => "its columns don't fit together".to_owned(),
                };
                let number = match row.get_ref(own + self.instants.len())? {
                    ValueRef::Integer(number) => number.to_string(),
                    _ => "?".to_owned(),
                };
                found.add(name, &number, &column);
            }
        }
        Ok(())
    }
}

/// Returns the column that an error refers to.
fn place(error: &Error) -> Option<usize> {
    match error {
        Error::FromSqlConversionFailure(at, ..)
        | Error::IntegralValueOutOfRange(at, _)
        | Error::Utf8Error(at, _)
        | Error::InvalidColumnType(at, ..) => Some(*at),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::store::engine::{search, sums};
    use crate::store::{embedded_migrations, upkeep::migrate};

    /// Tables of plain numbers and texts.
    const PLAIN: &[&str] = &[
        "ended_sessions",
        "first_day",
        "imports",
        "phone_ends",
        "refinery_schema_history",
        "secrets",
        "stale_keys",
        "task_counts",
        "task_sums",
    ];

    #[test]
    fn every_table_is_read_or_plain() {
        let mut memory = Connection::open_in_memory().unwrap();
        migrate::run(&mut memory, &embedded_migrations()).unwrap();
        assert_eq!(read_through(&memory).unwrap(), Unreadable::default());
        let sql = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'
                   AND name NOT LIKE 'sqlite_%'";
        let mut statement = memory.prepare(sql).unwrap();
        let there = statement.query_map([], |row| row.get(0)).unwrap();
        let there: BTreeSet<String> = there.map(Result::unwrap).collect();
        let known = TABLES
            .iter()
            .map(|table| table.name)
            .chain(PLAIN.iter().copied());
        let known = known.chain([search::STALE, sums::STALE]).map(str::to_owned);
        assert_eq!(known.collect::<BTreeSet<_>>(), there);
    }

    #[test]
    fn every_instant_is_read() {
        let mut memory = Connection::open_in_memory().unwrap();
        migrate::run(&mut memory, &embedded_migrations()).unwrap();
        for table in TABLES {
            let sql = format!("SELECT name FROM pragma_table_info('{}')", table.name);
            let mut statement = memory.prepare(&sql).unwrap();
            let names = statement.query_map([], |row| row.get(0)).unwrap();
            for name in names.map(Result::<String, _>::unwrap) {
                let is_instant = ["at", "until"].contains(&&*name)
                    || name.ends_with("_at")
                    || name.ends_with("_since");
                let mut read = table
                    .columns
                    .split(", ")
                    .chain(table.instants.iter().copied());
                assert!(
                    !is_instant || read.any(|column| column == name),
                    "{} {name}",
                    table.name
                );
            }
        }
    }

    #[test]
    fn the_first_places_are_named_and_the_others_counted() {
        let mut found = Unreadable::default();
        for row in 1..=7 {
            found.add("tasks", &row.to_string(), "created_at");
        }
        assert!(
            found
                .to_string()
                .ends_with("tasks, row 5: created_at; and 2 more")
        );
    }
}
