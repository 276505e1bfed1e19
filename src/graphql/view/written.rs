use std::borrow::Cow;
use std::ops::Deref;

use async_graphql::parser::types::{Field, Selection, SelectionSet};
use async_graphql::registry::Registry;
use async_graphql::{ContextSelectionSet, ObjectType, OutputType, Positioned, ServerResult, Value};

use crate::graphql::engine::json;
use crate::graphql::loader::Fetched;

/// An object of which most requests want nothing but what it holds. Those get it as JSON at once;
/// whoever asks for more has it resolved field by field, which takes several times as long.
#[derive(Clone)]
pub struct Written<T>(pub T);

/// What an object holds.
pub trait Plain {
    const TYPE: &'static str;

    /// Writes a field; `None` for one that has to be fetched.
    fn write(&self, field: &Field, out: &mut Vec<u8>) -> Option<()>;
}

/// An entry of a list.
pub trait Entry: OutputType {
    /// Writes all that is asked of it; `None` for what has to be resolved.
    fn write_selected(&self, _set: &SelectionSet, _out: &mut Vec<u8>) -> Option<()> {
        None
    }
}

/// Writes an object; `None` for what has to be resolved.
pub fn object<T: Plain>(object: &T, set: &SelectionSet, out: &mut Vec<u8>) -> Option<()> {
    out.push(b'{');
    for (index, selection) in set.items.iter().enumerate() {
        let Selection::Field(field) = &selection.node else {
            return None;
        };
        let field = &field.node;
        if !field.arguments.is_empty() || !field.directives.is_empty() {
            return None;
        }
        json::separate(index, out);
        json::write_name(&field.response_key().node, out);
        match field.name.node.as_str() {
            "__typename" => json(&T::TYPE, out)?,
            _ => object.write(field, out)?,
        }
    }
    out.push(b'}');
    Some(())
}

/// Writes an object, or that there is none.
pub fn maybe<T: Plain>(found: Option<&T>, field: &Field, out: &mut Vec<u8>) -> Option<()> {
    match found {
        Some(found) => object(found, &field.selection_set.node, out),
        None => json(&(), out),
    }
}

/// Writes a number's id: GraphQL has those as texts.
pub fn id(number: i64, out: &mut Vec<u8>) -> Option<()> {
    json(&number.to_string(), out)
}

/// Writes a value.
pub fn json(value: &(impl serde::Serialize + ?Sized), out: &mut Vec<u8>) -> Option<()> {
    serde_json::to_writer(out, value).ok()
}

impl<T> Deref for Written<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: ObjectType + Plain> Entry for Written<T> {
    fn write_selected(&self, set: &SelectionSet, out: &mut Vec<u8>) -> Option<()> {
        object(&self.0, set, out)
    }
}

#[async_graphql::async_trait::async_trait]
impl<T: ObjectType + Plain> OutputType for Written<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn qualified_type_name() -> String {
        T::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        if is_written(ctx) {
            let mut out = Vec::with_capacity(512);
            if object(&self.0, &ctx.item.node, &mut out).is_some() {
                return Ok(Value::Binary(out.into()));
            }
        }
        self.0.resolve(ctx, field).await
    }
}

/// Whether the answer may have JSON in it that nothing is added to any more.
pub fn is_written(ctx: &ContextSelectionSet<'_>) -> bool {
    ctx.data::<Fetched>().is_ok_and(|fetched| fetched.as_json)
}
