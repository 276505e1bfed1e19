//! Formats of responses, as the client's `Accept` weighs them.

use std::convert::Infallible;

use bytes::Bytes;
use futures_util::stream;
use warp::Reply;
use warp::http::header::{CONTENT_LENGTH, CONTENT_TYPE, VARY};
use warp::http::{HeaderMap, HeaderValue, StatusCode};
use warp::reply::Response;

use crate::graphql::{Answer, Code, refusal};
use crate::web::negotiate::{self, Preference};

/// The media type with which a rejected document has a status of its own.
const GRAPHQL_RESPONSE: &str = "application/graphql-response+json";
const JSON: &str = "application/json";
/// The media type of graphql-sse.
pub(super) const EVENTS: &str = "text/event-stream";
/// Capacity for the headers of a response.
const HEADERS: usize = 12;
/// Maximum number of errors that answer a batch.
const BATCH: usize = 100;

/// The formats that a client accepts.
pub(super) struct Format {
    /// Whether the client prefers [`GRAPHQL_RESPONSE`] to plain JSON.
    graphql: bool,
    events: Events,
    /// Whether the client accepts none of the formats.
    pub is_refused: bool,
}

/// Operations whose responses are sent as events.
#[derive(PartialEq, Eq)]
enum Events {
    None,
    Subscriptions,
    All,
}

impl Format {
    /// Without `Accept`, and by `*/*`, it is plain JSON.
    pub fn of(headers: &HeaderMap) -> Self {
        let accepted = |wanted| negotiate::media_type(headers, wanted);
        let (graphql, json) = (accepted(GRAPHQL_RESPONSE), accepted(JSON));
        let events = accepted(EVENTS);
        Self {
            graphql: graphql.is_chosen_over(json) || graphql.weight > json.weight,
            events: match events.is_named && events.weight > 0 {
                false => Events::None,
                true if outweighs(events, json) && outweighs(events, graphql) => Events::All,
                true => Events::Subscriptions,
            },
            is_refused: negotiate::refuses(headers, &[JSON, GRAPHQL_RESPONSE, EVENTS]),
        }
    }

    /// Plain JSON, whatever the client accepts.
    pub fn json() -> Self {
        Self {
            graphql: false,
            events: Events::None,
            is_refused: false,
        }
    }

    /// Returns whether subscriptions are sent as events.
    pub fn streams_subscriptions(&self) -> bool {
        self.events != Events::None
    }

    /// Returns whether queries and mutations are sent as events too.
    pub fn streams_everything(&self) -> bool {
        self.events == Events::All
    }

    /// Returns the status for an invalid document. Clients that request plain JSON treat anything
    /// but 200 as a server failure, so they get 200.
    pub fn document_status(&self) -> StatusCode {
        match self.graphql {
            true => StatusCode::BAD_REQUEST,
            false => StatusCode::OK,
        }
    }

    pub fn refuse(&self, status: StatusCode, why: &str) -> Response {
        self.write(status, refusal(Code::BadUserInput, why))
    }

    pub fn write(&self, status: StatusCode, response: async_graphql::Response) -> Response {
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
        set_type(&mut answer, media_type);
        answer
    }

    /// Answers a batch with an error for each of its requests. It is plain JSON with status 200:
    /// the media type of GraphQL responses has no arrays, and clients read no other status.
    pub fn refuse_batch(&self, count: usize) -> Response {
        let why = "Send each operation in a request of its own: batches are not supported.";
        let Ok(error) = crate::graphql::write(refusal(Code::BadUserInput, why)) else {
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        };
        let errors = vec![&*error.rest; count.min(BATCH)].join(&b","[..]);
        let mut answer = Response::new([b"[", &*errors, b"]"].concat().into());
        set_type(&mut answer, "application/json; charset=utf-8");
        answer
    }
}

/// Sets the headers that say which of the formats it is.
pub(super) fn set_type(answer: &mut Response, media_type: &'static str) {
    let headers = answer.headers_mut();
    headers.reserve(HEADERS);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(VARY, HeaderValue::from_static("Accept"));
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

/// Returns whether a named type weighs more than another one; of two named ones that weigh the
/// same, neither does.
fn outweighs(named: Preference, other: Preference) -> bool {
    named.weight > other.weight || named.weight == other.weight && !other.is_named
}

/// Returns whether a browser asks, for a page rather than for data.
pub(super) fn wants_page(headers: &HeaderMap) -> bool {
    let page = negotiate::media_type(headers, "text/html");
    [JSON, GRAPHQL_RESPONSE]
        .iter()
        .all(|data| page.is_chosen_over(negotiate::media_type(headers, data)))
}

/// Returns whether a program asks, for data rather than for a page: by what it accepts, or else by
/// what it sends.
pub(in crate::http) fn wants_data(headers: &HeaderMap) -> bool {
    let named = |wanted: &&str| negotiate::media_type(headers, wanted).is_named;
    let sends_json = headers.get(CONTENT_TYPE).is_some_and(|sent| {
        let sent = sent.as_bytes();
        sent.len() >= JSON.len() && sent[..JSON.len()].eq_ignore_ascii_case(JSON.as_bytes())
    });
    !wants_page(headers) && (sends_json || [JSON, GRAPHQL_RESPONSE].iter().any(named))
}
