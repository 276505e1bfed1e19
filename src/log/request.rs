//! The request that is being answered: its number, and the span that its lines of the log are in.

use std::sync::Arc;

use tokio::task::JoinHandle;
use tracing::{Instrument, Span};

tokio::task_local! {
    static CURRENT: Request;
}

/// A request on its way through the program.
#[derive(Debug, Clone)]
pub struct Request {
    id: Arc<str>,
    span: Span,
}

impl Request {
    /// Gives a request a number.
    #[expect(
        clippy::new_without_default,
        reason = "each one is another, so none is the default"
    )]
    pub fn new() -> Self {
        // It is no secret, so a fast generator is enough.
        let id = format!("{:016x}", fastrand::u64(..));
        // A span of the highest level: a log of errors alone names the request too.
        let span = tracing::error_span!("request", request_id = %id);
        Self {
            id: id.into(),
            span,
        }
    }

    pub fn id(&self) -> &str {
        &self.id
    }

    /// Runs `work` as a part of the request: whatever it logs has the number, and [`request_id`] returns it.
    pub async fn run<F: Future>(self, work: F) -> F::Output {
        let span = self.span.clone();
        CURRENT.scope(self, work).instrument(span).await
    }
}

/// Returns the number of the request that is being answered; an empty text outside of every request.
pub fn request_id() -> String {
    let id = CURRENT.try_with(|request| request.id.to_string());
    id.unwrap_or_default()
}

/// Runs a part of the request that is being answered in a task of its own, which may outlive the response.
pub fn spawn<F>(work: F) -> JoinHandle<F::Output>
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    match CURRENT.try_with(Request::clone) {
        Ok(request) => tokio::spawn(request.run(work)),
        Err(_) => tokio::spawn(work),
    }
}
