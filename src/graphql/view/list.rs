use std::borrow::Cow;
use std::sync::{Mutex, PoisonError};

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{
    ContextSelectionSet, OutputType, Positioned, ServerError, ServerResult, Value,
};

use crate::graphql::json;
use crate::graphql::loader::Fetched;

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
        let as_json = ctx
            .data::<Fetched>()
            .is_ok_and(|fetched| fetched.lists_as_json);
        let mut answered = match as_json {
            true => Answered::Json(vec![b'[']),
            false => Answered::Values(Vec::with_capacity(entries.len())),
        };
        for (index, entry) in entries.into_iter().enumerate() {
            if index % REST == REST - 1 {
                tokio::task::yield_now().await;
            }
            let ctx = ctx.with_index(index);
            let value = entry.resolve(&ctx, field).await;
            let value = value.map_err(|error| ctx.set_error_path(error))?;
            answered
                .add(index, value)
                .map_err(|error| ServerError::new(error.to_string(), Some(field.pos)))?;
        }
        Ok(answered.end())
    }
}

/// The entries that were answered so far.
enum Answered {
    Values(Vec<Value>),
    /// Written out already, which takes a tenth of the memory.
    Json(Vec<u8>),
}

impl Answered {
    fn add(&mut self, index: usize, value: Value) -> serde_json::Result<()> {
        match self {
            Self::Values(values) => values.push(value),
            Self::Json(text) => {
                json::separate(index, text);
                json::write_value(&value, text)?;
            }
        }
        Ok(())
    }

    fn end(self) -> Value {
        match self {
            Self::Values(values) => Value::List(values),
            Self::Json(mut text) => {
                text.push(b']');
                Value::Binary(text.into())
            }
        }
    }
}
