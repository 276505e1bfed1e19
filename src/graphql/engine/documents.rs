//! Compiler of documents, in front of the library that executes them: parses, validates, and brings each operation into
//! its straight form. Clients send the same few documents again and again, so that these are kept.

use std::sync::Arc;

use apollo_compiler::executable::{self, Selection, SelectionSet};
use apollo_compiler::parser::Parser;
use apollo_compiler::validation::{DiagnosticList, Valid};
use apollo_compiler::{ExecutableDocument, Node, Schema};
use async_graphql::{Pos, Response, ServerError, Variables};
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::commas;
use super::inputs;
use super::limits;
use super::normalise::{self, Lines};
use super::plan::Set;
use super::schema::schema;
use crate::graphql::error::{Code, refusal, refusal_of, refusals};

/// Capacity in bytes of document text; compiled, they take about ten times as much.
const KEPT: u64 = 512 * 1024;
/// Estimated number of documents.
const COUNT: usize = 1_000;
/// Maximum number of errors in a response.
const ERRORS: usize = 20;
/// Name of a document in the compiler's reports.
const NAME: &str = "query";

/// Keyed by document text.
pub(in crate::graphql) struct Documents(Cache<String, Arc<Document>, Length>);

/// A valid document.
pub(in crate::graphql) struct Document {
    operations: Vec<Operation>,
    /// What a straight form is made of that depends on variables.
    source: Option<(Valid<ExecutableDocument>, Lines)>,
}

pub(in crate::graphql) struct Operation {
    /// Without its fields.
    pub head: executable::Operation,
    /// `None` where it depends on variables.
    straight: Option<Result<Arc<Set>, String>>,
}

impl Default for Documents {
    fn default() -> Self {
        Self(Cache::with_weighter(COUNT, KEPT, Length))
    }
}

impl Documents {
    /// # Errors
    /// The response to a text that isn't a valid document.
    pub fn read(&self, text: &str) -> Result<Arc<Document>, Box<Response>> {
        if let Some(read) = self.0.get(text) {
            return Ok(read);
        }
        let schema = schema().map_err(|error| Box::new(refusal_of(&error)))?;
        let source = compile(schema, text)?;
        let keep = !has_password(&source);
        let read = Arc::new(Document::new(schema, source, Lines::of(text)));
        if keep {
            self.0.insert(text.to_owned(), read.clone());
        }
        Ok(read)
    }
}

impl Document {
    fn new(schema: &Schema, source: Valid<ExecutableDocument>, lines: Lines) -> Self {
        let conditional = selections(&source).into_iter().any(depends);
        let none = Variables::default();
        let operation = |found: &Node<executable::Operation>| Operation {
            straight: (!conditional)
                .then(|| normalise::straight(schema, &source, found, &lines, &none).map(Arc::new)),
            head: head(found),
        };
        Self {
            operations: source.operations.iter().map(operation).collect(),
            source: conditional.then_some((source, lines)),
        }
    }

    /// Returns the operation to execute; an empty name is none.
    ///
    /// # Errors
    /// What is missing.
    pub fn operation(&self, name: Option<&str>) -> Result<&Operation, String> {
        let Some(name) = name.filter(|name| !name.is_empty()) else {
            return match &self.operations[..] {
                [only] => Ok(only),
                [] => Err("The document has no operation.".to_owned()),
                _ => Err("The document has several operations: name one in operationName.".into()),
            };
        };
        let named = |operation: &&Operation| operation.head.name.as_deref() == Some(name);
        let found = self.operations.iter().find(named);
        found.ok_or_else(|| format!("There is no operation named {name:?}."))
    }

    /// Returns the straight form of an operation with these variables.
    ///
    /// # Errors
    /// The limit that it exceeds.
    pub fn straight(
        &self,
        schema: &Schema,
        operation: &Operation,
        variables: &Variables,
    ) -> Result<Arc<Set>, String> {
        if let Some(straight) = &operation.straight {
            return straight.clone();
        }
        let name = operation.head.name.as_deref();
        let source = self.source.as_ref();
        let found = source
            .and_then(|(source, lines)| Some((source, source.operations.get(name).ok()?, lines)));
        let Some((source, found, lines)) = found else {
            return Err("The document has no such operation.".to_owned());
        };
        normalise::straight(schema, source, found, lines, variables).map(Arc::new)
    }
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
    let valid = parsed.to_executable_validate(schema);
    let valid = valid.map_err(|broken| refuse(Code::ValidationFailed, &broken.errors))?;
    let inputs = inputs::check(schema, &valid);
    inputs.map_err(|why| Box::new(refusal(Code::ValidationFailed, why)))?;
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

/// Whether a text may contain a password.
fn has_password(document: &ExecutableDocument) -> bool {
    let mut selections = selections(document).into_iter();
    selections.any(|selection| match selection {
        Selection::Field(field) => limits::AUTH_FIELDS.contains(&field.name.as_str()),
        _ => false,
    })
}

/// Whether a directive depends on a variable.
fn depends(selection: &Selection) -> bool {
    let arguments = selection
        .directives()
        .iter()
        .flat_map(|directive| &directive.arguments);
    let mut values = arguments.map(|argument| &argument.value);
    values.any(|value| value.as_variable().is_some())
}

#[derive(Clone)]
struct Length;

impl Weighter<String, Arc<Document>> for Length {
    fn weight(&self, text: &String, _: &Arc<Document>) -> u64 {
        text.len() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_again_is_read_once_and_a_flood_of_others_is_forgotten() {
        let documents = Documents::default();
        let first = documents.read("{ me { id } }").unwrap();
        let again = documents.read("{ me { id } }").unwrap();
        assert!(Arc::ptr_eq(&first, &again));
        for number in 0..10_000 {
            documents
                .read(&format!("{{ a{number}: me {{ id }} }}"))
                .unwrap();
        }
        let (kept, weight) = (documents.0.len(), documents.0.weight());
        assert!(
            kept <= 40_000 && weight <= KEPT,
            "{kept} documents of {weight}"
        );
        assert!(documents.read("{ me { id }").is_err());
    }

    #[test]
    fn a_document_with_a_password_is_not_kept() {
        let documents = Documents::default();
        let login = r#"mutation { login(email: "a@example.com", password: "secret") { token } }"#;
        documents.read(login).unwrap();
        assert_eq!(documents.0.len(), 0);
    }
}
