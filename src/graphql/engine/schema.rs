//! The schema as the compiler of documents reads it, made of the definition that this server serves.

use std::sync::LazyLock;

use apollo_compiler::Schema;
use apollo_compiler::validation::Valid;

use crate::domain::{Error, Result};

/// # Errors
/// [`Error::Internal`] if the definition isn't valid, which a test would have shown.
pub fn schema() -> Result<&'static Valid<Schema>> {
    static READ: LazyLock<Result<Valid<Schema>>> = LazyLock::new(|| {
        Schema::parse_and_validate(crate::graphql::sdl(), "schema.graphql")
            .map_err(|broken| Error::internal(broken.errors.to_string()))
    });
    READ.as_ref().map_err(Clone::clone)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The straight form knows one object type for each selection set.
    #[test]
    fn the_schema_is_valid_and_has_objects_alone() {
        let schema = schema().unwrap();
        let abstracts = schema.types.values();
        let mut abstracts = abstracts.filter(|found| found.is_interface() || found.is_union());
        assert!(abstracts.next().is_none());
    }
}
