//! The request being handled: its id, and the span of its log lines.

use std::sync::Arc;

use tokio::task::JoinHandle;
use tracing::{Instrument, Span};

tokio::task_local! {
    static CURRENT: Request;
}

/// A request being handled.
#[derive(Debug, Clone)]
pub struct Request {
    id: Arc<str>,
    span: Span,
}

impl Request {
    /// Creates a request with a random id.
    #[expect(
        clippy::new_without_default,
        reason = "each one is another, so none is the default"
    )]
    pub fn new() -> Self {
        // It is no secret, so a fast generator is sufficient.
        let id = format!("{:016x}", fastrand::u64(..));
        // A span of the highest level: a log of errors alone contains the id too.
        let span = tracing::error_span!("request", request_id = %id);
        Self {
            id: id.into(),
            span,
        }
    }

    pub fn id(&self) -> &str {
        &self.id
    }

    /// Runs `work` as a part of the request: its log lines contain the id, and [`request_id`]
    /// returns it.
    pub async fn run<F: Future>(self, work: F) -> F::Output {
        let span = self.span.clone();
        CURRENT.scope(self, work).instrument(span).await
    }
}

/// Returns the id of the request being handled; an empty text outside of requests.
pub fn request_id() -> String {
    let id = CURRENT.try_with(|request| request.id.to_string());
    id.unwrap_or_default()
}

/// Spawns a task that belongs to the request being handled and may outlive the response.
pub fn spawn<F>(work: F) -> JoinHandle<F::Output>
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    match CURRENT.try_with(Request::clone) {
        Ok(request) => tokio::spawn(request.run(work)),
        Err(_) => tokio::spawn(work),
    }
}
