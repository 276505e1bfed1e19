//! The GraphQL API: schema, limits, and error mapping. The contract with clients of the original
//! system is kept completely; everything else is additional.

mod accounts;
pub mod engine;
mod error;
mod files;
mod global_id;
mod idempotency;
mod input;
mod loader;
mod mutation;
mod node;
mod query;
mod scalars;
mod subscription;
mod view;

use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::{Arc, LazyLock};

use apollo_compiler::executable;
use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::OperationType;
use async_graphql::registry::Registry;
use async_graphql::{
    Context, OutputType, Request, Response, SDLExportOptions, ValidationMode, Variables,
};
use async_graphql::{UploadValue, Value};
use futures_util::stream::{BoxStream, StreamExt};

use crate::app::Desk;
use crate::app::accounts::Source;
use crate::app::memory::Memory;
use crate::app::security::known_devices::KnownDevice;
use crate::app::security::tokens::Session;
use crate::domain::{Actor, Error, Introspection, Result};

use engine::documents::Documents;
pub use engine::json::{Answer, text, write};
pub use engine::page::LONGEST_PAGE;
use engine::plan::{self, Field, Set};
use engine::schema::schema;
use engine::state::RequestState;
use engine::{complete, input_paths, limits, variables};
pub use error::{Code, busy, code_of, refusal, refusal_of};

type Inner = async_graphql::Schema<query::Query, mutation::Mutation, subscription::Subscription>;

/// Label of an operation without a field of the schema.
pub const UNKNOWN: &str = "unknown";

/// The executable schema.
#[derive(Clone)]
pub struct Schema {
    inner: Inner,
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

/// A valid operation within the limits, and the values of its variables.
pub struct Prepared {
    pub kind: Kind,
    selected: Arc<Set>,
    variables: Variables,
    uploads: Vec<UploadValue>,
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
        let inner = builder().data(desk).finish();
        Self {
            names: Arc::new(inner.names().into_iter().collect()),
            inner,
            memory,
            introspection,
            documents: Arc::default(),
        }
    }

    /// Compiles a request's document, coerces its variables, and checks the limits.
    ///
    /// # Errors
    /// The response to send instead of executing it.
    pub fn prepare(&self, request: Request) -> Result<Prepared, Box<Response>> {
        let invalid = |why: String| Box::new(refusal(Code::ValidationFailed, why));
        let schema = schema().map_err(|error| Box::new(refusal_of(&error)))?;
        let name = request.operation_name.as_deref();
        let operation = self.documents.read(&request.query, name)?;
        let variables = variables::coerce(schema, &operation.head, &request.variables);
        let variables = variables.map_err(invalid)?;
        let selected = operation.straight(schema, &variables).map_err(invalid)?;
        limits::check_values(&selected, &variables).map_err(invalid)?;
        let kind = Kind::of(&operation.head);
        Ok(Prepared {
            kind,
            selected,
            variables,
            uploads: request.uploads,
        })
    }

    /// Executes a query or a mutation; the response is for [`write()`].
    pub async fn execute(&self, prepared: Prepared, caller: Caller) -> Response {
        if let Some(refusal) = self.refused_to(&caller, &prepared) {
            return refusal;
        }
        let (kind, selected) = (prepared.kind, prepared.selected.clone());
        let state = RequestState::new(selected.clone(), &self.memory);
        let mut response = match (prepared.kind, &selected.fields[..]) {
            (_, []) => Response::new(Value::Object(IndexMap::new())),
            (Kind::Mutation, [_, _, ..]) => self.one_by_one(prepared, &caller, &state).await,
            _ => {
                let request = prepared.request(&selected.fields);
                let request = request.data(state.clone()).data(caller);
                let mut response = self.inner.execute(request).await;
                complete::finish(&selected.fields, &mut response);
                response
            }
        };
        error::finish(&mut response, |path, invalid| {
            input_paths::path_of(kind, &selected, path, invalid)
        });
        response
    }

    /// Executes the fields of a mutation in order, up to one that fails, itself or by what is below it, and may not be null:
    /// those after it have no effect.
    async fn one_by_one(
        &self,
        prepared: Prepared,
        caller: &Caller,
        state: &Arc<RequestState>,
    ) -> Response {
        let (mut data, mut errors) = (IndexMap::new(), Vec::new());
        for field in &prepared.selected.fields {
            let request = prepared.request([field]);
            let request = request.data(state.clone()).data(caller.clone());
            let mut response = self.inner.execute(request).await;
            complete::finish(std::slice::from_ref(field), &mut response);
            let Value::Object(fields) = response.data else {
                // Nothing is left of the data, and the errors about other parts of it have no meaning.
                return response;
            };
            data.extend(fields);
            errors.append(&mut response.errors);
        }
        let mut whole = Response::new(Value::Object(data));
        whole.errors = errors;
        whole
    }

    /// Executes any operation; a subscription yields many responses, the others one.
    pub fn stream(&self, prepared: Prepared, caller: Caller) -> BoxStream<'static, Response> {
        let schema = self.clone();
        if prepared.kind != Kind::Subscription {
            let response = async move { schema.execute(prepared, caller).await };
            return futures_util::stream::once(response).boxed();
        }
        if let Some(refusal) = self.refused_to(&caller, &prepared) {
            return futures_util::stream::iter([refusal]).boxed();
        }
        if prepared.selected.fields.is_empty() {
            return futures_util::stream::empty().boxed();
        }
        let selected = prepared.selected.clone();
        let state = RequestState::new(selected.clone(), &self.memory);
        let request = prepared.request(&selected.fields);
        let request = request.data(state.clone()).data(caller);
        let responses = self.inner.execute_stream(request);
        responses
            .then(move |mut response| {
                complete::finish(&selected.fields, &mut response);
                error::finish(&mut response, |path, invalid| {
                    input_paths::path_of(Kind::Subscription, &selected, path, invalid)
                });
                let (state, memory) = (state.clone(), schema.memory.clone());
                async move {
                    state.begin_next(&memory).await;
                    response
                }
            })
            .boxed()
    }

    /// Returns the label of an operation in metrics and logs: its first field, if the schema has
    /// it.
    pub fn name_of(&self, prepared: &Prepared) -> String {
        let first = prepared.selected.fields.first();
        match first.and_then(|field| self.names.get(field.name.as_str())) {
            Some(name) => name.clone(),
            None => UNKNOWN.to_owned(),
        }
    }

    /// Returns the schema definition (SDL), for a caller who may see it.
    ///
    /// # Errors
    /// The response to send instead.
    pub fn definition(&self, caller: &Caller) -> Result<&'static str, Box<Response>> {
        static SDL: LazyLock<String> = LazyLock::new(sdl);
        match self.hidden_from(caller) {
            Some(refusal) => Err(Box::new(refusal)),
            None => Ok(&SDL),
        }
    }

    /// Returns the refusal of an operation that queries the schema, for a caller who may not see it.
    fn refused_to(&self, caller: &Caller, prepared: &Prepared) -> Option<Response> {
        match limits::introspects(&prepared.selected) {
            true => self.hidden_from(caller),
            false => None,
        }
    }

    fn hidden_from(&self, caller: &Caller) -> Option<Response> {
        match (self.introspection, &caller.viewer) {
            (Introspection::All, _) | (Introspection::Staff, Some(_)) => None,
            (Introspection::Staff, None) => {
                let why = "Sign in to see the schema: send Authorization: Bearer and your token.";
                Some(refusal(Code::Unauthenticated, why))
            }
            (Introspection::Off, _) => {
                let why = "This server shows its schema to nobody (graphql.introspection).";
                Some(refusal(Code::Forbidden, why))
            }
        }
    }
}

impl Prepared {
    /// Builds the request by which the library executes some of the fields.
    fn request<'a>(&self, fields: impl IntoIterator<Item = &'a Field>) -> Request {
        let document = plan::document(self.kind.into(), fields, &self.variables);
        let mut request = Request::new("");
        request.set_parsed_query(document);
        request.uploads = self
            .uploads
            .iter()
            .filter_map(|file| file.try_clone().ok())
            .collect();
        request
    }
}

impl Kind {
    fn of(operation: &executable::Operation) -> Self {
        if operation.is_mutation() {
            return Self::Mutation;
        }
        match operation.is_subscription() {
            true => Self::Subscription,
            false => Self::Query,
        }
    }
}

impl From<Kind> for OperationType {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Query => Self::Query,
            Kind::Mutation => Self::Mutation,
            Kind::Subscription => Self::Subscription,
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
    builder().finish().sdl_with_options(
        SDLExportOptions::new()
            .sorted_enum_items()
            .include_specified_by(),
    )
}

/// Returns the types of the schema as the library knows them.
fn registry() -> Registry {
    let mut registry = Registry::default();
    query::Query::create_type_info(&mut registry);
    mutation::Mutation::create_type_info(&mut registry);
    registry
}

fn builder()
-> async_graphql::SchemaBuilder<query::Query, mutation::Mutation, subscription::Subscription> {
    Inner::build(
        query::Query::default(),
        mutation::Mutation::default(),
        subscription::Subscription,
    )
    // The compiler has checked what is executed.
    .validation_mode(ValidationMode::Fast)
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
