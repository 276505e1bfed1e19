//! The request being handled: its id, and the span of its log lines.

use std::fmt::{self, Display, Formatter};
use std::io::Write;

use futures_util::FutureExt;
use tokio::task::JoinHandle;
use tracing::{Instrument, Metadata, Span};

tokio::task_local! {
    static CURRENT: RequestId;
}

/// The field of a request's span.
pub(super) const FIELD: &str = "request_id";
const SPAN: &str = "request";

/// The random id of a request, 16 hexadecimal digits. It is no secret, so a fast generator is sufficient.
#[derive(Debug, Clone, Copy)]
pub(super) struct RequestId([u8; 16]);

impl RequestId {
    pub fn new(number: u64) -> Self {
        const DIGITS: [u8; 16] = *b"0123456789abcdef";
        let digit = |place: usize| DIGITS[(number >> (60 - 4 * place) & 0xf) as usize];
        Self(std::array::from_fn(digit))
    }

    /// Reads the id that a span was created with; `None` for a value of another length.
    pub fn of(value: &dyn fmt::Debug) -> Option<Self> {
        let mut id = [0; 16];
        let mut rest = &mut id[..];
        let written = write!(rest, "{value:?}");
        (written.is_ok() && rest.is_empty()).then_some(Self(id))
    }

    fn as_str(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl Display for RequestId {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Returns the span of a request. It has the highest level: a log of errors alone contains the id too.
pub(super) fn span(id: RequestId) -> Span {
    tracing::error_span!(SPAN, request_id = %id)
}

/// Returns whether this is the span of a request.
pub(super) fn is_request(span: &Metadata<'_>) -> bool {
    span.name() == SPAN && span.target() == module_path!()
}

/// A request being handled.
#[derive(Debug)]
pub struct Request {
    id: RequestId,
    span: Span,
}

impl Request {
    /// Creates a request with a random id.
    #[expect(
        clippy::new_without_default,
        reason = "each one is another, so none is the default"
    )]
    pub fn new() -> Self {
        let id = RequestId::new(fastrand::u64(..));
        Self { id, span: span(id) }
    }

    pub fn id(&self) -> &str {
        self.id.as_str()
    }

    /// Runs `work` as a part of the request: its log lines contain the id, and [`request_id`]
    /// returns it.
    pub async fn run<F: Future>(self, work: F) -> F::Output {
        CURRENT.scope(self.id, work).instrument(self.span).await
    }
}

/// Returns the id of the request being handled; an empty text outside of requests.
pub fn request_id() -> String {
    let id = CURRENT.try_with(ToString::to_string);
    id.unwrap_or_default()
}

/// Spawns a task that belongs to the request being handled and may outlive the response.
pub fn spawn<F>(work: F) -> JoinHandle<F::Output>
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    let (work, span) = (work.boxed(), Span::current());
    match CURRENT.try_with(|id| *id) {
        Ok(id) => tokio::spawn(CURRENT.scope(id, work).instrument(span)),
        Err(_) => tokio::spawn(work),
    }
}
