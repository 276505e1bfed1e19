//! `/graphql`, by the GraphQL over HTTP specification
//! (<https://graphql.github.io/graphql-over-http/draft/>).

use std::convert::Infallible;
use std::sync::Arc;

use async_graphql::{Request, Variables};
use bytes::Bytes;
use futures_util::stream;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use warp::Reply;
use warp::http::header::{ALLOW, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, VARY};
use warp::http::{HeaderMap, HeaderValue, Method, StatusCode};
use warp::reply::Response;

use super::asker::Asker;
use super::{Answered, Body, Site};
use crate::domain::{Error, chain};
use crate::graphql::{Answer, Code, Kind, is_refused, refusal, refusal_of};
use crate::log::request_id;
use crate::web::{self, negotiate};

/// The media type with which a rejected document has a status of its own.
const GRAPHQL_RESPONSE: &str = "application/graphql-response+json";
const JSON: &str = "application/json";
/// Capacity for the headers of a response.
const HEADERS: usize = 12;
const GRAPHIQL: &str = include_str!("graphiql.html");
const GRAPHIQL_SCRIPT: &str = include_str!("graphiql.js");
/// The page loads GraphiQL from unpkg.com, pinned by version and hash.
const GRAPHIQL_POLICY: &str = "default-src 'self'; script-src 'self' https://unpkg.com; \
    style-src 'self' https://unpkg.com 'unsafe-inline'; img-src 'self' data:; \
    font-src https://unpkg.com data:; frame-ancestors 'none'";

/// Body of a request.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sent {
    query: String,
    operation_name: Option<String>,
    variables: Option<Variables>,
    /// None are supported; accepted for clients that send them.
    #[serde(rename = "extensions")]
    _extensions: Option<Map<String, Value>>,
}

pub(super) async fn answer(
    site: Arc<Site>,
    asker: Asker,
    headers: HeaderMap,
    method: Method,
    query: String,
    body: Body,
) -> Response {
    let out = Out::new(&headers);
    match method {
        Method::GET if query.is_empty() && wants_page(&headers) => page(),
        Method::GET => match read_query(&query) {
            Ok(request) => run(&site, asker, &headers, request, &out, true).await,
            Err(why) => out.refuse(StatusCode::BAD_REQUEST, &why),
        },
        Method::POST if !is_json(&headers) => {
            let why = "Send the request with Content-Type: application/json.";
            out.refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, why)
        }
        Method::POST => match body.as_deref().map(read_body) {
            Err(status) => out.refuse(*status, "The body is over 256 KiB, too slow, or broke off."),
            Ok(Ok(request)) => run(&site, asker, &headers, request, &out, false).await,
            Ok(Err(why)) => out.refuse(StatusCode::BAD_REQUEST, &why),
        },
        _ => allow(
            "GET, POST",
            out.refuse(StatusCode::METHOD_NOT_ALLOWED, "Use POST."),
        ),
    }
}

async fn run(
    site: &Site,
    asker: Asker,
    headers: &HeaderMap,
    request: Request,
    out: &Out,
    safe: bool,
) -> Response {
    let prepared = match site.schema.prepare(request) {
        Ok(prepared) => prepared,
        Err(refusal) => return out.write(out.document_status(), *refusal),
    };
    match prepared.kind {
        Kind::Mutation if safe => {
            let why = "A mutation changes something: send it with POST.";
            return allow("POST", out.refuse(StatusCode::METHOD_NOT_ALLOWED, why));
        }
        Kind::Subscription => {
            let why = "Subscribe over a WebSocket (graphql-transport-ws) or read GET /events.";
            return out.refuse(StatusCode::BAD_REQUEST, why);
        }
        _ => {}
    }
    let caller = match asker.caller(&site.desk, headers).await {
        Ok(caller) => caller,
        Err(error @ Error::RateLimited { .. }) => return too_many(&error, headers),
        Err(error @ Error::DatabaseLost(_)) => {
            let refusal = refusal_of(&error);
            return out.write(StatusCode::SERVICE_UNAVAILABLE, refusal);
        }
        Err(error) => {
            tracing::error!(
                error = %chain(&error),
                "internal error"
            );
            let id = request_id();
            let why = format!("Internal error. The server's log has it under request {id}.");
            let refusal = refusal(Code::Internal, why);
            return out.write(StatusCode::INTERNAL_SERVER_ERROR, refusal);
        }
    };
    let name = site.schema.name_of(&prepared);
    let response = site.schema.execute(prepared, caller).await;
    let busy = crate::graphql::busy(&response).cloned();
    let status = match is_refused(&response) {
        _ if busy.is_some() => StatusCode::SERVICE_UNAVAILABLE,
        true => out.document_status(),
        false => StatusCode::OK,
    };
    let code = crate::graphql::code_of(&response);
    let mut answer = out.write(status, response);
    if let Some(error) = busy {
        web::say_when(&mut answer, &error);
    }
    answer.extensions_mut().insert(Answered { name, code });
    answer
}

/// Rejects a client that exceeds its request rate.
pub(super) fn too_many(error: &Error, headers: &HeaderMap) -> Response {
    let out = Out::new(headers);
    let mut answer = out.write(StatusCode::TOO_MANY_REQUESTS, refusal_of(error));
    web::say_when(&mut answer, error);
    answer
}

/// Rejects a response for which there is no memory.
pub(super) fn busy(error: &Error) -> Response {
    let out = Out { graphql: false };
    let mut answer = out.write(StatusCode::SERVICE_UNAVAILABLE, refusal_of(error));
    web::say_when(&mut answer, error);
    answer
}

/// Format of the response.
struct Out {
    /// Whether the client knows [`GRAPHQL_RESPONSE`], and doesn't want plain JSON more.
    graphql: bool,
}

impl Out {
    fn new(headers: &HeaderMap) -> Self {
        let graphql = negotiate::media_type(headers, GRAPHQL_RESPONSE);
        Self {
            graphql: graphql.is_chosen_over(negotiate::media_type(headers, JSON)),
        }
    }

    /// Returns the status for an invalid document. Clients that request plain JSON treat anything
    /// but 200 as a server failure, so they get 200.
    fn document_status(&self) -> StatusCode {
        match self.graphql {
            true => StatusCode::BAD_REQUEST,
            false => StatusCode::OK,
        }
    }

    fn refuse(&self, status: StatusCode, why: &str) -> Response {
        self.write(status, refusal(Code::BadUserInput, why))
    }

    fn write(&self, status: StatusCode, response: async_graphql::Response) -> Response {
        let Ok(written) = crate::graphql::write(response) else {
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        };
        let media_type = match self.graphql {
            true => "application/graphql-response+json; charset=utf-8",
            false => "application/json; charset=utf-8",
        };
        let mut answer = match written.pieces.is_empty() {
            true => Response::new(written.rest.into()),
            false => in_pieces(written),
        };
        *answer.status_mut() = status;
        let headers = answer.headers_mut();
        headers.reserve(HEADERS);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        headers.insert(VARY, HeaderValue::from_static("Accept"));
        answer
    }
}

/// Builds a streamed response whose pieces are released as they are sent.
fn in_pieces(written: Answer) -> Response {
    let Answer { mut pieces, rest } = written;
    pieces.push(rest.into());
    let length: usize = pieces.iter().map(Bytes::len).sum();
    let pieces = pieces.into_iter().map(Ok::<_, Infallible>);
    let mut answer = warp::reply::stream(stream::iter(pieces)).into_response();
    let headers = answer.headers_mut();
    headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    answer
}

fn allow(methods: &'static str, mut response: Response) -> Response {
    response
        .headers_mut()
        .insert(ALLOW, HeaderValue::from_static(methods));
    response
}

/// Whether a browser asks, for a page rather than for data.
fn wants_page(headers: &HeaderMap) -> bool {
    let page = negotiate::media_type(headers, "text/html");
    [JSON, GRAPHQL_RESPONSE]
        .iter()
        .all(|data| page.is_chosen_over(negotiate::media_type(headers, data)))
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

/// Parses a body, or describes the expected one.
pub(super) fn read_body(body: &[u8]) -> Result<Request, String> {
    let body: Sent = serde_json::from_slice(body).map_err(|error| {
        format!("The body must be a JSON object with a text `query` and, as objects, `variables` and `extensions` (line {}, column {}).", error.line(), error.column())
    })?;
    Ok(read(body))
}

fn read(body: Sent) -> Request {
    let variables = body.variables.unwrap_or_default();
    let mut request = Request::new(body.query).variables(variables);
    request.operation_name = body.operation_name;
    request
}

fn read_query(query: &str) -> Result<Request, String> {
    // Any base will do: only the query string is parsed.
    let url = reqwest::Url::parse(&format!("http://localhost/?{query}"));
    let pairs: Vec<(String, String)> = match &url {
        Ok(url) => url.query_pairs().into_owned().collect(),
        Err(_) => Vec::new(),
    };
    let find = |name: &str| {
        pairs
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.clone())
    };
    fn object<T: DeserializeOwned>(name: &str, text: Option<String>) -> Result<Option<T>, String> {
        let read = text.map(|text| serde_json::from_str(&text)).transpose();
        read.map_err(|_| format!("`{name}` must be a JSON object."))
    }
    Ok(read(Sent {
        query: find("query").ok_or("Send a query: POST it as JSON, or GET it as ?query=….")?,
        operation_name: find("operationName"),
        variables: object("variables", find("variables"))?,
        _extensions: object("extensions", find("extensions"))?,
    }))
}

fn page() -> Response {
    let mut page = warp::reply::html(GRAPHIQL).into_response();
    let policy = HeaderValue::from_static(GRAPHIQL_POLICY);
    page.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    page
}

/// Serves the script that starts GraphiQL.
pub(super) fn script() -> impl Reply {
    warp::reply::with_header(
        GRAPHIQL_SCRIPT,
        CONTENT_TYPE,
        "text/javascript; charset=utf-8",
    )
}
