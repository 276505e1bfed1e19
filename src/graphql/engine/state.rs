//! State of one request.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, MutexGuard, PoisonError};

use async_graphql::{ContextBase, PathSegment};
use tokio::sync::Mutex;

use super::complete::Alike;
use super::plan::{Field, Set};
use crate::app::memory::{Memory, Share};
use crate::domain::{Problem, Result};

/// Maximum number of nested list entries that one request may load. Root lists are free.
const BUDGET: usize = 250_000;

/// Number of nested list entries from which requests are executed one at a time: their values take
/// far more memory than their JSON.
const MANY: usize = 5_000;

/// The fields that one request selects, the number of entries that it has loaded below its lists, and its memory.
pub struct RequestState {
    /// The fields that are selected.
    pub selected: Arc<Set>,
    /// Failures of lists' entries that are among the errors already.
    alike: std::sync::Mutex<Alike>,
    /// Files that have been used.
    files: std::sync::Mutex<HashSet<usize>>,
    pub share: Mutex<Share>,
    entries: AtomicUsize,
}

impl RequestState {
    pub fn new(selected: Arc<Set>, memory: &Arc<Memory>) -> Arc<Self> {
        Arc::new(Self {
            selected,
            alike: Default::default(),
            files: Default::default(),
            share: Mutex::new(memory.share()),
            entries: AtomicUsize::new(0),
        })
    }

    /// Returns the state of a request that is executed.
    ///
    /// # Errors
    /// [`Error::Internal`](crate::domain::Error::Internal), which doesn't happen: each request has one.
    pub fn of<'a, T>(ctx: &ContextBase<'a, T>) -> Result<&'a Self> {
        let state = ctx.data::<Arc<Self>>();
        state.map(|state| &**state).map_err(crate::graphql::missing)
    }

    /// Starts the next response of a subscription: releases the memory of the previous one, and its
    /// turn if it had one.
    pub async fn begin_next(&self, memory: &Arc<Memory>) {
        *self.share.lock().await = memory.share();
        self.entries.store(0, Ordering::Relaxed);
        self.alike().clear();
    }

    /// Returns the field that a path of the response leads to.
    pub fn field(&self, path: &[PathSegment]) -> Option<&Field> {
        let mut set = Some(&*self.selected);
        let mut found = None;
        for segment in path {
            if let PathSegment::Field(key) = segment {
                found = set?.find(key);
                set = found?.set.as_ref();
            }
        }
        found
    }

    pub fn alike(&self) -> MutexGuard<'_, Alike> {
        self.alike.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that a file of the request is used; `false` if it has been already.
    pub fn use_file(&self, index: usize) -> bool {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        files.insert(index)
    }

    /// Counts nested list entries.
    ///
    /// # Errors
    /// [`Problem::TooMuch`] for more than one request may load.
    pub async fn spend(&self, entries: usize) -> Result<()> {
        let spent = self.entries.fetch_add(entries, Ordering::Relaxed) + entries;
        if spent > BUDGET {
            return Err(Problem::TooMuch { max: BUDGET }.at("query").into());
        }
        if spent > MANY {
            self.share.lock().await.take_turn().await?;
        }
        Ok(())
    }
}
