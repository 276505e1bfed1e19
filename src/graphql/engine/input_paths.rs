//! Paths of input values in the arguments of an operation, for errors that name them.

use std::collections::VecDeque;

use apollo_compiler::Schema;
use apollo_compiler::ast::{InputValueDefinition, OperationType, Type};
use async_graphql::Value;

use super::plan::Field;
use super::schema::schema;
use crate::domain::Invalid;
use crate::graphql::Kind;

/// Maximum nesting of input objects.
const DEPTH: usize = 4;

/// The arguments of one field of the root.
#[derive(Default)]
pub struct InputPaths<'a>(Option<(Kind, &'a Field)>);

impl<'a> InputPaths<'a> {
    pub fn of(kind: Kind, field: Option<&'a Field>) -> Self {
        Self(field.map(|field| (kind, field)))
    }

    /// Returns the path of a rejected value: names of arguments and input fields, and positions in lists. A value that
    /// is no argument, as that of a setting, has its own name as path.
    pub fn path_of(&self, invalid: &Invalid) -> Value {
        let found = self.arguments().and_then(|(schema, arguments)| {
            let path = find(schema, arguments, invalid.field);
            path.or_else(|| list(arguments).filter(|_| invalid.entry.is_some()))
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

    fn arguments(&self) -> Option<(&'static Schema, &'static [Argument])> {
        let (kind, field) = self.0?;
        let schema: &Schema = schema().ok()?;
        let root = schema.root_operation(match kind {
            Kind::Query => OperationType::Query,
            Kind::Mutation => OperationType::Mutation,
            Kind::Subscription => OperationType::Subscription,
        })?;
        let root = schema.get_object(root)?;
        let definition = root.fields.get(field.name.as_str())?;
        Some((schema, &definition.arguments))
    }
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

/// Finds the input value with a name that is nested least.
fn find(schema: &Schema, arguments: &[Argument], name: &str) -> Option<Vec<Step>> {
    let mut open: VecDeque<(Vec<Step>, &InputValueDefinition)> = arguments
        .iter()
        .map(|argument| (Vec::new(), &**argument))
        .collect();
    while let Some((mut path, value)) = open.pop_front() {
        path.push(Step::of(&value.name, &value.ty));
        if value.name == name {
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

/// Returns the path of the first argument that is a list.
fn list(arguments: &[Argument]) -> Option<Vec<Step>> {
    let mut lists = arguments.iter().filter(|argument| argument.ty.is_list());
    lists
        .next()
        .map(|argument| vec![Step::of(&argument.name, &argument.ty)])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The argument list of each mutation has every name once, or twice where the nearer one is meant.
    #[test]
    fn names_of_input_values_are_unambiguous() {
        let schema: &Schema = schema().unwrap();
        let mutations = schema.get_object("Mutation").unwrap();
        for (mutation, definition) in &mutations.fields {
            for argument in &definition.arguments {
                assert!(find(schema, &definition.arguments, &argument.name).is_some());
                let Some(object) = schema.get_input_object(argument.ty.inner_named_type()) else {
                    continue;
                };
                for name in object.fields.keys() {
                    let others = definition.arguments.iter();
                    let twice = others.filter(|other| other.name == *name).count() > 0;
                    let known = mutation == "handOver" && name == "taskId";
                    assert!(!twice || known, "{mutation}: {name}");
                }
            }
        }
    }
}
