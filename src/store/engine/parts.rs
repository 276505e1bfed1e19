//! Rows of which only some columns are read.

use super::columns::Columns;

/// The requested parts of a row.
pub(in crate::store) trait Request: Copy {
    /// The row with those parts.
    type Parts;

    /// Returns the columns of the requested parts, after the key.
    fn columns(self) -> String;

    /// Returns the number of those columns.
    fn count(self) -> usize;

    /// Reads the requested parts from a row that begins with [`Self::columns`].
    fn read(self, row: &mut Columns<'_>) -> rusqlite::Result<Self::Parts>;
}

/// Defines the columns of a table once, and derives from them the list of columns, the reader of a
/// complete row, and the reader of requested parts ([`Request`]). Using a part that was not read is
/// an error, never a default value.
macro_rules! parts {
    (
        $table:literal as $alias:literal, $whole:ident;
        $(#[$part_doc:meta])* $part:ident;
        $(#[$wanted_doc:meta])* $wanted:ident;
        $key:ident: $key_type:ty = $key_column:literal;
        $($field:ident: $type:ty = [$($column:expr),+], |$row:ident| $read:expr;)*
    ) => {
        pub(in crate::store) const COLUMNS: &str = concat!($key_column, $($(", ", $column),+),*);

        $(#[$part_doc])*
        #[derive(Debug, Clone)]
        pub struct $part {
            pub $key: $key_type,
            $($field: Option<$type>,)*
        }

        $(#[$wanted_doc])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        pub struct $wanted {
            $(pub $field: bool,)*
        }

        impl $crate::store::engine::parts::Request for $wanted {
            type Parts = $part;

            fn columns(self) -> String {
                let mut columns = String::with_capacity(COLUMNS.len() * 2);
                columns.push_str(concat!($alias, ".", $key_column));
                $(if self.$field {
                    columns.push_str(concat!($(", ", $alias, ".", $column),+));
                })*
                columns
            }

            fn count(self) -> usize {
                let mut count = 1;
                $(if self.$field {
                    count += [$($column),+].len();
                })*
                count
            }

            fn read(self, row: &mut $crate::store::engine::columns::Columns<'_>) -> rusqlite::Result<$part> {
                Ok($part {
                    $key: row.take($key_column)?,
                    $($field: match self.$field {
                        true => {
                            let $row = &mut *row;
                            Some($read)
                        }
                        false => None,
                    },)*
                })
            }
        }

        /// Reads a complete row.
        fn whole(row: &mut $crate::store::engine::columns::Columns<'_>) -> rusqlite::Result<$whole> {
            Ok($whole {
                $key: row.take($key_column)?,
                $($field: {
                    let $row = &mut *row;
                    $read
                },)*
            })
        }

        impl From<$whole> for $part {
            fn from(whole: $whole) -> Self {
                Self {
                    $key: whole.$key,
                    $($field: Some(whole.$field),)*
                }
            }
        }

        impl $part {
            $(
                /// # Errors
                /// [`Error::Internal`](crate::domain::Error::Internal) if it was not read.
                pub fn $field(&self) -> $crate::domain::Result<&$type> {
                    let missing = || $crate::store::engine::parts::missing($table, stringify!($field));
                    self.$field.as_ref().ok_or_else(missing)
                }
            )*
        }
    };
}

pub(in crate::store) use parts;

/// Returns the error for a part that is used without having been read.
pub(in crate::store) fn missing(table: &str, part: &str) -> crate::domain::Error {
    crate::domain::Error::internal(format!("\"{part}\" of {table} was not read"))
}
