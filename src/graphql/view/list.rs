use std::borrow::Cow;
use std::sync::{Mutex, PoisonError};

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{ContextSelectionSet, OutputType, Positioned, ServerResult, Value};

/// Entries between two rests, so that a long list doesn't keep a thread from all other requests.
const REST: usize = 256;

/// A list whose entries are answered one after the other, each gone before the next. The library's
/// own lists begin all of them at once and keep them to the end, which for the tasks of ten years
/// takes several times the memory.
pub struct List<T>(Mutex<Vec<T>>);

impl<T> From<Vec<T>> for List<T> {
    fn from(entries: Vec<T>) -> Self {
        Self(Mutex::new(entries))
    }
}

impl<T: OutputType> OutputType for List<T> {
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
        let entries = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let mut values = Vec::with_capacity(entries.len());
        for (index, entry) in entries.into_iter().enumerate() {
            if index % REST == REST - 1 {
                tokio::task::yield_now().await;
            }
            let ctx = ctx.with_index(index);
            let value = entry.resolve(&ctx, field).await;
            values.push(value.map_err(|error| ctx.set_error_path(error))?);
        }
        Ok(Value::List(values))
    }
}
