//! Reading of a row column by column, in the order of its table's `COLUMNS`. Looking each name up
//! in each row would take longer than fetching the row.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;
use std::sync::Arc;

use rusqlite::Row;
use rusqlite::types::{FromSql, Type};

use super::parts::Request;

/// The columns of a row that were not read yet.
pub(in crate::store) struct Columns<'a> {
    row: &'a Row<'a>,
    next: usize,
    /// The table of the next columns, and the index of its key.
    table: &'static str,
    key: usize,
}

/// A value that the program can't read, with its place: otherwise the log would not tell where to
/// look.
#[derive(Debug, thiserror::Error)]
#[error("row {key} of {table} has a value in \"{column}\" that can't be read")]
struct Damaged {
    table: &'static str,
    key: i64,
    column: String,
    source: rusqlite::Error,
}

impl<'a> Columns<'a> {
    /// The columns of a table; the first one is the key.
    pub fn of(table: &'static str, row: &'a Row<'a>) -> Self {
        let (next, key) = (0, 0);
        Self {
            row,
            next,
            table,
            key,
        }
    }

    /// Returns the next column, which must have that name; tests ensure it.
    pub fn take<T: FromSql>(&mut self, name: &str) -> rusqlite::Result<T> {
        debug_assert_eq!(self.row.as_ref().column_name(self.next), Ok(name));
        let value = self.row.get(self.next);
        let value = value.map_err(|source| self.damaged(name, source));
        self.next += 1;
        value
    }

    /// Returns whether all columns have been read.
    pub fn is_over(&self) -> bool {
        self.next == self.row.as_ref().column_count()
    }

    fn damaged(&self, column: &str, source: rusqlite::Error) -> rusqlite::Error {
        let damaged = Damaged {
            table: self.table,
            key: self.row.get(self.key).unwrap_or_default(),
            column: column.to_owned(),
            source,
        };
        rusqlite::Error::FromSqlConversionFailure(usize::MAX, Type::Null, Box::new(damaged))
    }

    /// Reads the columns of a joined table; `None` if the first one, its key, is null. A row that
    /// was read before is taken from `known`.
    pub fn joined<K, T>(
        &mut self,
        table: &'static str,
        columns: usize,
        known: &mut HashMap<K, Arc<T>>,
        read: impl FnOnce(&mut Self) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<Option<Arc<T>>>
    where
        K: FromSql + Eq + Hash,
    {
        let behind = self.next + columns;
        let key: Option<K> = self.row.get(self.next)?;
        let found = match key.map(|key| known.entry(key)) {
            None => None,
            Some(Entry::Occupied(known)) => Some(known.get().clone()),
            Some(Entry::Vacant(new)) => {
                (self.table, self.key) = (table, self.next);
                Some(new.insert(Arc::new(read(self)?)).clone())
            }
        };
        self.next = behind;
        Ok(found)
    }
}

impl Columns<'_> {
    /// Reads the requested parts of a joined table; `None` if its key is null.
    pub fn joined_parts<R: Request>(
        &mut self,
        table: &'static str,
        request: R,
    ) -> rusqlite::Result<Option<R::Parts>> {
        let behind = self.next + request.count();
        let key: Option<i64> = self.row.get(self.next)?;
        let found = match key {
            Some(_) => {
                (self.table, self.key) = (table, self.next);
                Some(request.read(self)?)
            }
            None => None,
        };
        self.next = behind;
        Ok(found)
    }
}

/// Returns the column of an unreadable value, if a reader of columns reported it.
pub(in crate::store) fn damaged(error: &rusqlite::Error) -> Option<&str> {
    match error {
        rusqlite::Error::FromSqlConversionFailure(_, _, source) => {
            Some(&*source.downcast_ref::<Damaged>()?.column)
        }
        _ => None,
    }
}

/// Returns the number of columns in a list.
pub(in crate::store) const fn count(columns: &str) -> usize {
    let (bytes, mut count, mut at) = (columns.as_bytes(), 1, 0);
    while at < bytes.len() {
        if bytes[at] == b',' {
            count += 1;
        }
        at += 1;
    }
    count
}

/// The columns of a table under an alias.
pub(in crate::store) fn of(alias: &str, columns: &str) -> String {
    let columns = columns
        .split(", ")
        .map(|column| format!("{alias}.{column}"));
    columns.collect::<Vec<_>>().join(", ")
}
