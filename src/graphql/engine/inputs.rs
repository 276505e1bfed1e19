//! The rules on input values that the compiler doesn't check: each field of an input object stands in it once
//! (<https://spec.graphql.org/October2021/#sec-Input-Object-Field-Uniqueness>), a variable fits where it stands, also
//! inside of lists and input objects (<https://spec.graphql.org/October2021/#sec-All-Variable-Usages-are-Allowed>), and
//! a literal has the form of its scalar (<https://spec.graphql.org/October2021/#sec-Values-of-Correct-Type>).

use std::collections::HashSet;

use apollo_compiler::ast::{self, Type};
use apollo_compiler::executable::{Field, Operation, Selection, SelectionSet};
use apollo_compiler::{ExecutableDocument, Schema};

use super::plan;
use super::schema::has_form;

/// # Errors
/// The rule that is broken, and by what.
pub fn check(schema: &Schema, document: &ExecutableDocument) -> Result<(), String> {
    for operation in document.operations.iter() {
        for variable in &operation.variables {
            if let Some(default) = &variable.default_value {
                unique(default)?;
                let place = Place {
                    ty: &variable.ty,
                    has_default: false,
                };
                fits(schema, operation, place, default)?;
            }
        }
        for field in fields(document, operation) {
            for argument in &field.arguments {
                unique(&argument.value)?;
                if let Some(definition) = field.definition.argument_by_name(&argument.name) {
                    let place = Place {
                        ty: &definition.ty,
                        has_default: definition.default_value.is_some(),
                    };
                    fits(schema, operation, place, &argument.value)?;
                }
            }
        }
    }
    Ok(())
}

/// Returns the fields of an operation, those of its fragments included.
fn fields<'a>(document: &'a ExecutableDocument, operation: &'a Operation) -> Vec<&'a Field> {
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    let mut open: Vec<&SelectionSet> = vec![&operation.selection_set];
    while let Some(set) = open.pop() {
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => {
                    found.push(&**field);
                    open.push(&field.selection_set);
                }
                Selection::InlineFragment(inline) => open.push(&inline.selection_set),
                Selection::FragmentSpread(spread) if seen.insert(&spread.fragment_name) => {
                    let fragment = document.fragments.get(&spread.fragment_name);
                    open.extend(fragment.map(|fragment| &fragment.selection_set));
                }
                Selection::FragmentSpread(_) => {}
            }
        }
    }
    found
}

fn unique(value: &ast::Value) -> Result<(), String> {
    match value {
        ast::Value::List(entries) => entries.iter().try_for_each(|entry| unique(entry)),
        ast::Value::Object(fields) => {
            let mut seen = HashSet::new();
            fields
                .iter()
                .try_for_each(|(name, value)| match seen.insert(name) {
                    true => unique(value),
                    false => Err(format!(
                        "There can be only one input field named \"{name}\"."
                    )),
                })
        }
        _ => Ok(()),
    }
}

/// Where a value stands.
struct Place<'a> {
    ty: &'a Type,
    has_default: bool,
}

fn fits(
    schema: &Schema,
    operation: &Operation,
    place: Place<'_>,
    value: &ast::Value,
) -> Result<(), String> {
    match value {
        ast::Value::Variable(name) => {
            let mut variables = operation.variables.iter();
            match variables.find(|variable| variable.name == *name) {
                Some(variable) if !is_allowed(variable, &place) => Err(format!(
                    "Variable \"${name}\" of type \"{}\" used in position expecting type \"{}\".",
                    variable.ty, place.ty
                )),
                _ => Ok(()),
            }
        }
        ast::Value::List(entries) if place.ty.is_list() => entries.iter().try_for_each(|entry| {
            let place = Place {
                ty: place.ty.item_type(),
                has_default: false,
            };
            fits(schema, operation, place, entry)
        }),
        ast::Value::Null => Ok(()),
        ast::Value::Object(fields)
            if let Some(object) = schema.get_input_object(place.ty.inner_named_type()) =>
        {
            fields.iter().try_for_each(|(name, value)| {
                let Some(field) = object.fields.get(name) else {
                    return Ok(());
                };
                let place = Place {
                    ty: &field.ty,
                    has_default: field.default_value.is_some(),
                };
                fits(schema, operation, place, value)
            })
        }
        literal => {
            let scalar = place.ty.inner_named_type();
            match has_form(schema, scalar, &plan::value_of(literal)) {
                true => Ok(()),
                false => Err(format!(
                    "Expected value of type \"{scalar}\", found {literal}."
                )),
            }
        }
    }
}

fn is_allowed(variable: &ast::VariableDefinition, place: &Place<'_>) -> bool {
    if !place.ty.is_non_null() || variable.ty.is_non_null() {
        return variable.ty.is_assignable_to(place.ty);
    }
    let default = variable.default_value.as_ref();
    let is_set = default.is_some_and(|default| !default.is_null());
    (is_set || place.has_default) && variable.ty.is_assignable_to(&place.ty.clone().nullable())
}
