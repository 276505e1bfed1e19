use std::borrow::Cow;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{ContextSelectionSet, OutputType, Positioned, ServerResult, Value};
use futures_util::stream::{Stream, StreamExt};

use super::written::{self, Entry};
use crate::app::memory::UNIT;
use crate::domain::{Error, Result};
use crate::graphql::engine::json;
use crate::graphql::engine::rope::{self, Rope};
use crate::graphql::loader::Fetched;

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
        let (Some(source), Ok(fetched)) = (source, ctx.data::<Fetched>()) else {
            return Ok(Value::List(Vec::new()));
        };
        let failed = |error: Error| {
            let error = async_graphql::Error::from(error).into_server_error(field.pos);
            ctx.set_error_path(error)
        };
        match rope::is_final(ctx) {
            true => write(source, fetched, ctx, field, &failed).await,
            false => collect(source, fetched, ctx, field, &failed).await,
        }
    }
}

/// Serialises each entry at once, which takes a tenth of the memory of its value.
async fn write<T: Entry>(
    mut source: Source<T>,
    fetched: &Fetched,
    ctx: &ContextSelectionSet<'_>,
    field: &Positioned<Field>,
    failed: &(impl Fn(Error) -> async_graphql::ServerError + Sync),
) -> ServerResult<Value> {
    let mut rope = Rope::begin(fetched);
    rope.open.push(b'[');
    let is_plain = written::is_written(ctx);
    let mut index = 0;
    while let Some(entries) = source.next().await.map_err(failed)? {
        let mut left = entries.size_hint().0;
        for entry in entries {
            rest(index).await;
            json::separate(index, &mut rope.open);
            let start = rope.open.len();
            let set = &ctx.item.node;
            if !is_plain || entry.write_selected(set, &mut rope.open).is_none() {
                rope.open.truncate(start);
                let value = resolve(&entry, index, ctx, field).await?;
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

/// Keeps the values of all entries, to be merged with other fields of the request.
async fn collect<T: Entry>(
    mut source: Source<T>,
    fetched: &Fetched,
    ctx: &ContextSelectionSet<'_>,
    field: &Positioned<Field>,
    failed: &(impl Fn(Error) -> async_graphql::ServerError + Sync),
) -> ServerResult<Value> {
    let mut values = Vec::new();
    // Weight not counted yet.
    let mut weight = 0;
    while let Some(entries) = source.next().await.map_err(failed)? {
        for entry in entries {
            rest(values.len()).await;
            let value = resolve(&entry, values.len(), ctx, field).await?;
            weight += json::weight(&value);
            values.push(value);
            if weight > UNIT {
                fetched.hold(weight).await.map_err(failed)?;
                weight = 0;
            }
        }
    }
    Ok(Value::List(values))
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
