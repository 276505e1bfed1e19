//! Reading and writing of the file: the single writer with its group commit, the reader threads,
//! the locks on the file, the columns of tables, the search index, the stored sums, the order of
//! changes, and the caches.

pub(in crate::store) mod answer;
pub(in crate::store) mod columns;
pub(in crate::store) mod connection;
pub(in crate::store) mod db;
pub(in crate::store) mod files;
pub(in crate::store) mod identity;
pub(in crate::store) mod lock;
mod orders;
pub(in crate::store) mod parts;
mod places;
pub(in crate::store) mod readers;
pub(in crate::store) mod search;
pub(in crate::store) mod source;
pub(in crate::store) mod staff;
pub(in crate::store) mod sums;
pub(in crate::store) mod thread;
mod touched;
pub(in crate::store) mod types;
pub(in crate::store) mod writer;
pub(in crate::store) mod writes;
