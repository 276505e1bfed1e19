//! Compiler of documents, in front of the library that executes them: parses, validates, and brings each operation into
//! its straight form. Clients send the same few documents again and again, so that these are kept.

use std::sync::Arc;

use apollo_compiler::executable::{self, Selection, SelectionSet};
use apollo_compiler::introspection::check_max_depth;
use apollo_compiler::parser::Parser;
use apollo_compiler::validation::{DiagnosticList, Valid};
use apollo_compiler::{ExecutableDocument, Node, Schema};
use async_graphql::{Pos, Response, ServerError, Variables};
use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, Equivalent, OptionsBuilder, Weighter};

use super::arguments;
use super::commas;
use super::inputs;
use super::limits;
use super::normalise::{self, LineStarts};
use super::plan::Set;
use super::schema::schema;
use crate::graphql::Kind;
use crate::graphql::error::{Code, refusal, refusal_of, refusals};

/// Capacity in bytes of memory, as estimated by [`Compiled::weight`].
const KEPT: u64 = 8 * 1024 * 1024;
/// Estimated number of operations.
const COUNT: usize = 1_000;
/// Number of parts of the cache with a lock of their own. A part keeps nothing that is larger than itself.
const SHARDS: usize = 4;
/// Maximum number of errors in a response.
const ERRORS: usize = 20;
/// Name of a document in the compiler's reports.
const NAME: &str = "query";

/// Compiled operations by the texts of their documents and their names.
pub(in crate::graphql) struct Documents(Cache<Key, Arc<Compiled>, Weight>);

/// A valid operation.
pub(in crate::graphql) struct Compiled {
    /// The operation without its fields.
    pub head: executable::Operation,
    form: Form,
    /// Length of the text in bytes.
    length: usize,
}

enum Form {
    Straight(Arc<Set>),
    /// A directive or the type of an object depends on a variable, and so does the straight form.
    Conditional(Box<Valid<ExecutableDocument>>, LineStarts),
}

impl Default for Documents {
    fn default() -> Self {
        let options = OptionsBuilder::new()
            .shards(SHARDS)
            .estimated_items_capacity(COUNT)
            .weight_capacity(KEPT)
            .build();
        Self(match options {
            Ok(options) => Cache::with_options(
                options,
                Weight,
                DefaultHashBuilder::default(),
                DefaultLifecycle::default(),
            ),
            // Both capacities are set.
            Err(_) => Cache::with_weighter(COUNT, KEPT, Weight),
        })
    }
}

impl Documents {
    /// Returns the operation with this name, or the only one; an empty name is none.
    ///
    /// # Errors
    /// The response to a text that isn't a valid document, or to an operation that exceeds a limit.
    pub fn read(&self, text: &str, name: Option<&str>) -> Result<Arc<Compiled>, Box<Response>> {
        let name = name.filter(|name| !name.is_empty());
        if let Some(read) = self.0.get(&(text, name)) {
            return Ok(read);
        }
        let schema = schema().map_err(|error| Box::new(refusal_of(&error)))?;
        let source = compile(schema, text)?;
        let keep = !has_password(&source);
        let compiled = Compiled::new(schema, source, text, name);
        let compiled = Arc::new(compiled.map_err(invalid)?);
        if keep {
            let (text, name) = (text.to_owned(), name.map(str::to_owned));
            self.0.insert(Key { text, name }, compiled.clone());
        }
        Ok(compiled)
    }
}

impl Compiled {
    fn new(
        schema: &Schema,
        source: Valid<ExecutableDocument>,
        text: &str,
        name: Option<&str>,
    ) -> Result<Self, String> {
        let operation = find(&source, name)?.clone();
        check_max_depth(&source, &operation).map_err(|error| format!("{}.", error.message()))?;
        let lines = LineStarts::of(text);
        let head = head(&operation);
        let mut selections = selections(&source).into_iter();
        let conditional = selections.any(|selection| depends(schema, selection));
        let form = match conditional {
            true => Form::Conditional(Box::new(source), lines),
            false => {
                let none = Variables::default();
                let set = normalise::straight(schema, &source, &operation, &lines, &none)?;
                limits::check(&set, Kind::of(&head))?;
                Form::Straight(Arc::new(set))
            }
        };
        let length = text.len();
        Ok(Self { head, form, length })
    }

    /// Returns the straight form with these variables.
    ///
    /// # Errors
    /// The limit that it exceeds.
    pub fn straight(&self, schema: &Schema, variables: &Variables) -> Result<Arc<Set>, String> {
        match &self.form {
            Form::Straight(set) => Ok(set.clone()),
            Form::Conditional(source, lines) => {
                let operation = find(source, self.head.name.as_deref())?;
                let set = normalise::straight(schema, source, operation, lines, variables)?;
                limits::check(&set, Kind::of(&self.head))?;
                Ok(Arc::new(set))
            }
        }
    }

    /// Estimates the memory in bytes.
    fn weight(&self) -> u64 {
        /// A byte of text with its syntax tree.
        const BYTE: usize = 20;
        /// A field of the straight form.
        const FIELD: usize = 300;
        let weight = match &self.form {
            Form::Straight(set) => self.length + set.count() * FIELD,
            Form::Conditional(..) => self.length * BYTE,
        };
        weight as u64
    }
}

/// Finds the operation to execute.
///
/// # Errors
/// The reason why there is none.
fn find<'a>(
    source: &'a ExecutableDocument,
    name: Option<&str>,
) -> Result<&'a Node<executable::Operation>, String> {
    let mut all = source.operations.iter();
    match name {
        Some(name) => all
            .find(|operation| operation.name.as_deref() == Some(name))
            .ok_or_else(|| format!("There is no operation named {name:?}.")),
        None => match (all.next(), all.next()) {
            (Some(only), None) => Ok(only),
            (None, _) => Err("The document has no operation.".to_owned()),
            _ => Err("The document has several operations: name one in operationName.".to_owned()),
        },
    }
}

fn invalid(why: String) -> Box<Response> {
    Box::new(refusal(Code::ValidationFailed, why))
}

/// Returns an operation without its fields, which are kept in their straight form.
fn head(operation: &executable::Operation) -> executable::Operation {
    let ty = operation.selection_set.ty.clone();
    executable::Operation {
        selection_set: SelectionSet::new(ty),
        ..operation.clone()
    }
}

/// Parses and validates.
fn compile(schema: &Valid<Schema>, text: &str) -> Result<Valid<ExecutableDocument>, Box<Response>> {
    let parser = Parser::new();
    let mut parser = parser
        .recursion_limit(limits::NESTING)
        .token_limit(limits::TOKENS);
    let parsed = parser.parse_ast(commas::as_spaces(text), NAME);
    let parsed = parsed.map_err(|broken| refuse(Code::ParseFailed, &broken.errors))?;
    if let Some(name) = arguments::without_value(text) {
        let why = format!("Syntax Error: \"{name}\" has no value.");
        return Err(Box::new(refusal(Code::ParseFailed, why)));
    }
    let valid = parsed.to_executable_validate(schema);
    let valid = valid.map_err(|broken| refuse(Code::ValidationFailed, &broken.errors))?;
    inputs::check(schema, &valid).map_err(invalid)?;
    Ok(valid)
}

fn refuse(code: Code, found: &DiagnosticList) -> Box<Response> {
    let errors = found.iter().take(ERRORS).map(|found| {
        let found = found.unstable_to_json_compat();
        let mut error = ServerError::new(found.message, None);
        let places = found.locations.into_iter();
        error.locations = places
            .map(|place| Pos {
                line: place.line,
                column: place.column,
            })
            .collect();
        error
    });
    Box::new(refusals(code, errors.collect()))
}

/// Returns every selection of a document.
fn selections(document: &ExecutableDocument) -> Vec<&Selection> {
    let operations = document.operations.iter();
    let operations = operations.map(|operation| &operation.selection_set);
    let fragments = document.fragments.values();
    let fragments = fragments.map(|fragment| &fragment.selection_set);
    let mut open: Vec<&SelectionSet> = operations.chain(fragments).collect();
    let mut found = Vec::new();
    while let Some(set) = open.pop() {
        for selection in &set.selections {
            found.push(selection);
            match selection {
                Selection::Field(field) => open.push(&field.selection_set),
                Selection::InlineFragment(inline) => open.push(&inline.selection_set),
                Selection::FragmentSpread(_) => {}
            }
        }
    }
    found
}

/// Returns whether a document's text may contain a password.
fn has_password(document: &ExecutableDocument) -> bool {
    let mut selections = selections(document).into_iter();
    selections.any(|selection| match selection {
        Selection::Field(field) => limits::AUTH_FIELDS.contains(&field.name.as_str()),
        _ => false,
    })
}

/// Returns whether the straight form of a selection depends on a variable: by a directive, or by the type of its object.
fn depends(schema: &Schema, selection: &Selection) -> bool {
    if let Selection::Field(field) = selection
        && normalise::has_variable_type(schema, field)
    {
        return true;
    }
    let arguments = selection
        .directives()
        .iter()
        .flat_map(|directive| &directive.arguments);
    let mut values = arguments.map(|argument| &argument.value);
    values.any(|value| value.as_variable().is_some())
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Key {
    text: String,
    name: Option<String>,
}

impl Equivalent<Key> for (&str, Option<&str>) {
    fn equivalent(&self, key: &Key) -> bool {
        *self == (&*key.text, key.name.as_deref())
    }
}

#[derive(Clone)]
struct Weight;

impl Weighter<Key, Arc<Compiled>> for Weight {
    fn weight(&self, _: &Key, compiled: &Arc<Compiled>) -> u64 {
        compiled.weight()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(documents: &Documents, text: &str) -> Result<Arc<Compiled>, Box<Response>> {
        documents.read(text, None)
    }

    #[test]
    fn what_comes_again_is_read_once_and_a_flood_of_others_is_forgotten() {
        let documents = Documents::default();
        let first = read(&documents, "{ me { id } }").unwrap();
        let again = read(&documents, "{ me { id } }").unwrap();
        assert!(Arc::ptr_eq(&first, &again));
        for number in 0..10_000 {
            let aliased = format!(
                "{{ a{number}: me {{ ...F ...F }} }} fragment F on User {{ id email role }}"
            );
            read(&documents, &aliased).unwrap();
        }
        let (kept, weight) = (documents.0.len(), documents.0.weight());
        assert!(
            (100..10_000).contains(&kept) && weight <= KEPT,
            "{kept} operations of {weight}"
        );
        assert!(read(&documents, "{ me { id }").is_err());
    }

    #[test]
    fn operations_of_one_document_are_told_apart_by_name() {
        let documents = Documents::default();
        let text = "query a { me { id } } query b { me { email } }";
        for name in ["a", "b", "a"] {
            let compiled = documents.read(text, Some(name)).unwrap();
            assert_eq!(compiled.head.name.as_deref(), Some(name));
        }
        assert_eq!(documents.0.len(), 2);
        assert!(documents.read(text, None).is_err());
        assert!(documents.read(text, Some("c")).is_err());
    }

    /// A small text whose fragments multiply is refused before it takes memory, and isn't kept.
    #[test]
    fn a_document_that_multiplies_takes_no_memory() {
        let documents = Documents::default();
        let many: String = (0..1_500).map(|n| format!("a{n}: id ")).collect();
        let operations: String = (0..500)
            .map(|n| format!("query q{n} {{ me {{ ...F }} }} "))
            .collect();
        let bomb = format!("{operations} fragment F on User {{ {many} }}");
        assert!(documents.read(&bomb, Some("q1")).is_err());
        let chain: String = (0..20)
            .map(|n| {
                let next = n + 1;
                format!("fragment f{n} on Task {{ customer {{ tasks {{ ...f{next} }} }} warrantyOf {{ ...f{next} }} }} ")
            })
            .collect();
        let deep = format!("{{ allTasks {{ ...f0 }} }} {chain} fragment f20 on Task {{ id }}");
        assert!(read(&documents, &deep).is_err());
        let schema = "{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }";
        assert!(read(&documents, schema).is_err());
        assert_eq!(documents.0.len(), 0);
    }

    #[test]
    fn a_document_with_a_password_is_not_kept() {
        let documents = Documents::default();
        let login = r#"mutation { login(email: "a@example.com", password: "secret") { token } }"#;
        read(&documents, login).unwrap();
        assert_eq!(documents.0.len(), 0);
    }
}
