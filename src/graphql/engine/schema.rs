//! The schema as the compiler of documents reads it, made of the definition that this server serves.

use std::sync::LazyLock;

use apollo_compiler::Schema;
use apollo_compiler::validation::Valid;

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

#[cfg(test)]
mod tests {
    use super::*;

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
