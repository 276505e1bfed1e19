//! Reading a row column by column, in the order of its table's `COLUMNS`. To look each name up in
//! each row would take longer than to fetch the row.

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
    /// its key, is null.
    pub fn joined<T>(
        &mut self,
        columns: &str,
        read: impl FnOnce(&mut Self) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<Option<T>> {
        if self.row.get_ref(self.next)? == rusqlite::types::ValueRef::Null {
            self.next += columns.split(',').count();
            return Ok(None);
        }
        read(self).map(Some)
    }
}

/// The columns of a table that goes by another name in a statement.
pub(super) fn of(alias: &str, columns: &str) -> String {
    let columns = columns
        .split(", ")
        .map(|column| format!("{alias}.{column}"));
    columns.collect::<Vec<_>>().join(", ")
}
