//! Requests as clients send them: in a body, or in a query string.

use async_graphql::{Request, Response, Variables};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Map, Value};

use crate::graphql::{Code, refusal};

/// Parameters of a request.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Parameters {
    query: Option<String>,
    operation_name: Option<String>,
    variables: Option<Variables>,
    /// Only [`PERSISTED`] is known; others are accepted for clients that send them.
    extensions: Option<Map<String, Value>>,
}

/// The extension by which clients name a document that the server is to know.
const PERSISTED: &str = "persistedQuery";

/// Reason why there is no request to execute.
pub(in crate::http) enum Unreadable {
    /// With a description of the expected request.
    Malformed(String),
    /// The request names a document and has no text. Clients then send it again with the text.
    NotPersisted,
    /// An array of this many requests.
    Batch(usize),
}

impl Unreadable {
    /// Returns the response by which clients know that they have to send the text.
    pub fn not_persisted() -> Response {
        let message = "PersistedQueryNotSupported";
        refusal(Code::PersistedQueryNotSupported, message)
    }
}

/// Parses a body.
pub(in crate::http) fn read_body(body: &[u8]) -> Result<Request, Unreadable> {
    if body.trim_ascii_start().first() == Some(&b'[') {
        return Err(read_batch(body));
    }
    serde_json::from_slice(body)
        .map_err(malformed)
        .and_then(read)
}

fn read_batch(body: &[u8]) -> Unreadable {
    match serde_json::from_slice::<Vec<IgnoredAny>>(body) {
        Ok(batch) if !batch.is_empty() => Unreadable::Batch(batch.len()),
        Ok(_) => Unreadable::Malformed("The body is an empty array.".to_owned()),
        Err(error) => malformed(error),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "map_err passes it")]
fn malformed(error: serde_json::Error) -> Unreadable {
    Unreadable::Malformed(format!(
        "The body must be a JSON object with a text `query` and, as objects, `variables` and `extensions` (line {}, column {}).",
        error.line(),
        error.column()
    ))
}

fn read(sent: Parameters) -> Result<Request, Unreadable> {
    let extensions = sent.extensions.unwrap_or_default();
    let is_named = extensions.get(PERSISTED).is_some_and(Value::is_object);
    let query = match sent.query {
        Some(query) if !(query.is_empty() && is_named) => query,
        _ if is_named => return Err(Unreadable::NotPersisted),
        _ => {
            let why = "Send a text `query`: POST it as JSON, or GET it as ?query=….";
            return Err(Unreadable::Malformed(why.to_owned()));
        }
    };
    let variables = sent.variables.unwrap_or_default();
    let mut request = Request::new(query).variables(variables);
    request.operation_name = sent.operation_name.filter(|name| !name.is_empty());
    Ok(request)
}

/// Parses a query string. Empty parameters count as missing.
pub(super) fn read_query(query: &str) -> Result<Request, Unreadable> {
    let pairs: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    let find = |name: &str| {
        let found = pairs.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.clone())
    };
    let given = |name: &str| find(name).filter(|value| !value.is_empty());
    read(Parameters {
        query: find("query"),
        operation_name: given("operationName"),
        variables: object("variables", given("variables"))?,
        extensions: object("extensions", given("extensions"))?,
    })
}

fn object<T: DeserializeOwned>(name: &str, text: Option<String>) -> Result<Option<T>, Unreadable> {
    let read = text.map(|text| serde_json::from_str(&text)).transpose();
    read.map_err(|_| Unreadable::Malformed(format!("`{name}` must be a JSON object.")))
}
