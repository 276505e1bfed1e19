//! The GraphQL API: schema, limits, and error mapping. The contract with clients of the original
//! system is kept completely; everything else is additional.

mod accounts;
pub mod engine;
mod error;
mod files;
mod input;
mod loader;
mod mutation;
mod query;
mod subscription;
mod view;

use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::{Arc, LazyLock};

use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, OperationType, Selection,
};
use async_graphql::{Context, Request, Response, SDLExportOptions, ValidationMode};
use futures_util::stream::{BoxStream, StreamExt};

use crate::app::Desk;
use crate::app::accounts::Source;
use crate::app::memory::Memory;
use crate::app::security::known_devices::KnownDevice;
use crate::app::security::tokens::Session;
use crate::domain::{Actor, Error, Introspection, Result};

use engine::documents::{Documents, ParsedDocument};
pub use engine::json::{Answer, write};
use engine::limits;
pub use engine::page::LONGEST_PAGE;
use engine::shape::Shape;
pub use error::{Code, busy, code_of, refusal, refusal_of};
use loader::Fetched;

type Inner = async_graphql::Schema<query::Query, mutation::Mutation, subscription::Subscription>;

/// The executable schema.
#[derive(Clone)]
pub struct Schema {
    /// For clients that may see the schema.
    open: Inner,
    /// For other clients: without suggestions of names in errors.
    closed: Inner,
    /// For documents known to be valid: executes without validation.
    trusting: Inner,
    /// Every field name in the schema, for metrics by operation.
    names: Arc<HashSet<String>>,
    memory: Arc<Memory>,
    introspection: Introspection,
    documents: Arc<Documents>,
}

/// The caller of an operation: the employee, and the network address.
#[derive(Debug, Clone)]
pub struct Caller {
    /// `None` without a token or with an invalid one.
    pub viewer: Option<(Actor, Session)>,
    /// The owner of the token, even if it has expired.
    pub known: Option<KnownDevice>,
    pub address: IpAddr,
    /// Whether the request comes from a local user.
    pub local: bool,
}

impl Caller {
    /// Returns the source of an authentication attempt.
    fn source(&self) -> Source {
        Source {
            address: self.address,
            known: self.known.into_iter().collect(),
        }
    }
}

/// A parsed request within the limits.
pub struct Prepared {
    request: Request,
    pub kind: Kind,
    read: Arc<ParsedDocument>,
    shape: Shape,
    /// The first field of the operation; empty when it begins with a fragment.
    first: String,
}

/// Type of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Query,
    Mutation,
    Subscription,
}

impl Schema {
    pub fn new(desk: Arc<Desk>, introspection: Introspection) -> Self {
        let memory = desk.memory.clone();
        let open = builder().data(desk.clone()).finish();
        Self {
            names: Arc::new(open.names().into_iter().collect()),
            open,
            closed: builder().disable_suggestions().data(desk.clone()).finish(),
            trusting: builder()
                .validation_mode(ValidationMode::Fast)
                .data(desk)
                .finish(),
            memory,
            introspection,
            documents: Arc::default(),
        }
    }

    /// Parses a request's document and checks the limits.
    ///
    /// # Errors
    /// The response to send instead of executing it.
    pub fn prepare(&self, mut request: Request) -> Result<Prepared, Box<Response>> {
        let read = self.documents.read(&request.query)?;
        let (kind, first) = operation(&read.document, request.operation_name.as_deref())
            .map_err(|why| Box::new(refusal(Code::ValidationFailed, why)))?;
        request.set_parsed_query(read.document.clone());
        Ok(Prepared {
            shape: Shape::of(&request),
            request,
            kind,
            read,
            first,
        })
    }

    /// Executes a query or a mutation; the response is for [`write()`].
    pub async fn execute(&self, prepared: Prepared, caller: Caller) -> Response {
        let mut schema = match self.shown_to(&caller, prepared.read.introspects) {
            Ok(schema) => schema,
            Err(refusal) => return *refusal,
        };
        let (read, shape) = (prepared.read.clone(), prepared.shape);
        let checked = read.checked.has(shape);
        if checked {
            schema = &self.trusting;
        }
        let fetched = Fetched::new(read.each_once, read.roots_once, &self.memory);
        let request = for_caller(prepared, caller, fetched);
        let mut response = schema.execute(request).await;
        if !checked && !is_refused(&response) {
            read.checked.add(shape);
        }
        error::finish(&mut response);
        response
    }

    /// Executes any operation; a subscription yields many responses, the others one.
    pub fn stream(&self, prepared: Prepared, caller: Caller) -> BoxStream<'static, Response> {
        let schema = match self.shown_to(&caller, prepared.read.introspects) {
            Ok(schema) => schema,
            Err(refusal) => return futures_util::stream::iter([*refusal]).boxed(),
        };
        let fetched = Fetched::new(false, false, &self.memory);
        let responses = schema.execute_stream(for_caller(prepared, caller, fetched.clone()));
        let memory = self.memory.clone();
        responses
            .then(move |mut response| {
                error::finish(&mut response);
                let (fetched, memory) = (fetched.clone(), memory.clone());
                async move {
                    fetched.begin_next(&memory).await;
                    response
                }
            })
            .boxed()
    }

    /// Returns the label of an operation in metrics and logs: its first field, if the schema has
    /// it.
    pub fn name_of(&self, prepared: &Prepared) -> String {
        match self.names.get(&prepared.first) {
            Some(name) => name.clone(),
            None => "unknown".to_owned(),
        }
    }

    /// Returns the schema definition (SDL), for a caller who may see it.
    ///
    /// # Errors
    /// The response to send instead.
    pub fn definition(&self, caller: &Caller) -> Result<&'static str, Box<Response>> {
        static SDL: LazyLock<String> = LazyLock::new(sdl);
        self.shown_to(caller, true).map(|_| &**SDL)
    }

    fn shown_to(&self, caller: &Caller, introspects: bool) -> Result<&Inner, Box<Response>> {
        match (self.introspection, &caller.viewer) {
            (Introspection::All, _) | (Introspection::Staff, Some(_)) => Ok(&self.open),
            _ if !introspects => Ok(&self.closed),
            (Introspection::Staff, None) => {
                let why = "Sign in to see the schema: send Authorization: Bearer and your token.";
                Err(Box::new(refusal(Code::Unauthenticated, why)))
            }
            (Introspection::Off, _) => {
                let why = "This server shows its schema to nobody (graphql.introspection).";
                Err(Box::new(refusal(Code::Forbidden, why)))
            }
        }
    }
}

/// Returns whether the document was rejected before execution: no error has a response path.
pub fn is_refused(response: &Response) -> bool {
    let before =
        |error: &async_graphql::ServerError| error.path.is_empty() && error.source.is_none();
    response.data == async_graphql::Value::Null && response.errors.iter().any(before)
}

/// Returns the schema definition (SDL).
pub fn sdl() -> String {
    builder()
        .finish()
        .sdl_with_options(SDLExportOptions::new().sorted_enum_items())
}

fn builder()
-> async_graphql::SchemaBuilder<query::Query, mutation::Mutation, subscription::Subscription> {
    Inner::build(
        query::Query,
        mutation::Mutation::default(),
        subscription::Subscription,
    )
    .limit_depth(limits::DEPTH)
    .limit_complexity(limits::COMPLEXITY)
    .limit_directives(limits::DIRECTIVES)
}

/// Returns the type of the requested operation, and its first field.
fn operation(document: &ExecutableDocument, name: Option<&str>) -> Result<(Kind, String), String> {
    let operation = match (&document.operations, name) {
        (DocumentOperations::Single(operation), None) => operation,
        (DocumentOperations::Single(_), Some(name)) => {
            return Err(format!("There is no operation named {name:?}."));
        }
        (DocumentOperations::Multiple(all), Some(name)) => all
            .get(name)
            .ok_or_else(|| format!("There is no operation named {name:?}."))?,
        (DocumentOperations::Multiple(all), None) => match all.values().next() {
            Some(only) if all.len() == 1 => only,
            _ => {
                return Err(
                    "The document has several operations: name one in operationName.".into(),
                );
            }
        },
    };
    let kind = match operation.node.ty {
        OperationType::Query => Kind::Query,
        OperationType::Mutation => Kind::Mutation,
        OperationType::Subscription => Kind::Subscription,
    };
    let first = operation.node.selection_set.node.items.first();
    let first = match first.map(|selection| &selection.node) {
        Some(Selection::Field(field)) => field.node.name.node.to_string(),
        _ => String::new(),
    };
    Ok((kind, first))
}

fn for_caller(prepared: Prepared, caller: Caller, fetched: Fetched) -> Request {
    prepared.request.data(fetched).data(caller)
}

/// Context of every resolver.
trait RequestContext {
    fn desk(&self) -> Result<&Desk>;
    fn caller(&self) -> Result<&Caller>;

    /// Returns the signed-in employee.
    fn actor(&self) -> Result<Actor> {
        let viewer = self.caller()?.viewer;
        viewer.map(|(actor, _)| actor).ok_or(Error::Unauthenticated)
    }
}

impl RequestContext for Context<'_> {
    fn desk(&self) -> Result<&Desk> {
        self.data::<Arc<Desk>>()
            .map(|desk| &**desk)
            .map_err(missing)
    }

    fn caller(&self) -> Result<&Caller> {
        self.data().map_err(missing)
    }
}

fn missing(error: async_graphql::Error) -> Error {
    Error::internal(error.message)
}
