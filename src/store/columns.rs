//! Reading a row column by column, in the order of its table's `COLUMNS`. To look each name up in
//! each row would take longer than to fetch the row.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;
use std::sync::Arc;

use rusqlite::Row;
use rusqlite::types::FromSql;

/// What comes next in a row.
pub(super) struct Columns<'a> {
    row: &'a Row<'a>,
    next: usize,
}

impl<'a> Columns<'a> {
    pub fn of(row: &'a Row<'a>) -> Self {
        Self { row, next: 0 }
    }

    /// The next column, which is the one of that name: tests see to that.
    pub fn take<T: FromSql>(&mut self, name: &str) -> rusqlite::Result<T> {
        debug_assert_eq!(self.row.as_ref().column_name(self.next), Ok(name));
        let value = self.row.get(self.next);
        self.next += 1;
        value
    }

    /// What a joined table has for this row, by its columns; nothing where the first one, which is
    /// its key, is null. What is known of an earlier row is not read again.
    pub fn joined<K, T>(
        &mut self,
        columns: &str,
        known: &mut HashMap<K, Arc<T>>,
        read: impl FnOnce(&mut Self) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<Option<Arc<T>>>
    where
        K: FromSql + Eq + Hash,
    {
        let behind = self.next + columns.split(',').count();
        let key: Option<K> = self.row.get(self.next)?;
        let found = match key.map(|key| known.entry(key)) {
            None => None,
            Some(Entry::Occupied(known)) => Some(known.get().clone()),
            Some(Entry::Vacant(new)) => Some(new.insert(Arc::new(read(self)?)).clone()),
        };
        self.next = behind;
        Ok(found)
    }
}

/// The columns of a table that goes by another name in a statement.
pub(super) fn of(alias: &str, columns: &str) -> String {
    let columns = columns
        .split(", ")
        .map(|column| format!("{alias}.{column}"));
    columns.collect::<Vec<_>>().join(", ")
}
