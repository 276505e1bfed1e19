//! How the file is read and written: the single writer with its group commit, the threads that read, the lock on the
//! file, the columns of tables, the search index, and what is kept in memory.

pub(in crate::store) mod answer;
pub(in crate::store) mod columns;
pub(in crate::store) mod connection;
pub(in crate::store) mod db;
pub(in crate::store) mod files;
pub(in crate::store) mod identity;
pub(in crate::store) mod lock;
pub(in crate::store) mod readers;
pub(in crate::store) mod search;
pub(in crate::store) mod source;
pub(in crate::store) mod staff;
pub(in crate::store) mod thread;
pub(in crate::store) mod types;
pub(in crate::store) mod writer;
pub(in crate::store) mod writes;
