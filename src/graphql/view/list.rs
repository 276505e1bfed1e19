use std::borrow::Cow;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{
    ContextSelectionSet, OutputType, PathSegment, Positioned, QueryPathNode, QueryPathSegment,
    ServerResult, Value,
};
use futures_util::stream::{Stream, StreamExt};

use super::written::Entry;
use crate::app::memory::UNIT;
use crate::domain::{Error, Result};
use crate::graphql::engine::rope::Rope;
use crate::graphql::engine::state::RequestState;
use crate::graphql::engine::{complete, json};

/// Entries between two yields, so that a long list doesn't keep a thread from other requests.
const REST: usize = 64;

/// A list whose entries are resolved one by one, each dropped before the next. The library resolves
/// all entries of a list concurrently and keeps them to the end, which takes several times the
/// memory for the tasks of ten years.
pub struct List<T>(Mutex<Option<Source<T>>>);

/// Entries are created on demand.
type Entries<T> = Box<dyn Iterator<Item = T> + Send>;

enum Source<T> {
    /// All entries.
    Whole(Option<Entries<T>>),
    /// Entries in chunks, as they are read.
    Parts(Pin<Box<dyn Stream<Item = Result<Entries<T>>> + Send>>),
}

impl<T: 'static> List<T> {
    pub fn of<I>(entries: I) -> Self
    where
        I: IntoIterator<Item = T, IntoIter: Send + 'static>,
    {
        let entries = Box::new(entries.into_iter());
        Self::from(Source::Whole(Some(entries)))
    }

    /// Creates a list that is read in chunks while it is written.
    pub fn in_parts<I>(parts: impl Stream<Item = Result<I>> + Send + 'static) -> Self
    where
        I: IntoIterator<Item = T, IntoIter: Send + 'static>,
    {
        let entries = |part: I| Box::new(part.into_iter()) as Entries<T>;
        let parts = parts.map(move |part| part.map(entries));
        Self::from(Source::Parts(Box::pin(parts)))
    }

    fn from(source: Source<T>) -> Self {
        Self(Mutex::new(Some(source)))
    }
}

impl<T> Source<T> {
    async fn next(&mut self) -> Result<Option<Entries<T>>> {
        match self {
            Self::Whole(entries) => Ok(entries.take()),
            Self::Parts(parts) => parts.next().await.transpose(),
        }
    }
}

/// A short list that an object holds. The library's code for a list is many times as long, and stands in the program once
/// for each type of entries.
pub struct Held<T>(Vec<T>);

impl<T> FromIterator<T> for Held<T> {
    fn from_iter<I: IntoIterator<Item = T>>(entries: I) -> Self {
        Self(entries.into_iter().collect())
    }
}

impl<T> From<Vec<T>> for Held<T> {
    fn from(entries: Vec<T>) -> Self {
        Self(entries)
    }
}

#[async_graphql::async_trait::async_trait]
impl<T: OutputType> OutputType for Held<T> {
    fn type_name() -> Cow<'static, str> {
        Vec::<T>::type_name()
    }

    fn qualified_type_name() -> String {
        Vec::<T>::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Vec::<T>::create_type_info(registry)
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        let mut values = Vec::with_capacity(self.0.len());
        for (index, entry) in self.0.iter().enumerate() {
            rest(index).await;
            values.push(resolve(entry, index, ctx, field).await?);
        }
        Ok(Value::List(values))
    }
}

#[async_graphql::async_trait::async_trait]
impl<T: Entry> OutputType for List<T> {
    fn type_name() -> Cow<'static, str> {
        Vec::<T>::type_name()
    }

    fn qualified_type_name() -> String {
        Vec::<T>::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Vec::<T>::create_type_info(registry)
    }

    /// Every resolver creates a new list, so it may be consumed.
    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        let source = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let (Some(source), Ok(state)) = (source, RequestState::of(ctx)) else {
            return Ok(Value::List(Vec::new()));
        };
        let failed = |error: Error| {
            let error = async_graphql::Error::from(error).into_server_error(field.pos);
            ctx.set_error_path(error)
        };
        write(source, state, ctx, field, &failed).await
    }
}

/// Serialises each entry at once, which takes a tenth of the memory of its value.
async fn write<T: Entry>(
    mut source: Source<T>,
    state: &RequestState,
    ctx: &ContextSelectionSet<'_>,
    field: &Positioned<Field>,
    failed: &(impl Fn(Error) -> async_graphql::ServerError + Sync),
) -> ServerResult<Value> {
    let mut rope = Rope::begin(state);
    rope.open.push(b'[');
    let path = path(ctx);
    let mut index = 0;
    while let Some(entries) = source.next().await.map_err(failed)? {
        let mut left = entries.size_hint().0;
        for entry in entries {
            rest(index).await;
            json::separate(index, &mut rope.open);
            let start = rope.open.len();
            if entry
                .write_selected(&ctx.item.node, &mut rope.open)
                .is_none()
            {
                rope.open.truncate(start);
                let value = resolve(&entry, index, ctx, field).await?;
                let Some(value) = complete(value, index, &path, state, ctx) else {
                    return Ok(Value::Null);
                };
                json::write_value(&value, &mut rope.open)
                    .map_err(|error| failed(Error::internal(error)))?;
            }
            // The other entries of this part are about as long as its first one.
            let length = rope.open.len() - start;
            rope.open
                .reserve((left * length).min(UNIT.saturating_sub(rope.open.len())));
            left = 0;
            rope.put_away().await.map_err(failed)?;
            index += 1;
        }
    }
    rope.open.push(b']');
    Ok(rope.finish())
}

/// Completes an entry; `None` if it failed and may not be null, so that the list is null.
fn complete(
    value: Value,
    index: usize,
    path: &[PathSegment],
    state: &RequestState,
    ctx: &ContextSelectionSet<'_>,
) -> Option<Value> {
    let Some(field) = state.field(path) else {
        return Some(value);
    };
    let errors = ctx.query_env.errors.lock();
    let mut errors = errors.unwrap_or_else(PoisonError::into_inner);
    complete::entry(field, path, index, value, &mut errors, &mut state.alike())
}

fn path(ctx: &ContextSelectionSet<'_>) -> Vec<PathSegment> {
    let mut path = Vec::new();
    let mut node = ctx.path_node.as_ref();
    while let Some(QueryPathNode { parent, segment }) = node {
        path.push(match segment {
            QueryPathSegment::Name(name) => PathSegment::Field((*name).to_owned()),
            QueryPathSegment::Index(index) => PathSegment::Index(*index),
        });
        node = *parent;
    }
    path.reverse();
    path
}

async fn resolve<T: OutputType>(
    entry: &T,
    index: usize,
    ctx: &ContextSelectionSet<'_>,
    field: &Positioned<Field>,
) -> ServerResult<Value> {
    let ctx = ctx.with_index(index);
    let value = entry.resolve(&ctx, field).await;
    value.map_err(|error| ctx.set_error_path(error))
}

async fn rest(index: usize) {
    if index % REST == REST - 1 {
        tokio::task::yield_now().await;
    }
}
