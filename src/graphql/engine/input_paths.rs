//! Paths of input values in the arguments of an operation, for errors that name them.

use std::collections::VecDeque;

use apollo_compiler::Schema;
use apollo_compiler::ast::{InputValueDefinition, OperationType, Type};
use async_graphql::{PathSegment, Value};

use super::plan::{Field, Set};
use super::schema::schema;
use crate::domain::Invalid;
use crate::graphql::Kind;

/// Maximum nesting of input objects.
const DEPTH: usize = 4;

/// Returns the path of a rejected value in the arguments of the field of the root at the beginning of a response path:
/// names of arguments and input fields, and positions in lists. A value that is no argument, as that of a setting, has
/// its own name as path.
pub fn path_of(kind: Kind, selected: &Set, path: &[PathSegment], invalid: &Invalid) -> Value {
    let root = path.first().and_then(|segment| match segment {
        PathSegment::Field(key) => selected.find(key),
        PathSegment::Index(_) => None,
    });
    let found = root.and_then(|root| {
        let (schema, arguments) = arguments(kind, root)?;
        find(schema, arguments, invalid)
    });
    let path = found.unwrap_or_else(|| vec![Step::name(invalid.field)]);
    let mut entry = invalid.entry;
    let steps = path.into_iter().flat_map(|Step { name, is_list }| {
        let entry = entry.take_if(|_| is_list);
        let entry = entry.map(|entry| Value::from(entry as u64));
        [Some(Value::from(name)), entry].into_iter().flatten()
    });
    Value::List(steps.collect())
}

fn arguments(kind: Kind, field: &Field) -> Option<(&'static Schema, &'static [Argument])> {
    let schema: &Schema = schema().ok()?;
    let root = schema.root_operation(match kind {
        Kind::Query => OperationType::Query,
        Kind::Mutation => OperationType::Mutation,
        Kind::Subscription => OperationType::Subscription,
    })?;
    let definition = schema.get_object(root)?.fields.get(field.name.as_str())?;
    Some((schema, &definition.arguments))
}

type Argument = apollo_compiler::Node<InputValueDefinition>;

#[derive(Clone)]
struct Step {
    name: String,
    is_list: bool,
}

impl Step {
    fn name(name: &str) -> Self {
        let (name, is_list) = (name.to_owned(), false);
        Self { name, is_list }
    }

    fn of(name: &str, ty: &Type) -> Self {
        let (name, is_list) = (name.to_owned(), ty.is_list());
        Self { name, is_list }
    }
}

/// Finds the input value that is nested least of those with the name, in a list if its position in one is known.
fn find(schema: &Schema, arguments: &[Argument], invalid: &Invalid) -> Option<Vec<Step>> {
    let mut open: VecDeque<(Vec<Step>, &InputValueDefinition)> = arguments
        .iter()
        .map(|argument| (Vec::new(), &**argument))
        .collect();
    while let Some((mut path, value)) = open.pop_front() {
        path.push(Step::of(&value.name, &value.ty));
        let is_in_list = path.iter().any(|step| step.is_list);
        if value.name == invalid.field && (is_in_list || invalid.entry.is_none()) {
            return Some(path);
        }
        let object = schema.get_input_object(value.ty.inner_named_type());
        if let Some(object) = object.filter(|_| path.len() < DEPTH) {
            let fields = object.fields.values();
            open.extend(fields.map(|field| (path.clone(), &***field)));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Problem;

    /// No argument has the name of a field of an input object, unless that one is an entry of a list.
    #[test]
    fn names_of_input_values_are_unambiguous() {
        let schema: &Schema = schema().unwrap();
        let mutations = schema.get_object("Mutation").unwrap();
        for (mutation, definition) in &mutations.fields {
            for argument in definition
                .arguments
                .iter()
                .filter(|argument| !argument.ty.is_list())
            {
                let Some(object) = schema.get_input_object(argument.ty.inner_named_type()) else {
                    continue;
                };
                for name in object.fields.keys() {
                    let mut arguments = definition.arguments.iter();
                    assert!(
                        arguments.all(|other| other.name != *name),
                        "{mutation}: {name}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_path_leads_into_the_list_whose_entry_is_wrong() {
        let schema: &Schema = schema().unwrap();
        let mutations = schema.get_object("Mutation").unwrap();
        let arguments = &mutations.fields.get("handOver").unwrap().arguments;
        let path = |entry| {
            let invalid = Invalid {
                entry,
                ..Problem::Required.at("taskId")
            };
            let path = find(schema, arguments, &invalid).unwrap();
            path.into_iter().map(|step| step.name).collect::<Vec<_>>()
        };
        assert_eq!(path(None), ["taskId"]);
        assert_eq!(path(Some(0)), ["payments", "taskId"]);
    }
}
