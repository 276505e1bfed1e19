//! `/graphql`, by the GraphQL over HTTP specification
//! (<https://graphql.github.io/graphql-over-http/draft/>).

mod format;
mod graphiql;
mod read;
mod stream;
pub mod upload;

use std::sync::Arc;

use async_graphql::Request;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use warp::Reply;
use warp::http::header::{ALLOW, CONTENT_TYPE, WWW_AUTHENTICATE};
use warp::http::{HeaderMap, HeaderValue, Method, StatusCode};
use warp::reply::Response;

use super::asker::Asker;
use super::connection::Connection;
use super::{Answered, Body, Site};
use crate::domain::Error;
use crate::graphql::{Caller, Code, Kind, Prepared, UNKNOWN, is_refused, refusal_of};
use crate::web;

use format::Format;
pub(super) use format::wants_data;
pub(super) use graphiql::script;
use read::read_query;
pub(super) use read::{Unreadable, read_body};

/// Methods of the route.
const METHODS: &str = "GET, HEAD, POST";

/// A request with what its response depends on.
struct Exchange<'a> {
    site: &'a Site,
    asker: Asker,
    headers: &'a HeaderMap,
    client: &'a Connection,
    format: Format,
    /// Whether the method promises that nothing changes.
    safe: bool,
}

/// Responds to a request. The future is boxed by itself: it is large, and the route would copy it around.
pub(super) fn answer(
    site: Arc<Site>,
    asker: Asker,
    headers: HeaderMap,
    client: Connection,
    method: Method,
    query: String,
    body: Body,
) -> BoxFuture<'static, Response> {
    respond(site, asker, headers, client, method, query, body).boxed()
}

async fn respond(
    site: Arc<Site>,
    asker: Asker,
    headers: HeaderMap,
    client: Connection,
    method: Method,
    query: String,
    body: Body,
) -> Response {
    let safe = matches!(method, Method::GET | Method::HEAD);
    let exchange = Exchange::new(&site, asker, &headers, &client, safe);
    let format = &exchange.format;
    match method {
        _ if safe && query.is_empty() && format::wants_page(&headers) => graphiql::page(),
        _ if format.is_refused => {
            let why = "Accept application/graphql-response+json or application/json.";
            format.refuse(StatusCode::NOT_ACCEPTABLE, why)
        }
        _ if safe => exchange.answer(read_query(&query)).await,
        Method::POST if !is_json(&headers) => {
            let why = "Send the request with Content-Type: application/json, and files with \
                multipart/form-data.";
            format.refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, why)
        }
        Method::POST => match body.as_deref().map(read_body) {
            Err(status) => {
                let why = "The body is over 256 KiB, too slow, or broke off.";
                format.refuse(*status, why)
            }
            Ok(request) => exchange.answer(request).await,
        },
        _ => allow(
            METHODS,
            format.refuse(StatusCode::METHOD_NOT_ALLOWED, "Use POST."),
        ),
    }
}

/// Serves the schema definition (SDL) to a caller who may introspect.
pub(super) async fn schema(site: Arc<Site>, asker: Asker, headers: HeaderMap) -> Response {
    let format = Format::json();
    let caller = match asker.caller(&site.desk, &headers).await {
        Ok(caller) => caller,
        Err(error) => return format.fail(&error),
    };
    match site.schema.definition(&caller) {
        Ok(definition) => definition.into_response(),
        Err(refusal) => {
            let status = match crate::graphql::code_of(&refusal) == Code::Unauthenticated.word() {
                true => StatusCode::UNAUTHORIZED,
                false => StatusCode::FORBIDDEN,
            };
            challenge(format.write(status, *refusal))
        }
    }
}

impl<'a> Exchange<'a> {
    fn new(
        site: &'a Site,
        asker: Asker,
        headers: &'a HeaderMap,
        client: &'a Connection,
        safe: bool,
    ) -> Self {
        Self {
            site,
            asker,
            headers,
            client,
            format: Format::of(headers),
            safe,
        }
    }

    async fn answer(&self, request: Result<Request, Unreadable>) -> Response {
        match request {
            Ok(request) => self.run(request).await.unwrap_or_else(|refusal| refusal),
            Err(unreadable) => self.refuse(unreadable),
        }
    }

    /// Rejects a request that can't be read.
    fn refuse(&self, unreadable: Unreadable) -> Response {
        match unreadable {
            Unreadable::Malformed(why) => self.format.refuse(StatusCode::BAD_REQUEST, &why),
            Unreadable::NotPersisted => self.refuse_document(Unreadable::not_persisted()),
            Unreadable::Batch(count) => self.format.refuse_batch(count),
        }
    }

    /// Rejects a document before execution.
    fn refuse_document(&self, refusal: async_graphql::Response) -> Response {
        let (name, code) = (UNKNOWN.to_owned(), crate::graphql::code_of(&refusal));
        let mut answer = match self.format.streams_everything() {
            true => stream::refuse(self.site, self.client, refusal),
            false => self.format.write(self.format.document_status(), refusal),
        };
        answer.extensions_mut().insert(Answered { name, code });
        answer
    }

    /// # Errors
    /// The response to a request that isn't executed.
    async fn run(&self, request: Request) -> Result<Response, Response> {
        let prepared = self.prepare(request).map_err(|refusal| *refusal)?;
        let caller = self.caller().await?;
        Ok(self.execute(prepared, caller).await)
    }

    /// Parses a document, which the method and the format must allow.
    ///
    /// # Errors
    /// The response to send instead of executing it.
    fn prepare(&self, request: Request) -> Result<Prepared, Box<Response>> {
        let prepared = self.site.schema.prepare(request);
        let prepared = prepared.map_err(|refusal| Box::new(self.refuse_document(*refusal)))?;
        match prepared.kind {
            Kind::Mutation if self.safe => {
                let why = "A mutation changes something: send it with POST.";
                let status = StatusCode::METHOD_NOT_ALLOWED;
                Err(Box::new(allow("POST", self.format.refuse(status, why))))
            }
            Kind::Subscription if !self.format.streams_subscriptions() => {
                let why = "Subscribe with Accept: text/event-stream (graphql-sse), over a \
                    WebSocket (graphql-transport-ws), or read GET /events.";
                Err(Box::new(self.format.refuse(StatusCode::BAD_REQUEST, why)))
            }
            _ => Ok(prepared),
        }
    }

    async fn execute(&self, prepared: Prepared, caller: Caller) -> Response {
        let (schema, format) = (&self.site.schema, &self.format);
        let name = schema.name_of(&prepared);
        if prepared.kind == Kind::Subscription || format.streams_everything() {
            let mut answer = stream::open(self.site, self.client, prepared, caller);
            let code = "OK".to_owned();
            answer.extensions_mut().insert(Answered { name, code });
            return answer;
        }
        let response = schema.execute(prepared, caller).await;
        let busy = crate::graphql::busy(&response).cloned();
        let status = match is_refused(&response) {
            _ if busy.is_some() => StatusCode::SERVICE_UNAVAILABLE,
            true => format.document_status(),
            false => StatusCode::OK,
        };
        let code = crate::graphql::code_of(&response);
        let mut answer = format.write(status, response);
        if let Some(error) = busy {
            web::say_when(&mut answer, &error);
        }
        answer.extensions_mut().insert(Answered { name, code });
        answer
    }

    /// Authenticates the request.
    ///
    /// # Errors
    /// The response to send instead.
    async fn caller(&self) -> Result<Caller, Response> {
        let caller = self.asker.clone().caller(&self.site.desk, self.headers);
        caller.await.map_err(|error| self.format.fail(&error))
    }
}

impl Format {
    /// Responds with a failure that is none of the document's.
    fn fail(&self, error: &Error) -> Response {
        let status = match error {
            Error::Unauthenticated => StatusCode::UNAUTHORIZED,
            Error::Forbidden => StatusCode::FORBIDDEN,
            Error::NotFound | Error::Missing { .. } | Error::Gone => StatusCode::NOT_FOUND,
            Error::RateLimited { .. } => StatusCode::TOO_MANY_REQUESTS,
            Error::Busy { .. } | Error::DatabaseLost(_) => StatusCode::SERVICE_UNAVAILABLE,
            Error::Invalid(_) | Error::InvalidFields(_) | Error::Conflict(_) => {
                StatusCode::BAD_REQUEST
            }
            Error::Internal(_) | Error::DiskFull(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let mut answer = self.write(status, refusal_of(error));
        web::say_when(&mut answer, error);
        challenge(answer)
    }
}

/// Says how to authenticate, in a response that asks for it.
fn challenge(mut answer: Response) -> Response {
    if answer.status() == StatusCode::UNAUTHORIZED {
        let bearer = HeaderValue::from_static("Bearer");
        answer.headers_mut().insert(WWW_AUTHENTICATE, bearer);
    }
    answer
}

/// Rejects a request in the format of the API, for a failure that is none of the document's.
pub(super) fn fail(error: &Error, headers: &HeaderMap) -> Response {
    Format::of(headers).fail(error)
}

/// Rejects a response for which there is no memory.
pub(super) fn busy(error: &Error) -> Response {
    Format::json().fail(error)
}

fn allow(methods: &'static str, mut response: Response) -> Response {
    response
        .headers_mut()
        .insert(ALLOW, HeaderValue::from_static(methods));
    response
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
    else {
        return false;
    };
    let mut parts = value.split(';').map(str::trim);
    let json = parts
        .next()
        .is_some_and(|part| part.eq_ignore_ascii_case("application/json"));
    let utf8 = |part: &str| match part.split_once('=') {
        Some((name, charset)) if name.eq_ignore_ascii_case("charset") => {
            charset.trim_matches('"').eq_ignore_ascii_case("utf-8")
        }
        _ => true,
    };
    json && parts.all(utf8)
}
