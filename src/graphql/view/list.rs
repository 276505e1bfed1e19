use std::borrow::Cow;
use std::sync::{Mutex, PoisonError};

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{
    ContextSelectionSet, OutputType, Positioned, ServerError, ServerResult, Value,
};

use super::written::{self, Entry};
use crate::graphql::json;

/// Entries between two rests, so that a long list doesn't keep a thread from all other requests.
const REST: usize = 256;

/// A list whose entries are answered one after the other, each gone before the next. The library's
/// own lists begin all of them at once and keep them to the end, which for the tasks of ten years
/// takes several times the memory.
pub struct List<T>(Mutex<Option<Entries<T>>>);

/// Each is made when its turn comes.
type Entries<T> = Box<dyn ExactSizeIterator<Item = T> + Send>;

impl<T> List<T> {
    pub fn of<I>(entries: I) -> Self
    where
        I: IntoIterator<Item = T, IntoIter: ExactSizeIterator + Send + 'static>,
    {
        Self(Mutex::new(Some(Box::new(entries.into_iter()))))
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

    /// Every resolver makes a list of its own, so it is there to be emptied.
    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        let entries = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(entries) = entries else {
            return Ok(Value::List(Vec::new()));
        };
        if written::is_written(ctx) {
            return write(entries, ctx, field).await;
        }
        let mut values = Vec::with_capacity(entries.len());
        for (index, entry) in entries.enumerate() {
            rest(index).await;
            values.push(resolve(&entry, index, ctx, field).await?);
        }
        Ok(Value::List(values))
    }
}

/// Writes each entry out, which takes a tenth of the memory that its value does.
async fn write<T: Entry>(
    entries: Entries<T>,
    ctx: &ContextSelectionSet<'_>,
    field: &Positioned<Field>,
) -> ServerResult<Value> {
    let mut out = vec![b'['];
    let count = entries.len();
    for (index, entry) in entries.enumerate() {
        if rest(index).await {
            // About as long as the others before it, and a little more: a list that outgrows its
            // place is copied to another one. Exactly that: the usual growth is to twice the size.
            out.reserve_exact(out.len() / index * (count - index) / 8 * 9);
        }
        json::separate(index, &mut out);
        let start = out.len();
        if entry.write_selected(&ctx.item.node, &mut out).is_none() {
            out.truncate(start);
            let value = resolve(&entry, index, ctx, field).await?;
            json::write_value(&value, &mut out)
                .map_err(|error| ServerError::new(error.to_string(), Some(field.pos)))?;
        }
    }
    out.push(b']');
    Ok(Value::Binary(out.into()))
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

/// Whether there was one.
async fn rest(index: usize) -> bool {
    let rests = index % REST == REST - 1;
    if rests {
        tokio::task::yield_now().await;
    }
    rests
}
