//! The schema as the compiler of documents reads it, made of the definition that this server serves.

use std::collections::HashMap;
use std::sync::LazyLock;

use apollo_compiler::Schema;
use apollo_compiler::validation::Valid;
use async_graphql::Value;
use async_graphql::registry::{MetaType, ScalarValidatorFn};

use crate::domain::{Error, Result};

/// Introspection that the library answers and the compiler doesn't know yet: graphql-js asks for it.
const NEWER: &str = "extend type __Type { isOneOf: Boolean }";

/// Returns the schema.
///
/// # Errors
/// [`Error::Internal`] if the definition isn't valid, which a test would have shown.
pub fn schema() -> Result<&'static Valid<Schema>> {
    static READ: LazyLock<Result<Valid<Schema>>> = LazyLock::new(|| {
        let definition = crate::graphql::sdl() + NEWER;
        Schema::parse_and_validate(definition, "schema.graphql")
            .map_err(|broken| Error::internal(broken.errors.to_string()))
    });
    READ.as_ref().map_err(Clone::clone)
}

/// Returns whether a value, which isn't null, has the form of a scalar. The compiler takes anything for one that isn't
/// built in.
pub fn has_form(schema: &Schema, scalar: &str, value: &Value) -> bool {
    static FORMS: LazyLock<HashMap<String, ScalarValidatorFn>> = LazyLock::new(forms);
    let own = schema
        .get_scalar(scalar)
        .is_some_and(|found| !found.is_built_in());
    !own || FORMS.get(scalar).is_none_or(|is_valid| is_valid(value))
}

/// Returns the library's checks of scalars.
fn forms() -> HashMap<String, ScalarValidatorFn> {
    let types = crate::graphql::registry().types.into_iter();
    let scalars = types.filter_map(|(name, ty)| match ty {
        MetaType::Scalar { is_valid, .. } => Some((name, is_valid?)),
        _ => None,
    });
    scalars.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_scalar_of_the_schema_has_its_form() {
        let schema = schema().unwrap();
        let types = schema.types.values();
        let mut own: Vec<_> = types
            .filter(|found| found.is_scalar() && !found.is_built_in())
            .map(|found| found.name().as_str())
            .collect();
        own.sort_unstable();
        let expected = [
            "Date",
            "DateTime",
            "Decimal",
            "ExpectedErrorType",
            "Money",
            "Upload",
        ];
        assert_eq!(own, expected);
        let forms = forms();
        for name in own.into_iter().filter(|name| *name != "ExpectedErrorType") {
            assert!(forms.contains_key(name), "{name}");
            assert!(has_form(schema, name, &"2021-07-25".into()), "{name}");
            let others = [
                true.into(),
                Value::List(Vec::new()),
                Value::Object(Default::default()),
            ];
            for value in others {
                assert!(!has_form(schema, name, &value), "{name} {value}");
            }
            let is_number = matches!(name, "Money" | "Decimal");
            assert_eq!(has_form(schema, name, &1.into()), is_number, "{name}");
        }
        assert!(
            has_form(schema, "String", &1.into()),
            "the compiler checks it"
        );
    }

    /// The straight form knows one object type for each selection set: that of a node is known by its global id.
    #[test]
    fn the_schema_is_valid_and_only_nodes_are_of_several_types() {
        let schema = schema().unwrap();
        let abstracts = schema.types.values();
        let abstracts = abstracts.filter(|found| found.is_interface() || found.is_union());
        let names: Vec<_> = abstracts.map(|found| found.name().as_str()).collect();
        assert_eq!(names, ["Node"]);
        let objects = schema.types.values().filter_map(|found| found.as_object());
        for object in objects {
            for (name, field) in &object.fields {
                let is_node = field.ty.inner_named_type() == "Node";
                let expected = object.name == "Query" && name == "node";
                assert_eq!(is_node, expected, "{}.{name}", object.name);
            }
        }
    }
}
