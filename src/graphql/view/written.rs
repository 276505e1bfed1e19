use std::borrow::Cow;
use std::io::Write;
use std::ops::Deref;

use async_graphql::parser::types::{Field, Selection, SelectionSet};
use async_graphql::registry::Registry;
use async_graphql::{
    ContextSelectionSet, ID, ObjectType, OutputType, Positioned, SelectionField, ServerResult,
    Value,
};

use super::{CategoryEnum, ColourEnum, RoleEnum, StatusEnum};
use crate::graphql::engine::{json, plan};
use crate::graphql::scalars::{DayValue, DecimalValue, InstantValue, MoneyValue};

/// An object whose own fields are enough for most requests. These get it serialised directly; a
/// request for more is resolved field by field, which takes several times as long.
#[derive(Clone)]
pub struct Written<T>(pub T);

/// An object whose fields stand in a table (see [`fields`]).
pub trait Plain {
    /// The parts of the object that need not be read when no selected field needs them.
    type Wanted: Default;

    /// Writes a field; `None` for one that has to be loaded.
    fn write(&self, field: &Field, out: &mut Vec<u8>) -> Option<()>;

    /// Notes what a field needs.
    fn want(field: SelectionField<'_>, wanted: &mut Self::Wanted);
}

/// A part that a field may need.
pub trait Part {
    /// Notes that this field needs it.
    fn want(&mut self, field: SelectionField<'_>);
}

impl Part for bool {
    fn want(&mut self, _: SelectionField<'_>) {
        *self = true;
    }
}

/// Returns what the fields need that a document asks of an object, wherever in the document they stand.
pub fn wanted<'a, T: Plain>(places: impl IntoIterator<Item = SelectionField<'a>>) -> T::Wanted {
    let mut wanted = T::Wanted::default();
    for place in places {
        add_wanted::<T>(place, &mut wanted);
    }
    wanted
}

/// Adds what the fields need that are selected at one place.
pub fn add_wanted<T: Plain>(place: SelectionField<'_>, wanted: &mut T::Wanted) {
    for field in place.selection_set() {
        T::want(field, wanted);
    }
}

/// A value of a field or of a list.
pub trait Entry: OutputType {
    /// Writes all selected fields; `None` when one has to be resolved.
    fn write_selected(&self, _set: &SelectionSet, _out: &mut Vec<u8>) -> Option<()> {
        None
    }
}

/// Values that stand in an answer as they are.
macro_rules! values {
    ($($type:ty),*) => {$(
        impl Entry for $type {
            fn write_selected(&self, _: &SelectionSet, out: &mut Vec<u8>) -> Option<()> {
                serde_json::to_writer(out, self).ok()
            }
        }
    )*};
}

values!(
    ID,
    String,
    &str,
    bool,
    i64,
    usize,
    StatusEnum,
    CategoryEnum,
    ColourEnum,
    RoleEnum
);

impl Entry for MoneyValue {}
impl Entry for DecimalValue {}

impl Entry for InstantValue {
    fn write_selected(&self, _: &SelectionSet, out: &mut Vec<u8>) -> Option<()> {
        write!(out, "\"{self}\"").ok()
    }
}

impl Entry for DayValue {
    fn write_selected(&self, _: &SelectionSet, out: &mut Vec<u8>) -> Option<()> {
        serde_json::to_writer(out, &self.0).ok()
    }
}

impl<T: Entry> Entry for Option<T> {
    fn write_selected(&self, set: &SelectionSet, out: &mut Vec<u8>) -> Option<()> {
        match self {
            Some(found) => found.write_selected(set, out),
            None => {
                out.extend_from_slice(b"null");
                Some(())
            }
        }
    }
}

/// Defines the fields of an object once, for the schema, for [`Plain`] and for what is read of the database.
///
/// Those that it holds are values: from one line each are made the resolver and the writer, and it names in brackets the
/// parts of `row` that the value is made of. Those that are fetched have a resolver alone, which stands there as it is;
/// where such a resolver uses parts of `row`, `needs` names them.
///
/// The attribute `Object` stands there in full, since the names that its arguments speak of are those of its own place.
macro_rules! fields {
    (
        $hash:tt $attribute:tt
        $(#[$($doc:tt)*])*
        $object:ident, wants $wanted:ty;
        held { $(
            $(#[$($held_doc:tt)*])*
            $wire:literal $held:ident $([$($part:ident),+])?: $type:ty = |$this:ident| $value:expr;
        )* }
        $(needs $fetched:literal [$($needed:ident),+];)*
        fetched { $($resolvers:tt)* }
    ) => {
        $hash $attribute
        $(#[$($doc)*])*
        impl $object {
            $(
                $(#[$($held_doc)*])*
                #[graphql(name = $wire)]
                async fn $held(&self) -> $crate::domain::Result<$type> {
                    let $this = self;
                    $($(let $part = $this.row.$part()?;)+)?
                    Ok($value)
                }
            )*

            $($resolvers)*
        }

        impl $crate::graphql::view::written::Plain for $object {
            type Wanted = $wanted;

            fn write(
                &self,
                field: &async_graphql::parser::types::Field,
                out: &mut Vec<u8>,
            ) -> Option<()> {
                match field.name.node.as_str() {
                    $($wire => {
                        let $this = self;
                        $($(let $part = $this.row.$part().ok()?;)+)?
                        let value: $type = $value;
                        let set = &field.selection_set.node;
                        $crate::graphql::view::written::Entry::write_selected(&value, set, out)
                    })*
                    _ => None,
                }
            }

            fn want(field: async_graphql::SelectionField<'_>, wanted: &mut $wanted) {
                // Some objects are always read whole, and use neither.
                let _ = &*wanted;
                match field.name() {
                    $($wire => {
                        $($($crate::graphql::view::written::Part::want(&mut wanted.$part, field);)+)?
                    })*
                    $($fetched => {
                        $($crate::graphql::view::written::Part::want(&mut wanted.$needed, field);)+
                    })*
                    _ => {}
                }
            }
        }
    };
}

pub(super) use fields;

/// Writes an object; `None` when a field has to be resolved.
pub fn object<T: ObjectType + Plain>(
    object: &T,
    set: &SelectionSet,
    out: &mut Vec<u8>,
) -> Option<()> {
    out.push(b'{');
    for (index, selection) in set.items.iter().enumerate() {
        let Selection::Field(field) = &selection.node else {
            return None;
        };
        let field = &field.node;
        let key = &field.response_key().node;
        if !field.arguments.is_empty() {
            return None;
        }
        if key == plan::NOTHING {
            continue;
        }
        json::separate(index, out);
        json::write_name(key, out);
        match field.name.node.as_str() {
            "__typename" => serde_json::to_writer(&mut *out, &T::type_name()).ok()?,
            _ => object.write(field, out)?,
        }
    }
    out.push(b'}');
    Some(())
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
        let mut out = Vec::with_capacity(512);
        if object(&self.0, &ctx.item.node, &mut out).is_some() {
            return Ok(Value::Binary(out.into()));
        }
        self.0.resolve(ctx, field).await
    }
}
