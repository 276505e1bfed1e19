//! The compiler's last step: brings a valid operation into its straight form. What is merged is what the specification
//! calls collecting fields (<https://spec.graphql.org/October2021/#CollectFields()>).

use std::collections::HashSet;

use apollo_compiler::ast::{self, DirectiveList};
use apollo_compiler::executable::{self, Selection, SelectionSet};
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{ExecutableDocument, Node, Schema};
use async_graphql::indexmap::IndexMap;
use async_graphql::{Name, Pos, Value, Variables};

use super::limits;
use super::plan::{Entries, Field, Set, Shape};
use crate::graphql::global_id;

/// Brings an operation into its straight form. The variables matter where a directive depends on one.
///
/// # Errors
/// The limit that it exceeds.
pub fn straight(
    schema: &Schema,
    document: &ExecutableDocument,
    operation: &executable::Operation,
    lines: &LineStarts,
    variables: &Variables,
) -> Result<Set, String> {
    let mut normaliser = Normaliser {
        schema,
        document,
        lines,
        variables,
        fields: 0,
        aliases: 0,
        visits: 0,
    };
    normaliser.set(None, &[&operation.selection_set], 0, Below::Root)
}

/// Offsets of the lines of a text, for the positions in errors.
pub struct LineStarts(Vec<usize>);

impl LineStarts {
    pub fn of(text: &str) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        Self([0].into_iter().chain(ends.map(|(at, _)| at + 1)).collect())
    }

    fn position<T>(&self, node: &Node<T>) -> Pos {
        let Some(offset) = node.location().map(|span| span.offset()) else {
            return Pos::default();
        };
        let line = self.0.partition_point(|start| *start <= offset);
        let start = line.checked_sub(1).and_then(|index| self.0.get(index));
        Pos {
            line,
            column: offset - start.copied().unwrap_or_default() + 1,
        }
    }
}

/// Parent of a selection set.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Below {
    Root,
    Object,
    /// A page, whose size is counted already.
    Page,
    /// The schema, which has the same size for everybody.
    Introspection,
}

struct Normaliser<'a> {
    schema: &'a Schema,
    document: &'a ExecutableDocument,
    lines: &'a LineStarts,
    variables: &'a Variables,
    fields: usize,
    aliases: usize,
    visits: usize,
}

type Groups<'a> = IndexMap<&'a str, Vec<&'a Node<executable::Field>>>;

impl<'a> Normaliser<'a> {
    /// Merges selection sets of one object; its type is theirs unless it is named.
    fn set(
        &mut self,
        object: Option<&'a str>,
        sets: &[&'a SelectionSet],
        depth: usize,
        below: Below,
    ) -> Result<Set, String> {
        limits::check_depth(depth)?;
        let mut groups = Groups::new();
        let mut seen = HashSet::new();
        for set in sets {
            self.collect(object.unwrap_or(&set.ty), set, &mut seen, &mut groups)?;
        }
        self.fields += groups.len();
        limits::check_fields(self.fields)?;
        let groups = groups.into_values();
        let fields = groups.map(|group| self.field(&group, depth, below));
        Ok(Set {
            fields: fields.collect::<Result<_, _>>()?,
        })
    }

    fn collect(
        &mut self,
        object: &'a str,
        set: &'a SelectionSet,
        seen: &mut HashSet<&'a str>,
        groups: &mut Groups<'a>,
    ) -> Result<(), String> {
        self.visits += set.selections.len();
        limits::check_visits(self.visits)?;
        for selection in &set.selections {
            if !self.is_included(selection.directives())? {
                continue;
            }
            match selection {
                Selection::Field(field) => {
                    groups.entry(field.response_key()).or_default().push(field);
                }
                Selection::InlineFragment(inline) => {
                    let on = inline.type_condition.as_ref();
                    if on.is_none_or(|on| self.applies(on, object)) {
                        self.collect(object, &inline.selection_set, seen, groups)?;
                    }
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.fragment_name;
                    let Some(fragment) = self.document.fragments.get(name) else {
                        continue;
                    };
                    if seen.insert(name) && self.applies(&fragment.selection_set.ty, object) {
                        self.collect(object, &fragment.selection_set, seen, groups)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn applies(&self, condition: &str, object: &str) -> bool {
        condition == object || self.schema.is_subtype(condition, object)
    }

    fn is_included(&self, directives: &DirectiveList) -> Result<bool, String> {
        Ok(self.condition(directives, "skip")? != Some(true)
            && self.condition(directives, "include")? != Some(false))
    }

    /// Returns the condition of a directive, if it is there.
    fn condition(&self, directives: &DirectiveList, name: &str) -> Result<Option<bool>, String> {
        let directive = directives.get(name);
        let Some(given) = directive.and_then(|found| found.specified_argument_by_name("if")) else {
            return Ok(None);
        };
        match &**given {
            ast::Value::Boolean(is) => Ok(Some(*is)),
            // A default makes room for null, which a condition can't be.
            ast::Value::Variable(variable) => match self.variables.get(variable.as_str()) {
                Some(Value::Boolean(is)) => Ok(Some(*is)),
                _ => Err(format!(
                    "Variable \"${variable}\" of @{name} must not be null."
                )),
            },
            _ => Err(format!("The condition of @{name} must be a Boolean.")),
        }
    }

    /// Returns the type of the object that a global id names; `None` for what is no global id.
    fn type_of_node(&self, field: &executable::Field) -> Option<&'static str> {
        let mut arguments = field.arguments.iter();
        let given = arguments.find(|given| given.name == global_id::ARGUMENT)?;
        let id = match &*given.value {
            ast::Value::String(text) => text,
            ast::Value::Variable(name) => match self.variables.get(name.as_str())? {
                Value::String(text) => text,
                _ => return None,
            },
            _ => return None,
        };
        let (of, _) = global_id::read(id)?;
        Some(of.name())
    }

    /// Merges the fields of one response key.
    fn field(
        &mut self,
        group: &[&'a Node<executable::Field>],
        depth: usize,
        below: Below,
    ) -> Result<Field, String> {
        let [first, ..] = group else {
            return Err("An empty group of fields.".to_owned());
        };
        self.aliases += usize::from(first.alias.is_some());
        limits::check_aliases(self.aliases)?;
        let definition = &first.definition;
        let named = self.schema.types.get(definition.ty.inner_named_type());
        let is_object = named.is_some_and(|named| !named.is_leaf());
        let is_page = definition.argument_by_name("first").is_some();
        let introspects = limits::SCHEMA_FIELDS.contains(&first.name.as_str());
        let inside = match below {
            Below::Introspection => Below::Introspection,
            Below::Root if introspects => Below::Introspection,
            _ if is_page => Below::Page,
            _ => Below::Object,
        };
        let sets: Vec<_> = group.iter().map(|field| &field.selection_set).collect();
        let object = named.filter(|named| named.is_interface());
        let object = object.and_then(|_| self.type_of_node(first));
        let set = is_object.then(|| self.set(object, &sets, depth + 1, inside));
        Ok(Field {
            alias: first.alias.as_ref().map(|alias| Name::new(alias.as_str())),
            name: Name::new(first.name.as_str()),
            arguments: arguments(first),
            shape: shape(&definition.ty),
            entries: match inside {
                Below::Page => size(first),
                Below::Object if definition.ty.is_list() && below != Below::Page => {
                    Entries::Of(limits::LIST)
                }
                _ => Entries::Of(1),
            },
            set: set.transpose()?,
            pos: self.lines.position(first),
        })
    }
}

/// Returns whether the type of a field's object depends on an argument, which is a variable.
pub fn has_variable_type(schema: &Schema, field: &executable::Field) -> bool {
    let named = schema.types.get(field.definition.ty.inner_named_type());
    let mut arguments = field.arguments.iter();
    named.is_some_and(ExtendedType::is_interface)
        && arguments.any(|given| given.value.as_variable().is_some())
}

/// Returns the size of a page.
fn size(field: &executable::Field) -> Entries {
    let (mut size, mut variables) = (None, Vec::new());
    let given = field.arguments.iter();
    for given in given.filter(|given| matches!(given.name.as_str(), "first" | "last")) {
        match &*given.value {
            ast::Value::Variable(name) => variables.push(Name::new(name.as_str())),
            ast::Value::Int(number) => {
                let number = number.try_to_i32().unwrap_or_default();
                size = size.max(Some(usize::try_from(number).unwrap_or_default()));
            }
            _ => {}
        }
    }
    Entries::Page(size, variables)
}

fn arguments(field: &executable::Field) -> Vec<(Name, Node<ast::Value>)> {
    let given = field.arguments.iter();
    let one = |given: &Node<ast::Argument>| (Name::new(given.name.as_str()), given.value.clone());
    given.map(one).collect()
}

fn shape(ty: &ast::Type) -> Shape {
    Shape {
        nullable: !ty.is_non_null(),
        entry: ty.is_list().then(|| Box::new(shape(ty.item_type()))),
    }
}
