//! What belongs in the file: the tables, indices, triggers and views that the migrations make, each with its SQL. A
//! trigger that somebody added runs with every write, and one that was changed or is missing leaves out what it does.

use std::collections::BTreeMap;
use std::path::Path;

use super::{check, migrate};
use crate::store::{Connection, Flaw, embedded_migrations};

/// What differs from what the migrations make.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Differences {
    /// What would make the program do something else than it says, a sentence each.
    pub strange: Vec<String>,
    /// What the shop has added, and changes nothing of ours.
    pub own: Vec<String>,
}

/// What Litestream and `ANALYZE` keep in every database that they work with.
const KNOWN: &[&str] = &[
    "_litestream_seq",
    "_litestream_lock",
    "sqlite_stat1",
    "sqlite_stat2",
    "sqlite_stat3",
    "sqlite_stat4",
];

type Key = (String, String);

struct Object {
    table: String,
    sql: String,
}

/// Compares a database with what the migrations up to its version make.
///
/// # Errors
/// [`Flaw::Foreign`] when something isn't there at all: the program would not even run.
pub(in crate::store) fn compare(
    connection: &Connection,
    version: i64,
    path: &Path,
) -> Result<Differences, Flaw> {
    let failed = |error| check::unreadable(path, error);
    let memory = Connection::open_in_memory().map_err(failed)?;
    let model = model(memory, version).map_err(|error| Flaw::migration(path, error))?;
    let there = objects(connection).map_err(failed)?;
    let wanted = objects(&model).map_err(failed)?;
    let mut found = Differences::default();
    for ((kind, name), object) in &wanted {
        match there.get(&(kind.clone(), name.clone())) {
            None => {
                let (path, why) = (path.to_owned(), format!("it has no {kind} {name}"));
                return Err(Flaw::Foreign { path, why });
            }
            Some(other) if other.sql == object.sql => {}
            Some(_) => found.strange.push(format!("{kind} {name} is another")),
        }
    }
    for ((kind, name), object) in &there {
        if wanted.contains_key(&(kind.clone(), name.clone())) || KNOWN.contains(&name.as_str()) {
            continue;
        }
        let of_ours = wanted.contains_key(&("table".to_owned(), object.table.clone()));
        match added(connection, kind, name, object, of_ours).map_err(failed)? {
            Some(strange) => found.strange.push(strange),
            None if KNOWN.contains(&object.table.as_str()) => {}
            // SQLite's own for a table, or of a full-text table that is named itself.
            None if object.sql.is_empty() => {}
            None => found.own.push(format!("{kind} {name}")),
        }
    }
    Ok(found)
}

/// What is wrong with something that no migration makes; nothing where it is the shop's own affair.
fn added(
    connection: &Connection,
    kind: &str,
    name: &str,
    object: &Object,
    of_ours: bool,
) -> rusqlite::Result<Option<String>> {
    let why = "which no version of this program has made";
    let sql = match kind {
        "trigger" => return Ok(Some(format!("trigger {name}, {why}"))),
        "index" => "SELECT name FROM pragma_index_list(?2) WHERE name = ?1 AND \"unique\" = 1",
        "table" => "SELECT \"table\" FROM pragma_foreign_key_list(?1) WHERE ?2 <> '' LIMIT 1",
        _ => return Ok(None),
    };
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query((name, &object.table))?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let to: String = row.get(0)?;
    Ok(match kind {
        // It refuses what the program writes; of a table of the shop's own it is the shop's.
        "index" if of_ours => Some(format!("unique index {name}, {why}")),
        "table" => Some(format!("table {name}, which refers to {to}")),
        _ => None,
    })
}

/// Gives an empty database the schema of that version.
fn model(mut empty: Connection, version: i64) -> Result<Connection, refinery::Error> {
    let mut migrations = embedded_migrations();
    migrations.retain(|migration| i64::from(migration.version()) <= version);
    migrate::run(&mut empty, &migrations)?;
    Ok(empty)
}

/// Everything that the schema names, with its SQL in one spelling. The tables that a full-text index keeps for itself
/// are written by SQLite, each version of which may word them otherwise.
fn objects(connection: &Connection) -> rusqlite::Result<BTreeMap<Key, Object>> {
    let sql = "SELECT s.type, s.name, s.tbl_name,
                   CASE WHEN l.type = 'shadow' THEN '' ELSE coalesce(s.sql, '') END
               FROM sqlite_schema AS s
               LEFT JOIN pragma_table_list AS l ON l.schema = 'main' AND l.name = s.name AND s.type = 'table'";
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map([], |row| {
        let (kind, name, table) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let sql = normal(&row.get::<_, String>(3)?);
        Ok(((kind, name), Object { table, sql }))
    })?;
    rows.collect()
}

/// One spelling for what SQLite reads in the same way: no comments, single blanks, no letter case, and no quotes around
/// names. A text in single quotes stays as it is.
fn normal(sql: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut rest = sql;
    while let Some(c) = rest.chars().next() {
        let length = match c {
            _ if c.is_whitespace() => c.len_utf8(),
            '-' if rest.starts_with("--") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            '\'' | '"' | '`' => quoted(rest, c),
            '[' => rest.find(']').map_or(rest.len(), |end| end + 1),
            _ if is_of_word(c) => rest.find(|c| !is_of_word(c)).unwrap_or(rest.len()),
            _ => c.len_utf8(),
        };
        let (word, after) = rest.split_at(length);
        rest = after;
        match c {
            _ if c.is_whitespace() || word.starts_with("--") || word.starts_with("/*") => {}
            '\'' => words.push(word.to_owned()),
            '"' | '`' | '[' => {
                let inner = word.get(1..word.len() - 1).unwrap_or_default();
                words.push(inner.to_lowercase());
            }
            _ => words.push(word.to_lowercase()),
        }
    }
    words.join(" ")
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

/// How long the quoted text is that `text` begins with; a doubled quote is part of it.
fn quoted(text: &str, quote: char) -> usize {
    let mut at = 1;
    while let Some(end) = text[at..].find(quote) {
        at += end + 1;
        if !text[at..].starts_with(quote) {
            return at;
        }
        at += 1;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling_says_nothing_and_content_does() {
        let one = normal("CREATE INDEX x ON tasks (customer_id) WHERE name <> 'It''s  A'");
        for other in [
            "create  index x\n-- note ' \n on \"tasks\"(customer_id) where [name]<>'It''s  A'",
            "CREATE INDEX `x` ON tasks /* ( */ (customer_id) WHERE NAME <> 'It''s  A'",
        ] {
            assert_eq!(normal(other), one);
        }
        for other in [
            "CREATE INDEX x ON tasks (customer_id) WHERE name <> 'it''s  A'",
            "CREATE INDEX x ON tasks (customer_id) WHERE name <> 'It''s A'",
            "CREATE INDEX x ON tasks (customer, id) WHERE name <> 'It''s  A'",
        ] {
            assert_ne!(normal(other), one);
        }
        for unfinished in ["'", "\"", "[", "/*", "--", "`a", "Ё'ё"] {
            normal(unfinished);
        }
    }

    #[test]
    fn each_version_is_what_its_own_migrations_make() {
        for migration in embedded_migrations() {
            let version = migration.version().into();
            let memory = Connection::open_in_memory().unwrap();
            let made = model(memory, version).unwrap();
            let found = compare(&made, version, Path::new("x")).unwrap();
            assert_eq!(found, Differences::default(), "version {version}");
        }
    }
}
